"""Tables: unknown keys, wrong types and infinities are refused, and nothing changes later."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mdm_opt.table import Table


class Point(Table):
    x: float
    count: int = 1


def test_a_table_holds_what_it_was_given():
    found = Point.model_validate({"x": 2})
    assert found == Point(x=2.0, count=1)
    assert hash(found) == hash(Point(x=2.0))
    assert found.model_dump() == {"x": 2.0, "count": 1}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"x": 1.0, "y": 1.0}, "Extra inputs are not permitted"),
        ({"x": "1.0"}, "Input should be a valid number"),
        ({"x": True}, "Input should be a valid number"),
        ({"x": 1.0, "count": 2.0}, "Input should be a valid integer"),
        ({"x": 1.0, "count": True}, "Input should be a valid integer"),
        ({"x": float("inf")}, "Input should be a finite number"),
        ({"x": float("nan")}, "Input should be a finite number"),
        ({}, "Field required"),
    ],
)
def test_what_is_not_exactly_meant_is_refused(content, said):
    with pytest.raises(ValidationError, match=said):
        Point.model_validate(content)


def test_a_table_cannot_be_changed():
    found = Point(x=1.0)
    with pytest.raises(ValidationError, match="Instance is frozen"):
        found.x = 2.0
    assert found.x == 1.0

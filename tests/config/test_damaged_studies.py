"""Study files with random damage: accepted, or refused in one line."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_studies import studies
from study_contents import Tree, checked

from mdm_opt.config import parse_study
from mdm_opt.errors import InputError

garbage = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, -1, 2**63, -(2**64), 10**400, math.inf, -math.inf, math.nan, -0.0])
    | st.floats()
    | st.text(max_size=6)
    | st.dates()
    | st.sampled_from(["a:b", "\n", "energy", "sudoku4", "auto", "", "kind"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
keys = st.text(max_size=5) | st.sampled_from(["a\nb", "[x]", "", "kind"])


def nodes(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    items = (
        content.items()
        if isinstance(content, dict)
        else enumerate(content)
        if isinstance(content, list)
        else ()
    )
    for key, value in list(items):
        yield content, key
        yield from nodes(value)


def mutate(content: Tree, data: st.DataObject) -> None:
    places = list(nodes(content))
    if not places:
        return
    container, key = data.draw(st.sampled_from(places))
    kind = data.draw(st.sampled_from(["replace", "delete", "add", "reverse", "negate", "nest"]))
    value = container[key]
    if kind == "delete":
        del container[key]
    elif kind == "add" and isinstance(container, dict):
        container[data.draw(keys)] = data.draw(garbage)
    elif kind == "reverse" and isinstance(value, list):
        container[key] = value[::-1] + value
    elif kind == "negate" and isinstance(value, int | float):
        container[key] = -value
    elif kind == "nest":
        container[key] = data.draw(st.sampled_from([[value], {"x": value}, {"kind": value}]))
    else:
        container[key] = data.draw(garbage)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_damaged_studies_are_accepted_or_refused_in_one_line(data: st.DataObject) -> None:
    content = copy.deepcopy(data.draw(studies))
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(content, data)
    try:
        study = parse_study(content, "my/study.toml")
    except InputError as error:
        checked(str(error), "my/study.toml")
    else:
        assert len(study.identity_hash()) == 64
        assert study.space.bounds["beta_a"][0] < study.space.bounds["beta_a"][1]

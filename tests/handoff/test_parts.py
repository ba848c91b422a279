"""Parameters of families in the exported schedule."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mdm_opt.candidates import FAMILIES, Choice, Range
from mdm_opt.handoff.parts import json_schema, parameters_of


def test_parameters_are_numbers_and_texts() -> None:
    made = parameters_of(FAMILIES["adaptive"])
    values = {"beta_a": 1.0, "beta_b": 1.0, "cap_ratio": 2, "tolerance": 0.1}
    found = made.model_validate({**values, "measure": "entropy"}).model_dump()
    assert found == {**values, "measure": "entropy"}
    with pytest.raises(ValidationError, match="measure"):
        made.model_validate({**values, "measure": 3})
    with pytest.raises(ValidationError, match="other"):
        made.model_validate({**values, "measure": "entropy", "other": 1.0})


def test_the_schema_says_what_is_accepted() -> None:
    text = json_schema(Choice("end", ("early", "late")))
    assert text["anyOf"][0] == {"type": "string", "enum": ["early", "late"]}
    number = json_schema(Range("cutoff", (0.1, 1.0), (0.1, 1.0)))
    assert number["anyOf"][0] == {"type": "number", "exclusiveMinimum": 0}
    free = json_schema(Range("cutoff", (0.0, 1.0), (0.1, 1.0), log=False))
    assert free == {"anyOf": [{"type": "number"}, {"type": "null"}], "title": "cutoff"}

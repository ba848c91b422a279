"""Parameters of families in the exported schedule."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mdm_opt.candidates import FAMILIES, Choice, Range
from mdm_opt.handoff.parts import DecisionValues, json_schema, parameters_of
from mdm_opt.results.decision import Decision, decide
from mdm_opt.statistics import Estimate


def test_parameters_are_numbers_and_texts() -> None:
    made = parameters_of(FAMILIES["adaptive"])
    values = {"beta_a": 1.0, "beta_b": 1.0, "cap_ratio": 2, "doubt": 0.1}
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


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"action": "use"}, "use it: its gain over linear is shown"),
        ({"action": "keep"}, "keep linear: no gain over it is shown"),
        (
            {"action": "keep", "nothing_to_gain": True},
            "keep linear: what was found samples as it does",
        ),
        (
            {"action": "measure", "instances": 70},
            "measure about 70 more instances: no gain over linear is shown yet; until then keep "
            "linear",
        ),
    ],
)
def test_decisions_are_said(values: dict[str, object], said: str) -> None:
    assert DecisionValues.model_validate({"baseline": "linear", **values}).said == said


def test_decisions_are_those_of_results() -> None:
    """A result's decision fits into the file."""
    assert set(DecisionValues.model_fields) <= set(Decision.model_fields)
    for gain in (0.5, 0.05, -0.5, 0.001):
        decision = decide(Estimate(gain, gain - 0.1, gain + 0.1), 64)
        assert decision is not None
        kept = decision.model_dump(include=set(DecisionValues.model_fields))
        assert DecisionValues.model_validate(kept).model_dump() == kept
    with pytest.raises(ValidationError, match="action"):
        DecisionValues.model_validate({"baseline": "linear", "action": "wait"})

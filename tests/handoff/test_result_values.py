"""What an exported schedule scored, and where it comes from."""

from __future__ import annotations

from typing import Any

import pytest
from exported_schedules import content
from pydantic import ValidationError

from mdm_opt.handoff.result_values import Provenance, ResultValues

RESULT, ORIGIN = content()["result"], content()["provenance"]
# Keys that files of older versions do not have.
LATER = (
    "claim_error_rate",
    "better_than_linear",
    "decision",
    "linear_steps_interval",
    "instead_of",
)


def test_what_is_read_is_written_again() -> None:
    result = ResultValues.model_validate(RESULT)
    assert result.model_dump(mode="json") == RESULT
    origin = Provenance.model_validate(ORIGIN)
    assert origin.model_dump(mode="json") == ORIGIN


def test_files_of_older_versions_lack_what_was_not_known_then() -> None:
    old = {key: value for key, value in RESULT.items() if key not in LATER}
    found = ResultValues.model_validate(old)
    assert [getattr(found, key) for key in LATER] == [None] * len(LATER)
    assert found.value == RESULT["value"]
    origin = {key: value for key, value in ORIGIN.items() if key != "objective_fingerprint"}
    assert Provenance.model_validate(origin).objective_fingerprint is None


@pytest.mark.parametrize("key", [key for key in RESULT if key not in LATER])
def test_everything_else_is_needed(key: str) -> None:
    with pytest.raises(ValidationError, match=f"{key}\n.*Field required"):
        ResultValues.model_validate({one: RESULT[one] for one in RESULT if one != key})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"direction": "up"}, "'minimize' or 'maximize'"),
        ({"value": float("inf")}, "finite"),
        ({"interval": [0.0, 1.0, 2.0]}, "interval"),
        ({"instances": 1.5}, "instances"),
        ({"verified": "perhaps"}, "verified"),
        ({"linear_steps_interval": [4]}, "linear_steps_interval"),
        ({"instead_of": {"label": "beta"}}, "instead_of"),
        ({"p_value": 0.01}, "Extra inputs are not permitted"),
    ],
)
def test_values_that_no_result_has_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ResultValues.model_validate({**RESULT, **changes})


def test_the_fewest_steps_that_are_shown_to_be_as_good_may_be_unknown() -> None:
    found = ResultValues.model_validate({**RESULT, "linear_steps_interval": [5, None]})
    assert found.linear_steps_interval == (5, None)


def test_a_trial_need_not_be_named_and_nothing_can_be_changed() -> None:
    origin = Provenance.model_validate({**ORIGIN, "trial": None})
    assert origin.trial is None
    with pytest.raises(ValidationError, match="frozen"):
        origin.study = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="user"):
        Provenance.model_validate({**ORIGIN, "user": "x"})

"""Numbers from ranges, and texts of which one is chosen."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mdm_opt.candidates import Choice, Range, beta
from mdm_opt.candidates.parameters import shown

PACE = Range("pace", (0.1, 10.0), (0.5, 2.0))
END = Choice("end", ("early", "middle", "late"))


def test_small_parameters_are_shown_with_their_digits() -> None:
    assert beta(0.05123, 12.3456, 4).label == "beta(0.0512, 12.346)"


@pytest.mark.parametrize(
    ("accepted", "searched", "log"),
    [
        ((0.0, 1.0), (0.0, 1.0), True),
        ((0.1, 1.0), (0.5, 2.0), True),
        ((0.1, 1.0), (0.9, 0.2), True),
        ((0.1, float("inf")), (0.2, 0.4), True),
    ],
)
def test_ranges_must_make_sense(
    accepted: tuple[float, float], searched: tuple[float, float], log: bool
) -> None:
    with pytest.raises(ValueError, match=r"^x: "):
        Range("x", accepted, searched, log=log)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.100"),
        (-12.3456, "-12.346"),
        (0.0123456, "0.0123"),
        (1.5e-7, "1.5e-07"),
        (0.0, "0"),
        ("late", "late"),
    ],
)
def test_three_decimals_are_shown_or_three_digits(value: float | str, text: str) -> None:
    assert shown(value) == text


def test_differences_count_in_a_range_that_holds_zero() -> None:
    assert Range("lean", (-1.0, 1.0), (-0.5, 0.0), log=False).accepts(-1)
    with pytest.raises(ValueError, match=r"^lean: a logarithm needs ends > 0, got \(-1.0, 1.0\)$"):
        Range("lean", (-1.0, 1.0), (-0.5, 0.0))


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.int64(2)])
def test_any_number_becomes_a_float(value: object) -> None:
    found = PACE.normal(value)
    assert (found, type(found)) == (2.0, float)


@pytest.mark.parametrize("value", [True, "2", None, [2.0], float("nan"), float("inf"), 10**400])
def test_what_is_no_finite_number_is_refused_by_name(value: object) -> None:
    said = f"pace must be a finite number, got {value!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        PACE.normal(value)


def test_a_study_file_may_have_numbers_up_to_both_ends() -> None:
    assert all(map(PACE.accepts, (0.1, 1, 10, 10.0)))
    refused = (0.0999, 10.001, float("nan"), True, "1", None)
    assert not any(map(PACE.accepts, refused))


def test_a_range_is_searched_between_other_ends_only() -> None:
    assert PACE.within([1, 3]) == Range("pace", (0.1, 10.0), (1.0, 3.0))
    with pytest.raises(ValueError, match=r"^pace: \(1.0, 30.0\) must lie within \(0.1, 10.0\)$"):
        PACE.within([1, 30])


def test_all_options_are_searched_where_nothing_is_said() -> None:
    assert END.searched == ("early", "middle", "late")
    assert END.within(["late"]) == Choice("end", ("early", "middle", "late"), ("late",))


def test_options_may_be_numbers() -> None:
    heat = Choice("temperature", (0.0, 0.5))
    assert heat.normal(0) == 0.0
    assert isinstance(heat.normal(0), float)
    assert heat.within([0.5]).searched == (0.5,)
    for value in (False, 1.0, "0.5"):
        with pytest.raises(ValueError, match=r"temperature must be one of 0\.0, 0\.5, got"):
            heat.normal(value)
    assert shown(16) == "16"


def test_an_option_is_one_of_those_that_are_accepted() -> None:
    assert END.normal("middle") == "middle"
    assert END.accepts("late")
    for value in ("never", 1.0, None):
        assert not END.accepts(value)
        said = f"end must be one of early, middle, late, got {value!r}"
        with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
            END.normal(value)


def test_a_range_of_whole_numbers_gives_whole_numbers() -> None:
    steps = Range("steps", (1, 64), (4, 16), integer=True)
    assert [steps.normal(one) for one in (4, 4.4, np.float64(15.7))] == [4, 4, 16]
    assert all(type(steps.normal(one)) is int for one in (4, 4.4))
    assert type(PACE.normal(4)) is float


def test_truth_values_are_options_of_their_own() -> None:
    flag, number = Choice("flag", (True, False)), Choice("number", (1, 2))
    assert flag.normal(True) is True
    with pytest.raises(ValueError, match="flag must be one of True, False, got 1"):
        flag.normal(1)
    with pytest.raises(ValueError, match="number must be one of 1, 2, got True"):
        number.normal(True)

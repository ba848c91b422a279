"""Words that all messages and tables share."""

from __future__ import annotations

import pytest

from mdm_opt.words import counted, duration, grouped


def test_one_of_something_has_no_s() -> None:
    found = [counted(number, "token") for number in (0, 1, 2, 1_000_000)]
    assert found == ["0 tokens", "1 token", "2 tokens", "1000000 tokens"]


def test_digits_are_in_groups_of_three() -> None:
    found = [grouped(number) for number in (0, 999, 1234, -1_234_567)]
    assert found == ["0", "999", "1,234", "-1,234,567"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "0 s"),
        (0.0423, "0.0423 s"),
        (12.345, "12.3 s"),
        (59.6, "1 min"),
        (200.2, "3 min 20 s"),
        (3599.6, "1 h"),
        (7500, "2 h 5 min"),
        (86399, "1 d"),
        (190_000, "2 d 5 h"),
    ],
)
def test_durations_are_said_in_two_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said

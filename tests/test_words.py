"""Words that all messages and tables share."""

from __future__ import annotations

from mdm_opt.words import counted


def test_one_of_something_has_no_s() -> None:
    found = [counted(number, "token") for number in (0, 1, 2, 1_000_000)]
    assert found == ["0 tokens", "1 token", "2 tokens", "1000000 tokens"]

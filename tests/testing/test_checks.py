"""Findings about a plug-in: noted, raised together, and named by what was looked at."""

from __future__ import annotations

import pytest

from mdm_opt.testing.checks import Checks, is_whole


class Thing:
    """What is looked at."""


HEAD = f"{__name__}.Thing is no model of mdm-opt:"


def test_what_holds_is_no_finding():
    checks = Checks(Thing(), "model")
    assert checks.expect(1, "not said") is True
    checks.run("fine", lambda: None)
    assert not checks.failed
    checks.finish()


def test_everything_that_is_wrong_is_raised_in_one_error():
    checks = Checks(Thing(), "model")
    assert checks.expect([], "no tokens") is False
    checks.run("fine", lambda: checks.expect(False, "no length"))
    checks.run("decode", lambda: [][0])
    assert checks.failed
    with pytest.raises(AssertionError) as caught:
        checks.finish()
    assert str(caught.value).splitlines() == [
        HEAD,
        "- no tokens",
        "- no length",
        "- decode: raised IndexError: list index out of range",
    ]


def test_what_a_check_raises_is_one_line():
    checks = Checks(Thing, "model")

    def fail():
        raise ValueError("one\n  two")

    checks.run("x", fail)
    with pytest.raises(AssertionError, match=r"\n- x: raised ValueError: one two$"):
        checks.finish()


def test_an_interrupt_is_no_finding():
    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Checks(Thing(), "model").run("x", interrupt)


def test_giving_up_always_raises():
    checks = Checks(Thing(), "model")
    with pytest.raises(AssertionError) as caught:
        checks.give_up()
    assert str(caught.value) == HEAD
    checks.expect(False, "no tokens")
    with pytest.raises(AssertionError) as caught:
        checks.give_up()
    assert str(caught.value) == f"{HEAD}\n- no tokens"


@pytest.mark.parametrize(
    ("value", "whole"),
    [(1, True), (2**80, True), (0, False), (True, False), (1.0, False), ("1", False)],
)
def test_a_whole_number_is_a_python_integer_of_at_least_so_much(value, whole):
    assert is_whole(value, 1) is whole

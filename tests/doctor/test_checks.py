"""What a check says, and what becomes of its errors."""

from __future__ import annotations

import pytest

from mdm_opt.doctor.checks import Check, Known, guarded
from mdm_opt.errors import InputError, RunError
from mdm_opt.storage_errors import StorageUnavailable


def test_checks_are_those_that_are_yielded_in_their_order():
    found = [Check("a", "ok", "here"), Check("b", "warn", "there", "mend it")]
    assert guarded("name", lambda: iter(found)) == found
    assert guarded("name", lambda: ()) == []
    assert Check("a", "ok", "here").mend == ""


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (InputError("not this one"), "not this one"),
        (RunError("it fell over"), "it fell over"),
        (ValueError("by\nhalf"), "ValueError: by half"),
        (OSError(5, "no answer"), "OSError: [Errno 5] no answer"),
        (ZeroDivisionError(), "ZeroDivisionError: "),
    ],
)
def test_an_error_becomes_one_check_that_fails(error, found):
    def look():
        yield Check("first", "ok", "is not kept")
        raise error

    assert guarded("name", look) == [Check("name", "fail", found)]


def test_a_server_that_is_away_can_be_mended():
    def look():
        raise StorageUnavailable("storage x: it is away")

    (check,) = guarded("server", look)
    assert (check.name, check.status, check.found) == ("server", "fail", "storage x: it is away")
    assert check.mend.startswith("start the server, or name another database with --storage")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_signal_is_no_check(error):
    def look():
        raise error

    with pytest.raises(error):
        guarded("name", look)


def test_a_study_is_asked_for_by_its_file_or_by_its_name():
    assert [
        Known(None, *given).asked for given in (("x.toml", None), (None, "x"), (None, None))
    ] == [
        True,
        True,
        False,
    ]

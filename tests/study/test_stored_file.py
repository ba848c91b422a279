"""The study file that a study was last run with, and how it is written down again."""

from __future__ import annotations

import tomllib

import pytest
from exact_profile import study_file
from records import study_record

from mdm_opt.config import parse_study
from mdm_opt.errors import InputError
from mdm_opt.study.stored_file import stored_study_file, study_toml

ODD = 'a "quoted"\ttext\n\\ ü \x7f\x00 \U0001f600'


def with_options(options):
    content = study_file().canonical()
    content["objective"] = {"kind": "package:function", "direction": "maximize"}
    content["objective"]["options"] = options
    return parse_study(content, "test")


def test_a_kept_study_file_comes_back():
    file = study_file(steps=(4, 6), trials=7, space={"beta_a": [0.5, 2.0]})
    assert stored_study_file(study_record(study_file=file.canonical())) == file


def test_what_this_version_does_not_understand_is_named_after_its_study():
    content = study_file().canonical()
    content["space"]["steps"] = []
    with pytest.raises(InputError, match=r"^study old: \[space\] steps: \[\] is not accepted"):
        stored_study_file(study_record("old", study_file=content))


def test_defaults_are_written_too():
    written = tomllib.loads(study_toml(study_file()))
    assert written == study_file().canonical()
    assert written["verify"]["confidence"] == 0.95
    given = {"kind": "enumerated", "law": "sudoku4", "process": "masked"}
    assert written["model"] == given | {
        key: written["model"][key] for key in ("options", "batch_size")
    }


@pytest.mark.parametrize(
    "options",
    [
        {ODD: ODD, "plain-key_1": "", "": 0, "ü": 1, "a.b": [[], {}]},
        {"numbers": [1, -2, 2**62, 0.1 + 0.2, 1e-300, 1e300, -0.0, True, False]},
        {"deep": {"er": {"est": [{"a": [1.5, "x"]}, {"b": {}}]}}},
    ],
)
def test_whatever_a_plugin_is_told_survives(options):
    file = with_options(options)
    assert parse_study(tomllib.loads(study_toml(file)), "again") == file


def test_tables_stand_apart_and_the_file_ends_its_last_line():
    written = study_toml(study_file(steps=(4, 6), trials=7))
    assert written.startswith('[study]\nname = "s"\nseed = 0\n\n[model]\nkind = "enumerated"\n')
    assert "\n\n[space]\n" in written
    assert "\nsteps = [4, 6]\n" in written
    assert written.endswith("\n")
    assert not written.endswith("\n\n")

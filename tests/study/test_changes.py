"""Whether a study is still what it was made as, and what is said where it is not."""

from __future__ import annotations

from contextlib import closing
from types import SimpleNamespace

import pytest
from exact_profile import study_file
from records import study_record
from study_files import database, write_study

from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.persistence import Repository, TrialQueue
from mdm_opt.study.changes import check_planned, check_same, check_unchanged, check_version
from mdm_opt.study.opening import create_study


def test_another_file_of_the_same_name_is_refused(tmp_path):
    url = database(tmp_path)
    create_study(write_study(tmp_path), url)
    with pytest.raises(InputError, match=r"\[objective\] instances was 16, is 17"):
        create_study(write_study(tmp_path, instances="17"), url)


def test_trials_of_another_version_are_refused(tmp_path, monkeypatch):
    path, url = write_study(tmp_path), database(tmp_path)
    create_study(path, url)
    monkeypatch.setattr("mdm_opt.study.changes.__version__", "0.99.0")
    with pytest.raises(InputError, match=r"made by mdm-opt 0\.2\.0, this is 0\.99\.0"):
        create_study(path, url)


def made_from(file, **changes):
    """The record of a study of 4x4 Sudoku that was made from a study file."""
    values = {"study_file": file.canonical(), "identity_hash": file.identity_hash()}
    return study_record(**(values | changes))


def test_what_may_change_later_is_the_same_study():
    check_same(made_from(study_file(trials=60)), study_file(trials=7, racing=False, samples=0))


def test_every_key_that_differs_is_named_with_what_it_was_and_is():
    record = made_from(study_file(steps=(4, 6)))
    with pytest.raises(InputError) as no:
        check_same(record, study_file(steps=(4, 8), sampler="random", trials=3))
    assert str(no.value) == (
        "study 's' was made from another study file: [search] sampler was 'shape', is 'random'; "
        "[space] steps was [4, 6], is [4, 8]; choose another [study] name, or delete the study "
        "first"
    )


@pytest.mark.parametrize(
    ("made_by", "this", "same"),
    [
        ("0.1.0", "0.2.0", True),
        ("0.1.0", "0.3.0", False),
        ("0.3.0", "0.3.9", True),
        ("0.3.0", "0.4.0", False),
        ("0.9.0", "1.0.0", False),
        ("1.0.0", "1.9.2", True),
        ("1.0.0", "2.0.0", False),
        ("10.0.0", "1.0.0", False),
    ],
)
def test_versions_measure_alike_within_a_major_version_and_before_the_first_within_a_minor(
    monkeypatch, made_by, this, same
):
    monkeypatch.setattr("mdm_opt.study.changes.__version__", this)
    record = study_record(package_version=made_by)
    if same:
        check_version(record)
        return
    with pytest.raises(InputError) as no:
        check_version(record)
    assert str(no.value) == (
        f"study 's' was made by mdm-opt {made_by}, this is {this}; its trials could not be "
        "compared"
    )


def test_a_study_whose_trials_are_not_all_planned_comes_from_an_older_version(tmp_path):
    with closing(Repository(database(tmp_path), create=True)) as repository:
        record = made_from(study_file(trials=5))
        repository.add_study(record)
        queue = TrialQueue(repository, "s")
        queue.plan([], [4, 6], 4)
        with pytest.raises(InputError, match="older version and has 4 of its 5 trials here; 'mdm"):
            check_planned(repository, record)
        queue.plan([], [4, 6], 5)
        check_planned(repository, record)


def problem(model="f", objective="p"):
    """A problem of which nothing but the fingerprints is asked."""
    of_model, of_objective = (SimpleNamespace(fingerprint=one) for one in (model, objective))
    return Problem(of_model, of_objective, seed=0)


def test_the_same_model_and_the_same_data_are_accepted():
    check_unchanged(study_record(), problem())
    # Version 0.1.0 kept no fingerprint of the objective.
    check_unchanged(study_record(objective_fingerprint=""), problem(objective="anything"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model": "0123456789" * 4}, "the model of study 's' has changed since it was created: "
         "fingerprint 012345678901234567890123..., was f..."),
        ({"objective": "q"}, "the objective's data, judge or function of study 's' has changed "
         "since it was created: fingerprint q..., was p...; where its scores stay comparable: "
         "'mdm-opt study accept s --reason TEXT'"),
    ],
)  # fmt: skip
def test_another_model_or_other_data_are_named(changed, said):
    with pytest.raises(InputError) as no:
        check_unchanged(study_record(), problem(**changed))
    assert str(no.value) == said

"""What is asked of a database besides what every backend's contract says."""

from __future__ import annotations

from contextlib import closing

import pytest
from queues import finish, worker
from records import measurement, study_record
from sqlalchemy import text

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository
from mdm_opt.persistence.database import make_engine


def test_step_counts_are_verified_that_have_a_verification(repository):
    assert repository.verified_steps("s") == []
    repository.add_study(study_record("other"))
    for steps in (16, 4):
        kinds = [("selection", "l"), ("verification", "best"), ("verification", "linear")]
        records = [measurement(role=r, label=n, budget_steps=steps) for r, n in kinds]
        repository.replace_verification("s", steps, records)
    repository.replace_verification("s", 8, [measurement(role="selection")])
    assert repository.verified_steps("s") == [4, 16]
    assert repository.verified_steps("other") == repository.verified_steps("nobody") == []


def test_measurements_of_chosen_trials(repository, queue):
    queue.plan([], [4], 4)
    me = worker(queue)
    for _ in range(4):
        finish(queue, me)
    numbers = [m.trial_number for m in repository.measurements("s", numbers={1, 3, 7})]
    assert numbers == [1, 3]
    assert repository.measurements("s", numbers=()) == []


def test_more_measurements_than_are_asked_for_at_once_come_in_their_order(repository):
    records = [measurement(role="verification", label=f"{n}") for n in range(230)]
    repository.replace_verification("s", 8, records)
    assert [m.label for m in repository.measurements("s")] == [f"{n}" for n in range(230)]


def test_by_another_engine_tables_are_read_as_they_are(url):
    engine = make_engine(url)
    repository = Repository.through(engine, url)
    with pytest.raises(InputError, match="mdm_studies"):
        repository.studies()
    with closing(Repository(url, create=True)) as ours:
        ours.add_study(study_record())
    assert repository.studies() == [study_record()]
    engine.dispose()


def test_what_is_asked_of_no_study_is_refused(repository):
    for ask in (
        lambda: repository.exports("nobody"),
        lambda: repository.measurements("nobody"),
        lambda: repository.delete_study("nobody"),
        lambda: repository.update_study_file("nobody", {}, "/"),
        lambda: repository.replace_verification("nobody", 8, []),
        lambda: repository.add_export("nobody", steps=8, format_name="json", schedule={}),
    ):
        with pytest.raises(InputError, match="no study 'nobody' in this database"):
            ask()
    assert repository.studies() == [study_record()]


def test_a_transaction_keeps_all_or_nothing_and_says_errors_in_one_line(repository):
    rename = text("UPDATE mdm_studies SET name = 'renamed'")
    with pytest.raises(InputError, match=r"^storage .*no_such_table") as no:
        rename_and(repository, rename, text("SELECT * FROM no_such_table"))
    assert "\n" not in str(no.value)
    assert [study.name for study in repository.studies()] == ["s"]
    rename_and(repository, rename)
    assert [study.name for study in repository.studies()] == ["renamed"]


def rename_and(repository, *statements):
    with repository.transaction() as session:
        for statement in statements:
            session.execute(statement)


def test_what_was_closed_can_be_used_again(repository):
    repository.close()
    assert repository.study("s") == study_record()


def test_a_file_that_is_deleted_or_replaced_is_noticed(tmp_path):
    file = tmp_path / "r.db"
    with closing(Repository(f"sqlite:///{file}", create=True)) as ours:
        ours.check_file()
        kept = file.rename(tmp_path / "kept.db")
        with pytest.raises(InputError, match="has been deleted or replaced while it was used"):
            ours.check_file()
        file.write_bytes(kept.read_bytes())
        with pytest.raises(InputError, match="has been deleted or replaced while it was used"):
            ours.check_file()
        kept.rename(file)
        ours.check_file()

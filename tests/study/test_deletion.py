"""Deleting a study: it goes with all that is its, unless somebody works on it."""

from __future__ import annotations

import pytest
from copies import content, copy_database, execute, optuna_names
from study_files import database, write_study

from mdm_opt.errors import InputError
from mdm_opt.study.deletion import delete_study
from mdm_opt.study.locks import exclusive
from mdm_opt.study.opening import create_study


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A folder with the database."""
    folder = tmp_path_factory.mktemp("made")
    for name in ("sudoku4", "other"):
        path = write_study(folder, name=f'"{name}"')
        create_study(path, database(folder)).repository.close()
    return folder


@pytest.fixture
def two(once, tmp_path):
    """A database with the studies ``sudoku4`` and ``other``; none has been worked on."""
    copy_database(database(once), tmp_path)
    return database(tmp_path)


def test_a_study_goes_from_our_tables_and_optunas_and_the_others_stay(two):
    before = content(two, "other")
    delete_study("sudoku4", two)
    assert optuna_names(two) == ["other"]
    assert execute(two, "SELECT name FROM mdm_studies") == [("other",)]
    assert content(two, "other") == before
    delete_study("other", two)
    assert optuna_names(two) == []
    for table in ("mdm_studies", "mdm_models", "mdm_trials", "mdm_candidates", "mdm_parameters"):
        assert execute(two, f"SELECT COUNT(*) FROM {table}") == [(0,)]  # noqa: S608


def test_its_name_is_free_afterwards(two, tmp_path):
    delete_study("sudoku4", two)
    opened = create_study(write_study(tmp_path, trials="3"), two)
    assert opened.queue.progress().total == 3
    opened.repository.close()


def test_what_is_not_there_is_refused_with_what_there_is(two, tmp_path):
    with pytest.raises(InputError, match="no study 'nobody' in this database; there are: sudoku4"):
        delete_study("nobody", two)
    with pytest.raises(InputError, match="no database at"):
        delete_study("sudoku4", f"sqlite:///{tmp_path}/none.db")
    assert not (tmp_path / "none.db").exists()


def test_a_study_in_a_file_that_is_worked_on_stays_whole(two):
    before = content(two)
    with (
        exclusive("sudoku4", two),
        pytest.raises(InputError, match="study 'sudoku4' is being worked on by another process"),
    ):
        delete_study("sudoku4", two)
    assert content(two) == before
    assert optuna_names(two) == ["sudoku4", "other"]


@pytest.mark.postgres
def test_a_study_on_a_server_stays_until_its_workers_have_ended(tmp_path, postgres_url):
    opened = create_study(write_study(tmp_path), postgres_url)
    worker = opened.queue.workers.register("elsewhere", 7, "cpu", "0", 60.0)
    with pytest.raises(InputError, match="by 1 workers, one of them process 7 on elsewhere; stop"):
        delete_study("sudoku4", postgres_url)
    assert opened.repository.study("sudoku4") == opened.record
    opened.queue.workers.end(worker, "stopped")
    delete_study("sudoku4", postgres_url)
    assert opened.repository.studies() == []
    opened.repository.close()

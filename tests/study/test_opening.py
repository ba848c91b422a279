"""Making a study and opening it: all of it or nothing, again, elsewhere, by another version."""

from __future__ import annotations

from contextlib import closing

import pytest
from copies import copy_database, execute, optuna_names
from sqlalchemy import text
from study_files import SUDOKU4, database, write_study

from mdm_opt.config import load_study_file
from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository
from mdm_opt.study.opening import create_study, make_study, open_study
from mdm_opt.study.problem import build_problem


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A folder with the study ``sudoku4`` and its database."""
    folder = tmp_path_factory.mktemp("made")
    create_study(write_study(folder), database(folder)).repository.close()
    return folder


@pytest.fixture
def made(once, tmp_path):
    """The URL of a database with the study ``sudoku4``."""
    copy_database(database(once), tmp_path)
    return database(tmp_path)


def test_tables_study_and_budget_are_there_once_a_study_is_made(tmp_path):
    path, url = write_study(tmp_path, steps="[4, 6]", trials="9"), database(tmp_path)
    with closing(create_study(path, url).repository) as repository:
        record = repository.study("sudoku4")
    assert (record.name, record.folder) == ("sudoku4", str(tmp_path))
    assert record.study_file == load_study_file(path).canonical()
    assert (record.objective, record.unit, record.direction) == ("validity", "share", "maximize")
    assert (record.model.length, record.model.vocab_size) == (16, 4)
    trials = execute(url, "SELECT label, steps FROM mdm_trials ORDER BY position")
    assert [tuple(trial) for trial in trials[:2]] == [("energy: linear", 4), ("energy: linear", 6)]
    assert [trial.label for trial in trials].count("search") == 9 - 8
    assert len(trials) == 9
    assert optuna_names(url) == ["sudoku4"]


def test_made_again_it_is_the_same_study_with_the_budget_of_now_where_its_file_lies_now(
    tmp_path, made
):
    (tmp_path / "moved").mkdir()
    path = write_study(tmp_path / "moved", trials="8", top="1")
    with closing(open_study("sudoku4", made).repository) as repository:
        before = repository.study("sudoku4")
        again = create_study(path, made)
        now = repository.study("sudoku4")
    assert again.queue.progress().total == 8
    assert (now.folder, now.study_file["verify"]["top"]) == (str(tmp_path / "moved"), 1)
    assert (now.identity_hash, now.package_version) == (
        before.identity_hash,
        before.package_version,
    )
    assert again.record.name == again.name == "sudoku4"
    again.repository.close()


def test_another_file_is_refused_before_its_model_is_loaded(tmp_path, made):
    file = load_study_file(write_study(tmp_path, instances="17"))
    with pytest.raises(InputError, match=r"\[objective\] instances was 16, is 17"):
        make_study(file, tmp_path, made, lambda: pytest.fail("loaded"))
    assert execute(made, "SELECT COUNT(*) FROM mdm_trials") == [(6,)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seeds": "[[0.01, 1.0]]"}, r"\[search\] seeds\.0: "),
        ({"law": '"no_such_laws:law"'}, r"\[model\] law: .*'no_such_laws'"),
        ({"steps": "[17]"}, r"\[space\] steps: 17 is not accepted"),
    ],
)
def test_what_is_wrong_is_found_before_anything_is_written(tmp_path, changes, said):
    with pytest.raises(InputError, match=said):
        create_study(write_study(tmp_path, **changes), database(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


def test_an_opened_study_is_what_was_made(once, made):
    file = load_study_file(once / "study.toml")
    with closing(open_study("sudoku4", made, to_work=True).repository):
        opened = open_study("sudoku4", made)
    assert (opened.name, opened.study_file) == ("sudoku4", file)
    assert opened.problem.decoding == build_problem(file, once).decoding
    assert (opened.sets.search, opened.sets.verification) == (16, 32)
    assert (opened.space.steps, opened.space.length) == ((4,), 16)
    assert opened.queue.progress().total == 6
    opened.repository.close()


def test_what_is_not_there_is_not_made(tmp_path, made):
    with pytest.raises(InputError, match="no study 'nobody' in this database; there are: sudoku4"):
        open_study("nobody", made)
    with pytest.raises(InputError, match="no database at"):
        open_study("sudoku4", f"sqlite:///{tmp_path}/none.db")
    assert not (tmp_path / "none.db").exists()


def test_a_machine_with_the_files_elsewhere_names_its_own_copy(tmp_path):
    """Relative paths are looked for beside it."""
    study = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"', 'kind = "path_kl"\nreferences = "grids.txt"'
    )
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        write_study(folder, study)
        (folder / "grids.txt").write_text("1234341221434321\n" * 64)
    url = database(tmp_path)
    create_study(there / "study.toml", url).repository.close()
    (there / "grids.txt").unlink()
    with pytest.raises(InputError, match=r"cannot read .*there/grids\.txt"):
        open_study("sudoku4", url, to_work=True)
    opened = open_study("sudoku4", url, own_file=here / "study.toml", to_work=True)
    assert opened.problem.objective.name == "path_kl"
    opened.repository.close()


def test_a_copy_that_says_something_else_is_refused(tmp_path, made):
    (tmp_path / "own").mkdir()
    own = write_study(tmp_path / "own", sampler='"tpe"')
    with pytest.raises(InputError, match=r"\[search\] sampler was 'random', is 'tpe'"):
        open_study("sudoku4", made, own_file=own)


def test_another_version_may_look_but_not_work(made, monkeypatch):
    monkeypatch.setattr("mdm_opt.study.changes.__version__", "9.0.0")
    open_study("sudoku4", made).repository.close()
    with pytest.raises(InputError, match="its trials could not be compared"):
        open_study("sudoku4", made, to_work=True)


def test_another_model_is_refused(made):
    with closing(Repository(made, create=False)) as repository:
        with repository.transaction() as session:
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
            for statement in (
                "UPDATE mdm_models SET fingerprint = 'another'",
                "UPDATE mdm_studies SET model_fingerprint = 'another'",
            ):
                session.execute(text(statement))
        with pytest.raises(InputError, match="the model of study 'sudoku4' has changed since"):
            open_study("sudoku4", made)


def test_a_device_is_refused_as_if_it_stood_in_the_study_file(made):
    with pytest.raises(InputError, match=r"^--device: \[model\] device: unknown key; known: kind"):
        open_study("sudoku4", made, device="cuda")

"""Optuna's tables: making, copying, renaming and deleting studies in them, and other programs'."""

from __future__ import annotations

from contextlib import closing

import optuna
import pytest
from mirrors import Bench
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError
from study_files import optuna_trials

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository
from mdm_opt.persistence.optuna_tables import (
    copy_mirror,
    delete_mirror,
    make_tables,
    optuna_names,
    optuna_storage,
    rename_mirror,
    storage_errors_of,
)


def test_a_study_that_is_missing_is_made(bench):
    assert bench.mirror.sync() == -1
    storage = optuna.storages.RDBStorage(bench.repository.url)
    study = optuna.load_study(study_name="m", storage=storage)
    assert [direction.name for direction in study.directions] == ["MAXIMIZE", "MINIMIZE"]
    assert study.metric_names == ["quality", "nfe"]
    assert study.trials == []
    storage.scoped_session.remove()
    storage.engine.dispose()


def test_without_optunas_tables_only_the_mirror_is_missing(bench):
    with bench.repository.transaction() as session:
        for table in ("trial_user_attributes", "trial_values", "studies"):
            session.execute(text(f"DROP TABLE {table}" + bench.cascade))
    bench.finish(bench.begin())
    with pytest.raises(InputError):
        bench.mirror.sync()
    delete_mirror(bench.repository.engine, "m")


def test_another_programs_study_of_the_name_is_refused(repository):
    make_tables(repository.engine)
    storage = optuna.storages.RDBStorage(repository.url)
    theirs = optuna.create_study(study_name="m", storage=storage)
    theirs.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    bench = Bench(repository)
    with pytest.raises(InputError, match="taken by an Optuna study that mdm-opt did not make"):
        bench.mirror.sync()
    assert len(theirs.trials) == 2
    storage.scoped_session.remove()
    storage.engine.dispose()


@pytest.fixture
def target(tmp_path):
    """Another database, without any tables of Optuna's."""
    with closing(Repository(f"sqlite:///{tmp_path}/target.db", create=True)) as found:
        yield found.engine


def told(url, name):
    return [(trial.number, trial.state, trial.values) for trial in optuna_trials(url, name)]


def test_a_copy_has_a_passing_name_until_it_is_renamed(bench, target):
    source = bench.repository.engine
    make_tables(target)
    bench.finish(bench.begin())
    bench.begin()
    bench.mirror.sync()
    passing = copy_mirror(source, target, "m")
    assert optuna_names(source) == {"m"}
    assert optuna_names(target) == {passing} == {"m (being copied)"}
    # What a copy that was killed has left is made anew.
    bench.begin()
    bench.mirror.sync()
    assert copy_mirror(source, target, "m") == passing
    with target.begin() as connection:
        rename_mirror(connection, passing, "m")
    assert optuna_names(target) == {"m"}
    url = target.url.render_as_string()
    assert told(url, "m") == told(bench.repository.url, "m")
    assert len(told(url, "m")) == 3


def test_what_optuna_does_not_have_is_not_copied(bench, target):
    make_tables(target)
    assert copy_mirror(bench.repository.engine, target, "m") is None
    assert optuna_names(target) == set()


def test_without_any_tables_there_is_nothing_to_copy_or_delete(repository, target):
    delete_mirror(target, "m")
    assert copy_mirror(repository.engine, target, "m") is None
    for engine in (repository.engine, target):
        assert not inspect(engine).has_table("studies")


def test_only_the_study_that_was_named_is_deleted(bench):
    bench.mirror.sync()
    engine = bench.repository.engine
    optuna.create_study(study_name="theirs", storage=optuna_storage(engine))
    delete_mirror(engine, "nobody")
    assert optuna_names(engine) == {"m", "theirs"}
    delete_mirror(engine, "m")
    assert optuna_names(engine) == {"theirs"}


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (KeyError("Record does not exist."), r"target\.db: .*Record does not exist"),
        (optuna.exceptions.StorageInternalError("out of order"), r"target\.db: out of order"),
        (OperationalError("SELECT 1", {}, Exception("away")), r"target\.db: away"),
    ],
)
def test_what_optuna_raises_is_one_line_about_the_storage(target, raised, said):
    with pytest.raises(InputError, match=said) as no, storage_errors_of(target):
        raise raised
    assert "\n" not in str(no.value)


def test_errors_of_programs_stay_what_they_are(target):
    with pytest.raises(KeyError, match="a typing error"), storage_errors_of(target):
        raise KeyError("a typing error")

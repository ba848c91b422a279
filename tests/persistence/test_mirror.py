"""Optuna's tables: brought to what our tables say, whatever was killed or deleted in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import optuna
import pytest
from mirrors import FILE, LENGTH, Bench
from records import measurement
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from mdm_opt.candidates import Choice, Range, Seed, beta, counts_candidate
from mdm_opt.errors import InputError
from mdm_opt.persistence import MAX_FAILURES, Repository, TrialQueue
from mdm_opt.persistence.mirror import Mirror, distributions
from mdm_opt.persistence.optuna_tables import make_tables


def test_what_has_been_begun_runs_and_what_is_finished_has_its_value(bench):
    first, second = bench.begin(), bench.begin(beta(0.9, 0.3, 8))
    assert bench.mirror.sync() == 1
    assert bench.states() == ["RUNNING", "RUNNING"]
    record = bench.finish(second, guards={"entropy": -0.5})
    assert bench.mirror.sync() == 1
    running, over = bench.trials()
    assert (running.state.name, running.user_attrs["position"]) == ("RUNNING", first.position)
    assert (over.state.name, over.values) == ("COMPLETE", [record.value, 8.0])
    assert over.params == {"steps": 8, "beta_a": 0.9, "beta_b": 0.3}
    assert over.constraints == {"entropy": -0.5}
    measured = over.user_attrs["measured"]
    assert (measured["instances"], measured["nfe"]) == (3, 8.0)
    assert measured["counts"] == beta(0.9, 0.3, 8).plan(bench.file.sampler, 16).counts.tolist()


def test_a_race_that_was_lost_is_pruned_and_has_no_value(bench):
    trial = bench.begin()
    bench.mirror.sync()
    bench.finish(trial, stopped_early=True, paired_value=0.25, paired_error=0.1, rival_number=0)
    bench.mirror.sync()
    (over,) = bench.trials()
    assert (over.state.name, over.values) == ("PRUNED", None)
    assert over.user_attrs["measured"]["value"] == 0.25


def test_counts_are_entered_by_their_coordinates(repository):
    free = FILE | {"space": {"steps": [4], "family": "free"}}
    bench = Bench(repository, free, trials=1)
    bench.finish(bench.begin(counts_candidate([1, 2, 5, 8])))
    bench.mirror.sync()
    (over,) = bench.trials()
    assert over.user_attrs["counts"] == [1, 2, 5, 8]
    assert set(over.params) == {"steps", "free_1", "free_2", "free_3"}


def seen(bench):
    keep = ("number", "state", "values", "params", "user_attrs", "constraints", "distributions")
    return [{key: getattr(trial, key) for key in keep} for trial in bench.trials()]


def drop_optuna(engine):
    """Deletes all tables that are not ours."""
    theirs = [name for name in inspect(engine).get_table_names() if not name.startswith("mdm_")]
    with engine.connect() as connection:
        server = connection.dialect.name == "postgresql"
        if not server:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        for name in theirs:
            connection.execute(text(f"DROP TABLE {name}{' CASCADE' if server else ''}"))
        connection.commit()
        if not server:
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")


@pytest.mark.parametrize("lost", ["the study", "all tables"])
def test_what_was_deleted_is_whole_again(bench, lost):
    first = bench.begin()
    bench.finish(first, guards={"entropy": -1.0})
    second = bench.begin()
    bench.finish(second, stopped_early=True, paired_value=0.1, paired_error=0.1, rival_number=0)
    bench.begin()
    bench.mirror.sync()
    before, times = seen(bench), [trial.datetime_start for trial in bench.trials()]
    if lost == "the study":
        optuna.delete_study(study_name="m", storage=bench.mirror._storage)
    else:
        drop_optuna(bench.repository.engine)
        make_tables(bench.repository.engine)
    again = Mirror(bench.repository, bench.file, LENGTH)
    assert again.sync() == 2
    assert seen(bench) == before
    assert [trial.datetime_start for trial in bench.trials()] == times


def test_doing_it_again_changes_nothing(bench):
    bench.finish(bench.begin())
    bench.begin()
    for _ in range(2):
        bench.mirror.sync()
        before = seen(bench)
        Mirror(bench.repository, bench.file, LENGTH).sync()
        assert seen(bench) == before


def test_what_was_given_up_has_failed_and_is_tried_again_under_another_number(bench):
    given_up(bench)
    bench.queue.plan([], [4, 8], 8)
    assert bench.queue.trials()[0].trial_number == 1
    bench.mirror.sync()
    assert bench.states() == ["FAIL", "RUNNING"]
    # A mirror that is made anew knows nothing of the number that is no longer used.
    optuna.delete_study(study_name="m", storage=bench.mirror._storage)
    Mirror(bench.repository, bench.file, LENGTH).sync()
    assert bench.states() == ["FAIL", "RUNNING"]


def test_trials_that_nobody_knows_fail_and_keep_their_numbers(bench):
    """Left by a version that entered trials in Optuna first."""
    bench.mirror.sync()
    study = optuna.load_study(study_name="m", storage=bench.mirror._storage)
    study.ask()
    assert bench.mirror.sync() == 0
    assert bench.states() == ["FAIL"]
    trial = bench.queue.claim(bench.queue.workers.register("here", 1, "cpu", "0", 60.0))
    begun = bench.queue.begin(trial, beta(0.5, 0.5, trial.steps), after=bench.mirror.sync())
    assert begun.trial_number == 1
    bench.finish(begun)
    bench.mirror.sync()
    assert bench.states() == ["FAIL", "COMPLETE"]


def test_where_somebody_else_has_taken_a_number_the_mirror_is_made_anew(bench):
    bench.mirror.sync()
    bench.finish(bench.begin())
    second = bench.begin()
    study = optuna.load_study(study_name="m", storage=bench.mirror._storage)
    create = bench.mirror._storage.create_new_trial
    calls = []

    def meanwhile(study_id, template_trial=None):
        calls.append(1)
        if len(calls) == 1:
            create(study_id)
        return create(study_id, template_trial)

    bench.mirror._storage.create_new_trial = meanwhile
    assert bench.mirror.sync() == second.trial_number == 1
    del bench.mirror._storage.create_new_trial, study
    assert bench.states() == ["COMPLETE", "RUNNING"]


@pytest.mark.parametrize("over", [False, True])
def test_a_number_that_was_taken_before_ours_was_begun_is_noticed(bench, over):
    taken = bench.mirror.sync()
    study = optuna.load_study(study_name="m", storage=bench.mirror._storage)
    theirs = study.ask({"x": optuna.distributions.FloatDistribution(0, 1)})
    if over:
        study.tell(theirs, [0.5, 4.0])
    trial = bench.queue.claim(bench.queue.workers.register("here", 1, "cpu", "0", 60.0))
    begun = bench.queue.begin(trial, beta(0.5, 0.5, trial.steps), after=taken)
    assert begun.trial_number == theirs.number == 0
    record = bench.finish(begun)
    bench.mirror.sync()
    (found,) = bench.trials()
    assert (found.values, set(found.params)) == (
        [record.value, record.nfe],
        {"steps", "beta_a", "beta_b"},
    )


def test_trials_of_others_that_take_no_number_of_ours_stay(bench):
    bench.finish(bench.begin())
    taken = bench.mirror.sync()
    study = optuna.load_study(study_name="m", storage=bench.mirror._storage)
    study.tell(study.ask({"x": optuna.distributions.FloatDistribution(0, 1)}), [0.5, 4.0])
    assert (taken, bench.mirror.sync()) == (0, 1)
    trial = bench.queue.claim(bench.queue.workers.register("here", 1, "cpu", "0", 60.0))
    begun = bench.queue.begin(trial, beta(0.5, 0.5, trial.steps), after=bench.mirror.sync())
    bench.mirror.sync()
    assert begun.trial_number == 2
    assert bench.states() == ["COMPLETE", "COMPLETE", "RUNNING"]


def given_up(bench):
    """A trial that a worker has begun, and that has failed too often meanwhile."""
    trial = bench.begin()
    bench.mirror.sync()
    for _ in range(MAX_FAILURES):
        bench.queue.fail(trial, trial.worker_id, "no luck")
        take = "UPDATE mdm_trials SET worker_id = :worker WHERE id = :id AND failures < :most"
        values = {"worker": trial.worker_id, "id": trial.id, "most": MAX_FAILURES}
        with bench.repository.transaction() as session:
            session.execute(text(take), values)
    assert bench.queue.trials()[0].given_up
    bench.mirror.sync()
    assert bench.states() == ["FAIL"]
    return trial


@pytest.mark.parametrize("again", [False, True])
def test_a_trial_that_is_finished_after_it_was_given_up_has_its_value(bench, again):
    trial = given_up(bench)
    if again:
        bench.queue.plan([], bench.file.space.steps, 8, after=bench.mirror.sync())
    record = bench.finish(trial)
    bench.mirror.sync()
    assert bench.states() == ["FAIL", "COMPLETE"]
    (kept,) = bench.repository.measurements("m")
    assert (kept.trial_number, kept.value) == (1, record.value)
    assert bench.queue.trials()[0].trial_number == 1
    assert bench.trials()[1].values == [record.value, record.nfe]


def test_a_study_that_another_program_deletes_meanwhile_is_made_again(bench, monkeypatch):
    bench.finish(bench.begin())
    bench.mirror.sync()
    bench.begin()
    storage, create = bench.mirror._storage, bench.mirror._storage.create_new_trial
    calls = []

    def gone(study_id, template_trial=None):
        if not calls:
            calls.append(1)
            optuna.delete_study(study_name="m", storage=storage)
            raise KeyError("Record does not exist.")
        return create(study_id, template_trial)

    monkeypatch.setattr(storage, "create_new_trial", gone)
    assert bench.mirror.sync() == 1
    assert bench.states() == ["COMPLETE", "RUNNING"]


def test_a_program_that_never_stops_is_named(bench, monkeypatch):
    bench.begin()
    storage, create = bench.mirror._storage, bench.mirror._storage.create_new_trial

    def another_first(study_id, template_trial=None):
        create(study_id)
        return create(study_id, template_trial)

    monkeypatch.setattr(storage, "create_new_trial", another_first)
    with pytest.raises(InputError, match="another program changes it in Optuna's tables"):
        bench.mirror.sync()


@pytest.mark.postgres
def test_who_does_not_wait_leaves_it_to_who_is_at_it(postgres_url):
    with closing(Repository(postgres_url, create=True)) as repository:
        bench = Bench(repository)
        bench.mirror.sync()
        bench.begin()
        with bench.mirror._alone(wait=True) as check:
            check()
            with closing(Repository(postgres_url, create=False)) as other:
                mirror = Mirror(other, bench.file, LENGTH)
                assert mirror.sync(wait=False) == -1
                assert bench.states() == []
        assert bench.mirror.sync(wait=False) == 0
        assert bench.states() == ["RUNNING"]


@pytest.mark.parametrize(
    "place", ["create_new_trial", "set_trial_user_attr", "set_trial_system_attr"]
)
def test_what_stopped_half_way_can_be_repeated(bench, monkeypatch, place):
    first = bench.begin()
    bench.mirror.sync()
    bench.finish(first, guards={"entropy": -1.0})
    second = bench.begin()
    original = getattr(type(bench.mirror._storage), place)

    def lost(*arguments, **keys):
        original(*arguments, **keys)
        raise OperationalError("COMMIT", {}, Exception("the connection was lost"))

    with monkeypatch.context() as patch:
        patch.setattr(type(bench.mirror._storage), place, lost)
        with pytest.raises(InputError, match="the connection was lost"):
            bench.mirror.sync()
    assert bench.mirror.sync() == second.trial_number
    over, running = bench.trials()
    assert (over.state.name, over.constraints) == ("COMPLETE", {"entropy": -1.0})
    assert (running.state.name, running.number) == ("RUNNING", 1)


def test_a_trial_that_is_over_in_optuna_is_left_alone(bench):
    trial = bench.begin()
    bench.mirror.sync()
    record = bench.finish(trial)
    bench.mirror.sync()
    with bench.repository.transaction() as session:
        session.execute(text("UPDATE mdm_measurements SET value = 99.0"))
    bench.mirror.sync()
    (over,) = bench.trials()
    assert over.values[0] == record.value


@pytest.mark.postgres
def test_workers_that_bring_it_up_to_date_at_once_enter_each_trial_once(postgres_url):
    with closing(Repository(postgres_url, create=True)) as repository:
        bench = Bench(repository, trials=24)
        bench.mirror.sync()

        def work(index):
            with closing(Repository(postgres_url, create=False)) as own:
                queue, mirror = TrialQueue(own, "m"), Mirror(own, bench.file, LENGTH)
                worker, done = queue.workers.register("here", index, "cpu", "0", 60.0), 0
                while (trial := queue.claim(worker)) is not None:
                    begun = queue.begin(trial, beta(0.5, 0.5, trial.steps), after=mirror.sync())
                    mirror.sync()
                    record = measurement(
                        trial_number=begun.trial_number,
                        budget_steps=trial.steps,
                        candidate=begun.candidate,
                        scores=np.array([float(begun.trial_number)]),
                    )
                    queue.finish(trial, worker, record)
                    mirror.sync()
                    done += 1
                return done

        with ThreadPoolExecutor(4) as pool:
            done = list(pool.map(work, range(4)))
        assert sum(done) == 24
        trials = bench.trials()
        assert [trial.number for trial in trials] == list(range(24))
        assert {trial.state.name for trial in trials} == {"COMPLETE"}
        assert [trial.values[0] for trial in trials] == [float(n) for n in range(24)]


def test_seeds_are_entered_under_their_labels(repository):
    bench = Bench(repository, trials=0)
    seeds = [Seed("energy: linear", beta(0.5, 0.5, 4)), Seed("user: (1, 1)", beta(1, 1, 8))]
    bench.queue.plan(seeds, [4, 8], 3)
    for _ in range(3):
        bench.begin()
    bench.mirror.sync()
    labels = [trial.user_attrs["label"] for trial in bench.trials()]
    assert labels == ["energy: linear", "user: (1, 1)", "search"]


def test_whole_numbers_are_integers_for_optuna():
    steps = Range("steps", (1, 64), (4, 16), integer=True)
    found = distributions([steps, Choice("alg", ("a", "b"))])
    assert found["steps"] == optuna.distributions.IntDistribution(4, 16, log=True)
    assert found["alg"] == optuna.distributions.CategoricalDistribution(("a", "b"))

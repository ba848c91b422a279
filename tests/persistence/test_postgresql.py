"""Several workers at once, and the settings of every connection; a real server."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import chain

import pytest
from postgres import execute, fresh_database
from records import measurement, study_record
from sqlalchemy import event, make_url, text
from study_files import SUDOKU4, write_study

from mdm_opt.candidates import Seed, beta
from mdm_opt.config import load_study_file
from mdm_opt.errors import InputError
from mdm_opt.persistence import (
    Progress,
    Repository,
    TrialQueue,
    grant_to_workers,
    upgrade_database,
)
from mdm_opt.persistence.mirror import Mirror
from mdm_opt.persistence.optuna_tables import make_tables

pytestmark = pytest.mark.postgres
WORKERS = 8


@pytest.fixture
def repository(postgres_url):
    found = Repository(postgres_url, create=True)
    found.add_study(study_record())
    yield found
    found.close()


def together(number, work):
    """Runs ``work(index)`` in threads that start at the same moment; returns what they return."""
    barrier = threading.Barrier(number)

    def one(index):
        barrier.wait()
        return work(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_workers_share_a_budget_and_do_every_trial_once(repository):
    queue = TrialQueue(repository, "s")
    queue.plan([], [4, 8], 100)
    opened = threading.Barrier(WORKERS)

    def work(index):
        with closing(Repository(repository.url, create=False)) as own:
            mine = TrialQueue(own, "s")
            worker = mine.workers.register("here", index, "cpu", "0", 60.0)
            done = []
            opened.wait()
            while not mine.progress().settled:
                trial = mine.claim(worker)
                if trial is None:
                    continue
                number = mine.begin(trial, beta(1.0, 1.0, trial.steps)).trial_number
                record = measurement(trial_number=number, worker_id=worker)
                assert mine.finish(trial, worker, record)
                done.append(trial.position)
            mine.workers.end(worker, "finished")
            return done

    done = together(WORKERS, work)
    assert sorted(chain.from_iterable(done)) == list(range(100))
    assert sum(map(bool, done)) > 1, "one worker got everything"
    assert queue.progress() == Progress(100, 100, 0, 0)
    records = repository.measurements("s")
    assert sorted(record.trial_number for record in records) == list(range(100))
    assert {trial.attempts for trial in queue.trials()} == {1}
    by_worker = Counter(record.worker_id for record in records)
    assert sorted(by_worker.values()) == sorted(len(one) for one in done if one)


def test_of_many_that_finish_a_trial_one_is_kept(repository):
    queue = TrialQueue(repository, "s")
    queue.plan([], [4], 1)
    workers = [queue.workers.register("here", pid, "cpu", "0", 60.0) for pid in range(WORKERS)]
    trial = queue.claim(workers[0])
    queue.begin(trial, beta(1.0, 1.0, 4))

    def work(index):
        with closing(Repository(repository.url, create=False)) as own:
            record = measurement(trial_number=0, label=str(index))
            return TrialQueue(own, "s").finish(trial, workers[index], record)

    won = together(WORKERS, work)
    (winner,) = [index for index, finished in enumerate(won) if finished is not None]
    assert won[winner].trials == 1
    (found,) = repository.measurements("s")
    assert found.label == str(winner)


def test_many_that_plan_at_once_make_one_budget(repository):
    def work(_index):
        with closing(Repository(repository.url, create=False)) as own:
            TrialQueue(own, "s").plan([], [4, 8], 20)

    together(WORKERS, work)
    trials = TrialQueue(repository, "s").trials()
    assert [trial.position for trial in trials] == list(range(20))


def test_a_budget_that_changes_takes_no_trial_from_a_worker(repository):
    queue = TrialQueue(repository, "s")
    queue.plan([], [4], 60)

    def work(index):
        with closing(Repository(repository.url, create=False)) as own:
            mine = TrialQueue(own, "s")
            if index == 0:
                for total in (40, 60, 30, 60, 20, 60):
                    mine.plan([], [4], total)
                return []
            taken = []
            # One worker a trial: nothing is finished meanwhile.
            for _ in range(6):
                worker = mine.workers.register("here", index, "cpu", "0", 60.0)
                trial = mine.claim(worker)
                taken += [] if trial is None else [(trial.id, worker)]
            return taken

    taken = list(chain.from_iterable(together(5, work)))
    assert taken
    held = {(trial.id, trial.worker_id) for trial in queue.trials() if trial.worker_id}
    assert held == set(taken)
    assert queue.progress().total == 60


def test_of_many_that_open_an_empty_database_one_makes_the_tables(postgres_url):
    revisions = together(4, lambda _: upgrade_database(postgres_url))
    assert sorted(before or "none" for before, _ in revisions) == ["0008", "0008", "0008", "none"]


def test_every_connection_speaks_utc_whatever_the_user_and_the_server_say(
    postgres_url, tmp_path, monkeypatch
):
    monkeypatch.setenv("PGTZ", "Asia/Kolkata")
    monkeypatch.setenv("PGOPTIONS", "-c timezone=Asia/Kolkata")
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    execute(postgres_url, f"ALTER DATABASE {name} SET timezone = 'America/New_York'")
    file = load_study_file(write_study(tmp_path, SUDOKU4))
    with closing(Repository(postgres_url, create=True)) as repository:
        spoken, connected = [], []
        event.listen(repository.engine, "connect", lambda *_: connected.append(1))

        @event.listens_for(repository.engine.pool, "checkout")
        def ask(connection, *_):
            with connection.cursor() as cursor:
                spoken.append(cursor.execute("SHOW timezone").fetchone()[0])

        repository.add_study(study_record(file.study.name, direction="maximize"))
        queue = TrialQueue(repository, file.study.name)
        queue.plan([Seed("seed", beta(1.0, 1.0, 4))], [4], 1)
        make_tables(repository.engine)
        mirror = Mirror(repository, file, 16)
        trial = queue.claim(queue.workers.register("here", 1, "cpu", "0", 60.0))
        queue.begin(trial, trial.candidate)
        before = len(spoken)
        assert mirror.sync() == 0
        # Optuna took its connections from the same pool.
        assert len(spoken) > before
        with repository.engine.connect() as one, repository.engine.connect() as two:
            times = [c.scalar(text("SELECT localtimestamp - timezone('UTC', now())"))
                     for c in (one, two)]  # fmt: skip
            applications = one.scalars(
                text(
                    "SELECT application_name FROM pg_stat_activity "
                    "WHERE datname = current_database()"
                )
            ).all()
        assert set(spoken) == {"UTC"}
        assert connected
        assert [time.total_seconds() for time in times] == [0.0, 0.0]
        assert set(applications) == {"mdm-opt"}


@pytest.fixture
def worker_url(postgres_server):
    """The URL of a database with a study ``s``, as a role that has the rights of workers."""
    role = f"w_{uuid.uuid4().hex[:12]}"
    with fresh_database(postgres_server) as url:
        execute(url, f"CREATE ROLE {role} LOGIN")
        try:
            with closing(Repository(url, create=True)) as repository:
                repository.add_study(study_record())
                TrialQueue(repository, "s").plan([], [8], 1)
            grant_to_workers(url, role, {})
            yield make_url(url).set(username=role).render_as_string(hide_password=False)
        finally:
            execute(url, f"DROP OWNED BY {role}")
            execute(url, f"DROP ROLE {role}")


def test_a_worker_keeps_samples_and_can_neither_change_nor_delete_them(worker_url):
    with closing(Repository(worker_url, create=False)) as mine:
        queue = TrialQueue(mine, "s")
        worker = queue.workers.register("here", 1, "cpu", "0", 60.0)
        trial = queue.claim(worker)
        assert queue.begin(trial, beta(1.0, 1.0, 8)).trial_number == 0
        record = measurement(trial_number=0, worker_id=worker, samples=("a\x00", "b"))
        assert queue.finish(trial, worker, record).trials == 1
        for forbidden in ("UPDATE mdm_samples SET text = ''", "DELETE FROM mdm_samples"):
            with pytest.raises(InputError, match="permission denied"), mine.transaction() as own:
                own.execute(text(forbidden))
        assert list(mine.samples("s").values()) == [["a\ufffd", "b"]]

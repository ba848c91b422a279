"""The search on a database: seeds, budgets in turn, proposals that learn, Optuna's mirror."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np
import optuna
import pytest
from records import measurement, study_record

from mdm_opt.config import StudyFile, parse_study
from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository, TrialQueue
from mdm_opt.persistence.database import make_engine
from mdm_opt.persistence.mirror import Mirror, distributions
from mdm_opt.persistence.optuna_tables import check_name, make_tables
from mdm_opt.search import SearchSpace, observations, proposal_seed, propose, seeds

# Long enough that different parameters are different counts.
LENGTH = 512


def study_file(**search):
    content = {
        "study": {"name": "s", "seed": search.pop("seed", 0)},
        "model": {"kind": "bundled"},
        "space": {"steps": search.pop("steps", [8]), **search.pop("space", {})},
        "objective": {"kind": "path_kl"},
        "search": {"trials": 30, "sampler": "gp", "seeds": ["energy", "baselines"]} | search,
    }
    return parse_study(content, "test")


@dataclass(frozen=True)
class Bench:
    """A study, the trials of its budget, and a worker that takes them."""

    file: StudyFile
    repository: Repository
    mirror: Mirror
    queue: TrialQueue
    worker: int
    url: str

    def propose(self, steps, position):
        space = SearchSpace.of(self.file, LENGTH)
        record = self.repository.study(self.file.study.name)
        seen = observations(record, self.repository.measurements(record.name))
        return propose(
            self.file.search.sampler,
            space,
            steps,
            seen,
            [],
            direction=record.direction,
            seed=proposal_seed(self.file.study.seed, position),
        )

    def start(self):
        """Takes and begins the next trial."""
        trial = self.queue.claim(self.worker)
        candidate = trial.candidate or self.propose(trial.steps, trial.position)
        begun = self.queue.begin(trial, candidate)
        self.mirror.sync()
        return begun

    def end(self, trial, guards):
        candidate = trial.candidate
        record = measurement(
            trial_number=trial.trial_number,
            label=trial.label,
            budget_steps=trial.steps,
            candidate=candidate,
            scores=np.full(2, distance(candidate)),
            nfe=float(candidate.steps),
            guards=guards,
            feasible=all(value <= 0 for value in guards.values()),
            paired_error=0.0,
        )
        self.queue.finish(trial, self.worker, record)
        self.mirror.sync()

    def run(self, trials):
        done = []
        for _ in range(trials):
            trial = self.start()
            self.end(trial, {})
            done.append(trial.candidate)
        return done


@contextmanager
def opened(tmp_path, file):
    """A study as a run makes it."""
    url = f"sqlite:///{tmp_path}/s.db"
    repository = Repository(url, create=True)
    make_tables(repository.engine)
    if repository.find_study(file.study.name) is None:
        check_name(repository.engine, file.study.name)
        repository.add_study(study_record(file.study.name))
    queue = TrialQueue(repository, file.study.name)
    queue.plan(seeds(file, LENGTH), file.space.steps, file.search.trials)
    worker = queue.workers.register("here", 1, "cpu", "0", 60.0)
    mirror = Mirror(repository, file, LENGTH)
    mirror.sync()
    yield Bench(file, repository, mirror, queue, worker, url)
    repository.close()


@pytest.fixture
def make(tmp_path):
    with ExitStack() as stack:
        yield lambda file: stack.enter_context(opened(tmp_path, file))


@contextmanager
def engine(url):
    made = make_engine(url)
    yield made
    made.dispose()


def pair(candidate):
    return candidate.parameters["beta_a"], candidate.parameters["beta_b"]


def distance(candidate):
    """A smooth problem with its optimum at beta_a = 2, beta_b = 0.3 times 8 / steps."""
    target = np.log([2.0, 0.3 * 8 / candidate.steps])
    return float(((np.log(pair(candidate)) - target) ** 2).sum())


def test_seeds_outside_the_space_are_left_out_and_pairs_are_labelled():
    file = study_file(space={"beta_a": [0.6, 2.0]}, seeds=["energy", "baselines", [0.7, 0.7]])
    found = [(seed.label, *pair(seed.candidate)) for seed in seeds(file, LENGTH)]
    assert found == [
        ("energy: sin2", 1.0, 1.0),
        ("paper: (0.9, 0.3)", 0.9, 0.3),
        ("paper: (1, 0.2)", 1.0, 0.2),
        ("user: (0.7, 0.7)", 0.7, 0.7),
    ]


def test_a_repeated_seed_is_tried_once_under_its_first_label():
    found = seeds(study_file(seeds=["energy", [1.0, 1.0]]), LENGTH)
    assert [seed.label for seed in found] == ["energy: linear", "energy: sin2"]


def test_budgets_get_equal_shares_and_stay_inside_the_space(make):
    file = study_file(steps=[4, 8, 16], sampler="random", space={"beta_b": [0.2, 1.5]})
    points = make(file).run(24)
    assert Counter(p.steps for p in points) == {4: 8, 8: 8, 16: 8}
    assert all(0.2 <= b <= 1.5 and 0.1 <= a <= 8 for a, b in map(pair, points))


@pytest.mark.slow
@pytest.mark.parametrize(
    "sampler",
    ["shape", *(pytest.param(name, marks=pytest.mark.slow) for name in ("gp", "tpe"))],
)
def test_optimisers_learn_each_budget(make, sampler):
    points = make(study_file(steps=[4, 16], sampler=sampler, trials=50)).run(50)
    for steps in (4, 16):
        ours = [p for p in points if p.steps == steps]
        started = min(map(distance, ours[:4]))
        assert min(map(distance, ours)) < min(0.1, started / 4)


def test_several_step_counts_make_a_pareto_study(make):
    bench = make(study_file(steps=[4, 8], sampler="random"))
    bench.run(10)
    stored = optuna.load_study(study_name="s", storage=bench.url)
    assert [d.name for d in stored.directions] == ["MINIMIZE", "MINIMIZE"]
    assert {trial.values[1] for trial in stored.best_trials} <= {4.0, 8.0}
    labels = [t.user_attrs["label"] for t in stored.trials]
    assert labels[:4:2] == ["energy: linear", "energy: sin2"]
    assert labels[8:] == ["search", "search"]


def test_constraints_reach_optuna_and_the_optimiser(make):
    bench = make(study_file(sampler="gp"))
    for _ in range(16):
        trial = bench.start()
        bench.end(trial, {"entropy": pair(trial.candidate)[0] - 1.0})
    stored = optuna.load_study(study_name="s", storage=bench.url)
    assert stored.best_trial.params["beta_a"] <= 1.0
    proposed = [t.params["beta_a"] for t in stored.trials[10:]]
    assert np.median(proposed) < 1.1


def test_a_released_trial_is_taken_again_with_its_number(make):
    bench = make(study_file(sampler="random"))
    first = bench.start()
    bench.queue.workers.release(bench.worker)
    bench.mirror.sync()
    (stored,) = optuna.load_study(study_name="s", storage=bench.url).trials
    assert (stored.state.name, stored.user_attrs["position"]) == ("RUNNING", first.position)
    again = bench.queue.claim(bench.worker)
    assert (again.position, again.label) == (0, first.label)
    assert (again.trial_number, again.candidate) == (first.trial_number, first.candidate)
    bench.end(again, {})
    bench.run(4)
    assert bench.queue.progress().finished == 5
    states = optuna.load_study(study_name="s", storage=bench.url).trials
    assert [trial.state.name for trial in states] == ["COMPLETE"] * 5


@pytest.mark.parametrize("sampler", ["gp", "tpe", "random"])
def test_a_proposal_depends_on_seed_position_and_trials_only(make, sampler):
    file = study_file(sampler=sampler)
    bench = make(file)
    bench.run(8)
    first = bench.propose(8, 8)
    assert bench.propose(8, 8) == first
    # Two workers that ask at the same time are told different things.
    assert bench.propose(8, 9) != first


def test_another_programs_study_is_not_touched(tmp_path):
    url = f"sqlite:///{tmp_path}/s.db"
    theirs = optuna.create_study(study_name="s", storage=url)
    theirs.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    with engine(url) as ours, pytest.raises(InputError, match="taken by an Optuna study"):
        check_name(ours, "s")
    assert len(theirs.trials) == 1


def test_another_programs_empty_study_is_not_touched_either(tmp_path):
    url = f"sqlite:///{tmp_path}/s.db"
    optuna.create_study(study_name="s", storage=url).set_user_attr("theirs", 1)
    with engine(url) as ours, pytest.raises(InputError, match="taken by an Optuna study"):
        check_name(ours, "s")
    assert optuna.load_study(study_name="s", storage=url).user_attrs == {"theirs": 1}


def test_what_an_interrupted_creation_left_is_made_anew(make):
    file = study_file()
    make(file)
    bench = make(file)
    bench.run(5)
    stored = optuna.load_study(study_name="s", storage=bench.url)
    assert [trial.user_attrs["label"] for trial in stored.trials][-1] == "search"


def test_space_is_logarithmic():
    file = study_file()
    space = distributions(file.family.dimensions(8, file.space.bounds))
    assert space["beta_a"].log
    assert space["beta_b"].log
    assert set(space) == {"beta_a", "beta_b"}

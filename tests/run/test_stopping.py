"""The search ends where another trial is not worth its cost, and stays ended."""

from __future__ import annotations

import re

import pytest
from study_files import SUDOKU4, database, write_study

from mdm_opt.results.verification import verify
from mdm_opt.run import stopping
from mdm_opt.run.trials import WorkerOptions, join_study, run_trials
from mdm_opt.search import Outlook
from mdm_opt.study.opening import create_study

SEEDS = {4: 4, 6: 4}


def auto(folder, **changes):
    kept = {"trials": '"auto"', "steps": "[4, 6]", "sampler": '"shape"'} | changes
    return write_study(folder, SUDOKU4, **kept)


def run(path, folder, lines=None):
    said = [] if lines is None else lines
    opened = create_study(path, database(folder))
    return opened, list(run_trials(opened, WorkerOptions(report=said.append)))


@pytest.fixture
def promised(monkeypatch):
    """What another trial promises, by step count and trials of it."""
    promises = {}

    def outlook(space, steps, observations, running, **_):
        done = sum(one.candidate.steps == steps for one in observations)
        return Outlook(promises.get((steps, done), 0.0), 1.0)

    monkeypatch.setattr(stopping, "outlook", outlook)
    return promises


def test_each_step_count_ends_by_itself(tmp_path, promised):
    promised |= {(4, 4): 0.5, (4, 5): 0.21}
    lines = []
    opened, trials = run(auto(tmp_path), tmp_path, lines)
    steps = [one.candidate.steps for one in trials]
    assert {n: steps.count(n) for n in (4, 6)} == {4: 6, 6: 4}
    assert opened.queue.progress().settled
    assert trials[-1].finished == opened.queue.progress().total == 10
    assert [re.sub(r"gain \S+", "gain", line) for line in lines] == [
        f"{n} steps: the search ends after {done} trials: another one is expected to gain share, "
        "and 32 verification instances show gains of 1 and more"
        for n, done in ((6, 4), (4, 6))
    ]


def test_seeds_are_measured_whatever_is_promised(tmp_path, promised):
    _, trials = run(auto(tmp_path), tmp_path)
    assert len(trials) == sum(SEEDS.values())
    assert all(one.label != "search" for one in trials)


def test_an_ended_search_stays_ended_and_its_verification_stands(tmp_path, promised):
    opened, _ = run(auto(tmp_path), tmp_path)
    verify(opened)
    before = [m.id for m in opened.repository.measurements(opened.name)]
    # Whatever it promises now.
    promised |= {(n, 4): 9.0 for n in (4, 6)}
    again, more = run(auto(tmp_path), tmp_path)
    verify(again)
    assert more == []
    assert [m.id for m in again.repository.measurements(again.name)] == before
    # A worker that joins finds nothing to do either.
    joined = join_study(opened.name, database(tmp_path), stop=NoStop(), report=print)
    assert list(run_trials(joined)) == []


class NoStop:
    def allowed(self):
        return self

    def sleep(self, seconds):
        raise AssertionError(seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def test_more_trials_that_are_asked_for_are_done(tmp_path, promised):
    run(auto(tmp_path), tmp_path)
    opened, more = run(auto(tmp_path, trials="11"), tmp_path)
    assert len(more) == 3
    assert opened.queue.progress().total == 11


def test_a_number_of_trials_is_a_number_of_trials(tmp_path, promised):
    _, trials = run(auto(tmp_path, trials="12"), tmp_path)
    assert len(trials) == 12


def test_a_tolerance_ends_a_number_of_trials_early(tmp_path, promised):
    promised |= {(n, 4): 0.35 for n in (4, 6)} | {(n, 5): 0.25 for n in (4, 6)}
    _, trials = run(auto(tmp_path, trials="12\ntolerance = 0.3"), tmp_path)
    assert len(trials) == 10


def test_an_exact_objective_uses_all_its_trials(tmp_path):
    """No interval is too wide for what another trial gains."""
    study = SUDOKU4.replace('law = "sudoku4"', 'law = "toy_balanced"').replace(
        'kind = "validity"\nverifier = "sudoku"\ninstances = 16', 'kind = "divergence"'
    )
    changes = {"trials": "9\ntolerance = 1.0", "sampler": '"shape"'}
    _, trials = run(write_study(tmp_path, study, **changes), tmp_path)
    assert len(trials) == 9


def test_by_what_the_model_says_a_study_ends_and_says_so(tmp_path):
    lines = []
    _, trials = run(auto(tmp_path, trials="40\ntolerance = 1.0"), tmp_path, lines)
    assert sum(SEEDS.values()) <= len(trials) < 40
    assert sum("the search ends after" in line for line in lines) == 2

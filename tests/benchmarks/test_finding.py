"""Ratios of one run: what finding a good schedule costs, and how far it is from the limit."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from finding import (
    TRIALS,
    best_cell,
    calls_until_good,
    counts_of,
    linear_counts,
    optuna_course,
    our_course,
    paper_calls,
)
from problems import (
    antiberty_path_kl,
    bundled_path_kl,
    study_file,
    sudoku_validity,
    template_path_kl,
)

from mdm_opt.candidates import Candidate, ProfileCosts, family_named
from mdm_opt.config import StudyFile
from mdm_opt.schedules import ProfileSample, fixed_weights, limit
from mdm_opt.search import seeds

pytestmark = pytest.mark.bench

PROBLEMS = [sudoku_validity, template_path_kl, bundled_path_kl, antiberty_path_kl]
OTHERS = ["random", "TPE", "CMA-ES", "GP without seeds"]
RUNS = 10


@pytest.fixture(autouse=True)
def _few_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("several", [False, True], ids=["one-budget", "three-budgets"])
@pytest.mark.parametrize("make", PROBLEMS)
def test_finding_costs_a_fraction_of_every_other_way(make, several):
    problem = make()
    budgets = sorted(problem.steps) if several else [problem.steps[0]]
    paper = paper_calls(budgets)
    print(f"\n{problem.name}, N = {budgets}: {paper} calls by the paper's protocol")
    for n in budgets:
        cell, linear = best_cell(problem, n), problem.truth(linear_counts(problem, n))
        print(f"  N = {n}: best cell {abs(cell):.4g}, linear {abs(linear):.4g}")

    def median(course) -> float:
        calls = [calls_until_good(problem, budgets, course(run)) for run in range(RUNS)]
        return float(np.median(calls))

    ours = median(lambda run: our_course(problem, budgets, run))
    print(f"  ours: {_told(ours, paper)}")
    assert ours < paper
    for name in OTHERS:
        theirs = median(lambda run, name=name: optuna_course(problem, budgets, name, run))
        print(f"  {name}: {_told(theirs, paper)}", flush=True)
        assert ours < theirs


def _told(calls: float, paper: int) -> str:
    if np.isinf(calls):
        return f"most runs are not there after {TRIALS} trials a budget"
    return f"{calls:.0f} calls, {paper / calls:.1f} times fewer"


@pytest.mark.parametrize("make", PROBLEMS[1:])
def test_the_first_five_trials_hold_a_good_schedule(make):
    problem = make()
    for steps in problem.steps:
        file = study_file(problem, [steps])
        truth = _whole_profile(problem).profile()
        best = _best_beta(truth, steps, file)
        goal = 1.05 * problem.truth(counts_of(problem, best))
        held, linear = 0, problem.truth(linear_counts(problem, steps))
        for run in range(20):
            sample, _ = problem.profile(run, 32)
            draws = sample.draws(64)
            first = seeds(file, problem.length, sample.profile(), draws=draws)[:5]
            best_of_five = min(problem.truth(counts_of(problem, one.candidate)) for one in first)
            assert best_of_five < linear
            held += best_of_five <= goal
        print(f"\n{problem.name}, N = {steps}: first five within 5% of the best Beta {held / 20}")


def _best_beta(profile: np.ndarray, steps: int, file: StudyFile) -> Candidate:
    """The Beta schedule of least path KL, whatever the family that the study searches."""
    costs = ProfileCosts(profile, file.sampler)
    return family_named("beta").optimum(steps, file.space.bounds, costs)


def _whole_profile(problem) -> ProfileSample:
    known = np.arange(problem.length)
    nats = np.mean([problem._telescoped(one, known) for one in problem._tables], axis=0)
    return ProfileSample(problem.length, known, nats)


@pytest.mark.parametrize("make", PROBLEMS[1:])
def test_distance_to_the_limit_on_held_out_sequences(make):
    problem = make()
    whole = _whole_profile(problem)
    halves = np.arange(len(whole)) % 2 == 0
    fitted, held_out = whole.part(np.flatnonzero(halves)), whole.part(np.flatnonzero(~halves))
    profile = fitted.profile()
    for steps, family in itertools.product(sorted({4, 8, 16, *problem.steps}), ("beta", "free")):
        if steps > problem.length:
            continue
        file = study_file(problem, [steps], family=family)
        found = seeds(file, problem.length, profile)[0].candidate

        def cost(counts) -> float:
            return float(held_out.costs(fixed_weights(counts)).mean())

        least = cost(limit(profile, steps).counts(steps))
        best = _best_beta(held_out.profile(), steps, file)
        best_value = cost(counts_of(problem, best))
        own = cost(counts_of(problem, found))
        print(
            f"\n{problem.name}, N = {steps}, {family}: {own:.4g} nats, "
            f"{own / least:.3f} of the limit fitted to the same sequences, "
            f"{own / best_value:.3f} of the Beta schedule fitted to the held-out ones"
        )
        assert np.isfinite(own)

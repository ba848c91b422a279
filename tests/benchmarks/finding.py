"""Ways to find a schedule, and how many model calls each takes until it has a good one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import optuna
from optuna.distributions import FloatDistribution
from problems import study_file

from mdm_opt.candidates import Candidate, beta
from mdm_opt.measurement import Measurement
from mdm_opt.run.races import Rival, paired, race
from mdm_opt.schedules import reveal_counts
from mdm_opt.search import Observation, SearchSpace, rank, seeds
from mdm_opt.search.shape_search import ShapeSearch

GRID = np.arange(1, 11) / 10
# Of each step budget: of the others at most, and of ours, which the default of a study with three
# of them comes to.
TRIALS, OUR_TRIALS = 25, 13


@dataclass(frozen=True)
class Standing:
    """What a search would answer if it were asked now.

    Attributes:
        calls: model calls so far, everything counted.
        counts: of the incumbent of each step budget that has one.
        trials: of each step budget so far.
    """

    calls: int
    counts: dict[int, tuple[int, ...]]
    trials: dict[int, int]


def best_cell(problem, steps: int) -> float:
    """The true value of the best of the paper's 100 cells."""
    cells = [counts_of(problem, beta(a, b, steps)) for a in GRID for b in GRID]
    return min(problem.truth(counts) for counts in cells)


def paper_calls(steps: Sequence[int]) -> int:
    """The paper's protocol: every cell on 100 instances."""
    return sum(100 * 100 * n for n in steps)


def counts_of(problem, candidate: Candidate) -> tuple[int, ...]:
    """Reveal counts of a candidate."""
    counts = reveal_counts(candidate.schedule, candidate.steps, problem.length, "full")
    return tuple(counts.tolist())


@dataclass(frozen=True)
class Found:
    """Model calls until the incumbents of all budgets are truly within 5% of the best cell.

    Attributes:
        first: for the first time; infinite where they never are.
        stays: from then on; infinite where the last ones are not.
    """

    first: float
    stays: float


def calls_until_good(problem, budgets: Sequence[int], course: Iterator[Standing]) -> Found:
    """What a way to find schedules takes; the whole course is looked at."""
    goals = {n: within_5_percent(best_cell(problem, n)) for n in budgets}
    first = stays = np.inf
    for standing in course:
        good = all(
            n in standing.counts and problem.truth(standing.counts[n]) <= goals[n] for n in budgets
        )
        if not good:
            stays = np.inf
        elif np.isinf(stays):
            stays = standing.calls
            first = min(first, stays)
    return Found(first, stays)


def within_5_percent(value: float) -> float:
    """The worst value that counts as equal; values are such that less is better."""
    return value * (1.05 if value > 0 else 0.95)


def optuna_course(problem, budgets: Sequence[int], sampler: str, run: int) -> Iterator[Standing]:
    """One of Optuna's samplers, a study for each budget; the luckiest value is the incumbent."""
    makers = {
        "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
        "TPE": lambda seed: optuna.samplers.TPESampler(seed=seed),
        "CMA-ES": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
        "GP without seeds": lambda seed: optuna.samplers.GPSampler(seed=seed),
    }
    space = {name: FloatDistribution(0.1, 8.0, log=True) for name in ("beta_a", "beta_b")}
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sign = 1 if problem.direction == "minimize" else -1
    studies = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        for steps in budgets:
            studies[steps] = optuna.create_study(sampler=makers[sampler](run))
    calls, best, new = 0, {}, problem.instances
    for trial_number in range(TRIALS):
        for steps, study in studies.items():
            trial = study.ask(space)
            counts = counts_of(problem, Candidate("beta", steps, trial.params))
            value = sign * problem.scores(counts, run, 0, problem.instances).mean()
            calls += problem.trial_calls(steps, problem.instances, new, tabled=False)
            new = 0
            study.tell(trial, value)
            if steps not in best or value < best[steps][0]:
                best[steps] = value, counts
            yield Standing(
                calls,
                {n: found[1] for n, found in best.items()},
                dict.fromkeys(budgets, trial_number + 1),
            )


def our_course(problem, budgets: Sequence[int], run: int) -> Iterator[Standing]:
    """A study of this package: profile, seeds, races, the model of shapes."""
    file = study_file(problem, budgets)
    trials = dict.fromkeys(budgets, 0)
    for sample, calls in problem.course(file, run):
        profile = sample.profile()
        queue = list(seeds(file, problem.length, profile, draws=sample.draws(64)))
        first = {
            n: next(seed.candidate for seed in queue if seed.candidate.steps == n) for n in budgets
        }
        incumbents = {n: counts_of(problem, candidate) for n, candidate in first.items()}
        yield Standing(calls, incumbents, dict(trials))
    space = SearchSpace.of(file, problem.length, profile, sample=sample)
    search = _Search(problem, space, run)
    while min(trials.values()) < OUR_TRIALS:
        steps = min(trials, key=trials.__getitem__)
        waiting = (seed.candidate for seed in queue if seed.candidate.steps == steps)
        candidate = next(waiting, None)
        if candidate is not None:
            queue = [seed for seed in queue if seed.candidate != candidate]
        calls += search.trial(steps, candidate)
        trials[steps] += 1
        incumbents = {n: search.incumbent(n) or incumbents[n] for n in budgets}
        yield Standing(calls, incumbents, dict(trials))


class _Search:
    """The trials of one study, as its worker does them."""

    def __init__(self, problem, space: SearchSpace, run: int) -> None:
        self._problem, self._space, self._run = problem, space, run
        self._sign = 1 if problem.direction == "minimize" else -1
        self._observed: list[Observation] = []
        self._scores: list[np.ndarray] = []
        self._seen = 0

    def trial(self, steps: int, candidate: Candidate | None) -> int:
        """Proposes where there is no seed, measures, and returns the calls made."""
        number = len(self._observed)
        if candidate is None:
            seed = self._run * 1000 + number
            candidate = ShapeSearch(self._space, steps, seed=seed).propose(self._observed, [])
        rival, calls = self._rival(steps), 0
        counts = counts_of(self._problem, candidate)

        def measure(ids: range) -> Measurement:
            nonlocal calls
            new = max(0, ids[-1] + 1 - self._seen)
            self._seen += new
            made = self._problem.trial_calls(steps, len(ids), new, tabled=True)
            calls += made
            scores = self._problem.scores(counts, self._run, ids[0], ids[-1] + 1)
            nfe = np.full(len(scores), float(steps))
            return Measurement(tuple(ids), scores, nfe, made, 0.0, "cpu", {}, 1)

        ids = range(self._problem.instances)
        scores = race(measure, ids, rival, self._problem.direction).scores
        value, error = float(scores.mean()), None
        if rival is not None:
            beside = paired(scores, rival)
            value, error = beside.value, beside.error / np.sqrt(2)
        complete = len(scores) == self._problem.instances
        self._scores.append(scores)
        self._observed.append(
            Observation(
                number,
                candidate,
                self._sign * value,
                error,
                complete=complete,
                scores=self._sign * scores,
            )
        )
        return calls

    def incumbent(self, steps: int) -> tuple[int, ...] | None:
        """Counts of the trial that is taken for the best."""
        best = self._best(steps)
        return None if best is None else counts_of(self._problem, best.candidate)

    def _best(self, steps: int) -> Observation | None:
        return next(iter(rank(self._space, self._observed).get(steps, [])), None)

    def _rival(self, steps: int) -> Rival | None:
        best = self._best(steps)
        if best is None:
            return None
        ours = [one for one in self._observed if one.candidate.steps == steps]
        eligible = [one for one in ours if one.eligible]
        return Rival(best.number, self._scores[best.number], len(eligible))


def linear_counts(problem, steps: int) -> tuple[int, ...]:
    """Counts of the linear schedule."""
    return counts_of(problem, beta(0.5, 0.5, steps))

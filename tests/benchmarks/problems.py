"""Problems whose true values are known: what a schedule scores, and what asking costs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from laws import sudoku, templates

from mdm_opt.candidates import counts_candidate
from mdm_opt.config import StudyFile, parse_study
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.packaged import load_bundled
from mdm_opt.objectives.sample_score import validity
from mdm_opt.processes import instance_noise, own_sequences, sequence_profiles
from mdm_opt.processes.masked.likelihood import path_tables
from mdm_opt.schedules import ProfileSample, profile_boundaries
from mdm_opt.sudoku import is_valid

BOUNDARIES = 32


class TableProblem:
    """Path KL by stored costs: entry (m, j) is what token j of an order costs when m are known.

    A run gets half of the sequences, drawn by its seed: some for the profile, the rest for the
    search. The true value of a schedule is its mean over all sequences.

    Args:
        tables: float64 ``(orders, sequences, length, length)``.
        instances: of one trial.
        steps: step budgets; the first one is that of studies with one budget.
    """

    direction = "minimize"

    def __init__(
        self,
        name: str,
        tables: np.ndarray,
        instances: int,
        steps: Sequence[int],
    ) -> None:
        self.name, self._tables, self.instances, self.steps = name, tables, instances, tuple(steps)
        _, self.sequences, self.length, _ = tables.shape
        known = profile_boundaries(self.length, BOUNDARIES)
        self._profiles = [self._telescoped(one, known) for one in tables]
        self.orders = len(self._profiles)
        self._truth: dict[tuple[int, ...], float] = {}

    def scores(self, counts: Sequence[int], run: int, first: int, end: int) -> np.ndarray:
        """Path KL of the search instances from ``first`` to ``end`` of a run."""
        chosen = self._shuffled(run)[::-1][first:end]
        return self._path_kl(counts, self._tables[0, chosen])

    def truth(self, counts: Sequence[int]) -> float:
        """The true value; less is better."""
        key = tuple(counts)
        if key not in self._truth:
            values = [self._path_kl(counts, tables) for tables in self._tables]
            self._truth[key] = float(np.mean(values))
        return self._truth[key]

    def profile(self, run: int, sequences: int) -> tuple[ProfileSample, int]:
        """The profile of some sequences of a run, and the calls that it cost."""
        known = profile_boundaries(self.length, BOUNDARIES)
        chosen = self._shuffled(run)[:sequences]
        nats = np.mean([one[chosen] for one in self._profiles], axis=0)
        calls = sequences * (self.length + self.orders * len(known))
        return ProfileSample(self.length, known, nats), calls

    def trial_calls(self, steps: int, instances: int, new: int, *, tabled: bool) -> int:
        """Calls of a trial: references of new instances, and its steps.

        Args:
            steps: of the candidate.
            instances: that are measured.
            new: of which so many are measured for the first time.
            tabled: whether the costs of an instance are asked for once, as mdm-opt does.
        """
        references = new * self.length
        return references + (new * self.length if tabled else instances * steps)

    def _shuffled(self, run: int) -> np.ndarray:
        return np.random.default_rng(run).permutation(self.sequences)

    @staticmethod
    def _path_kl(counts: Sequence[int], tables: np.ndarray) -> np.ndarray:
        counts = np.asarray(counts)
        known = np.repeat(np.cumsum(counts) - counts, counts)
        order = np.arange(len(known))
        return (tables[:, known, order] - tables[:, order, order]).sum(axis=1)

    @staticmethod
    def _telescoped(tables: np.ndarray, known: np.ndarray) -> np.ndarray:
        """See `mdm_opt.processes.sequence_profiles`."""
        values = [tables[:, 0].mean(axis=1)]
        for a, b in pairwise(known):
            values.append(values[-1] - (tables[:, a, b:] - tables[:, b, b:]).mean(axis=1))
        return np.stack(values, axis=1)


class SamplingProblem:
    """Share of valid samples of a fast exact law; true values from many samples.

    Args:
        denoiser: the law.
        instances: of one trial.
        truth_instances: for a true value.
    """

    direction = "maximize"
    orders = 2

    def __init__(
        self, name: str, denoiser, instances: int, steps: Sequence[int], truth_instances: int
    ) -> None:
        self.name, self.instances, self.steps = name, instances, tuple(steps)
        self.length, self._denoiser = denoiser.length, denoiser
        self._truth_instances = truth_instances
        self._truth: dict[tuple[int, ...], float] = {}

    def scores(self, counts: Sequence[int], run: int, first: int, end: int) -> np.ndarray:
        """1 for valid samples of the instances from ``first`` to ``end`` of a run."""
        return self._measured(counts, run, range(first, end))

    def truth(self, counts: Sequence[int]) -> float:
        """The true value, turned so that less is better."""
        key = tuple(counts)
        if key not in self._truth:
            ids = range(10**6, 10**6 + self._truth_instances)
            self._truth[key] = -float(self._measured(counts, 10**6, ids).mean())
        return self._truth[key]

    def profile(self, run: int, sequences: int) -> tuple[ProfileSample, int]:
        """The profile of some sequences of a run, and the calls that it cost."""
        known = profile_boundaries(self.length, BOUNDARIES)
        numbers = range(sequences)
        tokens = own_sequences(self._denoiser, numbers, seed=run).tokens
        nats = sequence_profiles(
            self._denoiser, tokens, numbers, known, orders=self.orders, seed=run
        )
        calls = sequences * (self.length + self.orders * len(known))
        return ProfileSample(self.length, known, nats), calls

    def trial_calls(self, steps: int, instances: int, new: int, *, tabled: bool) -> int:
        """Calls of a trial."""
        return instances * steps

    def _measured(self, counts: Sequence[int], seed: int, ids: Sequence[int]) -> np.ndarray:
        problem = Problem(self._denoiser, validity(is_valid), seed, batch_size=4000)
        candidate = counts_candidate(counts)
        return measure(problem, candidate, ids).scores


def study_file(problem, steps: Sequence[int], **space: object) -> StudyFile:
    """The study file that a problem would have, for what reads one."""
    content = {
        "study": {"name": "bench"},
        "model": {"kind": "bundled"},
        "space": {"steps": list(steps), **space},
        "objective": {"kind": "validity", "verifier": "sudoku"},
        "search": {"trials": 1000},
    }
    return parse_study(content, problem.name)


def model_tables(denoiser, sequences: int, orders: int, batch: int = 100) -> np.ndarray:
    """Costs of a model's own sequences in independent orders, for `TableProblem`."""
    found = np.empty((orders, sequences, denoiser.length, denoiser.length), dtype=np.float32)
    for first in range(0, sequences, batch):
        ids = range(first, min(first + batch, sequences))
        tokens = own_sequences(denoiser, ids, seed=1).tokens
        for order in range(orders):
            noise = instance_noise([10**6 * (order + 1) + i for i in ids], denoiser.length, seed=1)
            tables = path_tables(denoiser, noise, tokens)
            found[order, list(ids)] = [table._costs for table in tables]
    return found


@cache
def sudoku_validity() -> SamplingProblem:
    """Valid samples of the 288 grids of side 4."""
    return SamplingProblem("4x4 Sudoku, validity", sudoku(), 100, (4, 6, 8), 4000)


@cache
def template_path_kl() -> TableProblem:
    """Path KL of 4096 noisy templates of 64 tokens."""
    torch.set_num_threads(2)
    tables = model_tables(templates(noise=0.2), 300, 2)
    return TableProblem("template mixture, path KL", tables, 32, (4, 3, 6))


@cache
def bundled_path_kl() -> TableProblem:
    """Path KL of the bundled model."""
    return TableProblem(
        "bundled model, path KL", model_tables(load_bundled(), 300, 2), 32, (8, 4, 12)
    )


@cache
def antiberty_path_kl() -> TableProblem:
    """Path KL of AntiBERTy, from costs measured once and stored."""
    costs = np.load(Path(__file__).with_name("antiberty.npz"))["costs"].astype(np.float32)
    tables = np.zeros((1, len(costs), 121, 121), dtype=np.float32)
    rows, columns = np.triu_indices(121)
    tables[0, :, rows, columns] = costs.T
    return TableProblem("AntiBERTy, path KL", tables, 32, (8, 4, 16))

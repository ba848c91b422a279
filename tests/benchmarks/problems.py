"""Problems whose true values are known: what a schedule scores, and what asking costs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
from laws import sudoku, templates

from mdm_opt.candidates import counts_candidate
from mdm_opt.config import StudyFile, parse_study
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.packaged import load_bundled
from mdm_opt.objectives.sample_score import validity
from mdm_opt.persistence import Repository
from mdm_opt.processes import instance_noise, own_sequences
from mdm_opt.processes.masked.likelihood import path_tables
from mdm_opt.schedules import ProfileSample, fixed_weights, profile_boundaries
from mdm_opt.study.measured_profile import BLOCK, measured_profile, suffices
from mdm_opt.study.profile_sequences import FEWEST
from mdm_opt.sudoku import is_valid

# The profile of each run has a seed of its own, which no stored sequences have.
FIRST_SEED = 1000
BOUNDARIES = 32

# What a study's profile is after every few sequences, and the model calls so far.
Course = Callable[[StudyFile, int], list[tuple[ProfileSample, int]]]


class TableProblem:
    """Path KL by stored costs: entry (m, j) is what token j of an order costs when m are known.

    What a run sees are sequences of its own for the profile, and some of the tables for its
    trials. The true value of a schedule is its mean over sequences that no run sees.

    Args:
        tables: float ``(sequences, length, length)``.
        truth: profiles of other sequences.
        course: profiles that a run measures, see `measured_course` and `stored_course`.
        instances: of one trial.
        steps: step budgets; the first one is that of studies with one budget.
    """

    direction = "minimize"
    objective: ClassVar = {"kind": "path_kl", "references": "model"}

    def __init__(
        self,
        name: str,
        tables: np.ndarray,
        truth: ProfileSample,
        course: Course,
        instances: int,
        steps: Sequence[int],
    ) -> None:
        self.name, self._tables, self.instances, self.steps = name, tables, instances, tuple(steps)
        self.known_truth, self.course, self.length = truth, course, truth.length
        self.true_profile = np.interp(np.arange(self.length), truth.known, truth.mean)

    def scores(self, counts: Sequence[int], run: int, first: int, end: int) -> np.ndarray:
        """Path KL of the search instances from ``first`` to ``end`` of a run."""
        chosen = shuffled(len(self._tables), run)[::-1][first:end]
        return self._path_kl(counts, self._tables[chosen])

    def truth(self, counts: Sequence[int]) -> float:
        """The true value; less is better."""
        return float(fixed_weights(counts) @ self.true_profile)

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

    @staticmethod
    def _path_kl(counts: Sequence[int], tables: np.ndarray) -> np.ndarray:
        counts = np.asarray(counts)
        known = np.repeat(np.cumsum(counts) - counts, counts)
        order = np.arange(len(known))
        return (tables[:, known, order] - tables[:, order, order]).sum(axis=1)


class SamplingProblem:
    """Share of valid samples of a fast exact law; true values from many samples.

    Args:
        denoiser: the law.
        instances: of one trial.
        truth_instances: for a true value.
    """

    direction = "maximize"
    objective: ClassVar = {"kind": "validity", "verifier": "sudoku"}

    def __init__(
        self, name: str, denoiser, instances: int, steps: Sequence[int], truth_instances: int
    ) -> None:
        self.name, self.instances, self.steps = name, instances, tuple(steps)
        self.length, self._denoiser = denoiser.length, denoiser
        self.course = measured_course(denoiser)
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

    def trial_calls(self, steps: int, instances: int, new: int, *, tabled: bool) -> int:
        """Calls of a trial."""
        return instances * steps

    def _measured(self, counts: Sequence[int], seed: int, ids: Sequence[int]) -> np.ndarray:
        problem = Problem(self._denoiser, validity(is_valid), seed, batch_size=4000)
        candidate = counts_candidate(counts)
        return measure(problem, candidate, ids).scores


def study_file(problem, steps: Sequence[int], **tables: dict) -> StudyFile:
    """The study file that a problem would have, for what reads one.

    Args:
        problem: whose name and objective it has.
        steps: step budgets.
        tables: more keys of its tables, by table.
    """
    content = {
        "study": {"name": "bench"},
        "model": {"kind": "bundled"},
        "space": {"steps": list(steps)} | tables.pop("space", {}),
        "objective": problem.objective,
        "search": {"trials": 1000},
    }
    return parse_study(content | tables, problem.name)


def measured_course(denoiser) -> Course:
    """The profiles of a study as the package measures them, on sequences of each run's own."""

    def course(file: StudyFile, run: int) -> list[tuple[ProfileSample, int]]:
        found = []
        with tempfile.TemporaryDirectory() as folder:
            repository = Repository(f"sqlite:///{folder}/bench.db", create=True)
            for sequences in range(FEWEST, file.profile.sequences + 1, BLOCK):
                changes = {"seed": FIRST_SEED + run, "sequences": sequences}
                table = file.profile.model_copy(update=changes)
                part = file.model_copy(update={"profile": table})
                kept = measured_profile(part, None, denoiser, repository).record
                found.append((kept.sample, kept.sequence_calls))
                if suffices(kept.sample, file):
                    break
            repository.engine.dispose()
        return found

    return course


def stored_course(tables: np.ndarray) -> Course:
    """The same for a model that is too slow to be asked in each run: from stored costs.

    Args:
        tables: ``(sequences, length, length)``, see `TableProblem`; a run takes its first ones.
    """
    length = tables.shape[1]
    known = profile_boundaries(length, BOUNDARIES)
    levels = [tables[:, 0].mean(axis=1)]
    for a, b in pairwise(known):
        # As `mdm_opt.processes.sequence_profiles` does.
        levels.append(levels[-1] - (tables[:, a, b:] - tables[:, b, b:]).mean(axis=1))
    nats = np.stack(levels, axis=1)

    def course(file: StudyFile, run: int) -> list[tuple[ProfileSample, int]]:
        chosen, found = shuffled(len(nats), run), []
        for sequences in range(FEWEST, file.profile.sequences + 1, BLOCK):
            sample = ProfileSample(length, known, nats[chosen[:sequences]])
            found.append((sample, sequences * (length + len(known))))
            if suffices(sample, file):
                break
        return found

    return course


def shuffled(sequences: int, run: int) -> np.ndarray:
    """The numbers of stored sequences as a run takes them: the profile first, trials last."""
    return np.random.default_rng(run).permutation(sequences)


def path_kl_tables(denoiser, sequences: int, batch: int = 100) -> np.ndarray:
    """Costs of a model's own sequences, for `TableProblem`."""
    found = np.empty((sequences, denoiser.length, denoiser.length), dtype=np.float32)
    for first in range(0, sequences, batch):
        ids = range(first, min(first + batch, sequences))
        tokens = own_sequences(denoiser, ids, seed=1).tokens
        noise = instance_noise([10**6 + i for i in ids], denoiser.length, seed=1)
        found[list(ids)] = [table._costs for table in path_tables(denoiser, noise, tokens)]
    return found


def stored_truth(name: str, length: int) -> ProfileSample:
    """Profiles that ``measure_truth.py`` has stored."""
    with np.load(Path(__file__).with_name(f"truth_{name}.npz")) as kept:
        return ProfileSample(length, kept["known"], kept["nats"].astype(np.float64))


@cache
def sudoku_validity() -> SamplingProblem:
    """Valid samples of the 288 grids of side 4."""
    return SamplingProblem("4x4 Sudoku, validity", sudoku(), 100, (4, 6, 8), 4000)


@cache
def template_path_kl() -> TableProblem:
    """Path KL of 4096 noisy templates of 64 tokens."""
    law = templates(noise=0.2)
    return TableProblem(
        "template mixture, path KL",
        path_kl_tables(law, 800),
        stored_truth("templates", 64),
        measured_course(law),
        32,
        (4, 3, 6),
    )


@cache
def bundled_path_kl() -> TableProblem:
    """Path KL of the bundled model."""
    model = load_bundled()
    return TableProblem(
        "bundled model, path KL",
        path_kl_tables(model, 1200),
        stored_truth("bundled", 36),
        measured_course(model),
        32,
        (8, 4, 12),
    )


@cache
def antiberty_path_kl() -> TableProblem:
    """Path KL of AntiBERTy, from costs measured once and stored."""
    costs = np.load(Path(__file__).with_name("antiberty.npz"))["costs"].astype(np.float32)
    tables = np.zeros((len(costs), 121, 121), dtype=np.float32)
    rows, columns = np.triu_indices(121)
    tables[:, rows, columns] = costs
    return TableProblem(
        "AntiBERTy, path KL",
        tables,
        stored_truth("antiberty", 121),
        stored_course(tables),
        32,
        (8, 4, 16),
    )

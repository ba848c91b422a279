"""Measures what rules and schedules are truly worth on the bundled model at one mean of calls.

    python tests/benchmarks/measure_decoding.py

goes through a dense grid of each family and writes ``truth_decoding.npz`` beside this file. It may
be stopped at any moment: what has been measured lies in a folder, and the next start goes on.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch

from mdm_opt.candidates import Candidate
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.packaged import load_bundled
from mdm_opt.objectives.sample_score import validity
from mdm_opt.sudoku import is_valid

HERE = Path(__file__).parent
FOLDER = HERE.parent.parent / "build" / "truth"
STORED = HERE / "truth_decoding.npz"
# Mean calls that a sequence may cost.
BUDGET = 9
# Of the noise of true values, and where their instances begin: no study has either.
SEED, FIRST = 20261130, 10**7
# Instances up to which candidates are measured before the worse ones are left out, and how many
# of a family stay; the last stage is for the best of all.
STAGES, KEPT = (32, 128, 512), (40, 12)
INSTANCES, BEST = 4000, 2


@dataclass(frozen=True)
class Worth:
    """A candidate's share of valid samples, and its calls.

    Attributes:
        candidate: that was measured.
        instances: that the means are over.
        value: share of valid samples.
        calls: of a sequence, mean.
        deviation: of the calls of one sequence.
    """

    candidate: Candidate
    instances: int
    value: float
    calls: float
    deviation: float

    @property
    def error(self) -> float:
        """Standard error of the value."""
        return float(np.sqrt(self.value * (1 - self.value) / self.instances))

    @property
    def affordable(self) -> bool:
        """Whether the mean of the calls is within the budget, up to two standard errors."""
        return self.calls - 2 * self.deviation / np.sqrt(self.instances) <= self.candidate.steps


def grid() -> dict[str, list[Candidate]]:
    """Candidates by family."""
    pairs = [(0.3, 0.2), (0.36, 0.47), (0.4, 0.26), (0.45, 0.3)]
    certain = [
        *(("entropy", doubt) for doubt in (0.03, 0.1, 0.3)),
        *(("confidence", doubt) for doubt in (0.01, 0.04)),
        *(("bound", doubt) for doubt in (0.1, 0.4)),
    ]
    ratios = (1.0, 1.3, 1.6, 2.0, 2.5, 3.2)
    adaptive = [
        {"beta_a": a, "beta_b": b, "cap_ratio": ratio, "doubt": doubt, "measure": measured_by}
        for (a, b), ratio, (measured_by, doubt) in itertools.product(pairs, ratios, certain)
    ]
    first, second = (0.25, 0.3, 0.36, 0.42, 0.5, 0.6), (0.15, 0.2, 0.27, 0.35)
    static = [{"beta_a": a, "beta_b": b} for a, b in itertools.product(first, second)]
    found = {
        "beta": static,
        "threshold": [{"cutoff": k / 20} for k in range(2, 20)],
        "entropy_bound": [{"cutoff": 0.1 * 2**k} for k in range(10)],
        "adaptive": adaptive,
    }
    return {
        family: [Candidate(family, BUDGET, values) for values in parameters]
        for family, parameters in found.items()
    }


class Bench:
    """Measures candidates on the instances of true values, and keeps what it has measured.

    Args:
        folder: where it is kept.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "decoding.jsonl"
        self._problem = Problem(load_bundled(), validity(is_valid), SEED, batch_size=128)
        self._known: dict[tuple[str, int, int], list[float]] = {}
        if self._path.exists():
            for line in self._path.read_text().splitlines():
                kept = json.loads(line)
                self._known[kept["of"], kept["first"], kept["end"]] = kept["sums"]

    def worth(self, candidate: Candidate, instances: int) -> Worth:
        """A candidate on the first so many instances, stage by stage."""
        ends = [*(one for one in STAGES if one < instances), instances]
        parts = [self._part(candidate, *ends_) for ends_ in itertools.pairwise([0, *ends])]
        valid, calls, squares = np.sum(parts, axis=0)
        mean = calls / instances
        deviation = np.sqrt(max(squares / instances - mean**2, 0.0))
        return Worth(candidate, instances, valid / instances, mean, float(deviation))

    def _part(self, candidate: Candidate, first: int, end: int) -> list[float]:
        key = name_of(candidate), first, end
        if key not in self._known:
            found = measure(self._problem, candidate, range(FIRST + first, FIRST + end))
            sums = [found.scores.sum(), found.calls.sum(), (found.calls**2).sum()]
            self._known[key] = [float(one) for one in sums]
            line = {"of": key[0], "first": first, "end": end, "sums": self._known[key]}
            with self._path.open("a") as file:
                file.write(json.dumps(line) + "\n")
        return self._known[key]


def name_of(candidate: Candidate) -> str:
    """All that makes a candidate, as text."""
    return json.dumps([candidate.family, candidate.steps, dict(candidate.parameters)])


def candidate_of(name: str) -> Candidate:
    """The inverse of `name_of`."""
    return Candidate(*json.loads(name))


def best_first(found: Sequence[Worth]) -> list[Worth]:
    """What the budget affords, best first."""
    return sorted((one for one in found if one.affordable), key=lambda one: -one.value)


def measure_grid(bench: Bench) -> list[Worth]:
    """All of the grid, each as far as it was followed."""
    found: dict[str, Worth] = {}

    def followed(candidates: Sequence[Candidate], instances: int) -> list[Worth]:
        own = [bench.worth(one, instances) for one in candidates]
        found.update({name_of(one.candidate): one for one in own})
        return best_first(own)

    last = []
    for family, candidates in grid().items():
        for stage, kept in itertools.zip_longest(STAGES, KEPT):
            ranked = followed(candidates, stage)
            candidates = [one.candidate for one in ranked[:kept]]
            told = f"{ranked[0].value:.3f} at {ranked[0].calls:.2f} calls" if ranked else "none"
            print(
                f"{family}, {stage} instances: {len(ranked)} affordable, best {told}", flush=True
            )
        last.append(ranked)
    # What is a little too dear on some instances would stay so on more of them.
    within = [one for one in itertools.chain.from_iterable(last) if one.calls <= BUDGET]
    best_of_all = best_first(within)[:BEST]
    finalists = {name_of(one.candidate) for one in best_of_all}
    for one in followed([candidate_of(name) for name in finalists], INSTANCES):
        print(f"{one.candidate.label}: {one.value:.4f} at {one.calls:.3f} calls", flush=True)
    return list(found.values())


def store(found: Sequence[Worth]) -> None:
    """Writes what is known of the grid."""
    np.savez_compressed(
        STORED,
        candidates=[name_of(one.candidate) for one in found],
        instances=[one.instances for one in found],
        values=[one.value for one in found],
        calls=[one.calls for one in found],
        deviations=[one.deviation for one in found],
    )


@cache
def stored() -> tuple[Worth, ...]:
    """What `store` has written."""
    with np.load(STORED) as kept:
        columns = (kept[name].tolist() for name in kept.files)
        return tuple(
            Worth(candidate_of(name), *rest) for name, *rest in zip(*columns, strict=True)
        )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where parts are kept")
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    store(measure_grid(Bench(given.folder)))


if __name__ == "__main__":
    main()

"""measure(): one candidate on some instances, and nothing else (DESIGN.md)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.denoisers.base import Denoiser
from mdm_opt.denoisers.prompts import Prompts
from mdm_opt.errors import MdmOptError, RunError
from mdm_opt.objectives.base import Objective, PromptedObjective, Reveals, Scores
from mdm_opt.plugins import one_line
from mdm_opt.sampling import Noise, ancestral_counts, instance_noise
from mdm_opt.schedules import (
    Counts,
    MaskSchedule,
    Reveal,
    Rounding,
    block_count,
    reveal_counts,
    reveal_grid,
)

_Part = TypeVar("_Part")


@dataclass(frozen=True)
class Candidate:
    """A schedule and a step budget.

    Attributes:
        schedule: the mask schedule.
        steps: step budget N >= 1.
    """

    schedule: MaskSchedule
    steps: int


@dataclass(frozen=True, eq=False)
class Problem:
    """A frozen model, a way to judge it, and how it is sampled.

    Attributes:
        denoiser: frozen model.
        objective: judge.
        seed: of the common random numbers, in 0..2^63 - 1.
        order: reveal order.
        temperature: of the token distribution.
        reveal: ``fixed`` or ``ancestral``.
        rounding: of the fixed counts.
        block_length: tokens of a block that is finished before the next, in which the schedule
            starts anew; None for one block. Divides the length, and the number of blocks the
            steps.
        guidance: scale of classifier-free guidance; needs an objective with prompts.
        end_last: whether tokens that end the text come last; needs an order other than random.
        batch_size: instances sampled at once; changes speed and memory, not results.
    """

    denoiser: Denoiser
    objective: Objective
    seed: int
    order: str = "random"
    temperature: float = 1.0
    reveal: Reveal = "fixed"
    rounding: Rounding = "full"
    block_length: int | None = None
    guidance: float = 0.0
    end_last: bool = False
    batch_size: int = 64

    def counts(self, candidate: Candidate) -> Counts:
        """The candidate's fixed reveal counts, int64 ``(steps,)``."""
        return reveal_counts(
            candidate.schedule,
            candidate.steps,
            self.denoiser.length,
            self.rounding,
            self.block_length,
        )

    @property
    def blocks(self) -> int:
        """Blocks of a sequence, of which every step count is a multiple."""
        return self.denoiser.length // (self.block_length or self.denoiser.length)

    def prompts(self, instances: Sequence[int]) -> Prompts | None:
        """The prompts of instances; None where the objective has none."""
        rows = self.prompt_ids(instances)
        return None if rows is None else Prompts.of(rows, self.denoiser.device)

    def prompt_ids(self, instances: Sequence[int]) -> list[list[int]] | None:
        """Their token ids; None where the objective has none."""
        objective = self.objective
        if not isinstance(objective, PromptedObjective):
            return None
        return objective.prompt_ids(instances)

    def reveals(self, candidate: Candidate, instances: Sequence[int]) -> Reveals:
        """How the candidate reveals the instances."""
        blocks = block_count(candidate.steps, self.denoiser.length, self.block_length)
        grid = reveal_grid(candidate.schedule, candidate.steps, blocks)
        noise = instance_noise(instances, self.denoiser.length, seed=self.seed)
        return Reveals(
            instances=instances,
            noise=noise,
            grid=grid,
            counts=self._batch_counts(candidate, grid, noise),
            reveal=self.reveal,
            order=self.order,
            temperature=self.temperature,
            seed=self.seed,
            block_length=self.block_length,
            guidance=self.guidance,
            end_last=self.end_last,
            prompts=self.prompts(instances),
        )

    def _batch_counts(
        self, candidate: Candidate, grid: npt.NDArray[np.float64], noise: Noise
    ) -> Counts:
        if self.reveal == "ancestral":
            return ancestral_counts(grid, noise)
        return np.tile(self.counts(candidate), (len(noise), 1))


@dataclass(frozen=True, eq=False)
class Measurement:
    """What a candidate scored.

    Attributes:
        instances: instance ids, ``(n,)``.
        scores: float64 ``(n,)``, one an instance.
        nfe: model calls made for one sequence, mean over instances.
        sequence_calls: sequences put through models to find out, the cost of knowing.
        seconds: wall time.
        device: where it ran.
        guards: constraint values; the candidate is feasible iff all are <= 0.
        batch_size: the largest that fitted into memory, at most the problem's.
        texts: of the samples that were scored, ``(n,)``; empty where none were drawn.
    """

    instances: tuple[int, ...]
    scores: npt.NDArray[np.float64]
    nfe: float
    sequence_calls: int
    seconds: float
    device: str
    guards: Mapping[str, float]
    batch_size: int
    texts: tuple[str, ...] = ()

    @cached_property
    def value(self) -> float:
        """Mean score."""
        return float(self.scores.mean())

    @property
    def feasible(self) -> bool:
        """Whether every guard holds."""
        return all(value <= 0 for value in self.guards.values())


@dataclass(frozen=True)
class Drawn:
    """Samples of a candidate that were drawn to be looked at.

    Attributes:
        texts: one an instance.
        sequence_calls: sequences that were put through the model.
        seconds: wall time.
    """

    texts: tuple[str, ...]
    sequence_calls: int
    seconds: float


def joined(parts: Sequence[Measurement]) -> Measurement:
    """One measurement out of several of a candidate, on instances that are all different.

    Args:
        parts: at least one, in the order of their instances.
    """
    shares = np.array([len(part.instances) for part in parts], dtype=np.float64)
    shares /= shares.sum()
    return Measurement(
        instances=tuple(instance for part in parts for instance in part.instances),
        scores=np.concatenate([part.scores for part in parts]),
        nfe=float(shares @ [part.nfe for part in parts]),
        sequence_calls=sum(part.sequence_calls for part in parts),
        seconds=sum(part.seconds for part in parts),
        device=parts[0].device,
        guards={
            name: float(shares @ [part.guards[name] for part in parts]) for name in parts[0].guards
        },
        batch_size=min(part.batch_size for part in parts),
        texts=tuple(chain.from_iterable(part.texts for part in parts)),
    )


def measure(problem: Problem, candidate: Candidate, instances: Sequence[int]) -> Measurement:
    """Scores a candidate on instances; a pure function of its arguments up to seconds.

    Where a batch does not fit into the device's memory it is halved; the scores do not depend on
    the batch that an instance is in.

    Args:
        problem: what is measured.
        candidate: schedule and step budget.
        instances: instance ids, at least one, distinct.

    Raises:
        RunError: where the objective fails, or returns a score that is no finite number or not
            one text for every sample.
    """
    started = time.perf_counter()

    def score(reveals: Reveals) -> Scores:
        scores = problem.objective.score(problem.denoiser, reveals)
        _check_finite(problem, candidate, reveals.instances, scores)
        return scores

    objective = f"objective {problem.objective.name!r}"
    order = longest_first(problem, instances)
    asked = [instances[place] for place in order]
    parts, size = _in_batches(problem, candidate, asked, score, objective, "measured")
    texts = tuple(chain.from_iterable(part.texts for part in parts))
    if texts:
        _check_texts(objective, texts, instances)
    guards = {
        name: float(np.concatenate([part.guards[name] for part in parts]).mean())
        for name in parts[0].guards
    }
    return Measurement(
        instances=tuple(instances),
        scores=np.concatenate([part.values for part in parts])[_back(order)],
        nfe=float(np.concatenate([part.nfe for part in parts]).mean()),
        sequence_calls=sum(part.sequence_calls for part in parts),
        seconds=time.perf_counter() - started,
        device=str(problem.denoiser.device),
        guards=guards,
        batch_size=size,
        texts=_restored(texts, order),
    )


def draw(problem: Problem, candidate: Candidate, instances: Sequence[int]) -> Drawn:
    """Samples of a candidate to look at; what `measure` would have scored on these instances.

    Args:
        problem: whose model is sampled.
        candidate: schedule and step budget.
        instances: instance ids, distinct.

    Raises:
        RunError: where the model fails, or does not decode one text for every sample.
    """
    started = time.perf_counter()

    def sample(reveals: Reveals) -> tuple[list[str], int]:
        samples = reveals.sample(problem.denoiser)
        return problem.denoiser.decode(samples.tokens), samples.sequence_calls

    order = longest_first(problem, instances)
    asked = [instances[place] for place in order]
    parts, _ = _in_batches(problem, candidate, asked, sample, "samples", "drawn")
    texts = tuple(chain.from_iterable(part for part, _ in parts))
    _check_texts("the model", texts, instances)
    return Drawn(
        _restored(texts, order), sum(calls for _, calls in parts), time.perf_counter() - started
    )


def longest_first(problem: Problem, instances: Sequence[int]) -> list[int]:
    """Places of instances by the length of their prompts; as they are where there are none.

    Prompts of about one length need little padding, and what does not fit into memory is known
    from the first batch on.
    """
    rows = problem.prompt_ids(instances)
    lengths = [0] * len(instances) if rows is None else [-len(row) for row in rows]
    return sorted(range(len(instances)), key=lengths.__getitem__)


def _back(order: Sequence[int]) -> npt.NDArray[np.int64]:
    """What undoes an order."""
    return np.argsort(np.asarray(order, dtype=np.int64))


def _restored(texts: Sequence[str], order: Sequence[int]) -> tuple[str, ...]:
    return tuple(texts[place] for place in _back(order)) if texts else ()


def _in_batches(
    problem: Problem,
    candidate: Candidate,
    instances: Sequence[int],
    work: Callable[[Reveals], _Part],
    name: str,
    deed: str,
) -> tuple[list[_Part], int]:
    """What ``work`` makes of the batches, and the largest batch that fitted into memory.

    ``name`` and ``deed`` are for messages: "NAME could not be DEED".
    """
    parts: list[_Part] = []
    done, size = 0, problem.batch_size
    while done < len(instances):
        batch = instances[done : done + size]
        part = _fitting(work, problem.reveals(candidate, batch), f"{name} could not be {deed}")
        if part is None:
            size = len(batch) // 2
            if size == 0:
                raise RunError(
                    f"{name}: one sequence alone does not fit into the memory of "
                    f"{problem.denoiser.device}"
                )
            torch.cuda.empty_cache()
            continue
        parts.append(part)
        done += len(batch)
    return parts, size


def _fitting(work: Callable[[Reveals], _Part], reveals: Reveals, failure: str) -> _Part | None:
    """What ``work`` makes of a batch, or None where it does not fit into memory."""
    try:
        return work(reveals)
    except Exception as error:  # models and devices may raise anything
        # None, not an exception: a traceback would keep the batch's tensors alive.
        if out_of_memory(error):
            return None
        if isinstance(error, MdmOptError):
            raise
        raise RunError(f"{failure}: {type(error).__name__}: {one_line(error)}") from error


def out_of_memory(error: BaseException | None) -> bool:
    """Whether an exception, or one that it came from, says that a device's memory is full."""
    while error is not None:
        if isinstance(error, torch.cuda.OutOfMemoryError):
            return True
        # Some libraries of CUDA say it in words only.
        if isinstance(error, RuntimeError) and "CUDA error: out of memory" in str(error):
            return True
        error = error.__cause__
    return False


def _check_finite(
    problem: Problem, candidate: Candidate, instances: Sequence[int], scores: Scores
) -> None:
    for name, values in {"nfe": scores.nfe, **scores.guards}.items():
        if not np.isfinite(values).all():
            raise RunError(
                f"objective {problem.objective.name!r} returned a {name!r} that is no finite "
                f"number at {candidate.schedule.name}, {candidate.steps} steps"
            )
    bad = ~np.isfinite(scores.values)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise RunError(
            f"objective {problem.objective.name!r} returned {scores.values[first]} for instance "
            f"{instances[first]} at {candidate.schedule.name}, {candidate.steps} steps; every "
            "score must be a finite number"
        )


def _check_texts(name: str, texts: Sequence[str], instances: Sequence[int]) -> None:
    if len(texts) != len(instances):
        raise RunError(
            f"{name} decoded {len(texts)} texts of {len(instances)} samples; one text a sample is "
            "expected"
        )

"""measure(): one candidate on some instances, and nothing else."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mdm_opt.candidates import CALLS, Candidate, Decoding, MaskedDecoding, Plan
from mdm_opt.errors import MdmOptError, RunError
from mdm_opt.memory import in_fitting_batches, out_of_memory
from mdm_opt.models.base import Denoiser, offers
from mdm_opt.models.block_causal import block_causal, mean_calls
from mdm_opt.models.named import ModelFailed
from mdm_opt.models.prompts import Prompts
from mdm_opt.objectives.base import Objective, PromptedObjective, Scores
from mdm_opt.plugins import one_line
from mdm_opt.processes import Batch, Process, process_of
from mdm_opt.statistics import MOST_SCORE

_Part = TypeVar("_Part")
_DEFAULT = MaskedDecoding()
# A candidate that costs just its budget must not miss it by what a mean is rounded by.
_DECIMALS = 9


@dataclass(frozen=True, eq=False)
class Problem:
    """A frozen model, a way to judge it, and how it is sampled.

    Attributes:
        denoiser: frozen model.
        objective: judge.
        seed: of the common random numbers, in 0..2^63 - 1.
        decoding: the settings of the sampler; guidance needs an objective with prompts.
        batch_size: instances sampled at once; changes speed and memory, not results.
    """

    denoiser: Denoiser
    objective: Objective
    seed: int
    decoding: Decoding = _DEFAULT
    batch_size: int = 64

    @property
    def process(self) -> Process[Any]:
        """The process of the model."""
        return process_of(self.denoiser)

    @property
    def source_fingerprint(self) -> str:
        """Changes with all but the weights that scores depend on: the objective, users' code."""
        source: str = getattr(self.denoiser, "source_fingerprint", "")
        if not source:
            return self.objective.fingerprint
        return hashlib.sha256(f"{self.objective.fingerprint}\0{source}".encode()).hexdigest()

    @property
    def blocks(self) -> int:
        """Blocks of a sequence, of which every step count is a multiple."""
        return self.decoding.blocks(self.denoiser.length)

    @property
    def finest_steps(self) -> int:
        """Steps of a sequence where there are as many as make sense: one token a step."""
        return self.process.finest_calls(self.denoiser)

    def plan(self, candidate: Candidate) -> Plan:
        """What a candidate does to a sequence of the model."""
        return candidate.plan(self.decoding, self.denoiser.length)

    def prompts(self, instances: Sequence[int]) -> Prompts | None:
        """The prompts of instances; None where the objective has none."""
        rows = self.prompt_ids(instances)
        return None if rows is None else Prompts.of(rows, self.denoiser.device)

    def prompt_ids(self, instances: Sequence[int]) -> list[list[int]] | None:
        """Token ids of the prompts of instances; None where the objective has none."""
        # Asked by name, so that what a wrapper passes on counts, too.
        if not offers(self.objective, "prompt_ids"):
            return None
        prompted: PromptedObjective = self.objective  # type: ignore[assignment]
        return prompted.prompt_ids(instances)

    def expected_nfe(self, candidate: Candidate, instances: Sequence[int]) -> float:
        """Model calls that a sequence of some instances is expected to cost, their mean.

        Only in blocks that prompts begin do they depend on the instance.

        Args:
            candidate: without a rule.
            instances: instance ids.
        """
        plan, served = self.plan(candidate), block_causal(self.denoiser)
        if served is None or plan.counts is None:
            return plan.nfe
        begun = served.open_blocks(len(instances), self.prompts(instances)).begun
        return mean_calls(plan.counts[: plan.steps // self.blocks], begun, self.blocks)

    def batch(self, candidate: Candidate, instances: Sequence[int]) -> Batch:
        """A candidate on instances, before it is sampled."""
        return self.process.batch(
            self.denoiser,
            candidate,
            instances,
            decoding=self.decoding,
            seed=self.seed,
            prompts=self.prompts(self.decoding.sampled_with(instances)),
        )


@dataclass(frozen=True, eq=False)
class Measurement:
    """What a candidate scored.

    Attributes:
        instances: instance ids, ``(n,)``.
        scores: float64 ``(n,)``, one an instance.
        calls: float64 ``(n,)``, model calls that each instance's sequence costs.
        sequence_calls: sequences put through models to find out, the cost of knowing.
        seconds: wall time.
        device: where it ran.
        guards: constraint values; the candidate is feasible iff all are <= 0. Where only samples
            tell its calls ``calls`` is among them: mean calls minus the step budget.
        batch_size: the largest that fitted into memory, at most the problem's.
        texts: of the samples that were scored, ``(n,)``; empty where none were drawn.
    """

    instances: tuple[int, ...]
    scores: npt.NDArray[np.float64]
    calls: npt.NDArray[np.float64]
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
    def nfe(self) -> float:
        """Model calls of one sequence, mean over instances."""
        return float(self.calls.mean())

    @property
    def feasible(self) -> bool:
        """Whether every guard holds."""
        return all(value <= 0 for value in self.guards.values())

    def known(self) -> Measurement:
        """The same where it is kept once more: its cost has been counted."""
        return replace(self, sequence_calls=0, seconds=0.0)


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


def excess_calls(calls: npt.NDArray[np.float64], steps: int) -> float:
    """Mean model calls minus the step budget."""
    return round(float(calls.mean()) - steps, _DECIMALS)


def joined(parts: Sequence[Measurement]) -> Measurement:
    """One measurement out of several of a candidate, on instances that are all different.

    Args:
        parts: at least one, in the order of their instances.
    """
    shares = np.array([len(part.instances) for part in parts], dtype=np.float64)
    shares /= shares.sum()
    guards = {
        name: float(shares @ [part.guards[name] for part in parts]) for name in parts[0].guards
    }
    if CALLS in guards:
        guards[CALLS] = round(guards[CALLS], _DECIMALS)
    return Measurement(
        instances=tuple(instance for part in parts for instance in part.instances),
        scores=np.concatenate([part.scores for part in parts]),
        calls=np.concatenate([part.calls for part in parts]),
        sequence_calls=sum(part.sequence_calls for part in parts),
        seconds=sum(part.seconds for part in parts),
        device=parts[0].device,
        guards=guards,
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
        RunError: where the objective fails, or does not return one finite number (and one text,
            if any) for every instance.
    """
    started = time.perf_counter()

    def score(batch: Batch) -> Scores:
        scores = problem.objective.score(problem.denoiser, batch)
        _check_scores(problem, candidate, batch.instances, scores)
        return scores

    objective = f"objective {problem.objective.name!r}"
    order = longest_first(problem, instances)
    asked = [instances[place] for place in order]
    parts, size = _in_batches(problem, candidate, asked, score, objective, "measured")
    texts = tuple(chain.from_iterable(part.texts for part in parts))
    if texts:
        _check_texts(objective, texts, instances)
    _check_guards(objective, parts)
    guards = {
        name: float(np.concatenate([part.guards[name] for part in parts]).mean())
        for name in parts[0].guards
    }
    calls = np.concatenate([part.nfe for part in parts])[_back(order)]
    if candidate.by_calls:
        guards[CALLS] = excess_calls(calls, candidate.steps)
    return Measurement(
        instances=tuple(instances),
        scores=np.concatenate([part.values for part in parts])[_back(order)],
        calls=calls,
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

    def sample(batch: Batch) -> tuple[list[str], int]:
        samples = batch.sample(problem.denoiser)
        return batch.texts(problem.denoiser, samples), samples.sequence_calls

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
    from the first batch on. What is sampled in batches of its own stays together.
    """
    if problem.decoding.in_batches:
        return sorted(range(len(instances)), key=instances.__getitem__)
    rows = problem.prompt_ids(instances)
    lengths = [0] * len(instances) if rows is None else [-len(row) for row in rows]
    return sorted(range(len(instances)), key=lengths.__getitem__)


def _back(order: Sequence[int]) -> npt.NDArray[np.int64]:
    """The inverse of a permutation."""
    return np.argsort(np.asarray(order, dtype=np.int64))


def _restored(texts: Sequence[str], order: Sequence[int]) -> tuple[str, ...]:
    return tuple(texts[place] for place in _back(order)) if texts else ()


def _in_batches(
    problem: Problem,
    candidate: Candidate,
    instances: Sequence[int],
    work: Callable[[Batch], _Part],
    name: str,
    deed: str,
) -> tuple[list[_Part], int]:
    """What ``work`` makes of the batches, and the largest batch that fitted into memory.

    ``name`` and ``deed`` are for messages: "NAME could not be DEED".
    """

    def done(batch: Sequence[int]) -> _Part:
        return work(problem.batch(candidate, batch))

    try:
        return in_fitting_batches(instances, problem.batch_size, done)
    except Exception as error:  # models and devices may raise anything
        if out_of_memory(error):
            who = "the model" if isinstance(error, ModelFailed) else name
            raise RunError(
                f"{who}: one sequence alone does not fit into the memory of "
                f"{problem.denoiser.device}"
            ) from error
        if isinstance(error, MdmOptError):
            raise
        failure = f"{name} could not be {deed}: {type(error).__name__}: {one_line(error)}"
        raise RunError(failure) from error


def _check_scores(
    problem: Problem, candidate: Candidate, instances: Sequence[int], scores: Scores
) -> None:
    """Refuses what is not one finite number an instance."""
    objective = f"objective {problem.objective.name!r}"
    at = f"at {candidate.label}, {candidate.steps} steps"
    for name, values in {"score": scores.values, "nfe": scores.nfe, **scores.guards}.items():
        if np.shape(values) != (len(instances),):
            raise RunError(
                f"{objective} returned {name!r} of shape {np.shape(values)} {at} for "
                f"{len(instances)} instances; one number an instance is expected"
            )
        if name != "score" and not np.isfinite(values).all():
            raise RunError(f"{objective} returned a {name!r} that is no finite number {at}")
    bad = ~(np.abs(scores.values) <= MOST_SCORE)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise RunError(
            f"{objective} returned {scores.values[first]} for instance {instances[first]} {at}; "
            f"every score must be a finite number, at most {MOST_SCORE:g} in size"
        )


def _check_guards(objective: str, parts: Sequence[Scores]) -> None:
    names = [sorted(part.guards) for part in parts]
    if any(found != names[0] for found in names):
        raise RunError(f"{objective} returned other guards for some instances than for others")


def _check_texts(name: str, texts: Sequence[str], instances: Sequence[int]) -> None:
    if len(texts) != len(instances):
        raise RunError(
            f"{name} decoded {len(texts)} texts of {len(instances)} samples; one text a sample is "
            "expected"
        )

"""How noise becomes data, step by step: what a process is, and what it makes of a candidate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.candidates import Candidate, Decoding, Plan
from mdm_opt.errors import InputError
from mdm_opt.models.base import FrozenModel
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.models.prompts import Prompts, decoded_answers

Array = npt.NDArray[np.float64]
ModelT = TypeVar("ModelT", bound=FrozenModel)

# Instance ids of a profile's measurement: the noise in which sequence i is measured for the k-th
# time is that of instance START + k * STRIDE + i; that of its own text, where the model writes it,
# comes last.
PROFILE_START, PROFILE_STRIDE = 2**44, 2**32
OWN_START = 2**43


@dataclass(frozen=True, eq=False)
class Samples:
    """Sequences that a model has written.

    Attributes:
        tokens: int64 ``(batch, length)`` on the model's device, no token masked; of no length
            where a sampler of the user's has written texts.
        nfe: int64 or float64 ``(batch,)``, steps of each sequence that called the model.
        sequence_calls: sequences that were put through the model. Guidance doubles them; a first
            step that the model remembers costs none.
        texts: that a sampler of the user's has written, ``(batch,)``; None where tokens say them.
    """

    tokens: torch.Tensor
    nfe: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    sequence_calls: int
    texts: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class WrittenProfiles:
    """Sequences that a model has written, and what the same calls say of its profile.

    Attributes:
        tokens: int64 ``(batch, length)`` on the model's device, as `Process.own_sequences` has
            them.
        divergence: float64 ``(batch, boundaries)``, nats: h by what one step tells of the rest.
        entropy: float64 ``(batch, boundaries)``, nats: h by entropies.
        sequence_calls: sequences that were put through the model.
    """

    tokens: torch.Tensor
    divergence: Array
    entropy: Array
    sequence_calls: int


@dataclass(frozen=True, eq=False)
class Batch(ABC):
    """One candidate on a batch of instances, before it is sampled.

    Attributes:
        process: of the model.
        instances: instance ids, ``(batch,)``.
        plan: what the candidate does.
        decoding: the settings of the sampler, with what the candidate brings of them.
        seed: the study's, from which the noise is drawn.
        prompts: what the answers are given; None where there is nothing.
    """

    process: Process[Any]
    instances: Sequence[int]
    plan: Plan
    decoding: Decoding
    seed: int
    prompts: Prompts | None

    @property
    @abstractmethod
    def nfe(self) -> npt.NDArray[np.int64]:
        """Model calls of each instance, int64 ``(batch,)``.

        Raises:
            ValueError: where only samples tell, because a rule decides what steps reveal.
        """

    @abstractmethod
    def others(
        self, model: FrozenModel, instances: Sequence[int], *, same_start: bool = False
    ) -> Batch:
        """The same candidate on as many other instances, with their own noise.

        Args:
            model: frozen model.
            instances: instance ids, one for each of these; each has the prompt of the one that it
                stands for, if any.
            same_start: whether each starts from what the one starts from that it stands for, with
                steps of its own. Masked tokens and births always start from the same.
        """

    def sample(self, model: FrozenModel) -> Samples:
        """The samples of these instances."""
        return self.process.sample(model, self)

    def texts(self, model: FrozenModel, samples: Samples) -> list[str]:
        """The texts of samples of these instances; of answers what comes after their prompts."""
        if samples.texts is not None:
            return list(samples.texts)
        if self.prompts is None:
            return model.decode(samples.tokens)
        denoiser: Any = model
        return decoded_answers(denoiser, samples.tokens, self.prompts)


class PathCosts(Protocol):
    """What is known of one clean sequence in the noise of one instance; see `Process.path_kl`."""


class ExactLaw(Protocol):
    """The law of the samples of a small problem, enumerated."""

    def under(self, plan: Plan, decoding: Decoding) -> Array:
        """Probabilities of all sequences, float64 ``(V,) * length``, under a plan.

        Args:
            plan: what a candidate does.
            decoding: the settings of the sampler.

        Raises:
            InputError: where it is too large to be enumerated.
        """
        ...

    def nfe(self, plan: Plan) -> float:
        """Model calls that a sample is expected to cost under a plan."""
        ...


class Process(ABC, Generic[ModelT]):
    """How noise becomes data: masked tokens are revealed, counts are born, tokens are replaced.

    Nothing above the processes knows what noise looks like, or whether a step has a count.
    Progress runs from 0 (noise) to 1 (clean).

    Attributes:
        name: as it is kept with a model.
    """

    name: ClassVar[str]

    @abstractmethod
    def start(self, model: ModelT, batch: int) -> torch.Tensor:
        """Nothing but noise, ``(batch, length)`` on the model's device."""

    @abstractmethod
    def batch(
        self,
        model: ModelT,
        candidate: Candidate,
        instances: Sequence[int],
        *,
        decoding: Decoding,
        seed: int,
        prompts: Prompts | None = None,
    ) -> Batch:
        """A candidate on some instances, with common random numbers (docs/mathematics.md 7).

        Args:
            model: frozen model.
            candidate: schedule, step budget, and what it brings of the decoding.
            instances: instance ids, distinct.
            decoding: of the study.
            seed: of the study; the noise of an instance depends on both only.
            prompts: one for each instance that `Decoding.sampled_with` says, where the objective
                has any.
        """

    @abstractmethod
    def sample(self, model: ModelT, batch: Batch) -> Samples:
        """The samples of a batch.

        Raises:
            RunError: where the model answers with NaN.
        """

    @abstractmethod
    def finest(self, model: ModelT, instances: Sequence[int], *, seed: int) -> Samples:
        """Sequences that the model writes in as many steps as there can be."""

    @abstractmethod
    def finest_calls(self, model: ModelT) -> int:
        """Model calls of a sequence in `finest`, and of what `path_costs` asks of one."""

    def seeds(self, model: ModelT) -> Mapping[str, Mapping[str, tuple[float, float]]] | None:
        """(a, b) of Beta schedules that are tried first, by label, for names of a study file.

        None where those of the family are meant, which are for masked models.

        Args:
            model: frozen model.
        """
        return None

    @abstractmethod
    def own_sequences(self, model: ModelT, numbers: Sequence[int], *, seed: int) -> Samples:
        """Clean sequences that the model writes to be measured itself, as `finest` does.

        Args:
            model: frozen model.
            numbers: of the sequences, which fix their noise.
            seed: likewise.
        """

    @abstractmethod
    def profiles(
        self,
        model: ModelT,
        clean: torch.Tensor,
        numbers: Sequence[int],
        known: npt.NDArray[np.int64],
        *,
        orders: int,
        seed: int,
        count: int = 0,
    ) -> Array:
        """What clean sequences cost when so much of them is known (docs/mathematics.md 5, 9).

        Args:
            model: frozen model.
            clean: sequences ``(batch, length)``.
            numbers: of the sequences, ``(batch,)``, which fix their noise.
            known: int64 ``(boundaries,)``, increasing: numbers of known tokens, or cells of the
                `mdm_opt.schedules.step_costs.StepTable` of a process with a grid.
            orders: times that each is measured.
            count: of the intervals of that table.
            seed: of the noise.

        Returns:
            float64 ``(batch, boundaries)``, nats.

        Raises:
            RunError: where the model gives something clean no finite log-probability.
        """

    def profile_calls(self, known: npt.NDArray[np.int64], count: int) -> int:
        """Model calls of a sequence in `profiles`, for each time that it is measured.

        Args:
            known: as there.
            count: likewise.
        """
        return len(known)

    def written_profiles(
        self,
        model: ModelT,
        numbers: Sequence[int],
        known: npt.NDArray[np.int64],
        *,
        seed: int,
    ) -> WrittenProfiles | None:
        """The model's own sequences, with what writing them says of `profiles`.

        It says as much where the model's conditionals are those of one joint law, see
        `exchange_error`. None for processes in which it says nothing.

        Args:
            model: frozen model.
            numbers: of the sequences.
            known: int64 ``(boundaries,)``, increasing.
            seed: of the noise.

        Raises:
            RunError: where the model answers with NaN.
        """
        return None

    def exchange_error(
        self,
        model: ModelT,
        tokens: torch.Tensor,
        numbers: Sequence[int],
        known: npt.NDArray[np.int64],
        *,
        seed: int,
    ) -> tuple[Array, int]:
        """How far the model's conditionals are from those of one joint law.

        Args:
            model: frozen model, whose process has `written_profiles`.
            tokens: of these, ``(batch, length)``.
            numbers: of the sequences.
            known: int64 ``(boundaries,)``, increasing.
            seed: of the noise.

        Returns:
            Nats by which two tokens are more probable in one order than in the other, float64
            ``(batch,)``, and the sequences put through the model to find out.
        """
        raise NotImplementedError(f"{self.name} has no profiles of written sequences")

    @abstractmethod
    def path_costs(
        self, model: ModelT, clean: torch.Tensor, batch: Batch, rows: Sequence[int]
    ) -> tuple[Sequence[PathCosts], int]:
        """What steps cost on clean sequences (docs/mathematics.md 5).

        Args:
            model: frozen model.
            clean: sequences ``(len(rows), length)``.
            batch: whose noise decides what is known when.
            rows: of the batch, one a sequence.

        Returns:
            One a sequence, and the sequences put through the model to find out.
        """

    @abstractmethod
    def path_kl(
        self, model: ModelT, costs: Sequence[PathCosts], batch: Batch
    ) -> tuple[Array, int]:
        """Nats that a candidate loses against the finest steps.

        Args:
            model: frozen model.
            costs: of `path_costs`, one for each row of the batch.
            batch: the candidate on the instances.

        Returns:
            float64 ``(batch,)``, and the sequences put through the model to find out.
        """

    @abstractmethod
    def check_enumerable(self, length: int, vocab_size: int) -> int:
        """Number of states of the sequences of a law that `exact_law` walks through.

        Args:
            length: of a sequence.
            vocab_size: values of each of its numbers.

        Raises:
            InputError: where they are too many to enumerate.
        """

    @abstractmethod
    def exact_law(self, model: ModelT) -> ExactLaw:
        """The law of the samples of any plan.

        Raises:
            InputError: where it is too large to be enumerated.
        """

    def exact_path_kl(self, model: ModelT, law: EnumeratedLaw) -> Callable[[Array], float]:
        """The path KL of any grid where the model answers exactly, in nats.

        Args:
            model: frozen model.
            law: that it answers for.

        Raises:
            InputError: in processes where it is not enumerated, or where that would take too long.
        """
        raise InputError(f"the path KL of process {self.name!r} is not enumerated")

    @abstractmethod
    def difference(self, model: ModelT) -> float:
        """How far two answers to the same question are apart: total variation, in [0, 1].

        The largest over what is asked of nothing but noise; 0 up to the rounding of the device,
        unless something in the model is random.
        """

    @abstractmethod
    def one_call(
        self,
        model: ModelT,
        batch: int,
        steps: int,
        decoding: Decoding,
        prompts: Prompts | None = None,
    ) -> None:
        """Calls the model as the first step of sampling does, and waits for the answer.

        Args:
            model: frozen model.
            batch: sequences.
            steps: step budget.
            decoding: of the study.
            prompts: one a sequence, where the objective has any.
        """

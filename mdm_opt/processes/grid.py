"""Processes whose steps lead along a grid of alphas, one model call each.

Births and uniform corruption differ in what noise is, what a step does and what it costs; the
loop, the reference sequences and path KL (docs/mathematics.md 9) are the same.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.candidates import Candidate, Decoding, GridDecoding
from mdm_opt.models.base import FrozenModel
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes.base import Array, Batch, ModelT, PathCosts, Process, Samples

# Steps of a sequence that a model writes as a reference: on law and net alike the loss of so many
# is far below what few steps lose.
FINEST_STEPS = 128


class GridNoise(Protocol):
    """The randomness of a batch of instances, the same for every schedule."""

    def __len__(self) -> int: ...

    def rows(self, rows: Sequence[int]) -> Any:
        """The noise of some of the instances."""
        ...


NoiseT = TypeVar("NoiseT", bound=GridNoise)


@dataclass(frozen=True, eq=False)
class GridBatch(Batch):
    """One candidate on a batch of instances of a process with a grid.

    Attributes:
        noise: of the instances, the same for every candidate.
    """

    noise: Any

    @property
    def nfe(self) -> npt.NDArray[np.int64]:
        """See `Batch.nfe`: steps that lead anywhere."""
        return np.full(len(self.instances), int(self.plan.nfe), dtype=np.int64)

    def others(
        self, model: FrozenModel, instances: Sequence[int], *, same_start: bool = False
    ) -> GridBatch:
        """See `Batch.others`."""
        process: GridProcess[Any, Any] = self.process  # type: ignore[assignment]  # made this
        noise = process.noise(model, instances, seed=self.seed)
        if same_start:
            noise = process.started(noise, self.noise)
        return replace(self, instances=instances, noise=noise)


@dataclass(frozen=True, eq=False)
class GridPathCosts:
    """A clean sequence and what the finest steps cost on it.

    Attributes:
        clean: int64 ``(length,)``.
        finest_nats: sum of the step costs along the finest grid.
    """

    clean: torch.Tensor
    finest_nats: float


class GridProcess(Process[ModelT], Generic[ModelT, NoiseT]):
    """A process of which a candidate says the alphas at the ends of the steps.

    Progress and alpha run from 0 (noise) to 1 (clean).
    """

    @abstractmethod
    def noise(self, model: ModelT, instances: Sequence[int], *, seed: int) -> NoiseT:
        """Common random numbers of instances (docs/mathematics.md 7)."""

    def started(self, noise: NoiseT, first: NoiseT) -> NoiseT:
        """Noise with the start of another of as many rows; itself where all start the same."""
        return noise

    @abstractmethod
    def begin(self, model: ModelT, noise: NoiseT) -> torch.Tensor:
        """The state that sampling starts from: nothing but noise, see `sequences`."""

    def sequences(self, model: ModelT, state: torch.Tensor) -> torch.Tensor:
        """What a state says, int64 ``(batch, length)`` on the model's device.

        The state itself, unless steps pass on to the next one what no sequence has.
        """
        return state

    @abstractmethod
    def step(
        self,
        model: ModelT,
        state: torch.Tensor,
        before: float,
        after: float,
        noise: NoiseT,
        index: int,
        decoding: GridDecoding,
    ) -> torch.Tensor:
        """The state after a step, for which the model is asked once.

        Args:
            model: frozen model.
            state: of `begin` or of another step, at alpha = ``before``; never changed.
            before: alpha in [0, 1).
            after: alpha in (before, 1].
            noise: of the rows of the state.
            index: of the step among those of the plan, from 0.
            decoding: the settings of the sampler.

        Raises:
            RunError: where the model answers with what is no rate or no law.
        """

    @abstractmethod
    def corrupt(
        self, model: ModelT, clean: torch.Tensor, alpha: float, noise: NoiseT
    ) -> torch.Tensor:
        """A clean sequence as it is at alpha, int64 ``(batch, length)``.

        Of one noise the states at all alphas belong to one path, from noise to the sequence.
        """

    @abstractmethod
    def step_costs(
        self,
        model: ModelT,
        clean: torch.Tensor,
        before: float,
        afters: Sequence[float],
        noise: NoiseT,
    ) -> Array:
        """What steps from one alpha cost on clean sequences, from one model call.

        KL of the exact reverse step given the clean sequence from the sampler's step, at the state
        that `corrupt` has; its mean over sequences and noise is c(before, after) of
        docs/mathematics.md 9; in births up to what depends on the sequences and alphas alone, and
        adds up to the same along all grids.

        Args:
            model: frozen model.
            clean: int64 ``(batch, length)``.
            before: alpha in [0, 1).
            afters: alphas in (before, 1].
            noise: of the sequences.

        Returns:
            float64 ``(batch, len(afters))``, nats.

        Raises:
            RunError: where the model gives something clean no probability.
        """

    @abstractmethod
    def finest_grid(self, model: ModelT) -> Array:
        """Alphas of the steps that references are written in, from noise to 1."""

    def finest_calls(self, model: ModelT) -> int:
        """See `Process.finest_calls`."""
        return int((np.diff(self.finest_grid(model)) > 0).sum())

    def batch(
        self,
        model: ModelT,
        candidate: Candidate,
        instances: Sequence[int],
        *,
        decoding: Decoding,
        seed: int,
        prompts: Prompts | None = None,
    ) -> GridBatch:
        """See `Process.batch`."""
        return GridBatch(
            process=self,
            instances=instances,
            plan=candidate.plan(decoding, model.length),
            decoding=decoding.with_values(candidate.decoding),
            seed=seed,
            prompts=prompts,
            noise=self.noise(model, instances, seed=seed),
        )

    def sample(self, model: ModelT, batch: Batch) -> Samples:
        """See `Process.sample`."""
        ours = grid_batch(batch)
        return self.along(model, ours.plan.grid, ours.noise, grid_decoding(ours.decoding))

    @torch.inference_mode()
    def along(self, model: ModelT, grid: Array, noise: NoiseT, decoding: GridDecoding) -> Samples:
        """Samples in one step for each pair of alphas.

        Args:
            model: frozen model.
            grid: float64 ``(steps + 1,)``, non-decreasing; steps that lead nowhere cost nothing.
            noise: one row a sample.
            decoding: the settings of the sampler.
        """
        state, steps = self.begin(model, noise), 0
        for index, (before, after) in enumerate(pairwise(grid.tolist())):
            if after > before:
                state = self.step(model, state, before, after, noise, index, decoding)
                steps += 1
        calls = np.full(len(noise), steps, dtype=np.int64)
        return Samples(self.sequences(model, state), calls, steps * len(noise))

    def path_costs(
        self, model: ModelT, clean: torch.Tensor, batch: Batch, rows: Sequence[int]
    ) -> tuple[Sequence[GridPathCosts], int]:
        """See `Process.path_costs`."""
        noise, grid = grid_batch(batch).noise.rows(rows), self.finest_grid(model)
        nats, calls = self._path_nats(model, clean, grid, noise)
        found = [GridPathCosts(*one) for one in zip(clean, nats.tolist(), strict=True)]
        return found, calls

    def path_kl(
        self, model: ModelT, costs: Sequence[PathCosts], batch: Batch
    ) -> tuple[Array, int]:
        """See `Process.path_kl`."""
        ours: Sequence[GridPathCosts] = costs  # type: ignore[assignment]  # of `path_costs`
        clean = torch.stack([one.clean for one in ours])
        given = grid_batch(batch)
        nats, calls = self._path_nats(model, clean, given.plan.grid, given.noise)
        return nats - np.array([one.finest_nats for one in ours]), calls

    def _path_nats(
        self, model: ModelT, clean: torch.Tensor, grid: Array, noise: NoiseT
    ) -> tuple[Array, int]:
        """Sum of the step costs along a grid, and the sequences put through the model."""
        nats, steps = np.zeros(len(clean)), 0
        for before, after in pairwise(grid.tolist()):
            if after > before:
                nats += self.step_costs(model, clean, before, [after], noise)[:, 0]
                steps += 1
        return nats, steps * len(clean)


def grid_batch(batch: Batch) -> GridBatch:
    """The batch itself; TypeError where it is one of another process."""
    if not isinstance(batch, GridBatch):
        raise TypeError(
            f"a batch of a process with a grid is expected, got {type(batch).__name__}"
        )
    return batch


def grid_decoding(decoding: Decoding) -> GridDecoding:
    """The decoding itself; TypeError where it is one of another process."""
    if not isinstance(decoding, GridDecoding):
        raise TypeError(f"settings of a grid are expected, got {type(decoding).__name__}")
    return decoding

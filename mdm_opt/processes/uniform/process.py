"""Uniform and ordinal corruption: every token is replaced until it is clean.

docs/mathematics.md 11. Ancestral sampling as in D3PM, UDLM and Duo; Euler steps (tau leaping) as
in tauLDR (2205.14987); the discrete probability flow (2311.03886).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.candidates import Decoding, GridDecoding, UniformDecoding
from mdm_opt.errors import InputError
from mdm_opt.models.base import TimedLaw
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.models.lazy_log_probs import PART_VALUES, PART_VALUES_CPU
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes.base import (
    OWN_START,
    PROFILE_START,
    PROFILE_STRIDE,
    Array,
    Batch,
    PathCosts,
    Samples,
)
from mdm_opt.processes.grid import FINEST_STEPS, GridPathCosts, GridProcess
from mdm_opt.processes.uniform.costs import (
    bridge_divergence,
    cell_places,
    start_divergence,
)
from mdm_opt.processes.uniform.kernels import Kernel, kernel_of
from mdm_opt.processes.uniform.law import ExactCosts, UniformLaw, check_states
from mdm_opt.processes.uniform.noise import UniformNoise
from mdm_opt.processes.uniform.steps import (
    answer,
    moved,
    probabilities,
    uniform_decoding,
)
from mdm_opt.schedules import BETA_MAX, BETA_MIN, nearest_beta
from mdm_opt.schedules.step_costs import places
from mdm_opt.schedules.uniform_energy import arc_length_grid

_BOUNDS = (BETA_MIN, BETA_MAX)
# Intervals between the places of a profile, where nobody says: a model call each for a sequence.
INTERVALS = 64


class Uniform(GridProcess[TimedLaw, UniformNoise]):
    """Every model of uniform or ordinal corruption; see `Process`."""

    name = "uniform"

    def noise(self, model: TimedLaw, instances: Sequence[int], *, seed: int) -> UniformNoise:
        """See `GridProcess.noise`."""
        return UniformNoise(tuple(instances), model.length, seed)

    def started(self, noise: UniformNoise, first: UniformNoise) -> UniformNoise:
        """See `GridProcess.started`."""
        return replace(noise, starts=first.starts or first.instances)

    def start(self, model: TimedLaw, batch: int) -> torch.Tensor:
        """See `Process.start`: what the first instances of seed 0 start from."""
        return self.begin(model, self.noise(model, range(batch), seed=0))

    def begin(self, model: TimedLaw, noise: UniformNoise) -> torch.Tensor:
        """See `GridProcess.begin`: tokens of the stationary law."""
        return noise.start(kernel_of(model)).to(model.device)

    @torch.inference_mode()
    def step(
        self,
        model: TimedLaw,
        state: torch.Tensor,
        before: float,
        after: float,
        noise: UniformNoise,
        index: int,
        decoding: GridDecoding,
    ) -> torch.Tensor:
        """See `GridProcess.step`.

        Raises:
            RunError: where the model answers with what is no law.
        """
        kernel, settings = kernel_of(model), uniform_decoding(decoding)
        log_probs = answer(model, state, before)
        uniforms = torch.from_numpy(noise.step(index)).to(model.device)
        return torch.cat(
            [
                moved(
                    kernel,
                    probabilities(log_probs[part]),
                    state[part],
                    (before, after),
                    settings,
                    uniforms[:, part],
                )
                for part in _parts(model, len(state))
            ]
        )

    def corrupt(
        self, model: TimedLaw, clean: torch.Tensor, alpha: float, noise: UniformNoise
    ) -> torch.Tensor:
        """See `GridProcess.corrupt`."""
        return noise.corrupted(kernel_of(model), clean.to(model.device), alpha)

    @torch.inference_mode()
    def step_costs(
        self,
        model: TimedLaw,
        clean: torch.Tensor,
        before: float,
        afters: Sequence[float],
        noise: UniformNoise,
    ) -> Array:
        """See `GridProcess.step_costs`: of ancestral sampling."""
        kernel, clean = kernel_of(model), clean.to(model.device)
        state = noise.corrupted(kernel, clean, before)
        log_probs = answer(model, state, before)
        found = np.empty((len(clean), len(afters)))
        for part in _parts(model, len(clean)):
            given = probabilities(log_probs[part]), state[part], clean[part]
            for column, after in enumerate(afters):
                found[part, column] = bridge_divergence(kernel, *given, before, after)
        return found

    def finest_grid(self, model: TimedLaw) -> Array:
        """See `GridProcess.finest_grid`: steps of equal Fisher arc length, from 0 to 1."""
        return _finest_grid(kernel_of(model))

    def finest(self, model: TimedLaw, instances: Sequence[int], *, seed: int) -> Samples:
        """See `Process.finest`: by ancestral sampling."""
        noise = self.noise(model, instances, seed=seed)
        return self.along(model, self.finest_grid(model), noise, UniformDecoding())

    def own_sequences(self, model: TimedLaw, numbers: Sequence[int], *, seed: int) -> Samples:
        """See `Process.own_sequences`."""
        return self.finest(model, [OWN_START + number for number in numbers], seed=seed)

    def path_costs(
        self, model: TimedLaw, clean: torch.Tensor, batch: Batch, rows: Sequence[int]
    ) -> tuple[Sequence[GridPathCosts], int]:
        """See `Process.path_costs`; InputError for samplers that have none."""
        check_path_kl(batch.decoding)
        return super().path_costs(model, clean, batch, rows)

    def path_kl(
        self, model: TimedLaw, costs: Sequence[PathCosts], batch: Batch
    ) -> tuple[Array, int]:
        """See `Process.path_kl`; with a first alpha above 0 also what its noise loses."""
        check_path_kl(batch.decoding)
        return super().path_kl(model, costs, batch)

    def _path_nats(
        self, model: TimedLaw, clean: torch.Tensor, grid: Array, noise: UniformNoise
    ) -> tuple[Array, int]:
        nats, calls = super()._path_nats(model, clean, grid, noise)
        if grid[0] > 0:
            nats = nats + start_divergence(kernel_of(model), clean, float(grid[0]))
        return nats, calls

    def profiles(
        self,
        model: TimedLaw,
        clean: torch.Tensor,
        numbers: Sequence[int],
        known: npt.NDArray[np.int64],
        *,
        orders: int,
        seed: int,
        count: int = INTERVALS,
    ) -> Array:
        """See `Process.profiles`: what the steps between places cost.

        Args:
            model: frozen model; asked once for all steps that begin at the same place.
            clean: sequences ``(batch, length)``.
            numbers: of the sequences.
            known: int64 ``(boundaries,)``: cells i * count + j, i < j, of steps from place i to
                place j; see `mdm_opt.schedules.step_costs.PairTable`.
            orders: times that each is corrupted anew.
            seed: of the noise.
            count: of the intervals between places.

        Returns:
            float64 ``(batch, boundaries)``, c of docs/mathematics.md 9 of each sequence, in nats.
        """
        alphas = places(count).tolist()
        first, second = cell_places(np.asarray(known), count)
        found = np.zeros((len(clean), len(first)))
        for repeat in range(orders):
            ids = [PROFILE_START + repeat * PROFILE_STRIDE + number for number in numbers]
            noise = self.noise(model, ids, seed=seed)
            for place in np.unique(first).tolist():
                columns = np.flatnonzero(first == place)
                afters = [alphas[after] for after in second[columns]]
                found[:, columns] += self.step_costs(model, clean, alphas[place], afters, noise)
        return found / orders

    def profile_calls(self, known: npt.NDArray[np.int64], count: int) -> int:
        """See `Process.profile_calls`: one for all steps that begin at the same place."""
        return len(np.unique(cell_places(np.asarray(known), count)[0]))

    def seeds(self, model: TimedLaw) -> Mapping[str, Mapping[str, tuple[float, float]]]:
        """See `Process.seeds`: nothing but the kernel is needed for the energy's minimiser.

        The schedule of equal Fisher arc length; of uniform corruption that is alpha*_V in closed
        form (docs/mathematics.md 11). On small laws (0.33, 0.5) is near the best of path KL.
        """
        geodesic = nearest_beta(
            lambda t: _arc_length_alphas(kernel_of(model), t), beta_a=_BOUNDS, beta_b=_BOUNDS
        )
        return {
            "energy": {
                "energy: arc length": (geodesic.beta_a, geodesic.beta_b),
                "energy: (0.33, 0.5)": (0.33, 0.5),
            },
            "baselines": {"linear": (0.5, 0.5)},
        }

    def check_enumerable(self, length: int, vocab_size: int) -> int:
        """See `Process.check_enumerable`."""
        return check_states(length, vocab_size)

    def exact_path_kl(self, model: TimedLaw, law: EnumeratedLaw) -> Callable[[Array], float]:
        """See `Process.exact_path_kl`: of ancestral steps."""
        return ExactCosts(law, kernel_of(model)).path_kl

    def exact_law(self, model: TimedLaw) -> UniformLaw:
        """See `Process.exact_law`."""
        return UniformLaw(model)

    @torch.inference_mode()
    def difference(self, model: TimedLaw) -> float:
        """See `Process.difference`."""
        state = self.start(model, 1)
        first, second = (probabilities(answer(model, state, 0.0)) for _ in range(2))
        return float((first - second).abs().sum(-1).max()) / 2

    @torch.inference_mode()
    def one_call(
        self,
        model: TimedLaw,
        batch: int,
        steps: int,
        decoding: Decoding,
        prompts: Prompts | None = None,
    ) -> None:
        """See `Process.one_call`."""
        log_probs = answer(model, self.start(model, batch), uniform_decoding(decoding).first_alpha)
        # The copy to the CPU waits for the device.
        log_probs[:1, :1, :1].cpu()


def check_path_kl(decoding: Decoding) -> None:
    """Refuses samplers that path KL says nothing of, whatever the schedule.

    Raises:
        InputError: for Euler steps and the flow.
    """
    step = uniform_decoding(decoding).step
    if step != "ancestral":
        raise InputError(
            f"path KL can be infinite for step = {step!r}, which may give no probability to what "
            "exact steps do; step = 'ancestral' has a path KL, others are judged by samples"
        )


def _parts(model: TimedLaw, batch: int) -> list[slice]:
    """Sequences that are computed on together, as memory allows."""
    values = PART_VALUES_CPU if model.device.type == "cpu" else PART_VALUES
    size = max(1, values // (model.length * model.vocab_size))
    return [slice(start, start + size) for start in range(0, batch, size)]


@lru_cache(maxsize=16)
def _finest_grid(kernel: Kernel) -> Array:
    grid = arc_length_grid(kernel, FINEST_STEPS)
    grid.setflags(write=False)
    return grid


def _arc_length_alphas(kernel: Kernel, progress: Array) -> Array:
    """alpha of equal Fisher arc length at some progress, float64 of its shape."""
    grid = _finest_grid(kernel)
    return np.asarray(np.interp(progress, np.linspace(0, 1, len(grid)), grid))


UNIFORM = Uniform()

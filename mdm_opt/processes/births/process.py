"""The births process: every unit of a count arrives once on the way from noise to data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from scipy import special

from mdm_opt.candidates import BirthsDecoding, Decoding, GridDecoding
from mdm_opt.errors import RunError
from mdm_opt.models.base import RateModel
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes.base import (
    OWN_START,
    PROFILE_START,
    PROFILE_STRIDE,
    Array,
    Samples,
)
from mdm_opt.processes.births.information import BirthsInformation
from mdm_opt.processes.births.law import BirthsLaw, check_enumerable
from mdm_opt.processes.births.noise import BirthsNoise
from mdm_opt.processes.births.rates import asked_rates
from mdm_opt.processes.births.steps import (
    Counts,
    births_decoding,
    born_of,
    chance,
    expected_rest,
    passed,
    rounded,
    rounded_by_chance,
)
from mdm_opt.processes.grid import FINEST_STEPS, GridProcess
from mdm_opt.schedules import named_schedule, reveal_grid
from mdm_opt.schedules.step_costs import places

# Intervals between the alphas at which a profile is measured, where nobody says.
PLACES = 128


class Births(GridProcess[RateModel, BirthsNoise]):
    """Blackout Diffusion: at alpha each unit of a count is there with probability alpha.

    The state between two steps holds the counts and how far their clocks have run, float64
    ``(batch, 2, length)`` on the CPU, where the noise is: a step waits for the device once, for
    the rates.
    """

    name = "births"

    def start(self, model: RateModel, batch: int) -> torch.Tensor:
        """See `Process.start`: nothing has arrived."""
        return torch.zeros((batch, model.length), dtype=torch.int64, device=model.device)

    def noise(self, model: RateModel, instances: Sequence[int], *, seed: int) -> BirthsNoise:
        """See `GridProcess.noise`."""
        return BirthsNoise(instances, seed, model.length, model.max_count)

    def begin(self, model: RateModel, noise: BirthsNoise) -> torch.Tensor:
        """See `GridProcess.begin`."""
        return torch.zeros((len(noise), 2, model.length), dtype=torch.float64)

    def sequences(self, model: RateModel, state: torch.Tensor) -> torch.Tensor:
        """See `GridProcess.sequences`."""
        return state[:, 0].long().to(model.device)

    def step(
        self,
        model: RateModel,
        state: torch.Tensor,
        before: float,
        after: float,
        noise: BirthsNoise,
        index: int,
        decoding: GridDecoding,
    ) -> torch.Tensor:
        """See `GridProcess.step`."""
        births = births_decoding(decoding).births
        rates = asked_rates(model, self.sequences(model, state), before)
        counts, used = state[:, 0].long().numpy(), state[:, 1].numpy()
        if births == "poisson":
            used = used + (after - before) * rates
            counts = passed(noise.clock, used)
        else:
            rest = expected_rest(rates, before)
            by_chance = births == "randomised"
            units = rounded_by_chance(rest, noise.rounding(index)) if by_chance else rounded(rest)
            counts, used = born_of(counts, used, units, chance(before, after), noise)
        return torch.from_numpy(np.stack([counts.astype(np.float64), used], axis=1))

    def corrupt(
        self, model: RateModel, clean: torch.Tensor, alpha: float, noise: BirthsNoise
    ) -> torch.Tensor:
        """See `GridProcess.corrupt`: the units that have arrived."""
        return torch.from_numpy(_arrived(clean.cpu().numpy(), alpha, noise)).to(model.device)

    @torch.inference_mode()
    def step_costs(
        self,
        model: RateModel,
        clean: torch.Tensor,
        before: float,
        afters: Sequence[float],
        noise: BirthsNoise,
    ) -> Array:
        """See `GridProcess.step_costs`: (after - before) (mu - r log mu), summed over counts.

        mu are the model's rates and r = (x_0 - x) / (1 - before) those of the sequence, whose mean
        is x_0: (r - x_0) log x_0 is added, which has the mean 0 and less noise. The mean cost is
        c(before, after) - G(before) + G(after) with G(alpha) = sum of E log((x_0 - x)!) -
        x_0 (1 - alpha) log(1 - alpha), which no model enters. Along a grid from 0 to 1 that takes
        off sum log(x_0!), the same for all grids.
        """
        nats = _nats(model, clean.cpu().numpy(), before, noise)
        return np.asarray(nats[:, None] * (np.asarray(afters) - before))

    def finest_grid(self, model: RateModel) -> Array:
        """See `GridProcess.finest_grid`: sin^2, whose steps are finer at both ends."""
        return reveal_grid(named_schedule("sin2"), FINEST_STEPS)

    def finest(self, model: RateModel, instances: Sequence[int], *, seed: int) -> Samples:
        """See `Process.finest`: Poisson births along the finest grid."""
        noise = self.noise(model, instances, seed=seed)
        return self.along(model, self.finest_grid(model), noise, BirthsDecoding())

    def seeds(self, model: RateModel) -> Mapping[str, Mapping[str, tuple[float, float]]]:
        """See `Process.seeds`: the energies are those of masked tokens, one a unit of a count."""
        return {
            "energy": {"energy: linear": (0.5, 0.5), "energy: sin2": (1.0, 1.0)},
            # (100^t - 1)/99, the rate of tauLDR, is the best for counts of many units.
            "baselines": {"constant rate": (1.1906, 0.4077)},
        }

    def own_sequences(self, model: RateModel, numbers: Sequence[int], *, seed: int) -> Samples:
        """See `Process.own_sequences`."""
        return self.finest(model, [OWN_START + number for number in numbers], seed=seed)

    @torch.inference_mode()
    def profiles(
        self,
        model: RateModel,
        clean: torch.Tensor,
        numbers: Sequence[int],
        known: npt.NDArray[np.int64],
        *,
        orders: int,
        seed: int,
        count: int = PLACES,
    ) -> Array:
        """See `Process.profiles`: f(alpha), which a step costs for each unit of alpha.

        f is the mean of sum (mu - r log mu), see `step_costs`; of the perfect rates it is -F up to
        the mean of the total count (docs/mathematics.md 10). ``known`` are indices of
        `mdm_opt.schedules.step_costs.places`.
        """
        alphas, counts = places(count)[known], clean.cpu().numpy()
        found = np.zeros((orders, len(numbers), len(known)))
        for repeat in range(orders):
            ids = [PROFILE_START + repeat * PROFILE_STRIDE + number for number in numbers]
            noise = self.noise(model, ids, seed=seed)
            for column, alpha in enumerate(alphas.tolist()):
                found[repeat, :, column] = _nats(model, counts, alpha, noise)
        return np.asarray(found.mean(axis=0))

    def check_enumerable(self, length: int, vocab_size: int) -> int:
        """See `Process.check_enumerable`."""
        return check_enumerable(length, vocab_size - 1)

    def exact_path_kl(self, model: RateModel, law: EnumeratedLaw) -> Callable[[Array], float]:
        """See `Process.exact_path_kl`: of Poisson births, not clipped."""
        return BirthsInformation(law).path_kl

    def exact_law(self, model: RateModel) -> BirthsLaw:
        """See `Process.exact_law`."""
        return BirthsLaw(model)

    def difference(self, model: RateModel) -> float:
        """See `Process.difference`: of the births of one step from 0 to 1."""
        counts = self.start(model, 1)
        first, second = (asked_rates(model, counts, 0.0) for _ in range(2))
        # The ratio of two Poisson laws is monotone: they differ most on 0..n for some n.
        ends = np.arange(model.max_count)[:, None]
        apart = special.pdtr(ends, first) - special.pdtr(ends, second)
        return float(np.abs(apart).max())

    @torch.inference_mode()
    def one_call(
        self,
        model: RateModel,
        batch: int,
        steps: int,
        decoding: Decoding,
        prompts: Prompts | None = None,
    ) -> None:
        """See `Process.one_call`: whatever the step, all rates are asked for."""
        asked_rates(model, self.start(model, batch), 0.0)


def _arrived(clean: Counts, alpha: float, noise: BirthsNoise) -> Counts:
    """The units of clean counts that are there at alpha, int64 ``(batch, length)``."""
    whole = clean[:, :, None] > np.arange(noise.max_count)
    return np.asarray(np.count_nonzero(whole & (noise.unit_times < alpha), axis=2))


def _nats(model: RateModel, clean: Counts, alpha: float, noise: BirthsNoise) -> Array:
    """What a unit of alpha costs at alpha, float64 ``(batch,)``."""
    counts = _arrived(clean, alpha, noise)
    rates = asked_rates(model, torch.from_numpy(counts).to(model.device), alpha)
    owed = (clean - counts) / (1 - alpha)
    if bool(((rates == 0) & (owed > 0)).any()):
        raise RunError(
            "the model gives the rate 0 to a count of a clean sequence that has not arrived yet; "
            "the cost of such sequences is infinite"
        )
    # The mean of what is owed is the clean count, so the second term adds nothing but the noise
    # that the first one has too much: the variance of a path KL falls 2 to 10 times.
    nats = rates - special.xlogy(owed, rates) + special.xlogy(owed - clean, clean)
    return np.asarray(nats.sum(axis=1))


BIRTHS = Births()

"""The loop and the path KL of processes with a grid, for births and for uniform corruption."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch

from mdm_opt.candidates import (
    BirthsDecoding,
    GridDecoding,
    MaskedDecoding,
    UniformDecoding,
    baseline,
    beta,
)
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import EnumeratedLaw, bimodal, toy_balanced
from mdm_opt.models.rates import EnumeratedRates
from mdm_opt.models.timed_law import EnumeratedTimedLaw
from mdm_opt.processes import BIRTHS, MASKED, UNIFORM
from mdm_opt.processes.births.information import BirthsInformation
from mdm_opt.processes.grid import (
    FINEST_STEPS,
    GridBatch,
    GridPathCosts,
    GridProcess,
    grid_batch,
    grid_decoding,
)
from mdm_opt.processes.uniform.kernels import kernel_named
from mdm_opt.processes.uniform.law import ExactCosts

SEED = 11
WORDS = np.array(list(itertools.product(range(3), repeat=3)))
NOWHERE = np.array([0.0, 0.3, 0.3, 0.3, 1.0, 1.0])
CANDIDATE = beta(0.4, 0.7, 4)


def short_chain() -> EnumeratedLaw:
    """Three tokens of three, of which each follows the one before."""
    following = np.array([0.85, 0.10, 0.05])[np.diff(WORDS, axis=1) % 3]
    return EnumeratedLaw(WORDS, following.prod(axis=1) / 3, "abc")


class Rates(EnumeratedRates):
    """Keeps at which alphas, and of how many sequences, it is asked."""

    def __init__(self, law: EnumeratedLaw) -> None:
        super().__init__(law)
        self.calls: list[tuple[int, float]] = []

    def rates(self, counts: torch.Tensor, alpha: float) -> torch.Tensor:
        self.calls.append((len(counts), alpha))
        return super().rates(counts, alpha)


class Posterior(EnumeratedTimedLaw):
    """Likewise."""

    def __init__(self, law: EnumeratedLaw) -> None:
        super().__init__(law)
        self.calls: list[tuple[int, float]] = []

    def log_probs_at(self, tokens: torch.Tensor, alpha: float) -> torch.Tensor:
        self.calls.append((len(tokens), alpha))
        return super().log_probs_at(tokens, alpha)


@dataclass(frozen=True, eq=False)
class Known:
    """A process, a law of it, and what its steps cost exactly."""

    process: GridProcess[Any, Any]
    model: Any
    exact: Any
    decoding: GridDecoding
    law: EnumeratedLaw = field(kw_only=True)

    def batch(self, instances: Any, candidate: Any = CANDIDATE, **keys: Any) -> GridBatch:
        given = {"decoding": self.decoding, "seed": SEED, **keys}
        return self.process.batch(self.model, candidate, instances, **given)

    def clean(self, count: int) -> torch.Tensor:
        """Sequences of the law itself."""
        rows = np.random.default_rng(4).choice(
            len(self.law.outcomes), count, p=self.law.probabilities
        )
        return torch.from_numpy(self.law.outcomes[rows])


@pytest.fixture(params=["births", "uniform"])
def known(request: pytest.FixtureRequest) -> Known:
    if request.param == "births":
        law = bimodal()
        return Known(BIRTHS, Rates(law), BirthsInformation(law), BirthsDecoding(), law=law)
    law = short_chain()
    costs = ExactCosts(law, kernel_named("uniform", 3))
    return Known(UNIFORM, Posterior(law), costs, UniformDecoding(), law=law)


def test_every_step_asks_once_about_all_sequences(known: Known) -> None:
    batch = known.batch([3, 2**40, 8])
    assert isinstance(batch, GridBatch)
    assert batch.plan is CANDIDATE.plan(known.decoding, known.model.length)
    found = batch.sample(known.model)
    assert known.model.calls == [(3, alpha) for alpha in batch.plan.grid[:-1].tolist()]
    assert found.nfe.tolist() == batch.nfe.tolist() == [4, 4, 4]
    assert (found.nfe.dtype, batch.nfe.dtype) == (np.int64, np.int64)
    assert found.sequence_calls == 12
    assert found.tokens.shape == (3, known.model.length)
    assert found.tokens.dtype == torch.int64


def test_steps_that_lead_nowhere_cost_nothing(known: Known) -> None:
    """Those that are left draw what they would have drawn: noise goes by the index of a step."""
    noise = known.process.noise(known.model, range(6), seed=SEED)
    found = known.process.along(known.model, NOWHERE, noise, known.decoding)
    assert known.model.calls == [(6, 0.0), (6, 0.3)]
    assert found.nfe.tolist() == [2] * 6
    assert found.sequence_calls == 12
    kept = np.array([0.0, 0.3, 1.0])
    if known.process is BIRTHS:
        plain = known.process.along(known.model, kept, noise, known.decoding)
        assert torch.equal(plain.tokens, found.tokens)


def test_the_state_that_steps_pass_on_is_what_samples_are_made_of(known: Known) -> None:
    process, model, grid = known.process, known.model, [0.0, 0.4, 1.0]
    noise = process.noise(model, range(5), seed=SEED)
    state = process.begin(model, noise)
    assert torch.equal(process.sequences(model, state)[:0], process.start(model, 5)[:0])
    for index in range(2):
        ends = grid[index], grid[index + 1]
        state = process.step(model, state, *ends, noise, index, known.decoding)
    found = process.along(model, np.array(grid), noise, known.decoding).tokens
    assert torch.equal(process.sequences(model, state), found)


def test_others_are_the_same_candidate_in_their_own_noise(known: Known) -> None:
    batch = known.batch([3, 7])
    other = batch.others(known.model, [7, 9])
    assert (other.instances, other.plan, other.seed) == ([7, 9], batch.plan, SEED)
    tokens = other.sample(known.model).tokens
    assert torch.equal(tokens, known.batch([7, 9]).sample(known.model).tokens)
    assert torch.equal(tokens[0], batch.sample(known.model).tokens[1])


def test_finest_calls_are_the_steps_of_the_finest_grid(known: Known) -> None:
    grid = known.process.finest_grid(known.model)
    assert (len(grid), grid[0], grid[-1]) == (FINEST_STEPS + 1, 0.0, 1.0)
    assert known.process.finest_calls(known.model) == int((np.diff(grid) > 0).sum())
    found = known.process.finest(known.model, [4, 5], seed=SEED)
    assert found.nfe.tolist() == [known.process.finest_calls(known.model)] * 2
    # A study measures the losses of few steps, beside which that of the finest ones is small.
    few = known.exact.path_kl(np.array([0, 0.25, 0.5, 0.75, 1]))
    assert 0 <= known.exact.path_kl(grid) < 0.05 * few


def test_path_costs_ask_along_the_finest_grid(known: Known) -> None:
    clean, batch = known.clean(4), known.batch([5, 6, 7, 8])
    costs, calls = known.process.path_costs(known.model, clean, batch, range(4))
    finest = known.process.finest_calls(known.model)
    assert (len(known.model.calls), calls) == (finest, 4 * finest)
    assert all(isinstance(one, GridPathCosts) for one in costs)
    assert torch.equal(torch.stack([one.clean for one in costs]), clean)
    # A row of the batch has its own noise, whatever is measured beside it.
    some, _ = known.process.path_costs(known.model, clean[[2, 0]], batch, [2, 0])
    assert [one.finest_nats for one in some] == [costs[row].finest_nats for row in (2, 0)]


def test_the_finest_costs_are_path_kl_and_entropy_exactly_in_the_mean(known: Known) -> None:
    """Of births up to sum log(x_0!), which every grid lacks."""
    count = 400
    clean, batch = known.clean(count), known.batch(range(count))
    costs, _ = known.process.path_costs(known.model, clean, batch, range(count))
    nats = np.array([one.finest_nats for one in costs])
    law = known.law
    entropy = -law.probabilities @ np.log(law.probabilities)
    wanted = known.exact.path_kl(known.process.finest_grid(known.model)) + entropy
    if known.process is BIRTHS:
        factorials = np.array([np.log(np.arange(1, n + 1)).sum() for n in range(law.vocab_size)])
        wanted -= law.probabilities @ factorials[law.outcomes].sum(axis=1)
    assert abs(nats.mean() - wanted) < 4.5 * nats.std(ddof=1) / np.sqrt(count)


@pytest.mark.cases(3)
@pytest.mark.parametrize("candidate", [baseline("linear", 4), CANDIDATE, baseline("sin2", 7)])
def test_path_kl_is_that_of_the_grid_less_the_finest(known: Known, candidate: Any) -> None:
    count = 400
    clean, batch = known.clean(count), known.batch(range(count), candidate)
    costs, _ = known.process.path_costs(known.model, clean, batch, range(count))
    known.model.calls.clear()
    nats, calls = known.process.path_kl(known.model, costs, batch)
    assert nats.shape == (count,)
    assert (len(known.model.calls), calls) == (candidate.steps, candidate.steps * count)
    wanted = known.exact.path_kl(batch.plan.grid)
    wanted -= known.exact.path_kl(known.process.finest_grid(known.model))
    assert abs(nats.mean() - wanted) < 4.5 * nats.std(ddof=1) / np.sqrt(count)


def test_path_kl_counts_what_the_noise_of_the_first_alpha_loses() -> None:
    count, law = 700, short_chain()
    exact, model = ExactCosts(law, kernel_named("uniform", 3)), Posterior(law)
    decoding = UniformDecoding(first_alpha=0.7, last_alpha=0.95)
    known = Known(UNIFORM, model, exact, decoding, law=law)
    clean, batch = known.clean(count), known.batch(range(count))
    costs, _ = UNIFORM.path_costs(model, clean, batch, range(count))
    nats, calls = UNIFORM.path_kl(model, costs, batch)
    assert batch.plan.grid[[0, -2, -1]].tolist() == [0.7, 0.95, 1.0]
    assert calls == 4 * count
    finest = exact.path_kl(UNIFORM.finest_grid(model))
    wanted = exact.path_kl(batch.plan.grid) - finest
    # The start alone: KL of the law at 0.7 from noise, far beyond the error of the mean.
    start = exact.corrupted(0.7)
    lost = (start * np.log(start * start.size)).sum()
    assert lost > 4.5 * nats.std(ddof=1) / np.sqrt(count)
    assert abs(nats.mean() - wanted) < 4.5 * nats.std(ddof=1) / np.sqrt(count)


def test_path_kl_of_steps_that_lead_nowhere_is_that_of_the_others(known: Known) -> None:
    clean = known.clean(5)
    noise = known.process.noise(known.model, range(5), seed=SEED)
    twice, calls = known.process._path_nats(known.model, clean, NOWHERE, noise)
    once, fewer = known.process._path_nats(known.model, clean, np.array([0, 0.3, 1]), noise)
    assert np.array_equal(twice, once)
    assert calls == fewer == 10


def test_a_batch_of_another_process_is_refused(known: Known) -> None:
    denoiser = EnumeratedDenoiser(toy_balanced())
    masked = MASKED.batch(
        denoiser, baseline("linear", 2), [0], decoding=MaskedDecoding(), seed=SEED
    )
    ours = known.batch([0])
    assert grid_batch(ours) is ours
    said = r"^a batch of a process with a grid is expected, got MaskedBatch$"
    with pytest.raises(TypeError, match=said):
        grid_batch(masked)
    with pytest.raises(TypeError, match=said):
        known.process.sample(known.model, masked)


def test_settings_of_another_process_are_refused(known: Known) -> None:
    assert grid_decoding(known.decoding) is known.decoding
    with pytest.raises(TypeError, match=r"^settings of a grid are expected, got MaskedDecoding$"):
        grid_decoding(MaskedDecoding())
    other = UniformDecoding() if known.process is BIRTHS else BirthsDecoding()
    words = "births" if known.process is BIRTHS else "uniform corruption"
    with pytest.raises(TypeError, match=f"settings of {words} are expected, got"):
        known.batch([0], decoding=other).sample(known.model)


def test_what_a_candidate_brings_of_another_sampler_is_refused(known: Known) -> None:
    with pytest.raises(ValueError, match="temperature cannot be searched"):
        known.batch(
            [0], type(CANDIDATE)("beta", 4, CANDIDATE.parameters, None, {"temperature": 1})
        )

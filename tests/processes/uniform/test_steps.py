"""The law of each token after a step, against sums over clean tokens and over jumps."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from mdm_opt.candidates import MaskedDecoding, UniformDecoding
from mdm_opt.errors import RunError
from mdm_opt.processes.uniform.kernels import Kernel, kernel_named
from mdm_opt.processes.uniform.steps import (
    answer,
    bridge_law,
    displaced_law,
    displacement_laws,
    jump_law,
    moved,
    moved_law,
    probabilities,
    reverse_law,
    reverse_rates,
    uniform_decoding,
    weights,
)

KERNELS = [("uniform", 4), ("nearest", 5), ("gaussian(2,2)", 6)]
BEFORE, AFTER = 0.3, 0.7


@pytest.fixture(params=KERNELS, ids=lambda given: given[0])
def kernel(request: pytest.FixtureRequest) -> Kernel:
    return kernel_named(*request.param)


def given(kernel: Kernel, batch: int = 3, length: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    """Random laws of the clean tokens, and states."""
    generator = torch.Generator().manual_seed(2)
    shape = (batch, length, kernel.vocab_size)
    p = torch.rand(shape, generator=generator, dtype=torch.float64) ** 3
    states = torch.randint(0, kernel.vocab_size, shape[:2], generator=generator)
    return p / p.sum(-1, keepdim=True), states


@pytest.mark.parametrize("before", [0.0, BEFORE])
def test_the_reverse_law_is_the_mixture_of_bridges(kernel: Kernel, before: float) -> None:
    p, states = given(kernel)
    found = reverse_law(kernel, p, states, before, AFTER).numpy()
    expected = np.zeros_like(found)
    for clean in range(kernel.vocab_size):
        cleans = np.full(states.shape, clean)
        bridge = kernel.bridge(before, AFTER, states.numpy(), cleans)
        exact = bridge_law(kernel, torch.from_numpy(cleans), states, before, AFTER)
        np.testing.assert_allclose(exact.numpy(), bridge, rtol=1e-12)
        expected += p[..., clean, None].numpy() * bridge
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    assert torch.equal(reverse_law(kernel, p, states, before, 1.0), p)


def test_a_short_reverse_step_has_the_reverse_rates(kernel: Kernel) -> None:
    """d/ds of the ancestral law, away from the state: what Euler steps freeze."""
    p, states = given(kernel)
    rates = reverse_rates(kernel, p, states, BEFORE, flow=False).numpy()
    duration = 1e-6
    after = float(kernel.alpha(kernel.time(BEFORE) - duration))
    law = reverse_law(kernel, p, states, BEFORE, after).numpy()
    np.put_along_axis(law, states.numpy()[..., None], 0.0, axis=-1)
    np.testing.assert_allclose(law / duration, rates, rtol=1e-3, atol=1e-4)


def test_the_flow_has_the_net_of_both_directions(kernel: Kernel) -> None:
    p, states = given(kernel)
    there = kernel.rates[states.numpy()]
    full = reverse_rates(kernel, p, states, BEFORE, flow=False).numpy()
    flow = reverse_rates(kernel, p, states, BEFORE, flow=True).numpy()
    expected = np.maximum(full - there, 0)
    np.put_along_axis(expected, states.numpy()[..., None], 0.0, axis=-1)
    np.testing.assert_allclose(flow, expected, rtol=1e-12, atol=1e-14)
    assert (flow[full > 0] < full[full > 0]).all()


def test_the_flow_keeps_the_law_that_it_is_the_flow_of(kernel: Kernel) -> None:
    """Of one token with a known law: both rates move p_alpha as it moves."""
    clean = np.arange(1.0, kernel.vocab_size + 1)
    clean /= clean.sum()
    states = torch.arange(kernel.vocab_size)[:, None]
    now = clean @ kernel.transition(BEFORE)
    posterior = clean[None] * kernel.transition(BEFORE).T / now[:, None]
    p = torch.from_numpy(posterior)[:, None]
    duration = 1e-6
    later = clean @ kernel.transition(float(kernel.alpha(kernel.time(BEFORE) - duration)))
    for flow in (False, True):
        rates = reverse_rates(kernel, p, states, BEFORE, flow=flow)[:, 0].numpy()
        change = now @ rates - now * rates.sum(axis=1)
        np.testing.assert_allclose(change, (later - now) / duration, atol=1e-5)


def test_a_jump_law_keeps_the_rest_or_shares_what_is_too_much() -> None:
    rates = torch.tensor([[[0.0, 1.0, 3.0], [2.0, 0.0, 0.5]]], dtype=torch.float64)
    states = torch.tensor([[0, 1]])
    found = jump_law(rates, states, 0.1)
    np.testing.assert_allclose(found.numpy(), [[[0.6, 0.1, 0.3], [0.2, 0.75, 0.05]]])
    found = jump_law(rates, states, 2.0)
    np.testing.assert_allclose(found.numpy(), [[[0.0, 0.25, 0.75], [0.8, 0.0, 0.2]]])


def _sums(means: np.ndarray, size: int) -> np.ndarray:
    """Law of min(sum k n_k, size - 1), by all counts that matter."""
    found = np.zeros(size)
    ranges = [range(size)] * len(means)
    for counts in itertools.product(*ranges):
        total = sum(k * n for k, n in enumerate(counts, start=1))
        if total < size - 1:
            found[total] += math.prod(
                float(stats.poisson.pmf(n, mean)) for n, mean in zip(counts, means, strict=True)
            )
    found[-1] = 1 - found[:-1].sum()
    return found


@pytest.mark.parametrize(("name", "size"), [("nearest", 5), ("gaussian(2,2)", 5)])
def test_displacements_are_sums_of_poisson_numbers_of_jumps(name: str, size: int) -> None:
    kernel = kernel_named(name, size)
    generator = torch.Generator().manual_seed(4)
    rates = torch.rand((1, size, size), generator=generator, dtype=torch.float64)
    if kernel.reach == 1:
        rates = rates * torch.from_numpy(abs(kernel.rates) > 0)
    states = torch.arange(size)[None]
    up, down = displacement_laws(kernel, rates, states, 0.8)
    for state in range(size):
        means = 0.8 * rates[0, state].numpy()
        # Jumps beyond the reach of the kernel, or over an end, do not exist.
        ups = [means[state + k] if state + k < size else 0 for k in range(1, kernel.reach + 1)]
        downs = [means[state - k] if state - k >= 0 else 0 for k in range(1, kernel.reach + 1)]
        np.testing.assert_allclose(up[0, state], _sums(np.array(ups), size), atol=1e-14)
        np.testing.assert_allclose(down[0, state], _sums(np.array(downs), size), atol=1e-14)


@pytest.mark.parametrize(("name", "size"), [("nearest", 5), ("gaussian", 6)])
@pytest.mark.parametrize("mean", [0.0, 1e-300, 1e5])
def test_displacements_of_hardly_any_and_of_too_many_jumps(
    name: str, size: int, mean: float
) -> None:
    kernel = kernel_named(name, size)
    rates = torch.full((1, 1, size), mean, dtype=torch.float64)
    up, down = displacement_laws(kernel, rates, torch.tensor([[2]]), 1.0)
    for law in (up, down):
        assert float(law.sum()) == pytest.approx(1)
        assert float(law[0, 0, -1 if mean > 1 else 0]) == pytest.approx(1)


def test_displaced_states_are_clipped() -> None:
    generator = torch.Generator().manual_seed(1)
    size = 4
    up, down = torch.rand((2, 1, size, size), generator=generator, dtype=torch.float64)
    up, down = up / up.sum(-1, keepdim=True), down / down.sum(-1, keepdim=True)
    found = displaced_law(up, down, torch.arange(size)[None])[0].numpy()
    expected = np.zeros((size, size))
    for state, rise, fall in itertools.product(range(size), repeat=3):
        goal = min(max(state + rise - fall, 0), size - 1)
        expected[state, goal] += float(up[0, state, rise] * down[0, state, fall])
    np.testing.assert_allclose(found, expected, atol=1e-15)


@pytest.mark.parametrize("step", ["ancestral", "euler", "flow"])
def test_what_is_drawn_follows_the_law_of_the_step(kernel: Kernel, step: str) -> None:
    p, states = given(kernel, 1, 1)
    count = 20000
    decoding = UniformDecoding(step=step, first_alpha=0.01)
    asked = p.expand(count, -1, -1), states.expand(count, -1)
    rng = np.random.default_rng(3)
    uniforms = torch.from_numpy(rng.random((2, count, 1)))
    found = moved(kernel, *asked, (BEFORE, AFTER), decoding, uniforms)
    counts = np.bincount(found[:, 0].numpy(), minlength=kernel.vocab_size)
    law = moved_law(kernel, p, states, (BEFORE, AFTER), decoding)[0, 0].numpy()
    assert law.sum() == pytest.approx(1)
    assert counts[law == 0].sum() == 0
    possible = law > 0
    assert stats.chisquare(counts[possible], count * law[possible]).pvalue > 1e-4


def test_the_last_call_after_a_last_alpha_draws_from_the_model(kernel: Kernel) -> None:
    p, states = given(kernel)
    ends = UniformDecoding(step="flow", first_alpha=0.01, last_alpha=0.9)
    assert torch.equal(moved_law(kernel, p, states, (0.9, 1.0), ends), p)
    assert torch.equal(moved_law(kernel, p, states, (0.01, 1.0), ends), p)
    goes_on = UniformDecoding(step="flow", first_alpha=0.01)
    assert not torch.allclose(moved_law(kernel, p, states, (0.9, 1.0), goes_on), p)


def test_rates_need_an_alpha_above_zero(kernel: Kernel) -> None:
    decoding = UniformDecoding(step="euler", first_alpha=0.01)
    with pytest.raises(ValueError, match="steps by rates, here 'euler', take for ever"):
        moved_law(kernel, *given(kernel), (0.0, 0.5), decoding)


def test_probabilities_are_normalised_and_leave_the_answer_alone() -> None:
    log_probs = torch.tensor([[[0.5, 0.5], [1.0, 0.0]]], dtype=torch.float64).log()
    kept = log_probs.clone()
    assert probabilities(log_probs).tolist() == [[[0.5, 0.5], [1.0, 0.0]]]
    assert torch.equal(log_probs, kept)
    rough = torch.tensor([[[0.5, 0.503]]]).log().half()
    np.testing.assert_allclose(probabilities(rough).sum(-1).numpy(), 1, rtol=1e-15)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([0.0, math.nan], "the model's probabilities of a clean token are NaN$"),
        ([0.0, 0.0], r"not normalised: their probabilities sum to 1 \+- 1$"),
        ([-9.0, -9.0], r"not normalised: their probabilities sum to 1 \+- 1$"),
        ([-math.inf, -math.inf], "not normalised"),
        ([math.inf, 0.0], "not normalised"),
    ],
)
def test_what_is_no_law_is_refused(answers: list[float], message: str) -> None:
    with pytest.raises(RunError, match=message):
        probabilities(torch.tensor([[answers]]))


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (torch.zeros(2, 3), r"the model answers with \(2, 3\); log-probabilities \(2, 3, 4\) are"),
        ([0.0], "the model answers with list; log-probabilities"),
    ],
)
def test_an_answer_of_another_shape_is_refused(found: Any, message: str) -> None:
    model = SimpleNamespace(vocab_size=4, log_probs_at=lambda tokens, alpha: found)
    with pytest.raises(RunError, match=message):
        answer(model, torch.zeros((2, 3), dtype=torch.int64), 0.5)


def test_clean_tokens_that_are_impossible_count_for_nothing() -> None:
    """Thirty-one states within a time in which not even one is passed."""
    kernel = kernel_named("nearest", 32)
    alpha = 1 - 1e-15
    states = torch.tensor([[0]])
    p = torch.zeros((1, 1, 32), dtype=torch.float64)
    p[..., 0], p[..., 31] = 0.25, 0.75
    found = weights(kernel, p, states, alpha)
    assert float(found[0, 0, 0]) == pytest.approx(0.25)
    assert float(found[0, 0, 31]) == 0
    law = reverse_law(kernel, p, states, alpha, 1 - 1e-16)
    assert float(law[0, 0, 0]) == pytest.approx(1)
    p[..., 0], p[..., 31] = 0.0, 1.0
    with pytest.raises(RunError, match=r"from which a state at alpha = 1 cannot have come"):
        weights(kernel, p, states, alpha)


def test_settings_of_another_process_are_refused() -> None:
    assert uniform_decoding(UniformDecoding()) == UniformDecoding()
    with pytest.raises(TypeError, match="uniform corruption are expected, got MaskedDecoding"):
        uniform_decoding(MaskedDecoding())

"""Whether a model of births, or of uniform or ordinal corruption, is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from mdm_opt.candidates import BirthsDecoding, UniformDecoding
from mdm_opt.models.base import RateModel, TimedLaw
from mdm_opt.processes.births.process import BIRTHS
from mdm_opt.processes.grid import GridProcess
from mdm_opt.processes.uniform.process import UNIFORM
from mdm_opt.schedules.kernels import kernel_named
from mdm_opt.testing.checks import Checks, is_whole
from mdm_opt.testing.frozen import ROWS, check_texts, sampled

# Shares of a clean sequence that are there when a model is asked.
_ALPHAS = (0.0, 0.25, 0.75, 0.96875)
# By which a sum of probabilities may differ from 1.
_SUM = 1e-3


def check_rate_model(checks: Checks, model: RateModel, tolerance: float, seed: int) -> None:
    """Rates are finite, not negative, and 0 only where nothing is missing.

    Args:
        checks: takes what is found.
        model: of births; has all attributes.
        tolerance: by how much a rate may differ where other sequences stand beside its own,
            relative to its size.
        seed: of the sequences that are sampled.
    """
    if not checks.expect(
        is_whole(model.max_count, 1), f"max_count: {model.max_count!r} is no integer >= 1"
    ):
        return

    def ask(counts: torch.Tensor, alpha: float) -> None:
        found = _answer(checks, model.rates, "rates", counts, alpha, counts.shape)
        if found is None:
            return
        finite = checks.expect(found.isfinite().all(), f"rates: not finite at alpha = {alpha:g}")
        checks.expect((found >= 0).all(), f"rates: negative at alpha = {alpha:g}")
        if finite:
            beside = _alone(model.rates, counts, alpha)
            apart = float(((found - beside).abs() / (1 + found.abs())).max())
            _independent(checks, "rates", apart, tolerance)

    checks.run("rates", lambda: ask(BIRTHS.start(model, ROWS), 0.0))
    if checks.failed:
        # Nothing can be sampled of it.
        return
    checks.run("sampling", lambda: sampled(checks, model, BirthsDecoding(), seed))
    checks.run("rates", lambda: _along(checks, model, BIRTHS, ask, seed))


def check_timed_law(checks: Checks, model: TimedLaw, tolerance: float, seed: int) -> None:
    """Log-probabilities are normalised, and a model gives some to what it writes itself.

    Args:
        checks: takes what is found.
        model: of uniform or ordinal corruption; has all attributes.
        tolerance: by how much a probability may differ where other sequences stand beside its
            own.
        seed: of the sequences that are sampled.
    """
    if not checks.expect(
        is_whole(model.vocab_size, 2), f"vocab_size: {model.vocab_size!r} is no integer >= 2"
    ):
        return
    try:
        kernel_named(model.kernel, model.vocab_size)
    except ValueError as error:
        checks.expect(False, f"kernel: {error}")
        return

    def ask(tokens: torch.Tensor, alpha: float) -> None:
        shape = torch.Size((*tokens.shape, model.vocab_size))
        found = _answer(checks, model.log_probs_at, "log_probs_at", tokens, alpha, shape)
        if found is None:
            return
        off = float((found.exp().sum(-1) - 1).abs().max())
        if checks.expect(
            off <= _SUM, f"log_probs_at: sums of probabilities are off 1 by {off:.2g}"
        ):
            beside = _alone(model.log_probs_at, tokens, alpha)
            apart = float((found.exp() - beside.exp()).abs().max())
            _independent(checks, "log_probs_at", apart, tolerance)

    checks.run("log_probs_at", lambda: ask(UNIFORM.start(model, ROWS), 0.0))
    if checks.failed:
        return
    checks.run("sampling", lambda: sampled(checks, model, UniformDecoding(), seed))
    checks.run("log_probs_at", lambda: _along(checks, model, UNIFORM, ask, seed))


def _along(
    checks: Checks,
    model: Any,
    process: GridProcess[Any, Any],
    ask: Callable[[torch.Tensor, float], None],
    seed: int,
) -> None:
    """The model's own sequences as they are on the way, what they cost, and their texts."""
    clean = process.finest(model, range(ROWS), seed=seed).tokens
    noise = process.noise(model, range(ROWS), seed=seed)
    for alpha in _ALPHAS:
        ask(process.corrupt(model, clean, alpha, noise), alpha)
    if not checks.failed:
        # Raises where the model gives the rate or the probability 0 to what is to come.
        for alpha in _ALPHAS:
            costs = process.step_costs(model, clean, alpha, [1.0], noise)
            checks.expect(bool((costs < float("inf")).all()), f"costs: infinite at {alpha:g}")
    checks.run("decode", lambda: check_texts(checks, model, clean))


def _answer(
    checks: Checks,
    method: Callable[[torch.Tensor, float], torch.Tensor],
    name: str,
    numbers: torch.Tensor,
    alpha: float,
    shape: torch.Size,
) -> torch.Tensor | None:
    """An answer in float64, on which all else can be tried; None where it cannot."""
    given = numbers.clone()
    found: Any = method(numbers, alpha)
    if not isinstance(found, torch.Tensor):
        checks.expect(False, f"{name}: {type(found).__name__}, expected a tensor")
        return None
    fits = found.shape == shape
    if not checks.expect(
        fits, f"{name}: shape {tuple(found.shape)}, expected {tuple(shape)} at alpha = {alpha:g}"
    ):
        return None
    checks.expect(found.is_floating_point(), f"{name}: {found.dtype}, expected floating-point")
    where = f"{name}: on {found.device}, expected {numbers.device}"
    checks.expect(found.device.type == numbers.device.type, where)
    checks.expect(not found.requires_grad, f"{name}: the answer keeps gradients")
    checks.expect(torch.equal(numbers, given), f"{name}: changes what it is given")
    if not checks.expect(not found.isnan().any(), f"{name}: NaN at alpha = {alpha:g}"):
        return None
    again = method(given, alpha)
    checks.expect(torch.equal(found, again), f"{name}: another answer to the same call")
    return found.detach().double()


def _alone(
    method: Callable[[torch.Tensor, float], torch.Tensor], numbers: torch.Tensor, alpha: float
) -> torch.Tensor:
    return torch.cat([method(one[None].clone(), alpha) for one in numbers]).detach().double()


def _independent(checks: Checks, name: str, apart: float, tolerance: float) -> None:
    message = f"{name}: depends on other sequences of the batch, by {apart:.2g}"
    checks.expect(apart <= tolerance, message)

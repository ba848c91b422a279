"""Whether a model of your own is one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.models.base import Denoiser, FrozenModel, lacking, process_name
from mdm_opt.models.lazy_log_probs import ask, remembers_first
from mdm_opt.models.prompts import PromptedDenoiser, Prompts, takes_prompts
from mdm_opt.processes import process_of
from mdm_opt.testing.checks import Checks, is_whole
from mdm_opt.testing.frozen import ROWS, STEPS, check_attributes, check_texts, sampled
from mdm_opt.testing.grid_models import check_rate_model, check_timed_law

# What rounding may move a probability where others stand beside a sequence.
TOLERANCE = 1e-3


def check_model(model: FrozenModel, *, tolerance: float = TOLERANCE, seed: int = 0) -> None:
    """Whether a model can be sampled, measured and tuned, by calls.

    A model that has `rates` is one of births (`mdm_opt.models.base.RateModel`), one that has
    `log_probs_at` is one of uniform or ordinal corruption (`TimedLaw`), any other is a masked one
    (`Denoiser`). A few sequences are sampled. Answers must have the right shape, be the same when
    asked again, and depend on their own row only. Log-probabilities must be normalised, and never
    give a mask. Rates must be finite and not negative. Of births and uniform corruption the model
    writes three sequences in its finest steps; what it writes must not cost it infinitely much: a
    rate may be 0 only where nothing is missing. What a masked model offers besides (prompts, lazy
    answers, a remembered first step) must agree with `log_probs`. A model that shows its texts
    (``show(text, prompt)``) must return lines; see `mdm_opt.sample_texts.lines_of`.

    Args:
        model: the model.
        tolerance: by how much a probability, or a rate relative to its size, may differ where
            other sequences stand beside its own; half precision needs more.
        seed: of the sequences that are sampled.

    Raises:
        AssertionError: naming all that is wrong, one a line.
    """
    checks = Checks(model, "model")
    process = process_name(model)
    missing = lacking(model, process)
    if not checks.expect(not missing, f"it lacks {', '.join(missing)}"):
        checks.give_up()
    checks.run("attributes", lambda: check_attributes(checks, model))
    checks.run(process, lambda: _CHECKS[process](checks, model, tolerance, seed))
    checks.finish()


def _masked(checks: Checks, model: Denoiser, tolerance: float, seed: int) -> None:
    """All that is promised of a masked model."""
    checks.run("attributes", lambda: _attributes(checks, model))
    checks.run("log_probs", lambda: _all_masked(checks, model, tolerance))
    if checks.failed:
        # Nothing can be sampled of it.
        return
    clean: list[torch.Tensor] = []
    steps = min(STEPS, model.length)
    checks.run(
        "sampling", lambda: clean.append(sampled(checks, model, MaskedDecoding(), seed, steps))
    )
    if clean:
        tokens = clean[0]
        masked = _partly_masked(model, tokens, seed)
        checks.run("log_probs", lambda: _log_probs(checks, model, *masked, tolerance))
        checks.run("decode", lambda: check_texts(checks, model, tokens))
        if takes_prompts(model):
            checks.run("prompts", lambda: _prompts(checks, model, tokens, tolerance))


def _attributes(checks: Checks, model: Denoiser) -> None:
    checks.expect(is_whole(model.vocab_size, 1), f"vocab_size: {model.vocab_size!r} is none >= 1")
    mask = model.mask_token_id
    checks.expect(is_whole(mask, 0), f"mask_token_id: {mask!r} is no integer >= 0")


def _all_masked(checks: Checks, model: Denoiser, tolerance: float) -> None:
    tokens = process_of(model).start(model, ROWS)
    positions = torch.arange(model.length, device=tokens.device).repeat(ROWS, 1)
    _log_probs(checks, model, tokens, positions, tolerance)
    remembering = remembers_first(model)
    if remembering is not None:
        found = remembering.first_log_probs(positions[:1]).log_probs(slice(None))
        expected = model.log_probs(tokens[:1], positions[:1])[0]
        _same(checks, expected, found, tolerance, "first_log_probs: differs from log_probs")


def _log_probs(
    checks: Checks,
    model: Denoiser,
    tokens: torch.Tensor,
    positions: torch.Tensor,
    tolerance: float,
) -> None:
    """All that is promised of the answer to one call."""
    given = tokens.clone(), positions.clone()
    found = model.log_probs(tokens, positions)
    shape = (*positions.shape, model.vocab_size)
    if not checks.expect(
        found.shape == shape, f"log_probs: shape {tuple(found.shape)}, expected {shape}"
    ):
        return
    floating = found.dtype in (torch.float32, torch.float64)
    checks.expect(floating, f"log_probs: {found.dtype}, expected float32 (exact: float64)")
    where = f"log_probs: on {found.device}, expected {model.device}"
    checks.expect(found.device.type == model.device.type, where)
    checks.expect(not found.requires_grad, "log_probs: the answer keeps gradients")
    same = torch.equal(tokens, given[0]) and torch.equal(positions, given[1])
    checks.expect(same, "log_probs: changes what it is given")
    checks.expect(not found.isnan().any(), "log_probs: NaN")
    off = float(found.double().logsumexp(-1).abs().max())
    checks.expect(off < 1e-3, f"log_probs: probabilities sum to exp({off:.2g}), expected 1")
    if model.mask_token_id < model.vocab_size:
        masked = found[..., model.mask_token_id]
        checks.expect(torch.isneginf(masked).all(), "log_probs: the mask token can be generated")
    again = model.log_probs(*given)
    checks.expect(torch.equal(found, again), "log_probs: another answer to the same call")
    turned = model.log_probs(given[0], given[1].flip(1)).flip(1)
    _same(checks, found, turned, tolerance, "log_probs: depends on the order of positions")
    alone = torch.cat([model.log_probs(t[None], p[None]) for t, p in zip(*given, strict=True)])
    _same(checks, found, alone, tolerance, "log_probs: depends on other sequences of the batch")
    lazy = ask(model, *given).log_probs(slice(None)).reshape(shape)
    _same(checks, found, lazy, tolerance, "lazy_log_probs: differs from log_probs")


def _partly_masked(
    model: Denoiser, clean: torch.Tensor, seed: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Sequences with half of their tokens masked, and where."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.rand(clean.shape, generator=generator).argsort(-1).to(clean.device)
    positions = order[:, : math.ceil(model.length / 2)].contiguous()
    return clean.scatter(1, positions, model.mask_token_id), positions


def _same(
    checks: Checks, first: torch.Tensor, second: torch.Tensor, tolerance: float, message: str
) -> None:
    """Whether two answers allow the same tokens, and differ by rounding where these are likely."""
    possible = torch.isfinite(first)
    if not checks.expect(torch.equal(possible, torch.isfinite(second)), message):
        return
    apart = (first.double().exp() - second.double().exp()).abs().max()
    checks.expect(apart <= tolerance, f"{message}: probabilities differ by {float(apart):.2g}")


def _prompts(
    checks: Checks, model: PromptedDenoiser, clean: torch.Tensor, tolerance: float
) -> None:
    """Prompts of different lengths beside each other, with and without guidance."""
    ends = list(model.end_token_ids)
    checks.expect(ends == sorted(set(ends)), f"end_token_ids: {ends} are not in ascending order")
    text = model.decode(clean[:1])[0]
    rows = [model.prompt_ids(part) for part in ("", text[: len(text) // 2])]
    tokens, positions = _partly_masked(model, clean[: len(rows)], 0)
    for guidance in (0.0, 1.0):
        together = Prompts.of(rows, model.device)
        found = model.log_probs(tokens, positions, together, guidance)
        alone = torch.cat([
            model.log_probs(
                tokens[i : i + 1], positions[i : i + 1], Prompts.of([row], model.device), guidance
            )
            for i, row in enumerate(rows)
        ])  # fmt: skip
        message = f"log_probs: padding of prompts changes the answer (guidance {guidance:g})"
        _same(checks, found, alone, tolerance, message)
        lazy = ask(model, tokens, positions, together, guidance).log_probs(slice(None))
        message = f"lazy_log_probs: differs from log_probs with prompts (guidance {guidance:g})"
        _same(checks, found, lazy.reshape(found.shape), tolerance, message)


_CHECKS: dict[str, Callable[[Checks, Any, float, int], None]] = {
    "masked": _masked,
    "births": check_rate_model,
    "uniform": check_timed_law,
}

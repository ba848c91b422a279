"""What models of all processes must have and do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from mdm_opt.candidates import baseline
from mdm_opt.candidates.decoding import Decoding
from mdm_opt.errors import InputError
from mdm_opt.models.base import FrozenModel, check_clean
from mdm_opt.processes import process_of
from mdm_opt.study.samples import shown_lines
from mdm_opt.testing.checks import Checks, is_whole

# Sequences that are looked at, and steps that they are sampled in.
ROWS, STEPS = 3, 4


def check_attributes(checks: Checks, model: FrozenModel) -> None:
    """Length, fingerprint and device."""
    checks.expect(is_whole(model.length, 1), f"length: {model.length!r} is no integer >= 1")
    fingerprint = model.fingerprint
    text = isinstance(fingerprint, str) and fingerprint != ""
    checks.expect(text, f"fingerprint: {fingerprint!r} is no text")
    checks.expect(fingerprint == model.fingerprint, "fingerprint: another when asked again")
    device = model.device
    checks.expect(isinstance(device, torch.device), f"device: {device!r} is no torch.device")


def sampled(
    checks: Checks, model: Any, decoding: Decoding, seed: int, steps: int = STEPS
) -> torch.Tensor:
    """A few sequences, int64 ``(ROWS, length)``; the same when sampled again."""
    candidate = baseline("linear", steps)

    def draw(instances: Sequence[int]) -> torch.Tensor:
        process = process_of(model)
        batch = process.batch(model, candidate, instances, decoding=decoding, seed=seed)
        return process.sample(model, batch).tokens

    found = draw(range(ROWS))
    same = torch.equal(found, draw(range(ROWS)))
    checks.expect(same, "sampling: other sequences from the same noise")
    return found


def _check_show(checks: Checks, model: FrozenModel, texts: Sequence[str]) -> None:
    """Whether a model that shows its texts returns lines, with and without a prompt."""
    for text in texts:
        for prompt in ("", text[: len(text) // 2]):
            try:
                shown_lines(model, text, prompt)
            except ValueError as error:
                checks.expect(False, str(error))
                return


def check_texts(checks: Checks, model: FrozenModel, clean: torch.Tensor) -> None:
    """Whether sequences have texts, and texts that can be read say the same as before."""
    texts = model.decode(clean)
    are_texts = isinstance(texts, list) and all(isinstance(text, str) for text in texts)
    if not checks.expect(
        are_texts and len(texts) == len(clean), "decode: not one text a sequence"
    ):
        return
    checks.run("show", lambda: _check_show(checks, model, texts))
    try:
        read = model.encode(texts)
    except InputError:
        # A model need not be able to read what it writes, but it must say so.
        return
    shape = tuple(clean.shape)
    fits = tuple(read.shape) == shape and read.dtype == torch.int64
    if not checks.expect(
        fits, f"encode: {read.dtype} {tuple(read.shape)}, expected int64 {shape}"
    ):
        return
    try:
        check_clean(model, read, len(texts))
    except ValueError as error:
        checks.expect(False, f"encode: {error}")
        return
    written = model.decode(read.to(clean.device))
    checks.expect(written == texts, "encode: its tokens are no longer the texts")

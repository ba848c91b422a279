"""What a frozen masked diffusion model is to this package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import torch

from mdm_opt.errors import InputError


@runtime_checkable
class Denoiser(Protocol):
    """A frozen model that predicts masked tokens.

    Attributes:
        length: tokens of one generated sequence, L >= 1.
        vocab_size: size V of the last axis of `log_probs`; token ids run from 0 to V - 1.
        mask_token_id: the id that stands for "masked" in ``tokens``; never generated.
        fingerprint: hash of everything that determines `log_probs`.
        device: where ``tokens`` are expected and log-probabilities come back.
    """

    @property
    def length(self) -> int: ...

    @property
    def vocab_size(self) -> int: ...

    @property
    def mask_token_id(self) -> int: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def device(self) -> torch.device: ...

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """Log-probabilities of the clean token at masked positions.

        Args:
            tokens: int64 ``(batch, length)``, masked positions hold ``mask_token_id``.
            positions: int64 ``(batch, P)``, masked positions of each row; they may repeat.

        Returns:
            float32 (float64 from exact denoisers) ``(batch, P, vocab_size)``, normalised over the
            last axis; -inf for ids that are never generated.
        """
        ...

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """Text of clean tokens, int64 ``(batch, length)``.

        A text ``data:image/png;base64,...`` (or ``jpeg``, ``webp``, ``gif``; no other kind) is a
        picture, and is shown as one; see `mdm_opt.sample_texts`.
        """
        ...

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """Tokens int64 ``(len(texts), length)`` of texts; InputError where one does not fit."""
        ...


_REQUIRED = (
    "length",
    "vocab_size",
    "mask_token_id",
    "fingerprint",
    "device",
    "log_probs",
    "decode",
    "encode",
)


def lacking(candidate: Any) -> list[str]:
    """The attributes of a denoiser that an object does not have."""
    return [name for name in _REQUIRED if not hasattr(candidate, name)]


def offers(candidate: Any, *methods: str) -> bool:
    """Whether an object has what a denoiser may have besides.

    Asked by name, so that what a wrapper passes on counts, too.
    """
    return all(callable(getattr(candidate, name, None)) for name in methods)


def checked_denoiser(candidate: Any, source: str) -> Denoiser:
    """Returns ``candidate`` if it has what a denoiser must have.

    Raises:
        InputError: naming ``source`` and what is missing.
    """
    missing = lacking(candidate)
    if missing:
        raise InputError(
            f"{source} returned a {type(candidate).__name__} that is no denoiser: it lacks "
            f"{', '.join(missing)}"
        )
    denoiser: Denoiser = candidate
    return denoiser

"""What a frozen model is to this package: one kind for each process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import torch

from mdm_opt.errors import InputError


class FrozenModel(Protocol):
    """What the models of all processes have.

    Attributes:
        length: numbers of one generated sequence, L >= 1: tokens, or counts.
        fingerprint: hash of everything that determines what the model answers.
        device: where sequences are expected and answers come back.
    """

    @property
    def length(self) -> int: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def device(self) -> torch.device: ...

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """Text of clean sequences, int64 ``(batch, length)``.

        A text ``data:image/png;base64,...`` (or ``jpeg``, ``webp``, ``gif``; no other kind) is a
        picture, and is shown as one; see `mdm_opt.sample_texts`. A model that has
        ``show(text, prompt)`` says in which lines a text is shown, and what in it is wrong; see
        `mdm_opt.sample_texts.lines_of`.
        """
        ...

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """Sequences int64 ``(len(texts), length)`` of texts; InputError where one does not fit."""
        ...


@runtime_checkable
class Denoiser(FrozenModel, Protocol):
    """A frozen model that predicts masked tokens.

    Attributes:
        vocab_size: size V of the last axis of `log_probs`; token ids run from 0 to V - 1.
        mask_token_id: the id that stands for "masked" in ``tokens``; never generated.
    """

    @property
    def vocab_size(self) -> int: ...

    @property
    def mask_token_id(self) -> int: ...

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


@runtime_checkable
class RateModel(FrozenModel, Protocol):
    """A frozen model of births: counts that only grow (Blackout Diffusion).

    Attributes:
        max_count: the largest count, >= 1; counts run from 0.
    """

    @property
    def max_count(self) -> int: ...

    def rates(self, counts: torch.Tensor, alpha: float) -> torch.Tensor:
        """Births that are expected of each count for each unit of alpha.

        E[x_0 - x | x_alpha = x] / (1 - alpha), the rest that is expected over the alpha that is
        left: docs/mathematics.md 10.

        Args:
            counts: int64 ``(batch, length)``, in 0..max_count.
            alpha: surviving share, in [0, 1).

        Returns:
            floating-point ``(batch, length)``, finite, not negative.
        """
        ...


@runtime_checkable
class TimedLaw(FrozenModel, Protocol):
    """A frozen model of uniform or ordinal corruption: the law of the clean token at any time.

    Attributes:
        vocab_size: states V >= 2 of a token; ids run from 0 to V - 1, all of which are generated.
        kernel: name of how tokens are corrupted, see `mdm_opt.schedules.kernels`.
    """

    @property
    def vocab_size(self) -> int: ...

    @property
    def kernel(self) -> str: ...

    def log_probs_at(self, tokens: torch.Tensor, alpha: float) -> torch.Tensor:
        """Log-probabilities of each clean token given the corrupted sequence.

        Args:
            tokens: int64 ``(batch, length)``, corrupted as at alpha.
            alpha: kept share, in [0, 1).

        Returns:
            floating-point ``(batch, length, vocab_size)``, normalised over the last axis.
        """
        ...


# What a model of a process has, what it is asked, and what it is called.
_OWN = {
    "masked": ("vocab_size", "mask_token_id"),
    "births": ("max_count",),
    "uniform": ("vocab_size", "kernel"),
    "own": (),
}
_ASKED = {
    "masked": "log_probs",
    "births": "rates",
    "uniform": "log_probs_at",
    "own": "own_samples",
}
_WORDS = {
    "masked": "denoiser",
    "births": "rate model",
    "uniform": "law of clean tokens",
    "own": "model with a sampler of its own",
}


def lacking(candidate: Any, process: str = "masked") -> list[str]:
    """The attributes of a model of a process that an object does not have."""
    asked = _ASKED[process], "decode", "encode"
    required = ("length", *_OWN[process], "fingerprint", "device", *asked)
    return [name for name in required if not hasattr(candidate, name)]


def process_name(candidate: Any) -> str:
    """The process that an object is a model of, by what it can be asked; masked where nothing."""
    others = (name for name in ("births", "uniform", "own") if hasattr(candidate, _ASKED[name]))
    return next(others, "masked")


def offers(candidate: Any, *methods: str) -> bool:
    """Whether an object has what a denoiser may have besides.

    Asked by name, so that what a wrapper passes on counts, too.
    """
    return all(callable(getattr(candidate, name, None)) for name in methods)


def check_clean(model: Any, tokens: Any, count: int) -> None:
    """Refuses what a model's ``encode`` returns that are no clean sequences of it.

    Args:
        model: of any process.
        tokens: what is said to be int64 ``(count, length)``.
        count: of the texts.

    Raises:
        ValueError: for another shape, or numbers that the model never generates.
    """
    wanted = (count, model.length)
    if not isinstance(tokens, torch.Tensor) or tokens.shape != wanted:
        found = tuple(tokens.shape) if isinstance(tokens, torch.Tensor) else type(tokens).__name__
        raise ValueError(f"the model's encode returned {found}; {wanted} is expected")
    births = process_name(model) == "births"
    most = model.max_count if births else model.vocab_size - 1
    wrong = (tokens < 0) | (tokens > most)
    if bool(wrong.any()):
        raise ValueError(
            f"{'count' if births else 'token id'} {int(tokens[wrong][0])} is not accepted: those "
            f"of the model run from 0 to {most}"
        )


def checked_model(candidate: Any, source: str, process: str = "masked") -> Any:
    """Returns ``candidate`` if it has what a model of a process must have.

    Raises:
        InputError: naming ``source`` and what is missing.
    """
    missing, found = lacking(candidate, process), process_name(candidate)
    if missing and found != process and not lacking(candidate, found):
        raise InputError(
            f"{source} returned a {_WORDS[found]}, and [model] process is {process!r}; process = "
            f"{found!r} is needed"
        )
    if missing:
        raise InputError(
            f"{source} returned a {type(candidate).__name__} that is no {_WORDS[process]}: it "
            f"lacks {', '.join(missing)}"
        )
    return candidate

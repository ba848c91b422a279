"""What a masked LM is asked once, before it is trusted."""

from __future__ import annotations

from typing import Any

import torch
from transformers import PreTrainedModel

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.forward import ForwardPass, Framed
from mdm_opt.models.model_types import max_length
from mdm_opt.models.own_code import explained


def first_logits(forward: ForwardPass, masked: torch.Tensor, length: int) -> torch.Tensor:
    """Logits ``(1, n, V)`` for the first thing that a sampler asks: all is masked.

    Args:
        forward: of the model.
        masked: int64 ``(1, n)``, masks with the fixed tokens around them.
        length: generated tokens, for messages.

    Raises:
        InputError: where the model cannot read it.
    """
    try:
        return forward.full(Framed(masked))
    except InputError:
        raise
    except Exception as error:  # code that comes with a checkpoint raises anything
        raise InputError(
            f"{key_name('model.length')}: the model cannot read {length} generated tokens: "
            f"{explained(error)}"
        ) from error


def check_finite(log_probs: torch.Tensor) -> None:
    """Refuses log-probabilities of an all-masked sequence that are no finite numbers."""
    if not bool(torch.isfinite(log_probs).all()):
        raise InputError(
            f"{key_name('model')} the model's log-probabilities for an all-masked sequence are "
            "no finite "
            "numbers: damaged weights, or fixed tokens that it cannot do without"
        )


def check_reads_both_sides(
    forward: ForwardPass, masked: torch.Tensor, clean: torch.Tensor
) -> None:
    """Tokens on the right must matter for outputs on the left, as the other way round.

    Rounding may move the outputs of a causal model, too, but not that far; where nothing moves
    beyond rounding, nothing can be said.

    Args:
        forward: of the model.
        masked: as for `first_logits`.
        clean: int64 ``(n,)``, ids that may be generated.
    """
    end = masked.shape[1]
    middle = (end - 1) // 2
    filled = clean[torch.arange(end, device=clean.device) % len(clean)][None]
    kept = forward.full(Framed(masked)).float()

    def moved(changed: slice, seen: slice) -> float:
        other = masked.clone()
        other[:, changed] = filled[:, changed]
        return float((forward.full(Framed(other)).float() - kept)[:, seen].abs().max())

    before = moved(slice(0, middle), slice(middle, end))
    after = moved(slice(middle + 1, end), slice(0, middle + 1))
    epsilon = torch.finfo(forward.model.dtype).eps
    rounding = 4 * epsilon * float(kept.abs().max())
    if before > rounding and after <= max(1e-4, 4 * epsilon) * before:
        raise InputError(
            f"{key_name('model.path')}: {type(forward.model).__name__} (type "
            f"{forward.model.config.model_type!r}) does not read what comes after a position: "
            "causal language models predict the next token only; accepted are masked LMs, "
            "which read both sides"
        )


def check_no_blocks(forward: ForwardPass, masked: torch.Tensor, clean: torch.Tensor) -> None:
    """Refuses a model of unknown attention whose blocks do not see those after them.

    The last token is changed: what it moves is its block. A boundary is one over which nothing is
    seen from the left, and everything from the right; attention to neighbours has none.

    Args:
        forward: of the model.
        masked: as for `first_logits`.
        clean: int64 ``(n,)``, ids that may be generated.
    """
    end = masked.shape[1]
    if end < 3:
        return
    kept = forward.full(Framed(masked)).float()
    epsilon = torch.finfo(forward.model.dtype).eps
    rounding = 4 * epsilon * float(kept.abs().max())

    def first_moved(place: int) -> int:
        other = masked.clone()
        other[:, place] = clean[0]
        moves = (forward.full(Framed(other)).float() - kept).abs().amax((0, 2))
        limit = max(rounding, max(1e-4, 4 * epsilon) * float(moves.max()))
        moved = (moves > limit).nonzero()
        return int(moved[0]) if len(moved) else place

    start = first_moved(end - 1)
    if not 0 < start < end - 1 or first_moved(start) < start:
        return
    block = start - first_moved(start - 1)
    if block < 2:
        return
    raise InputError(
        f"{key_name('model.attention')}: the answers of {type(forward.model).__name__} (type "
        f"{forward.model.config.model_type!r}) do not depend on what comes after a block of "
        f"{block} tokens: attention = 'block_causal' and block_length = {block} say so"
    )


def check_timeless(forward: ForwardPass, masked: torch.Tensor) -> None:
    """Refuses models whose answers depend on a time; arguments as for `first_logits`."""
    if not forward.takes_time:
        return
    framed = Framed(masked)
    if not torch.equal(forward.full(framed, 0.0), forward.full(framed, 1.0)):
        raise InputError(
            f"{key_name('model.path')}: the answers of {type(forward.model).__name__} (type "
            f"{forward.model.config.model_type!r}) depend on its timesteps; accepted are models "
            "that see the masked tokens only (time_conditioning = false)"
        )


def positions_of(model: PreTrainedModel) -> int | None:
    """Tokens that a model can read at once, None where it does not say."""
    positions = max_length(model.config)
    return None if positions is None else positions - _padding_offset(model)


def embedding_rows(model: PreTrainedModel) -> int | None:
    """Ids that the model can read, None where it does not show its embedding."""
    try:
        embedding: Any = model.get_input_embeddings()
        rows = embedding.weight.shape[0]
    except (NotImplementedError, AttributeError):
        return None
    return int(rows)


def _padding_offset(model: PreTrainedModel) -> int:
    """Position embeddings that are never used: RoBERTa counts from padding id + 1."""
    table = getattr(getattr(model.base_model, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    return 0 if padding is None else int(padding) + 1

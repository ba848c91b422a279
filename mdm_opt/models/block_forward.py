"""Forward passes of models whose blocks see themselves and those before them (docs/models.md)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import DynamicCache, PreTrainedModel

from mdm_opt.models.block_causal import Indices, KeysAndValues, WrittenBlocks
from mdm_opt.models.forward import ForwardPass, Framed, distance
from mdm_opt.models.own_code import explained
from mdm_opt.models.prompts import upload

# Blocks of what nobody sees, and of padding, which sees everything: who sees nothing is NaN.
_NOBODY, _ALL = 2**40, 2**40 - 1
# Which pairs see each other, bool (batch, n, m), as a model's code takes it.
Form = Callable[[torch.Tensor, torch.dtype], torch.Tensor | None]


def _added(seen: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    nothing = torch.zeros(seen.shape, dtype=dtype, device=seen.device)
    return nothing.masked_fill_(~seen, torch.finfo(dtype).min)[:, None]


# SDAR reads the first, LLaDA2 the second on a GPU, older code of attention the third and fourth;
# the last model has the mask in itself.
_FORMS: tuple[Form, ...] = (
    lambda seen, _dtype: seen[:, None],
    _added,
    lambda seen, dtype: seen[:, None].to(dtype),
    lambda seen, _dtype: seen,
    lambda _seen, _dtype: None,
)


class BlockForward(ForwardPass):
    """A forward pass in which each block sees itself and those before it.

    Args:
        model: a frozen masked LM.
        block_length: tokens of a block.
    """

    def __init__(self, model: PreTrainedModel, block_length: int) -> None:
        super().__init__(model)
        self.block_length = block_length
        body = inspect.signature(model.base_model.forward).parameters
        self._numbered = "position_ids" in self.names
        self._stores = "store_kv" in self.names or "store_kv" in body
        self._form: Form = _FORMS[-1]

    @property
    def takes_past(self) -> bool:
        """Whether the code could be given keys and values of what comes before."""
        return self.takes_any_rows and {"past_key_values", "use_cache"} <= {*self.names}

    @property
    def takes_any_rows(self) -> bool:
        """Whether the code could be given rows whose blocks begin at different places."""
        return self._numbered and self._form is not _FORMS[-1]

    def find_mask(self, probe: torch.Tensor, other: torch.Tensor) -> str | None:
        """Finds out how the model is told of blocks.

        A way is taken only if no later block and no cutting moves what is said of a block beyond
        rounding, and its own tokens on both sides and the block before it do.

        Args:
            probe: int64 ``(1, n)``, two blocks or three.
            other: of the same shape, different everywhere.

        Returns:
            None where a way is found, else what the last one did that ran, or why none ran.
        """
        raised = found = None
        with torch.inference_mode():
            for form in _FORMS:
                if form is not _FORMS[-1] and "attention_mask" not in self.names:
                    continue
                self._form = form
                try:
                    found = self._examined(probe, other)
                except Exception as error:  # code that comes with a checkpoint raises anything
                    raised = raised or explained(error)
                    continue
                if found is None:
                    return None
        return found or raised

    def _examined(self, probe: torch.Tensor, other: torch.Tensor) -> str | None:
        """What is wrong with the answers under the mask as it is given now; None for nothing."""
        block, end = self.block_length, probe.shape[1]
        start = end - 2 * block
        examined = slice(start, start + block)
        kept = self.full(Framed(probe))[:, examined].float()

        def moved(first: int, last: int, seen: slice = slice(None)) -> float:
            changed = probe.clone()
            changed[:, first:last] = other[:, first:last]
            answers = self.full(Framed(changed))[:, examined].float()
            return distance(answers[:, seen], kept[:, seen])

        cut = self.full(Framed(probe[:, : start + block]))[:, examined].float()
        after = max(moved(start + block, end), distance(cut, kept))
        own = min(
            moved(start, start + 1, slice(1, None)),
            moved(start + block - 1, start + block, slice(0, block - 1)),
        )
        before = moved(0, start) if start else own
        # NaN is not at most anything.
        if not after <= (1e-3 if self.model.dtype == torch.float32 else 0.2) * before:
            return "what comes after a block moves its answers"
        if not own > 1e-6 * float(kept.std()):
            return "the tokens of a block do not see each other"
        return None

    def _told(self, framed: Framed) -> Mapping[str, Any]:
        """The mask of whole sequences with padding at the left, and positions."""
        if framed.told is not None:
            return framed.told
        places = torch.arange(framed.tokens.shape[1], device=framed.tokens.device)[None]
        if framed.padding is not None:
            places = places - framed.padding[:, None]
        else:
            places = places.expand(len(framed.tokens), -1)
        blocks = places.clamp(min=0) // self.block_length
        keys = blocks.masked_fill(places < 0, _NOBODY)
        return self._arguments(keys, blocks.masked_fill(places < 0, _ALL), places.clamp(min=0))

    def _arguments(
        self, keys: torch.Tensor, queries: torch.Tensor, places: torch.Tensor
    ) -> dict[str, Any]:
        """Arguments for what is read.

        Args:
            keys: block of each key, ``(batch, m)``.
            queries: block of each token that is read, ``(batch, n)``.
            places: positions of these, counted from the start of each sequence.
        """
        seen = keys[:, None, :] <= queries[:, :, None]
        mask = self._form(seen, self.model.dtype)
        given: dict[str, Any] = {} if mask is None else {"attention_mask": mask}
        if self._numbered:
            given["position_ids"] = places
        return given

    def step(
        self, written: WrittenBlocks, rows: Indices, tokens: torch.Tensor, ends: Indices
    ) -> Step:
        """What is read to answer for the current block of some sequences.

        Args:
            written: the batch.
            rows: of it, int64 ``(n,)``.
            tokens: int64 ``(n, m)``, each from the start of its sequence to the end of its
                current block, and anything behind.
            ends: int64 ``(n,)``, where these blocks end, counted from the same start.
        """
        kept, base = written.kept[rows], ends - self.block_length
        pending, known = int((base - kept).max()), int(kept.max())
        offsets = np.arange(pending)
        waiting = kept[:, None] + offsets
        missing = waiting >= base[:, None]
        current = base[:, None] + np.arange(self.block_length)
        places = np.concatenate([np.where(missing, 0, waiting), current], axis=1)
        blocks = places // self.block_length
        none = np.zeros(current.shape, dtype=bool)
        idle = np.concatenate([missing, none], axis=1)
        stored = np.tile(np.arange(known), (len(rows), 1))
        past = np.where(stored < kept[:, None], stored // self.block_length, _NOBODY)
        keys = np.concatenate([past, np.where(idle, _NOBODY, blocks)], axis=1)
        there = tokens.device
        uploaded = upload(places, there)
        given = self._arguments(
            upload(keys, there), upload(np.where(idle, _ALL, blocks), there), uploaded
        )
        read = tokens.gather(1, uploaded)
        return Step(Framed(read, told=given), pending, rows, waiting, ~missing)

    def read(self, step: Step, written: WrittenBlocks, *, cached: bool) -> tuple[Framed, _Past]:
        """What the model is given for a step, and what its keys and values will be found in."""
        if not cached:
            return step.framed, _Past([], 0)
        known = step.framed.told or {}
        tokens = int(written.kept[step.rows].max())
        whole = len(step.rows) == len(written.kept)
        layers = []
        for one in written.store if tokens else ():
            both = (one.keys[:, :tokens], one.values[:, :tokens])
            if not whole:
                index = upload(step.rows, one.keys.device)
                both = (both[0][index], both[1][index])
            layers.append((both[0].transpose(1, 2), both[1].transpose(1, 2)))
        past = _Past(layers, tokens)
        more = {"past_key_values": past, "use_cache": True}
        if self._stores:
            more["store_kv"] = True
        return Framed(step.framed.tokens, told={**known, **more}), past


@dataclass(frozen=True, eq=False)
class Step:
    """What one call reads: finished blocks that are not kept yet, and the current one.

    Attributes:
        framed: the tokens, ``(n, pending + block)``.
        pending: columns before the current block.
        rows: of the batch, int64 ``(n,)``.
        waiting: int64 ``(n, pending)``, places of these columns in their sequences.
        real: bool ``(n, pending)``, which of them are no padding.
    """

    framed: Framed
    pending: int
    rows: Indices
    waiting: Indices
    real: np.typing.NDArray[np.bool_]

    def keep(self, written: WrittenBlocks, past: _Past, capacity: int) -> None:
        """Keeps keys and values of the blocks that were pending.

        Args:
            written: the batch.
            past: of this call.
            capacity: tokens of the longest sequence.
        """
        if not self.pending:
            return
        local, column = np.nonzero(self.real)
        batch = len(written.kept)
        for layer, brought in sorted(past.brought.items()):
            if layer == len(written.store):
                written.store.append(_empty(brought, batch, capacity))
            kept = written.store[layer]
            where = kept.keys.device
            index = [upload(one, where) for one in (local, column)]
            into = (
                upload(self.rows[local], where),
                upload(self.waiting[local, column], where),
            )
            for store, new in zip((kept.keys, kept.values), brought, strict=True):
                store[into] = new.transpose(1, 2)[index[0], index[1]].to(store.dtype)
        written.kept[self.rows] += self.real.sum(axis=1)


def _empty(brought: Sequence[torch.Tensor], batch: int, capacity: int) -> KeysAndValues:
    """Room for keys and values like those of ``(n, heads, tokens, width)``."""

    def room(like: torch.Tensor) -> torch.Tensor:
        return like.new_zeros((batch, capacity, like.shape[1], like.shape[3]))

    return KeysAndValues(room(brought[0]), room(brought[1]))


class _Past(DynamicCache):
    """Keys and values of finished blocks; what a call brings is set aside and not added to them.

    Args:
        layers: keys and values of each, ``(n, heads, tokens, width)``.
        tokens: of the longest row.
    """

    def __init__(self, layers: list[tuple[torch.Tensor, torch.Tensor]], tokens: int) -> None:
        super().__init__()
        self._past, self._tokens = layers, tokens
        self.brought: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        layer_idx: int,
        *_unused: Any,
        **_also: Any,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Keys and values of the past before those of a call."""
        self.brought[layer_idx] = key_states, value_states
        if not self._past:
            return key_states, value_states
        keys, values = self._past[layer_idx]
        return torch.cat([keys, key_states], dim=-2), torch.cat([values, value_states], dim=-2)

    def get_seq_length(self, *_unused: Any, **_also: Any) -> int:
        """Tokens of the past."""
        return self._tokens

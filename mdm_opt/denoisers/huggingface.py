"""Masked language models of Hugging Face transformers as frozen denoisers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel
from transformers.utils import logging as transformers_logging

from mdm_opt.denoisers.checkpoint import load_checkpoint
from mdm_opt.denoisers.families import family_of, max_length
from mdm_opt.denoisers.forward import ForwardPass, Projection
from mdm_opt.denoisers.tokens import find_mask, frame_ids, special_ids
from mdm_opt.denoisers.weights import add_weights
from mdm_opt.errors import InputError
from mdm_opt.plugins import one_line, user_path

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


class HuggingFaceDenoiser:
    """A masked LM with fixed tokens before and after the generated ones.

    Special tokens of the tokenizer, the mask among them, are never generated; neither are ids
    that the tokenizer does not have.

    Args:
        model: a masked LM; it is put into evaluation mode without gradients.
        tokenizer: its tokenizer.
        length: generated tokens L; prefix and suffix come on top.
        prefix: token strings before the generated ones; None takes what the tokenizer adds.
        suffix: token strings after them, likewise.
        mask_token: the token that stands for "masked"; None takes the tokenizer's, or what is
            known of the model's family.
        mask_token_id: the same as a number, for a mask that the tokenizer does not have.
        logits_shift: 1 where position i is predicted by the output at i - 1, else 0; None takes
            what is known of the model's family.
        code: Python code that came with the checkpoint, for the fingerprint.

    Raises:
        InputError: without a mask token, for an unknown prefix or suffix token, a sequence
            longer than the model's positions, a model that answers with NaN, reads only what
            lies to the left or depends on a time, or shifted logits without a first token.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: Any,
        *,
        length: int,
        prefix: Sequence[str] | None = None,
        suffix: Sequence[str] | None = None,
        mask_token: str | None = None,
        mask_token_id: int | None = None,
        logits_shift: int | None = None,
        code: bytes = b"",
    ) -> None:
        self.mask_token_id = find_mask(tokenizer, model.config, mask_token, mask_token_id)
        self.model = model.eval().requires_grad_(False)
        self.tokenizer = tokenizer
        self.length = length
        self.device: torch.device = model.device
        family = family_of(model.config.model_type)
        self._shift = family.logits_shift if logits_shift is None else logits_shift
        before, after = frame_ids(tokenizer, prefix, suffix)
        self._before = torch.tensor(before, dtype=torch.int64, device=self.device)
        self._after = torch.tensor(after, dtype=torch.int64, device=self.device)
        self._check_frame(len(before), len(after))
        self._forward = ForwardPass(model)
        first = self._first_answer()
        self.vocab_size = int(first.shape[-1])
        self._forbidden = self._never_generated()
        names = tokenizer.convert_ids_to_tokens(self._clean().tolist())
        self._one_character_tokens = all(len(name) == 1 for name in names)
        self._check_finite(first)
        self._check_reads_both_sides()
        self._check_timeless()
        self._logits_at: Projection = self._find_projection()
        self.fingerprint = fingerprint(
            model, tokenizer, before, after, length, self._distinguishing(code)
        )

    @torch.inference_mode()
    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """See `Denoiser.log_probs`; float32."""
        outputs = positions + (len(self._before) - self._shift)
        return self._normalised(self._logits_at(self._framed(tokens), outputs))

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """Texts; without separators where every token is one character."""
        rows = tokens.tolist()
        if self._one_character_tokens:
            return ["".join(self.tokenizer.convert_ids_to_tokens(row)) for row in rows]
        return [self.tokenizer.decode(row) for row in rows]

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """Tokens of texts that have exactly ``length`` of them."""
        rows = []
        for text in texts:
            if self._one_character_tokens:
                row = self.tokenizer.convert_tokens_to_ids(list(text))
            else:
                row = self.tokenizer(text, add_special_tokens=False).input_ids
            if len(row) != self.length:
                raise InputError(f"{text!r} has {len(row)} tokens, not {self.length}")
            bad = [i for i in row if i is None or i >= self.vocab_size or self._forbidden[i]]
            if bad:
                raise InputError(f"{text!r} has a token that the model never generates")
            rows.append(row)
        return torch.tensor(rows, dtype=torch.int64).reshape(len(texts), self.length)

    def _framed(self, tokens: torch.Tensor) -> torch.Tensor:
        batch = len(tokens)
        before, after = self._before.expand(batch, -1), self._after.expand(batch, -1)
        return torch.cat([before, tokens.to(self.device), after], dim=1)

    def _normalised(self, logits: torch.Tensor) -> torch.Tensor:
        return logits.float().masked_fill(self._forbidden, -torch.inf).log_softmax(-1)

    def _clean(self) -> torch.Tensor:
        """Ids that may be generated, ascending."""
        return (~self._forbidden).nonzero()[:, 0]

    def _check_frame(self, before: int, after: int) -> None:
        if self._shift and before == 0:
            raise InputError(
                "[model] prefix: with logits_shift = 1 each position is predicted by the output "
                "before it, and the first one has none; name at least one token in prefix"
            )
        positions = max_length(self.model.config)
        positions = None if positions is None else positions - _padding_offset(self.model)
        if positions is not None and before + self.length + after > positions:
            raise InputError(
                f"[model] length: {self.length} generated and {before + after} fixed tokens "
                f"exceed the model's {positions} positions"
            )
        rows = _embedding_rows(self.model)
        if rows is not None and self.mask_token_id >= rows:
            raise InputError(
                f"[model] mask_token_id: {self.mask_token_id} is not accepted: the model's "
                f"embeddings end at {rows - 1}"
            )

    def _never_generated(self) -> torch.Tensor:
        """bool ``(V,)``: the mask, special tokens, and ids that the tokenizer does not have."""
        forbidden = torch.ones(self.vocab_size, dtype=torch.bool, device=self.device)
        clean = {i for i in range(len(self.tokenizer)) if i < self.vocab_size}
        forbidden[sorted(clean - special_ids(self.tokenizer) - {self.mask_token_id})] = False
        if bool(forbidden.all()):
            raise InputError("[model] the tokenizer has no token that could be generated")
        return forbidden

    @torch.inference_mode()
    def _first_answer(self) -> torch.Tensor:
        """Logits ``(1, L, V)`` for the first thing that a sampler asks: all is masked."""
        masked = torch.full((1, self.length), self.mask_token_id, device=self.device)
        start = len(self._before) - self._shift
        try:
            return self._forward.full(self._framed(masked))[:, start : start + self.length]
        except InputError:
            raise
        except Exception as error:  # code that comes with a checkpoint raises anything
            raise InputError(
                f"[model] length: the model cannot read {self.length} generated tokens: "
                f"{type(error).__name__}: {one_line(error)}"
            ) from error

    def _check_finite(self, logits: torch.Tensor) -> None:
        log_probs = self._normalised(logits)
        if not bool(torch.isfinite(log_probs[..., ~self._forbidden]).all()):
            raise InputError(
                "[model] the model's log-probabilities for an all-masked sequence are no finite "
                "numbers: damaged weights, or fixed tokens that it cannot do without"
            )

    @torch.inference_mode()
    def _check_reads_both_sides(self) -> None:
        """Tokens on the right must matter for outputs on the left, as the other way round.

        Rounding may move the outputs of a causal model, too, but not that far; where nothing
        moves beyond rounding, nothing can be said.
        """
        masked = self._framed(torch.full((1, self.length), self.mask_token_id))
        end = masked.shape[1]
        middle = (end - 1) // 2
        clean = self._clean()
        filled = clean[torch.arange(end, device=self.device) % len(clean)][None]
        kept = self._forward.full(masked).float()

        def moved(changed: slice, seen: slice) -> float:
            other = masked.clone()
            other[:, changed] = filled[:, changed]
            return float((self._forward.full(other).float() - kept)[:, seen].abs().max())

        before = moved(slice(0, middle), slice(middle, end))
        after = moved(slice(middle + 1, end), slice(0, middle + 1))
        epsilon = torch.finfo(self.model.dtype).eps
        rounding = 4 * epsilon * float(kept.abs().max())
        if before > rounding and after <= max(1e-4, 4 * epsilon) * before:
            raise InputError(
                f"[model] path: {type(self.model).__name__} (type "
                f"{self.model.config.model_type!r}) does not read what comes after a position: "
                "causal language models predict the next token only; accepted are masked LMs, "
                "which read both sides"
            )

    @torch.inference_mode()
    def _check_timeless(self) -> None:
        if not self._forward.takes_time:
            return
        masked = self._framed(torch.full((1, self.length), self.mask_token_id))
        if not torch.equal(self._forward.full(masked, 0.0), self._forward.full(masked, 1.0)):
            raise InputError(
                f"[model] path: the answers of {type(self.model).__name__} (type "
                f"{self.model.config.model_type!r}) depend on its timesteps; accepted are models "
                "that see the masked tokens only (time_conditioning = false)"
            )

    def _find_projection(self) -> Projection:
        clean = self._clean()
        probe = clean[torch.arange(self.length, device=self.device) % len(clean)].clone()
        probe[::2] = self.mask_token_id
        positions = torch.arange(0, self.length, 2, device=self.device)[None]
        outputs = positions + (len(self._before) - self._shift)
        return self._forward.find_projection(self._framed(probe[None]), outputs)

    def _distinguishing(self, code: bytes) -> dict[str, Any]:
        """What determines answers beside weights, configuration and tokenizer, where it does."""
        found: dict[str, Any] = {}
        if self.mask_token_id != self.tokenizer.mask_token_id:
            found["mask_token_id"] = self.mask_token_id
        unnamed = special_ids(self.tokenizer) - set(self.tokenizer.all_special_ids)
        if unnamed:
            found["unnamed_special"] = sorted(unnamed)
        if self._shift:
            found["logits_shift"] = self._shift
        if code:
            found["code"] = hashlib.sha256(code).hexdigest()
        return found


def fingerprint(
    model: PreTrainedModel,
    tokenizer: Any,
    before: Sequence[int] = (),
    after: Sequence[int] = (),
    length: int = 0,
    more: dict[str, Any] | None = None,
) -> str:
    """Hash of the weights as loaded, the configuration, the vocabulary and the fixed tokens.

    Args:
        model: as loaded.
        tokenizer: its tokenizer.
        before: ids of the fixed tokens before the generated ones.
        after: ids of those after them.
        length: generated tokens.
        more: what else determines the answers; an empty table changes nothing.

    Returns:
        64 hexadecimal digits of SHA-256.
    """
    digest = hashlib.sha256()
    add_weights(digest, model.state_dict())
    config = model.config.to_dict()
    for volatile in ("_name_or_path", "transformers_version", "dtype", "torch_dtype"):
        config.pop(volatile, None)
    described = {
        "config": config,
        "vocabulary": sorted(tokenizer.get_vocab().items()),
        "special": sorted(tokenizer.all_special_ids),
        "frame": [list(before), list(after), length],
        **(more or {}),
    }
    digest.update(json.dumps(described, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def load_huggingface(
    source: str,
    *,
    length: int,
    revision: str | None = None,
    dtype: str = "auto",
    device: str = "auto",
    prefix: Sequence[str] | None = None,
    suffix: Sequence[str] | None = None,
    trust_remote_code: bool = False,
    tokenizer: Any = None,
    mask_token: str | None = None,
    mask_token_id: int | None = None,
    logits_shift: int | None = None,
) -> HuggingFaceDenoiser:
    """Loads a masked LM from a local folder or a hub id.

    Args:
        source: folder, or hub id ``owner/name``.
        length: generated tokens.
        revision: commit, tag or branch of a hub id.
        dtype: ``float32``, ``bfloat16``, ``float16`` or ``auto`` (float32 on a CPU, the
            checkpoint's own elsewhere).
        device: a torch device, or ``auto`` (CUDA where there is one, else the CPU).
        prefix: see `HuggingFaceDenoiser`.
        suffix: see `HuggingFaceDenoiser`.
        trust_remote_code: run the checkpoint's own Python code; off by default. A hub id needs a
            revision then.
        tokenizer: used instead of the checkpoint's: a tokenizer, or its folder or hub id.
        mask_token: see `HuggingFaceDenoiser`.
        mask_token_id: see `HuggingFaceDenoiser`.
        logits_shift: see `HuggingFaceDenoiser`.

    Raises:
        InputError: where the checkpoint cannot be loaded, in one line.
    """
    quiet_transformers()
    place = pick_device(device)
    checkpoint = load_checkpoint(
        source,
        revision=revision,
        dtype=pick_dtype(dtype, place),
        place=place,
        trust_remote_code=trust_remote_code,
        tokenizer=tokenizer,
    )
    return HuggingFaceDenoiser(
        checkpoint.model,
        checkpoint.tokenizer,
        length=length,
        prefix=prefix,
        suffix=suffix,
        mask_token=mask_token,
        mask_token_id=mask_token_id,
        logits_shift=logits_shift,
        code=checkpoint.code,
    )


def quiet_transformers() -> None:
    """Loading reports and progress bars would land between our own lines."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()


def pick_device(device: str) -> torch.device:
    """The torch device of that name; ``auto`` is CUDA where there is one, else the CPU.

    Raises:
        InputError: for a device that this machine lacks, or that has no float64 (MPS), in which
            tokens are drawn.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        place = torch.device(device)
        if place.type == "meta":
            raise RuntimeError("it holds no numbers")
        torch.zeros(1, dtype=torch.float64, device=place)
    except (RuntimeError, AssertionError, TypeError) as error:
        raise InputError(f"[model] device: {device!r} is not usable: {one_line(error)}") from error
    return place


def pick_dtype(dtype: str, device: torch.device) -> Any:
    """What ``from_pretrained`` takes for a dtype of the study file."""
    if dtype == "auto":
        return torch.float32 if device.type == "cpu" else "auto"
    return DTYPES[dtype]


def local_or_hub(path: str, folder: Path | None, key: str = "path") -> str:
    """A folder as an absolute path, or the hub id unchanged.

    Args:
        path: as the study file has it; relative folders are relative to the study file.
        folder: of the study file.
        key: of the [model] table, for messages.

    Raises:
        InputError: for something that can only be a folder and is none.
    """
    candidate = user_path(path, f"[model] {key}", folder)
    if candidate.is_dir():
        return str(candidate.resolve())
    if path.startswith((".", "/", "~")) or path.count("/") > 1 or candidate.exists():
        raise InputError(f"[model] {key}: {path!r} is no folder (looked for {candidate})")
    return path


def _padding_offset(model: PreTrainedModel) -> int:
    """Position embeddings that are never used: RoBERTa counts from padding id + 1."""
    table = getattr(getattr(model.base_model, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    return 0 if padding is None else int(padding) + 1


def _embedding_rows(model: PreTrainedModel) -> int | None:
    """Ids that the model can read, None where it does not show its embedding."""
    try:
        embedding: Any = model.get_input_embeddings()
        rows = embedding.weight.shape[0]
    except (NotImplementedError, AttributeError):
        return None
    return int(rows)

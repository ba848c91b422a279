"""Masked language models of Hugging Face transformers as frozen denoisers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer, PreTrainedModel
from transformers.utils import logging as transformers_logging

from mdm_opt.denoisers.weights import add_weights
from mdm_opt.errors import InputError
from mdm_opt.plugins import one_line, user_path

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


# Framed tokens and positions in, logits (batch, P, V) out.
_Projection = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class HuggingFaceDenoiser:
    """A masked LM with fixed tokens before and after the generated ones.

    Special tokens of the tokenizer, the mask among them, are never generated.

    Args:
        model: a masked LM; it is put into evaluation mode without gradients.
        tokenizer: its tokenizer, with a mask token.
        length: generated tokens L; prefix and suffix come on top.
        prefix: token strings before the generated ones; None takes what the tokenizer adds.
        suffix: token strings after them, likewise.

    Raises:
        InputError: without a mask token, for an unknown prefix or suffix token, a sequence
            longer than the model's positions, or a model that answers with NaN.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: Any,
        *,
        length: int,
        prefix: Sequence[str] | None = None,
        suffix: Sequence[str] | None = None,
    ) -> None:
        if tokenizer.mask_token_id is None:
            raise InputError("[model] the tokenizer has no mask token: this is no masked LM")
        self.model = model.eval().requires_grad_(False)
        self.tokenizer = tokenizer
        self.length = length
        self.mask_token_id = int(tokenizer.mask_token_id)
        self.device: torch.device = model.device
        before, after = _frame(tokenizer, prefix, suffix)
        self._before = torch.tensor(before, dtype=torch.int64, device=self.device)
        self._after = torch.tensor(after, dtype=torch.int64, device=self.device)
        positions = getattr(model.config, "max_position_embeddings", None)
        total = len(before) + length + len(after)
        positions = positions if positions is None else positions - _padding_offset(model)
        if positions is not None and total > positions:
            raise InputError(
                f"[model] length: {length} generated and {len(before) + len(after)} fixed tokens "
                f"exceed the model's {positions} positions"
            )
        self.vocab_size = int(model.config.vocab_size)
        self._forbidden = torch.ones(self.vocab_size, dtype=torch.bool, device=self.device)
        clean = [i for i in range(len(tokenizer)) if i < self.vocab_size]
        self._forbidden[sorted(set(clean) - set(tokenizer.all_special_ids))] = False
        if bool(self._forbidden.all()):
            raise InputError("[model] the tokenizer has no token that could be generated")
        names = tokenizer.convert_ids_to_tokens((~self._forbidden).nonzero()[:, 0].tolist())
        self._one_character_tokens = all(len(name) == 1 for name in names)
        self._logits_at: _Projection = self._full_logits_at
        self._check_all_masked()
        self._logits_at = self._find_projection()
        self.fingerprint = fingerprint(model, tokenizer, before, after, length)

    @torch.inference_mode()
    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """See `Denoiser.log_probs`; float32."""
        logits = self._logits_at(self._framed(tokens), positions + len(self._before))
        return logits.float().masked_fill(self._forbidden, -torch.inf).log_softmax(-1)

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

    def _full_logits_at(self, framed: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(input_ids=framed).logits
        return logits.gather(1, positions[:, :, None].expand(-1, -1, logits.shape[-1]))

    def _check_all_masked(self) -> None:
        """The first thing a sampler asks must have an answer.

        Raises:
            InputError: where the model cannot read the length, or its answer is no number.
        """
        masked = torch.full((1, self.length), self.mask_token_id, device=self.device)
        positions = torch.arange(self.length, device=self.device)[None]
        try:
            log_probs = self.log_probs(masked, positions)
        except (IndexError, RuntimeError, ValueError) as error:
            raise InputError(
                f"[model] length: the model cannot read {self.length} generated tokens: "
                f"{one_line(error)}"
            ) from error
        if not bool(torch.isfinite(log_probs[..., ~self._forbidden]).all()):
            raise InputError(
                "[model] the model's log-probabilities for an all-masked sequence are no finite "
                "numbers: damaged weights, or fixed tokens that it cannot do without"
            )

    def _find_projection(self) -> _Projection:
        """The vocabulary projection at given positions only, where the model allows it.

        A candidate is taken only if it agrees with the full forward pass on a probe.
        """
        body = self.model.base_model
        heads = [getattr(self.model, name, None) for name in ("cls", "lm_head", "predictions")]
        head = next((module for module in heads if module is not None), None)
        if head is None or body is self.model:
            return self._full_logits_at

        def projected(framed: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
            hidden = body(input_ids=framed)[0]
            wanted = positions[:, :, None].expand(-1, -1, hidden.shape[-1])
            logits: torch.Tensor = head(hidden.gather(1, wanted))
            return logits

        clean = (~self._forbidden).nonzero()[:, 0]
        probe = clean[torch.arange(self.length, device=self.device) % len(clean)].clone()
        probe[::2] = self.mask_token_id
        framed = self._framed(probe[None])
        positions = torch.arange(0, self.length, 2, device=self.device)[None] + len(self._before)
        with torch.inference_mode():
            expected = self._full_logits_at(framed, positions).float()
            try:
                found = projected(framed, positions).float()
            except (TypeError, RuntimeError, ValueError):
                return self._full_logits_at
        tolerance = 1e-4 if self.model.dtype == torch.float32 else 5e-2
        same = found.shape == expected.shape and torch.allclose(
            found, expected, rtol=tolerance, atol=tolerance
        )
        return projected if same else self._full_logits_at


def fingerprint(
    model: PreTrainedModel,
    tokenizer: Any,
    before: Sequence[int] = (),
    after: Sequence[int] = (),
    length: int = 0,
) -> str:
    """Hash of the weights as loaded, the configuration, the vocabulary and the fixed tokens.

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
        trust_remote_code: run the checkpoint's own Python code; off by default.
        tokenizer: used instead of the checkpoint's where it ships none.

    Raises:
        InputError: where the checkpoint cannot be loaded, in one line.
    """
    quiet_transformers()
    place = pick_device(device)
    common = {"revision": revision, "trust_remote_code": trust_remote_code}
    try:
        if tokenizer is None:
            tokenizer = AutoTokenizer.from_pretrained(source, **common)
        model, report = AutoModelForMaskedLM.from_pretrained(
            source, dtype=pick_dtype(dtype, place), output_loading_info=True, **common
        )
        model = model.to(place)
    except Exception as error:  # loaders of damaged or foreign checkpoints raise anything
        raise InputError(
            f"[model] cannot load {source!r}: {type(error).__name__}: {one_line(error)}"
        ) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise InputError(
            f"[model] {source!r} lacks {len(missing)} weights of {type(model).__name__}, "
            f"{missing[0]} among them; it is no complete masked LM"
        )
    return HuggingFaceDenoiser(model, tokenizer, length=length, prefix=prefix, suffix=suffix)


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


def local_or_hub(path: str, folder: Path | None) -> str:
    """A folder as an absolute path, or the hub id unchanged.

    Args:
        path: as the study file has it; relative folders are relative to the study file.
        folder: of the study file.

    Raises:
        InputError: for something that can only be a folder and is none.
    """
    candidate = user_path(path, "[model] path", folder)
    if candidate.is_dir():
        return str(candidate.resolve())
    if path.startswith((".", "/", "~")) or path.count("/") > 1 or candidate.exists():
        raise InputError(f"[model] path: {path!r} is no folder (looked for {candidate})")
    return path


def _padding_offset(model: PreTrainedModel) -> int:
    """Position embeddings that are never used: RoBERTa counts from padding id + 1."""
    table = getattr(getattr(model.base_model, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    return 0 if padding is None else int(padding) + 1


def _frame(
    tokenizer: Any, prefix: Sequence[str] | None, suffix: Sequence[str] | None
) -> tuple[list[int], list[int]]:
    ids = list(tokenizer(tokenizer.mask_token).input_ids)
    middle = ids.index(tokenizer.mask_token_id) if tokenizer.mask_token_id in ids else 0
    before, after = ids[:middle], ids[middle + 1 :]
    if prefix is not None:
        before = _ids(tokenizer, prefix, "prefix")
    if suffix is not None:
        after = _ids(tokenizer, suffix, "suffix")
    return before, after


def _ids(tokenizer: Any, names: Sequence[str], key: str) -> list[int]:
    vocabulary = tokenizer.get_vocab()
    for name in names:
        if name not in vocabulary:
            raise InputError(f"[model] {key}: {name!r} is no token of this model")
    return [vocabulary[name] for name in names]

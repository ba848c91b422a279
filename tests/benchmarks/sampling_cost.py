"""Models of real shapes with random weights, and what sampling them costs: seconds and bytes."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from transformers import ModernBertConfig, ModernBertForMaskedLM, PreTrainedTokenizerFast
from transformers.initialization import no_init_weights

from mdm_opt.models.forward import ForwardPass, Framed
from mdm_opt.models.huggingface import HuggingFaceDenoiser

SPECIAL = ("[PAD]", "[UNK]", "[MASK]", "[EOS]")


@dataclass(frozen=True)
class Shape:
    """Of a transformer: every layer reads all positions and has a gated MLP, as LLaDA's has.

    Attributes:
        vocabulary: tokens, special ones included.
        hidden: width.
        layers: of attention and MLP.
        heads: of the attention.
        mlp: width inside the MLP.
        length: generated tokens.
    """

    vocabulary: int
    hidden: int
    layers: int
    heads: int
    mlp: int
    length: int


# Weights in the layers and in the projection: 40M and 39M; LLaDA's 7.0B and 0.5B.
SMALL = Shape(50_368, 768, 8, 12, 1152, 128)
LLADA_8B = Shape(126_464, 4096, 32, 32, 12_288, 256)


def random_model(
    shape: Shape, device: str = "cpu", dtype: torch.dtype = torch.float32, spread: float = 0.02
) -> HuggingFaceDenoiser:
    """A model with normal weights of standard deviation ``spread``; made where it is used."""
    config = ModernBertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.mlp,
        max_position_embeddings=2 * shape.length,
        global_attn_every_n_layers=1,
        tie_word_embeddings=False,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=3,
        cls_token_id=None,
        sep_token_id=None,
    )
    config._attn_implementation = "sdpa"
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        # Its own initialisation takes a minute on a CPU.
        with torch.device(device), no_init_weights():
            model = ModernBertForMaskedLM(config)
    finally:
        torch.set_default_dtype(before)
    generator = torch.Generator(device).manual_seed(0)
    for name, weight in model.named_parameters():
        if name.endswith("norm.weight"):
            torch.nn.init.ones_(weight)
        else:
            torch.nn.init.normal_(weight, std=spread, generator=generator)
    return HuggingFaceDenoiser(
        model,
        _tokenizer(shape.vocabulary),
        length=shape.length,
        prefix=[],
        suffix=[],
        end_tokens=["[EOS]"],
    )


def _tokenizer(vocabulary: int) -> PreTrainedTokenizerFast:
    """Numbers as words, behind the special tokens."""
    names = [*SPECIAL, *(f"w{number}" for number in range(vocabulary - len(SPECIAL)))]
    tokenizer = Tokenizer(
        models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    named = zip(("pad", "unk", "mask", "eos"), SPECIAL, strict=True)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, **{f"{kind}_token": name for kind, name in named}
    )


def full_logits(denoiser: HuggingFaceDenoiser) -> Callable[[torch.Tensor], torch.Tensor]:
    """The model as others call it, tokens ``(batch, n)`` to logits ``(batch, n, V)``."""
    forward = ForwardPass(denoiser.model)
    return lambda tokens: forward.full(Framed(tokens))


def never_generated(denoiser: HuggingFaceDenoiser) -> list[int]:
    """What the denoiser rules out: the mask, special tokens, ids without a token."""
    blank = torch.full((1, denoiser.length), denoiser.mask_token_id, device=denoiser.device)
    asked = torch.zeros((1, 1), dtype=torch.int64, device=denoiser.device)
    found: list[int] = denoiser.log_probs(blank, asked)[0, 0].isneginf().nonzero()[:, 0].tolist()
    return found


class Timed:
    """A denoiser that adds up the seconds of its model calls and of projecting their outputs.

    Attributes:
        seconds: so far; set it to 0 to start anew.
    """

    def __init__(self, inner: HuggingFaceDenoiser) -> None:
        self.inner = inner
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def lazy_log_probs(self, *args: Any) -> TimedAnswers:
        return TimedAnswers(self, self.timed(self.inner.lazy_log_probs, *args))

    def first_log_probs(self, positions: torch.Tensor) -> TimedAnswers:
        return TimedAnswers(self, self.timed(self.inner.first_log_probs, positions))

    def log_probs(self, *args: Any) -> torch.Tensor:
        return self.timed(self.inner.log_probs, *args)

    def timed(self, call: Callable[..., Any], *args: Any) -> Any:
        wait(self.inner.device)
        started = time.perf_counter()
        try:
            return call(*args)
        finally:
            wait(self.inner.device)
            self.seconds += time.perf_counter() - started


class TimedAnswers:
    """The answers of a `Timed` denoiser."""

    def __init__(self, clock: Timed, inner: Any) -> None:
        self._clock, self._inner = clock, inner

    def log_probs(self, rows: torch.Tensor | slice) -> torch.Tensor:
        return self._clock.timed(self._inner.log_probs, rows)


def wait(device: torch.device) -> None:
    """Until a device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def seconds(call: Callable[[], object], device: torch.device = torch.device("cpu")) -> float:  # noqa: B008
    """Wall time of a call and of what it left to the device."""
    wait(device)
    started = time.perf_counter()
    call()
    wait(device)
    return time.perf_counter() - started


def peak_bytes(call: Callable[[], object], device: torch.device) -> int:
    """The most bytes of tensors that were made during a call and alive at one time."""
    if device.type == "cuda":
        wait(device)
        before = torch.cuda.memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        call()
        wait(device)
        return torch.cuda.max_memory_allocated(device) - before
    with LiveBytes() as live:
        call()
    return live.peak


class LiveBytes(TorchDispatchMode):
    """Counts the bytes of tensors that operations made and that are still alive.

    What an operation needs inside itself is not seen.

    Attributes:
        peak: the most so far.
    """

    def __init__(self) -> None:
        super().__init__()
        self.peak = 0
        self._live: dict[int, int] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        known = {_storage(one)._cdata for one in _tensors((args, kwargs))}
        found = func(*args, **kwargs)
        for tensor in _tensors(found):
            storage = _storage(tensor)
            key = storage._cdata
            if key not in known and key not in self._live:
                self._live[key] = storage.nbytes()
                weakref.finalize(storage, self._live.pop, key)
        self.peak = max(self.peak, sum(self._live.values()))
        return found


def _tensors(values: Any) -> list[torch.Tensor]:
    return [value for value in tree_leaves(values) if isinstance(value, torch.Tensor)]


def _storage(tensor: torch.Tensor) -> Any:
    return tensor.untyped_storage()

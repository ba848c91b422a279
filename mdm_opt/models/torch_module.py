"""Any torch module or function that turns tokens into logits, as a frozen denoiser."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch

from mdm_opt.models.torch_base import Decode, Encode, TorchModel


class TorchDenoiser(TorchModel):
    """A model of your own: ``model(tokens) -> logits``.

    ``tokens`` is int64 ``(batch, length)`` on the model's device, masked positions hold
    ``mask_token_id``; logits are floating-point ``(batch, length, vocab_size)``, or an object that
    has them as ``.logits``. A torch module is put into evaluation mode and asked without
    gradients; its weights and their ``requires_grad`` stay as they are.

    The fingerprint by which a study knows its model hashes the class's name and the state dict,
    or what is given in place of these, and the arguments here. It does not see code, nor buffers
    that are not in the state dict. Of a plain function it sees the name alone: one that reads
    weights from elsewhere looks the same after they have changed, unless ``fingerprint`` says so.

    Args:
        model: a torch module, a method of one, or any other callable.
        length: generated tokens L >= 1.
        mask_token_id: the id that stands for "masked"; never generated.
        vocab_size: V of the logits; None takes it from one all-masked call.
        decode: int64 ``(batch, length)`` on the CPU -> one text a sequence; by default token ids
            separated by spaces.
        encode: texts -> int64 ``(len(texts), length)``, needed for reference sequences in a file;
            by default the inverse of the default ``decode``.
        forbidden: token ids that are never generated, besides the mask token.
        fingerprint: in place of the hash of the weights, e.g. the name of a checkpoint.
        device: where the model takes its tokens; None: where its parameters are, else the CPU.

    Raises:
        InputError: for impossible arguments, or a model whose answer to an all-masked sequence is
            no logits.
    """

    _numbers = "token ids"

    def __init__(
        self,
        model: Callable[[torch.Tensor], Any],
        *,
        length: int,
        mask_token_id: int,
        vocab_size: int | None = None,
        decode: Decode | None = None,
        encode: Encode | None = None,
        forbidden: Iterable[int] = (),
        fingerprint: str | None = None,
        device: str | torch.device | None = None,
    ) -> None:
        super().__init__(model, length=length, decode=decode, encode=encode, device=device)
        self.mask_token_id = self._whole("mask_token_id", mask_token_id, 0)
        if vocab_size is None:
            self.vocab_size = self._asked_vocab_size()
        else:
            self.vocab_size = self._whole("vocab_size", vocab_size, 1)
        never = sorted({self._whole("forbidden", token, 0) for token in forbidden})
        if never and never[-1] >= self.vocab_size:
            self._refuse("forbidden", never[-1], f"token ids run from 0 to {self.vocab_size - 1}")
        ids = torch.arange(self.vocab_size)
        generated = (ids != self.mask_token_id) & ~torch.isin(ids, torch.tensor(never))
        if not bool(generated.any()):
            self._refuse("forbidden", never, "no token is left that could be generated")
        self._forbidden = (~generated).to(self.device)
        self._check_all_masked()
        frame = [self.length, self.vocab_size, self.mask_token_id, never]
        self.fingerprint = self._find_fingerprint(fingerprint, frame)

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """See `Denoiser.log_probs`; float32."""
        logits = self._logits(tokens)
        wanted = (len(tokens), self.length, self.vocab_size)
        if logits.shape != wanted:
            raise self._wrong(
                f"the model returned logits of shape {tuple(logits.shape)} for tokens of shape "
                f"{tuple(tokens.shape)}; {wanted} is expected"
            )
        index = positions.to(self.device)[:, :, None].expand(-1, -1, self.vocab_size)
        picked = logits.to(self.device).gather(1, index).float()
        return picked.masked_fill(self._forbidden, -torch.inf).log_softmax(-1)

    def _check_generated(self, tokens: torch.Tensor) -> None:
        outside = (tokens < 0) | (tokens >= self.vocab_size)
        if bool(outside.any()) or bool(self._forbidden.cpu()[tokens].any()):
            raise self._wrong("a text has a token that the model never generates")

    def _logits(self, tokens: torch.Tensor) -> torch.Tensor:
        answer = self._ask(tokens)
        logits = getattr(answer, "logits", answer)
        if not isinstance(logits, torch.Tensor) or not logits.is_floating_point():
            kind = logits.dtype if isinstance(logits, torch.Tensor) else type(logits).__name__
            raise self._wrong(
                f"the model returned {kind}; floating-point logits of shape (batch, length, "
                "vocab_size), or an object that has them as .logits, are expected"
            )
        return logits

    def _all_masked(self) -> torch.Tensor:
        return torch.full((1, self.length), self.mask_token_id, device=self.device)

    def _asked_vocab_size(self) -> int:
        logits = self._first(lambda: self._logits(self._all_masked()), "an all-masked sequence")
        shape = tuple(logits.shape)
        if len(shape) != 3 or shape[:2] != (1, self.length):
            raise self._wrong(
                f"the model returned logits of shape {shape} for tokens of shape "
                f"{(1, self.length)}; (1, {self.length}, vocab_size) is expected"
            )
        return shape[2]

    def _check_all_masked(self) -> None:
        """The first thing a sampler asks must have an answer, and its samples a text."""
        positions = torch.arange(self.length, device=self.device)[None]
        log_probs = self._first(
            lambda: self.log_probs(self._all_masked(), positions), "an all-masked sequence"
        )
        if bool(log_probs.isnan().any()):
            raise self._wrong(
                "the model's log-probabilities for an all-masked sequence are no numbers: NaN or "
                "infinite logits, or none that is finite"
            )
        self._check_decode(log_probs.argmax(-1))

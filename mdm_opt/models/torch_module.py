"""Any torch module or function that turns tokens into logits, as a frozen denoiser."""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, NoReturn

import torch

from mdm_opt.errors import InputError
from mdm_opt.models.weights import add_weights
from mdm_opt.plugins import one_line, qualified_name

Decode = Callable[[torch.Tensor], Sequence[str]]
Encode = Callable[[Sequence[str]], torch.Tensor]


class TorchDenoiser:
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
        if not callable(model):
            _refuse("model", type(model).__name__, "a torch module or a function is expected")
        self.model = model
        self._module = _module_of(model)
        self.length = _whole("length", length, 1)
        self.mask_token_id = _whole("mask_token_id", mask_token_id, 0)
        self.device = _device_of(self._module, device)
        self._decode, self._encode = decode, encode
        if vocab_size is None:
            self.vocab_size = self._asked_vocab_size()
        else:
            self.vocab_size = _whole("vocab_size", vocab_size, 1)
        never = sorted({_whole("forbidden", token, 0) for token in forbidden})
        if never and never[-1] >= self.vocab_size:
            _refuse("forbidden", never[-1], f"token ids run from 0 to {self.vocab_size - 1}")
        ids = torch.arange(self.vocab_size)
        generated = (ids != self.mask_token_id) & ~torch.isin(ids, torch.tensor(never))
        if not bool(generated.any()):
            _refuse("forbidden", never, "no token is left that could be generated")
        self._forbidden = (~generated).to(self.device)
        self._check_all_masked()
        self.fingerprint = self._find_fingerprint(fingerprint, never)

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """See `Denoiser.log_probs`; float32."""
        logits = self._logits(tokens)
        wanted = (len(tokens), self.length, self.vocab_size)
        if logits.shape != wanted:
            raise InputError(
                f"TorchDenoiser: the model returned logits of shape {tuple(logits.shape)} for "
                f"tokens of shape {tuple(tokens.shape)}; {wanted} is expected"
            )
        index = positions.to(self.device)[:, :, None].expand(-1, -1, self.vocab_size)
        picked = logits.to(self.device).gather(1, index).float()
        return picked.masked_fill(self._forbidden, -torch.inf).log_softmax(-1)

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """Texts, by the function that was given."""
        tokens = tokens.cpu()
        if self._decode is None:
            return [" ".join(map(str, row)) for row in tokens.tolist()]
        texts = list(self._decode(tokens))
        if len(texts) != len(tokens) or not all(isinstance(text, str) for text in texts):
            raise InputError(
                f"TorchDenoiser: decode returned {len(texts)} values for {len(tokens)} "
                "sequences; one text each is expected"
            )
        return texts

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """Tokens int64 ``(len(texts), length)``; InputError where a text does not fit."""
        if self._encode is not None:
            tokens = torch.as_tensor(self._encode(texts), dtype=torch.int64).cpu()
        elif self._decode is not None:
            raise InputError("TorchDenoiser: texts cannot be read without its argument encode")
        else:
            tokens = self._ids(texts)
        if tokens.shape != (len(texts), self.length):
            raise InputError(
                f"TorchDenoiser: encode returned shape {tuple(tokens.shape)}; "
                f"{(len(texts), self.length)} is expected"
            )
        outside = (tokens < 0) | (tokens >= self.vocab_size)
        if bool(outside.any()) or bool(self._forbidden.cpu()[tokens].any()):
            raise InputError("TorchDenoiser: a text has a token that the model never generates")
        return tokens

    def _ids(self, texts: Sequence[str]) -> torch.Tensor:
        rows = []
        for text in texts:
            words = text.split()
            if len(words) != self.length or not all(word.isdecimal() for word in words):
                raise InputError(f"{text!r} is no list of {self.length} token ids")
            rows.append([int(word) for word in words])
        return torch.tensor(rows, dtype=torch.int64).reshape(len(texts), self.length)

    def _logits(self, tokens: torch.Tensor) -> torch.Tensor:
        if self._module is not None and self._module.training:
            self._module.eval()
        # Not inference mode: what the model keeps for later must remain of use in training.
        with torch.inference_mode(False), torch.no_grad():
            answer = self.model(tokens.to(self.device).clone())
        logits = getattr(answer, "logits", answer)
        if not isinstance(logits, torch.Tensor) or not logits.is_floating_point():
            kind = logits.dtype if isinstance(logits, torch.Tensor) else type(logits).__name__
            raise InputError(
                f"TorchDenoiser: the model returned {kind}; floating-point logits of shape "
                "(batch, length, vocab_size), or an object that has them as .logits, are expected"
            )
        return logits

    def _all_masked(self) -> torch.Tensor:
        return torch.full((1, self.length), self.mask_token_id, device=self.device)

    def _asked_vocab_size(self) -> int:
        shape = tuple(self._answer(lambda: self._logits(self._all_masked())).shape)
        if len(shape) != 3 or shape[:2] != (1, self.length):
            raise InputError(
                f"TorchDenoiser: the model returned logits of shape {shape} for tokens of shape "
                f"{(1, self.length)}; (1, {self.length}, vocab_size) is expected"
            )
        return shape[2]

    def _check_all_masked(self) -> None:
        """The first thing a sampler asks must have an answer, and its samples a text."""
        positions = torch.arange(self.length, device=self.device)[None]
        log_probs = self._answer(lambda: self.log_probs(self._all_masked(), positions))
        if bool(log_probs.isnan().any()):
            raise InputError(
                "TorchDenoiser: the model's log-probabilities for an all-masked sequence are no "
                "numbers: NaN or infinite logits, or none that is finite"
            )
        try:
            self.decode(log_probs.argmax(-1))
        except InputError:
            raise
        except Exception as error:  # a user's function may raise anything
            raise InputError(
                f"TorchDenoiser: decode raised {type(error).__name__}: {one_line(error)}"
            ) from error

    @staticmethod
    def _answer(call: Callable[[], torch.Tensor]) -> torch.Tensor:
        try:
            return call()
        except InputError:
            raise
        except Exception as error:  # a user's model may raise anything
            raise InputError(
                "TorchDenoiser: the model raised for an all-masked sequence: "
                f"{type(error).__name__}: {one_line(error)}"
            ) from error

    def _find_fingerprint(self, given: str | None, never: Sequence[int]) -> str:
        digest = hashlib.sha256()
        if given is not None:
            digest.update(f"given {given}".encode())
        else:
            digest.update(qualified_name(self.model).encode())
            state = getattr(self._module or self.model, "state_dict", None)
            if callable(state):
                try:
                    add_weights(digest, state())
                except Exception as error:  # exotic tensors have no bytes of their own
                    raise InputError(
                        f"TorchDenoiser: the weights cannot be hashed ({one_line(error)}); give "
                        "a fingerprint"
                    ) from error
        frame = [self.length, self.vocab_size, self.mask_token_id, list(never)]
        digest.update(json.dumps(frame).encode())
        return f"torch:{digest.hexdigest()}"


def _module_of(model: Any) -> torch.nn.Module | None:
    """The module that answers, also where one of its methods is called."""
    for candidate in (model, getattr(model, "__self__", None)):
        if isinstance(candidate, torch.nn.Module):
            return candidate
    return None


def _device_of(module: torch.nn.Module | None, given: str | torch.device | None) -> torch.device:
    try:
        device = torch.device("cpu") if given is None else torch.device(given)
    except (RuntimeError, TypeError) as error:
        raise InputError(f"TorchDenoiser: device: {given!r}: {one_line(error)}") from error
    if given is None and module is not None:
        first = next(chain(module.parameters(), module.buffers()), None)
        device = device if first is None else first.device
    if device.type in ("mps", "meta"):
        _refuse("device", str(device), "tokens are drawn in float64, which it lacks; use the CPU")
    return device


def _whole(argument: str, value: Any, least: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        _refuse(argument, value, "a whole number is expected")
    if isinstance(value, bool) or number < least:
        _refuse(argument, value, f"a whole number of at least {least} is expected")
    return number


def _refuse(argument: str, value: Any, accepted: str) -> NoReturn:
    shown = one_line(repr(value))
    raise InputError(f"TorchDenoiser: {argument}: {shown} is not accepted: {accepted}")

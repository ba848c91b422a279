"""What models of your own have in common, whatever they predict."""

from __future__ import annotations

import hashlib
import json
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, ClassVar, NoReturn, TypeVar

import torch

from mdm_opt.errors import InputError
from mdm_opt.models.weights import add_weights
from mdm_opt.plugins import one_line, qualified_name

Decode = Callable[[torch.Tensor], Sequence[str]]
Encode = Callable[[Sequence[str]], torch.Tensor]
T = TypeVar("T")


class TorchModel(ABC):
    """A torch module or function of your own as a frozen model.

    A torch module is put into evaluation mode and asked without gradients; its weights and their
    ``requires_grad`` stay as they are. Messages begin with the name of the class.

    Attributes:
        model: what is asked.
        length: numbers of one sequence.
        device: where the model takes its sequences.
        fingerprint: see `_find_fingerprint`.

    Args:
        model: a torch module, a method of one, or any other callable.
        length: numbers of one sequence, L >= 1.
        decode: int64 ``(batch, length)`` on the CPU -> one text a sequence; None: the numbers
            separated by spaces.
        encode: texts -> int64 ``(len(texts), length)``; None: the inverse of the default
            ``decode``.
        device: None: where the parameters of the model are, else the CPU.

    Raises:
        InputError: for impossible arguments.
    """

    fingerprint: str

    # What messages call the numbers of a sequence.
    _numbers: ClassVar[str]

    def __init__(
        self,
        model: Callable[..., Any],
        *,
        length: int,
        decode: Decode | None,
        encode: Encode | None,
        device: str | torch.device | None,
    ) -> None:
        if not callable(model):
            self._refuse("model", type(model).__name__, "a torch module or a function is expected")
        self.model = model
        self._module = _module_of(model)
        self.length = self._whole("length", length, 1)
        self.device = self._device_of(device)
        self._decode, self._encode = decode, encode

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """Texts, by the function that was given."""
        tokens = tokens.cpu()
        if self._decode is None:
            return [" ".join(map(str, row)) for row in tokens.tolist()]
        texts = list(self._decode(tokens))
        if len(texts) != len(tokens) or not all(isinstance(text, str) for text in texts):
            raise self._wrong(
                f"decode returned {len(texts)} values for {len(tokens)} sequences; one text each "
                "is expected"
            )
        return texts

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """Sequences int64 ``(len(texts), length)``; InputError where a text does not fit."""
        if self._encode is not None:
            tokens = torch.as_tensor(self._encode(texts), dtype=torch.int64).cpu()
        elif self._decode is not None:
            raise self._wrong("texts cannot be read without its argument encode")
        else:
            tokens = self._read(texts)
        if tokens.shape != (len(texts), self.length):
            raise self._wrong(
                f"encode returned shape {tuple(tokens.shape)}; {(len(texts), self.length)} is "
                "expected"
            )
        self._check_generated(tokens)
        return tokens

    @abstractmethod
    def _check_generated(self, tokens: torch.Tensor) -> None:
        """Raises InputError where a sequence has what the model never generates."""

    def _ask(self, tokens: torch.Tensor, *more: Any) -> Any:
        """The answer to sequences on any device."""
        if self._module is not None and self._module.training:
            self._module.eval()
        # Not inference mode: what the model keeps for later must remain of use in training.
        with torch.inference_mode(False), torch.no_grad():
            return self.model(tokens.to(self.device).clone(), *more)

    def _first(self, ask: Callable[[], T], what: str) -> T:
        """The first answer; whatever the model raises is said to be about ``what``."""
        try:
            return ask()
        except InputError:
            raise
        except Exception as error:  # a user's model may raise anything
            raise self._wrong(
                f"the model raised for {what}: {type(error).__name__}: {one_line(error)}"
            ) from error

    def _check_decode(self, tokens: torch.Tensor) -> None:
        """Samples must have a text."""
        try:
            self.decode(tokens)
        except InputError:
            raise
        except Exception as error:  # a user's function may raise anything
            raise self._wrong(
                f"decode raised {type(error).__name__}: {one_line(error)}"
            ) from error

    def _find_fingerprint(self, given: str | None, frame: Sequence[Any]) -> str:
        """Hash of the name of the model, its weights, and arguments.

        Args:
            given: in place of name and weights.
            frame: what else determines the answers, as JSON has it.
        """
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
                    raise self._wrong(
                        f"the weights cannot be hashed ({one_line(error)}); give a fingerprint"
                    ) from error
        digest.update(json.dumps(frame).encode())
        return f"torch:{digest.hexdigest()}"

    def _read(self, texts: Sequence[str]) -> torch.Tensor:
        rows = []
        for text in texts:
            words = text.split()
            if len(words) != self.length or not all(word.isdecimal() for word in words):
                raise InputError(f"{text!r} is no list of {self.length} {self._numbers}")
            rows.append([int(word) for word in words])
        return torch.tensor(rows, dtype=torch.int64).reshape(len(texts), self.length)

    def _device_of(self, given: str | torch.device | None) -> torch.device:
        try:
            device = torch.device("cpu") if given is None else torch.device(given)
        except (RuntimeError, TypeError) as error:
            raise self._wrong(f"device: {given!r}: {one_line(error)}") from error
        if given is None and self._module is not None:
            first = next(chain(self._module.parameters(), self._module.buffers()), None)
            device = device if first is None else first.device
        if device.type in ("mps", "meta"):
            self._refuse(
                "device", str(device), "sampling takes float64, which it lacks; use the CPU"
            )
        return device

    def _whole(self, argument: str, value: Any, least: int) -> int:
        try:
            number = operator.index(value)
        except TypeError:
            self._refuse(argument, value, "a whole number is expected")
        if isinstance(value, bool) or number < least:
            self._refuse(argument, value, f"a whole number of at least {least} is expected")
        return number

    def _refuse(self, argument: str, value: Any, accepted: str) -> NoReturn:
        shown = one_line(repr(value))
        raise self._wrong(f"{argument}: {shown} is not accepted: {accepted}")

    def _wrong(self, message: str) -> InputError:
        return InputError(f"{type(self).__name__}: {message}")


def _module_of(model: Any) -> torch.nn.Module | None:
    """The module that answers, also where one of its methods is called."""
    for candidate in (model, getattr(model, "__self__", None)):
        if isinstance(candidate, torch.nn.Module):
            return candidate
    return None

"""Samplers that are not ours: what they are called with, and what they give."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name

# What a sampler is asked to answer: token ids, or texts where the model is behind a server.
AskedPrompts = Sequence[list[int]] | Sequence[str]
# Keywords that every function may take besides, and is then given.
GIVEN = ("seed", "length")


@dataclass(frozen=True, eq=False)
class Asked:
    """What a sampler is asked for.

    Attributes:
        prompts: one for each answer.
        arguments: keyword arguments of the candidate and of the study.
        seed: that all randomness was seeded with.
        length: tokens of an answer, at most.
    """

    prompts: AskedPrompts
    arguments: Mapping[str, Any]
    seed: int
    length: int


class Sampler(ABC):
    """A sampler of the user's, or the one that a model brings.

    Attributes:
        words: what messages call it.
    """

    words: str

    @abstractmethod
    def known(self) -> Sequence[str] | None:
        """Names of its arguments; None where it takes any."""

    @abstractmethod
    def defaults(self) -> Mapping[str, Any]:
        """What its arguments are where nobody says."""

    @abstractmethod
    def sample(self, asked: Asked) -> Any:
        """Texts, or token ids, of the answers; a server's with their calls."""

    def check(self, arguments: Mapping[str, Any]) -> None:  # noqa: B027 - few can tell
        """Raises ValueError where it says without sampling that it does not accept these."""

    def check_names(self, names: Mapping[str, Sequence[str]]) -> None:
        """Refuses arguments that it does not know.

        Args:
            names: of arguments, by the table of the study file.

        Raises:
            InputError: naming the first, and those that there are.
        """
        known = self.known()
        if known is None:
            return
        for table, given in names.items():
            for name in given:
                if name not in known:
                    raise InputError(
                        f"{key_name(table, name)}: {self.words} has no such argument; it has: "
                        f"{', '.join(known) or 'none'}"
                    )


class SamplerFunction(Sampler):
    """A function of the user's.

    Called as ``function(model, tokenizer, prompts, **arguments)``, with ``seed`` and ``length``
    where its signature names them.

    Args:
        function: the function.
        name: as in the study file.
        model: that it is given; None where there is none.
        tokenizer: likewise.

    Raises:
        InputError: where it does not take three arguments by position.
    """

    def __init__(self, function: Any, name: str, model: Any, tokenizer: Any) -> None:
        self.words = f"function {name!r}"
        self._function, self._model, self._tokenizer = function, model, tokenizer
        parameters = list(inspect.signature(function).parameters.values())
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        any_positions = [one for one in parameters if one.kind == one.VAR_POSITIONAL]
        if len([one for one in parameters if one.kind in kinds]) < 3 and not any_positions:
            raise InputError(
                f"{key_name('sampler.kind')}: {name!r} is not accepted: it is called as "
                "function(model, tokenizer, prompts, **arguments)"
            )
        self._any = any(one.kind == one.VAR_KEYWORD for one in parameters)
        named = [
            one for one in parameters if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
        ]
        # With *arguments the first three need not be named.
        self._named = {one.name: one for one in named[0 if any_positions else 3 :]}

    def known(self) -> Sequence[str] | None:
        """See `Sampler.known`."""
        return None if self._any else [name for name in self._named if name not in GIVEN]

    def defaults(self) -> Mapping[str, Any]:
        """See `Sampler.defaults`: those of the signature."""
        empty = inspect.Parameter.empty
        return {n: one.default for n, one in self._named.items() if one.default is not empty}

    def sample(self, asked: Asked) -> Any:
        """See `Sampler.sample`."""
        more = {"seed": asked.seed, "length": asked.length}
        given = {name: value for name, value in more.items() if name in self._named}
        return self._function(
            self._model, self._tokenizer, list(asked.prompts), **{**given, **asked.arguments}
        )

"""A frozen model whose failures name it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from mdm_opt.errors import MdmOptError, RunError
from mdm_opt.models.base import Denoiser
from mdm_opt.plugins import CalledExit, in_place, one_line


class ModelFailed(RunError):
    """A model raised something, called ``sys.exit``, or has no memory left."""


class NamedDenoiser:
    """A denoiser with all that it offers; what its methods raise says that it was the model.

    Args:
        denoiser: a frozen model.
        words: what messages call it.
        source: fingerprint of the user's code that made it, empty where it was ours.
    """

    def __init__(self, denoiser: Denoiser, words: str, source: str = "") -> None:
        self.unnamed, self._words, self.source_fingerprint = denoiser, words, source

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.unnamed, name)
        # A model and its tokenizer can be called, too, and have much else that is asked for.
        if not inspect.isroutine(value):
            return value
        # Looked up once: samplers ask in their inner loop.
        named = self._named(value)
        self.__dict__[name] = named
        return named

    def _named(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method, updated=())
        def call(*arguments: Any, **options: Any) -> Any:
            try:
                with in_place():
                    return method(*arguments, **options)
            except MdmOptError:
                raise
            except CalledExit as error:
                raise ModelFailed(f"{self._words} {error}") from error
            except Exception as error:  # foreign code raises anything
                said = f"{type(error).__name__}: {one_line(error)}".removesuffix(": ")
                raise ModelFailed(f"{self._words} raised {said}") from error

        return call


def unnamed(denoiser: Denoiser) -> Denoiser:
    """A denoiser as it was made."""
    return denoiser.unnamed if isinstance(denoiser, NamedDenoiser) else denoiser


def named(denoiser: Any, words: str, source: str = "") -> Any:
    """A denoiser under a name, see `NamedDenoiser`; one that has a name keeps it."""
    if isinstance(denoiser, NamedDenoiser):
        return denoiser
    return NamedDenoiser(denoiser, words, source)

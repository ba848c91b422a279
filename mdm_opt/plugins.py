"""Names of the form ``package.module:attribute`` in a study file."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mdm_opt.errors import InputError

REFERENCE_PATTERN = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def is_reference(text: str) -> bool:
    """Whether ``text`` has the form ``package.module:attribute``."""
    return REFERENCE_PATTERN.fullmatch(text) is not None


def load_callable(reference: str, key: str, folder: Path | None = None) -> Callable[..., Any]:
    """Imports what a study file names.

    Args:
        reference: ``package.module:attribute``.
        key: the key of the study file it stands under, for messages.
        folder: the study file's folder; modules beside the study file can be named too.

    Raises:
        InputError: where the module or attribute is missing, fails to import or is no callable.
    """
    if not is_reference(reference):
        raise InputError(f"{key}: {reference!r} is not of the form 'package.module:function'")
    module_name, _, attribute = reference.partition(":")
    if folder is not None and str(folder) not in sys.path:
        sys.path.append(str(folder))
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a foreign module may raise anything while it is imported
        raise InputError(
            f"{key}: cannot import {module_name!r}: {type(error).__name__}: {one_line(error)}"
        ) from error
    target = getattr(module, attribute, None)
    if not callable(target):
        raise InputError(f"{key}: {module_name!r} has no function {attribute!r}")
    loaded: Callable[..., Any] = target
    return loaded


def one_line(error: BaseException | str) -> str:
    """A message folded to one line of at most 300 characters."""
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else text[:297] + "..."

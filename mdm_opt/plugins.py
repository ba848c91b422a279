"""Foreign code: names of the form ``package.module:attribute``, and calls in this process."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
import re
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from mdm_opt.errors import InputError

REFERENCE_PATTERN = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def user_path(text: str, key: str, folder: Path | None = None) -> Path:
    """A path of the user's, relative ones under ``folder``.

    Raises:
        InputError: where the system cannot even look it up.
    """
    try:
        path = (folder or Path()) / Path(text).expanduser()
        path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"{key}: {one_line(repr(text))}: {one_line(error)}") from error
    return path


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
    except (Exception, SystemExit) as error:  # a foreign module may raise anything
        raise InputError(
            f"{key}: cannot import {module_name!r}: {type(error).__name__}: {one_line(error)}"
        ) from error
    _check_origin(module, module_name, key, folder)
    target = getattr(module, attribute, None)
    if not callable(target):
        raise InputError(f"{key}: {module_name!r} has no function {attribute!r}")
    loaded: Callable[..., Any] = target
    return loaded


def _check_origin(module: ModuleType, name: str, key: str, folder: Path | None) -> None:
    """Refuses a module of another folder where one of that name lies beside the study file."""
    top = name.partition(".")[0]
    if folder is None or not ((folder / f"{top}.py").exists() or (folder / top).is_dir()):
        return
    origin = getattr(module, "__file__", None)
    if origin is None or not Path(origin).resolve().is_relative_to(folder.resolve()):
        raise InputError(
            f"{key}: {name!r} lies beside the study file, but another module of that name is "
            f"loaded from {origin or 'elsewhere'}; rename yours"
        )


def qualified_name(thing: Any) -> str:
    """``package.module.name`` of a function or class, or of the class of anything else."""
    named = thing if hasattr(thing, "__qualname__") else type(thing)
    return f"{getattr(named, '__module__', None) or 'builtins'}.{named.__qualname__}"


def one_line(error: BaseException | str) -> str:
    """A message folded to one line of at most 300 characters."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # an exception of a user's own need not have a text
        text = type(error).__name__
    return text if len(text) <= 300 else text[:297] + "..."


class CalledExit(Exception):
    """Foreign code called ``sys.exit``; the text says so."""


@contextmanager
def same_folder() -> Iterator[None]:
    """Leaves a folder again that a function changes to, where the one before is still there."""
    try:
        here: str | None = os.getcwd()  # noqa: PTH109 - a text is all that is needed
    except FileNotFoundError:
        here = None
    try:
        yield
    finally:
        if here is not None:
            with suppress(OSError):
                os.chdir(here)


@contextmanager
def in_place() -> Iterator[None]:
    """Calls a function in this process, as far as that can be survived.

    The folder that it changes to is left again. A child that it forks and that returns from it
    ends here. Code that ends this process without a word, or closes its files, cannot be kept
    from doing so; study files have functions in a process of their own.

    Raises:
        CalledExit: where the function calls ``sys.exit``.
    """
    process = os.getpid()
    try:
        with same_folder():
            yield
    except SystemExit as error:
        raise CalledExit(f"called sys.exit({error.code!r})") from error
    finally:
        if os.getpid() != process:
            os._exit(0)


def source_fingerprint(thing: Any, folder: Path | None) -> str:
    """SHA-256 of the source of a function, or of the class of an object.

    Of its module, and of the modules of the study's folder that have been imported with it; of a
    script or a notebook, which holds much else, its own lines. What belongs to this package or is
    installed has versions instead.

    Args:
        thing: of the user's, imported.
        folder: of the study file; None for none.

    Returns:
        Empty where it has no source.
    """
    while isinstance(thing, partial):
        thing = thing.func
    function = thing if hasattr(thing, "__qualname__") else type(thing)
    if getattr(function, "__module__", None) == "__main__":
        return _source_lines(function)
    files = {}
    inside = None if folder is None else folder.resolve()
    for name, module in list(sys.modules.items()):
        origin = getattr(module, "__file__", None)
        if origin is None or name.partition(".")[0] == "mdm_opt":
            continue
        # Modules that are made by code have names of files that there are not. Most of the others
        # are installed, and there are thousands of them: texts are looked at, not paths.
        if not origin.endswith(".py") or _is_installed(origin):
            continue
        path = Path(origin)
        if not path.is_absolute():
            continue
        own = name == getattr(function, "__module__", None)
        if own or (inside is not None and path.resolve().is_relative_to(inside)):
            files[name] = path
    digest = hashlib.sha256()
    for name in sorted(files):
        with suppress(OSError):
            digest.update(f"{name}\0".encode() + files[name].read_bytes() + b"\0")
    return digest.hexdigest() if files else ""


def _is_installed(path: str) -> bool:
    """Whether a module belongs to Python or to an installed package."""
    if f"{os.sep}site-packages{os.sep}" in path or f"{os.sep}dist-packages{os.sep}" in path:
        return True
    return path.startswith(_standard_library())


@cache
def _standard_library() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return paths["stdlib"] + os.sep, paths["platstdlib"] + os.sep


def _source_lines(function: Any) -> str:
    try:
        return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()
    except (OSError, TypeError):
        return ""

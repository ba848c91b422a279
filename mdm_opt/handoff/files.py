"""Writing files whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mdm_opt.errors import InputError


def write_text(path: str | Path, text: str) -> None:
    """Writes a file whole or not at all; links stay, devices and pipes are written into.

    Raises:
        InputError: where it cannot be written.
    """
    target = Path(path)
    place = Path(os.path.realpath(target))
    partial = place.with_name(f".{place.name}.{os.getpid()}.partial")
    try:
        if is_special(target):
            target.write_text(text, encoding="utf-8")
            return
        partial.write_text(text, encoding="utf-8")
        partial.replace(place)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}") from error
    except UnicodeError as error:
        raise InputError(f"cannot write {target}: {error}") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def is_special(path: Path) -> bool:
    """Whether something is there that is neither a file nor a folder, such as /dev/stdout."""
    return path.exists() and not path.is_file() and not path.is_dir()

"""The studies that ship: beside the package in a checkout, under share/mdm-opt once installed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from mdm_opt.errors import InputError

_INSTALLED = Path("share", "mdm-opt", "studies")
# One that is always among them.
_FIRST = "quickstart.toml"


def examples_folder() -> Path:
    """The folder with the studies that ship.

    Raises:
        InputError: where this installation has none.
    """
    for folder in _folders():
        if (folder / _FIRST).is_file():
            return folder
    raise InputError("the studies that ship are not installed here; they are in the wheel")


def example_names() -> list[str]:
    """Names of the studies that ship, sorted."""
    return sorted(path.stem for path in examples_folder().glob("*.toml"))


def example_files(name: str) -> list[Path]:
    """The file of a study that ships, and the data that it names.

    Args:
        name: of the study.

    Raises:
        InputError: where there is none of that name, listing those there are.
    """
    names = example_names()
    if name not in names:
        raise InputError(f"--example: {name!r} is not accepted: one of {', '.join(names)}")
    folder = examples_folder()
    study = folder / f"{name}.toml"
    text = study.read_text(encoding="utf-8")
    data = (path for path in sorted(folder.glob("*.*")) if path.suffix in (".jsonl", ".txt"))
    return [study, *(path for path in data if f'"{path.name}"' in text)]


def _folders() -> Iterator[Path]:
    """Where they may be, the most likely place first."""
    beside = Path(__file__).parents[2]
    yield beside / "studies"
    yield beside / _INSTALLED
    try:
        files = metadata.files("mdm-opt") or []
    except metadata.PackageNotFoundError:
        return
    for file in files:
        if file.name == _FIRST and _INSTALLED.as_posix() in file.as_posix():
            yield Path(str(file.locate())).resolve().parent

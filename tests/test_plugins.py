"""Names of the form package.module:attribute."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mdm_opt.errors import InputError
from mdm_opt.plugins import is_reference, load_callable, one_line

NAMES = (f"plugin_under_test_{index}" for index in itertools.count())


@pytest.fixture(autouse=True)
def restored_path() -> Iterator[None]:
    before = [*sys.path]
    yield
    sys.path[:] = before


def module(folder: Path, content: str) -> str:
    """Writes a module of a fresh name, for Python imports a name once."""
    name = next(NAMES)
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(content)
    return name


def refusal(reference: str, folder: Path | None = None) -> str:
    with pytest.raises(InputError) as caught:
        load_callable(reference, "[objective] kind", folder)
    message = str(caught.value)
    assert message.startswith("[objective] kind: ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize("text", ["a:b", "package.module:function", "_x.y_2:_f", "A1:B2"])
def test_references(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", ":", "a:", ":b", "a:b:c", "a.b", "a b:c", "a:b.c", "1a:b", "a:1b", "a/b:c", "a:b\n"],
)
def test_other_texts_are_no_references(text: str) -> None:
    assert not is_reference(text)
    assert "is not of the form 'package.module:function'" in refusal(text)


def test_installed_function() -> None:
    assert load_callable("os.path:join", "key") is os.path.join


def test_module_beside_the_study_file(tmp_path: Path) -> None:
    name = module(tmp_path, "def double(x):\n    return 2 * x\n")
    assert load_callable(f"{name}:double", "key", tmp_path)(21) == 42


def test_package_beside_the_study_file(tmp_path: Path) -> None:
    package = next(NAMES)
    (tmp_path / package).mkdir()
    (tmp_path / package / "inner.py").write_text("class Thing:\n    pass\n")
    assert load_callable(f"{package}.inner:Thing", "key", tmp_path).__name__ == "Thing"


def test_without_a_folder_modules_beside_the_study_file_are_not_seen(tmp_path: Path) -> None:
    name = module(tmp_path, "def double(x):\n    return 2 * x\n")
    assert "ModuleNotFoundError" in refusal(f"{name}:double")


def test_folder_is_added_once_and_last(tmp_path: Path) -> None:
    name = module(tmp_path, "def double(x):\n    return 2 * x\n")
    before = [*sys.path]
    for _ in range(3):
        load_callable(f"{name}:double", "key", tmp_path)
    assert sys.path == [*before, str(tmp_path)]


def test_module_beside_the_study_that_an_installed_one_shadows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "colorsys.py").write_text("def hsv_to_rgb():\n    return 'shadow'\n")
    sys.modules.pop("colorsys", None)
    with pytest.raises(InputError, match="another module of that name is loaded from"):
        load_callable("colorsys:hsv_to_rgb", "key", tmp_path)
    elsewhere = tmp_path / "elsewhere"
    assert load_callable("colorsys:hsv_to_rgb", "key", elsewhere)(0, 0, 1) == (1, 1, 1)


def test_missing_module() -> None:
    message = refusal("no_such_module_at_all:f")
    assert "cannot import 'no_such_module_at_all': ModuleNotFoundError" in message


@pytest.mark.parametrize("reference", ["os..path:join", "os.:join", "os.path.nothing:join"])
def test_names_that_cannot_be_imported(reference: str) -> None:
    assert "cannot import" in refusal(reference)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("raise RuntimeError('one\\ntwo')", "RuntimeError: one two"),
        ("def f(:\n", "SyntaxError"),
        ("import no_such_dependency", "ModuleNotFoundError: No module named 'no_such_dependency'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_module_that_fails_to_import(tmp_path: Path, content: str, reason: str) -> None:
    name = module(tmp_path, content)
    message = refusal(f"{name}:f", tmp_path)
    assert f"cannot import '{name}': " in message
    assert reason in message


def test_missing_attribute(tmp_path: Path) -> None:
    name = module(tmp_path, "number = 3\n")
    assert refusal(f"{name}:absent", tmp_path).endswith(f"'{name}' has no function 'absent'")
    assert refusal(f"{name}:number", tmp_path).endswith(f"'{name}' has no function 'number'")


def test_same_module_name_beside_two_study_files(tmp_path: Path) -> None:
    """The second study gets its own module or an error, never silently the first's."""
    name = module(tmp_path / "one", "def which():\n    return 'one'\n")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / f"{name}.py").write_text("def which():\n    return 'two'\n")
    assert load_callable(f"{name}:which", "key", tmp_path / "one")() == "one"
    try:
        second = load_callable(f"{name}:which", "key", tmp_path / "two")
    except InputError:
        return
    assert second() == "two"


def test_one_line_folds_white_space_and_length() -> None:
    assert one_line("  a\n\tb  \r\n c ") == "a b c"
    assert one_line(ValueError("x\ny")) == "x y"
    assert one_line("x" * 300) == "x" * 300
    folded = one_line("x" * 301)
    assert len(folded) == 300
    assert folded.endswith("x...")

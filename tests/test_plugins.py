"""Foreign code: its names, calls in this process, its source."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from mdm_opt.errors import InputError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4
from mdm_opt.plugins import (
    CalledExit,
    in_place,
    is_reference,
    load_callable,
    one_line,
    source_fingerprint,
)

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


def test_a_folder_that_a_function_changes_to_is_left_again(tmp_path):
    here = Path.cwd()
    with in_place():
        os.chdir(tmp_path)
    assert Path.cwd() == here


def test_also_where_it_raises(tmp_path):
    def call():
        with in_place():
            os.chdir(tmp_path)
            raise RuntimeError

    here = Path.cwd()
    with pytest.raises(RuntimeError):
        call()
    assert Path.cwd() == here


@pytest.mark.parametrize("code", [0, 3, None, "words"])
def test_a_function_that_asks_to_end_the_process_is_an_error(code):
    with pytest.raises(CalledExit) as caught, in_place():
        sys.exit(code)
    assert str(caught.value) == f"called sys.exit({code!r})"


def test_a_child_that_returns_from_a_function_ends_there(tmp_path):
    """The parent goes on; the child never comes to what stands after the call."""
    child = 0
    with in_place():
        child = os.fork()
    (tmp_path / str(os.getpid())).touch()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [path.name for path in tmp_path.iterdir()] == [str(os.getpid())]


def test_the_fingerprint_is_of_the_module_and_what_it_imports_beside(tmp_path, monkeypatch):
    study = tmp_path / "study"
    study.mkdir()
    (study / "fp_metric_a.py").write_text("import fp_metric_b\nimport json\ndef f(x): return x\n")
    (study / "fp_metric_b.py").write_text("y = 1\n")
    (tmp_path / "fp_metric_c.py").write_text("z = 1\n")
    monkeypatch.syspath_prepend(str(study))
    monkeypatch.syspath_prepend(str(tmp_path))
    import fp_metric_a
    import fp_metric_c  # noqa: F401

    before = source_fingerprint(fp_metric_a.f, study)
    assert len(before) == 64
    assert source_fingerprint(fp_metric_a.f, study) == before
    (tmp_path / "fp_metric_c.py").write_text("z = 2\n")
    assert source_fingerprint(fp_metric_a.f, study) == before
    (study / "fp_metric_b.py").write_text("y = 2\n")
    changed = source_fingerprint(fp_metric_a.f, study)
    assert changed != before
    (study / "fp_metric_b.py").write_text("y = 1\n")
    (study / "fp_metric_a.py").write_text("def f(x): return 2 * x\n")
    assert source_fingerprint(fp_metric_a.f, study) not in (before, changed)
    # Without the folder of a study it is the function's own module alone.
    alone = source_fingerprint(fp_metric_a.f, None)
    (study / "fp_metric_b.py").write_text("y = 3\n")
    assert source_fingerprint(fp_metric_a.f, None) == alone


def test_what_belongs_to_this_package_has_its_version_instead():
    from mdm_opt.sudoku import completes

    assert source_fingerprint(completes, None) == ""
    assert source_fingerprint(EnumeratedDenoiser(sudoku4()), None) == ""


def test_of_an_object_it_is_that_of_its_class_and_of_what_is_installed_none(tmp_path, monkeypatch):
    (tmp_path / "fp_metric_d.py").write_text("class A:\n    pass\ndef f(): pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import fp_metric_d

    found = source_fingerprint(fp_metric_d.A(), None)
    assert len(found) == 64
    assert (
        found == source_fingerprint(fp_metric_d.A, None) == source_fingerprint(fp_metric_d.f, None)
    )
    assert source_fingerprint(torch.nn.Linear(1, 1), None) == ""
    assert source_fingerprint(len, None) == ""


def test_of_a_script_only_the_lines_of_the_function_count(tmp_path):
    script = tmp_path / "script.py"
    told = "from mdm_opt.plugins import source_fingerprint\nprint(source_fingerprint(f, None))\n"

    def fingerprint(rest, body="1"):
        script.write_text(f"{rest}\ndef f():\n    return {body}\n{told}")
        return subprocess.run([sys.executable, script], capture_output=True, text=True).stdout

    assert len(fingerprint("")) == 65
    assert fingerprint("") == fingerprint("a = 2") != fingerprint("", "2")

"""What runs in the process of a function: imports, answers, and what does not come between."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest
from verifier_calls import NAMES, ask, failure

from mdm_opt.errors import InputError


@pytest.mark.parametrize(
    ("value", "number"),
    [("True", 1.0), ("3", 3.0), ("-0.5", -0.5), ("__import__('numpy').float32(0.25)", 0.25)],
)
def test_numbers(module: str, made: Any, value: str, number: float) -> None:
    assert ask(made(f"{module}:number"), value) == number


@pytest.mark.parametrize(
    "value", ["None", "'1'", "float('nan')", "float('inf')", "[1]", "1j", "10**400", "'x' * 999"]
)
def test_anything_else_is_refused(module: str, made: Any, value: str) -> None:
    verifier = made(f"{module}:number")
    message = failure(verifier, value)
    start = f"[objective] score '{module}:number', data line 3: returned "
    assert message.startswith(start + repr(eval(value))[:40])  # noqa: S307
    assert message.endswith("; one finite number is expected")
    assert ask(verifier, "4") == 4.0


def test_what_it_prints_and_reads_does_not_come_between(module: str, made: Any) -> None:
    verifier = made(f"{module}:talk")
    assert [ask(verifier) for _ in range(3)] == [1, 1, 1]


def test_a_forgotten_child_does_not_answer(module: str, made: Any) -> None:
    verifier = made(f"{module}:number")
    assert ask(verifier, "1 if os.fork() else [time.sleep(0.2), 2][1]") == 1
    time.sleep(0.4)
    assert [ask(verifier, str(number)) for number in range(3, 9)] == [3, 4, 5, 6, 7, 8]


def test_memory_is_counted_from_what_the_modules_take(made: Any, tmp_path: Path) -> None:
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(
        "taken = bytearray(400 * 2**20)\n"
        "def use(prompt, answer, reference):\n    return len(bytearray(int(answer) * 2**20))\n"
    )
    sys.path.append(str(tmp_path))
    try:
        verifier = made(f"{name}:use", memory_mib=200)
        assert ask(verifier, "100") == 100 * 2**20
        assert "ran out of memory (memory_mib = 200)" in failure(verifier, "300")
    finally:
        sys.path.remove(str(tmp_path))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise ValueError('no\\nway')", "cannot import '{name}': ValueError: no way"),
        ("import sys\nsys.exit(0)", "cannot import '{name}': SystemExit: 0"),
        ("import os\nos._exit(3)", "'{name}:f': ended its process with exit code 3"),
        ("import os\nos._exit(0)", "'{name}:f': ended its process with exit code 0"),
        ("", "'{name}' has no function 'f'"),
        ("f = 3", "'{name}' has no function 'f'"),
        ("def f(prompt): pass", "'{name}:f' cannot be called with (prompt=..., answer=..."),
    ],
)
def test_a_module_that_cannot_be_imported_there(
    made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, words: str
) -> None:
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError) as caught:
        made(f"{name}:f").start()
    assert str(caught.value).startswith("[objective] score")
    assert words.format(name=name) in str(caught.value)

"""A function of the user's in a process of its own: when it starts, and when it ends."""

from __future__ import annotations

import gc
import itertools
import os
import time

import pytest

from mdm_opt.errors import InputError
from mdm_opt.objectives.function_process import FunctionFailed, FunctionProcess

NAMES = (f"process_plugin_{index}" for index in itertools.count())
SOURCE = """
import os

STARTED = os.getpid()


def pid(samples, code="0"):
    eval(code)
    return [STARTED for _ in samples]


def exact(prompt, answer, reference, weight=1.0):
    return weight * (answer == reference)
"""


@pytest.fixture
def made(tmp_path):
    """Makes a process of a function, and ends it."""
    name, all_made = next(NAMES), []
    (tmp_path / f"{name}.py").write_text(SOURCE)

    def make(function, takes="samples", memory=None, **options):
        all_made.append(
            FunctionProcess(
                f"{name}:{function}",
                key="[objective] kind",
                folder=tmp_path,
                takes=takes,
                options=options,
                timeout_seconds=60.0,
                memory_mib=memory,
            )
        )
        return all_made[-1]

    yield make
    for one in all_made:
        one.close()


def ended(pid):
    """Whether a process is gone, or soon."""
    for _ in range(200):
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_one_process_for_all_calls_started_by_the_first(made):
    process = made("pid")
    first = process(samples=["a"])
    assert process(samples=["b", "c"]) == first * 2
    assert process.start() == process.start() != ""


def test_a_closed_one_starts_again(made):
    process = made("pid")
    (first,) = process(samples=["a"])
    process.close()
    process.close()
    assert ended(first)
    assert process(samples=["a"]) != [first]


def test_it_ends_with_its_object(made, tmp_path):
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(SOURCE)
    process = FunctionProcess(
        f"{name}:pid",
        key="k",
        folder=tmp_path,
        takes="samples",
        options={},
        timeout_seconds=9.0,
        memory_mib=None,
    )
    (pid,) = process(samples=["a"])
    del process
    gc.collect()
    assert ended(pid)


def test_a_failure_ends_it_and_the_next_call_starts_another(made):
    process = made("pid", code="1 / 0 if samples == ['bad'] else 0")
    (first,) = process(samples=["good"])
    with pytest.raises(FunctionFailed, match=r"^raised ZeroDivisionError"):
        process(samples=["bad"])
    assert ended(first)
    assert process(samples=["good"]) != [first]


def test_answers_are_asked_for_by_name_with_the_options(made):
    process = made("exact", takes="answer", memory=512, weight=0.5)
    assert process(prompt="p", answer="x", reference="x") == 0.5
    assert process(prompt="p", answer="y", reference="x") == 0.0


def test_memory_is_limited_where_it_is_asked_for(made):
    code = "bytearray(600 * 2**20)"
    assert made("pid", code=code)(samples=["a"])
    with pytest.raises(FunctionFailed, match=r"^ran out of memory \(memory_mib = 128\)$"):
        made("pid", code=code, memory=128)(samples=["a"])


def test_a_function_that_cannot_be_called_so_is_refused(made):
    with pytest.raises(InputError, match=r"cannot be called with \(prompt=\.\.\., answer"):
        made("exact", takes="answer", strange=1).start()
    with pytest.raises(InputError, match="has no function 'missing'"):
        made("missing").start()

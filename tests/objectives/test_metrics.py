"""Functions of a study file that score samples, in a process of their own."""

from __future__ import annotations

import itertools
import os
import time

import pytest

from mdm_opt.errors import InputError
from mdm_opt.objectives.function_process import FunctionFailed
from mdm_opt.objectives.metrics import Features, Metric

NAMES = (f"metric_plugin_{index}" for index in itertools.count())
SOURCE = """
import os, sys, time

print("imported")


def act(samples, code=""):
    exec(code)
    return [float(len(sample)) for sample in samples]


def value(samples, code):
    return eval(code)


def process(samples):
    return [os.getpid() for _ in samples]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a module of functions, and its name."""
    found = tmp_path_factory.mktemp("metrics")
    name = next(NAMES)
    (found / f"{name}.py").write_text(SOURCE)
    return found, name


def metric(folder, function, seconds=None, **options):
    path, name = folder
    return Metric(
        f"{name}:{function}",
        key="[objective] kind",
        folder=path,
        options=options,
        timeout_seconds=seconds,
    )


def test_one_number_a_sample_from_another_process_that_stays(folder):
    score = metric(folder, "process")
    first, second = score(["a", "b"]), score(["c"])
    assert first[0] == first[1] == second[0] != os.getpid()
    assert metric(folder, "act")(["", "abc"]) == [0.0, 3.0]
    assert len(score.source) == 64


@pytest.mark.parametrize(
    "code",
    [
        "samples.clear(); samples += ['xx', 'xx']",
        "print('{\"value\": [7, 7]}' * 1000)",
        "os.system('echo 7')",
        "os.chdir('/')",
        "sys.stdout.close()",
        "os.fork() or time.sleep(0.2)",
        "sys.path.clear()",
    ],
)
def test_what_a_metric_does_besides_costs_nothing(folder, code):
    score = metric(folder, "act", code=code)
    for _ in range(3):
        assert score(["ab", "cd"]) == [2.0, 2.0]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.exit(0)", "raised SystemExit: 0"),
        ("os._exit(0)", "ended its process with exit code 0"),
        ("os._exit(9)", "ended its process with exit code 9"),
        ("os.kill(os.getpid(), 9)", "was killed by SIGKILL"),
        ("os.abort()", "was killed by SIGABRT"),
        ("os.closerange(3, 99)\nos._exit(0)", "ended its process with exit code 0"),
        ("raise ValueError('a\\nb')", "raised ValueError: a b"),
        ("raise KeyboardInterrupt", "raised KeyboardInterrupt"),
        ("1 / 0", "raised ZeroDivisionError: division by zero"),
    ],
)
def test_what_goes_wrong_is_one_line_and_the_next_batch_is_scored(folder, code, words):
    once = f"import pathlib\nmark = pathlib.Path(__file__).with_name({code!r}.encode().hex())\n"
    once += f"if not mark.exists():\n    mark.touch()\n    exec({code!r})"
    score = metric(folder, "act", code=once)
    with pytest.raises(FunctionFailed) as caught:
        score(["ab"])
    assert str(caught.value) == words
    assert score(["ab"]) == [2.0]


def test_a_metric_that_hangs_is_ended(folder):
    score = metric(folder, "act", seconds=0.5, code="time.sleep(60)")
    started = time.monotonic()
    with pytest.raises(FunctionFailed, match=r"^took more than 0\.5 s$"):
        score(["a"])
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("[1.0]", r"returned shape \(1,\) for 2 samples; one number a sample is expected"),
        ("[1j, 2]", "returned 1j for 2 samples"),
        ("None", r"returned shape \(\) for 2 samples"),
        ("__import__('numpy').ma.masked_array([1, -999], [0, 1])", "returned a masked array"),
    ],
)
def test_what_is_no_number_a_sample_is_refused(folder, code, words):
    with pytest.raises(FunctionFailed, match=f"^{words}"):
        metric(folder, "value", code=code)(["a", "b"])


def test_what_is_not_finite_comes_through(folder):
    nan, inf = metric(folder, "value", code="[float('nan'), float('inf')]")(["a", "b"])
    assert nan != nan
    assert inf == float("inf")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise ValueError('no')", "kind: cannot import '{name}': ValueError: no"),
        ("import sys; sys.exit(0)", "kind: cannot import '{name}': SystemExit: 0"),
        ("import os; os._exit(0)", "kind: '{name}:f': ended its process with exit code 0"),
        ("", "kind: '{name}' has no function 'f'"),
    ],
)
def test_a_module_that_cannot_be_used_is_refused_before_anything_is_measured(
    tmp_path, source, words
):
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(source)
    with pytest.raises(InputError) as caught:
        Metric(f"{name}:f", key="[objective] kind", folder=tmp_path, options={})
    assert str(caught.value) == "[objective] " + words.format(name=name)


def features(folder, code):
    path, name = folder
    return Features(
        f"{name}:value", key="[objective] feature", folder=path, options={"code": code}
    )


def test_features_are_a_vector_a_sample(folder):
    found = features(folder, "__import__('numpy').array([[len(s), 0.5] for s in samples])")
    assert found(["", "abc"]) == [[0.0, 0.5], [3.0, 0.5]]
    assert len(found.source) == 64


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("[1.0, 2.0]", r"returned shape \(2,\) for 2 samples; a vector of finite numbers"),
        ("[[1.0], [float('nan')]]", "returned nan for 2 samples"),
        ("1 / 0", "raised ZeroDivisionError"),
    ],
)
def test_what_is_no_vector_a_sample_is_refused(folder, code, words):
    with pytest.raises(FunctionFailed, match=f"^{words}"):
        features(folder, code)(["a", "b"])

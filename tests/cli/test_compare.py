"""mdm-opt compare: studies beside each other."""

from __future__ import annotations

import json
from contextlib import closing

import numpy as np
import pytest
from commands import invoke, succeed
from compared_studies import add_study
from study_files import database

from mdm_opt.persistence import Repository


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Three studies, the last one not verified."""
    found = database(tmp_path_factory.mktemp("compared"))
    scores = np.random.default_rng(0).normal(size=(2, 40))
    with closing(Repository(found, create=True)) as repository:
        add_study(repository, "a", {4: scores[0]})
        add_study(repository, "b", {4: scores[0] + 1}, sampler={"order": "entropy"})
        add_study(repository, "c", {6: scores[1]}, verified=False)
    return found


def test_the_table_has_a_line_for_each_step_count_and_says_what_it_means(url):
    lines = succeed("compare", "a", "b", "c", "--storage", url).stdout.splitlines()
    assert lines[0].strip() == "a and b and c: o in u (more is better)"
    rows = [line for line in lines if line.startswith("│")]
    assert [row.split("│")[1].strip() for row in rows if row.split("│")[1].strip()] == list("abc")
    assert "the same in all: model enumerated sudoku4, temperature 1" in lines
    assert any(line.startswith("b, 4 steps: same schedule; better than a, 4 ") for line in lines)
    (unverified,) = [line for line in lines if line.startswith("c: not verified")]
    assert unverified.endswith(f"mdm-opt verify c --storage {url}'")
    assert lines[-1].startswith("next: ")
    after = f"mdm-opt report a --beside b --beside c --out a.html --storage {url}"
    assert lines[-1].endswith(after)


def test_json_has_it_all(url):
    found = json.loads(succeed("compare", "a", "b", "--json", "--storage", url).stdout)
    assert (found["studies"], found["confidence"]) == (["a", "b"], 0.95)
    first, second = found["budgets"]
    assert first["gain"] is None
    assert second["sampler"]["order"] == "entropy"
    assert second["gain"]["unpaired"] == []
    assert second["gain"]["interval"][0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a"], "names of at least two studies"),
        (["a", "none"], "no study 'none' in this database"),
    ],
)
def test_what_cannot_be_compared_is_one_line(url, names, said):
    result = invoke("compare", *names, "--storage", url)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_the_report_has_the_same(url, tmp_path, suffix):
    out = tmp_path / f"both.{suffix}"
    succeed("report", "a", "--beside", "b", "--out", out, "--storage", url)
    text = out.read_text()
    assert "Beside other studies" in text
    assert "better than a, 4 steps; the interval of the gain excludes zero" in text
    assert "gain over a" in text
    succeed("report", "a", "--out", out, "--storage", url)
    assert "Beside other studies" not in out.read_text()

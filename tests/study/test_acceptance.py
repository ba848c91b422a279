"""A metric that is edited between two runs: refused, or accepted with a reason."""

from __future__ import annotations

import itertools

import pytest
from commands import invoke, succeed
from study_files import SUDOKU4, database, write_study

from mdm_opt.errors import InputError
from mdm_opt.handoff.export import export_schedule
from mdm_opt.results.listing import show_study
from mdm_opt.run.trials import run_trials
from mdm_opt.study.acceptance import accept_objective
from mdm_opt.study.opening import create_study, open_study

NAMES = (f"edited_metric_{index}" for index in itertools.count())
ONES = "def ones(samples):\n    return [float(s.count('1')) for s in samples]\n"
THOUSANDS = ONES.replace("float(", "1000.0 + float(")


@pytest.fixture
def study(tmp_path):
    """A study of a metric beside its file, its database, and the metric's file."""
    name = next(NAMES)
    metric = tmp_path / f"{name}.py"
    metric.write_text(ONES)
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        f'kind = "{name}:ones"\ndirection = "maximize"',
    )
    path, url = write_study(tmp_path, text, trials="4"), database(tmp_path)
    opened = create_study(path, url)
    next(run_trials(opened))
    opened.repository.close()
    return path, url, metric


def test_the_same_source_goes_on(study):
    path, url, _ = study
    opened = create_study(path, url)
    assert len(opened.record.objective_fingerprint) == 64
    assert opened.news == ()
    assert len(list(run_trials(opened))) == 3


def test_another_source_is_refused_before_anything_is_measured(study):
    path, url, metric = study
    metric.write_text(THOUSANDS)
    said = (
        r"function of study 'sudoku4' has changed .*'mdm-opt study accept sudoku4 --reason TEXT'"
    )
    for attempt in (
        lambda: create_study(path, url),
        lambda: open_study("sudoku4", url, to_work=True),
        lambda: open_study("sudoku4", url),
    ):
        with pytest.raises(InputError, match=said):
            attempt()
    result = invoke("run", path, "--storage", url)
    assert result.exit_code == 2
    assert "study accept sudoku4" in result.stderr
    metric.write_text(ONES)
    assert len(list(run_trials(create_study(path, url)))) == 3


def test_so_is_another_source_of_a_module_that_it_imports(study):
    path, url, metric = study
    helper = metric.with_name(f"{metric.stem}_helper.py")
    helper.write_text("weight = 1.0\n")
    metric.write_text(f"import {helper.stem}\n{ONES}")
    accept_objective("sudoku4", url, "imports now")
    create_study(path, url)
    helper.write_text("weight = 2.0\n")
    with pytest.raises(InputError, match="has changed since it was created"):
        create_study(path, url)


def test_an_accepted_one_goes_on_and_the_reason_is_kept(study):
    path, url, metric = study
    metric.write_text("# counts ones\n" + ONES)
    said = succeed("study", "accept", "sudoku4", "--reason", "a comment", "--storage", url)
    assert "is accepted as it is now" in said.output
    opened = create_study(path, url)
    assert len(list(run_trials(opened))) == 3
    shown = show_study("sudoku4", url)
    assert shown["accepted_changes"] == ["a comment"]
    assert shown["objective_fingerprint"] == opened.problem.objective.fingerprint
    exported = export_schedule("sudoku4", url)
    assert exported.provenance.objective_fingerprint == opened.problem.objective.fingerprint


def test_nothing_is_accepted_where_nothing_changed_or_no_reason_is_given(study):
    _, url, metric = study
    with pytest.raises(InputError, match="nothing to accept"):
        accept_objective("sudoku4", url, "why not")
    metric.write_text(THOUSANDS)
    with pytest.raises(InputError, match="--reason: a text is needed"):
        accept_objective("sudoku4", url, " ")
    with pytest.raises(InputError, match="no study 'other'"):
        accept_objective("other", url, "why")
    assert show_study("sudoku4", url)["accepted_changes"] == []


def test_a_study_of_an_older_version_takes_the_present_source_and_says_so(study):
    path, url, metric = study
    opened = create_study(path, url)
    with opened.repository.transaction() as session:
        opened.repository.row(session, "sudoku4").objective_fingerprint = ""
    (said,) = create_study(path, url).news
    assert "from now on another one is refused" in said
    assert show_study("sudoku4", url)["accepted_changes"] == [said]
    assert create_study(path, url).news == ()
    metric.write_text(THOUSANDS)
    with pytest.raises(InputError, match="has changed since it was created"):
        create_study(path, url)


FACTORY = """
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4


def make():
    return EnumeratedDenoiser(sudoku4())
"""


LAW = FACTORY.replace("EnumeratedDenoiser(sudoku4())", "sudoku4()")


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ('kind = "{}:make"', FACTORY),
        ('kind = "enumerated"\nlaw = "{}:make"', LAW),
    ],
)
def test_the_code_that_makes_a_model_counts_as_a_metric_does(tmp_path, table, code):
    name = next(NAMES)
    factory = tmp_path / f"{name}.py"
    factory.write_text(code)
    text = SUDOKU4.replace('kind = "enumerated"\nlaw = "sudoku4"', table.format(name))
    path, url = write_study(tmp_path, text, trials="4"), database(tmp_path)
    opened = create_study(path, url)
    next(run_trials(opened))
    factory.write_text(code + "# no more than a remark\n")
    said = r"^the code that makes the model, or .* function of study 'sudoku4' has changed"
    with pytest.raises(InputError, match=said):
        create_study(path, url)
    accept_objective("sudoku4", url, "a remark")
    assert len(list(run_trials(create_study(path, url)))) == 3
    assert show_study("sudoku4", url)["accepted_changes"] == ["a remark"]


def test_a_study_from_before_takes_the_present_code_of_its_model(tmp_path):
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(FACTORY)
    text = SUDOKU4.replace('kind = "enumerated"\nlaw = "sudoku4"', f'kind = "{name}:make"')
    path, url = write_study(tmp_path, text), database(tmp_path)
    opened = create_study(path, url)
    opened.repository.accept_objective("sudoku4", opened.problem.objective.fingerprint, "before")
    again = create_study(path, url)
    assert len(again.news) == 1
    assert again.record.objective_fingerprint != again.problem.source_fingerprint
    assert create_study(path, url).news == ()

"""What stands in a report, whatever its format."""

from __future__ import annotations

import tomllib

import pytest
from click.testing import CliRunner
from study_files import SUDOKU4, database, write_study

from mdm_opt.cli.main import main
from mdm_opt.config import parse_study
from mdm_opt.errors import InputError
from mdm_opt.results.best import best
from mdm_opt.run.trials import run_trials
from mdm_opt.show.notes import study_note
from mdm_opt.show.report import REPORT_FORMATS, read_report
from mdm_opt.study.opening import create_study


def test_samples_of_best_and_linear_stand_side_by_side(url, found):
    groups = read_report("sudoku4", url).samples
    assert [group.steps for group in groups] == [4, 8]
    for group in groups:
        kept = {m.label: found.samples[m.id] for m in reversed(found.verified(group.steps))}
        (best_name, best_texts), (linear_name, linear_texts) = group.columns
        assert best_name.startswith("found: beta(")
        assert linear_name == f"linear, {group.steps} steps"
        assert list(best_texts) == kept["best"][:3]
        assert list(linear_texts) == kept["linear"][:3]
        assert len(best_texts) == 3


def test_the_study_file_in_the_page_repeats_the_study(url, found, tmp_path):
    page = read_report("sudoku4", url)
    again = parse_study(tomllib.loads(page.study_toml), "report")
    assert again.identity_hash() == found.record.identity_hash
    file = tmp_path / "sudoku4.toml"
    file.write_text(page.study_toml)
    command = [*page.commands[0].split()[1:2], str(file), "--storage", str(tmp_path / "x.db")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert best("sudoku4", f"sqlite:///{tmp_path}/x.db") == best("sudoku4", url)


def test_facts_say_where_the_numbers_come_from(url, found):
    page = read_report("sudoku4", url)
    facts = dict(page.facts)
    assert facts["model fingerprint"] == found.record.model.fingerprint
    assert facts["study file hash"] == found.record.identity_hash
    calls = sum(m.sequence_calls for m in found.measurements)
    assert facts["measured"].startswith(f"{calls:,} model calls")
    assert page.state == "10 of 10 trials finished; verified on 32 fresh instances"


def test_a_study_that_is_not_verified_says_so(tmp_path):
    opened = create_study(write_study(tmp_path), database(tmp_path))
    empty = read_report("sudoku4", opened.repository.url)
    assert "NOT verified" in empty.state
    assert "no feasible trial" in REPORT_FORMATS["html"](empty)
    assert "No feasible trial" in study_note(empty.found)
    list(run_trials(opened))
    searched = read_report("sudoku4", opened.repository.url)
    assert "NOT verified" in searched.state
    assert any("mdm-opt verify sudoku4" in line for line in searched.said)
    # Samples of the search, as there are no others.
    assert [len(group.columns) for group in searched.samples] == [2]


def test_old_study_without_samples_still_has_a_report(tmp_path):
    text = SUDOKU4.replace("[search]", "[search]\nsamples = 0")
    opened = create_study(write_study(tmp_path, text), database(tmp_path))
    list(run_trials(opened))
    page = read_report("sudoku4", opened.repository.url)
    assert page.samples == []
    assert 'id="samples"' not in REPORT_FORMATS["html"](page)


def test_a_study_from_python_is_repeated_from_python(tmp_path):
    from mdm_opt.models.enumerated import EnumeratedDenoiser
    from mdm_opt.models.laws import LAWS
    from mdm_opt.tuning import tune

    def ones(texts):
        return [text.count("1") for text in texts]

    denoiser, kept = EnumeratedDenoiser(LAWS["sudoku4"]()), tmp_path / "kept.db"
    few = {"steps": 4, "trials": 2, "instances": 4, "verify_instances": 4, "seeds": ["energy"]}
    tune(denoiser, ones, storage=kept, progress=False, **few)
    page = read_report("tuned", f"sqlite:///{kept}")
    assert page.commands == []
    assert page.repeat.startswith("Call mdm_opt.tune")
    for write in REPORT_FORMATS.values():
        assert "mdm-opt run" not in write(page)
    assert page.samples[0].columns[0][1]


def test_an_unknown_study_has_no_report(url):
    with pytest.raises(InputError, match="no study 'nobody' in this database; there are: sudoku4"):
        read_report("nobody", url)

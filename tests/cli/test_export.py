"""mdm-opt export: formats and blocks; nothing is half-written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from exporting import export, kept_formats, study
from handoff.formats import standins
from study_files import SUDOKU4

import mdm_opt
from mdm_opt.cli.main import main
from mdm_opt.errors import InputError
from mdm_opt.handoff import export as export_module
from mdm_opt.handoff.export import export_schedule
from mdm_opt.handoff.formats import FORMATS, render
from mdm_opt.handoff.schedule_file import ExportedSchedule


@pytest.fixture
def finished(finished):
    """The URL of a verified study of 4x4 Sudoku at two step counts."""
    return finished[1]


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_kept_and_read_back(name, finished):
    before = len(kept_formats(finished))
    out = f"my_schedule{FORMATS[name].suffix}"
    result = export(finished, "--steps", "8", "--format", name, "--out", out, "--found")
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    exported = mdm_opt.load_schedule(out)
    assert exported.schedule.steps == 8
    found = render(exported, name, file=out)
    assert Path(out).read_text() == found.text
    lines = result.stderr.splitlines()
    assert lines[0] == f"wrote {out}: 8 steps, verified"
    assert lines[-3:] == [f"  {line}" for line in found.use]
    decision = exported.result.decision
    assert (f"note: {decision.said}" in lines) == (decision.action != "use")
    assert not exported.is_kept_baseline
    assert [f"note: {note}" in lines for note in found.notes] == [True] * len(found.notes)
    assert kept_formats(finished)[before:] == [name]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The URL of a study that found what is worse than linear."""
    keys = {"seeds": "[[8.0, 0.3]]", "trials": "1"}
    return study(tmp_path_factory.mktemp("kept"), **keys)


def test_where_the_baseline_is_to_be_kept_it_is_written_and_said(kept):
    result = export(kept, "--format", "llada", "--out", "kept.py")
    assert result.exit_code == 0, result.output
    lines = result.stderr.splitlines()
    assert lines[:3] == [
        "wrote kept.py: 4 steps, verified, the baseline",
        "note: this is the baseline; keep linear: no gain over it is shown",
        "note: --found writes beta(8.000, 0.300), which was found",
    ]
    assert mdm_opt.load_schedule("kept.py").counts.tolist() == [4, 4, 4, 4]
    text = Path("kept.py").read_text()
    assert text.startswith("# The mask schedule that is to be kept, by a study of mdm-opt, for ")
    assert "# decision: keep linear: no gain over it is shown\n" in text
    shown = export(kept)
    assert "note: this is the baseline; keep linear" in shown.stderr
    assert '"instead_of": {' in shown.stdout


def test_what_was_found_is_written_where_it_is_asked_for(kept):
    result = export(kept, "--found", "--out", "found.json")
    assert result.stderr.splitlines()[:2] == [
        "wrote found.json: 4 steps, verified",
        "note: keep linear: no gain over it is shown",
    ]
    assert mdm_opt.load_schedule("found.json").schedule.parameters["beta_a"] == 8.0


def test_all_steps_have_the_baseline_where_it_is_to_be_kept(kept):
    options = ("--all-steps", "--format", "json", "--out", "all")
    result = export(kept, *options)
    assert "wrote all/steps_4.json: 4 steps, verified, the baseline" in result.stderr
    assert "note: 4 steps: this is the baseline; keep linear" in result.stderr
    assert mdm_opt.load_schedule("all/steps_4.json").counts.tolist() == [4, 4, 4, 4]
    assert export(kept, *options, "--found").exit_code == 0
    assert mdm_opt.load_schedule("all/steps_4.json").schedule.parameters["beta_a"] == 8.0


def test_artefact_runs_in_its_sampler(finished):
    options = ("--steps", "8", "--format", "llada", "--block-length", "8")
    result = export(finished, *options, "--out", "mine_8.py")
    assert "in 2 blocks of 8 tokens it was not measured" in result.stderr
    module = standins.artefact(Path("mine_8.py").read_text())
    found = standins.llada(module.get_num_transfer_tokens, **module.SETTINGS)
    assert [row[0] for row in found] == module.COUNTS * 2
    assert sum(module.COUNTS) == 8


def test_standard_output_has_the_artefact_alone(finished):
    result = export(finished, "--steps", "4", "--format", "llada", "--found")
    assert result.exit_code == 0
    assert result.stderr == ""
    exec(compile(result.stdout, "stdout", "exec"), {})  # noqa: S102
    result = export(finished, "--steps", "4", "--format", "sglang")
    assert "mdm_opt_counts.py belongs beside it" in result.stderr
    assert "counts:" in result.stdout


def test_companions_are_written_beside_it(finished, tmp_path):
    (tmp_path / "deep").mkdir()
    result = export(finished, "--steps", "4", "--format", "sglang", "--out", "deep/four.yaml")
    assert result.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == [
        "four.yaml",
        "mdm_opt_counts.py",
    ]
    assert "wrote deep/mdm_opt_counts.py" in result.stderr
    compile(Path("deep/mdm_opt_counts.py").read_text(), "companion", "exec")
    taken = export(
        finished, "--steps", "4", "--format", "sglang", "--out", "deep/mdm_opt_counts.py"
    )
    assert taken.exit_code == 2
    assert "is the name of a file that is written beside it" in taken.stderr


def test_companion_goes_where_its_artefact_cannot_be_written(finished, tmp_path, monkeypatch):
    def fail(path: Path, content: str) -> None:
        if path.suffix == ".yaml":
            raise InputError("cannot write")
        path.write_text(content)

    monkeypatch.setattr(export_module, "write_text", fail)
    options = ("--steps", "4", "--format", "sglang", "--out", "four.yaml")
    assert export(finished, *options).exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--steps", "8", "--format", "lada"), "--format: 'lada' is not accepted; accepted: json"),
        (("--steps", "8", "--format", "mdlm", "--block-length", "8"), "this format has no blocks"),
        (("--steps", "8", "--format", "llada", "--block-length", "5"), "accepted: 16, 8, 4, 2"),
        (("--format", "llada"), "--steps: a step count is needed"),
        (("--steps", "8", "--format", "no_such_module:f"), "cannot import 'no_such_module'"),
        (("--steps", "8", "--format", "json", "--format", "llada"), "need --all-steps"),
        (("--all-steps",), "--all-steps needs --out FOLDER"),
        (("--all-steps", "--steps", "8", "--out", "x"), "and no --steps"),
        (("--all-steps", "--out", "x", "--format", "json", "--format", "lada"), "'lada'"),
        (("--all-steps", "--out", "x", "--format", "mdlm", "--block-length", "8"), "no blocks"),
        (("--all-steps", "--out", "x", "--block-length", "5"), "5 is not accepted"),
        (("--steps", "8", "--format", "sglang", "--out", "."), "--out: '.' is a folder"),
        (("--steps", "8", "--out", ".."), "--out: '..' is a folder"),
        (("--steps", "8", "--format", "sglang", "--out", "no/such.yaml"), "cannot write no/"),
        (("--steps", "8", "--out", ""), "--out: '' is a folder"),
        (("--all-steps", "--out", "no/such/folder"), "cannot write no/such/folder"),
    ],
)
def test_refusals_write_and_keep_nothing(arguments, message, finished, tmp_path):
    before = kept_formats(finished)
    result = export(finished, *arguments)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []
    assert kept_formats(finished) == before


def test_own_exporter(finished, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "an_exporter_of_my_own.py").write_text(
        "def as_counts(schedule):\n    return ' '.join(map(str, schedule.counts)) + '\\n'\n"
    )
    name = "an_exporter_of_my_own:as_counts"
    result = export(finished, "--steps", "4", "--format", name, "--out", "counts.txt")
    assert result.exit_code == 0, result.output
    counts = export_schedule("sudoku4", finished, 4).counts.tolist()
    assert list(map(int, Path("counts.txt").read_text().split())) == counts
    assert kept_formats(finished)[-1] == "plug-in"
    result = export(finished, "--all-steps", "--format", name, "--out", "all")
    assert result.exit_code == 0, result.output
    assert Path("all/steps_4_an_exporter_of_my_own_as_counts.txt").exists()


def test_a_pipe_gets_the_artefact_without_files_beside_it(finished, tmp_path):
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    result = export(finished, "--steps", "4", "--format", "sglang", "--out", "pipe")
    assert result.exit_code == 0, result.output
    assert b"block_size: 16" in os.read(reader, 100_000)
    os.close(reader)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_help_names_every_format():
    shown = CliRunner().invoke(main, ["export", "--help"], terminal_width=1000).stdout
    assert all(name in shown for name in FORMATS)


def test_free_family_has_no_smaller_blocks(tmp_path):
    free = SUDOKU4.replace("[space]", '[space]\nfamily = "free"')
    keys = {"sampler": '"shape"', "seeds": '["baselines"]'}
    url = study(tmp_path, free, verified=False, **keys)
    assert export(url, "--format", "llada", "--out", "whole.py").exit_code == 0
    exported: ExportedSchedule = mdm_opt.load_schedule("whole.py")
    module = standins.artefact(Path("whole.py").read_text())
    found = standins.llada(module.get_num_transfer_tokens, **module.SETTINGS)
    assert [row[0] for row in found] == exported.schedule.counts
    result = export(url, "--format", "llada", "--block-length", "8", "--out", "blocks.py")
    assert result.exit_code == 2
    assert "of the family 'free'; accepted: 16" in result.stderr
    assert not Path("blocks.py").exists()


@pytest.mark.parametrize("name", ["python", "llada", "mdlm"])
def test_a_name_that_python_cannot_import_is_refused(finished, tmp_path, name):
    out = tmp_path / "s_module"
    result = export(finished, "--steps", "4", "--format", name, "--out", str(out))
    assert result.exit_code == 2
    assert f"{name} is a Python module, whose name ends in .py" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_cannot_be_recorded_is_written_and_says_so(finished, tmp_path, monkeypatch):
    def read_only(*_arguments):
        raise InputError("storage here.db: attempt to write a readonly database")

    monkeypatch.setattr("mdm_opt.handoff.export.keep_export", read_only)
    out = tmp_path / "four.json"
    result = export(finished, "--steps", "4", "--out", str(out))
    assert result.exit_code == 0
    assert "note: not recorded in the database: storage here.db: attempt to" in result.stderr
    assert out.exists()

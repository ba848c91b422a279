"""mdm-opt export: formats, blocks, bundles; nothing is half-written."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from handoff.formats import standins
from sqlalchemy import create_engine, text
from study_files import SUDOKU4, database, write_study

import mdm_opt
from mdm_opt.cli.main import main
from mdm_opt.errors import InputError
from mdm_opt.handoff import bundles
from mdm_opt.handoff import export as export_module
from mdm_opt.handoff.export import export_schedule
from mdm_opt.handoff.formats import FORMATS, render
from mdm_opt.handoff.schedule_file import ExportedSchedule
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study


def study(folder: Path, text: str = SUDOKU4, *, verified: bool = True, **keys: str) -> str:
    """The URL of a database with a finished study."""
    opened = create_study(write_study(folder, text, **keys), database(folder))
    list(run_trials(opened))
    if verified:
        verify(opened)
    return opened.repository.url


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A verified study of 4x4 Sudoku at two step counts."""
    return study(tmp_path_factory.mktemp("finished"), steps="[4, 8]", trials="8")


@pytest.fixture(scope="module")
def ancestral(tmp_path_factory):
    with_sampler = SUDOKU4.replace("[space]", '[sampler]\nreveal = "ancestral"\n[space]')
    return study(tmp_path_factory.mktemp("ancestral"), with_sampler, verified=False)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def export(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["export", "sudoku4", "--storage", url, *arguments])


def kept_formats(url: str) -> list[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalars(text("SELECT format FROM mdm_exports ORDER BY id")).all()
    engine.dispose()
    return list(found)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_kept_and_read_back(name, finished):
    before = len(kept_formats(finished))
    out = f"my_schedule{FORMATS[name].suffix}"
    result = export(finished, "--steps", "8", "--format", name, "--out", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    exported = mdm_opt.load_schedule(out)
    assert exported.schedule.steps == 8
    found = render(exported, name, file=out)
    assert Path(out).read_text() == found.text
    lines = result.stderr.splitlines()
    assert lines[0] == f"wrote {out}: 8 steps, verified"
    assert lines[-3:] == [f"  {line}" for line in found.use]
    assert [f"note: {note}" in lines for note in found.notes] == [True] * len(found.notes)
    assert kept_formats(finished)[before:] == [name]


def test_artefact_runs_in_its_sampler(finished):
    options = ("--steps", "8", "--format", "llada", "--block-length", "8")
    result = export(finished, *options, "--out", "mine_8.py")
    assert "in 2 blocks of 8 tokens it was not measured" in result.stderr
    module = standins.artefact(Path("mine_8.py").read_text())
    found = standins.llada(module.get_num_transfer_tokens, **module.SETTINGS)
    assert [row[0] for row in found] == module.COUNTS * 2
    assert sum(module.COUNTS) == 8


def test_standard_output_has_the_artefact_alone(finished):
    result = export(finished, "--steps", "4", "--format", "llada")
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


def test_all_steps_writes_every_format_and_an_index(finished, tmp_path):
    before = len(kept_formats(finished))
    result = export(finished, "--all-steps", "--out", "bundle")
    assert result.exit_code == 0, result.output
    folder = tmp_path / "bundle"
    index = json.loads((folder / "index.json").read_text())
    assert index["study"] == "sudoku4"
    assert index["left_out"] == []
    listed = [file for each in index["files"] for file in (each["file"], *each["companions"])]
    assert {path.name for path in folder.iterdir()} == {*listed, "index.json"}
    assert [(each["steps"], each["format"]) for each in index["files"]] == [
        (steps, name) for steps in (4, 8) for name in FORMATS
    ]
    for each in index["files"]:
        exported = mdm_opt.load_schedule(folder / each["file"])
        assert exported.schedule.steps == each["steps"]
        assert exported.schedule.counts == each["counts"]
        assert exported.result.value == each["value"]
        assert each["verified"]
        assert len(each["use"]) == 3
        assert f"wrote bundle/{each['file']}: {each['steps']} steps, verified" in result.stderr
    assert "steps_8_llada.py" in listed
    assert "steps_8.json" in listed
    assert kept_formats(finished)[before:] == [*FORMATS, *FORMATS]
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_all_steps_into_a_folder_that_is_there(finished, tmp_path):
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "mine.txt").write_text("kept")
    (tmp_path / "bundle" / "steps_4.json").write_text("old")
    options = ("--all-steps", "--out", "bundle", "--format", "json", "--format", "llada")
    for _ in range(2):
        assert export(finished, *options).exit_code == 0
        assert sorted(path.name for path in (tmp_path / "bundle").iterdir()) == [
            "index.json",
            "mine.txt",
            "steps_4.json",
            "steps_4_llada.py",
            "steps_8.json",
            "steps_8_llada.py",
        ]
    assert mdm_opt.load_schedule("bundle/steps_4.json").schedule.steps == 4
    assert export(finished, "--all-steps", "--out", ".", "--format", "json").exit_code == 0
    assert (tmp_path / "steps_8.json").exists()


def test_all_steps_leaves_out_what_a_target_cannot_express(ancestral, tmp_path):
    result = export(ancestral, "--all-steps", "--out", "bundle")
    assert result.exit_code == 0, result.output
    index = json.loads((tmp_path / "bundle" / "index.json").read_text())
    assert {each["format"] for each in index["left_out"]} == {"llada", "sglang", "maskgit"}
    assert all(
        "reveal: 'ancestral' is not accepted" in each["reason"] for each in index["left_out"]
    )
    assert "left out: 4 steps: format llada: reveal" in result.stderr
    assert {each["format"] for each in index["files"]} == {
        "json",
        "python",
        "dllm",
        "mdlm",
        "dream",
    }
    assert not any(each["verified"] for each in index["files"])
    assert "NOT verified" in result.stderr


def test_a_format_that_was_named_must_express_every_step_count(ancestral, tmp_path):
    options = ("--format", "json", "--format", "llada", "--out", "bundle")
    result = export(ancestral, "--all-steps", *options)
    assert result.exit_code == 2
    assert "--all-steps: 4 steps: format llada: reveal: 'ancestral'" in result.stderr
    assert list(tmp_path.iterdir()) == []
    single = export(ancestral, "--format", "llada", "--out", "one.py")
    assert single.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_step_count_without_a_result_is_listed(tmp_path):
    opened = create_study(write_study(tmp_path, steps="[4, 8]", trials="8"), database(tmp_path))
    next(iter(run_trials(opened)))
    url = opened.repository.url
    result = export(url, "--all-steps", "--format", "json", "--out", "bundle")
    assert result.exit_code == 0, result.output
    (left,) = json.loads(Path("bundle/index.json").read_text())["left_out"]
    (there,) = json.loads(Path("bundle/index.json").read_text())["files"]
    assert {left["steps"], there["steps"]} == {4, 8}
    assert left["format"] is None
    assert f"left out: {left['steps']} steps: no feasible finished trial yet" in result.stderr


def test_a_write_that_fails_leaves_nothing(finished, tmp_path, monkeypatch):
    before = kept_formats(finished)
    written = []

    def fail(path: Path, artefact: object) -> None:
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        path.write_text("half")

    monkeypatch.setattr(bundles, "write_artefact", fail)
    result = export(finished, "--all-steps", "--out", "bundle")
    assert result.exit_code == 2
    assert "cannot write bundle: No space left on device" in result.stderr
    assert list(tmp_path.iterdir()) == []
    assert kept_formats(finished) == before


def test_a_folder_in_the_way_of_a_bundle_is_refused_before_anything_is_written(finished, tmp_path):
    (tmp_path / "bundle" / "steps_8.json").mkdir(parents=True)
    result = export(finished, "--all-steps", "--out", "bundle")
    assert result.exit_code == 2
    assert "'steps_8.json' in" in result.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["bundle", "steps_8.json"]


def test_a_pipe_gets_the_artefact_without_files_beside_it(finished, tmp_path):
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    result = export(finished, "--steps", "4", "--format", "sglang", "--out", "pipe")
    assert result.exit_code == 0, result.output
    assert b"block_size: 16" in os.read(reader, 100_000)
    os.close(reader)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_failing_own_exporter_writes_nothing_of_a_bundle(finished, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "falls_over.py").write_text(
        "def at_eight(schedule):\n"
        "    if schedule.schedule.steps == 8: raise RuntimeError('eight')\n"
        "    return 'four'\n"
    )
    result = export(finished, "--all-steps", "--format", "falls_over:at_eight", "--out", "bundle")
    assert result.exit_code == 2
    assert "8 steps: --format: 'falls_over:at_eight' raised RuntimeError: eight" in result.stderr
    assert not (tmp_path / "bundle").exists()


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

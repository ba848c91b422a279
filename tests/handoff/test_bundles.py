"""mdm-opt export --all-steps: a folder of artefacts and their index, or nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from exported_schedules import COUNTED
from exporting import export, kept_formats, study
from study_files import SUDOKU4, database, write_study

import mdm_opt
from mdm_opt.errors import InputError
from mdm_opt.handoff import bundles
from mdm_opt.handoff.bundles import index, make_bundle
from mdm_opt.handoff.formats import FORMATS
from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study


@pytest.fixture
def finished(finished):
    """The URL of a verified study of 4x4 Sudoku at two step counts."""
    return finished.repository.url


@pytest.fixture(scope="module")
def ancestral(tmp_path_factory):
    with_sampler = SUDOKU4.replace("[space]", '[sampler]\nreveal = "ancestral"\n[space]')
    return study(tmp_path_factory.mktemp("ancestral"), with_sampler, verified=False)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


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
    assert {each["format"] for each in index["left_out"]} == {*COUNTED}
    assert all(
        "reveal: 'ancestral' is not accepted" in each["reason"] for each in index["left_out"]
    )
    assert f"left out: 4 steps: formats {', '.join(COUNTED)}: reveal" in result.stderr
    assert {each["format"] for each in index["files"]} == {
        "json",
        "python",
        "dllm",
        "mdlm",
        "dream",
        "flow_matching",
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


def test_making_a_bundle_writes_nothing_and_a_format_named_twice_is_there_once(finished, tmp_path):
    before = kept_formats(finished)
    bundle = make_bundle("sudoku4", finished, ["llada", "json", "llada"])
    assert [(entry.file, entry.format_name) for entry in bundle.entries] == [
        ("steps_4_llada.py", "llada"),
        ("steps_4.json", "json"),
        ("steps_8_llada.py", "llada"),
        ("steps_8.json", "json"),
    ]
    assert bundle.left_out == ()
    assert kept_formats(finished) == before
    assert list(tmp_path.iterdir()) == []


def test_the_index_is_json_and_says_what_the_target_does_differently(finished):
    found = index(make_bundle("sudoku4", finished, ["llada"], block_length=8))
    assert json.loads(json.dumps(found)) == found
    assert found.keys() == {"format", "study", "files", "left_out"}
    assert (found["format"], found["left_out"]) == ("mdm-opt bundle", [])
    note = "in 2 blocks of 8 tokens it was not measured"
    for entry, steps in zip(found["files"], (4, 8), strict=True):
        assert (entry["format"], entry["steps"], entry["length"]) == ("llada", steps, 16)
        assert (entry["objective"], entry["unit"]) == ("validity", "share")
        assert any(note in each for each in entry["notes"])


def test_what_cannot_be_made_is_refused(finished):
    with pytest.raises(InputError, match="--format: 'lada' is not accepted"):
        make_bundle("sudoku4", finished, ["json", "lada"])
    message = "--all-steps: 4 steps: format json: block_length: 8 is not accepted"
    with pytest.raises(InputError, match=message):
        make_bundle("sudoku4", finished, ["llada", "json"], block_length=8)
    with pytest.raises(InputError, match="no study 'other'"):
        make_bundle("other", finished)

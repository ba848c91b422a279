"""Studies in blocks, and what the study file refuses about blocks, guidance and end tokens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from records import counts_of
from study_files import SUDOKU4, database, write_study

import mdm_opt
from mdm_opt.cli.main import main
from mdm_opt.config import StudyFile, parse_study
from mdm_opt.errors import InputError
from mdm_opt.handoff.export import export_schedule
from mdm_opt.results.best import best
from mdm_opt.results.verification import equal_nfe_steps, verify
from mdm_opt.run.trials import run_trials
from mdm_opt.schedules import block_count, reveal_grid
from mdm_opt.study.opening import OpenStudy, create_study, open_study
from mdm_opt.study.profile_result import profile_study

BLOCKS = SUDOKU4.replace("[space]", "[sampler]\nblock_length = 4\n[space]").replace(
    "steps = [4]", "steps = [8]"
)
TASK = {"kind": "task", "data": "documents.jsonl"}
MODEL = {"kind": "huggingface", "path": "owner/name", "length": 8}


def study(**tables: Any) -> StudyFile:
    """A study file of 4x4 Sudoku with some tables put in."""
    content = {
        "study": {"name": "s"},
        "model": {"kind": "enumerated", "law": "sudoku4"},
        "space": {"steps": [8]},
        "objective": {"kind": "validity", "verifier": "sudoku"},
        "search": {"seeds": ["energy"]},
    }
    return parse_study({**content, **tables}, "study.toml")


NO_PROFILE = (
    "[search] seeds: 'profile' is not accepted with prompts or block_length: the profile is that "
    "of whole sequences without prompts"
)
NO_FREE = (
    "[space] family 'free' is not accepted with prompts or block_length: it starts from the "
    "profile of whole sequences without prompts"
)
FREE = {"steps": [8], "family": "free"}


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        *(
            ({"sampler": {"block_length": value}}, f"[sampler] block_length: {value!r} is not")
            for value in (0, -1, 1.5, "4", True)
        ),
        *(
            ({"sampler": {"guidance": value}, "objective": TASK}, f"guidance: {value!r} is not")
            for value in (-1, float("nan"), float("inf"), 101, "x")
        ),
        ({"sampler": {"end_last": "yes"}}, "[sampler] end_last: 'yes' is not accepted"),
        (
            {"sampler": {"end_last": True}},
            "end_last needs order = 'confidence', 'margin' or 'entropy', got order = 'random'",
        ),
        (
            {"sampler": {"block_length": 4, "reveal": "ancestral"}},
            "block_length needs reveal = 'fixed', got reveal = 'ancestral'",
        ),
        *(
            (
                {"sampler": {"block_length": 4}, "objective": {"kind": kind}},
                f"objective '{kind}' is defined for whole sequences only, got [sampler] "
                "block_length = 4",
            )
            for kind in ("path_kl", "divergence")
        ),
        (
            {"sampler": {"guidance": 1.5}},
            "[sampler] guidance = 1.5 needs an objective with prompts (task or lm_eval), got "
            "objective 'validity'",
        ),
        ({"sampler": {"block_length": 4}, "search": {"seeds": ["profile"]}}, NO_PROFILE),
        ({"objective": TASK, "search": {"seeds": ["energy", "profile"]}}, NO_PROFILE),
        ({"sampler": {"block_length": 4}, "space": FREE, "search": {}}, NO_FREE),
        ({"objective": TASK, "space": FREE, "search": {}}, NO_FREE),
        ({"model": {**MODEL, "end_tokens": [3]}}, "[model] end_tokens.0: 3 is not accepted"),
        ({"model": {**MODEL, "end_tokens": "x"}}, "[model] end_tokens: 'x' is not accepted"),
    ],
)
def test_what_does_not_fit_together_is_refused(tables: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        study(**tables)
    assert message in str(caught.value)
    assert str(caught.value).startswith("study.toml: ")
    assert "\n" not in str(caught.value)


def test_default_seeds_do_without_the_profile_where_it_says_nothing() -> None:
    plain, without = ["energy", "profile", "baselines"], ["energy", "baselines"]
    assert study(search={}).search.seeds == plain
    assert study(search={}, sampler={"block_length": None}).search.seeds == plain
    assert study(search={}, sampler={"block_length": 4}).search.seeds == without
    assert study(search={"trials": 7}, objective=TASK).search.seeds == without
    assert study(search={"seeds": ["baselines"]}, objective=TASK).search.seeds == ["baselines"]


def test_new_keys_leave_older_studies_what_they_were() -> None:
    before = study().identity_hash()
    assert study(sampler={"guidance": 0.0, "end_last": False}).identity_hash() == before
    changed = [
        study(sampler={"block_length": 4}),
        study(sampler={"order": "confidence"}),
        study(sampler={"order": "confidence", "end_last": True}),
        study(objective=TASK),
        study(objective=TASK, sampler={"guidance": 1.0}),
        study(model=MODEL),
        study(model={**MODEL, "end_tokens": []}),
        study(model={**MODEL, "end_tokens": ["</s>"]}),
    ]
    hashes = {before, *(one.identity_hash() for one in changed)}
    assert len(hashes) == len(changed) + 1
    # As mdm-opt wrote it before it knew these keys.
    assert "block_length" not in study().canonical()["sampler"]
    assert "end_tokens" not in study(model=MODEL).canonical()["model"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"block_length": "5", "steps": "[8]"},
            "[sampler] block_length: 5 is not accepted: it does not divide the 16 tokens that "
            "the model writes",
        ),
        (
            {"block_length": "32", "steps": "[8]"},
            "[sampler] block_length: 32 is not accepted: it does not divide the 16 tokens",
        ),
        (
            {"block_length": "4", "steps": "[4, 6]"},
            "[space] steps: 6 is not accepted: 4 blocks of 4 tokens share the steps evenly; "
            "multiples of 4 are accepted",
        ),
        (
            {"block_length": "4", "steps": "[2]"},
            "[space] steps: 2 is not accepted: 4 blocks of 4 tokens",
        ),
        ({"block_length": "4", "steps": "[20]"}, "[space] steps: 20 is not accepted"),
    ],
)
def test_uneven_blocks_are_refused_before_anything_is_written(
    tmp_path: Path, keys: dict[str, str], message: str
) -> None:
    path = write_study(tmp_path, BLOCKS, **keys)
    found = CliRunner().invoke(main, ["run", str(path), "--storage", database(tmp_path)])
    assert found.exit_code == 2
    assert message in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "test.db").exists()


def test_a_profile_predicts_nothing_in_blocks(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this study has block_length; its schedules cannot be"):
        profile_study(write_study(tmp_path, BLOCKS), database(tmp_path))
    assert not (tmp_path / "test.db").exists()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> OpenStudy:
    """A verified study of 4x4 Sudoku in four blocks of four tokens."""
    folder = tmp_path_factory.mktemp("blocks")
    opened = create_study(write_study(folder, BLOCKS), database(folder))
    list(run_trials(opened))
    verify(opened)
    return opened


def test_every_candidate_is_measured_in_blocks(finished: OpenStudy) -> None:
    measured = finished.repository.measurements("sudoku4", ["search"])
    assert len(measured) == 6
    for record in measured:
        parts = np.array(counts_of(finished, record)).reshape(4, 2)
        assert (parts == parts[0]).all()
        assert parts[0].sum() == 4
        assert record.nfe == 8
    # A block of four tokens has three schedules of two steps.
    found = {tuple(counts_of(finished, m)[:2]) for m in measured}
    assert found <= {(1, 3), (2, 2), (3, 1)}


def test_linear_schedules_that_are_compared_share_the_blocks(finished: OpenStudy) -> None:
    linear = [
        record
        for record in finished.repository.measurements("sudoku4", ["verification"])
        if record.label == "linear"
    ]
    assert linear
    assert all(record.steps % 4 == 0 for record in linear)
    (budget,) = best("sudoku4", finished.repository.url).budgets
    assert budget.verified
    found = budget.linear_steps_for_equal_quality
    assert found is None or found % 4 == 0
    if found is not None and found > 4:
        # The last probes are neighbours.
        assert {record.steps for record in linear} >= {found - 4, found}


@pytest.mark.parametrize("nfe", [1.0, 3.9, 4.0, 5.5, 8.0, 12.0, 15.0, 16.0])
def test_equal_calls_are_looked_for_in_multiples_of_the_blocks(
    finished: OpenStudy, nfe: float
) -> None:
    steps = equal_nfe_steps(finished, "linear", nfe)
    assert steps == max(4, -(-nfe // 4) * 4)


def test_a_schedule_in_blocks_is_exported_and_read_back(
    finished: OpenStudy, tmp_path: Path
) -> None:
    url = finished.repository.url
    exported = export_schedule("sudoku4", url)
    assert exported.schedule.block_length == 4
    assert block_count(8, 16, 4) == 4
    grid = reveal_grid(exported.mask_schedule, 8, 4)
    np.testing.assert_allclose(exported.schedule.revealed, grid, rtol=0, atol=1e-12)
    command = ["export", "sudoku4", "--storage", url, "--steps", "8"]
    for name, file in (("json", "s.json"), ("llada", "s.py"), ("dllm", "d.py")):
        done = CliRunner().invoke(
            main, [*command, "--format", name, "--out", str(tmp_path / file)]
        )
        assert done.exit_code == 0, done.output
        assert "was not measured" not in done.output
        loaded = mdm_opt.load_schedule(tmp_path / file)
        assert loaded.schedule == exported.schedule
        assert loaded.sampler == exported.sampler
    counts = exported.counts[:2].tolist()
    assert f"COUNTS = {counts}\n" in (tmp_path / "s.py").read_text()
    assert json.loads((tmp_path / "s.json").read_text())["schedule"]["block_length"] == 4
    for name in ("dream", "maskgit", "mdlm", "python"):
        refused = CliRunner().invoke(
            main, [*command, "--format", name, "--out", str(tmp_path / "no.py")]
        )
        assert refused.exit_code == 2
        assert f"format {name}: the schedule was measured in blocks of 4" in refused.stderr
        assert not (tmp_path / "no.py").exists()
    other = CliRunner().invoke(
        main,
        [*command, "--format", "llada", "--block-length", "8", "--out", str(tmp_path / "x.py")],
    )
    assert other.exit_code == 2
    assert "block_length: 8 is not accepted for 8 steps over 16 tokens; accepted: 4" in (
        other.stderr
    )


def test_a_study_in_blocks_is_opened_again_as_it_was(finished: OpenStudy) -> None:
    again = open_study("sudoku4", finished.repository.url)
    try:
        decoding = again.problem.decoding
        assert decoding.block_length == 4
        assert (decoding.guidance, decoding.end_last) == (0.0, False)
        assert again.study_file == finished.study_file
    finally:
        again.repository.close()


def test_one_block_is_a_study_of_whole_sequences(tmp_path: Path) -> None:
    path = write_study(tmp_path, BLOCKS, block_length="16", trials="4")
    opened = create_study(path, database(tmp_path))
    try:
        list(run_trials(opened))
        measured = opened.repository.measurements("sudoku4", ["search"])
        found = {tuple(counts_of(opened, m)) for m in measured}
        assert any(len(set(counts)) > 2 for counts in found)
    finally:
        opened.repository.close()

"""docs/tracking.md: its study file is accepted, its callback runs, its names are the real ones."""

from __future__ import annotations

import re
from pathlib import Path

from test_tuning import QUICK, pairs, torch_denoiser
from tracked import SUDOKU4

import mdm_opt
from mdm_opt.config import load_study_file
from mdm_opt.config.track import TRACKERS, MlflowTable, TensorboardTable, TrackTable, WandbTable

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tracking.md").read_text()


def block(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_table_is_accepted_in_a_study_file(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(SUDOKU4 + block("toml"))
    assert load_study_file(path).track.names == tuple(TRACKERS)


def test_every_key_is_named():
    for key in TrackTable.model_fields:
        assert key in PAGE
    for table in (MlflowTable, WandbTable, TensorboardTable):
        for key in table.model_fields:
            assert f"`{key}`" in PAGE
    for extra in TRACKERS:
        assert f"pip install 'mdm-opt[{extra}]'" in PAGE


def test_the_callback_runs(monkeypatch):
    real = mdm_opt.tune
    small = {**QUICK, "trials": 3}
    monkeypatch.setattr(mdm_opt, "tune", lambda *given, **more: real(*given, **(more | small)))
    names = {"mdm_opt": mdm_opt, "denoiser": torch_denoiser(), "metric": pairs}
    exec(block("python"), names)  # noqa: S102 - the page's own lines
    assert [number for number, _, _ in names["values"]] == [0, 1, 2]
    assert {steps for _, steps, _ in names["values"]} == {4}


def test_what_a_trial_has_is_named():
    for name in (
        *("number", "label", "candidate", "measurement", "best", "finished", "planned"),
        *("value", "standard_error", "nfe", "sequence_calls", "instances", "seconds"),
        *("feasible", "stopped_early", "predicted_path_kl", "report.html", "best.json"),
    ):
        assert f"`{name}`" in PAGE
    assert set(mdm_opt.FinishedTrial.__dataclass_fields__) <= set(re.findall(r"`(\w+)`", PAGE))

"""The exported schedule of processes with a grid: version 2, round trips and refusals."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from exported_schedules import GRIDS, changed, content, grid_content

from mdm_opt.candidates import BirthsDecoding, UniformDecoding
from mdm_opt.errors import InputError
from mdm_opt.handoff.files import write_text
from mdm_opt.handoff.schedule_file import ExportedSchedule, load_schedule


def refusal(path: Path, found: dict[str, Any]) -> str:
    """The one-line message with which a file of that content is refused."""
    path.write_text(json.dumps(found))
    with pytest.raises(InputError) as caught:
        load_schedule(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


@pytest.mark.parametrize("name", GRIDS)
def test_other_processes_round_trip_in_version_2(tmp_path: Path, name: str) -> None:
    exported = GRIDS[name]
    write_text(tmp_path / "s.json", exported.to_json())
    loaded = load_schedule(tmp_path / "s.json")
    assert loaded == exported
    assert (loaded.schema_version, loaded.candidate) == (2, exported.candidate)
    written = json.loads(exported.to_json())
    jsonschema.validate(written, ExportedSchedule.model_json_schema())
    assert not {"reveal", "rounding", "counts", "block_length"} & written["schedule"].keys()
    assert loaded.alphas.tolist() == written["schedule"]["revealed"]
    assert loaded.alphas.dtype == np.float64
    assert pickle.loads(pickle.dumps(loaded)) == loaded  # noqa: S301 - our own


def test_files_of_masked_models_stay_as_readers_of_version_1_know_them() -> None:
    written = json.loads(ExportedSchedule.model_validate(content()).to_json())
    assert written["schema_version"] == 1
    assert "process" not in written["schedule"]
    # They may say what they are.
    said = changed("schedule.process", "masked")
    assert ExportedSchedule.model_validate(said) == ExportedSchedule.model_validate(content())


def births(**changes: Any) -> dict[str, Any]:
    """An export of births with some values put in; dotted paths have two underscores."""
    found = grid_content(BirthsDecoding())
    for path, value in changes.items():
        changed(path.replace("__", "."), value, found)
    return found


ALPHAS = births()["schedule"]["revealed"]
CONTRADICTS = "schedule.revealed contradicts the family, steps and sampler"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"schema_version": 1},
            "schema_version: 1 is not accepted: process 'births' has 2",
        ),
        ({"schedule__revealed": ALPHAS[:-1]}, CONTRADICTS),
        ({"schedule__revealed": [*ALPHAS, 1.0]}, CONTRADICTS),
        ({"schedule__revealed": [0.0, 0.25, 0.5, 0.75, 1.0]}, CONTRADICTS),
        ({"schedule__revealed": [*ALPHAS[:2], ALPHAS[2] + 1e-6, *ALPHAS[3:]]}, CONTRADICTS),
        ({"schedule__beta_a": 0.41}, CONTRADICTS),
        ({"schedule__steps": 5}, CONTRADICTS),
        ({"schedule__process": "uniform"}, "sampler: has not the keys of process 'uniform'"),
        ({"sampler": {}}, "sampler: has not the keys of process 'births'"),
        (
            {"sampler": {"step": "ancestral", "first_alpha": 0.0, "last_alpha": 1.0}},
            "sampler: has not the keys of process 'births'",
        ),
        (
            {"sampler": {"order": "random", "temperature": 1.0}},
            "sampler.order: Extra inputs are not permitted",
        ),
        (
            {"schedule__reveal": "fixed", "schedule__rounding": "full"},
            "reveal, rounding, counts and block_length must be null in process 'births'",
        ),
        (
            {"schedule__counts": [2, 1, 1, 1]},
            "reveal, rounding, counts and block_length must be null in process 'births'",
        ),
        (
            {"schedule__block_length": 1},
            "reveal, rounding, counts and block_length must be null in process 'births'",
        ),
        ({"schedule__process": "gamma"}, "schedule.process: Input should be 'masked', 'births'"),
    ],
)
def test_births_that_contradict_themselves_are_refused(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    assert said in refusal(tmp_path / "s.json", births(**changes))


def test_alphas_between_other_ends_are_another_grid(tmp_path: Path) -> None:
    found = grid_content(UniformDecoding(first_alpha=0.1))
    ExportedSchedule.model_validate(found)
    assert CONTRADICTS in refusal(tmp_path / "s.json", changed("sampler.first_alpha", 0.2, found))
    found = grid_content(UniformDecoding())
    assert CONTRADICTS in refusal(tmp_path / "s.json", changed("sampler.last_alpha", 0.9, found))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("schema_version", 2, "schema_version: 2 is not accepted: process 'masked' has 1"),
        ("sampler", {"births": "poisson"}, "sampler.order: Field required"),
        ("schedule.process", "births", "must be null in process 'births'"),
    ],
)
def test_masked_schedules_with_words_of_others_are_refused(
    tmp_path: Path, path: str, value: Any, said: str
) -> None:
    assert said in refusal(tmp_path / "s.json", changed(path, value))


def test_rules_and_counts_are_no_schedules_of_other_processes(tmp_path: Path) -> None:
    for family, parameters in (("threshold", {"cutoff": 0.9}), ("entropy_bound", {"cutoff": 1.0})):
        found = births()
        for key in ("beta_a", "beta_b"):
            del found["schedule"][key]
        found["schedule"] |= {"family": family, **parameters}
        said = "models of process 'births' "
        assert said in refusal(tmp_path / "s.json", found)


def test_what_masked_models_have_is_asked_of_no_other() -> None:
    exported = GRIDS["births"]
    with pytest.raises(ValueError, match="the schedule is of process 'births'"):
        _ = exported.masked_sampler
    with pytest.raises(ValueError, match="models of process 'births' reveal no tokens"):
        _ = exported.schedule.decoding
    with pytest.raises(ValueError, match="have no counts; use alphas"):
        _ = exported.counts
    assert not exported.is_kept_baseline
    assert not exported.by_counts

"""Files of samplers that are not ours: what they may say, and what contradicts itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from exported_schedules import content, own_content

import mdm_opt
from mdm_opt.candidates import Candidate, beta
from mdm_opt.errors import InputError
from mdm_opt.handoff.schedule_checks import check_family, check_grid, check_own
from mdm_opt.handoff.schedule_file import ExportedSchedule

ROOT = Path(__file__).parents[2]


def written(folder: Path, table: dict[str, Any]) -> Path:
    path = folder / "file.json"
    path.write_text(json.dumps(table))
    return path


def test_arguments_come_back_with_their_types(tmp_path: Path) -> None:
    given = {"alg": "entropy", "eager": True, "eps": 0.5, "steps": 16}
    exported = mdm_opt.load_schedule(written(tmp_path, own_content(**given)))
    assert exported.candidate == Candidate("arguments", 4, given)
    assert exported.keywords == {"t_min": 0.4, **given}
    assert [type(one) for one in exported.candidate.parameters.values()] == [str, bool, float, int]
    assert json.loads(exported.to_json())["schedule"] == own_content(**given)["schedule"]
    with pytest.raises(ValueError, match="no alphas; use keywords"):
        _ = exported.alphas
    with pytest.raises(ValueError, match="have no counts"):
        _ = exported.counts


def test_the_schema_knows_both_kinds() -> None:
    schema = json.loads((ROOT / "studies" / "schedule.schema.json").read_text())
    for table in (content(), own_content()):
        jsonschema.validate(table, schema)
        del table["schedule"]["arguments" if table["schema_version"] == 2 else "revealed"]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(table, schema)


@pytest.mark.parametrize(
    ("table", "key", "value", "said"),
    [
        ("schedule", "arguments", None, "process 'own' has arguments in place of revealed"),
        ("schedule", "revealed", [0.0, 1.0], "process 'own' has arguments in place of revealed"),
        ("schedule", "counts", [16], "must be null in process 'own'"),
        ("schedule", "family", "sine", "family 'arguments' and process 'own' belong together"),
        ("schedule", "arguments", {"a b": 1}, "'a b' is no name of an argument"),
        ("schedule", "arguments", {"t_min": 1.0}, "t_min stands in sampler.arguments and in"),
        ("sampler", "order", "random", "Extra inputs are not permitted"),
    ],
)
def test_what_contradicts_itself_is_refused(
    tmp_path: Path, table: str, key: str, value: Any, said: str
) -> None:
    found = own_content()
    found[table][key] = value
    with pytest.raises(InputError, match=said):
        mdm_opt.load_schedule(written(tmp_path, found))


def test_a_version_that_older_readers_accept_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="schema_version: 1 is not accepted: process 'own' has 2"):
        mdm_opt.load_schedule(written(tmp_path, {**own_content(), "schema_version": 1}))


def test_each_check_names_the_sampler_of_another_process() -> None:
    own, masked = (ExportedSchedule.model_validate(one) for one in (own_content(), content()))
    check_family(own.schedule)
    check_own(own.schedule, own.sampler)
    with pytest.raises(ValueError, match="sampler: has not the keys of process 'own'"):
        check_own(own.schedule, masked.sampler)
    with pytest.raises(ValueError, match="sampler: has not the keys of process 'masked'"):
        check_grid(masked.schedule, masked.sampler, beta(0.5, 0.5, 4).schedule)
    with pytest.raises(ValueError, match="has no keyword arguments"):
        _ = masked.keywords

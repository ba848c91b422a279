"""The exported schedule: round trips and refusals."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from exported_schedules import GRIDS, changed, content, free, grid_content
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mdm_opt.candidates import BirthsDecoding, MaskedDecoding, UniformDecoding, baseline
from mdm_opt.errors import InputError
from mdm_opt.handoff.files import write_text
from mdm_opt.handoff.schedule_file import ExportedSchedule, ScheduleValues, load_schedule
from mdm_opt.schedules import BetaSchedule, CountsSchedule, reveal_counts


def refusal(path: Path, text: str | bytes | dict[str, Any]) -> str:
    """The one-line message with which a file of that content is refused."""
    if isinstance(text, dict):
        text = json.dumps(text)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load_schedule(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


@settings(max_examples=60, deadline=None)
@given(
    beta_a=st.floats(0.05, 20),
    beta_b=st.floats(0.05, 20),
    steps=st.integers(1, 64),
    length=st.integers(1, 300),
    reveal=st.sampled_from(["fixed", "ancestral"]),
    rounding=st.sampled_from(["full", "cumulative"]),
)
def test_round_trip_through_a_file(
    tmp_path_factory: pytest.TempPathFactory,
    beta_a: float,
    beta_b: float,
    steps: int,
    length: int,
    reveal: str,
    rounding: str,
) -> None:
    original = ExportedSchedule.model_validate(
        content(beta_a, beta_b, steps, length, reveal, rounding)
    )
    path = tmp_path_factory.getbasetemp() / "round_trip.json"
    write_text(path, original.to_json())
    loaded = load_schedule(path)
    assert loaded == original
    assert loaded.mask_schedule == BetaSchedule(beta_a, beta_b)
    assert loaded.to_json() == original.to_json()
    if reveal == "fixed":
        assert loaded.counts.dtype == np.int64
        assert loaded.counts.sum() == length
        assert len(loaded.counts) == steps
    else:
        with pytest.raises(ValueError, match="no fixed counts"):
            _ = loaded.counts


@settings(max_examples=60, deadline=None)
@given(counts=st.lists(st.integers(1, 300), min_size=1, max_size=32))
def test_counts_of_any_shape_round_trip_through_a_file(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int]
) -> None:
    original = ExportedSchedule.model_validate(free(counts))
    path = tmp_path_factory.getbasetemp() / "free.json"
    write_text(path, original.to_json())
    loaded = load_schedule(path)
    assert loaded == original
    assert loaded.mask_schedule == CountsSchedule(tuple(counts))
    assert loaded.counts.tolist() == counts
    # Whoever asks the function for the counts gets the same.
    again = reveal_counts(loaded.mask_schedule, len(counts), sum(counts), "full")
    assert again.tolist() == counts


def test_a_file_of_before_claims_and_decisions_is_read(tmp_path: Path) -> None:
    old = content()
    for key in ("claim_error_rate", "better_than_linear", "decision"):
        del old["result"][key]
    path = tmp_path / "old.json"
    path.write_text(json.dumps(old))
    result = load_schedule(path).result
    assert (result.claim_error_rate, result.better_than_linear, result.decision) == (None,) * 3
    assert result.value == 1.5


def test_a_file_of_before_blocks_and_guidance_is_read(tmp_path: Path) -> None:
    old = content()
    del old["schedule"]["block_length"], old["sampler"]["guidance"], old["sampler"]["end_last"]
    path = tmp_path / "old.json"
    path.write_text(json.dumps(old))
    assert load_schedule(path) == ExportedSchedule.model_validate(content())


@settings(max_examples=60, deadline=None)
@given(
    betas=st.tuples(st.floats(0.05, 20), st.floats(0.05, 20)),
    blocks=st.integers(1, 5),
    inside=st.tuples(st.integers(1, 9), st.integers(1, 12)),
    rounding=st.sampled_from(["full", "cumulative"]),
)
def test_blocks_round_trip_through_a_file(
    tmp_path_factory: pytest.TempPathFactory,
    betas: tuple[float, float],
    blocks: int,
    inside: tuple[int, int],
    rounding: str,
) -> None:
    steps, length = inside[0] * blocks, inside[1] * blocks
    values = content(*betas, steps, length, rounding=rounding, block_length=inside[1])
    values["sampler"] |= {"order": "margin", "guidance": 1.5, "end_last": True}
    original = ExportedSchedule.model_validate(values)
    path = tmp_path_factory.getbasetemp() / "blocks.json"
    write_text(path, original.to_json())
    loaded = load_schedule(path)
    assert loaded == original
    assert (loaded.schedule.block_length, loaded.sampler.guidance) == (inside[1], 1.5)
    parts = loaded.counts.reshape(blocks, inside[0])
    assert (parts == parts[0]).all()
    assert (parts.sum(axis=1) == inside[1]).all()


@pytest.mark.parametrize(
    ("block_length", "message"),
    [
        (5, "blocks of 5 tokens do not share 16 tokens and 4 steps evenly"),
        (2, "blocks of 2 tokens do not share 16 tokens and 4 steps evenly"),
        (32, "blocks of 32 tokens do not share 16 tokens and 4 steps evenly"),
        (0, "schedule.block_length: Input should be greater than or equal to 1"),
        (8, "schedule.revealed contradicts"),
    ],
)
def test_blocks_that_contradict_the_schedule_are_refused(
    tmp_path: Path, block_length: int, message: str
) -> None:
    assert message in refusal(tmp_path / "s.json", changed("schedule.block_length", block_length))


def test_blocks_need_counts_of_a_beta_schedule(tmp_path: Path) -> None:
    needs = "schedule.block_length needs a family that is not given by counts"
    base = free([9, 5, 1, 1])
    assert needs in refusal(tmp_path / "s.json", changed("schedule.block_length", 8, base))
    base = content(reveal="ancestral")
    assert needs in refusal(tmp_path / "s.json", changed("schedule.block_length", 8, base))


def test_file_is_plain_json_of_its_values() -> None:
    exported = ExportedSchedule.model_validate(content())
    text = exported.to_json()
    assert text.endswith("}\n")
    assert json.loads(text) == content()
    assert exported.counts.tolist() == content()["schedule"]["counts"]


@pytest.mark.parametrize("version", [0, 3, "1", None, [1], 1.5])
def test_other_versions_are_refused(tmp_path: Path, version: Any) -> None:
    message = refusal(tmp_path / "s.json", changed("schema_version", version))
    reads = "this version of mdm-opt reads 1 and 2"
    assert f"schema_version {version!r} is not accepted; {reads}" in message


@pytest.mark.parametrize("text", ["[]", "3", '"x"', "null", "{}"])
def test_json_without_a_version_is_refused(tmp_path: Path, text: str) -> None:
    assert "schema_version None is not accepted" in refusal(tmp_path / "s.json", text)


@pytest.mark.parametrize(
    "text", ["", "{", "schedule: beta", b"\xff\xfe", '{"a": }', "[" * 100_000, '{"a":' * 100_000]
)
def test_what_is_no_json_is_refused(tmp_path: Path, text: str | bytes) -> None:
    assert "is no valid JSON" in refusal(tmp_path / "s.json", text)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read schedule .*none\.json: No such file"):
        load_schedule(tmp_path / "none.json")
    with pytest.raises(InputError, match="cannot read schedule"):
        load_schedule(tmp_path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("comment", 1),
        ("schedule.gamma", 1),
        ("sampler.seed", 1),
        ("result.p_value", 0.01),
        ("result.baselines.linear.name", "x"),
        ("provenance.user", "x"),
    ],
)
def test_unknown_keys_are_refused(tmp_path: Path, path: str, value: Any) -> None:
    message = refusal(tmp_path / "s.json", changed(path, value))
    assert f"{path}: Extra inputs are not permitted" in message


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("schedule", "schedule: Field required"),
        ("schedule.steps", "schedule.steps: Field required"),
        ("schedule.counts", "schedule: counts are needed, or null"),
        ("schedule.reveal", "schedule: reveal and rounding are needed"),
        ("schedule.rounding", "schedule: reveal and rounding are needed"),
        ("result.verified", "result.verified: Field required"),
        ("provenance.model_fingerprint", "provenance.model_fingerprint: Field required"),
    ],
)
def test_missing_keys_are_refused(tmp_path: Path, path: str, said: str) -> None:
    broken = content()
    *tables, key = path.split(".")
    inner = broken
    for table in tables:
        inner = inner[table]
    del inner[key]
    assert said in refusal(tmp_path / "s.json", broken)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schedule.beta_a", 0),
        ("schedule.beta_a", -1.0),
        ("schedule.beta_b", float("nan")),
        ("schedule.beta_b", float("inf")),
        ("schedule.steps", 0),
        ("schedule.length", 0),
        ("schedule.family", "hyperbolic"),
        ("schedule.reveal", "blocks"),
        ("schedule.rounding", "none"),
        ("schedule.revealed", [0.0, "x", 1.0]),
        ("result.direction", "up"),
        ("result.value", float("nan")),
        ("result.interval", [1.0]),
        ("result.decision.action", "wait"),
        ("format", "another"),
    ],
)
def test_impossible_values_name_their_key(tmp_path: Path, path: str, value: Any) -> None:
    assert f"{path}" in refusal(tmp_path / "s.json", changed(path, value))


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("schedule.beta_a", None, "beta_a and schedule.beta_b are needed in the family 'beta'"),
        ("schedule.beta_b", None, "beta_a and schedule.beta_b are needed in the family 'beta'"),
        ("schedule.family", "free", "one for each step and nothing else, are needed in the fam"),
    ],
)
def test_a_beta_schedule_is_given_by_both_its_parameters(
    tmp_path: Path, path: str, value: Any, expected: str
) -> None:
    assert expected in refusal(tmp_path / "s.json", changed(path, value))


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("schedule.family", "beta", "are needed in the family 'beta'"),
        ("schedule.beta_a", 1.0, "are needed in the family 'free'"),
        ("schedule.beta_b", 1.0, "are needed in the family 'free'"),
        ("schedule.counts", None, "are needed in the family 'free'"),
        ("schedule.counts", [], "are needed in the family 'free'"),
        ("schedule.counts", [9, 7], "are needed in the family 'free'"),
        ("schedule.counts", [9, 0, 7], "counts must be at least 1 each"),
        ("schedule.counts", [17, -4, 3], "counts must be at least 1 each"),
        ("schedule.counts", [2, 5, 9], "schedule.revealed contradicts"),
        ("schedule.counts", [9, 5, 3], "schedule.counts contradict length"),
        ("schedule.counts", [10**30, 1, 1], "schedule.counts contradict length"),
        ("schedule.length", 17, "schedule.counts contradict length"),
        ("schedule.reveal", "ancestral", "schedule.counts must be null under ancestral reveal"),
        ("schedule.revealed", [0.0, 0.5, 1.0], "schedule.revealed contradicts"),
    ],
)
def test_counts_of_any_shape_are_given_by_themselves(
    tmp_path: Path, path: str, value: Any, expected: str
) -> None:
    assert ExportedSchedule.model_validate(free([9, 5, 2])).counts.tolist() == [9, 5, 2]
    assert expected in refusal(tmp_path / "s.json", changed(path, value, free([9, 5, 2])))


COUNTS = content()["schedule"]["counts"]
REVEALED = content()["schedule"]["revealed"]


@pytest.mark.parametrize(
    "counts",
    [
        None,
        [],
        [16],
        COUNTS[::-1],
        [*COUNTS, 0],
        [COUNTS[0] + 1, COUNTS[1] - 1, *COUNTS[2:]],
        [COUNTS[0] + 1, *COUNTS[1:]],
    ],
)
def test_contradicting_counts_are_refused(tmp_path: Path, counts: list[int] | None) -> None:
    message = refusal(tmp_path / "s.json", changed("schedule.counts", counts))
    assert "schedule.counts contradict beta_a, beta_b, steps and length" in message


@pytest.mark.parametrize(
    "revealed",
    [
        [],
        REVEALED[:-1],
        [*REVEALED, 1.0],
        [0.0, 0.25, 0.5, 0.75, 1.0],
        [REVEALED[0], REVEALED[1] + 1e-6, *REVEALED[2:]],
    ],
)
def test_contradicting_revealed_fractions_are_refused(
    tmp_path: Path, revealed: list[float]
) -> None:
    message = refusal(tmp_path / "s.json", changed("schedule.revealed", revealed))
    assert "schedule.revealed contradicts beta_a, beta_b and steps" in message


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schedule.beta_a", 0.41),
        ("schedule.beta_b", 1.71),
        ("schedule.steps", 5),
        ("schedule.length", 17),
        ("schedule.reveal", "ancestral"),
    ],
)
def test_changed_parameters_contradict_the_rest(tmp_path: Path, path: str, value: Any) -> None:
    assert "schedule." in refusal(tmp_path / "s.json", changed(path, value))


def test_ancestral_schedule_has_no_counts(tmp_path: Path) -> None:
    broken = content(reveal="ancestral")
    broken["schedule"]["counts"] = COUNTS
    message = refusal(tmp_path / "s.json", broken)
    assert "schedule.counts must be null under ancestral reveal" in message
    with pytest.raises(ValidationError):
        ExportedSchedule.model_validate(broken)


def test_absurd_steps_are_refused_before_memory_runs_out(tmp_path: Path) -> None:
    refusal(tmp_path / "s.json", changed("schedule.steps", 10**15))


def test_absurd_length_is_refused_before_memory_runs_out(tmp_path: Path) -> None:
    broken = changed("schedule.length", 10**15)
    broken["schedule"]["counts"] = [10**15 - 3, 1, 1, 1]
    refusal(tmp_path / "s.json", broken)


def test_schedules_can_be_pickled() -> None:
    exported = ExportedSchedule.model_validate(content())
    assert pickle.loads(pickle.dumps(exported)) == exported  # noqa: S301 - our own


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schedule.family", "hyperbolic"),
        ("schedule.family", 3),
        ("schedule.beta_a", "1"),
        ("schedule.beta_a", 0),
        ("schedule.beta_a", -1),
        ("schedule.parameters", {}),
    ],
)
def test_what_the_schema_refuses_is_refused(tmp_path: Path, path: str, value: Any) -> None:
    schema = ExportedSchedule.model_json_schema()
    jsonschema.validate(content(), schema)
    broken = changed(path, value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)
    refusal(tmp_path / "s.json", broken)


@pytest.mark.parametrize(
    # sin(pi / 8) and 1 - cos(pi / 8): the revealed fraction after one of four steps.
    ("name", "first"),
    [("sine", 0.38268), ("cosine", 0.07612)],
)
def test_a_baseline_without_parameters_round_trips(
    tmp_path: Path, name: str, first: float
) -> None:
    values = content()
    values["schedule"] = ScheduleValues.of(baseline(name, 4), MaskedDecoding(), 16).model_dump()
    jsonschema.validate(values, ExportedSchedule.model_json_schema())
    write_text(tmp_path / "s.json", ExportedSchedule.model_validate(values).to_json())
    loaded = load_schedule(tmp_path / "s.json")
    assert loaded.candidate == baseline(name, 4)
    assert loaded.schedule.revealed[1] == pytest.approx(first, abs=1e-5)
    values["schedule"] |= {"beta_a": 1.0}
    assert "schedule.beta_a" in refusal(tmp_path / "s.json", values)


def test_files_of_older_versions_have_no_word_of_what_else_was_found(tmp_path: Path) -> None:
    values = content()
    assert "instead_of" in values["result"]
    del values["result"]["instead_of"], values["result"]["decision"]["fewer_calls"]
    del values["result"]["linear_steps_interval"]
    write_text(tmp_path / "s.json", json.dumps(values))
    loaded = load_schedule(tmp_path / "s.json")
    assert loaded == ExportedSchedule.model_validate(content())
    assert not loaded.is_kept_baseline


@pytest.mark.parametrize("key", ["beta_a", "beta_b"])
def test_the_schema_asks_for_the_parameters_of_the_family(key: str) -> None:
    lacking = content()
    del lacking["schedule"][key]
    with pytest.raises(jsonschema.ValidationError, match=f"'{key}' is a required property"):
        jsonschema.validate(lacking, ExportedSchedule.model_json_schema())


def test_schedule_cannot_be_changed() -> None:
    exported = ExportedSchedule.model_validate(content())
    with pytest.raises(ValidationError, match="frozen"):
        exported.schedule.beta_a = 1.0


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
    with pytest.raises(ValueError, match="no fixed counts"):
        _ = exported.counts
    assert not exported.is_kept_baseline
    assert not exported.by_counts

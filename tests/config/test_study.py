"""The study file: round trips, what fits together, and refusals in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from random_studies import studies
from study_contents import MINIMAL, Tree, refusal, to_toml, with_value, without

from mdm_opt.config import StudyFile, load_study_file, parse_study
from mdm_opt.errors import InputError


@settings(max_examples=150, deadline=None)
@given(content=studies)
def test_canonical_form_is_the_same_study(content: Tree) -> None:
    study = parse_study(content, "f")
    canonical = study.canonical()
    again = parse_study(canonical, "f")
    assert again == study
    assert again.canonical() == canonical
    assert again.identity_hash() == study.identity_hash()
    assert json.loads(json.dumps(canonical, allow_nan=False)) == canonical


@settings(max_examples=60, deadline=None)
@given(content=studies)
def test_round_trip_through_a_file(
    tmp_path_factory: pytest.TempPathFactory, content: Tree
) -> None:
    path = tmp_path_factory.getbasetemp() / "study.toml"
    study = parse_study(content, "f")
    for written in (content, study.canonical()):
        path.write_text(to_toml(written), encoding="utf-8")
        loaded = load_study_file(path)
        assert loaded == study
        assert loaded.identity_hash() == study.identity_hash()


def test_defaults() -> None:
    assert parse_study(MINIMAL, "f").canonical() == {
        "study": {"name": "toy", "seed": 0},
        "model": {
            "kind": "enumerated",
            "law": "sudoku4",
            "process": "masked",
            "options": {},
            "batch_size": 64,
        },
        "sampler": {
            "order": "random",
            "temperature": 1.0,
            "reveal": "fixed",
            "rounding": "full",
            "guidance": 0.0,
            "end_last": False,
        },
        "space": {
            "family": "beta",
            "steps": [4],
            "beta_a": [0.1, 8.0],
            "beta_b": [0.1, 8.0],
        },
        "objective": {"kind": "path_kl", "instances": 32, "references": "model"},
        "search": {
            "goal": "quality",
            "trials": 40,
            "sampler": "shape",
            "seeds": ["energy", "profile", "baselines"],
            "racing": True,
            "samples": 3,
        },
        "profile": {
            "sequences": 48,
            "precision": 0.02,
            "boundaries": 32,
            "orders": 1,
            "estimator": "auto",
            "seed": 0,
        },
        "verify": {
            "instances": 256,
            "top": 3,
            "confidence": 0.95,
            "equal_linear": True,
            "sequential": True,
        },
    }


def test_edges_of_what_is_accepted() -> None:
    for path, value in [
        ("space.beta_a", [0.05, 20.0]),
        ("space.steps", [1, 4096]),
        ("study.seed", 2**63 - 1),
        ("study.name", "a" * 64),
        ("search.seeds", []),
        ("profile.sequences", 4),
        ("profile.boundaries", 2),
        ("profile.precision", 0.0),
        ("profile.seed", 2**63 - 1),
        ("verify.instances", 2),
    ]:
        assert isinstance(parse_study(with_value(path, value), "f"), StudyFile)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("study.name", "a b", "[study] name: 'a b' is not accepted: String should match pattern"),
        ("study.seed", -1, "[study] seed: -1 is not accepted: Input should be greater than or"),
        ("study.seed", 1.0, "[study] seed: 1.0 is not accepted: Input should be a valid integer"),
        (
            "study.seed",
            True,
            "[study] seed: True is not accepted: Input should be a valid integer",
        ),
        ("study.seed", 2**63, f"[study] seed: {2**63} is not accepted: Input should be less than"),
        ("study", 3, "[study]: 3 is not accepted: Input should be a valid dictionary"),
        ("study.user", "me", "[study] user: unknown key"),
        ("studie", {}, "[studie]: unknown key"),
        ("sampler.order", "best", "[sampler] order: 'best' is not accepted: Input should be 'ran"),
        ("sampler.temperature", -1.0, "[sampler] temperature: -1.0 is not accepted: Input should"),
        ("sampler.rounding", "up", "[sampler] rounding: 'up' is not accepted: Input should be 'f"),
        (
            "sampler.order",
            "confidence",
            "objective 'path_kl' is defined for order = 'random' and temperature = 1.0 only, got "
            "order = 'confidence' and temperature = 1.0",
        ),
        ("sampler.temperature", 0.5, "got order = 'random' and temperature = 0.5"),
        (
            "search.trials",
            0,
            "[search] trials: 0 is not accepted: must be a whole number from 1 to",
        ),
        ("search.sampler", "cma", "[search] sampler: 'cma' is not accepted: Input should be 'sh"),
        (
            "search.seeds",
            ["energi"],
            "[search] seeds.0: 'energi' is not accepted: must be one of energy, profile, "
            "baselines, history, or a pair [a, b] of numbers in [0.05, 20]",
        ),
        ("search.samples", -1, "[search] samples: -1 is not accepted: Input should be greater th"),
        ("search.samples", 65, "[search] samples: 65 is not accepted: Input should be less than"),
        ("search.samples", 3.0, "[search] samples: 3.0 is not accepted: Input should be a valid"),
        ("search.samples", True, "[search] samples: True is not accepted: Input should be a val"),
        ("search.racing", 1, "[search] racing: 1 is not accepted: Input should be a valid boo"),
        ("profile.sequences", 3, "[profile] sequences: 3 is not accepted: Input should be great"),
        ("profile.boundaries", 1, "[profile] boundaries: 1 is not accepted: Input should be gre"),
        ("profile.estimator", "kl", "[profile] estimator: 'kl' is not accepted: Input should be"),
        ("profile.orders", 0, "[profile] orders: 0 is not accepted: Input should be greater"),
        (
            "profile.precision",
            1.0,
            "[profile] precision: 1.0 is not accepted: Input should be less than 1",
        ),
        ("profile.seed", 2**63, f"[profile] seed: {2**63} is not accepted: Input should be less"),
        ("profile.references", "", "[profile] references: '' is not accepted: String should have"),
        ("profile.models", "x", "[profile] models: unknown key"),
        ("verify.top", "3", "[verify] top: '3' is not accepted: Input should be a valid integer"),
        ("verify.confidence", 1, "[verify] confidence: 1 is not accepted: Input should be less"),
        ("verify.confidence", 0.5, "[verify] confidence: 0.5 is not accepted: Input should be gr"),
    ],
)
def test_refusal_names_table_key_value_and_what_is_accepted(
    path: str, value: Any, expected: str
) -> None:
    assert expected in refusal(with_value(path, value))


@pytest.mark.parametrize(
    ("path", "value", "got"),
    [
        ("sampler.reveal", "ancestral", "reveal = 'ancestral' and rounding = 'full'"),
        ("sampler.rounding", "cumulative", "reveal = 'fixed' and rounding = 'cumulative'"),
        ("search.sampler", "gp", "needs [search] sampler = 'shape', got 'gp'"),
    ],
)
def test_counts_are_searched_in_their_own_way_only(path: str, value: str, got: str) -> None:
    free = with_value("space.family", "free")
    assert parse_study(free, "f").space.family == "free"
    message = refusal(with_value(path, value, free))
    assert "[space] family 'free'" in message
    assert got in message


def test_a_profile_is_needed_for_its_seeds_and_for_counts() -> None:
    asked = {"seeds": ["energy", "baselines", "history"]}
    without_seeds = with_value("search", asked)
    assert not parse_study(without_seeds, "f").needs_profile
    assert parse_study(MINIMAL, "f").needs_profile
    assert parse_study(with_value("space.family", "free", without_seeds), "f").needs_profile


def test_a_profile_is_measured_on_the_objectives_references_unless_told_otherwise() -> None:
    own = with_value("objective.references", "a.txt")
    told = with_value("profile.references", "b.txt", own)
    scored = with_value("objective", {"kind": "divergence"})
    for content, expected in [
        (MINIMAL, "model"),
        (own, "a.txt"),
        (told, "b.txt"),
        (scored, "model"),
        (with_value("profile.references", "model", own), "model"),
    ]:
        assert parse_study(content, "f").profile_references == expected


@pytest.mark.parametrize("path", ["study", "model", "space", "objective", "study.name"])
def test_missing_tables_and_keys_are_named(path: str) -> None:
    name, _, key = path.partition(".")
    where = f"[{name}] {key}".strip()
    assert f"{where}: missing, and it has no default" in refusal(without(path))


@pytest.mark.parametrize("content", [{}, [], None, 3, "x"])
def test_what_is_no_study_is_refused(content: Any) -> None:
    refusal(content)


def test_further_errors_are_counted() -> None:
    content = with_value("study.seed", -1, with_value("space.steps", [0]))
    assert refusal(content).endswith("(and 1 more)")


def test_seed_pair_out_of_range_says_the_range() -> None:
    message = refusal(with_value("search.seeds", ["energy", [0.01, 1.0]]))
    assert "[search] seeds.1" in message
    assert "0.01" in message
    assert "0.05" in message


# Files.


def file_refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_study_file(path)
    message = str(caught.value)
    assert message.splitlines() == [message]
    assert str(path) in message
    return message


def test_study_file_of_the_design_document(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        """
        [study]
        name = "antibody-8"
        [model]
        kind = "huggingface"
        path = "./checkpoint"
        length = 120
        [sampler]
        order = "random"
        temperature = 1.0
        [space]
        steps = [8]
        beta_a = [0.1, 8.0]
        [objective]
        kind = "path_kl"
        instances = 64
        [search]
        trials = 40
        seeds = ["energy", "baselines", [0.9, 0.3]]
        [verify]
        instances = 256
        """
    )
    study = load_study_file(str(path))
    assert study.study.name == "antibody-8"
    assert study.search.seeds[2] == [0.9, 0.3]


def test_refusal_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(to_toml(with_value("study.seed", -1)))
    assert file_refusal(path).startswith(f"{path}: [study] seed: -1")


def test_missing_study_file_is_refused(tmp_path: Path) -> None:
    assert "No such file" in file_refusal(tmp_path / "none.toml")
    assert "cannot read study file" in file_refusal(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"[study\nname = 1",
        b"\xff\xfe[study]",
        b"name = 'a'\nname = 'b'\n",
        b"just words",
        b"x = 1\n[x]\n",
        b"seed = " + b"9" * 5000,
        b"x = " + b"[" * 5000 + b"]" * 5000,
    ],
    ids=["table", "bytes", "twice", "words", "value_and_table", "digits", "nesting"],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(content)
    assert "is no valid TOML" in file_refusal(path)


def test_every_study_file_of_this_repository_is_valid() -> None:
    files = sorted((Path(__file__).parents[2] / "studies").glob("*.toml"))
    if not files:
        pytest.skip("the repository has no study files")
    names_seen = [load_study_file(path).study.name for path in files]
    assert len(set(names_seen)) == len(names_seen)


def test_all_gains_that_a_study_claims_hold_together() -> None:
    content = with_value("space.steps", [2, 4])
    assert parse_study(content, "f").gain_confidence == pytest.approx(1 - 0.05 / 2)
    own = {**content["study"], "baseline": {"family": "linear"}}
    assert parse_study({**content, "study": own}, "f").gain_confidence == pytest.approx(
        1 - 0.05 / 4
    )

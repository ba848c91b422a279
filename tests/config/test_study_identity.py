"""What makes two runs the same study."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from study_contents import MINIMAL, Tree, with_value

from mdm_opt.config import parse_study

RICH: Tree = {
    "study": {"name": "rich", "seed": 3},
    "model": {
        "kind": "huggingface",
        "process": "masked",
        "attention": "auto",
        "path": "owner/name",
        "length": 24,
        "revision": "main",
        "prefix": ["a"],
        "suffix": ["b"],
        "trust_remote_code": False,
        "dtype": "float32",
        "device": "cpu",
        "batch_size": 8,
        "compile": False,
    },
    "sampler": {
        "order": "random",
        "temperature": 1.0,
        "reveal": "fixed",
        "rounding": "full",
        "guidance": 0.0,
        "end_last": False,
    },
    "space": {"family": "beta", "steps": [4], "beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0]},
    "objective": {
        "kind": "judge_nll",
        "instances": 64,
        "judge": {
            "kind": "causal",
            "path": "owner/judge",
            "revision": "main",
            "dtype": "float32",
            "device": "cpu",
            "batch_size": 8,
        },
        "min_entropy_nats": 0.5,
    },
    "search": {
        "goal": "quality",
        "trials": 40,
        "sampler": "shape",
        "seeds": ["energy"],
        "racing": True,
        "samples": 3,
    },
    "profile": {
        "references": "clean.txt",
        "sequences": 32,
        "boundaries": 16,
        "orders": 2,
        "estimator": "auto",
        "precision": 0.0,
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
IGNORED: Tree = {
    "model.device": "cuda",
    "model.batch_size": 9,
    "model.compile": True,
    "search.trials": 41,
    "search.racing": False,
    "search.samples": 0,
    "profile.references": "others.txt",
    "profile.sequences": 64,
    "profile.boundaries": 17,
    "profile.orders": 1,
    "profile.estimator": "orders",
    "profile.precision": 0.5,
    "profile.seed": 1,
    "verify.instances": 257,
    "verify.top": 4,
    "verify.confidence": 0.9,
    "verify.equal_linear": False,
    "verify.sequential": False,
}
IDENTITY: Tree = {
    "study.name": "other",
    "study.seed": 4,
    "model.kind": None,
    "model.process": None,
    "model.attention": "full",
    "model.path": "owner/other",
    "model.length": 25,
    "model.revision": "v2",
    "model.prefix": [],
    "model.suffix": ["b", "b"],
    "model.trust_remote_code": True,
    "model.dtype": "bfloat16",
    "sampler.order": "entropy",
    "sampler.temperature": 0.5,
    "sampler.reveal": "ancestral",
    "sampler.rounding": "cumulative",
    "sampler.guidance": None,
    "sampler.end_last": None,
    "space.family": "free",
    "space.steps": [4, 5],
    "space.beta_a": [0.1, 8.5],
    "space.beta_b": [0.2, 8.0],
    "objective.kind": None,
    "objective.instances": 65,
    "objective.min_entropy_nats": 0.6,
    "objective.judge.kind": None,
    "objective.judge.path": "owner/other",
    "objective.judge.revision": "v2",
    "objective.judge.dtype": "bfloat16",
    "search.sampler": "tpe",
    "search.seeds": ["energy", [1.0, 2.0]],
}
JUDGE_PLACE: Tree = {"objective.judge.device": "cuda", "objective.judge.batch_size": 9}


def leaves(content: Tree, prefix: str = "") -> Iterator[str]:
    for key, value in content.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key


def identity(path: str, value: Any, base: Tree = RICH) -> str:
    return parse_study(with_value(path, value, base), "f").identity_hash()


def test_every_key_is_known_to_these_tests() -> None:
    assert set(leaves(RICH)) == {*IGNORED, *IDENTITY, *JUDGE_PLACE, "search.goal"}
    assert set(leaves(parse_study(RICH, "f").canonical())) == set(leaves(RICH))


@pytest.mark.parametrize("path", IGNORED)
def test_identity_ignores(path: str) -> None:
    assert identity(path, IGNORED[path]) == parse_study(RICH, "f").identity_hash()


def test_identity_ignores_what_results_are_compared_with() -> None:
    own = {"family": "threshold", "cutoff": 0.9}
    goal = {"goal": "calls", "margin": 0.1, "reference": own, "tolerance": 0.3}
    content = {**RICH, "search": {**RICH["search"], **goal}}
    content["study"] = {**RICH["study"], "baseline": own}
    assert parse_study(content, "f").identity_hash() == parse_study(RICH, "f").identity_hash()


@pytest.mark.parametrize("path", JUDGE_PLACE)
def test_identity_ignores_where_the_judge_runs(path: str) -> None:
    assert identity(path, JUDGE_PLACE[path]) == parse_study(RICH, "f").identity_hash()


@pytest.mark.parametrize("path", [path for path, value in IDENTITY.items() if value is not None])
def test_identity_follows(path: str) -> None:
    assert identity(path, IDENTITY[path]) != parse_study(RICH, "f").identity_hash()


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("model", [{"kind": "bundled"}, {"kind": "antiberty", "length": 24}, {"kind": "a:b"}]),
        ("model.options", [{}, {"x": 1}, {"x": 1.5}, {"x": [1]}, {"y": 1}]),
        ("model.law", ["toy_extremes", "toy_balanced", "a:b", "a:c"]),
        ("objective", [{"kind": "path_kl"}, {"kind": "divergence"}]),
        ("objective.references", ["a.txt", "b.txt"]),
        ("space.steps", [[1], [2], [1, 2]]),
    ],
)
def test_identity_tells_apart(path: str, values: list[Any]) -> None:
    hashes = {identity(path, value, MINIMAL) for value in values}
    assert len(hashes) == len(values)


def test_identity_follows_how_answers_are_sampled() -> None:
    asked = with_value("objective", {"kind": "task", "data": "x.jsonl"}, RICH)
    asked = with_value("sampler.order", "entropy", asked)
    changes = [("guidance", 1.5), ("end_last", True), ("block_length", 6), ("block_length", 12)]
    hashes = {identity(f"sampler.{key}", value, asked) for key, value in changes}
    assert len(hashes | {parse_study(asked, "f").identity_hash()}) == 1 + len(changes)


def test_identity_is_a_sha256_that_never_changes() -> None:
    """A stored study must be found again by later versions: this is what 0.1.0 stored."""
    search = {"sampler": "gp", "seeds": ["energy", "baselines"]}
    content = with_value("search", search)
    found = parse_study(content, "f").identity_hash()
    assert found == "af38e22f1b871fddb814c89fc5ce2351c9a60e6cb097cfa90d810f1959b3fa7a"
    assert found == parse_study(dict(reversed(content.items())), "f").identity_hash()

"""The study file: round trips, identity, and refusals in one line."""

from __future__ import annotations

import copy
import datetime
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.config import StudyFile, load_study_file, parse_study
from mdm_opt.errors import InputError

Tree = dict[str, Any]

MINIMAL: Tree = {
    "study": {"name": "toy"},
    "model": {"kind": "enumerated", "law": "sudoku4"},
    "space": {"steps": [4]},
    "objective": {"kind": "path_kl"},
}


def with_value(path: str, value: Any, base: Tree = MINIMAL) -> Tree:
    """A copy of a study with one value put in; a dotted path names it."""
    content = copy.deepcopy(base)
    *tables, key = path.split(".")
    inner = content
    for table in tables:
        inner = inner.setdefault(table, {})
    inner[key] = value
    return content


def without(path: str, base: Tree = MINIMAL) -> Tree:
    content = copy.deepcopy(base)
    *tables, key = path.split(".")
    inner = content
    for table in tables:
        inner = inner[table]
    del inner[key]
    return content


def refusal(content: Any, source: str = "my/study.toml") -> str:
    """The message with which a study is refused, its form checked."""
    with pytest.raises(InputError) as caught:
        parse_study(content, source)
    return checked(str(caught.value), source)


def checked(message: str, source: str) -> str:
    assert message.startswith(f"{source}: ")
    assert len(message) > len(source) + 2
    assert message.splitlines() == [message]
    return message


# Valid studies, at random.

words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=8
)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
references = st.from_regex(
    r"[a-z_][a-z0-9_]{0,5}(\.[a-z]{1,4})?:[a-z_][a-z0-9]{0,5}", fullmatch=True
)
scalars = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words
)
options = st.dictionaries(
    words,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)
batch_sizes = st.integers(1, 65536)
betas = st.floats(0.05, 20) | st.integers(1, 20)
bounds = st.tuples(betas, betas).filter(lambda pair: pair[0] != pair[1]).map(sorted)


def table(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[Tree]:
    return st.fixed_dictionaries(required, optional=optional)


runs_on_device = {
    "dtype": st.sampled_from(["auto", "float32", "bfloat16", "float16"]),
    "device": st.sampled_from(["auto", "cpu", "cuda:1"]),
    "batch_size": st.just("auto") | batch_sizes,
}
hub_model = {"kind": st.just("huggingface"), "path": st.just("owner/name")} | {
    "length": st.integers(1, 2000)
}
frozen_models = (
    table({"kind": st.just("bundled")}, **runs_on_device),
    table({"kind": st.just("antiberty"), "length": st.integers(1, 510)}, **runs_on_device),
    table(
        hub_model,
        **runs_on_device,
        revision=words,
        prefix=st.lists(words, max_size=2),
        suffix=st.lists(words, max_size=2),
        end_tokens=st.lists(words, max_size=2),
        compile=st.booleans(),
    ),
    table(hub_model, device_map=st.sampled_from(["auto", "balanced", "sequential"])),
    table(hub_model | {"revision": words, "trust_remote_code": st.just(True)}),
    table(
        {
            "kind": st.just("enumerated"),
            "law": st.sampled_from(["toy_extremes", "toy_balanced", "sudoku4"]) | references,
        },
        options=options,
        batch_size=batch_sizes,
    ),
)
models = st.one_of(
    *frozen_models, table({"kind": references}, options=options, batch_size=batch_sizes)
)
causal = table(
    {"kind": st.just("causal"), "path": st.just("x")},
    **runs_on_device | {"batch_size": batch_sizes},
    revision=words,
)
instances = st.integers(2, 10**6)
exact_objectives = st.one_of(
    table({"kind": st.just("path_kl")}, instances=instances, references=st.just("data.txt")),
    table({"kind": st.just("divergence")}, metric=st.sampled_from(["tv", "kl"])),
)
sampled_objectives = st.one_of(
    table(
        {"kind": st.just("validity"), "verifier": references},
        instances=instances,
        options=options,
    ),
    table(
        {"kind": st.just("judge_nll"), "judge": st.one_of(causal, *frozen_models)},
        instances=instances,
        min_entropy_nats=st.floats(0, 1e6),
    ),
    table(
        {"kind": references, "direction": st.sampled_from(["minimize", "maximize"])},
        instances=instances,
        unit=st.just("points"),
        options=options,
    ),
)
texts = words.filter(bool)
prompted_objectives = st.one_of(
    table(
        {"kind": st.just("lm_eval"), "task": st.just("arc")},
        instances=instances,
        metric=texts,
        num_fewshot=st.integers(0, 9),
        limit=st.integers(1, 10**6),
        chat=st.booleans(),
        allow_code=st.booleans(),
    ),
    table(
        {"kind": st.just("task"), "data": texts},
        instances=instances,
        prompt=st.sampled_from(["{a}", "{{{a}}}: {b}", "plain"]),
        reference=st.just("{answer}"),
        chat=st.booleans(),
        stop=st.lists(texts, max_size=2),
        normalise=st.lists(
            st.sampled_from(["strip", "lower", "whitespace", "punctuation", "numbers"]),
            max_size=2,
        ),
        timeout_seconds=st.floats(0.1, 3600),
        memory_mib=st.integers(16, 2**24),
    ),
)
reveals = {
    "reveal": st.sampled_from(["fixed", "ancestral"]),
    "rounding": st.sampled_from(["full", "cumulative"]),
}
seeds = st.lists(
    st.sampled_from(["energy", "profile", "baselines", "history"])
    | st.lists(betas, min_size=2, max_size=2),
    max_size=4,
)
whole_space = {
    "steps": st.lists(st.integers(1, 4096), min_size=1, max_size=5, unique=True),
}
search_keys = {
    "trials": st.integers(1, 10**6),
    "seeds": seeds,
    "racing": st.booleans(),
    "samples": st.integers(0, 64),
}
shared = {
    "study": table({"name": names}, seed=st.integers(0, 2**63 - 1)),
    "model": models,
}
beta_space = table(whole_space, family=st.just("beta"), beta_a=bounds, beta_b=bounds)
beta_search = table({}, sampler=st.sampled_from(["shape", "gp", "tpe", "random"]), **search_keys)
rest = {
    "profile": table(
        {},
        references=st.just("clean.txt"),
        sequences=st.integers(8, 65536),
        boundaries=st.integers(2, 4096),
        orders=st.integers(1, 1024),
        precision=st.floats(0, 1, exclude_max=True),
        seed=st.integers(0, 2**63 - 1),
    ),
    "verify": table(
        {},
        instances=instances,
        top=st.integers(1, 100),
        confidence=st.floats(0.5, 1, exclude_min=True, exclude_max=True),
    ),
}
studies = st.one_of(
    table(
        shared | {"space": beta_space, "objective": exact_objectives},
        **rest,
        search=beta_search,
        sampler=table({}, **reveals),
    ),
    table(
        shared
        | {
            "space": table(whole_space | {"family": st.just("free")}),
            "objective": exact_objectives,
        },
        **rest,
        search=table({}, sampler=st.just("shape"), **search_keys),
    ),
    table(
        shared | {"space": beta_space, "objective": sampled_objectives},
        **rest,
        search=beta_search,
        sampler=table(
            {},
            **reveals,
            order=st.sampled_from(["random", "confidence", "margin", "entropy"]),
            temperature=st.floats(0, 100) | st.integers(0, 100),
        ),
    ),
    table(
        shared | {"space": beta_space, "objective": prompted_objectives},
        **rest,
        search=beta_search.filter(lambda search: "profile" not in search.get("seeds", [])),
        sampler=table(
            {"order": st.sampled_from(["confidence", "margin", "entropy"])},
            block_length=st.integers(1, 10**6),
            guidance=st.floats(0, 100) | st.integers(0, 100),
            end_last=st.booleans(),
        ),
    ),
)


def to_toml(content: Tree) -> str:
    """The content as TOML, inner tables inline."""

    def value(item: Any) -> str:
        if isinstance(item, bool):
            return str(item).lower()
        if isinstance(item, str):
            return json.dumps(item, ensure_ascii=False)
        if isinstance(item, list):
            return f"[{', '.join(value(element) for element in item)}]"
        if isinstance(item, dict):
            return f"{{{', '.join(f'{value(k)} = {value(v)}' for k, v in item.items())}}}"
        return repr(item)

    lines = []
    for name, inner in content.items():
        lines.append(f"[{name}]")
        lines.extend(f"{value(key)} = {value(item)}" for key, item in inner.items())
    return "\n".join(lines) + "\n"


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


@pytest.mark.parametrize(
    "value",
    [math.inf, math.nan, datetime.date(2020, 1, 2), datetime.time(3, 4), [{"deep": -math.inf}]],
)
def test_options_survive_the_canonical_form_or_are_refused(value: Any) -> None:
    """TOML has infinities and dates; JSON, and so the database, has not."""
    content = with_value("model", {"kind": "my.models:make", "options": {"x": value}})
    try:
        study = parse_study(content, "f")
    except InputError:
        assert "options" in refusal(content)
        return
    assert study.canonical()["model"]["options"] == {"x": value}
    assert parse_study(study.canonical(), "f") == study


def test_defaults() -> None:
    assert parse_study(MINIMAL, "f").canonical() == {
        "study": {"name": "toy", "seed": 0},
        "model": {"kind": "enumerated", "law": "sudoku4", "options": {}, "batch_size": 64},
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
            "trials": 40,
            "sampler": "shape",
            "seeds": ["energy", "profile", "baselines"],
            "racing": True,
            "samples": 3,
        },
        "profile": {
            "sequences": 32,
            "precision": 0.1,
            "boundaries": 32,
            "orders": 2,
            "seed": 0,
        },
        "verify": {"instances": 256, "top": 3, "confidence": 0.95, "equal_linear": True},
    }


@pytest.mark.parametrize(
    "objective",
    [
        {"kind": "validity", "verifier": "sudoku"},
        {"kind": "judge_nll", "judge": {"kind": "causal", "path": "gpt2"}},
        {"kind": "divergence", "metric": "kl"},
        {"kind": "my_module:score", "direction": "maximize"},
    ],
)
def test_every_objective_says_its_instances(objective: Tree) -> None:
    study = parse_study(with_value("objective", objective), "f")
    assert study.objective.instances == {
        "validity": 128,
        "divergence": 1,
    }.get(objective["kind"], 64)


def test_steps_are_sorted_and_integers_become_bounds() -> None:
    content = with_value("space", {"steps": [8, 2, 4], "beta_a": [1, 8]})
    study = parse_study(content, "f")
    assert study.space.steps == [2, 4, 8]
    same = with_value("space", {"steps": [2, 4, 8], "beta_a": [1.0, 8.0]})
    assert study.identity_hash() == parse_study(same, "f").identity_hash()


def test_edges_of_what_is_accepted() -> None:
    for path, value in [
        ("space.beta_a", [0.05, 20.0]),
        ("space.steps", [1, 4096]),
        ("study.seed", 2**63 - 1),
        ("study.name", "a" * 64),
        ("search.seeds", []),
        ("profile.sequences", 8),
        ("profile.boundaries", 2),
        ("profile.precision", 0.0),
        ("profile.seed", 2**63 - 1),
        ("verify.instances", 2),
    ]:
        assert isinstance(parse_study(with_value(path, value), "f"), StudyFile)


# What makes two runs the same study.

RICH: Tree = {
    "study": {"name": "rich", "seed": 3},
    "model": {
        "kind": "huggingface",
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
        "precision": 0.0,
        "seed": 0,
    },
    "verify": {"instances": 256, "top": 3, "confidence": 0.95, "equal_linear": True},
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
    "profile.precision": 0.5,
    "profile.seed": 1,
    "verify.instances": 257,
    "verify.top": 4,
    "verify.confidence": 0.9,
    "verify.equal_linear": False,
}
IDENTITY: Tree = {
    "study.name": "other",
    "study.seed": 4,
    "model.kind": None,
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
    assert set(leaves(RICH)) == {*IGNORED, *IDENTITY, *JUDGE_PLACE}
    assert set(leaves(parse_study(RICH, "f").canonical())) == set(leaves(RICH))


@pytest.mark.parametrize("path", IGNORED)
def test_identity_ignores(path: str) -> None:
    assert identity(path, IGNORED[path]) == parse_study(RICH, "f").identity_hash()


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


# Refusals.

HUB: Tree = {"kind": "huggingface", "path": "x", "length": 4}


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
        ("model", 3, "[model]: 3 is not accepted: a table is expected"),
        (
            "model.kind",
            "berty",
            "[model]: kind: 'berty' is not accepted: must be one of bundled, antiberty, "
            "huggingface, enumerated or 'package.module:function'",
        ),
        ("model.kind", 5, "[model]: kind: 5 is not accepted: must be one of bundled"),
        (
            "model.law",
            "x",
            "[model] law: 'x' is not accepted: must be one of toy_extremes, toy_balanced, "
            "sudoku4 or 'package.module:function'",
        ),
        ("model.device", "cpu", "[model] device: unknown key"),
        ("model.batch_size", 0, "[model] batch_size: 0 is not accepted: Input should be greater"),
        ("model", {"kind": "huggingface", "path": "x"}, "[model] length: missing"),
        (
            "model",
            {"kind": "antiberty", "length": 511},
            "[model] length: 511 is not accepted: Input should be less than or equal to 510",
        ),
        (
            "model",
            {**HUB, "prefix": [3]},
            "[model] prefix.0: 3 is not accepted: Input should be a valid string",
        ),
        (
            "model",
            {**HUB, "prefix": "[CLS]"},
            "[model] prefix: '[CLS]' is not accepted: Input should be a valid list",
        ),
        (
            "model",
            {**HUB, "dtype": "int8"},
            "[model] dtype: 'int8' is not accepted: Input should be 'auto', 'float32'",
        ),
        (
            "model",
            {**HUB, "trust_remote_code": True},
            "[model]: trust_remote_code = true needs a pinned revision",
        ),
        ("model", {"kind": "a:b", "options": 3}, "[model] options: 3 is not accepted"),
        ("space.steps", [], "[space] steps: [] is not accepted: List should have at least 1 item"),
        ("space.steps", [0], "[space] steps.0: 0 is not accepted: Input should be greater than"),
        ("space.steps", [4, 5000], "[space] steps.1: 5000 is not accepted: Input should be less"),
        ("space.steps", 4, "[space] steps: 4 is not accepted: Input should be a valid list"),
        (
            "space.steps",
            [4, 4],
            "[space] steps: [4, 4] is not accepted: step counts must differ from each other",
        ),
        (
            "space.beta_a",
            [2.0, 1.0],
            "[space] beta_a: [2.0, 1.0] is not accepted: the lower bound must be below the upper",
        ),
        ("space.beta_a", [1.0, 1.0], "[space] beta_a: [1.0, 1.0] is not accepted: the lower"),
        (
            "space.beta_b",
            [1.0],
            "[space] beta_b: [1.0] is not accepted: List should have at least",
        ),
        ("space.beta_b", [0.0, 1.0], "[space] beta_b.0: 0.0 is not accepted: Input should be gr"),
        ("space.beta_b", [0.1, 20.5], "[space] beta_b.1: 20.5 is not accepted: Input should be l"),
        ("space.beta_b", [math.nan, 1.0], "[space] beta_b.0: nan is not accepted: Input should"),
        ("space.beta_b", [0.1, math.inf], "[space] beta_b.1: inf is not accepted: Input should"),
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
        ("objective.instances", 1, "[objective] instances: 1 is not accepted: Input should be gr"),
        ("objective.kind", "kl", "[objective]: kind: 'kl' is not accepted: must be one of valid"),
        (
            "objective",
            {"kind": "validity", "verifier": "x"},
            "[objective] verifier: 'x' is not accepted: must be 'sudoku' or "
            "'package.module:function'",
        ),
        ("objective", {"kind": "a:b"}, "[objective] direction: missing"),
        (
            "objective",
            {"kind": "judge_nll", "judge": {"kind": "nope"}},
            "[objective] judge: Input tag 'nope' found using 'kind' does not match any of the "
            "expected tags: 'causal', 'bundled', 'antiberty', 'huggingface', 'enumerated'",
        ),
        ("search.trials", 0, "[search] trials: 0 is not accepted: Input should be greater than"),
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
        ("space.family", "cosine", "[space] family: 'cosine' is not accepted: Input should be 'b"),
        ("profile.sequences", 7, "[profile] sequences: 7 is not accepted: Input should be great"),
        ("profile.boundaries", 1, "[profile] boundaries: 1 is not accepted: Input should be gre"),
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


def test_missing_kind_says_what_is_accepted() -> None:
    assert "[model]: kind: None is not accepted: must be one of" in refusal(without("model.kind"))


@pytest.mark.parametrize("content", [{}, [], None, 3, "x"])
def test_what_is_no_study_is_refused(content: Any) -> None:
    refusal(content)


def test_further_errors_are_counted() -> None:
    content = with_value("study.seed", -1, with_value("space.steps", [0]))
    assert refusal(content).endswith("(and 1 more)")


def test_keys_of_the_judge_are_named_as_the_file_has_them() -> None:
    for judge, key in [
        ({"kind": "causal"}, "path: missing"),
        ({"kind": "causal", "path": "x", "foo": 1}, "foo: unknown key"),
        ({"kind": "huggingface", "path": "x", "length": 0}, "length: 0 is not accepted"),
    ]:
        message = refusal(with_value("objective", {"kind": "judge_nll", "judge": judge}))
        assert f"[objective] judge.{key}" in message


def test_seed_pair_out_of_range_says_the_range() -> None:
    message = refusal(with_value("search.seeds", ["energy", [0.01, 1.0]]))
    assert "[search] seeds.1" in message
    assert "0.01" in message
    assert "0.05" in message


@pytest.mark.parametrize("key", ["a[b", "[x]", "list[int]"])
def test_unknown_keys_with_brackets_are_named(key: str) -> None:
    assert key in refusal({**MINIMAL, key: 1})
    assert key in refusal(with_value("space", {"steps": [4], key: 1}))


@pytest.mark.parametrize("key", ["a\nb", "\r", "a\u2028b", "\x1b[31m"])
def test_unknown_keys_with_control_characters_stay_in_one_line(key: str) -> None:
    for content in ({**MINIMAL, key: 1}, with_value("space", {"steps": [4], key: 1})):
        assert refusal(content).isprintable()


@pytest.mark.parametrize(
    "value", ["x" * 100_000, list(range(50_000)), 10**3000], ids=["text", "list", "number"]
)
def test_long_values_are_cut(value: Any) -> None:
    assert len(refusal(with_value("verify.top", value))) < 1000


def test_number_that_python_will_not_print_is_refused() -> None:
    refusal(with_value("study.seed", 1 << 20_000))


# Fuzz.

garbage = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, -1, 2**63, -(2**64), 10**400, math.inf, -math.inf, math.nan, -0.0])
    | st.floats()
    | st.text(max_size=6)
    | st.dates()
    | st.sampled_from(["a:b", "\n", "energy", "sudoku4", "auto", "", "kind"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
keys = st.text(max_size=5) | st.sampled_from(["a\nb", "[x]", "", "kind"])


def nodes(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    items = (
        content.items()
        if isinstance(content, dict)
        else enumerate(content)
        if isinstance(content, list)
        else ()
    )
    for key, value in list(items):
        yield content, key
        yield from nodes(value)


def mutate(content: Tree, data: st.DataObject) -> None:
    places = list(nodes(content))
    if not places:
        return
    container, key = data.draw(st.sampled_from(places))
    kind = data.draw(st.sampled_from(["replace", "delete", "add", "reverse", "negate", "nest"]))
    value = container[key]
    if kind == "delete":
        del container[key]
    elif kind == "add" and isinstance(container, dict):
        container[data.draw(keys)] = data.draw(garbage)
    elif kind == "reverse" and isinstance(value, list):
        container[key] = value[::-1] + value
    elif kind == "negate" and isinstance(value, int | float):
        container[key] = -value
    elif kind == "nest":
        container[key] = data.draw(st.sampled_from([[value], {"x": value}, {"kind": value}]))
    else:
        container[key] = data.draw(garbage)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_damaged_studies_are_accepted_or_refused_in_one_line(data: st.DataObject) -> None:
    content = copy.deepcopy(data.draw(studies))
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(content, data)
    try:
        study = parse_study(content, "my/study.toml")
    except InputError as error:
        checked(str(error), "my/study.toml")
    else:
        assert len(study.identity_hash()) == 64
        assert study.space.bounds["beta_a"][0] < study.space.bounds["beta_a"][1]


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
    files = sorted((Path(__file__).parents[1] / "studies").glob("*.toml"))
    if not files:
        pytest.skip("the repository has no study files")
    names_seen = [load_study_file(path).study.name for path in files]
    assert len(set(names_seen)) == len(names_seen)

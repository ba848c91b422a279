"""[model]: what is accepted of each kind of model, and how the rest is refused."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from study_contents import Tree, refusal, with_value, without

from mdm_opt.config import parse_study
from mdm_opt.config.models import MODEL_KINDS

HUB: Tree = {"kind": "huggingface", "path": "x", "length": 4}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("model", 3, "[model]: 3 is not accepted: a table is expected"),
        (
            "model.kind",
            "berty",
            "[model]: kind: 'berty' is not accepted: must be one of bundled, antiberty, "
            "reactions, digits, huggingface, enumerated, served or 'package.module:function'",
        ),
        ("model.kind", 5, "[model]: kind: 5 is not accepted: must be one of bundled"),
        (
            "model.law",
            "x",
            "[model] law: 'x' is not accepted: must be one of toy_extremes, toy_balanced, "
            "sudoku4, bimodal, count_templates, templates4, chain, checkerboard, gaussians or "
            "'package.module:function'",
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
        (
            "model",
            {"kind": "a:b", "process": "gaussian"},
            "[model] process: 'gaussian' is not accepted: Input should be 'masked', 'births' or "
            "'uniform'",
        ),
        ("model", {"kind": "bundled", "process": "births"}, "[model] process: unknown key"),
        ("model.kernel", "nearest", "kernel is for process = 'uniform', got process = 'masked'"),
    ],
)
def test_refusal_names_table_key_value_and_what_is_accepted(
    path: str, value: Any, expected: str
) -> None:
    assert expected in refusal(with_value(path, value))


def test_missing_kind_says_what_is_accepted() -> None:
    assert "[model]: kind: None is not accepted: must be one of" in refusal(without("model.kind"))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"device_map": "auto", "device": "cuda:1"},
            "[model]: device_map places the model on several devices: device = 'cuda:1' is not "
            "accepted beside it",
        ),
        ({"device_map": "mine"}, "[model] device_map: 'mine' is not accepted: Input should be"),
        ({"path": ""}, "[model] path: '' is not accepted: String should have at least 1 char"),
    ],
)
def test_keys_of_a_checkpoint_that_do_not_fit_are_refused(keys: Tree, said: str) -> None:
    assert said in refusal(with_value("model", {**HUB, **keys}))


@pytest.mark.parametrize(
    "model",
    [
        {"kind": "bundled", "length": 36},
        {**HUB, "device_map": "balanced"},
        {**HUB, "mask_token_id": 0},
        {**HUB, "trust_remote_code": True, "revision": "v1"},
        {"kind": "enumerated", "law": "my.laws:make", "options": {"a": 1}},
        {"kind": "my.models:make", "options": {"a": 1}},
        {"kind": "my.models:make", "process": "births"},
        {"kind": "enumerated", "law": "bimodal", "process": "births"},
        {"kind": "enumerated", "law": "chain", "process": "uniform", "kernel": "nearest"},
        {"kind": "digits"},
    ],
)
def test_keys_that_fit_are_kept(model: Tree) -> None:
    kept = parse_study(with_value("model", model), "f").canonical()["model"]
    assert {key: kept[key] for key in model} == model


def test_every_kind_has_a_table_that_says_it() -> None:
    for kind, table in MODEL_KINDS.items():
        assert table.model_fields["kind"].annotation == Literal[kind]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"attention": "blocks"}, "[model] attention: 'blocks' is not accepted"),
        ({"block_length": 1}, "[model] block_length: 1 is not accepted"),
        (
            {"attention": "full", "block_length": 4},
            "[model]: block_length = 4 is not accepted with attention = 'full'",
        ),
        (
            {"attention": "block_causal", "process": "uniform"},
            "[model]: attention = 'block_causal' is for process = 'masked'",
        ),
        (
            {"block_length": 4, "process": "uniform"},
            "[model]: block_length is for process = 'masked'",
        ),
    ],
)
def test_attention_that_does_not_fit_is_refused(keys: Tree, said: str) -> None:
    assert said in refusal(with_value("model", {**HUB, **keys}))


def test_attention_is_part_of_what_makes_a_study_the_same() -> None:
    def identity(**keys: Any) -> str:
        return parse_study(with_value("model", {**HUB, **keys}), "s").identity_hash()

    assert identity() == identity(attention="auto")
    found = {identity(attention=name) for name in ("auto", "full", "block_causal")}
    assert len(found | {identity(attention="block_causal", block_length=4)}) == 4
    # As it was before there was such a key.
    assert identity().startswith("f2cac8ad8e3cbc2a0575a8d5f22956689c857cc569fe0f9d")

"""[objective]: what is accepted of each kind of objective, and how the rest is refused."""

from __future__ import annotations

from typing import Any

import pytest
from study_contents import Tree, refusal, with_value

from mdm_opt.config import parse_study


@pytest.mark.parametrize(
    "objective",
    [
        {"kind": "validity", "verifier": "sudoku"},
        {"kind": "judge_nll", "judge": {"kind": "causal", "path": "gpt2"}},
        {"kind": "energy_distance", "references": "x.txt"},
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


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
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
            "expected tags: 'causal', 'bundled', 'antiberty', 'reactions', "
            "'huggingface', 'enumerated'",
        ),
    ],
)
def test_refusal_names_table_key_value_and_what_is_accepted(
    path: str, value: Any, expected: str
) -> None:
    assert expected in refusal(with_value(path, value))


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        (
            {"kind": "validity", "verifier": "sudoku", "options": {"side": 4}},
            "[objective]: verifier 'sudoku' takes no options",
        ),
        ({"kind": "divergence", "metric": "js"}, "[objective] metric: 'js' is not accepted"),
        ({"kind": "divergence", "instances": 4}, "[objective] instances: unknown key; known: k"),
        ({"kind": "path_kl", "references": ""}, "[objective] references: '' is not accepted"),
        ({"kind": "energy_distance"}, "[objective] references: missing"),
        (
            {"kind": "energy_distance", "references": "x", "most_references": 1},
            "[objective] most_references: 1 is not accepted: Input should be greater than or",
        ),
        (
            {"kind": "energy_distance", "references": "x", "draws": 65},
            "[objective] draws: 65 is not accepted: Input should be less than or equal to 64",
        ),
        (
            {"kind": "energy_distance", "references": "x", "feature": "f"},
            "[objective] feature: 'f' is not accepted: must be 'package.module:function'",
        ),
        (
            {"kind": "energy_distance", "references": "x", "options": {"a": 1}},
            "[objective]: options needs a feature 'package.module:function'",
        ),
        (
            {"kind": "energy_distance", "references": "x", "timeout_seconds": 5.0},
            "[objective]: timeout_seconds needs a feature 'package.module:function'",
        ),
        ({"kind": "lm_eval", "task": ""}, "[objective] task: '' is not accepted: String should"),
        (
            {"kind": "a:b", "direction": "up"},
            "[objective] direction: 'up' is not accepted: Input should be 'minimize' or",
        ),
        (
            {"kind": "a:b", "direction": "minimize", "unit": "x" * 33},
            "is not accepted: String should have at most 32 characters",
        ),
        (
            {"kind": "judge_nll", "judge": {"kind": "causal", "path": "x", "batch_size": "auto"}},
            "[objective] judge.batch_size: 'auto' is not accepted: Input should be a valid int",
        ),
        (
            {"kind": "judge_nll", "judge": {"kind": "bundled"}, "min_entropy_nats": -0.1},
            "[objective] min_entropy_nats: -0.1 is not accepted: Input should be greater than",
        ),
    ],
)
def test_keys_of_each_kind_that_do_not_fit_are_refused(objective: Tree, said: str) -> None:
    assert said in refusal(with_value("objective", objective))


def test_a_verifier_of_ones_own_may_have_options() -> None:
    objective = {"kind": "validity", "verifier": "a:b", "options": {"side": 4}}
    assert parse_study(with_value("objective", objective), "f").objective.options == {"side": 4}


def test_answers_to_prompts_come_from_two_kinds() -> None:
    kinds = [
        {"kind": "task", "data": "x.jsonl"},
        {"kind": "lm_eval", "task": "arc"},
        {"kind": "validity", "verifier": "sudoku"},
        {"kind": "a:b", "direction": "maximize"},
    ]
    studies = [parse_study(with_value("objective", one), "f") for one in kinds]
    assert [one.prompted for one in studies] == [True, True, False, False]

"""The study file that somebody begins with."""

from __future__ import annotations

import tomllib

import pytest

from mdm_opt.config import parse_study
from mdm_opt.config.starter import Start, starter_text, study_name
from mdm_opt.errors import InputError


def begun(**given):
    """What a study file says, as it is read."""
    text = starter_text(Start("mine", **given))
    return text, parse_study(tomllib.loads(text), "mine.toml")


STARTS = [
    {},
    {"model": "digits"},
    {"model": "antiberty"},
    {"model": "./checkpoint", "is_folder": True, "length": 36},
    {"model": './check "point"/é', "is_folder": True, "metric": "m:f", "direction": "minimize"},
    {"model": "org/name", "revision": "08b83a6", "task": "gsm8k"},
    {"model": "bert-base-uncased", "steps": (4, 2)},
    {"model": "package.module:load", "metric": "m:f"},
    {"model": "org/name", "length": 1},
]


@pytest.mark.parametrize("given", STARTS, ids=str)
def test_what_is_written_is_a_short_study_with_comments(given):
    text, study_file = begun(**given)
    assert study_file.study.name == "mine"
    assert len(text.splitlines()) <= 40
    assert max(map(len, text.splitlines())) < 100
    for table in ("space", "objective", "search", "verify"):
        (line,) = [line for line in text.splitlines() if line == f"[{table}]"]
        after = text.partition(line)[2].strip().split("\n\n")[0]
        assert "  # " in after, table
    study_file.check_length(study_file.canonical()["model"].get("length", 36))


def test_the_model_is_what_was_asked_for():
    assert begun()[1].model.kind == "bundled"
    model = begun(model="./a", is_folder=True, length=36)[1].model
    assert (model.kind, model.path, model.length, model.revision) == (
        "huggingface",
        "./a",
        36,
        None,
    )
    model = begun(model="org/name", revision="08b83a6")[1].model
    assert (model.path, model.length, model.revision) == ("org/name", 128, "08b83a6")
    assert not model.trust_remote_code
    assert begun(model="my:load")[1].model.kind == "my:load"


def test_the_objective_is_what_was_asked_for_or_needs_nothing():
    assert begun()[1].objective.kind == "validity"
    own = begun(metric="m:f", direction="minimize")[1].objective
    assert (own.kind, own.direction) == ("m:f", "minimize")
    assert begun(model="org/name")[1].objective.kind == "path_kl"
    task = begun(model="org/name", task="gsm8k")[1]
    assert (task.objective.kind, task.objective.task) == ("lm_eval", "gsm8k")
    assert (task.sampler.order, task.sampler.temperature) == ("confidence", 0.0)


def test_budgets_are_enough_to_show_something():
    for given in STARTS:
        study_file = begun(**given)[1]
        assert study_file.objective.instances >= 32
        assert study_file.verify.instances >= 48
        assert 24 <= study_file.most_trials <= 40


def test_what_is_commented_out_is_accepted_where_it_says_so():
    text, _ = begun(model="org/name", revision="08b83a6", task="gsm8k")
    for commented in (
        "block_length = 32",
        "trust_remote_code = true",
        "num_fewshot = 5",
        "chat = true",
    ):
        assert f"# {commented}" in text
        text = text.replace(f"# {commented}", commented)
    study_file = parse_study(tomllib.loads(text), "f")
    assert (study_file.sampler.block_length, study_file.objective.num_fewshot) == (32, 5)
    text, _ = begun(model="org/name")
    text = text.replace('kind = "path_kl"', "").replace('# kind = "my', 'kind = "my')
    study_file = parse_study(tomllib.loads(text.replace("# direction", "direction")), "f")
    assert study_file.objective.kind == "my_metric:score"


def test_steps_fit_the_length():
    assert begun()[1].space.steps == [12]
    assert begun(model="org/name")[1].space.steps == [8, 16]
    assert begun(model="org/name", length=20)[1].space.steps == [8, 10]
    assert begun(model="org/name", length=3)[1].space.steps == [1]
    assert begun(steps=(9, 4))[1].space.steps == [4, 9]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"model": "./nowhere/at all"}, "--model: './nowhere/at all' is not accepted: no folder"),
        ({"steps": (8, 8)}, "[space] steps: [8, 8] is not accepted: step counts must differ"),
        ({"metric": "score"}, "--metric: 'score' is not accepted: 'module:function'"),
        ({"model": "digits", "length": 3}, "[model] length: unknown key"),
    ],
)
def test_what_makes_no_study_is_refused(given, said):
    with pytest.raises(InputError) as caught:
        begun(**given)
    assert str(caught.value).startswith(said)


def test_a_study_is_called_like_its_file():
    assert study_name("a/My study.v2.toml") == "My-study.v2"
    with pytest.raises(InputError, match="name"):
        starter_text(Start(study_name("-.toml")))

"""Settings of samplers that are not ours: names, batches, and what is refused of them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mdm_opt.candidates import OwnDecoding, Rule
from mdm_opt.schedules import named_schedule

LINEAR = named_schedule("linear")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "generate"}, "must be 'own' or 'package.module:function'"),
        ({"kind": "own", "batch": 3}, "must be a power of two"),
        ({"kind": "own", "batch": 2048}, "less than or equal to 1024"),
        ({"kind": "own", "arguments": {"a b": 1}}, "'a b' is no name of an argument"),
        ({"kind": "own", "arguments": {"a": float("nan")}}, "finite numbers"),
        ({"kind": "own", "module": ""}, "at least 1 character"),
        ({"kind": "own", "order": "random"}, "Extra inputs"),
    ],
)
def test_what_is_no_setting_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        OwnDecoding.model_validate(given)


def test_instances_are_sampled_in_whole_aligned_batches() -> None:
    own = OwnDecoding(kind="own", batch=4)
    assert own.in_batches
    assert own.sampled_with([9, 2]) == [0, 1, 2, 3, 8, 9, 10, 11]
    assert own.sampled_with([2**41 + 1]) == list(range(2**41, 2**41 + 4))
    alone = OwnDecoding(kind="own")
    assert not alone.in_batches
    assert alone.sampled_with([9, 2]) == [2, 9]


def test_equal_settings_are_one_key_of_a_cache() -> None:
    first = OwnDecoding(kind="own", arguments={"a": 1, "b": [2]})
    second = OwnDecoding(kind="own", arguments={"b": [2], "a": 1})
    assert first == second
    assert hash(first) == hash(second)
    assert first != OwnDecoding(kind="own", arguments={"a": 2, "b": [2]})


def test_arguments_of_a_candidate_join_those_that_are_fixed() -> None:
    own = OwnDecoding(kind="own", arguments={"steps": 8, "eps": 0.1})
    assert own.without(["steps"]).arguments == {"eps": 0.1}
    assert own.without(["steps"]).called_with({"steps": 4}) == {"eps": 0.1, "steps": 4}


def test_nothing_is_known_of_its_steps() -> None:
    own = OwnDecoding(kind="own")
    plan = own.plan(LINEAR, 8, 16)
    assert plan.counts is None
    with pytest.raises(ValueError, match="only samples tell"):
        _ = plan.nfe
    with pytest.raises(ValueError, match="not by rules"):
        own.plan(LINEAR, 8, 16, Rule("confidence", 0.9))
    with pytest.raises(ValueError, match="predicts nothing"):
        own.costs(plan.grid)
    with pytest.raises(ValueError, match="'path_kl' is not accepted with a sampler of your own"):
        own.check_exact("path_kl")
    own.check_prompts("task", prompted=True)
    assert not own.predicted


def test_words_say_sampler_arguments_and_batch() -> None:
    words = OwnDecoding(kind="m:f", arguments={"eps": 0.1}, batch=2).words
    assert list(words.values()) == ["m:f", "with eps 0.1", "in batches of 2"]
    assert OwnDecoding(kind="own").words["kind"] == "the model's own"

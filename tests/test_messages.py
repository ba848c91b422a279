"""How refused values are put into words: one line, whatever the user wrote."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from study_contents import MINIMAL, refusal, with_value

from mdm_opt import messages
from mdm_opt.candidates import MaskedDecoding
from mdm_opt.config import parse_study
from mdm_opt.errors import InputError
from mdm_opt.messages import Names, key_name, naming, read_as, source_name

ARGUMENTS = Names(lambda table, keys: f"{table}={keys}", "with other arguments")


def test_keys_of_the_judge_are_named_as_the_file_has_them() -> None:
    for judge, key in [
        ({"kind": "causal"}, "path: missing"),
        ({"kind": "causal", "path": "x", "foo": 1}, "foo: unknown key"),
        ({"kind": "huggingface", "path": "x", "length": 0}, "length: 0 is not accepted"),
    ]:
        message = refusal(with_value("objective", {"kind": "judge_nll", "judge": judge}))
        assert f"[objective] judge.{key}" in message


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


def test_a_key_is_named_as_it_stands_in_the_file() -> None:
    assert key_name("search.seeds") == "[search] seeds"
    assert key_name("search.seeds", 1, "x") == "[search] seeds.1.x"
    assert key_name("search") == "[search]"
    assert key_name("space.a b") == '[space] "a b"'
    assert source_name() == "from another study file"


def test_several_tables_at_fault_are_named_by_their_keys_alone() -> None:
    content = with_value("space", {"steps": [4], "order": ["random"]})
    message = refusal({**content, "sampler": {"order": "random"}})
    assert message.startswith("my/study.toml: [sampler] order and [space] order: one of both"), (
        message
    )


def test_long_names_of_keys_are_cut() -> None:
    assert key_name("space." + "x" * 60) == f"[space] {'x' * 60}"
    assert key_name("space." + "x" * 61) == f"[space] {'x' * 57}..."


def test_a_caller_without_a_file_knows_keys_by_other_names() -> None:
    with naming(ARGUMENTS):
        assert key_name("search.seeds", 1) == "search=['seeds', 1]"
        assert source_name() == "with other arguments"
        with pytest.raises(InputError, match=r"^search=\['trials'\]: 0 is not accepted: "):
            parse_study(with_value("search.trials", 0), "")
    assert key_name("search.seeds", 1) == "[search] seeds.1"


def test_names_are_the_usual_ones_again_after_an_error() -> None:
    with pytest.raises(KeyError), naming(ARGUMENTS):
        raise KeyError
    assert key_name("search") == "[search]"


def test_a_table_that_stands_elsewhere_is_named_by_its_place() -> None:
    with read_as("model", "[objective] judge"):
        assert key_name("model.path") == "[objective] judge path"
        assert key_name("model") == "[objective] judge"
        assert key_name("study.name") == "[study] name"
        assert source_name() == "from another study file"
    with naming(ARGUMENTS), read_as("model", "judge"):
        assert key_name("study.name") == "study=['name']"
        assert source_name() == "with other arguments"
    assert key_name("model.path") == "[model] path"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"order": 3}, "order: 3 is not accepted: Input should be 'random', 'confidence', 'marg"),
        ({"steps": 3}, "steps: 3 is not accepted: Extra inputs are not permitted"),
        ({"temperature": "x" * 90}, f"temperature: '{'x' * 76}... is not accepted: Input should"),
        ({"end_last": True}, "end_last needs order = 'confidence', 'margin' or 'entropy', got or"),
    ],
)
def test_a_value_of_no_study_file_is_refused_without_a_table(
    values: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        MaskedDecoding(**values)
    message = messages.refusal(caught.value)
    assert message.startswith(said)
    assert message.splitlines() == [message]

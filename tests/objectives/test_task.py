"""Objective `task`: from a file of prompts to a score for each answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from answering import Answering, added_up
from hypothesis import given
from hypothesis import strategies as st
from task_files import SEED, built, measured, refused, sums, table, written

from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import toy_balanced
from mdm_opt.objectives.documents import document_order
from mdm_opt.objectives.task import cut
from mdm_opt.objectives.task_judges import NORMALISATIONS, Extraction, plain_number
from mdm_opt.testing import check_objective

# Documents.


def test_every_instance_is_a_document_and_gets_its_score(tmp_path: Path) -> None:
    documents = sums(12)
    documents[5]["reference"] = "=9."
    written(tmp_path, documents)
    objective = built(tmp_path, total=12)
    assert (objective.name, objective.direction, objective.unit) == (
        "task",
        "maximize",
        "accuracy",
    )
    assert objective.deterministic is False
    order = document_order(12, SEED).tolist()
    found = measured(objective, 12)
    assert found.texts == tuple(added_up(documents[i]["prompt"]) for i in order)
    assert found.scores.tolist() == [float(i != 5) for i in order]
    assert found.nfe == 4
    assert found.sequence_calls == 48


def test_it_does_what_every_objective_must(tmp_path: Path) -> None:
    written(tmp_path, sums(20))
    check_objective(built(tmp_path), Answering(sure=0.6))


def test_answers_do_not_depend_on_the_batch(tmp_path: Path) -> None:
    written(tmp_path, sums(20))
    objective, model = built(tmp_path), Answering(sure=0.6)
    one, many = (measured(objective, 20, model, size) for size in (1, 20))
    assert one.texts == many.texts
    assert one.scores.tolist() == many.scores.tolist()
    assert 0 < one.value < 1


def test_prompts_are_what_the_templates_say(tmp_path: Path) -> None:
    documents = [{"a": 3, "b": "{a}", "c": ["x"]}, {"a": 4, "b": "b", "c": None, "d": 1}]
    written(tmp_path, documents)
    keys: dict[str, Any] = {"prompt": "{{{a}}} {b} {c}", "reference": "{a}"}
    model = Answering()
    order = document_order(2, SEED).tolist()
    for chat in (False, True):
        prompts = ['{3} {a} ["x"]', "{4} b null"]
        expected = [model.prompt_ids(prompts[i], chat=chat) for i in order]
        assert built(tmp_path, chat=chat, **keys).prompt_ids([0, 1]) == expected


def test_a_line_is_a_line_whatever_is_in_it(tmp_path: Path) -> None:
    """Separators that only Unicode knows, empty lines, Windows, a byte order mark."""
    lines = ['{"prompt": "a\u2028b", "reference": "c\x85"}', "", "  ", '{"prompt": "b"']
    lines[3] += ', "reference": "d"}'
    file = tmp_path / "data.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    model = Answering()
    model.prompt_ids = lambda text, chat=False: [len(text)]  # type: ignore[method-assign]
    assert sorted(built(tmp_path, model).prompt_ids([0, 1])) == [[1], [3]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has no documents; one JSON object a line"),
        (b"\n\n", "has no documents; one JSON object a line"),
        (b'{"prompt": "a", "reference": "b"}\n{"prompt', "line 2 is no valid JSON: "),
        (b"[" * 100_000, "line 1 is no valid JSON: "),
        (b'["a"]', "line 1 is no JSON object: "),
        (b"\xff", "cannot read .*data.jsonl: .*codec can't decode"),
        (b'{"prompt": "\\ud800", "reference": "b"}', "line 1 has a character that is no text"),
        (
            b'{"prompt": "a", "reference": "b"}\n\n{"prompt": "a", "reference": "c"}',
            "lines 1 and 3 have the same prompt; search and verification must not share",
        ),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "data.jsonl").write_bytes(content)
    message = refused(tmp_path)
    assert message.startswith("[objective] data: ")
    assert "data.jsonl" in message
    assert re.search(words, message)


def test_a_missing_file(tmp_path: Path) -> None:
    assert re.match(r"\[objective\] data: cannot read .*data\.jsonl: ", refused(tmp_path))
    (tmp_path / "data.jsonl").mkdir()
    assert "cannot read" in refused(tmp_path)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"prompt": "{question}"}, "prompt: F line 2 has no key 'question'; it has: prompt, re"),
        ({"reference": "{x.y}"}, "reference: F line 2 has no key 'x.y'; it has: prompt, re"),
        (
            {"score": "code", "program": "{answer}{test}"},
            "program: F line 2 has no key 'test'; it has: prompt, reference",
        ),
    ],
)
def test_a_key_that_a_line_lacks(tmp_path: Path, keys: dict[str, Any], message: str) -> None:
    first = {"prompt": "a", "reference": "b", "question": "c", "x.y": "d", "test": "e"}
    file = written(tmp_path, [first, {"prompt": "b", "reference": "b"}])
    found = refused(tmp_path, **keys).replace(str(file), "F")
    assert found.startswith(f"[objective] {message}")


def test_too_few_documents(tmp_path: Path) -> None:
    file = written(tmp_path, sums(9))
    assert refused(tmp_path, total=10).startswith(f"[objective] data: {file} has 9 documents; ")


def test_a_prompt_that_does_not_fit(tmp_path: Path) -> None:
    file = written(tmp_path, [*sums(3), {"prompt": "1" * 193, "reference": "b"}])
    assert refused(tmp_path) == (
        f"[objective] data: {file} line 4: prompt of 193 tokens: too long for this model"
    )


def test_a_model_without_prompts(tmp_path: Path) -> None:
    written(tmp_path, sums(3))
    message = refused(tmp_path, model=EnumeratedDenoiser(toy_balanced()))
    assert message.startswith("[objective] kind 'task' needs a model that takes prompts")


def test_fingerprint_is_of_what_is_used(tmp_path: Path) -> None:
    documents = sums(4)
    written(tmp_path, documents)
    first = built(tmp_path).fingerprint
    assert len(first) == 64
    written(tmp_path, [{**document, "id": "other"} for document in documents])
    assert built(tmp_path).fingerprint == first
    assert built(tmp_path, prompt="{prompt} {id}").fingerprint != first
    documents[2]["reference"] = "=1."
    written(tmp_path, documents)
    assert built(tmp_path).fingerprint != first


# Exact match.


def scores(folder: Path, answers: dict[str, str], references: list[str], **keys: Any) -> list[int]:
    """Scores of answers to prompts a, b, ... in their order."""
    prompts = list(answers)
    written(
        folder, [{"prompt": p, "reference": r} for p, r in zip(prompts, references, strict=True)]
    )
    model = Answering(lambda prompt: answers[prompt], length=40)
    found = measured(built(folder, model, **keys), len(prompts), model)
    order = document_order(len(prompts), SEED).tolist()
    return [int(found.scores[order.index(number)]) for number in range(len(prompts))]


def test_answers_end_at_the_first_stop_text(tmp_path: Path) -> None:
    written(tmp_path, [{"prompt": "a", "reference": "4"}])
    model = Answering(lambda _: "4\n\nQ: 5", length=20)
    assert measured(built(tmp_path, model), 1, model).scores.tolist() == [0.0]
    for stop in (["\n\n"], ["Q:", "\n"], ["\n", "4\n5", "zzz"]):
        found = measured(built(tmp_path, model, stop=stop), 1, model)
        assert (found.scores.tolist(), found.texts[0].strip()) == ([1.0], "4")


@given(st.text("ab\n", max_size=12), st.lists(st.text("ab\n", min_size=1, max_size=3)))
def test_cut_leaves_no_stop_text_and_nothing_more(text: str, stop: list[str]) -> None:
    kept = cut(text, stop)
    assert text.startswith(kept)
    assert not any(end in kept for end in stop)
    if kept != text:
        assert any(text[len(kept) :].startswith(end) for end in stop)


GSM8K = {"extract": r"####\s*(-?[0-9.,]+)", "normalise": ["numbers"]}


def test_extraction_of_answers_and_references(tmp_path: Path) -> None:
    answers = {
        "a": "#### 1 then #### 1,234.",
        "b": "1234",
        "c": "#### 1234",
        "d": "####1234.00",
    }
    references = ["so it is\n#### 1234", "#### 1234", "1234", "#### 1235"]
    assert scores(tmp_path, answers, references, **GSM8K) == [1, 0, 1, 0]
    first = scores(tmp_path, answers, references, **GSM8K, extract_match="first")
    assert first == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        (None, "x 1", "x 1"),
        ("[0-9]+", "a1b22", "22"),
        ("([a-z])([0-9]+)", "a1b22", "b"),
        ("x(?:([0-9])|([a-z]))?", "x1xb", "b"),
        ("x([0-9])?", "x", "x"),
        ("y", "x", None),
        ("()", "x", ""),
    ],
)
def test_the_first_group_counts(expression: str | None, text: str, found: str | None) -> None:
    assert Extraction(expression)(text) == found


@pytest.mark.parametrize(
    ("normalise", "answer", "right"),
    [
        ([], " Yes ", False),
        (["strip"], " yes\n", True),
        (["strip"], "Yes", False),
        (["lower"], "YES", True),
        (["punctuation"], "y.e-s!", True),
        (["punctuation", "strip", "lower"], " Yes. ", True),
        (["whitespace"], "\n yes\t", True),
        (["strip"], "", False),
    ],
)
def test_normalisations(tmp_path: Path, normalise: list[str], answer: str, right: bool) -> None:
    assert scores(tmp_path, {"a": answer}, ["yes"], normalise=normalise) == [int(right)]


def test_every_normalisation_of_the_study_file_is_known() -> None:
    for name in NORMALISATIONS:
        assert table(normalise=[name]).normalise == [name]
    with pytest.raises(ValueError, match="'strip', 'lower', 'whitespace', 'punctuation' or"):
        table(normalise=["upper"])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("18", "18"),
        (" 18. ", "18"),
        ("18.50", "18.5"),
        ("$1,234.00", "1234"),
        ("-$5", "-5"),
        ("+007", "7"),
        (".5", "0.5"),
        ("-0.0", "0"),
        ("1" * 40 + ".10", "1" * 40 + ".1"),
        ("1e5", "1e5"),
        ("nan", "nan"),
        ("18 apples", "18 apples"),
        ("", ""),
        ("$", "$"),
        ("-.", "-."),
        ("٣", "٣"),
    ],
)
def test_plain_numbers(text: str, plain: str) -> None:
    assert plain_number(text) == plain


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4), st.booleans())
def test_a_number_has_one_plain_form(number: Any, commas: bool) -> None:
    form = f"{number:,f}" if commas else f"{number:f}"
    plain = plain_number(form)
    assert type(number)(plain) == number
    assert plain_number(plain) == plain


def test_a_reference_that_nothing_could_be_is_refused(tmp_path: Path) -> None:
    file = written(
        tmp_path, [{"prompt": "a", "reference": "b"}, {"prompt": "b", "reference": " "}]
    )
    message = refused(tmp_path).replace(str(file), "F")
    assert message.startswith("[objective] reference: F line 2 has an empty reference")
    assert built(tmp_path, normalise=[]).unit == "accuracy"

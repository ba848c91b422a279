"""A task of lm-evaluation-harness: its prompts, its documents, its scores."""

from __future__ import annotations

import logging
import sys
import warnings
from types import SimpleNamespace

import pytest
from lm_eval_tasks import changed, model_of, problem_of, task_of

from mdm_opt.config import LmEvalObjective
from mdm_opt.errors import InputError
from mdm_opt.objectives.harness_task import check_config, cut, quiet, stop_strings, told


@pytest.mark.cases(1)
@pytest.mark.parametrize("chat", [False, True])
def test_prompts_are_those_of_a_whole_run_of_the_harness(folder, chat):
    # Examples that are drawn: those of a document depend on the documents before it.
    changed(folder, ("first_n", "default"))
    model, seen = model_of(folder), {}

    def generate_until(requests):
        seen.update({request.doc_id: request for request in requests})
        return ["a"] * len(requests)

    model.generate_until = generate_until
    with quiet():
        from lm_eval import simple_evaluate
        from lm_eval.tasks import TaskManager

        simple_evaluate(
            model=model,
            tasks=[str(folder / "letters.yaml")],
            task_manager=TaskManager(include_defaults=False),
            apply_chat_template=chat,
            fewshot_as_multiturn=chat,
            bootstrap_iters=0,
        )
    task = task_of(folder)
    template = model.apply_chat_template if chat else None
    chosen = task.requests([65, 4, 30], template)
    assert set(chosen) == {65, 4, 30}
    assert {n: r.args for n, r in chosen.items()} == {n: seen[n].args for n in chosen}
    assert len({request.args[0][:12] for request in seen.values()}) > 5
    # The template begins with the token that the tokenizer might add.
    assert chosen[4].args[0].startswith("[BOS]") == chat


def test_scores_are_those_of_filter_and_metric(folder):
    answers = {"cbd": ("c", "d"), "ff": (None, None), "": (None, None), "b": ("b", "b")}
    first, last = (task_of(folder, metric=f"exact_match,{name}") for name in ("first", "last"))
    number = next(n for n, doc in enumerate(first.documents) if doc["letter"] == "d")
    for answer, (one, other) in answers.items():
        for task, letter in ((first, one), (last, other)):
            request = task.requests([number])[number]
            assert task.value(number, request, answer) == float(letter == "d")


def test_metric_and_filter_are_the_first_where_none_is_named(folder):
    task = task_of(folder)
    assert (task.metric.name, task.metric.filter.name) == ("exact_match", "first")
    assert task.metric.direction == "maximize"
    assert task_of(folder, metric="exact_match,last").metric.filter.name == "last"
    with pytest.raises(InputError, match="has no filter 'middle'; it has first, last"):
        task_of(folder, metric="exact_match,middle")
    with pytest.raises(InputError, match="has no metric 'acc'; it has exact_match"):
        task_of(folder, metric="acc")


def test_less_may_be_better(folder):
    changed(folder, ("higher_is_better: true", "higher_is_better: false"))
    assert task_of(folder).metric.direction == "minimize"


def test_limit_and_sets_decide_which_documents_there_are(folder):
    assert len(task_of(folder).documents) == 72
    assert len(task_of(folder, limit=50).documents) == 50
    problem_of(folder, limit=48)
    with pytest.raises(InputError, match=r"'mdm_opt_letters' has 47 documents; .* need 48"):
        problem_of(folder, limit=47)


# Without the harness.


@pytest.mark.parametrize(
    ("options", "until"),
    [
        ({"until": ["a", "b"]}, ["a", "b"]),
        ({"until": "Q:"}, ["Q:"]),
        ({"until": None}, []),
        ({"until": []}, []),
        ({"max_gen_toks": 9}, []),
        (None, []),
    ],
)
def test_an_answer_ends_where_the_request_says(options, until):
    assert stop_strings(SimpleNamespace(args=("prompt", options))) == until


@pytest.mark.parametrize(
    ("text", "until", "kept"),
    [
        ("one two three", ["two"], "one "),
        ("one two three", ["three", "two"], "one "),
        ("one two three", [], "one two three"),
        ("one two three", ["", "four"], "one two three"),
        ("two", ["two"], ""),
        # One after the other, as the harness does: what is left of the text is cut again.
        ("abcab", ["c", "b"], "a"),
    ],
)
def test_a_text_is_cut_before_every_stop_string(text, until, kept):
    assert cut(text, until) == kept


def refusal(config, **keys):
    table = LmEvalObjective(kind="lm_eval", task="t", **keys)
    with pytest.raises(InputError) as caught:
        check_config(config, "t", table)
    return str(caught.value)


def test_a_configuration_that_generates_once_is_accepted():
    table = LmEvalObjective(kind="lm_eval", task="t")
    for config in (
        {},
        {"output_type": "generate_until", "repeats": 1},
        {"class": "Mine"},
        {"repeats": None, "unsafe_code": False},
    ):
        check_config(config, "t", table)
    code = LmEvalObjective(kind="lm_eval", task="t", allow_code=True)
    check_config({"unsafe_code": True}, "t", code)


def test_a_configuration_that_is_no_use_is_refused():
    assert refusal({"output_type": "multiple_choice"}) == (
        "[objective] task: 't' is a task without generation: its output_type is "
        "'multiple_choice', and 'generate_until' is accepted"
    )
    assert refusal({"repeats": 8}) == (
        "[objective] task: 't' asks for every answer 8 times (repeats); tasks that ask once are "
        "accepted"
    )
    assert refusal({"unsafe_code": True}) == (
        "[objective] task: 't' runs code that the model writes, unprotected; allow_code = true "
        "in [objective] agrees to it"
    )


def test_of_a_group_with_many_members_a_dozen_are_named():
    members = [*(f"m{i}" for i in range(11)), {"group": "inner"}, {"task": "last"}]
    assert refusal({"group": "g", "task": members}) == (
        "[objective] task: 't' is a group of 13 tasks: m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, "
        "m10, inner, ...; name one"
    )
    assert refusal({"group": "g"}).endswith("'t' is a group of 0 tasks: ; name one")


def test_what_is_raised_is_told_in_one_line():
    for error, said in (
        (ValueError("a\nb"), "KEY: cannot: ValueError: a b"),
        (SystemExit(2), "KEY: cannot: SystemExit: 2"),
        (InputError("my own words"), "my own words"),
    ):
        with pytest.raises(InputError) as caught, told("KEY: cannot"):
            raise error
        assert str(caught.value) == said
    with pytest.raises(KeyboardInterrupt), told("KEY: cannot"):
        raise KeyboardInterrupt
    with told("KEY: cannot"):
        pass


@pytest.mark.parametrize("output", [True, False])
def test_quiet_keeps_back_logs_and_warnings_and_what_is_printed_if_asked(capsys, output):
    logger = logging.getLogger("lm_eval")
    level = logger.level

    def loud():
        warnings.warn("a warning", stacklevel=1)
        logger.critical("a log")
        print("printed")
        print("an error", file=sys.stderr)
        raise KeyError

    with pytest.raises(KeyError), quiet(output=output):
        loud()
    said = capsys.readouterr()
    assert (said.out, said.err) == (("", "") if output else ("printed\n", "an error\n"))
    assert logger.level == level

"""Objective `lm_eval`: answers to a task of lm-evaluation-harness, and what cannot be scored."""

from __future__ import annotations

import json
import shutil

import pytest
from lm_eval_tasks import NAMES, STUDY, changed, problem_of, rewritten, write_model
from study_files import write_study

from mdm_opt.candidates import baseline
from mdm_opt.config import load_study_file
from mdm_opt.errors import InputError, RunError
from mdm_opt.measurement import draw, measure
from mdm_opt.study.problem import build_problem
from mdm_opt.testing import check_model, check_objective


def test_it_does_what_every_objective_must(folder):
    problem = problem_of(folder)
    check_objective(problem.objective, problem.denoiser)
    check_model(problem.denoiser)


def test_chat_prompts_begin_once(folder):
    plain, problem = problem_of(folder), problem_of(folder, chat=True)
    assert plain.objective.prompt_ids([0])[0].count(NAMES.index("[BOS]")) == 1
    (ids,) = problem.objective.prompt_ids([0])
    assert ids[0] == NAMES.index("[BOS]")
    assert NAMES.index("[BOS]") not in ids[1:]
    # "user" and "assistant" by their first letters, in which the template writes them.
    assert ids[1] == NAMES.index("[UNK]")
    shutil.rmtree(folder / "model")
    write_model(folder / "model")
    (folder / "model" / "chat_template.jinja").unlink()
    with pytest.raises(InputError, match=r"\[objective\] chat: the model's tokenizer has no chat"):
        problem_of(folder, chat=True)


def test_fingerprint_tells_what_changes_scores(folder):
    def fingerprint(**keys):
        return problem_of(folder, **keys).objective.fingerprint

    first = fingerprint()
    assert fingerprint() == first
    assert fingerprint(limit=70) != first
    assert fingerprint(num_fewshot=1) != first
    assert fingerprint(chat=True) != first
    assert fingerprint(metric="exact_match,last") != first
    # Verification may take more documents later.
    path = write_study(folder, STUDY.replace("instances = 24", "instances = 30"))
    assert build_problem(load_study_file(path), folder).objective.fingerprint == first
    # Where the data lie says nothing.
    (folder / "other").mkdir()
    for name in ("examples.jsonl", "questions.jsonl"):
        (folder / name).rename(folder / "other" / name)
    changed(folder, ("examples.jsonl", "other/examples.jsonl"))
    changed(folder, (" questions.jsonl", " other/questions.jsonl"))
    assert fingerprint() == first
    changed(folder, ("version: 1.0", "version: 2.0"))
    assert fingerprint() != first


def test_scores_do_not_depend_on_the_batch(folder):
    problem = problem_of(folder)
    candidate, ids = baseline("linear", 3), list(range(12))
    whole = measure(problem, candidate, ids)
    parts = [measure(problem, candidate, [i]) for i in ids]
    assert whole.scores.tolist() == [part.value for part in parts]
    assert whole.texts == tuple(part.texts[0] for part in parts)
    # More samples than the sets have documents are drawn from all of them.
    assert len(draw(problem, candidate, range(2**42, 2**42 + 72)).texts) == 72


def test_prompt_that_does_not_fit_is_refused_with_its_document(folder):
    lines = (folder / "questions.jsonl").read_text().splitlines()
    lines[7] = json.dumps({"text": "a" * 60, "letter": "a"})
    (folder / "questions.jsonl").write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"'mdm_opt_letters': document 7: .*64 positions"):
        problem_of(folder, limit=48)


def test_scorer_that_raises_or_returns_no_number_fails_the_trial_in_one_line(folder):
    scorer = "def score(doc, results):\n    return {'exact_match': VALUE}\n"
    changed(folder, append="process_results: !function scorer.score\n")
    rewritten(folder / "scorer.py", scorer.replace("VALUE", "float(len(results[0]))"))
    problem = problem_of(folder)
    candidate = baseline("linear", 3)
    assert measure(problem, candidate, [0, 1]).value > 0
    number = problem.objective._documents.numbers([1])[0]
    text = problem.objective._task.documents[number]["text"]
    for value, message in (
        (f"1 // (doc['text'] != {text!r})", f"cannot score document {number}: ZeroDivisionError"),
        (f"[] if doc['text'] == {text!r} else 1", rf"document {number}: exact_match is \[\], no"),
    ):
        rewritten(folder / "scorer.py", scorer.replace("VALUE", value))
        problem = problem_of(folder)
        with pytest.raises(RunError, match=message) as refused:
            measure(problem, candidate, [0, 1])
        assert "\n" not in str(refused.value)


def test_needs_a_model_that_takes_prompts(folder):
    model = 'kind = "enumerated"\nlaw = "sudoku4"\n[sampler]'
    text = STUDY[: STUDY.index('kind = "hugg')] + model + STUDY.split("[sampler]")[1]
    path = write_study(folder, text)
    with pytest.raises(InputError, match="'lm_eval' needs a model that takes prompts"):
        build_problem(load_study_file(path), folder)

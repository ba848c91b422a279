"""The harness's own command beside a study: the model that it is given, and its documents."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from lm_eval_tasks import STUDY, model_of, task_of
from study_files import database, write_study

import mdm_opt
from mdm_opt.candidates import baseline
from mdm_opt.cli.main import main
from mdm_opt.config import load_study_file
from mdm_opt.errors import InputError
from mdm_opt.handoff.schedule_file import load_schedule
from mdm_opt.measurement import draw, measure
from mdm_opt.objectives.harness_task import cut
from mdm_opt.results.best import best
from mdm_opt.study.instances import InstanceSets
from mdm_opt.study.problem import build_problem


def harness(*arguments):
    """Runs the harness's own command as a user would, with our sampler in it."""
    package = str(Path(mdm_opt.__file__).parents[1])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, "-m", "mdm_opt.harness", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": path},
    )


@pytest.mark.slow
def test_harness_scores_the_verified_schedule_with_the_verified_accuracy(folder):
    url = database(folder)
    run = partial(CliRunner().invoke, main)
    for arguments in (["run", "study.toml"], ["export", "letters", "--out", "best.json"]):
        result = run([*arguments, "--storage", url])
        assert result.exit_code == 0, result.output + repr(result.exception)
    (budget,) = best("letters", url).budgets
    assert budget.verified
    assert budget.instances == 24
    assert 0 < budget.value < 1
    from mdm_opt.handoff.lm_eval_model import document_numbers

    listed = document_numbers("study.toml", "verification")
    assert len(listed["mdm_opt_letters"]) == 24

    done = harness(
        *("run", "--model", "mdm_opt", "--tasks", "letters.yaml", "--log_samples"),
        *("--model_args", "study=study.toml,schedule=best.json", "--output_path", "results"),
        *("--samples", json.dumps(listed)),
    )
    assert done.returncode == 0, done.stderr
    (results,) = folder.glob("results/**/results_*.json")
    found = json.loads(results.read_text())["results"]["mdm_opt_letters"]
    assert found["exact_match,first"] == pytest.approx(budget.value, abs=1e-12)

    # Not by chance: every single answer is the one that was verified.
    (logged,) = folder.glob("results/**/samples_*.jsonl")
    rows = [json.loads(line) for line in logged.read_text().splitlines()]
    answers = {row["doc_id"]: row["resps"][0][0] for row in rows}
    study_file = load_study_file("study.toml")
    problem = build_problem(study_file, folder)
    exported = load_schedule("best.json")
    ids = list(InstanceSets.of(study_file).ids("verification"))
    verified = measure(problem, replace(exported.candidate, steps=3), ids)
    assert sorted(answers.values()) == sorted(verified.texts)
    assert verified.value == pytest.approx(budget.value)
    assert len(set(verified.texts)) > 12
    other = measure(problem, replace(exported.candidate, steps=6), ids)
    assert sorted(other.texts) != sorted(verified.texts)


@pytest.mark.slow
def test_command_says_in_one_line_what_does_not_fit(folder):
    done = harness("documents", "study.toml", "training")
    assert done.returncode == 2
    assert done.stderr == (
        "error: no set of documents 'training'; there are search, selection, verification\n"
    )


def test_documents_have_the_noise_that_they_have_in_the_study(folder):
    from mdm_opt.handoff.lm_eval_model import Instances

    study_file = load_study_file(folder / "study.toml")
    task, sets = task_of(folder), InstanceSets.of(study_file)
    requests = task.requests(range(72))
    # As the harness gives some of the documents: counted from 0, in their order.
    found = Instances(task.documents, study_file).of(list(requests.values()))
    assert len(set(found)) == 72
    problem = build_problem(study_file, folder)
    used = [i for role in ("search", "selection", "verification") for i in sets.ids(role)]
    assert set(used) < set(found)
    by_instance = dict(zip(found, requests.values(), strict=True))
    for instance, prompt in zip(used, problem.objective.prompt_ids(used), strict=True):
        assert prompt == problem.denoiser.prompt_ids(by_instance[instance].args[0])


def test_same_document_of_part_of_the_task_has_the_same_noise(folder):
    from mdm_opt.handoff.lm_eval_model import Instances

    study_file = load_study_file(folder / "study.toml")
    task = task_of(folder)
    every, some = task.requests(range(72)), task.requests([3, 50, 71])
    instances = Instances(task.documents, study_file)
    whole = dict(zip(every, instances.of(list(every.values())), strict=True))
    assert instances.of(list(some.values())) == [whole[n] for n in (3, 50, 71)]
    # What the study's task does not have: noise of its own, and of no set.
    foreign = Instances(task.documents[:40], study_file).of(list(every.values()))
    assert foreign[:40] != instances.of(list(every.values()))[:40]
    assert len(set(foreign)) == 72
    assert min(foreign[40:]) > 2**42


def test_model_answers_any_request_in_order_whatever_the_batch(folder):
    model = model_of(folder)
    requests = list(task_of(folder).requests(range(72)).values())
    answers = model.generate_until(requests, disable_tqdm=True)
    assert len(set(answers)) > 20
    assert not any("f" in answer for answer in answers)
    # The second of two documents that are the same has noise of its own.
    chosen = [requests[n] for n in (60, 2, 31)]
    assert model.generate_until(chosen, disable_tqdm=True) == [answers[n] for n in (60, 2, 31)]
    # Prompts are those of the command, not those that the study would have made.
    problem = build_problem(load_study_file(folder / "study.toml"), folder)
    ids = list(InstanceSets(12, 12, 24).ids("search"))
    drawn = draw(problem, baseline("linear", 3), ids).texts
    numbers = problem.objective._documents.numbers(ids)
    assert [cut(text, ["f"]) for text in drawn] == [answers[n] for n in numbers]
    other = task_of(folder, num_fewshot=1).requests(range(72))
    assert model.generate_until(list(other.values()), disable_tqdm=True) != answers


def test_model_refuses_what_a_sampler_cannot_do(folder):
    model = model_of(folder)
    request = task_of(folder).requests([0])[0]
    for ask in (model.loglikelihood, model.loglikelihood_rolling):
        with pytest.raises(InputError, match="'mdm_opt_letters' asks for log-likelihoods"):
            ask([request])
    request.arguments = ("a" * 70, {"until": []})
    with pytest.raises(InputError, match="document 0 of 'mdm_opt_letters': prompt of 71 tokens"):
        model.generate_until([request], disable_tqdm=True)
    with pytest.raises(InputError, match="needs steps, a number from 1 to 6; got None"):
        model_of(folder, steps=None)
    with pytest.raises(InputError, match=r"--model_args .*: both are needed"):
        model_of(folder, schedule=None)
    with pytest.raises(InputError, match="'pretrained' is not known"):
        model_of(folder, pretrained="x")


def test_model_refuses_a_schedule_that_was_measured_otherwise(folder):
    url = database(folder)
    for arguments in (
        ["run", "study.toml", "--no-verify"],
        ["export", "letters", "--out", "b.json"],
    ):
        result = CliRunner().invoke(main, [*arguments, "--storage", url])
        assert result.exit_code == 0, result.output
    model_of(folder, schedule="b.json", steps=None)
    with pytest.raises(InputError, match="has steps of its own"):
        model_of(folder, schedule="b.json")
    write_study(folder, STUDY, temperature="0.5")
    with pytest.raises(InputError, match=r"measured with temperature = 1.0; the study has 0.5"):
        model_of(folder, schedule="b.json", steps=None)
    write_study(folder, STUDY, length="5")
    with pytest.raises(InputError, match="measured with length = 6; the study has 5"):
        model_of(folder, schedule="b.json", steps=None)

"""Tasks of lm-evaluation-harness: prompts, scores, refusals, its own command beside a study."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import random
import shutil
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from click.testing import CliRunner
from study_files import database, write_study
from tokenizers import Tokenizer, models, pre_tokenizers, processors

import mdm_opt
from mdm_opt.candidates import baseline
from mdm_opt.cli.main import main
from mdm_opt.config import LmEvalObjective, load_study_file
from mdm_opt.errors import InputError, RunError
from mdm_opt.handoff.schedule_file import load_schedule
from mdm_opt.measurement import draw, measure
from mdm_opt.objectives.harness import load_task
from mdm_opt.objectives.harness_task import cut, quiet, stop_strings
from mdm_opt.results.best import best
from mdm_opt.study.instances import InstanceSets
from mdm_opt.study.problem import build_problem
from mdm_opt.testing import check_model, check_objective

TASK = Path(__file__).with_name("lm_eval_task")
NAMES = ("[PAD]", "[UNK]", "[MASK]", "[BOS]", *"abcdef")
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}{{ m['role'][0] }}{{ m['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}a{% endif %}"
)
STUDY = """
[study]
name = "letters"
[model]
kind = "huggingface"
path = "model"
length = 6
device = "cpu"
batch_size = 5
[sampler]
order = "random"
temperature = 1.0
[space]
steps = [3]
[objective]
kind = "lm_eval"
task = "letters.yaml"
instances = 12
[search]
trials = 4
sampler = "random"
[verify]
instances = 24
top = 2
"""


@pytest.fixture(autouse=True)
def needs_lm_eval():
    if not importlib.util.find_spec("lm_eval"):
        if os.environ.get("CI") == "true":
            pytest.fail("lm-evaluation-harness is not installed")
        pytest.skip("lm-evaluation-harness is not installed")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A task with its data, a model and a study; the folder in which the commands run."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import datasets
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "hub" / "datasets")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(TASK, tmp_path, dirs_exist_ok=True)
    write_model(tmp_path / "model")
    write_study(tmp_path, STUDY)
    return tmp_path


def write_model(path):
    tokenizer = Tokenizer(
        models.WordLevel({name: i for i, name in enumerate(NAMES)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    bos = NAMES.index("[BOS]")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[BOS] $A", special_tokens=[("[BOS]", bos)]
    )
    kinds = {f"{kind}_token": f"[{kind.upper()}]" for kind in ("pad", "unk", "mask", "bos")}
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, chat_template=TEMPLATE, **kinds
    ).save_pretrained(path)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(NAMES),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        initializer_range=0.6,
        pad_token_id=0,
    )
    transformers.BertForMaskedLM(config).save_pretrained(path)


def changed(folder, *changes, append=""):
    """The task with pieces of its text replaced."""
    text = (folder / "letters.yaml").read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / "letters.yaml").write_text(text + append)


def task_of(folder, **keys):
    table = {"kind": "lm_eval", "task": "letters.yaml", **keys}
    return load_task(LmEvalObjective.model_validate(table), folder)


def problem_of(folder, **keys):
    text = STUDY
    for key, value in keys.items():
        text = text.replace("[search]", f"{key} = {json.dumps(value)}\n[search]")
    path = write_study(folder, text)
    return build_problem(load_study_file(path), folder)


def test_it_does_what_every_objective_must(folder):
    problem = problem_of(folder)
    check_objective(problem.objective, problem.denoiser)
    check_model(problem.denoiser)


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


def test_command_says_in_one_line_what_does_not_fit(folder):
    done = harness("documents", "study.toml", "training")
    assert done.returncode == 2
    assert done.stderr == (
        "error: no set of documents 'training'; there are search, selection, verification\n"
    )


def model_of(folder, **arguments):
    from mdm_opt.handoff.lm_eval_model import StudyModel

    return StudyModel(
        str(folder / "study.toml"), **{"schedule": "linear", "steps": 3, **arguments}
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


@pytest.mark.parametrize(
    ("changes", "keys", "message"),
    [
        (
            [("generate_until", "multiple_choice")],
            {},
            r"'letters.yaml' is a task without generation: its output_type is 'multiple_choice'",
        ),
        ([("version: 1.0", "version: 1.0\nrepeats: 4")], {}, r"asks for every answer 4 times"),
        ([("version: 1.0", "version: 1.0\nunsafe_code: true")], {}, "allow_code = true"),
        ([("task: mdm", "task: [mdm")], {}, r"cannot read .*letters.yaml: \w+Error: "),
        ([("task: mdm_opt_letters\n", "")], {}, "'letters.yaml' has no key 'task'"),
        ([("questions.jsonl", "none.jsonl")], {}, "cannot load 'letters.yaml': .*none.jsonl"),
        ([("{{text}}", "{{text")], {}, "cannot load 'letters.yaml': TemplateSyntaxError"),
        ([("exact_match", "bleu"), ("mean", "bleu")], {}, "'bleu' .* is no number for each doc"),
        ([("aggregation: mean", "aggregation: median")], {}, "is no mean over documents"),
        ([("num_fewshot: 2", "num_fewshot: 0")], {"num_fewshot": 3}, "num_fewshot: 3 is not"),
        ([], {"num_fewshot": 7}, "cannot make its prompts: AssertionError"),
        ([], {"task": "none.yaml"}, "no file .*none.yaml"),
        ([], {"task": "mdm_opt_x", "include_path": "none"}, "include_path: .*none is no folder"),
    ],
)
def test_task_that_is_no_use_is_refused_in_one_line(folder, changes, keys, message):
    for change in changes:
        changed(folder, change)
    with pytest.raises(InputError, match=message) as refused:
        task_of(folder, **keys)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("[objective] ")


def test_task_written_in_python_is_looked_at_once_it_is_loaded(folder):
    source = """
from lm_eval.api.task import ConfigurableTask


class Letters(ConfigurableTask):
    def __init__(self, config):
        config = {key: value for key, value in config.items() if key != "class"}
        super().__init__(config={**config, **MORE})
"""
    changed(folder, ("task: mdm", "class: !function letters.Letters\ntask: mdm"))
    for more, message in {
        '{"repeats": 2}': "asks for every answer 2 times",
        '{"output_type": "loglikelihood"}': "its output_type is 'loglikelihood'",
        '{"doc_to_image": lambda doc: []}': "shows pictures or sounds",
        '{"generation_kwargs": None}': None,
    }.items():
        time.sleep(0.01)
        (folder / "letters.py").write_text(source.replace("MORE", more))
        if message is None:
            request = task_of(folder).requests([5])[5]
            # The harness's own rule: the text between examples.
            assert stop_strings(request) == [""]
            continue
        with pytest.raises(InputError, match=message):
            task_of(folder)


def test_code_of_the_task_may_run_where_the_study_agrees(folder):
    changed(folder, ("version: 1.0", "version: 1.0\nunsafe_code: true"))
    assert len(task_of(folder, allow_code=True).documents) == 72


def test_groups_and_tags_are_refused_with_their_members(folder):
    group = "group: mdm_opt_group\ntask:\n  - mdm_opt_letters\n  - task: mdm_opt_words\n"
    (folder / "group.yaml").write_text(group)
    changed(folder, ("task: mdm_opt_letters", "task: mdm_opt_letters\ntag: mdm_opt_tag"))
    message = "is a group of 2 tasks: mdm_opt_letters, mdm_opt_words; name one"
    for keys in ({"task": "group.yaml"}, {"task": "mdm_opt_group", "include_path": "."}):
        with pytest.raises(InputError, match=message):
            task_of(folder, **keys)
    with pytest.raises(InputError, match="is a group of 1 tasks: mdm_opt_letters; name one"):
        task_of(folder, task="mdm_opt_tag", include_path=".")
    assert task_of(folder, task="mdm_opt_letters", include_path=".").name == "mdm_opt_letters"


def test_tasks_of_the_harness_itself_are_found_by_name(folder, monkeypatch):
    with quiet():
        from lm_eval import tasks

        whole = tasks.TaskManager()

    class Known(tasks.TaskManager):
        def __new__(cls, **_):
            return whole

    monkeypatch.setattr(tasks, "TaskManager", Known)
    for name, message in {
        "gsm9k": "no task 'gsm9k'; near it are gsm8k",
        "zzzzzzzzzz": "'lm_eval ls tasks' lists all",
        "arc_easy": "'arc_easy' is a task without generation",
        "mmlu_stem": r"'mmlu_stem' is a group of \d+ tasks: ",
        "humaneval": "'humaneval' runs code that the model writes",
        # There is no network here; it was found, and its data were not.
        "gsm8k": r"cannot load 'gsm8k': \w+: ",
    }.items():
        with pytest.raises(InputError, match=message) as refused:
            task_of(folder, task=name)
        assert "\n" not in str(refused.value)


def test_prompt_that_does_not_fit_is_refused_with_its_document(folder):
    lines = (folder / "questions.jsonl").read_text().splitlines()
    lines[7] = json.dumps({"text": "a" * 60, "letter": "a"})
    (folder / "questions.jsonl").write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"'mdm_opt_letters': document 7: .*64 positions"):
        problem_of(folder, limit=48)


def test_scorer_that_raises_or_returns_no_number_fails_the_trial_in_one_line(folder):
    scorer = "def score(doc, results):\n    return {'exact_match': VALUE}\n"
    changed(folder, append="process_results: !function scorer.score\n")
    (folder / "scorer.py").write_text(scorer.replace("VALUE", "float(len(results[0]))"))
    problem = problem_of(folder)
    candidate = baseline("linear", 3)
    assert measure(problem, candidate, [0, 1]).value > 0
    number = problem.objective._documents.numbers([1])[0]
    text = problem.objective._task.documents[number]["text"]
    for value, message in (
        (f"1 // (doc['text'] != {text!r})", f"cannot score document {number}: ZeroDivisionError"),
        (f"[] if doc['text'] == {text!r} else 1", rf"document {number}: exact_match is \[\], no"),
    ):
        time.sleep(0.01)
        (folder / "scorer.py").write_text(scorer.replace("VALUE", value))
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


def test_missing_package_is_named(folder, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'mdm-opt\[lm-eval\]'"):
        task_of(folder)


def test_loading_is_quiet_and_leaves_no_trace(folder, capfd):
    level, state = logging.getLogger("lm_eval").level, random.getstate()
    numpy = np.random.get_state()[1].copy()
    problem_of(folder)
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")
    assert logging.getLogger("lm_eval").level == level
    assert random.getstate() == state
    assert (np.random.get_state()[1] == numpy).all()


def test_help_of_the_command_does_not_load_the_harness():
    program = (
        "import sys; import mdm_opt.cli.main, mdm_opt.config; print('lm_eval' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr

"""Tasks of lm-evaluation-harness: found, loaded, and refused."""

from __future__ import annotations

import importlib.util
import logging
import random
import subprocess
import sys

import numpy as np
import pytest
from lm_eval_tasks import changed, problem_of, rewritten, task_of

from mdm_opt.errors import InputError
from mdm_opt.objectives.harness_task import quiet, stop_strings


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
        rewritten(folder / "letters.py", source.replace("MORE", more))
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


@pytest.mark.slow
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

"""A task of lm-evaluation-harness with its data, a model and a study of it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import warnings
from pathlib import Path

import pytest
import torch
import transformers
from study_files import write_study
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from mdm_opt.config import LmEvalObjective, load_study_file
from mdm_opt.objectives.harness import load_task
from mdm_opt.study.problem import build_problem

TASK = Path(__file__).parent / "objectives" / "lm_eval_task"

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


def prepared(folder, monkeypatch):
    """Writes all of it into a folder, in which commands run then; skips without the harness."""
    if not importlib.util.find_spec("lm_eval"):
        if os.environ.get("CI") == "true":
            pytest.fail("lm-evaluation-harness is not installed")
        pytest.skip("lm-evaluation-harness is not installed")
    monkeypatch.setenv("HF_HOME", str(folder / "hub"))
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import datasets
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", folder / "hub" / "datasets")
    monkeypatch.chdir(folder)
    shutil.copytree(TASK, folder, dirs_exist_ok=True)
    write_model(folder / "model")
    write_study(folder, STUDY)
    return folder


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


def rewritten(path, code):
    """Python takes a compiled file for current where size and second of the code are the same."""
    second = int(path.stat().st_mtime) + 1 if path.exists() else 0
    path.write_text(code)
    os.utime(path, (second, second))


def task_of(folder, **keys):
    table = {"kind": "lm_eval", "task": "letters.yaml", **keys}
    return load_task(LmEvalObjective.model_validate(table), folder)


def problem_of(folder, **keys):
    text = STUDY
    for key, value in keys.items():
        text = text.replace("[search]", f"{key} = {json.dumps(value)}\n[search]")
    path = write_study(folder, text)
    return build_problem(load_study_file(path), folder)


def model_of(folder, **arguments):
    from mdm_opt.handoff.lm_eval_model import StudyModel

    return StudyModel(
        str(folder / "study.toml"), **{"schedule": "linear", "steps": 3, **arguments}
    )

"""Which noise a document of lm-evaluation-harness has; what the model needs to be told."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import warnings
from types import SimpleNamespace

import pytest
from exported_schedules import content
from own_samplers import toy_study
from study_contents import to_toml
from study_files import SUDOKU4, write_study

from mdm_opt.config import load_study_file
from mdm_opt.errors import InputError

# What the sets of 2, 2 and 3 instances are, and what follows them.
SETS = [0, 1, 2**40, 2**40 + 1, 2**41, 2**41 + 1, 2**41 + 2]
BEYOND, FOREIGN = 2**42, 2**42 + 2**41


@pytest.fixture(scope="module")
def lm_eval_model():
    """The module, which the harness's package brings to life."""
    if not importlib.util.find_spec("lm_eval"):
        if os.environ.get("CI") == "true":
            pytest.fail("lm-evaluation-harness is not installed")
        pytest.skip("lm-evaluation-harness is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("mdm_opt.handoff.lm_eval_model")


@pytest.fixture
def instances(lm_eval_model, tmp_path):
    """Of a study, for documents of its task."""
    text = SUDOKU4.replace("instances = 16", "instances = 2").replace("= 32", "= 3")
    study_file = load_study_file(write_study(tmp_path, text))

    def made(documents):
        return lm_eval_model.Instances(documents, study_file)

    return made


def requests(*documents):
    return [SimpleNamespace(doc=document) for document in documents]


def test_documents_are_shared_out_to_the_sets_and_the_rest_follows(instances):
    documents = [{"question": letter} for letter in "abcdefghi"]
    found = instances(documents).of(requests(*documents))
    assert sorted(found) == [*SETS, BEYOND + 7, BEYOND + 8]
    # By the study's seed, not in the order of the task.
    assert found != sorted(found)


def test_a_document_has_its_instance_whatever_else_is_asked_for(instances):
    documents = [{"question": letter} for letter in "abcdefghi"]
    of = instances(documents).of
    whole = of(requests(*documents))
    assert of(requests(documents[6], documents[2])) == [whole[6], whole[2]]
    # Its keys may come in another order, as its file may have been written anew.
    first, second = instances([{"a": 1, "b": 2}]).of, instances([{"b": 2, "a": 1}]).of
    assert first(requests({"b": 2, "a": 1})) == second(requests({"a": 1, "b": 2})) == [0]


def test_equal_documents_have_noise_of_their_own_in_the_order_of_the_task(instances):
    documents = [{"question": letter} for letter in "abaac"]
    of = instances(documents).of
    whole = of(requests(*documents))
    assert sorted(whole) == SETS[:5]
    assert of(requests(documents[0])) == [whole[0]]
    assert of(requests(documents[3], documents[4], documents[2])) == [whole[n] for n in (0, 4, 2)]


def test_documents_of_another_task_have_noise_of_no_set(instances):
    ours, other, another = {"question": "a"}, {"question": "x"}, {"question": "y"}
    of = instances([ours]).of
    first, twice, mine, second = of(requests(other, other, ours, another))
    assert mine == 0
    assert min(first, twice, second) >= FOREIGN
    assert twice == first + 1
    assert len({first, twice, second}) == 3
    # The same in any study, and where others are asked for, too.
    assert instances([]).of(requests(another, other)) == [second, first]
    # One of ours more often than the task has it.
    assert of(requests(ours, ours))[1] >= FOREIGN


def test_what_does_not_fit_is_said_before_a_model_is_loaded(lm_eval_model, tmp_path):
    study = tmp_path / "none.toml"
    for given, message in (
        ({"study": study}, "both are needed; steps=N goes with the name of a baseline"),
        ({"study": study, "schedule": "linear", "stepz": 3}, "'stepz' is not known"),
        ({"study": study, "schedule": "linear"}, "cannot read study file"),
    ):
        with pytest.raises(InputError, match=message):
            lm_eval_model.StudyModel(**given)


def test_a_study_without_prompts_or_documents_is_refused(lm_eval_model, tmp_path):
    path = str(write_study(tmp_path))
    with pytest.raises(InputError, match="the model takes no prompts"):
        lm_eval_model.StudyModel(path, "linear", 4)
    with pytest.raises(InputError, match="kind is 'validity'; 'lm_eval' has documents"):
        lm_eval_model.document_numbers(path, "search")


def test_a_schedule_brings_the_settings_that_its_study_searches(lm_eval_model, tmp_path):
    kind = 'kind = "lm_eval"\ntask = "gsm8k"'
    text = SUDOKU4.replace('kind = "validity"\nverifier = "sudoku"', kind)
    searched = "[space]\ntemperature = { low = 0.0, high = 1.0 }\nblock_length = [4, 8]"
    study_file = load_study_file(write_study(tmp_path, text.replace("[space]", searched)))
    values = content(steps=4, length=16, block_length=8)
    values["sampler"]["temperature"] = 0.25
    path = tmp_path / "best.json"
    path.write_text(json.dumps(values))
    denoiser = SimpleNamespace(length=16, fingerprint=values["provenance"]["model_fingerprint"])
    found = lm_eval_model._candidate(str(path), None, study_file, denoiser)
    assert found.decoding == {"temperature": 0.25, "block_length": 8}
    values["sampler"]["order"] = "margin"
    path.write_text(json.dumps(values))
    with pytest.raises(InputError, match="measured with order = 'margin'; the study has 'random'"):
        lm_eval_model._candidate(str(path), None, study_file, denoiser)


def test_a_study_of_a_sampler_that_is_not_ours_is_refused(lm_eval_model, tmp_path):
    (tmp_path / "own.toml").write_text(to_toml(toy_study(tmp_path, "toy_harness")))
    with pytest.raises(InputError, match="its sampler is not mdm-opt's; the harness is given the"):
        lm_eval_model.StudyModel(study=str(tmp_path / "own.toml"), schedule="linear")

"""check_objective: our own objectives pass it, and everything that it looks at can fail."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import bimodal, sudoku4, toy_balanced
from mdm_opt.models.rates import EnumeratedRates
from mdm_opt.models.timed_law import EnumeratedTimedLaw
from mdm_opt.objectives.base import Scores
from mdm_opt.objectives.divergence import Divergence
from mdm_opt.objectives.judge_nll import JudgeNll, masked_judge
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.objectives.sample_score import validity
from mdm_opt.sudoku import is_valid
from mdm_opt.testing import check_objective


@pytest.fixture(scope="module")
def model():
    return EnumeratedDenoiser(sudoku4())


def test_our_own_pass(model):
    check_objective(validity(is_valid), model)
    check_objective(PathKl(), model)
    check_objective(JudgeNll(masked_judge(model), 0.1, fingerprint="x"), model)
    toy = EnumeratedDenoiser(toy_balanced())
    check_objective(Divergence(toy.law, "kl"), toy, steps=2)


@pytest.mark.parametrize("model", [EnumeratedRates(bimodal()), EnumeratedTimedLaw(toy_balanced())])
def test_models_of_other_processes_are_judged(model):
    check_objective(lambda texts: [float(text.count("1")) for text in texts], model)
    check_objective(PathKl(), model)
    with pytest.raises(AssertionError, match="score: depends on other instances of the batch"):
        check_objective(lambda texts: [float(len(texts))] * len(texts), model)


def test_functions_pass(model):
    check_objective(lambda texts: [float(text.count("1")) for text in texts], model)


class Plain:
    """The number of calls, which is the same for all."""

    name, unit, direction, deterministic, fingerprint = "plain", "calls", "minimize", False, ""
    calls = 0

    def values(self, batch):
        return np.array([one % 7 for one in batch.instances], dtype=np.float64)

    def scores(self, values, batch):
        n = len(batch.instances)
        return Scores(values, np.full(n, 4.0), 4 * n, {"guard": np.zeros(n)}, ("text",) * n)

    def score(self, denoiser, batch):
        return self.scores(self.values(batch), batch)


class Prompted(Plain):
    def prompt_ids(self, instances):
        return [[one % 3] for one in instances]


class Fickle(Plain):
    counter = itertools.count()

    def values(self, batch):
        return super().values(batch) + next(self.counter)


def changed(base=Plain, **members):
    return type("Changed", (base,), members)()


def scored(**changes):
    """An objective whose scores have something else in them."""

    def scores(self, values, batch):
        kept = vars(Plain.scores(self, values, batch))
        return Scores(**(kept | {name: made(batch) for name, made in changes.items()}))

    return changed(scores=scores)


def test_an_honest_one_passes(model):
    check_objective(Plain(), model)


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        (changed(name=""), "name: '' is no text"),
        (changed(direction="up"), "direction: 'up' is neither"),
        (changed(deterministic=None), "deterministic: None is neither"),
        (changed(fingerprint=5), "fingerprint: 5 is no text"),
        (changed(values=lambda self, batch: np.zeros(2)), "values: shape (2,), expected (4,)"),
        (changed(values=lambda self, batch: np.full(len(batch.instances), np.nan)),
         "values: not all numbers are finite"),
        (Fickle(), "score: other values in the same noise"),
        (changed(values=lambda self, batch: np.full(len(batch.instances),
                                                    float(len(batch.instances)))),
         "score: depends on other instances of the batch, by 3"),
        (changed(deterministic=True), "deterministic: but instances differ by 3"),
        (scored(nfe=lambda batch: -np.ones(len(batch.instances))), "nfe: negative"),
        (scored(guards=lambda batch: {"g": np.zeros(9)}), "guards['g']: shape (9,)"),
        (scored(sequence_calls=lambda batch: 1.5), "sequence_calls: 1.5 is no integer"),
        (scored(texts=lambda batch: ("one",)), "texts: neither empty"),
        (changed(Prompted, prompt_ids=lambda self, instances: [["a"]] * len(instances)),
         "prompt_ids: not a list of token ids"),
        (changed(score=lambda self, *_: 1 / 0), "score: raised ZeroDivisionError"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(model, objective, said):
    with pytest.raises(AssertionError) as caught:
        check_objective(objective, model)
    assert any(said in line for line in str(caught.value).split("\n- ")), str(caught.value)


def test_what_is_no_objective_is_said(model):
    with pytest.raises(AssertionError, match=r"it lacks direction, unit, deterministic"):
        check_objective(type("Some", (), {"name": "x", "score": None, "fingerprint": ""})(), model)


def test_functions_that_return_too_little_are_named(model):
    with pytest.raises(AssertionError, match="one number a sample is expected"):
        check_objective(lambda texts: [1.0], model)

"""tune(): models of births and of uniform and ordinal corruption, however they are sampled."""

from __future__ import annotations

import pytest
import torch

import mdm_opt
from mdm_opt.errors import InputError
from mdm_opt.models.laws import bimodal, toy_extremes
from mdm_opt.models.rates import EnumeratedRates
from mdm_opt.models.timed_law import EnumeratedTimedLaw
from mdm_opt.objectives.path_kl import PathKl

QUICK = {
    "trials": 3, "instances": 8, "verify_instances": 8, "top": 1, "progress": False,
    "seeds": ["energy"], "racing": False,
}  # fmt: skip


def share(numbers, alpha):
    return torch.full((len(numbers), 1), alpha)


class Net(torch.nn.Module):
    def __init__(self, outputs):
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(4, 3 * outputs)
        self.outputs = outputs

    def forward(self, numbers, alpha):
        found = self.layer(torch.cat([numbers.float(), share(numbers, alpha)], 1))
        return found.reshape(len(numbers), 3, self.outputs)


def rates():
    net = Net(1)
    return mdm_opt.TorchRates(
        lambda counts, alpha: net(counts, alpha)[..., 0].exp(), length=3, max_count=4
    )


def law(kernel="uniform"):
    return mdm_opt.TorchLaw(Net(4), length=3, kernel=kernel)


def total(texts):
    return [float(sum(map(int, text.split()))) for text in texts]


def letters(texts):
    return [float(text.count("a") + text.count("1")) for text in texts]


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("model", "sampling"),
    [
        (rates, {}),
        (rates, {"births": "binomial"}),
        (rates, {"births": "randomised"}),
        (law, {}),
        (law, {"step": "flow", "first_alpha": 0.02}),
        (lambda: law("nearest"), {"step": "euler", "first_alpha": 0.02, "last_alpha": 0.95}),
    ],
)
def test_a_network_is_tuned_however_it_is_sampled(model, sampling):
    found = mdm_opt.tune(model(), total, steps=3, sampling=sampling, **QUICK)
    (budget,) = found.best.budgets
    assert budget.steps == 3
    assert budget.verified
    exported = found.schedules[3]
    alphas = exported.alphas
    assert len(alphas) == 4
    assert alphas[0] == sampling.get("first_alpha", 0)
    assert alphas[-1] == 1
    if "last_alpha" in sampling:
        assert alphas[-2] == sampling["last_alpha"]
    assert exported.sampler.model_dump().items() >= sampling.items()


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    "model", [EnumeratedRates(bimodal()), EnumeratedTimedLaw(toy_extremes())], ids=["births", "u"]
)
@pytest.mark.parametrize("objective", [letters, PathKl()], ids=["metric", "path_kl"])
def test_exact_models_are_tuned(model, objective):
    found = mdm_opt.tune(model, objective, steps=[1, 2], **{**QUICK, "trials": 4})
    assert [budget.steps for budget in found.best.budgets] == [1, 2]
    with pytest.raises(ValueError, match=r"process '\w+' have no counts; use alphas"):
        _ = found.schedule(2).counts


@pytest.mark.parametrize(
    ("model", "arguments", "said"),
    [
        (
            rates,
            {"sampling": {"step": "flow"}},
            r"^sampling\['step'\]: unknown key; known: births",
        ),
        (law, {"sampling": {"births": "poisson"}}, r"^sampling\['births'\]: unknown key"),
        (law, {"sampling": {"step": "flow"}}, r"^sampling: step = 'flow' needs first_alpha"),
        (rates, {"sampling": "binomial"}, r"^sampling: 'binomial' is not accepted"),
        (rates, {"order": "confidence"}, r"^order: unknown key"),
        (rates, {"order": ["random", "entropy"]}, r"order cannot be searched"),
        (rates, {"temperature": 0.5}, r"^temperature: unknown key"),
        (rates, {"family": "free"}, r"steps of the process 'births' do not have"),
        (rates, {"family": "threshold"}, r"of process 'births' are not sampled by rules"),
        (law, {"baseline": {"family": "threshold", "cutoff": 0.9}}, r"^baseline: models of"),
        (rates, {"steps": 0}, r"^steps\[0\]: 0 is not accepted"),
    ],
)
def test_what_does_not_fit_the_process_is_refused(model, arguments, said):
    with pytest.raises(InputError, match=said):
        mdm_opt.tune(model(), total, **{"steps": 2, **QUICK, **arguments})

"""The entropy of the tokens of a sample, and the guard that keeps it above a floor."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mdm_opt.candidates import beta
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import toy_extremes
from mdm_opt.objectives.entropy import entropy_guard, unigram_entropy
from mdm_opt.objectives.sample_score import validity


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([3, 3, 3, 3], 0.0),
        ([0, 1, 2, 3], np.log(4)),
        ([5, 5, 9, 9], np.log(2)),
        ([1, 1, 1, 2], -0.75 * np.log(0.75) - 0.25 * np.log(0.25)),
        ([7], 0.0),
    ],
)
def test_unigram_entropy(row: list[int], expected: float) -> None:
    found = unigram_entropy(torch.tensor([row, row[::-1]]))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, [expected] * 2, rtol=1e-14, atol=1e-15)


def test_the_guard_is_what_is_missing_to_the_floor() -> None:
    tokens = torch.tensor([[0, 0, 0, 0], [0, 1, 2, 3]])
    assert entropy_guard(tokens, None) == {}
    (values,) = entropy_guard(tokens, 0.5).values()
    np.testing.assert_allclose(values, [0.5, 0.5 - np.log(4)])


def test_samples_that_repeat_one_token_break_the_guard_of_validity() -> None:
    """One token a step writes aaaaa or bbbbb, which are valid and of entropy 0."""
    model = EnumeratedDenoiser(toy_extremes())

    def guards(floor: float | None) -> dict[str, float]:
        objective = validity(lambda texts: [1.0 for _ in texts], min_entropy_nats=floor)
        return dict(measure(Problem(model, objective, seed=0), beta(0.5, 0.5, 5), range(8)).guards)

    assert guards(None) == {}
    assert guards(0.2) == {"entropy": pytest.approx(0.2)}

"""What is asked of a model of births, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from mdm_opt.errors import RunError
from mdm_opt.processes.births.rates import asked_rates

COUNTS = torch.zeros((2, 3), dtype=torch.int64)


class Answers:
    """Answers with whatever it was made with."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def rates(self, counts: torch.Tensor, alpha: float) -> Any:
        return self.answer


def rates_with(value: float) -> torch.Tensor:
    found = torch.ones((2, 3))
    found[1, 2] = value
    return found


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_rates_come_as_float64(dtype: torch.dtype) -> None:
    given = torch.tensor([[0.0, 0.5, 2.0], [1.0, 4.0, 255.0]], dtype=dtype)
    found = asked_rates(Answers(given), COUNTS, 0.5)
    assert found.dtype == np.float64
    assert found.tolist() == given.tolist()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (rates_with(np.nan), "at alpha = 0.25 have nan; finite numbers of at least 0"),
        (rates_with(np.inf), "have inf;"),
        (rates_with(-0.5), r"have -0\.5;"),
        (torch.ones(2, 4), r"rates of shape \(2, 4\) .* counts of shape \(2, 3\)"),
        (torch.ones(2, 3, 1), r"rates of shape \(2, 3, 1\)"),
        (torch.ones(3), r"rates of shape \(3,\)"),
        (None, "answered with NoneType at alpha = 0.25"),
        ([[1.0] * 3] * 2, "answered with list"),
    ],
)
def test_what_is_no_rate_is_refused_in_one_line(answer: Any, said: str) -> None:
    with pytest.raises(RunError, match=said) as raised:
        asked_rates(Answers(answer), COUNTS, 0.25)
    assert len(str(raised.value).splitlines()) == 1

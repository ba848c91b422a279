"""What is certain, and the share of the rest."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mdm_opt.candidates import MEASURES, Rule
from mdm_opt.processes.masked.certainty import certain, doubts, share

LAWS = torch.tensor([[0.5, 0.25, 0.25], [0.9, 0.1, 0.0], [1 / 3, 1 / 3, 1 / 3]]).log()


def test_doubts_are_confidences_or_entropies() -> None:
    confidence = doubts(LAWS, Rule("confidence", 0.5))
    assert confidence.tolist() == pytest.approx([-0.5, -0.9, -1 / 3], abs=1e-6)
    entropies = [1.5 * math.log(2), -0.9 * math.log(0.9) - 0.1 * math.log(0.1), math.log(3)]
    for measure in ("entropy", "bound"):
        found = doubts(LAWS, Rule(measure, 0.5))
        assert found.dtype == torch.float64
        assert found.tolist() == pytest.approx(entropies, abs=1e-6)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule("confidence", 0.5), [True, True, False, False]),
        (Rule("confidence", 0.51), [False, True, False, False]),
        (Rule("confidence", 1.5), [False] * 4),
        (Rule("confidence", 0.0), [True, True, True, False]),
    ],
)
def test_confidence_reaches_its_cutoff(rule: Rule, expected: list[bool]) -> None:
    doubt = torch.tensor([[-0.5, -0.9, -0.3, torch.inf]], dtype=torch.float64)
    assert certain(doubt, rule)[0].tolist() == expected


@pytest.mark.parametrize(
    ("cutoff", "expected"),
    [(-0.1, []), (0.0, [2]), (0.19, [2]), (0.2, [2, 0]), (0.7, [2, 0, 1]), (9.0, [2, 0, 1])],
)
def test_a_bound_leaves_out_the_largest(cutoff: float, expected: list[int]) -> None:
    doubt = torch.tensor([[0.5, 0.6, 0.2, torch.inf]], dtype=torch.float64)
    found = certain(doubt, Rule("bound", cutoff))[0]
    assert found.nonzero()[:, 0].tolist() == sorted(expected)


def test_the_first_of_equals_is_within_the_bound() -> None:
    doubt = torch.tensor([[0.5, 0.5, 0.5]], dtype=torch.float64)
    assert certain(doubt, Rule("bound", 0.6))[0].tolist() == [True, True, False]


@given(
    st.sampled_from(MEASURES),
    st.lists(st.floats(0, 1), min_size=1, max_size=8),
    st.floats(0, 2),
    st.floats(0, 1),
)
def test_what_is_certain_has_less_doubt_and_grows_with_the_cutoff(
    measure: str, values: list[float], cutoff: float, more: float
) -> None:
    sign = -1.0 if measure == "confidence" else 1.0
    doubt = torch.tensor([values], dtype=torch.float64) * sign
    found = certain(doubt, Rule(measure, cutoff))
    if found.any() and not found.all():
        assert doubt[found].max() <= doubt[~found].min()
    looser = certain(doubt, Rule(measure, cutoff + sign * more))
    assert (looser | ~found).all()
    if measure == "bound":
        assert found.any()


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40))
def test_the_share_is_the_nearest_whole_number(rest: int, count: int, others: int) -> None:
    masked = count + others
    found = int(share(*(torch.tensor(one) for one in (rest, count, masked))))
    if rest == 0:
        assert found == 0
    else:
        assert found == max(1, math.floor(rest * count / masked + 0.5 + 1e-12))
    if rest == masked:
        assert found == count
    if others == 0:
        assert found == rest

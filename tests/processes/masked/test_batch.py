"""What a candidate reveals of a batch: the same counts for all, or those of its noise."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest

from mdm_opt.candidates import MaskedDecoding, Plan
from mdm_opt.processes import MASKED, MaskedBatch, Noise, ancestral_counts, instance_noise
from mdm_opt.processes.masked.batch import masked_batch

# Four tokens of three instances.
NOISE = Noise(
    permutation=np.array([[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2]]),
    token_uniforms=np.zeros((3, 4)),
    reveal_times=np.array([[0.1, 0.2, 0.3, 0.9], [0.25, 0.3, 0.5, 0.7], [0.76, 0.8, 0.9, 0.99]]),
)


def batch(grid: Sequence[float], counts: Sequence[int] | None = None) -> MaskedBatch:
    """With counts, fixed ones; without, ancestral reveal along the grid."""
    plan = Plan(np.array(grid), None if counts is None else np.array(counts), 4)
    decoding = MaskedDecoding(reveal="ancestral" if counts is None else "fixed")
    return MaskedBatch(MASKED, [5, 6, 9], plan, decoding, 0, None, NOISE)


def test_fixed_counts_are_those_of_the_plan_for_all() -> None:
    made = batch([0, 0.3, 1], [1, 3])
    assert made.counts.tolist() == [[1, 3]] * 3
    assert made.nfe.tolist() == [2, 2, 2]
    assert made.nfe.dtype == made.counts.dtype == np.int64


def test_ancestral_counts_are_the_times_of_an_instance_between_two_steps() -> None:
    """A time at the very end of a step, 0.25 and 0.5, belongs to the next one."""
    made = batch([0, 0.25, 0.5, 0.75, 1])
    assert made.counts.tolist() == [[2, 1, 0, 1], [0, 2, 2, 0], [0, 0, 0, 4]]
    assert made.nfe.tolist() == [3, 2, 1]
    assert made.nfe.dtype == made.counts.dtype == np.int64


def test_steps_that_reveal_nothing_call_nothing() -> None:
    assert batch([0, 0.2, 0.4, 0.6, 1], [0, 3, 0, 1]).nfe.tolist() == [2, 2, 2]
    assert batch([0, 1]).counts.tolist() == [[4]] * 3
    assert batch([0, 1]).nfe.tolist() == [1, 1, 1]


def test_counts_are_found_once() -> None:
    made = batch([0, 0.5, 1])
    assert made.counts is made.counts


@pytest.mark.parametrize("counts", [None, [1, 3]])
def test_other_instances_have_the_same_plan_and_their_own_noise(counts: list[int] | None) -> None:
    model = SimpleNamespace(length=4)
    made = batch([0, 0.5, 1], counts)
    others = made.others(model, [7, 8])
    noise = instance_noise([7, 8], 4, seed=0)
    assert list(others.instances) == [7, 8]
    assert (others.plan, others.decoding, others.seed) == (made.plan, made.decoding, made.seed)
    for name in ("permutation", "token_uniforms", "reveal_times"):
        assert np.array_equal(getattr(others.noise, name), getattr(noise, name))
    expected = [counts] * 2 if counts else ancestral_counts(made.plan.grid, noise).tolist()
    assert made.counts.shape == (3, 2)
    assert others.counts.tolist() == expected


def test_a_batch_of_another_process_is_refused() -> None:
    made = batch([0, 1], [4])
    assert masked_batch(made) is made
    with pytest.raises(TypeError, match="masked process is expected, got SimpleNamespace"):
        masked_batch(SimpleNamespace())

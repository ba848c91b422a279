"""What steps cost, of single sequences: means, draws, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from mdm_opt.schedules import StepSample
from mdm_opt.schedules.step_costs import StepTable, step_table
from mdm_opt.schedules.step_sample import MOST_STEPS

SEQUENCES = 40


def table_of(process: str) -> StepTable:
    return step_table(process, 5)


def sample_of(process: str, sequences: int = SEQUENCES) -> StepSample:
    """Values around a falling line, with noise that differs between cells."""
    table, rng = table_of(process), np.random.default_rng(2)
    cells = len(table.cells)
    noise = rng.normal(size=(sequences, cells)) * np.linspace(0.5, 3, cells)
    return StepSample(table, np.linspace(4, 0, cells) + noise)


@pytest.fixture(params=["births", "uniform"])
def sample(request: pytest.FixtureRequest) -> StepSample:
    return sample_of(request.param)


def test_cells_are_those_of_the_table(sample: StepSample) -> None:
    assert len(sample) == SEQUENCES
    assert sample.known is sample.table.cells
    assert sample.nats.shape == (SEQUENCES, len(sample.known))
    assert sample.most_steps == MOST_STEPS
    # Places stay where they are.
    assert sample.placed.tolist() == []
    assert sample.better_boundaries() is None


def test_means_and_their_errors_are_those_of_the_sequences(sample: StepSample) -> None:
    assert sample.mean == pytest.approx(sample.nats.sum(axis=0) / SEQUENCES)
    assert sample.plain() == pytest.approx(sample.mean)
    away = ((sample.nats - sample.mean) ** 2).sum(axis=0)
    exact = np.sqrt(away / (SEQUENCES - 1) / SEQUENCES)
    assert sample.standard_error == pytest.approx(exact)
    assert sample.part([3]).standard_error.tolist() == [0] * len(sample.known)


def test_a_part_has_some_of_the_sequences(sample: StepSample) -> None:
    found = sample.part(np.array([7, 0, 7]))
    assert found.table is sample.table
    assert np.array_equal(found.nats, sample.nats[[7, 0, 7]])
    assert len(sample.part(range(5))) == 5


def test_any_pairs_can_be_so_that_the_profile_is_the_mean() -> None:
    sample = sample_of("uniform")
    for found in (sample.profile(), sample.monotone()):
        assert found == pytest.approx(sample.mean)


def test_rates_never_rise_and_precise_ones_weigh_more() -> None:
    """Of two means the wrong way round one has 99 times the precision."""
    table = step_table("births", 2)
    nats = np.array([[1.0, 2.0], [1.0, 2.0]]) + np.array([[-1, -1], [1, 1]]) * np.array(
        [1, 99**-0.5]
    )
    sample = StepSample(table, nats)
    assert sample.mean == pytest.approx([1.0, 2.0])
    assert sample.profile() == pytest.approx([1.99, 1.99])
    assert sample.monotone() == pytest.approx(sample.profile())
    noisy = sample_of("births")
    assert (np.diff(noisy.profile()) <= 0).all()
    assert (np.diff(noisy.draws(20), axis=1) <= 0).all()


def test_draws_are_means_of_the_bootstrap() -> None:
    """Weights of a flat Dirichlet law: their mean is the mean, their spread its error's."""
    sample, count = sample_of("uniform"), 4000
    draws = sample.draws(count)
    assert draws.shape == (count, len(sample.known))
    variance = sample.nats.var(axis=0) / (SEQUENCES + 1)
    errors = np.sqrt(variance / count)
    assert (np.abs(draws.mean(axis=0) - sample.mean) < 5 * errors).all()
    # The relative error of a variance of so many nearly normal numbers is sqrt(2/4000).
    assert draws.var(axis=0) == pytest.approx(variance, rel=5 * (2 / count) ** 0.5)
    assert draws.min() >= sample.nats.min()
    assert draws.max() <= sample.nats.max()


def test_draws_are_fixed_by_their_seed(sample: StepSample) -> None:
    assert np.array_equal(sample.draws(3, seed=5), sample.draws(3, seed=5))
    assert not np.array_equal(sample.draws(3, seed=5), sample.draws(3, seed=6))
    assert np.array_equal(sample.draws(3), sample.draws(3, seed=0))
    one = sample.part([4])
    assert one.draws(2) == pytest.approx(np.tile(one.profile(), (2, 1)))


def test_costs_are_those_of_each_sequence(sample: StepSample) -> None:
    weights = sample.table.weights(np.array([0, 0.2, 0.7, 1]))
    costs = sample.costs(weights)
    assert costs.shape == (SEQUENCES,)
    assert costs[4] == pytest.approx(sample.nats[4] @ weights)
    assert costs.mean() == pytest.approx(weights @ sample.plain())


@pytest.mark.parametrize("shape", [(4, 4), (4, 6), (0, 5), (5,), (2, 5, 1)])
def test_shapes_that_do_not_fit_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^nats \(.*\) do not fit 5 cells$"):
        StepSample(table_of("births"), np.zeros(shape))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(bad: float) -> None:
    nats = np.zeros((2, 5))
    nats[1, 3] = bad
    with pytest.raises(ValueError, match=f"^nats must be finite, got {bad}$"):
        StepSample(table_of("births"), nats)

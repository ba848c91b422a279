"""Tables of step costs: by hand, and against the exact costs of known laws."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from exact_steps import LIMITS, PROCESSES, exact_steps
from scipy import integrate

from mdm_opt.schedules import BetaSchedule, named_schedule, reveal_grid
from mdm_opt.schedules.step_costs import (
    PairTable,
    RateTable,
    places,
    position,
    step_table,
    table_of,
)

STEPS = (4, 8, 16)
SCHEDULES = [named_schedule(name) for name in ("linear", "sin2", "sine")] + [
    BetaSchedule(0.4, 0.7),
    BetaSchedule(3.0, 0.3),
]
TABLES = [RateTable(7), PairTable(7)]


def random_values(table, seed=0):
    return np.random.default_rng(seed).normal(size=len(table.cells))


def random_grid(seed, steps=5):
    inner = np.sort(np.random.default_rng(seed).uniform(size=steps - 1))
    return np.concatenate([[0.0], inner, [1.0]])


def pairs(count):
    return list(itertools.combinations(range(count + 1), 2))


def quadratic(count, kappa=0.01, told=None):
    """Steps lose kappa by their squared distance, and tell what adds up along every grid."""
    told = np.zeros(count + 1) if told is None else told
    return np.array([kappa * (j - i) ** 2 + told[j] - told[i] for i, j in pairs(count)])


def test_places_are_even_in_the_angle():
    assert places(2).tolist() == pytest.approx([0, 0.5, 1])
    assert places(3).tolist() == pytest.approx([0, 0.25, 0.75, 1])
    for count in (1, 5, 64):
        found = places(count)
        assert (len(found), found[0], found[-1]) == (count + 1, 0.0, 1.0)
        assert (np.diff(found) > 0).all()
        assert position(found, count) == pytest.approx(np.arange(count + 1), abs=1e-9)


def test_positions_have_the_shape_of_the_alphas():
    assert position(0.5, 8) == pytest.approx(4)
    found = position([[0.25, 0.75], [0.0, 1.0]], 3)
    assert found == pytest.approx(np.array([[1, 2], [0, 3]]))
    # What rounding leads beyond the ends.
    assert position([-1e-17, 1 + 1e-15], 3).tolist() == pytest.approx([0, 3])


@pytest.mark.parametrize("process", ["births", "uniform"])
def test_a_table_is_known_by_its_number_of_cells(process):
    for count in (2, 3, 16, 33):
        table = step_table(process, count)
        assert table_of(process, len(table.cells)) is table is step_table(process, count)
        assert len(table.cells) == (count if process == "births" else count * (count + 1) // 2)
        assert (np.diff(table.cells) > 0).all()


def test_cells_of_pairs_are_numbered_row_by_row():
    assert PairTable(4).cells.tolist() == [4 * i + j for i, j in pairs(4)]
    assert RateTable(4).cells.tolist() == [0, 1, 2, 3]


def test_other_processes_have_no_table_and_one_interval_makes_none():
    with pytest.raises(ValueError, match=r"^process 'masked' has no table of step costs$"):
        step_table("masked", 4)
    for kind in (RateTable, PairTable):
        with pytest.raises(ValueError, match=r"^at least 2 places are needed, got 1$"):
            kind(1)


@pytest.mark.parametrize("table", TABLES, ids=["births", "uniform"])
@pytest.mark.parametrize("seed", range(4))
def test_path_kl_is_weights_times_values(table, seed):
    values, grids = random_values(table, seed), [random_grid(10 * seed + k) for k in range(5)]
    found = table.path_kls(values, np.array(grids))
    assert found == pytest.approx([table.weights(grid) @ values for grid in grids], abs=1e-12)
    # Linear in the values.
    other = random_values(table, seed + 99)
    both = table.path_kls(2 * values - other, np.array(grids))
    assert both == pytest.approx(2 * found - table.path_kls(other, np.array(grids)), abs=1e-12)


@pytest.mark.parametrize("table", TABLES, ids=["births", "uniform"])
def test_steps_that_lead_nowhere_cost_nothing(table):
    values = random_values(table)
    plain, twice = np.array([0, 0.3, 1]), np.array([0, 0, 0.3, 0.3, 1, 1])
    assert table.weights(twice) == pytest.approx(table.weights(plain), abs=1e-15)
    found = table.path_kls(values, twice[None])
    assert found == pytest.approx(table.path_kls(values, plain[None]), abs=1e-12)


def test_a_step_of_births_costs_its_rate():
    """f at the start of the step, as it was measured at places, times its way."""
    table, values = RateTable(3), np.array([5.0, 2.0, -1.0])
    found = table.steps(values, np.array([0.0, 0.25, 0.75]), np.array([0.25, 0.75, 1.0]))
    assert found == pytest.approx([5 * 0.25, 2 * 0.5, -1 * 0.25])
    # Halfway between the angles of two places, and beyond the last one.
    between = np.sin(np.pi / 4) ** 2
    found = table.steps(values, np.array([between, 0.9]), np.array([1.0, 1.0]))
    assert found == pytest.approx([0.5 * (1 - between), -0.1])


@pytest.mark.parametrize("count", [2, 3, 16])
def test_every_grid_of_births_costs_the_integral_at_least(count):
    table, values = RateTable(count), random_values(RateTable(count))

    def rate(alpha):
        return np.interp(position(alpha, count), np.arange(count), values)

    exact = integrate.quad(rate, 0, 1, points=places(count)[1:-1], limit=200, epsabs=1e-10)[0]
    assert table.constant() @ values == pytest.approx(exact, abs=1e-5)
    assert table.constant().sum() == pytest.approx(1)
    # A rate that never changes loses nothing.
    flat = np.full(count, 3.0)
    assert table.path_kls(flat, random_grid(1)[None]) == pytest.approx([0], abs=1e-12)
    assert table.small_steps(flat).tolist() == [0] * count


def test_rates_that_rise_are_pooled():
    """(1 * 3 + 3 * 4)/4 of the first two, which are the wrong way round."""
    found = RateTable(4).possible(np.array([3.0, 4.0, 1.0, 2.0]), np.array([1.0, 3.0, 1.0, 1.0]))
    assert found == pytest.approx([3.75, 3.75, 1.5, 1.5])
    falling = np.array([3.0, 1.0, 0.5])
    assert RateTable(3).possible(falling, np.ones(3)) == pytest.approx(falling)


def test_small_steps_of_births_lose_half_of_what_the_rate_falls_by():
    found = RateTable(3).small_steps(np.array([5.0, 2.0, -1.0]))
    assert found == pytest.approx([3 * 0.25 / 2, 3 * 0.5 / 2, 0.0])


@pytest.mark.parametrize("count", [2, 5, 16])
def test_losses_by_the_squared_distance_are_found_exactly(count):
    """Whatever the steps tell of the clean sequence, which all grids share."""
    table = PairTable(count)
    told = np.sort(np.random.default_rng(count).uniform(size=count + 1))
    values = quadratic(count, told=told)
    assert table.small_steps(values) == pytest.approx(np.full(count, 0.01))
    assert table.losses(values) == pytest.approx(quadratic(count))
    for grid in (random_grid(3), random_grid(4), np.array([0, 0.001, 0.002, 1])):
        exact = 0.01 * (np.diff(position(grid, count)) ** 2).sum()
        # Next to the diagonal, too, where nothing is measured.
        assert table.path_kls(values, grid[None]) == pytest.approx([exact])
    nats, grid = table.limit(values, 4)
    assert nats == pytest.approx(0.01 * count**2 / 4, rel=1e-9)
    assert position(grid, 4) == pytest.approx(np.arange(5), abs=1e-9)
    assert table.energy_times(values) == pytest.approx(np.arange(count + 1) / count)


def test_any_costs_of_pairs_are_possible():
    values = random_values(PairTable(5))
    assert PairTable(5).possible(values, np.ones(15)) is values
    assert not PairTable(5).constant().any()


def test_a_step_between_places_is_its_own_cell():
    table = PairTable(6)
    values, alphas = random_values(table), places(6)
    losses = table.losses(values)
    starts, ends = np.array(pairs(6)).T
    assert table.steps(values, alphas[starts], alphas[ends]) == pytest.approx(losses)


@pytest.mark.parametrize("table", TABLES, ids=["births", "uniform"])
def test_where_nothing_is_lost_time_passes_evenly(table):
    zero = np.zeros(len(table.cells))
    even = np.arange(table.count + 1) / table.count
    assert table.energy_times(zero).tolist() == even.tolist()
    nats, grid = table.limit(zero, 3)
    assert nats == pytest.approx(0, abs=1e-12)
    assert (len(grid), grid[0], grid[-1]) == (4, 0.0, 1.0)


def test_time_passes_as_the_root_of_what_small_steps_lose():
    """Half of what the rate falls by over each interval: 8 * 0.25 and 1 * 0.5, and nothing."""
    found = RateTable(3).energy_times(np.array([9.0, 1.0, 0.0]))
    roots = np.cumsum([0, math.sqrt(1.0), math.sqrt(0.25), 0.0])
    assert found == pytest.approx(roots / 1.5, abs=1e-8)
    assert (np.diff(found) > 0).all()
    # A rise counts as nothing.
    assert RateTable(3).energy_times(np.array([1.0, 9.0, 0.0]))[1] < 1e-8


@pytest.mark.parametrize("table", TABLES, ids=["births", "uniform"])
@pytest.mark.parametrize(
    ("first", "last", "steps"),
    [(0.0, 1.0, 1), (0.1, 0.9, 1), (0.1, 0.9, 5), (0.5, 0.5001, 16), (0.97, 1.0, 64), (0, 1, 64)],
)
def test_limits_lead_from_one_end_to_the_other(table, first, last, steps):
    values = np.cos(np.arange(len(table.cells)))
    nats, grid = table.limit(values, steps, first, last)
    assert (len(grid), grid[0], grid[-1]) == (steps + 1, first, last)
    assert (np.diff(grid) > 0).all()
    assert nats == pytest.approx(table.weights(grid) @ values, abs=1e-9)


def test_the_limit_between_two_ends_is_that_of_losses_by_distance():
    table = PairTable(16)
    nats, grid = table.limit(quadratic(16), 4, 0.1, 0.8)
    first, last = position([0.1, 0.8], 16)
    # Places are a quarter of an interval apart, the ends lie between them.
    assert np.diff(position(grid, 16)) == pytest.approx(np.full(4, (last - first) / 4), abs=0.25)
    assert nats == pytest.approx(0.01 * (last - first) ** 2 / 4, rel=2e-3)


def test_two_intervals_are_enough():
    """One step costs 0.9 and two 0.5: each half loses 0.2, and the whole four times as much."""
    table = PairTable(2)
    values = np.array([0.2, 0.9, 0.3])
    assert table.small_steps(values) == pytest.approx([0.2, 0.2])
    assert table.path_kls(values, np.array([[0, 0.5, 1]])) == pytest.approx([0.4])
    assert table.path_kls(values, np.array([[0, 1.0]])) == pytest.approx([0.8])


@pytest.mark.parametrize("name", LIMITS)
def test_limit_grids_are_as_good_as_any(name):
    """Evaluated exactly they lose at most 1 % more than the best that is known."""
    known = exact_steps(name)
    for steps, best in zip(STEPS, LIMITS[name], strict=True):
        predicted, grid = known.table.limit(known.values, steps)
        assert len(grid) == steps + 1
        exact = known.path_kl(grid)
        assert best * 0.9999 < exact < best * 1.01
        assert predicted == pytest.approx(known.table.weights(grid) @ known.values, abs=1e-9)


@pytest.mark.parametrize("name", [name for name, kind in PROCESSES.items() if kind == "births"])
def test_rates_of_known_laws_predict_path_kl(name):
    known = exact_steps(name)
    grids = [reveal_grid(one, steps) for one in SCHEDULES for steps in (1, *STEPS)]
    found = [known.table.weights(grid) @ known.values for grid in grids]
    assert found == pytest.approx([known.path_kl(grid) for grid in grids], abs=0.002)
    smallest = known.table.possible(known.values, np.ones(len(known.values)))
    assert smallest == pytest.approx(known.values, rel=1e-9)


@pytest.mark.parametrize("name", [name for name, kind in PROCESSES.items() if kind == "uniform"])
def test_pairs_of_known_laws_predict_path_kl_up_to_what_all_grids_share(name):
    """What small steps lose is off by little, and beside that all grids are within 1 %."""
    known = exact_steps(name)
    among = places(known.table.count)
    whole = [among[::stride] for stride in (1, 2, 4, 8, 16, 32)]
    apart = [known.table.weights(grid) @ known.values - known.path_kl(grid) for grid in whole]
    assert apart == pytest.approx([apart[0]] * len(whole), abs=1e-9)
    assert abs(apart[0]) < 0.11 * known.path_kl(among)
    grids = [reveal_grid(one, steps) for one in SCHEDULES[:4] for steps in STEPS]
    found = [known.table.weights(grid) @ known.values - apart[0] for grid in grids]
    assert found == pytest.approx([known.path_kl(grid) for grid in grids], rel=0.01)


def test_schedules_are_ranked_as_their_exact_costs_are():
    for name in PROCESSES:
        known = exact_steps(name)
        grids = np.array([reveal_grid(one, 8) for one in SCHEDULES])
        predicted = known.table.path_kls(known.values, grids)
        assert predicted.argmin() == np.argmin([known.path_kl(grid) for grid in grids])


@pytest.mark.parametrize("name", PROCESSES)
def test_many_steps_cost_least_along_the_energys_times(name):
    """Its grid in 16 steps is nearly as good as the limit, and better than linear and sin2."""
    known = exact_steps(name)
    times = known.table.energy_times(known.values)
    assert (np.diff(times) > 0).all()
    grid = np.interp(np.linspace(0, 1, 17), times, places(known.table.count))
    limit = known.path_kl(known.table.limit(known.values, 16)[1])
    exact = known.path_kl(grid)
    assert exact < min(known.path_kl(reveal_grid(one, 16)) for one in SCHEDULES[:2])
    assert exact < 1.1 * limit

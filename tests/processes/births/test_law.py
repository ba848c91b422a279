"""The exact law of the samples of births, against independent sums and known values."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np
import pytest
import torch
from count_laws import LAWS, Name, grid_of
from scipy import stats

from mdm_opt.candidates import BirthsDecoding, MaskedDecoding, beta
from mdm_opt.errors import InputError, RunError
from mdm_opt.models.laws import EnumeratedLaw, sudoku4
from mdm_opt.models.rates import EnumeratedRates, TorchRates
from mdm_opt.processes.births.law import BirthsLaw, all_counts, check_enumerable

UNEVEN = np.array([0, 0.3, 0.3, 0.75, 1])
# Total variation in 4, 8 and 16 steps; None where it is not known.
POISSON: dict[str, dict[Name, tuple[float | None, ...]]] = {
    "bimodal": {
        "logit": (0.24975, 0.22721, 0.14555),
        "linear": (0.13922, 0.07546, 0.03906),
        "sin2": (0.15060, 0.08171, 0.04210),
        (0.5, 0.6): (0.13579, 0.07044, 0.03592),
    },
    "templates": {
        "logit": (0.65319, 0.58377, 0.43032),
        "linear": (0.51205, 0.35251, 0.21956),
        "sin2": (0.51790, 0.32322, 0.17171),
        "sine": (0.46643, 0.27219, 0.14442),
        (0.4, 0.7): (0.46955, 0.28339, 0.15124),
        (0.6, 1.0): (None, 0.27260, None),
    },
    "clean": {"linear": (0.59783, 0.40820, 0.25527), (0.6, 1.0): (None, 0.28514, 0.14222)},
}
BINOMIAL: dict[str, dict[Name, tuple[float | None, ...]]] = {
    "bimodal": {"linear": (0.30538, 0.23480, 0.21270), (0.6, 1.0): (None, None, 0.12055)},
    "templates": {
        "linear": (0.29718, 0.10711, 0.08652),
        (0.5, 0.7): (0.22717, 0.07440, None),
        (0.6, 1.0): (None, None, 0.04064),
    },
}
RANDOMISED: dict[str, dict[Name, tuple[float | None, ...]]] = {
    "templates": {"linear": (0.374, 0.178, 0.115)}
}


@pytest.fixture(scope="module")
def laws() -> dict[str, BirthsLaw]:
    return {name: BirthsLaw(EnumeratedRates(law())) for name, law in LAWS.items()}


def total_variation(samples: np.ndarray, name: str) -> float:
    law = LAWS[name]()
    target = np.zeros_like(samples)
    target[tuple(law.outcomes.T)] = law.probabilities
    return float(np.abs(samples - target).sum() / 2)


@pytest.mark.parametrize(
    ("births", "published", "digits"),
    [("poisson", POISSON, 5), ("binomial", BINOMIAL, 5), ("randomised", RANDOMISED, 3)],
)
def test_total_variation_of_schedules(
    births: str,
    published: dict[str, dict[Name, tuple[float | None, ...]]],
    digits: int,
    laws: dict[str, BirthsLaw],
) -> None:
    for name, rows in published.items():
        for schedule, values in rows.items():
            for steps, value in zip((4, 8, 16), values, strict=True):
                if value is not None:
                    samples = laws[name].along(grid_of(schedule, steps), births)
                    found = total_variation(samples, name)
                    assert found == pytest.approx(value, abs=0.51 * 10**-digits), (name, schedule)


@pytest.mark.parametrize(("births", "published"), [("poisson", 0.13522), ("binomial", 0.19396)])
def test_best_cell_of_one_count(births: str, published: float, laws: dict[str, BirthsLaw]) -> None:
    tenths = [tenth / 10 for tenth in range(1, 11)]
    grids = [grid_of((a, b), 4) for a in tenths for b in tenths]
    best = min(total_variation(laws["bimodal"].along(grid, births), "bimodal") for grid in grids)
    assert best == pytest.approx(published, abs=5.1e-6)


def test_two_steps_through_a_hole(laws: dict[str, BirthsLaw]) -> None:
    grid = np.array([0.0, 0.5, 1.0])
    poisson = laws["holes"].along(grid)
    assert total_variation(poisson, "holes") == pytest.approx(0.27419294, abs=5.1e-9)
    binomial = laws["holes"].along(grid, "binomial")
    assert total_variation(binomial, "holes") == pytest.approx(0, abs=1e-12)


def _next(births: str, count: int, top: int, rate: float, step: tuple[float, float]) -> np.ndarray:
    """The law of one count after a step, by adding up what may be born."""
    before, after = step
    found = np.zeros(top + 1)
    if births == "poisson":
        for born in range(60):
            chance = stats.poisson.pmf(born, (after - before) * rate)
            found[min(count + born, top)] += chance
        return found
    rest, share = round(rate * (1 - before), 9), (after - before) / (1 - before)
    down = int(np.floor(rest))
    tried = {round(rest): 1.0}
    if births == "randomised":
        tried = {down: 1 - (rest - down), down + 1: rest - down}
    for units, weight in tried.items():
        units = min(units, top - count)
        for born in range(units + 1):
            found[count + born] += weight * stats.binom.pmf(born, units, share)
    return found


@pytest.mark.parametrize("births", ["poisson", "binomial", "randomised"])
def test_the_law_is_that_of_all_paths(births: str) -> None:
    law = EnumeratedLaw(
        np.array([[0, 3], [2, 2], [3, 0], [1, 1]]), np.array([0.4, 0.3, 0.2, 0.1]), "0123"
    )
    model, top = EnumeratedRates(law), 3
    states: dict[tuple[int, ...], float] = {(0, 0): 1.0}
    for before, after in itertools.pairwise(UNEVEN.tolist()):
        if before == after:
            continue
        moved: dict[tuple[int, ...], float] = defaultdict(float)
        for state, probability in states.items():
            rates = model.rates(torch.tensor([state]), before)[0].tolist()
            first, second = (
                _next(births, count, top, rate, (before, after))
                for count, rate in zip(state, rates, strict=True)
            )
            for there in itertools.product(range(top + 1), repeat=2):
                moved[there] += probability * first[there[0]] * second[there[1]]
        states = moved
    exact = np.zeros((4, 4))
    for state, probability in states.items():
        exact[state] = probability
    found = BirthsLaw(model).along(UNEVEN, births)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-13)


@pytest.mark.parametrize("births", ["poisson", "binomial", "randomised"])
def test_a_plan_and_its_decoding_decide(births: str, laws: dict[str, BirthsLaw]) -> None:
    decoding = BirthsDecoding(births=births)
    plan = beta(0.5, 0.6, 4).plan(decoding, 3)
    found = laws["templates"].under(plan, decoding)
    assert found.shape == (5, 5, 5)
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert np.array_equal(found, laws["templates"].along(plan.grid, births))
    assert laws["templates"].nfe(plan) == 4


def test_settings_of_another_process_are_refused(laws: dict[str, BirthsLaw]) -> None:
    plan = beta(0.5, 0.6, 4).plan(BirthsDecoding(), 3)
    with pytest.raises(TypeError, match="settings of births are expected, got MaskedDecoding"):
        laws["templates"].under(plan, MaskedDecoding())


def test_what_is_no_rate_is_refused() -> None:
    wrong = TorchRates(lambda counts, alpha: 0.5 - counts, length=1, max_count=2)
    with pytest.raises(RunError, match=r"have -0\.5"):
        BirthsLaw(wrong).along(np.array([0.0, 1.0]))


def test_too_many_states_are_refused() -> None:
    assert check_enumerable(6, 3) == 4096
    with pytest.raises(InputError, match=r"7 counts of 0\.\.3 has 16384 states; at most 4096"):
        check_enumerable(7, 3)
    with pytest.raises(InputError, match="can be enumerated"):
        BirthsLaw(EnumeratedRates(sudoku4()))


def test_all_counts_are_listed_once() -> None:
    assert all_counts(2, 2).tolist() == [[a, b] for a in range(3) for b in range(3)]

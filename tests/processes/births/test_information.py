"""The information of known laws of counts, against values found by other means."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from birth_costs import step_cost
from count_laws import LAWS, grid_of
from scipy import special, stats

from mdm_opt.errors import InputError
from mdm_opt.models.laws import EnumeratedLaw, count_templates, sudoku4
from mdm_opt.processes.births.information import BirthsInformation

ALPHAS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
UNEVEN = np.array([0, 0.1, 0.35, 0.8, 1])
INFORMATION = {
    "bimodal": (5.54518, 5.63040, 5.80269, 6.13277, 6.60222, 7.13349, 7.75911),
    "templates": (5.33838, 5.47181, 5.90903, 7.23142, 10.20089, 14.40081, 24.87668),
    "clean": (5.47378, 5.71048, 6.42825, 8.28114, 11.91543, 16.72984, 31.20914),
}
# Entropy, integral of F, path KL of one step and of the uneven grid, F'(0.3).
VALUES = {
    "bimodal": (2.029166, 6.263559, 0.71838109, 0.28570894, 1.245803),
    "templates": (2.483202, 8.821949, 3.48357137, 1.83659312, 4.114191),
    "clean": (1.386294, 10.130786, 4.65700742, 2.37892819, 6.110322),
}
# Path KL in 4, 8 and 16 steps.
PATH_KLS = {
    "bimodal": {
        "logit": (0.42345, 0.38191, 0.25005),
        "linear": (0.24284, 0.13239, 0.06916),
        "sin2": (0.26068, 0.14375, 0.07526),
        (0.5, 0.6): (0.23073, 0.12213, 0.06296),
    },
    "templates": {
        "logit": (2.52417, 2.19929, 1.46740),
        "linear": (1.65202, 1.01903, 0.59708),
        "sin2": (1.66313, 0.97788, 0.53815),
        "sine": (1.41978, 0.81081, 0.43694),
        (0.4, 0.7): (1.37291, 0.76933, 0.41148),
    },
    "clean": {"linear": (2.10614, 1.32771, 0.80575)},
}
LIMITS = {
    "bimodal": (0.23004, 0.12094, 0.06215),
    "templates": (1.37102, 0.76788, 0.40943),
    "clean": (1.84397, 1.04873, 0.57019),
}


@pytest.fixture(scope="module")
def known() -> dict[str, BirthsInformation]:
    return {name: BirthsInformation(law()) for name, law in LAWS.items()}


@pytest.mark.parametrize("name", INFORMATION)
def test_reference_values(name: str, known: dict[str, BirthsInformation]) -> None:
    found = known[name]
    assert [found.at(a) for a in ALPHAS] == pytest.approx(INFORMATION[name], abs=5.1e-6)
    entropy, integral, one, uneven, slope = VALUES[name]
    assert found.entropy == pytest.approx(entropy, abs=5.1e-7)
    assert found.integral == pytest.approx(integral, abs=5.1e-7)
    assert found.path_kl(np.array([0.0, 1.0])) == pytest.approx(one, abs=5.1e-9)
    assert found.path_kl(UNEVEN) == pytest.approx(uneven, abs=5.1e-9)
    assert found.slope(0.3) == pytest.approx(slope, abs=5.1e-7)


@pytest.mark.parametrize("name", PATH_KLS)
def test_path_kl_of_schedules(name: str, known: dict[str, BirthsInformation]) -> None:
    for schedule, published in PATH_KLS[name].items():
        found = [known[name].path_kl(grid_of(schedule, steps)) for steps in (4, 8, 16)]
        assert found == pytest.approx(published, abs=5.1e-6), schedule


@pytest.mark.parametrize(("name", "best"), [("bimodal", (0.5, 0.6)), ("templates", (0.4, 0.7))])
def test_best_cell_of_path_kl(
    name: str, best: tuple[float, float], known: dict[str, BirthsInformation]
) -> None:
    tenths = [tenth / 10 for tenth in range(1, 11)]
    costs = {(a, b): known[name].path_kl(grid_of((a, b), 4)) for a in tenths for b in tenths}
    assert min(costs, key=costs.__getitem__) == best


@pytest.mark.parametrize("name", LIMITS)
def test_the_limit_is_that_of_the_best_grids(
    name: str, known: dict[str, BirthsInformation]
) -> None:
    found = known[name].limit(16)
    for steps, published in zip((4, 8, 16), LIMITS[name], strict=True):
        nats, grid = found[steps - 1]
        assert len(grid) == steps + 1
        assert nats == pytest.approx(published, abs=2e-4)
        assert known[name].path_kl(grid) == pytest.approx(nats, abs=1e-9)


def test_a_law_with_a_hole_has_a_closed_form(known: dict[str, BirthsInformation]) -> None:
    found = known["holes"]
    for alpha in (0.0, 0.3, 0.5, 0.999):
        nothing = (1 + (1 - alpha) ** 2) / 2
        rate = (1 - alpha) / nothing
        exact = nothing * rate * math.log(rate) - alpha * math.log1p(-alpha)
        assert found.at(alpha) == pytest.approx(exact, abs=1e-12)
    assert found.integral == pytest.approx(0.65342641, abs=5.1e-9)
    assert found.at(0.5) == pytest.approx(0.23500181, abs=5.1e-9)
    published = (0.65342641, 0.53592550, 0.37153050)
    for steps, nats in zip((1, 2, 4), published, strict=True):
        assert found.path_kl(grid_of("linear", steps)) == pytest.approx(nats, abs=5.1e-9)


def test_path_kl_is_the_sum_of_the_steps_divergences(
    known: dict[str, BirthsInformation],
) -> None:
    """Against sums over clean counts, states and births."""
    for name in ("bimodal", "clean", "holes"):
        law = LAWS[name]()
        costs = sum(step_cost(law, a, b) for a, b in pairwise([0.0, 0.2, 0.7, 1.0]))
        found = known[name].path_kl(np.array([0.0, 0.2, 0.7, 1.0]))
        assert found == pytest.approx(costs - known[name].entropy, abs=1e-9)


def test_one_step_is_as_far_as_the_product_of_poisson_laws(
    known: dict[str, BirthsInformation],
) -> None:
    law = count_templates()
    means = law.probabilities @ law.outcomes
    logs = stats.poisson.logpmf(law.outcomes, means).sum(axis=1)
    divergence = law.probabilities @ (np.log(law.probabilities) - logs)
    found = known["templates"].path_kl(np.array([0.0, 1.0]))
    assert found == pytest.approx(divergence, abs=1e-12)


@pytest.mark.parametrize("name", LAWS)
def test_information_grows_at_its_slope(name: str, known: dict[str, BirthsInformation]) -> None:
    found, step = known[name], 1e-4
    values = [found.at(alpha) for alpha in np.linspace(0, 0.999, 40)]
    assert (np.diff(values) > 0).all()
    for alpha in (0.05, 0.4, 0.9):
        # The error of a central difference is of the order of step^2.
        apart = (found.at(alpha + step) - found.at(alpha - step)) / (2 * step)
        assert found.slope(alpha) == pytest.approx(apart, rel=1e-5)


def mutual_information(law: EnumeratedLaw, alpha: float) -> float:
    states = np.indices((law.vocab_size,) * law.length).reshape(law.length, -1).T
    given = stats.binom.pmf(states[None], law.outcomes[:, None], alpha).prod(axis=2)
    joint = law.probabilities[:, None] * given
    return float(special.rel_entr(joint, law.probabilities[:, None] * joint.sum(axis=0)).sum())


def test_what_counts_tell_of_the_clean_ones_grows_by_the_gap_of_two_informations(
    known: dict[str, BirthsInformation],
) -> None:
    law, alpha, step = count_templates(), 0.4, 1e-4
    left = np.arange(5)
    own = [
        stats.binom.pmf(left, n, 1 - alpha) @ special.xlogy(left / (1 - alpha), left / (1 - alpha))
        for n in range(5)
    ]
    of_rests = law.probabilities @ np.array(own)[law.outcomes].sum(axis=1)
    assert of_rests == pytest.approx(9.082225, abs=5.1e-7)
    assert known["templates"].at(alpha) == pytest.approx(6.577123, abs=5.1e-7)
    apart = mutual_information(law, alpha + step) - mutual_information(law, alpha - step)
    assert apart / (2 * step) == pytest.approx(2.505101, abs=1e-5)
    assert of_rests - known["templates"].at(alpha) == pytest.approx(2.505101, abs=1.1e-6)


def test_steps_that_lead_nowhere_cost_nothing(known: dict[str, BirthsInformation]) -> None:
    twice = np.array([0.0, 0.3, 0.3, 1.0, 1.0])
    assert known["bimodal"].path_kl(twice) == known["bimodal"].path_kl(np.array([0.0, 0.3, 1.0]))


@pytest.mark.parametrize("alpha", [-0.1, 1.0, math.nan])
def test_alphas_outside_are_refused(alpha: float, known: dict[str, BirthsInformation]) -> None:
    with pytest.raises(ValueError, match=r"alpha must lie in \[0, 1\)"):
        known["bimodal"].at(alpha)


def test_large_laws_are_refused() -> None:
    with pytest.raises(InputError, match=r"16 counts of 0\.\.3 has 4294967296 states; at most"):
        BirthsInformation(sudoku4())

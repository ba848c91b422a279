"""Exact laws of samples and exact costs, against references and brute force."""

from __future__ import annotations

import itertools
import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy import optimize

from mdm_opt.candidates import MaskedDecoding, UniformDecoding
from mdm_opt.candidates.plan import GridPlan
from mdm_opt.errors import InputError
from mdm_opt.models.laws import LAWS, EnumeratedLaw
from mdm_opt.models.timed_law import EnumeratedTimedLaw
from mdm_opt.processes.uniform.kernels import kernel_named
from mdm_opt.processes.uniform.law import ExactCosts, UniformLaw, check_states
from mdm_opt.processes.uniform.steps import moved_law
from mdm_opt.schedules import BetaSchedule, named_schedule, reveal_grid
from mdm_opt.schedules.uniform_energy import arc_length_grid, uniform_optimal_alpha

ALPHAS = ("linear", "sin2", "sine")
Cell = tuple[float, float]


@cache
def law_of(name: str) -> EnumeratedLaw:
    return LAWS[name]()


@cache
def samples_of(name: str, kernel: str) -> UniformLaw:
    return UniformLaw(EnumeratedTimedLaw(law_of(name), kernel))


@cache
def costs_of(name: str, kernel: str = "uniform") -> ExactCosts:
    law = law_of(name)
    return ExactCosts(law, kernel_named(kernel, law.vocab_size))


def plan(grid: np.ndarray, name: str) -> GridPlan:
    return GridPlan(np.asarray(grid, dtype=np.float64), None, law_of(name).length)


def distance(name: str, grid: np.ndarray, decoding: UniformDecoding, kernel: str) -> float:
    """Total variation of the samples from the law."""
    found = samples_of(name, kernel).under(plan(grid, name), decoding)
    target = np.zeros_like(found)
    target[tuple(law_of(name).outcomes.T)] = law_of(name).probabilities
    assert found.sum() == pytest.approx(1)
    return float(abs(found - target).sum()) / 2


def ancestral(name: str, grid: np.ndarray) -> float:
    return distance(name, grid, UniformDecoding(), "uniform")


def grid_of(schedule: str | Cell, steps: int) -> np.ndarray:
    named = named_schedule(schedule) if isinstance(schedule, str) else BetaSchedule(*schedule)
    return reveal_grid(named, steps)


# Path KL.


@pytest.mark.parametrize(
    ("name", "nats"),
    [
        ("toy_extremes", 0.76871908),
        ("toy_balanced", 0.30044362),
        ("templates4", 0.74413751),
        ("chain", 0.81000041),
    ],
)
def test_path_kl_of_a_grid(name: str, nats: float) -> None:
    grid, costs = np.array([0, 0.3, 0.7, 1]), costs_of(name)
    assert costs.path_kl(grid) == pytest.approx(nats, abs=5.1e-9)
    # The same by the costs given clean sequences: docs/mathematics.md 9.
    total = sum(costs.step_cost(before, after) for before, after in pairwise(grid.tolist()))
    assert total - costs.clean_entropy == pytest.approx(nats, abs=5.1e-9)


@pytest.mark.parametrize(
    ("name", "linear", "sin2", "sine"),
    [
        (
            "toy_extremes",
            (2.77258872, 1.29708356, 0.75272219, 0.51164250),
            0.87389873,
            0.69510550,
        ),
        (
            "toy_balanced",
            (0.47000363, 0.37906486, 0.30919900, 0.26167473),
            0.29111260,
            0.24185479,
        ),
    ],
)
def test_path_kl_of_the_toys(
    name: str, linear: tuple[float, ...], sin2: float, sine: float
) -> None:
    found = [costs_of(name).path_kl(grid_of("linear", steps)) for steps in range(1, 5)]
    np.testing.assert_allclose(found, linear, rtol=0, atol=5.1e-9)
    for schedule, nats in (("sin2", sin2), ("sine", sine)):
        found_nats = costs_of(name).path_kl(grid_of(schedule, 3))
        assert found_nats == pytest.approx(nats, abs=5.1e-9)


PATH_KLS = [
    ("toy_extremes", (0.51164, 0.21301, 0.09623), (0.42690, 0.18509, 0.08536), (0.3, 0.4)),
    ("toy_balanced", (0.26167, 0.16607, 0.10022), (0.17358, 0.09580, 0.05088), (0.3, 0.7)),
    ("templates4", (0.53037, 0.25468, 0.12447), (0.45864, 0.22216, 0.10958), (0.3, 0.4)),
    ("chain", (0.58892, 0.28786, 0.14211), (0.49207, 0.23927, 0.11787), (0.4, 0.6)),
]


@pytest.mark.parametrize(("name", "linear", "best", "cell"), PATH_KLS)
def test_path_kl_in_four_eight_and_sixteen_steps(
    name: str, linear: tuple[float, ...], best: tuple[float, ...], cell: Cell
) -> None:
    costs = costs_of(name)
    for steps, at_linear, at_best in zip((4, 8, 16), linear, best, strict=True):
        assert costs.path_kl(grid_of("linear", steps)) == pytest.approx(at_linear, abs=5.1e-6)
        # Of toy B in 16 steps the best cell is the one beside.
        known = (0.3, 0.8) if (name, steps) == ("toy_balanced", 16) else cell
        assert costs.path_kl(grid_of(known, steps)) == pytest.approx(at_best, abs=5.1e-6)


@pytest.mark.parametrize(
    ("name", "nats"),
    [
        ("toy_extremes", 0.41845),
        ("toy_balanced", 0.17334),
        ("templates4", 0.45283),
        ("chain", 0.48651),
    ],
)
def test_the_least_path_kl_of_any_four_steps(name: str, nats: float) -> None:
    """The values come from grids of places, and lie above the true ones, at most by 4.1e-4."""
    costs = costs_of(name)

    def path_kl(angles: np.ndarray) -> float:
        inner = np.sin(np.sort(np.clip(angles, 0, np.pi / 2))) ** 2
        return costs.path_kl(np.concatenate([[0.0], inner, [1.0]]))

    start = np.arcsin(np.sqrt(grid_of((0.33, 0.5), 4)[1:-1]))
    options = {"xatol": 1e-3, "fatol": 1e-6}
    found = optimize.minimize(path_kl, start, method="Nelder-Mead", options=options).fun
    assert nats - 4.1e-4 < found < nats + 1e-5


def test_one_step_costs_the_correlation_of_the_clean_tokens() -> None:
    law = law_of("chain")
    marginals = sum(
        -(share * np.log(share)).sum()
        for share in (
            np.bincount(column, law.probabilities, minlength=3) for column in law.outcomes.T
        )
    )
    expected = marginals - costs_of("chain").clean_entropy
    assert costs_of("chain").path_kl(np.array([0.0, 1.0])) == pytest.approx(expected)


@pytest.mark.parametrize("kernel", ["uniform", "nearest", "gaussian(1.5,2)"])
def test_costs_equal_brute_force(kernel: str) -> None:
    """By all clean sequences, all states before and all after a step, one after the other."""
    rng = np.random.default_rng(1)
    words = np.array(list(itertools.product(range(3), repeat=2)))
    law = EnumeratedLaw(words[:6], rng.dirichlet(np.ones(6)), "abc")
    costs, model = (
        ExactCosts(law, kernel_named(kernel, 3)),
        EnumeratedTimedLaw(law, kernel),
    )
    found = kernel_named(kernel, 3)
    before, after = 0.35, 0.8
    p = model.log_probs_at(torch.from_numpy(words), before).exp().numpy()
    expected = correlation = 0.0
    joint = np.zeros((9, 9))
    for outcome, probability in zip(law.outcomes, law.probabilities, strict=True):
        for row, state in enumerate(words):
            weight = probability * found.transition(before)[outcome, state].prod()
            exact = found.bridge(before, after, state, outcome)
            every = [
                found.bridge(before, after, state, np.full(2, clean)) * p[row, :, clean, None]
                for clean in range(3)
            ]
            ours = sum(every)
            expected += weight * (exact * np.log(exact / ours)).sum()
            joint[row] += weight * np.outer(*exact).ravel()
    for row in joint:
        table = row.reshape(3, 3)
        sides = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
        correlation += (table * np.log(table / sides)).sum()
    assert costs.step_cost(before, after) == pytest.approx(expected, rel=1e-10)
    assert costs.total_correlation(before, after) == pytest.approx(correlation, rel=1e-10)
    table = costs.table(np.array([0.0, before, after, 1.0]))
    assert table[1, 2] == pytest.approx(correlation, rel=1e-10)
    assert np.isinf(table[np.tril_indices(4)]).all()


def test_a_truncated_start_costs_its_divergence_from_noise() -> None:
    costs, grid = costs_of("toy_extremes"), np.array([0.2, 0.6, 1.0])
    begun = costs.corrupted(0.2)
    assert begun.sum() == pytest.approx(1)
    start = (begun * np.log(begun * begun.size)).sum()
    steps = sum(costs.total_correlation(a, b) for a, b in pairwise(grid.tolist()))
    assert costs.path_kl(grid) == pytest.approx(start + steps)
    # As many steps as one likes from nothing are no better than an exact start.
    assert costs.path_kl(grid) > steps


def test_path_kl_is_above_the_divergence_of_the_samples() -> None:
    grid = grid_of("sine", 3)
    found = samples_of("chain", "uniform").under(plan(grid, "chain"), UniformDecoding())
    target = costs_of("chain").corrupted(1.0)
    divergence = (target * np.log(target / found)).sum()
    assert 0.01 < divergence < costs_of("chain").path_kl(grid)


# Laws of samples.


@pytest.mark.parametrize(
    ("name", "distances"),
    [
        ("toy_extremes", (0.27274597, 0.23051310, 0.08335168)),
        ("toy_balanced", (0.21494293, 0.18457755, 0.12444222)),
    ],
)
def test_ancestral_samples_in_three_steps(name: str, distances: tuple[float, ...]) -> None:
    found = [ancestral(name, grid_of(schedule, 3)) for schedule in ALPHAS]
    np.testing.assert_allclose(found, distances, rtol=0, atol=5.1e-9)


ANCESTRAL = [
    ("toy_extremes", 4, (0.14693, 0.08468, 0.00001, 0.01945), (0.1, 1.0)),
    ("toy_extremes", 8, (0.02224, 0.00192, None, 0.00021), None),
    ("toy_balanced", 4, (0.16810, 0.12776, 0.02853, 0.08118), (0.1, 1.0)),
    ("toy_balanced", 8, (0.08488, 0.04374, None, 0.02461), None),
    ("toy_balanced", 16, (0.04024, 0.01245, None, 0.00656), None),
    ("templates4", 4, (0.24704, 0.24180, 0.16330, 0.18676), (0.4, 0.7)),
    ("templates4", 8, (0.10120, 0.09845, None, 0.07639), None),
    ("chain", 4, (0.24815, 0.23693, 0.16687, 0.18067), (0.4, 0.7)),
    ("chain", 8, (0.10872, 0.10033, None, 0.07918), None),
    ("chain", 16, (0.04810, 0.04536, None, 0.03662), None),
]


@pytest.mark.parametrize(("name", "steps", "distances", "cell"), ANCESTRAL)
def test_ancestral_samples(
    name: str, steps: int, distances: tuple[float | None, ...], cell: Cell | None
) -> None:
    """Linear, sin2, the best cell of a hundred, and the optimum of the energy."""
    optimum = uniform_optimal_alpha(law_of(name).vocab_size, np.arange(steps + 1) / steps)
    grids = [grid_of("linear", steps), grid_of("sin2", steps), None, optimum]
    if cell is not None:
        grids[2] = grid_of(cell, steps)
    for grid, expected in zip(grids, distances, strict=True):
        if grid is not None:
            assert ancestral(name, grid) == pytest.approx(expected, abs=5.1e-6)


def test_a_perfect_model_corrects_itself_when_hardly_anything_is_corrupted() -> None:
    """By the majority of five letters: the samples are right, and path KL says nothing of it."""
    grid = np.array([0, 0.9862, 1 - 1e-3, 1 - 1e-4, 1])
    assert ancestral("toy_extremes", grid) < 1e-7
    one_step = costs_of("toy_extremes").path_kl(np.array([0.0, 1.0]))
    assert costs_of("toy_extremes").path_kl(grid) > 0.9 * one_step


RATES = [
    ("templates4", "euler", 8, (0.57161, 0.14135, 0.13655, 0.10323, 0.09262), (0.4, 0.7), 3.94),
    ("chain", "flow", 8, (0.39886, 0.11566, 0.10993, 0.09447, 0.09073), (0.5, 0.7), 2.01),
    ("templates4", "flow", 4, (0.70530, 0.30245, 0.28489, 0.22886, 0.21761), (0.4, 0.7), None),
]
MORE_RATES = [
    ("templates4", "flow", 8, (0.46052, 0.12613, 0.12127, 0.09985, 0.09516), (0.4, 0.6), 2.41),
    ("chain", "euler", 8, (0.52983, 0.14125, 0.13052, 0.10149, 0.09157), (0.4, 0.7), 4.01),
    ("chain", "flow", 4, (0.61444, 0.26022, 0.24447, 0.19567, 0.19244), (0.4, 0.7), None),
]


@pytest.mark.parametrize(
    ("name", "step", "steps", "distances", "cell", "deviation"),
    RATES + [pytest.param(*given, marks=pytest.mark.slow) for given in MORE_RATES],
)
def test_samples_by_rates(
    name: str,
    step: str,
    steps: int,
    distances: tuple[float, ...],
    cell: Cell,
    deviation: float | None,
) -> None:
    """At constant rate, linear, sin2, sine, and the best cell of a hundred."""
    decoding = UniformDecoding(step=step, first_alpha=0.01)
    grids = [0.01 ** (1 - np.arange(steps + 1) / steps)]
    grids += [decoding.alphas(named_schedule(schedule), steps) for schedule in ALPHAS]
    grids += [decoding.alphas(BetaSchedule(*cell), steps)]
    found = [distance(name, grid, decoding, "uniform") for grid in grids]
    np.testing.assert_allclose(found, distances, rtol=0, atol=5.1e-6)
    if deviation is not None:
        spread = samples_of(name, "uniform").conditional_deviation(plan(grids[-1], name), decoding)
        assert spread == pytest.approx(deviation, abs=5.1e-3)


# Ordinal corruption: the toys of the paper of the flow.


def ordinal_grid(name: str, schedule: str | Cell, steps: int) -> np.ndarray:
    """Alphas from 0.01 to 1."""
    kernel, progress = kernel_named("nearest", 32), np.arange(steps + 1) / steps
    longest = float(kernel.time(0.01))
    if schedule == "constant rate":
        return kernel.alpha(longest * (1 - progress))
    if schedule == "exponential rate":
        return kernel.alpha(longest * (100 ** (1 - progress) - 1) / 99)
    if schedule == "arc length":
        columns, weights = law_of(name).outcomes.T, law_of(name).probabilities
        clean = np.stack([np.bincount(one, weights, minlength=32) for one in columns])
        return arc_length_grid(kernel, steps, clean, first_alpha=0.01)
    return 0.01 + 0.99 * grid_of(schedule, steps)


ORDINAL = [
    ("checkerboard", "flow", "exponential rate", 4, 0.39979, 1.38),
    ("checkerboard", "flow", "arc length", 4, 0.15157, None),
    ("checkerboard", "euler", (0.2, 3.0), 4, 0.07658, 3.39),
    ("checkerboard", "ancestral", (0.2, 1.0), 4, 0.10154, None),
    ("gaussians", "flow", (0.2, 1.0), 4, 0.28823, 2.14),
    ("gaussians", "ancestral", "arc length", 4, 0.12759, None),
]
MORE_ORDINAL = [
    ("checkerboard", "flow", "constant rate", 4, 0.49750, 0.70),
    ("checkerboard", "flow", "linear", 4, 0.47690, None),
    ("checkerboard", "flow", (0.4, 3.0), 4, 0.10016, 1.41),
    ("checkerboard", "euler", "exponential rate", 4, 0.48713, 10.4),
    ("checkerboard", "ancestral", "exponential rate", 4, 0.33449, None),
    ("checkerboard", "ancestral", "arc length", 4, 0.11146, None),
    ("gaussians", "flow", "exponential rate", 4, 0.51780, None),
    ("gaussians", "flow", "arc length", 4, 0.32138, None),
    ("gaussians", "euler", (0.2, 1.0), 4, 0.27397, None),
    ("gaussians", "ancestral", (0.2, 1.0), 4, 0.11099, None),
    ("checkerboard", "flow", "constant rate", 8, 0.49344, 1.01),
    ("checkerboard", "flow", "constant rate", 16, 0.47590, 1.22),
    ("checkerboard", "flow", "exponential rate", 8, 0.27699, 1.77),
    ("checkerboard", "flow", "exponential rate", 16, 0.17512, 1.96),
    ("checkerboard", "flow", "linear", 8, 0.41510, None),
    ("checkerboard", "flow", "linear", 16, 0.32106, None),
    ("checkerboard", "flow", "arc length", 8, 0.06516, None),
    ("checkerboard", "flow", "arc length", 16, 0.03676, None),
    ("checkerboard", "flow", (0.4, 2.0), 8, 0.05320, 1.75),
    ("checkerboard", "euler", "exponential rate", 8, 0.37628, 14.1),
    ("checkerboard", "euler", "exponential rate", 16, 0.26751, 16.6),
    ("checkerboard", "ancestral", "constant rate", 4, 0.48642, 18.5),
    ("checkerboard", "ancestral", "constant rate", 8, 0.45867, None),
    ("checkerboard", "ancestral", "exponential rate", 8, 0.19087, None),
    ("checkerboard", "ancestral", "arc length", 8, 0.05456, None),
    ("checkerboard", "ancestral", "arc length", 16, 0.02732, None),
    ("checkerboard", "ancestral", (0.2, 1.0), 8, 0.04522, None),
    ("checkerboard", "ancestral", (0.2, 1.0), 16, 0.02223, None),
    ("gaussians", "flow", "constant rate", 8, 0.63743, None),
    ("gaussians", "flow", "exponential rate", 8, 0.36123, None),
    ("gaussians", "flow", "arc length", 8, 0.19486, None),
    ("gaussians", "flow", "arc length", 16, 0.10752, None),
    ("gaussians", "flow", (0.2, 1.0), 8, 0.16729, 2.20),
    ("gaussians", "flow", (0.2, 1.0), 16, 0.08965, 2.24),
    ("gaussians", "euler", "exponential rate", 8, 0.43789, None),
    ("gaussians", "ancestral", "constant rate", 8, 0.40871, None),
    ("gaussians", "ancestral", "arc length", 8, 0.06897, None),
    ("gaussians", "ancestral", "arc length", 16, 0.03484, None),
    ("gaussians", "ancestral", (0.2, 1.0), 8, 0.05660, None),
    ("gaussians", "ancestral", (0.2, 1.0), 16, 0.02800, None),
]


@pytest.mark.parametrize(
    ("name", "step", "schedule", "steps", "expected", "deviation"),
    ORDINAL + [pytest.param(*given, marks=pytest.mark.slow) for given in MORE_ORDINAL],
)
def test_ordinal_samples(
    name: str,
    step: str,
    schedule: str | Cell,
    steps: int,
    expected: float,
    deviation: float | None,
) -> None:
    decoding = UniformDecoding(step=step, first_alpha=0.01)
    grid = ordinal_grid(name, schedule, steps)
    assert distance(name, grid, decoding, "nearest") == pytest.approx(expected, abs=5.1e-6)
    if deviation is not None:
        law = samples_of(name, "nearest")
        found = law.conditional_deviation(plan(grid, name), decoding)
        digits = 5.1e-3 if deviation < 10 else 5.1e-2
        assert found == pytest.approx(deviation, abs=digits)


@pytest.mark.parametrize(
    ("name", "constant", "one_step"),
    [
        ("checkerboard", (0.67936, 0.65008, 0.61375), 0.69313),
        ("gaussians", (0.50812, 0.50470, 0.47427), 0.50816),
    ],
)
def test_path_kl_of_ordinal_corruption(
    name: str, constant: tuple[float, ...], one_step: float
) -> None:
    costs = costs_of(name, "nearest")
    for steps, expected in zip((4, 8, 16), constant, strict=True):
        found = costs.path_kl(ordinal_grid(name, "constant rate", steps))
        assert found == pytest.approx(expected, abs=5.1e-6)
    assert costs.path_kl(np.array([0.01, 1.0])) == pytest.approx(one_step, abs=5.1e-6)
    # Published for the grid of a coarser quadrature.
    rough = {"checkerboard": 0.22626, "gaussians": 0.19202}[name]
    found = costs.path_kl(ordinal_grid(name, "arc length", 4))
    assert found == pytest.approx(rough, abs=5e-4)


# What is asked of a law.


@pytest.mark.parametrize("step", ["ancestral", "euler", "flow"])
@pytest.mark.parametrize("kernel", ["uniform", "nearest", "gaussian(1.5,2)"])
def test_the_law_is_that_of_a_chain_of_states(step: str, kernel: str) -> None:
    """By the matrix of each step, entry by entry, and the end given each start."""
    words = np.array(list(itertools.product(range(3), repeat=2)))
    law = EnumeratedLaw.uniform([[0, 1], [2, 2], [1, 1]], "abc")
    model = EnumeratedTimedLaw(law, kernel)
    decoding = UniformDecoding(step=step, first_alpha=0.05, last_alpha=0.9)
    grid = np.array([0.05, 0.3, 0.3, 0.9, 1.0])
    ends = np.eye(9)
    for before, after in [(0.05, 0.3), (0.3, 0.9), (0.9, 1.0)]:
        states = torch.from_numpy(words)
        p = model.log_probs_at(states, before).exp()
        moves = moved_law(kernel_named(kernel, 3), p, states, (before, after), decoding).numpy()
        ends = ends @ np.array(
            [
                [math.prod(moves[row, i, goal[i]] for i in range(2)) for goal in words]
                for row in range(9)
            ]
        )
    noise = kernel_named(kernel, 3).stationary
    start = np.outer(noise, noise).ravel()
    exact, asked = UniformLaw(model), GridPlan(grid, None, 2)
    np.testing.assert_allclose(exact.under(asked, decoding).ravel(), start @ ends, rtol=1e-10)
    mean = ends @ words
    deviations = np.sqrt(ends @ words**2 - mean**2).sum(axis=1)
    found = exact.conditional_deviation(asked, decoding)
    assert found == pytest.approx(start @ deviations, rel=1e-6)
    assert exact.nfe(asked) == 3


def test_the_model_is_asked_once_for_every_alpha() -> None:
    class Counting(EnumeratedTimedLaw):
        calls = 0

        def log_probs_at(self, tokens: torch.Tensor, alpha: float) -> torch.Tensor:
            self.calls += 1
            return super().log_probs_at(tokens, alpha)

    model = Counting(law_of("toy_extremes"))
    law = UniformLaw(model)
    assert model.calls == 0
    for steps in (2, 4):
        law.under(plan(grid_of("linear", steps), "toy_extremes"), UniformDecoding())
    assert model.calls == 4
    law._seen.update({float(i): torch.zeros(1) for i in range(2, 66)})
    law.under(plan(np.array([0, 0.1, 1]), "toy_extremes"), UniformDecoding())
    assert len(law._seen) < 5


def test_what_is_too_large_is_refused() -> None:
    assert check_states(2, 32) == 1024
    assert check_states(6, 4) == 4096
    with pytest.raises(InputError, match=r"7 tokens out of 4 has 16384 sequences; at most 4096"):
        check_states(7, 4)
    with pytest.raises(InputError, match="16 tokens out of 4 has 4294967296 sequences"):
        UniformLaw(EnumeratedTimedLaw(LAWS["sudoku4"]()))
    with pytest.raises(InputError, match="at most 4096 can be enumerated"):
        ExactCosts(LAWS["sudoku4"](), kernel_named("uniform", 4))


def test_settings_of_another_process_are_refused() -> None:
    asked = plan(np.array([0.0, 1.0]), "toy_extremes")
    with pytest.raises(TypeError, match="settings of uniform corruption are expected"):
        samples_of("toy_extremes", "uniform").under(asked, MaskedDecoding())

"""docs/mathematics.md has the sections that docstrings cite, and pages outside are not cited."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from exact_profile import SUDOKU
from scipy import optimize

from mdm_opt.candidates import UniformDecoding
from mdm_opt.candidates.plan import GridPlan
from mdm_opt.models.laws import LAWS
from mdm_opt.models.rates import EnumeratedRates
from mdm_opt.models.timed_law import EnumeratedTimedLaw
from mdm_opt.processes.births.information import BirthsInformation
from mdm_opt.processes.births.law import BirthsLaw
from mdm_opt.processes.uniform.law import ExactCosts, UniformLaw
from mdm_opt.schedules import BetaSchedule, named_schedule, reveal_grid
from mdm_opt.schedules.kernels import UniformKernel
from mdm_opt.schedules.step_costs import PairTable, RateTable, StepTable, places
from mdm_opt.schedules.uniform_energy import (
    minimum_uniform_energy,
    uniform_energy,
    uniform_optimal_alpha,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "mathematics.md").read_text()
SOURCES = [
    path
    for folder in ("mdm_opt", "tests", "training")
    for path in (ROOT / folder).rglob("*.py")
    if path != Path(__file__)
]


def test_every_cited_section_is_there():
    sections = set(re.findall(r"^## (\d+)\.", PAGE, re.MULTILINE))
    cited = {
        number
        for path in SOURCES
        for group in re.findall(r"docs/mathematics\.md (\d+(?:, \d+)*)", path.read_text())
        for number in group.split(", ")
    }
    assert cited >= {"2", "3", "4", "5", "6", "7", "9", "10", "11"}
    assert cited <= sections


def test_nothing_cites_a_page_that_does_not_ship():
    pattern = re.compile(r"\b[\w/]*[A-Z]+\.md\b|\bdocs/[\w/]+\.md\b")
    cited = {page for path in SOURCES for page in pattern.findall(path.read_text())}
    assert "docs/mathematics.md" in cited
    assert [page for page in cited if not list(ROOT.glob(page)) and page != "README.md"] == []


def test_the_profile_of_4x4_sudoku_is_the_pages():
    shown = re.search(r"h\(0\.\.15\) = ([\d.\s]+?), whose", PAGE)
    assert shown is not None
    values = [float(number) for number in shown[1].split()]
    assert values == list(SUDOKU)
    assert sum(values) == pytest.approx(np.log(288), abs=16 * 5e-6)


def table(heading):
    """The cells of the rows of the table whose first line begins so, without marks of code."""
    _, found, rest = PAGE.partition(f"\n| {heading}")
    assert found
    lines = rest.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def grid(name, steps):
    """Of a name or a pair (a, b) of the page."""
    pair = re.fullmatch(r"\(([\d.]+), ([\d.]+)\)", name)
    schedule = BetaSchedule(*map(float, pair.groups())) if pair else named_schedule(name)
    return reveal_grid(schedule, steps)


def apart(name, samples):
    """Total variation from a law."""
    target = np.zeros_like(samples)
    target[tuple(LAWS[name]().outcomes.T)] = LAWS[name]().probabilities
    return abs(samples - target).sum() / 2


def test_the_information_of_the_laws_of_counts_is_the_pages():
    for name, *shown in table("law | H |"):
        found = BirthsInformation(LAWS[name]())
        alphas = [found.at(alpha) for alpha in (0, 0.25, 0.5, 0.75, 0.9, 0.99)]
        wanted = list(map(float, shown))
        assert [found.entropy, found.integral] == pytest.approx(wanted[:2], abs=5.1e-7)
        assert alphas == pytest.approx(wanted[2:], abs=5.1e-6)


def test_the_costs_of_grids_of_births_are_the_pages():
    rows = table("law | grid |")
    assert len(rows) == 10
    for name, schedule, *shown in rows:
        known, law = BirthsInformation(LAWS[name]()), BirthsLaw(EnumeratedRates(LAWS[name]()))
        nats = list(map(float, shown[:3]))
        if schedule == "limit":
            limits = [known.limit(16, 256)[steps - 1][0] for steps in (4, 8, 16)]
            # Of places, which lie above.
            assert limits == pytest.approx(nats, abs=3e-4)
            continue
        grids = [grid(schedule, steps) for steps in (4, 8, 16)]
        assert [known.path_kl(one) for one in grids] == pytest.approx(nats, abs=5.1e-6)
        found = [apart(name, law.along(one)) for one in grids]
        assert found == pytest.approx(list(map(float, shown[3:])), abs=5.1e-6)


def test_the_energies_of_uniform_corruption_are_the_pages():
    for size, least, sin2, *quarters in table("V | least energy |"):
        found = minimum_uniform_energy(int(size))
        assert found == pytest.approx(float(least), abs=5.1e-7)
        energy = uniform_energy(named_schedule("sin2"), BetaSchedule(1, 1), int(size))
        assert energy == pytest.approx(float(sin2), abs=5.1e-7)
        for quarter, shown in zip((0.25, 0.5, 0.75), quarters, strict=True):
            if shown:
                alpha = uniform_optimal_alpha(int(size), quarter)
                assert alpha == pytest.approx(float(shown), abs=5.1e-7)


TOYS = {"A": "toy_extremes", "B": "toy_balanced"}


def test_where_path_kl_and_samples_part_ways_is_as_the_page_says():
    for shown, *values in table("4 steps | path KL: linear"):
        name = TOYS.get(shown, shown)
        law = LAWS[name]()
        costs = ExactCosts(law, UniformKernel(law.vocab_size))
        samples = UniformLaw(EnumeratedTimedLaw(law))

        def distance(alphas, name=name, law=law, samples=samples):
            plan = GridPlan(np.array(alphas), None, law.length)
            return apart(name, samples.under(plan, UniformDecoding()))

        linear, cell, limit, *others, best = values
        nats, found = cell.split(" ", 1)
        assert costs.path_kl(grid("linear", 4)) == pytest.approx(float(linear), abs=5.1e-6)
        assert costs.path_kl(grid(found, 4)) == pytest.approx(float(nats), abs=5.1e-6)
        assert float(limit) <= float(nats)
        optimum = uniform_optimal_alpha(law.vocab_size, np.arange(5) / 4)
        grids = [grid("linear", 4), grid("sin2", 4), optimum]
        assert [distance(one) for one in grids] == pytest.approx(
            list(map(float, others)), abs=5.1e-6
        )
        least, found = best.split(" ", 1)
        assert distance(grid(found, 4)) == pytest.approx(float(least), abs=5.1e-6)


def errors(table: StepTable, cells, path_kl):
    """By how much the table is off, for each of some schedules in 4, 8 and 16 steps."""
    named = ("linear", "sin2", "(0.33, 0.5)")
    return np.array(
        [
            table.weights(one) @ cells - path_kl(one)
            for steps in (4, 8, 16)
            for one in [*(grid(name, steps) for name in named), table.limit(cells, steps)[1]]
        ]
    )


@pytest.mark.parametrize(
    ("count", "most", "spread"),
    [(32, 0.0055, 0.001), pytest.param(64, 0.0015, 0.0003, marks=pytest.mark.slow)],
)
def test_what_pairs_of_places_are_off_by_is_as_the_page_says(count, most, spread):
    assert f"{most:g} " in PAGE
    alphas = places(count).tolist()
    for name in ("toy_extremes", "toy_balanced", "templates4", "chain"):
        law, found = LAWS[name](), PairTable(count)
        costs = ExactCosts(law, UniformKernel(law.vocab_size))
        pairs = zip(*np.triu_indices(count + 1, 1), strict=True)
        cells = np.array([costs.step_cost(alphas[i], alphas[j]) for i, j in pairs])
        off = errors(found, cells, costs.path_kl)
        assert abs(off).max() <= most
        assert np.ptp(off) <= spread


@pytest.mark.parametrize(("count", "most"), [(32, 0.0057), (64, 0.0018), (128, 0.0005)])
def test_what_rates_at_places_are_off_by_is_as_the_page_says(count, most):
    assert f"{most:g}" in PAGE
    for name in ("bimodal", "count_templates"):
        known, found = BirthsInformation(LAWS[name]()), RateTable(count)
        cells = np.array([-known.at(alpha) for alpha in places(count)[:-1]])
        off = errors(found, cells, known.path_kl)
        assert abs(off).max() <= most


@pytest.mark.slow
@pytest.mark.parametrize("shown", ["A", "B", "`templates4`", "`chain`"])
def test_the_least_path_kl_of_uniform_corruption_is_the_pages(shown):
    """The steps between angles are free; 16 of them take too long here."""
    _, _, listed = PAGE.partition("The least path KL of any grid in 4, 8 and 16 steps:")
    published = re.search(rf"{shown} ([\d.]+)\s([\d.]+)\s[\d.]+[,.]", listed)
    assert published is not None
    law = LAWS[TOYS.get(shown, shown.strip("`"))]()
    costs = ExactCosts(law, UniformKernel(law.vocab_size))

    def path_kl(logs):
        angles = np.concatenate([[0], np.cumsum(np.exp(logs - logs.max()))])
        alphas = np.sin(np.pi / 2 * angles / angles[-1]) ** 2
        alphas[-1] = 1
        return costs.path_kl(alphas)

    for steps, nats in zip((4, 8), published.groups(), strict=True):
        start = np.log(np.diff(np.arcsin(np.sqrt(grid("(0.33, 0.5)", steps)))))
        found = optimize.minimize(path_kl, start, method="L-BFGS-B", options={"maxiter": 60})
        assert found.fun == pytest.approx(float(nats), abs=2e-5)

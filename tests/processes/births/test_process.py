"""The births process: samples, costs and profiles against exact laws, and common noise."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from birth_costs import step_cost, taken_off
from scipy import stats

from mdm_opt.candidates import BirthsDecoding, MaskedDecoding, baseline, beta
from mdm_opt.errors import InputError, RunError
from mdm_opt.models.laws import EnumeratedLaw, bimodal, count_templates, sudoku4
from mdm_opt.models.rates import EnumeratedRates, TorchRates
from mdm_opt.processes.base import OWN_START
from mdm_opt.processes.births.information import BirthsInformation
from mdm_opt.processes.births.law import BirthsLaw
from mdm_opt.processes.births.process import BIRTHS, PLACES, places

SEED = 3
SAMPLERS = ["poisson", "binomial", "randomised"]
UNEVEN = np.array([0, 0.2, 0.55, 1])


class Recording(EnumeratedRates):
    """Keeps the alphas that it is asked at, and for how many sequences."""

    def __init__(self, law: EnumeratedLaw) -> None:
        super().__init__(law)
        self.calls: list[tuple[int, float]] = []

    def rates(self, counts: torch.Tensor, alpha: float) -> torch.Tensor:
        self.calls.append((len(counts), alpha))
        return super().rates(counts, alpha)


@pytest.fixture
def model() -> Recording:
    return Recording(count_templates())


@pytest.fixture(scope="module")
def templates() -> EnumeratedRates:
    return EnumeratedRates(count_templates())


@pytest.fixture(scope="module")
def one() -> EnumeratedRates:
    return EnumeratedRates(bimodal())


def steady(rate: float = 2.5, **changes: Any) -> TorchRates:
    """Every count grows at the same rate, whatever there is already."""
    asked: dict[str, Any] = {"length": 3, "max_count": 6} | changes
    return TorchRates(lambda counts, alpha: torch.full(counts.shape, rate), **asked)


def drawn(law: EnumeratedLaw, count: int, seed: int = 0) -> torch.Tensor:
    """Clean sequences of a law."""
    rows = np.random.default_rng(seed).choice(len(law.outcomes), count, p=law.probabilities)
    return torch.from_numpy(law.outcomes[rows])


def test_it_starts_from_zeros(model: Recording) -> None:
    start = BIRTHS.start(model, 2)
    assert start.dtype == torch.int64
    assert start.tolist() == [[0, 0, 0]] * 2
    begun = BIRTHS.begin(model, BIRTHS.noise(model, [1, 2], seed=SEED))
    assert torch.equal(BIRTHS.sequences(model, begun), start)


@pytest.mark.parametrize("births", SAMPLERS)
def test_a_batch_calls_the_model_once_a_step(model: Recording, births: str) -> None:
    decoding = BirthsDecoding(births=births)
    batch = BIRTHS.batch(model, beta(0.5, 0.6, 4), [5, 2**40], decoding=decoding, seed=SEED)
    assert batch.process is BIRTHS
    found = batch.sample(model)
    assert [alpha for _, alpha in model.calls] == batch.plan.grid[:-1].tolist()
    assert found.nfe.tolist() == batch.nfe.tolist() == [4, 4]
    assert found.sequence_calls == 8
    assert found.tokens.dtype == torch.int64
    assert found.tokens.shape == (2, 3)
    assert bool(((found.tokens >= 0) & (found.tokens <= 4)).all())
    assert len(batch.texts(model, found)) == 2


@pytest.mark.parametrize("births", SAMPLERS)
def test_samples_follow_the_exact_law(births: str, templates: EnumeratedRates) -> None:
    count = 6000
    noise = BIRTHS.noise(templates, range(count), seed=SEED)
    found = BIRTHS.along(templates, UNEVEN, noise, BirthsDecoding(births=births)).tokens.numpy()
    law = BirthsLaw(templates).along(UNEVEN, births).ravel()
    seen = np.bincount(found @ [25, 5, 1], minlength=125)
    expected = count * law
    assert seen[law == 0].sum() == 0
    # What is expected 5 times at most is one cell, where there is any.
    rare = expected <= 5
    cells = [np.append(of[~rare], of[rare].sum()) for of in (seen, expected)]
    kept = cells[1] > 0
    assert kept.sum() > 20
    assert stats.chisquare(cells[0][kept], cells[1][kept]).pvalue > 1e-3


@pytest.mark.parametrize("births", SAMPLERS)
def test_a_sample_does_not_depend_on_the_batch(births: str, templates: EnumeratedRates) -> None:
    decoding, instances = BirthsDecoding(births=births), list(range(40))
    whole = BIRTHS.noise(templates, instances, seed=SEED)
    found = BIRTHS.along(templates, UNEVEN, whole, decoding).tokens
    fresh = EnumeratedRates(count_templates())
    for row in (0, 17, 39):
        alone = BIRTHS.noise(fresh, [instances[row]], seed=SEED)
        assert torch.equal(BIRTHS.along(fresh, UNEVEN, alone, decoding).tokens[0], found[row])
    part = BIRTHS.along(fresh, UNEVEN, whole.rows(range(5, 25)), decoding).tokens
    assert torch.equal(part, found[5:25])


def test_any_two_grids_share_the_clock() -> None:
    """Equal accumulated rates are equal births, in one step or in sixteen."""
    noise = BIRTHS.noise(steady(), range(50), seed=SEED)
    one, two, many = (
        BIRTHS.along(steady(), grid, noise, BirthsDecoding()).tokens
        for grid in (np.array([0.0, 1.0]), np.array([0.0, 0.9, 1.0]), np.linspace(0, 1, 17))
    )
    assert torch.equal(one, two)
    assert torch.equal(one, many)
    assert len(one.unique(dim=0)) > 30
    twice = BIRTHS.along(steady(5.0), np.array([0.0, 1.0]), noise, BirthsDecoding()).tokens
    half = BIRTHS.along(steady(5.0), np.array([0.0, 0.5]), noise, BirthsDecoding()).tokens
    assert torch.equal(half, one)
    assert bool((twice >= one).all())


@pytest.mark.parametrize("births", ["binomial", "randomised"])
def test_any_two_grids_share_the_clock_of_a_known_rest(births: str) -> None:
    """Where the rest is known for certain, births up to an alpha are the same on all grids."""
    rest = TorchRates(
        lambda counts, alpha: (5.0 - counts).double(), length=3, max_count=6, output="rest"
    )
    noise = BIRTHS.noise(rest, range(50), seed=SEED)
    one, many = (
        BIRTHS.along(rest, grid, noise, BirthsDecoding(births=births)).tokens
        for grid in (np.array([0.0, 0.6]), np.linspace(0, 0.6, 9))
    )
    assert torch.equal(one, many)
    assert {1, 2, 3, 4, 5} <= set(one.unique().tolist())
    whole = BIRTHS.along(rest, UNEVEN, noise, BirthsDecoding(births=births)).tokens
    assert bool((whole == 5).all())


@pytest.mark.parametrize("births", SAMPLERS)
def test_grids_of_different_step_numbers_pair(births: str, one: EnumeratedRates) -> None:
    """Samples of one noise are nearer to each other than those of independent noises."""
    count, decoding = 400, BirthsDecoding(births=births)
    grids = np.linspace(0, 1, 5), np.sin(np.linspace(0, np.pi / 2, 10)) ** 2
    noise, other = (BIRTHS.noise(one, range(s, s + count), seed=SEED) for s in (0, count))
    coarse = BIRTHS.along(one, grids[0], noise, decoding).tokens.double()
    paired, independent = (
        float((BIRTHS.along(one, grids[1], those, decoding).tokens - coarse).var())
        for those in (noise, other)
    )
    assert paired < 0.6 * independent


def test_counts_stop_at_the_largest_one() -> None:
    noise = BIRTHS.noise(steady(200.0), range(5), seed=SEED)
    found = BIRTHS.along(steady(200.0), UNEVEN, noise, BirthsDecoding()).tokens
    assert bool((found == 6).all())


def test_a_step_waits_for_the_device_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the rates; reading its own numbers makes nobody wait."""
    net, waits = steady(), []
    read = torch.Tensor.cpu

    def counting(tensor: torch.Tensor) -> torch.Tensor:
        waits.append(tensor.shape)
        return read(tensor)

    noise = BIRTHS.noise(net, range(4), seed=SEED)
    monkeypatch.setattr(torch.Tensor, "cpu", counting)
    for births in SAMPLERS:
        waits.clear()
        BIRTHS.along(net, UNEVEN, noise, BirthsDecoding(births=births))
        assert waits == [(4, 3)] * 3


def test_a_step_changes_nothing_that_it_is_given(templates: EnumeratedRates) -> None:
    noise = BIRTHS.noise(templates, range(4), seed=SEED)
    for births in SAMPLERS:
        state, decoding = BIRTHS.begin(templates, noise), BirthsDecoding(births=births)
        for index, before in enumerate((0.0, 0.5)):
            kept = state.clone()
            after = BIRTHS.step(templates, state, before, before + 0.5, noise, index, decoding)
            assert torch.equal(state, kept)
            state = after


def test_a_corrupted_sequence_is_thinned_along_one_path(templates: EnumeratedRates) -> None:
    clean = torch.tensor([[4, 3, 0]]).repeat(4000, 1)
    noise = BIRTHS.noise(templates, range(4000), seed=SEED)
    states = [BIRTHS.corrupt(templates, clean, alpha, noise) for alpha in (0.0, 0.3, 0.7, 1.0)]
    assert not states[0].any()
    assert torch.equal(states[3], clean)
    assert all(bool((a <= b).all()) for a, b in pairwise(states))
    for state, alpha in zip(states[1:3], (0.3, 0.7), strict=True):
        seen = np.bincount(state[:, 0].numpy(), minlength=5)
        assert stats.chisquare(seen, 4000 * stats.binom.pmf(range(5), 4, alpha)).pvalue > 1e-3
    gained = (states[2] - states[1])[states[1][:, 1] == 1, 1].numpy()
    exact = stats.binom.pmf(range(3), 2, 0.4 / 0.7)
    seen = np.bincount(gained, minlength=3)
    assert stats.chisquare(seen, len(gained) * exact).pvalue > 1e-3


@pytest.mark.parametrize("make", [bimodal, count_templates])
def test_step_costs_are_the_divergences_of_the_steps(make: Any) -> None:
    law, count, before, afters = make(), 6000, 0.3, [0.45, 0.8, 1.0]
    model = EnumeratedRates(law)
    noise = BIRTHS.noise(model, range(count), seed=SEED)
    found = BIRTHS.step_costs(model, drawn(law, count), before, afters, noise)
    assert found.shape == (count, 3)
    errors = found.std(axis=0) / np.sqrt(count)
    for after, mean, error in zip(afters, found.mean(axis=0), errors, strict=True):
        exact = step_cost(law, before, after)
        assert abs(mean + taken_off(law, before) - taken_off(law, after) - exact) < 4 * error


def test_step_costs_do_not_depend_on_the_batch(templates: EnumeratedRates) -> None:
    clean, instances = drawn(count_templates(), 20), list(range(20))
    noise = BIRTHS.noise(templates, instances, seed=SEED)
    whole = BIRTHS.step_costs(templates, clean, 0.4, [0.7, 1.0], noise)
    fresh = EnumeratedRates(count_templates())
    for row in range(0, 20, 5):
        alone = BIRTHS.noise(fresh, [instances[row]], seed=SEED)
        found = BIRTHS.step_costs(fresh, clean[row : row + 1], 0.4, [0.7, 1.0], alone)
        assert np.array_equal(found[0], whole[row])


def test_path_kl_is_that_of_the_grids(one: EnumeratedRates) -> None:
    count, exact = 1000, BirthsInformation(bimodal())
    candidate = baseline("linear", 4)
    batch = BIRTHS.batch(one, candidate, range(count), decoding=BirthsDecoding(), seed=SEED)
    clean = drawn(bimodal(), count)
    costs, calls = BIRTHS.path_costs(one, clean, batch, range(count))
    assert calls == 128 * count
    nats, calls = BIRTHS.path_kl(one, costs, batch)
    assert calls == 4 * count
    wanted = exact.path_kl(batch.plan.grid) - exact.path_kl(BIRTHS.finest_grid(one))
    assert abs(nats.mean() - wanted) < 4 * nats.std() / np.sqrt(count)
    some, _ = BIRTHS.path_costs(one, clean[[7, 2]], batch, [7, 2])
    assert [cost.finest_nats for cost in some] == [costs[row].finest_nats for row in (7, 2)]


def test_the_finest_grid_loses_little() -> None:
    grid = BIRTHS.finest_grid(EnumeratedRates(bimodal()))
    assert (len(grid), grid[0], grid[-1]) == (129, 0.0, 1.0)
    assert (np.diff(grid) > 0).all()
    assert BirthsInformation(bimodal()).path_kl(grid) < 0.01


def test_references_are_written_along_the_finest_grid(model: Recording) -> None:
    found = BIRTHS.finest(model, [4, 9], seed=SEED)
    assert [alpha for _, alpha in model.calls] == BIRTHS.finest_grid(model)[:-1].tolist()
    assert found.nfe.tolist() == [128, 128]
    noise = BIRTHS.noise(model, [4, 9], seed=SEED)
    grid = BIRTHS.finest_grid(model)
    expected = BIRTHS.along(model, grid, noise, BirthsDecoding()).tokens
    assert torch.equal(found.tokens, expected)


def test_own_sequences_have_noise_that_no_instance_has(templates: EnumeratedRates) -> None:
    found = BIRTHS.own_sequences(templates, range(20), seed=SEED).tokens
    own = [OWN_START + number for number in range(20)]
    assert torch.equal(found, BIRTHS.finest(templates, own, seed=SEED).tokens)
    assert not torch.equal(found, BIRTHS.finest(templates, range(20), seed=SEED).tokens)


def test_places_are_even_in_the_angle() -> None:
    assert places(PLACES).shape == (PLACES + 1,)
    assert places(4) == pytest.approx(np.sin(np.pi / 8 * np.arange(5)) ** 2)


def test_profiles_are_the_information(model: Recording) -> None:
    law, count, known = count_templates(), 1500, np.array([0, 30, 64, 100])
    clean = drawn(law, count)
    found = BIRTHS.profiles(model, clean, range(count), known, orders=2, seed=SEED)
    assert found.shape == (count, 4)
    assert model.calls == [(count, alpha) for alpha in places(PLACES)[known].tolist()] * 2
    exact, mean = BirthsInformation(law), law.probabilities @ law.outcomes.sum(axis=1)
    errors = found.std(axis=0) / np.sqrt(count)
    for column, alpha in enumerate(places(PLACES)[known].tolist()):
        apart = found[:, column].mean() - (mean - exact.at(alpha))
        assert abs(apart) < 4 * errors[column]
    part = BIRTHS.profiles(model, clean[3:5], [3, 4], known, orders=2, seed=SEED)
    assert np.array_equal(part, found[3:5])


def test_a_rate_of_0_costs_infinitely_much_where_something_must_be_born() -> None:
    none = steady(0.0)
    noise = BIRTHS.noise(none, range(2), seed=SEED)
    zeros = torch.zeros((2, 3), dtype=torch.int64)
    assert BIRTHS.step_costs(none, zeros, 0.0, [0.5], noise).tolist() == [[0.0], [0.0]]
    with pytest.raises(RunError, match="gives the rate 0 to a count of a clean sequence"):
        BIRTHS.step_costs(none, zeros + 1, 0.0, [0.5], noise)
    with pytest.raises(RunError, match="infinite"):
        BIRTHS.profiles(none, zeros + 1, [0, 1], np.array([0]), orders=1, seed=SEED)


@pytest.mark.parametrize("wrong", [np.nan, -1.0, np.inf])
def test_what_is_no_rate_ends_sampling_and_measuring(wrong: float) -> None:
    later = TorchRates(
        lambda counts, alpha: torch.full(counts.shape, wrong if alpha else 1.0),
        length=2,
        max_count=3,
    )
    noise = BIRTHS.noise(later, range(2), seed=SEED)
    with pytest.raises(RunError, match=r"at alpha = 0\.5 have"):
        BIRTHS.along(later, np.array([0, 0.5, 1]), noise, BirthsDecoding())
    with pytest.raises(RunError, match=r"at alpha = 0\.5 have"):
        BIRTHS.step_costs(later, torch.ones(2, 2), 0.5, [1.0], noise)


def test_settings_of_another_process_are_refused(templates: EnumeratedRates) -> None:
    noise = BIRTHS.noise(templates, [0], seed=SEED)
    with pytest.raises(TypeError, match="settings of births are expected"):
        BIRTHS.along(templates, UNEVEN, noise, MaskedDecoding())  # type: ignore[arg-type]


def test_the_difference_of_two_answers_is_that_of_one_step(templates: EnumeratedRates) -> None:
    assert BIRTHS.difference(templates) == 0
    answers = iter([1.0, 2.0, 3.0])
    moody = TorchRates(
        lambda counts, alpha: torch.full(counts.shape, next(answers)), length=1, max_count=20
    )
    born = np.arange(60)
    exact = np.abs(stats.poisson.pmf(born, 2) - stats.poisson.pmf(born, 3)).sum() / 2
    assert BIRTHS.difference(moody) == pytest.approx(exact, abs=1e-12)


def test_one_call_is_one_call(model: Recording) -> None:
    BIRTHS.one_call(model, 6, 4, BirthsDecoding())
    assert model.calls == [(6, 0.0)]


def test_the_exact_law_is_that_of_the_model(templates: EnumeratedRates) -> None:
    law, plan = BIRTHS.exact_law(templates), beta(0.5, 0.6, 2).plan(BirthsDecoding(), 3)
    assert law.under(plan, BirthsDecoding()).sum() == pytest.approx(1)
    with pytest.raises(InputError, match="states; at most"):
        BIRTHS.exact_law(EnumeratedRates(sudoku4()))

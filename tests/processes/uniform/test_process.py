"""Uniform and ordinal corruption: samples, costs and profiles, as the process gives them."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from mdm_opt.candidates import MaskedDecoding, UniformDecoding, baseline, beta
from mdm_opt.candidates.plan import GridPlan
from mdm_opt.errors import InputError, RunError
from mdm_opt.models.laws import EnumeratedLaw, chain
from mdm_opt.models.timed_law import EnumeratedTimedLaw, TorchLaw
from mdm_opt.processes.base import OWN_START
from mdm_opt.processes.grid import FINEST_STEPS
from mdm_opt.processes.uniform.kernels import kernel_named
from mdm_opt.processes.uniform.law import ExactCosts, UniformLaw
from mdm_opt.processes.uniform.process import INTERVALS, UNIFORM, check_path_kl
from mdm_opt.schedules.step_costs import places, step_table
from mdm_opt.schedules.uniform_energy import uniform_optimal_alpha

SEED, LENGTH = 3, 3
CANDIDATE = beta(0.4, 0.6, 3)
SAMPLERS = [
    UniformDecoding(),
    UniformDecoding(first_alpha=0.05, last_alpha=0.9),
    UniformDecoding(step="euler", first_alpha=0.05),
    UniformDecoding(step="flow", first_alpha=0.05, last_alpha=0.8),
]


def small_law() -> EnumeratedLaw:
    """A random law of half of the 27 words of three letters."""
    rng = np.random.default_rng(5)
    words = np.array(list(itertools.product(range(3), repeat=LENGTH)))
    return EnumeratedLaw(
        words[rng.choice(27, 13, replace=False)], rng.dirichlet(np.ones(13)), "xyz"
    )


class Recording(EnumeratedTimedLaw):
    """Keeps how many sequences each call is about, and the alpha."""

    def __init__(self, kernel: str = "uniform") -> None:
        super().__init__(small_law(), kernel)
        self.calls: list[tuple[int, float]] = []

    def log_probs_at(self, tokens: torch.Tensor, alpha: float) -> torch.Tensor:
        self.calls.append((len(tokens), alpha))
        return super().log_probs_at(tokens, alpha)


@pytest.fixture(params=["uniform", "nearest", "gaussian(1.5,2)"])
def model(request: pytest.FixtureRequest) -> Recording:
    return Recording(request.param)


def batch_of(model: Any, instances: Any, decoding: UniformDecoding | None = None) -> Any:
    settings = decoding or UniformDecoding()
    return UNIFORM.batch(model, CANDIDATE, instances, decoding=settings, seed=SEED)


def clean_of(model: Recording, count: int) -> torch.Tensor:
    """Sequences of the law itself."""
    law = model.law
    rows = np.random.default_rng(8).choice(len(law.outcomes), count, p=law.probabilities)
    return torch.from_numpy(law.outcomes[rows])


@pytest.mark.cases(5)
@pytest.mark.parametrize("decoding", SAMPLERS, ids=lambda one: f"{one.step}-{one.last_alpha}")
def test_samples_follow_the_enumerated_law(model: Recording, decoding: UniformDecoding) -> None:
    count = 3000
    batch = batch_of(model, range(count), decoding)
    samples = batch.sample(model)
    assert model.calls == [(count, alpha) for alpha in batch.plan.grid[:-1].tolist()]
    assert samples.nfe.tolist() == batch.nfe.tolist() == [3] * count
    assert samples.sequence_calls == 3 * count
    law = UNIFORM.exact_law(model).under(batch.plan, decoding)
    index = np.ravel_multi_index(tuple(samples.tokens.numpy().T), law.shape)
    counts = np.bincount(index, minlength=law.size)
    assert counts[law.ravel() == 0].sum() == 0
    # Rare sequences together: the statistic needs counts of five or so.
    rare = law.ravel() * count < 8
    seen = np.append(counts[~rare], counts[rare].sum())
    expected = np.append(law.ravel()[~rare], law.ravel()[rare].sum()) * count
    assert stats.chisquare(seen[expected > 0], expected[expected > 0]).pvalue > 1e-4


@pytest.mark.parametrize("decoding", SAMPLERS, ids=lambda one: f"{one.step}-{one.last_alpha}")
def test_results_do_not_depend_on_the_batch(model: Recording, decoding: UniformDecoding) -> None:
    instances = [4, 2**40, 7, 0, 11]
    together = batch_of(model, instances, decoding).sample(model).tokens
    for row, instance in enumerate(instances):
        alone = batch_of(model, [instance], decoding).sample(model).tokens
        assert torch.equal(alone[0], together[row])


def test_memory_decides_how_many_are_computed_on_at_once(
    model: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = batch_of(model, range(7))
    noise, clean = batch.noise, clean_of(model, 7)
    whole = batch.sample(model).tokens
    costs = UNIFORM.step_costs(model, clean, 0.2, [0.5, 1.0], noise)
    monkeypatch.setattr("mdm_opt.processes.uniform.process.PART_VALUES_CPU", 2 * LENGTH * 3)
    assert torch.equal(batch_of(model, range(7)).sample(model).tokens, whole)
    assert np.array_equal(UNIFORM.step_costs(model, clean, 0.2, [0.5, 1.0], noise), costs)


def test_candidates_with_the_same_steps_pair(model: Recording) -> None:
    """Two nearby schedules agree in far more tokens than independent samples do."""
    count = 400
    first = batch_of(model, range(count)).sample(model).tokens
    near, far = (
        UNIFORM.batch(model, beta(0.42, 0.6, 3), ids, decoding=UniformDecoding(), seed=SEED)
        .sample(model)
        .tokens
        for ids in (range(count), range(count, 2 * count))
    )
    assert float((first == near).double().mean()) > 0.9
    assert float((first == far).double().mean()) < 0.6
    again = batch_of(model, range(count)).sample(model).tokens
    assert torch.equal(first, again)


def test_it_starts_from_noise(model: Recording) -> None:
    start = UNIFORM.start(model, 5)
    assert (start.shape, start.dtype) == ((5, LENGTH), torch.int64)
    assert torch.equal(start, UNIFORM.begin(model, UNIFORM.noise(model, range(5), seed=0)))
    many = UNIFORM.start(model, 3000)
    counts = np.bincount(many.flatten().numpy(), minlength=3)
    expected = kernel_named(model.kernel, 3).stationary * counts.sum()
    assert stats.chisquare(counts, expected).pvalue > 1e-4


def test_the_finest_samples_are_those_of_the_law(model: Recording) -> None:
    count = 300
    grid = UNIFORM.finest_grid(model)
    assert (len(grid), grid[0], grid[-1]) == (FINEST_STEPS + 1, 0, 1)
    assert (np.diff(grid) > 0).all()
    if model.kernel == "uniform":
        expected = uniform_optimal_alpha(3, np.linspace(0, 1, FINEST_STEPS + 1))
        np.testing.assert_allclose(grid, expected, atol=1e-9)
    found = UNIFORM.finest(model, range(count), seed=SEED)
    assert found.nfe.tolist() == [FINEST_STEPS] * count
    index = np.ravel_multi_index(tuple(found.tokens.numpy().T), (3,) * LENGTH)
    counts = np.bincount(index, minlength=27)
    # What is left of the step size is known exactly, and is small.
    law = UNIFORM.exact_law(model).under(GridPlan(grid, None, LENGTH), UniformDecoding()).ravel()
    target = np.zeros((3,) * LENGTH)
    target[tuple(model.law.outcomes.T)] = model.law.probabilities
    assert abs(law - target.ravel()).sum() / 2 < 0.01
    common = law * count > 8
    seen = np.append(counts[common], counts[~common].sum())
    expected = np.append(law[common], law[~common].sum()) * count
    assert stats.chisquare(seen, expected).pvalue > 1e-4


def test_own_sequences_have_noise_that_no_instance_has(model: Recording) -> None:
    own = UNIFORM.own_sequences(model, range(5), seed=SEED).tokens
    ids = [OWN_START + number for number in range(5)]
    assert torch.equal(own, UNIFORM.finest(model, ids, seed=SEED).tokens)
    assert not torch.equal(own, UNIFORM.finest(model, range(5), seed=SEED).tokens)


@pytest.mark.parametrize("before", [0.0, 0.3, 0.8])
def test_the_mean_of_step_costs_is_exact(model: Recording, before: float) -> None:
    count, afters = 4000, [0.85, 0.95, 1.0]
    clean = clean_of(model, count)
    noise = UNIFORM.noise(model, range(count), seed=SEED)
    found = UNIFORM.step_costs(model, clean, before, afters, noise)
    assert model.calls == [(count, before)]
    assert found.shape == (count, 3)
    assert (found > -1e-12).all()
    exact = ExactCosts(model.law, kernel_named(model.kernel, 3))
    for column, after in zip(found.T, afters, strict=True):
        error = column.std(ddof=1) / np.sqrt(count)
        assert abs(column.mean() - exact.step_cost(before, after)) < 4.5 * error


def test_step_costs_do_not_depend_on_the_batch(model: Recording) -> None:
    clean = clean_of(model, 5)
    noise = UNIFORM.noise(model, range(5), seed=SEED)
    together = UNIFORM.step_costs(model, clean, 0.3, [0.6, 1.0], noise)
    for row in range(5):
        alone = UNIFORM.step_costs(model, clean[[row]], 0.3, [0.6, 1.0], noise.rows([row]))
        assert np.array_equal(alone[0], together[row])


def test_corrupted_sequences_are_those_of_the_noise(model: Recording) -> None:
    clean = clean_of(model, 4)
    noise = UNIFORM.noise(model, range(4), seed=SEED)
    found = UNIFORM.corrupt(model, clean, 0.4, noise)
    assert torch.equal(found, noise.corrupted(kernel_named(model.kernel, 3), clean, 0.4))
    assert torch.equal(UNIFORM.corrupt(model, clean, 1.0, noise), clean)


def test_path_kl_is_the_loss_against_the_finest_steps(model: Recording) -> None:
    """In the mean the difference of two exact path KL, whatever the entropy of the law."""
    count = 150
    clean = clean_of(model, count)
    batch = batch_of(model, range(count))
    costs, calls = UNIFORM.path_costs(model, clean, batch, range(count))
    assert calls == FINEST_STEPS * count
    found, asked = UNIFORM.path_kl(model, costs, batch)
    assert asked == 3 * count
    exact = ExactCosts(model.law, kernel_named(model.kernel, 3))
    expected = exact.path_kl(batch.plan.grid) - exact.path_kl(UNIFORM.finest_grid(model))
    error = found.std(ddof=1) / np.sqrt(count)
    assert abs(found.mean() - expected) < 4.5 * error
    part, _ = UNIFORM.path_costs(model, clean[[3, 1]], batch, [3, 1])
    assert [one.finest_nats for one in part] == [costs[3].finest_nats, costs[1].finest_nats]


def test_a_truncated_start_costs_what_its_noise_loses(model: Recording) -> None:
    count = 1000
    clean = clean_of(model, count)
    batch = batch_of(model, range(count), UniformDecoding(first_alpha=0.3))
    nats, _ = UNIFORM._path_nats(model, clean, batch.plan.grid, batch.noise)
    exact = ExactCosts(model.law, kernel_named(model.kernel, 3))
    expected = exact.path_kl(batch.plan.grid) + exact.clean_entropy
    assert abs(nats.mean() - expected) < 4.5 * nats.std(ddof=1) / np.sqrt(count)


@pytest.mark.parametrize("step", ["euler", "flow"])
def test_samplers_without_path_kl_say_so(step: str) -> None:
    model = Recording()
    batch = batch_of(model, [0], UniformDecoding(step=step, first_alpha=0.05))
    message = f"path KL can be infinite for step = '{step}', .*; step = 'ancestral' has a path KL"
    for ask in (
        lambda: UNIFORM.path_costs(model, clean_of(model, 1), batch, [0]),
        lambda: UNIFORM.path_kl(model, [], batch),
        lambda: check_path_kl(batch.decoding),
    ):
        with pytest.raises(InputError, match=message) as raised:
            ask()
        assert "\n" not in str(raised.value)
    check_path_kl(UniformDecoding())


def test_profiles_are_the_costs_of_all_steps_between_places(model: Recording) -> None:
    count = 1500
    clean = clean_of(model, count)
    known = step_table("uniform", 4).cells
    found = UNIFORM.profiles(model, clean, range(count), known, orders=2, seed=SEED, count=4)
    assert found.shape == (count, 10)
    # One call for all steps that begin at the same place, in each order.
    alphas = places(4)
    assert model.calls == [(count, alpha) for alpha in alphas[:-1].tolist()] * 2
    exact = ExactCosts(model.law, kernel_named(model.kernel, 3))
    errors = found.std(axis=0, ddof=1) / np.sqrt(count)
    for column, (i, j) in enumerate(itertools.combinations(range(5), 2)):
        expected = exact.step_cost(float(alphas[i]), float(alphas[j]))
        assert abs(found[:, column].mean() - expected) < 4.5 * errors[column]
    assert UNIFORM.profile_calls(known, 4) == 4


def test_profiles_of_some_cells_and_some_sequences(model: Recording) -> None:
    clean, known = clean_of(model, 6), step_table("uniform", INTERVALS).cells[[3, 40, 200]]
    found = UNIFORM.profiles(model, clean, range(6), known, orders=2, seed=SEED)
    alone = UNIFORM.profiles(model, clean[[4]], [4], known[1:], orders=2, seed=SEED)
    assert np.array_equal(alone[0], found[4, 1:])
    first = UNIFORM.profiles(model, clean, range(6), known, orders=1, seed=SEED)
    other = UNIFORM.profiles(model, clean, range(6), known, orders=1, seed=SEED + 1)
    assert not np.array_equal(first, found)
    assert not np.array_equal(first, other)


def test_the_law_is_that_of_a_plan() -> None:
    model = Recording()
    plan = CANDIDATE.plan(UniformDecoding(), LENGTH)
    found = UNIFORM.exact_law(model).under(plan, UniformDecoding())
    assert np.array_equal(found, UniformLaw(model).under(plan, UniformDecoding()))
    assert UNIFORM.exact_law(model).nfe(plan) == 3


def test_steps_that_lead_nowhere_cost_nothing(model: Recording) -> None:
    noise = UNIFORM.noise(model, range(3), seed=SEED)
    grid = np.array([0.0, 0.4, 0.4, 1.0])
    found = UNIFORM.along(model, grid, noise, UniformDecoding())
    assert found.nfe.tolist() == [2] * 3
    assert [alpha for _, alpha in model.calls] == [0.0, 0.4]


def test_one_call_asks_as_the_first_step_does(model: Recording) -> None:
    UNIFORM.one_call(model, 5, 4, UniformDecoding(step="flow", first_alpha=0.07))
    UNIFORM.one_call(model, 2, 4, UniformDecoding())
    assert model.calls == [(5, 0.07), (2, 0.0)]
    with pytest.raises(TypeError, match="settings of uniform corruption are expected"):
        UNIFORM.one_call(model, 2, 4, MaskedDecoding())


def test_the_difference_is_that_of_two_answers() -> None:
    assert UNIFORM.difference(Recording()) == 0
    turn = iter([0.0, 0.0, 0.5] * 9)

    def answering(tokens: torch.Tensor, alpha: float) -> torch.Tensor:
        logits = torch.zeros((*tokens.shape, 2), dtype=torch.float64)
        logits[:, 0, 0] = next(turn)
        return logits

    model = TorchLaw(answering, length=2, vocab_size=2)
    # Probabilities 0.5 and e^0.5 / (1 + e^0.5) of the same token.
    assert UNIFORM.difference(model) == pytest.approx(0.6224593312 - 0.5)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (lambda shape: torch.full(shape, torch.nan), "of a clean token are NaN"),
        (lambda shape: torch.zeros(shape), "are not normalised"),
        (lambda shape: torch.zeros(shape[:2]), r"answers with \(\d, 3\); log-probabilities"),
        (lambda shape: None, "answers with NoneType"),
    ],
)
def test_what_is_no_law_ends_the_run(found: Any, message: str) -> None:
    class Broken(Recording):
        def log_probs_at(self, tokens: torch.Tensor, alpha: float) -> torch.Tensor:
            return found((*tokens.shape, self.vocab_size))

    model = Broken()
    noise = UNIFORM.noise(model, range(2), seed=SEED)
    for ask in (
        lambda: batch_of(model, range(2)).sample(model),
        lambda: UNIFORM.step_costs(model, torch.zeros(2, 3, dtype=torch.int64), 0.1, [1], noise),
        lambda: UNIFORM.difference(model),
    ):
        with pytest.raises(RunError, match=message) as raised:
            ask()
        assert "\n" not in str(raised.value)


def test_a_model_of_networks_is_sampled() -> None:
    """A large vocabulary, float32 logits, and no matrix of V^2 numbers."""
    torch.manual_seed(0)
    embedding = torch.nn.Embedding(30000, 8)

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = embedding

        def forward(self, tokens: torch.Tensor, alpha: float) -> torch.Tensor:
            return self.embed(tokens) @ self.embed.weight.T * (1 + alpha)

    model = TorchLaw(Net(), length=4)
    assert model.vocab_size == 30000
    for decoding in SAMPLERS:
        batch = UNIFORM.batch(model, baseline("sin2", 3), range(3), decoding=decoding, seed=SEED)
        tokens = batch.sample(model).tokens
        assert tokens.shape == (3, 4)
        assert 0 <= int(tokens.min()) <= int(tokens.max()) < 30000
        assert batch.texts(model, batch.sample(model)) == model.decode(tokens)


def test_path_kl_of_a_known_law() -> None:
    """The chain, in the grid of the references: 0.81000041 nats, by costs of sampled sequences."""
    model, count = EnumeratedTimedLaw(chain()), 3000
    rows = np.random.default_rng(0).choice(
        len(model.law.outcomes), count, p=model.law.probabilities
    )
    clean = torch.from_numpy(model.law.outcomes[rows])
    noise = UNIFORM.noise(model, range(count), seed=SEED)
    nats, _ = UNIFORM._path_nats(model, clean, np.array([0, 0.3, 0.7, 1]), noise)
    nats = nats + np.log(model.law.probabilities[rows])
    assert abs(nats.mean() - 0.81000041) < 4.5 * nats.std(ddof=1) / np.sqrt(count)

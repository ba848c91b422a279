"""Exact divergences on the paper's toy against numpy."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from mdm_opt import config
from mdm_opt.candidates import Candidate, MaskedDecoding, baseline, beta
from mdm_opt.errors import InputError, RunError
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.base import Denoiser
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import EnumeratedLaw, sudoku4, toy_balanced, toy_extremes
from mdm_opt.objectives.base import Objective
from mdm_opt.objectives.divergence import Divergence
from mdm_opt.objectives.registry import Build, build_objective
from mdm_opt.schedules import reveal_grid

LAWS = {"extremes": toy_extremes, "balanced": toy_balanced}
LINEAR = beta(0.5, 0.5, 3)
MASK = 2
# (masked tokens, revealed tokens) -> probability of revealing one set of that size.
Chance = Callable[[int, int], float]
# [EM fig. 4, E.6] through docs/mathematics.md 6, five decimals.
PAPER = [
    ("extremes", LINEAR, 0.40509),
    ("extremes", beta(1, 1, 3), 0.38818),
    ("extremes", baseline("sine", 3), 0.58157),
    ("extremes", beta(0.5, 0.3, 3), 0.28444),
    ("balanced", LINEAR, 0.11691),
    ("balanced", beta(1, 1, 3), 0.12766),
    ("balanced", baseline("sine", 3), 0.11130),
    ("balanced", beta(0.4, 0.6, 3), 0.10262),
]


def conditional(law: EnumeratedLaw, known: dict[int, int], position: int) -> np.ndarray:
    """p(letter at ``position`` | known letters); a half each off the support."""
    consistent = [
        outcome for outcome in law.outcomes if all(outcome[p] == t for p, t in known.items())
    ]
    if not consistent:
        return np.array([0.5, 0.5])
    share = np.mean([outcome[position] for outcome in consistent])
    return np.array([1 - share, share])


def sample_law(law: EnumeratedLaw, steps: list[Chance]) -> np.ndarray:
    """Law of samples, summed over every way to choose positions and letters in every step."""
    states: dict[tuple[int, ...], float] = {(MASK,) * 5: 1.0}
    for chance in steps:
        after: dict[tuple[int, ...], float] = {}
        for state, weight in states.items():
            masked = [p for p in range(5) if state[p] == MASK]
            known = {p: state[p] for p in range(5) if state[p] != MASK}
            tables = {p: conditional(law, known, p) for p in masked}
            for subset in itertools.chain.from_iterable(
                itertools.combinations(masked, size)
                for size in range(len(masked) + 1)
                if chance(len(masked), size) > 0
            ):
                for letters in itertools.product((0, 1), repeat=len(subset)):
                    new = dict(zip(subset, letters, strict=True))
                    move = math.prod(tables[p][letter] for p, letter in new.items())
                    reached = tuple(new.get(p, state[p]) for p in range(5))
                    share = weight * chance(len(masked), len(subset)) * move
                    if share > 0:
                        after[reached] = after.get(reached, 0.0) + share
        states = after
    result = np.zeros((3,) * 5)
    for state, weight in states.items():
        result[state] = weight
    assert abs(result[:2, :2, :2, :2, :2].sum() - 1) < 1e-12
    return result[:2, :2, :2, :2, :2]


def fixed(counts: list[int]) -> list[Chance]:
    return [
        lambda masked, size, count=count: (size == count) / math.comb(masked, count)
        for count in counts
    ]


def ancestral(grid: np.ndarray) -> list[Chance]:
    rates = [(after - before) / (1 - before) for before, after in itertools.pairwise(grid)]
    return [
        lambda masked, size, rate=rate: rate**size * (1 - rate) ** (masked - size)
        for rate in rates
    ]


def target(law: EnumeratedLaw) -> np.ndarray:
    result = np.zeros((2,) * 5)
    for outcome, probability in zip(law.outcomes, law.probabilities, strict=True):
        result[tuple(outcome)] = probability
    return result


def problem(law: EnumeratedLaw, metric: str, batch_size: int = 64, **decoding: object) -> Problem:
    objective = Divergence(law, metric)
    return Problem(EnumeratedDenoiser(law), objective, 0, MaskedDecoding(**decoding), batch_size)


def total_variation(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first - second).sum() / 2)


def kullback_leibler(first: np.ndarray, second: np.ndarray) -> float:
    support = first > 0
    return float((first[support] * np.log(first[support] / second[support])).sum())


@pytest.mark.parametrize(("name", "candidate", "expected"), PAPER)
def test_total_variation_of_the_paper(name: str, candidate: Candidate, expected: float) -> None:
    asked = problem(LAWS[name](), "tv", reveal="ancestral")
    found = measure(asked, candidate, [0])
    assert found.value == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("candidate", [LINEAR, beta(0.3, 2.0, 3)])
def test_ancestral_divergences_equal_brute_force(name: str, candidate: Candidate) -> None:
    law = LAWS[name]()
    grid = reveal_grid(candidate.schedule, 3)
    samples = sample_law(law, ancestral(grid))
    tv = measure(problem(law, "tv", reveal="ancestral"), candidate, [0])
    assert tv.value == pytest.approx(total_variation(target(law), samples), abs=1e-12)
    kl = measure(problem(law, "kl", reveal="ancestral"), candidate, [0])
    assert kl.value == pytest.approx(kullback_leibler(target(law), samples), abs=1e-12)
    empty = sum((1 - step) ** 5 for step in np.diff(grid))
    assert tv.nfe == pytest.approx(3 - empty, abs=1e-12)


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize(("steps", "rounding"), [(1, "full"), (2, "full"), (3, "cumulative")])
def test_fixed_divergences_equal_brute_force(name: str, steps: int, rounding: str) -> None:
    law = LAWS[name]()
    candidate = beta(0.4, 3.0, steps)
    asked = problem(law, "tv", rounding=rounding)
    counts = asked.plan(candidate).counts.tolist()
    samples = sample_law(law, fixed(counts))
    found = measure(asked, candidate, [0])
    assert found.value == pytest.approx(total_variation(target(law), samples), abs=1e-12)
    assert found.nfe == np.count_nonzero(counts)
    kl = measure(problem(law, "kl", rounding=rounding), candidate, [0])
    assert kl.value == pytest.approx(kullback_leibler(target(law), samples), abs=1e-12)


@pytest.mark.parametrize("metric", ["tv", "kl"])
@pytest.mark.parametrize("name", LAWS)
def test_one_token_a_step_samples_the_law_itself(name: str, metric: str) -> None:
    found = measure(problem(LAWS[name](), metric), baseline("linear", 5), [0])
    assert found.value == pytest.approx(0, abs=1e-12)
    assert found.nfe == 5


def test_one_step_forgets_all_dependence() -> None:
    """Of five fair letters, each of the two allowed words has probability 1/32."""
    law, one_step = toy_extremes(), baseline("linear", 1)
    tv = measure(problem(law, "tv"), one_step, [0])
    assert tv.value == pytest.approx(1 - 2 / 32, abs=1e-12)
    kl = measure(problem(law, "kl"), one_step, [0])
    assert kl.value == pytest.approx(np.log(0.5 * 32), abs=1e-12)


def test_every_instance_gets_the_same_value_without_a_sampled_sequence() -> None:
    found = measure(problem(toy_balanced(), "tv", batch_size=2), baseline("linear", 2), range(5))
    assert np.ptp(found.scores) == 0
    assert found.sequence_calls == 0
    assert found.texts == ()
    objective = Divergence(toy_balanced())
    assert (objective.direction, objective.unit) == ("minimize", "total variation")
    assert objective.deterministic
    assert Divergence(toy_balanced(), "kl").unit == "nats"


def test_missed_outcome_is_an_infinite_kl_and_refused() -> None:
    """A model that only writes aaaaa misses bbbbb."""
    only_a = EnumeratedLaw.uniform([[0] * 5], "ab")
    asked = Problem(EnumeratedDenoiser(only_a), Divergence(toy_extremes(), "kl"), seed=0)
    with pytest.raises(RunError, match="'divergence' returned inf for instance 0"):
        measure(asked, baseline("linear", 2), [0])
    asked = Problem(EnumeratedDenoiser(only_a), Divergence(toy_extremes(), "tv"), seed=0)
    assert measure(asked, baseline("linear", 2), [0]).value == pytest.approx(0.5, abs=1e-12)


def build(denoiser: Denoiser, metric: str = "tv") -> Objective:
    table = config.DivergenceObjective(kind="divergence", metric=metric)
    return build_objective(table, Build(denoiser, None, list, 1, 0))


def test_built_from_a_study_file() -> None:
    denoiser = EnumeratedDenoiser(toy_extremes())
    found = measure(Problem(denoiser, build(denoiser, "kl"), seed=0), baseline("linear", 1), [0])
    assert found.value == pytest.approx(np.log(16), abs=1e-12)


def test_law_too_large_to_enumerate_is_refused() -> None:
    with pytest.raises(InputError, match=r"16 tokens out of 4 has 152587890625 .* at most 4096"):
        build(EnumeratedDenoiser(sudoku4()))


def test_model_without_a_known_law_is_refused() -> None:
    class Unknown(EnumeratedDenoiser):
        pass

    class Foreign:
        length, vocab_size = 5, 2

    assert build(Unknown(toy_extremes())).name == "divergence"
    with pytest.raises(InputError, match=r"needs .* kind 'enumerated', whose law is known"):
        build(Foreign())

"""Path KL: model calls, values, and independence of batches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from word_references import LENGTH, SETS, SYMBOLS, build, drawn, full_support_law, words

from mdm_opt.candidates import MaskedDecoding, baseline, beta
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.base import Denoiser
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import EnumeratedLaw, sudoku4
from mdm_opt.objectives.base import Objective
from mdm_opt.objectives.path_kl import REFERENCE_START, PathKl
from mdm_opt.processes import generate, instance_noise


class Counting:
    """A denoiser that counts the sequences put through it."""

    def __init__(self, inner: Denoiser) -> None:
        self.inner = inner
        self.sequences = 0
        self.largest_batch = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        self.sequences += len(tokens)
        self.largest_batch = max(self.largest_batch, len(tokens))
        return self.inner.log_probs(tokens, positions)


@pytest.fixture(scope="module")
def denoiser() -> EnumeratedDenoiser:
    return EnumeratedDenoiser(full_support_law())


def direct(
    denoiser: Denoiser, instance: int, counts: Sequence[int], reference: Sequence[int] | None
) -> float:
    """Path KL of one instance, every step asked from the denoiser one token at a time."""
    noise = instance_noise([instance], denoiser.length, seed=3)
    order = noise.permutation[0].tolist()
    if reference is None:
        # Made in an order of its own, independent of the one it is scored in.
        made = instance_noise([REFERENCE_START + instance], denoiser.length, seed=3)
        one_each = np.ones(denoiser.length, dtype=np.int64)
        reference = generate(denoiser, one_each, made).tokens[0].tolist()

    def log_prob(known: list[int], position: int) -> float:
        tokens = torch.full((1, denoiser.length), denoiser.mask_token_id)
        for place in known:
            tokens[0, place] = reference[place]
        where = torch.tensor([[position]])
        return denoiser.log_probs(tokens, where)[0, 0, reference[position]].item()

    one_token_a_step = sum(log_prob(order[:j], order[j]) for j in range(denoiser.length))
    candidate, done = 0.0, 0
    for count in counts:
        candidate += sum(log_prob(order[:done], place) for place in order[done : done + count])
        done += count
    return one_token_a_step - candidate


def problem(
    denoiser: Denoiser, objective: Objective, batch_size: int = 64, **decoding: object
) -> Problem:
    return Problem(denoiser, objective, 3, MaskedDecoding(**decoding), batch_size)


@pytest.mark.parametrize(("a", "b", "steps"), [(0.5, 0.5, 2), (0.3, 2.0, 3), (3.0, 0.2, 4)])
def test_values_equal_a_direct_computation(
    denoiser: EnumeratedDenoiser, a: float, b: float, steps: int
) -> None:
    candidate = beta(a, b, steps)
    asked = problem(denoiser, PathKl())
    found = measure(asked, candidate, range(12))
    counts = asked.plan(candidate).counts.tolist()
    expected = [direct(denoiser, instance, counts, None) for instance in range(12)]
    # Sums of 12 float64 logarithms below 10 nats.
    np.testing.assert_allclose(found.scores, expected, rtol=0, atol=1e-12)
    assert found.nfe == np.count_nonzero(counts)


@pytest.mark.parametrize("own", [True, False])
def test_model_is_asked_length_times_an_instance_and_never_again(
    denoiser: EnumeratedDenoiser, own: bool
) -> None:
    counting = Counting(denoiser)
    given = torch.from_numpy(full_support_law().outcomes[:10])
    objective = PathKl(None if own else lambda instances: given[list(instances)])
    asked = problem(counting, objective, batch_size=4)
    rng = np.random.default_rng(0)
    for trial in range(40):
        a, b = np.exp(rng.uniform(np.log(0.1), np.log(8), 2))
        found = measure(asked, beta(a, b, int(rng.integers(1, 7))), range(10))
        # The model's own references cost as much again to make.
        expected = (2 if own else 1) * LENGTH * 10 if trial == 0 else 0
        assert found.sequence_calls == counting.sequences == expected
        assert found.texts == ()
        counting.sequences = 0
    assert counting.largest_batch == 4


def test_only_new_instances_cost_calls(denoiser: EnumeratedDenoiser) -> None:
    counting = Counting(denoiser)
    asked = problem(counting, PathKl())
    candidate = baseline("linear", 3)
    measure(asked, candidate, range(10))
    counting.sequences = 0
    found = measure(asked, candidate, range(5, 12))
    assert found.sequence_calls == counting.sequences == 2 * 2 * LENGTH
    fresh = measure(problem(denoiser, PathKl()), candidate, range(5, 12))
    assert np.array_equal(found.scores, fresh.scores)


def test_another_seed_or_model_is_never_answered_from_the_table(
    denoiser: EnumeratedDenoiser,
) -> None:
    objective, candidate = PathKl(), baseline("linear", 2)
    measure(problem(denoiser, objective), candidate, range(3))
    law = full_support_law()
    other = EnumeratedDenoiser(EnumeratedLaw(law.outcomes, law.probabilities[::-1], SYMBOLS))
    for asked in (
        Problem(denoiser, objective, seed=4),
        problem(other, objective),
    ):
        found = measure(asked, candidate, range(3))
        fresh = measure(Problem(asked.denoiser, PathKl(), seed=asked.seed), candidate, range(3))
        assert found.sequence_calls == 2 * 3 * LENGTH
        assert np.array_equal(found.scores, fresh.scores)


@pytest.mark.parametrize("reveal", ["fixed", "ancestral"])
def test_one_token_a_step_costs_exactly_nothing(reveal: str) -> None:
    denoiser = EnumeratedDenoiser(sudoku4())
    # Ancestral with far more steps than tokens: no two tokens fall into one of these steps.
    steps = 16 if reveal == "fixed" else 100_000
    asked = problem(denoiser, PathKl(), reveal=reveal)
    found = measure(asked, baseline("linear", steps), range(20))
    assert found.nfe == 16
    assert (found.scores == 0.0).all()


def test_one_step_costs_the_whole_dependence() -> None:
    """At one step every cell of a Sudoku is a fair die: 16 ln 4 - ln 288 nats, always."""
    denoiser = EnumeratedDenoiser(sudoku4())
    found = measure(problem(denoiser, PathKl()), baseline("linear", 1), range(20))
    np.testing.assert_allclose(found.scores, 16 * np.log(4) - np.log(288), rtol=1e-13)


def test_ancestral_counts_of_each_instance_are_used(denoiser: EnumeratedDenoiser) -> None:
    candidate = beta(0.8, 0.6, 3)
    asked = problem(denoiser, PathKl(), reveal="ancestral")
    counts = asked.batch(candidate, range(15)).counts
    assert len({tuple(row) for row in counts.tolist()}) > 5
    found = measure(asked, candidate, range(15))
    expected = [direct(denoiser, i, counts[i].tolist(), None) for i in range(15)]
    np.testing.assert_allclose(found.scores, expected, rtol=0, atol=1e-12)
    assert found.nfe == (counts > 0).sum(axis=1).mean()


@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_scores_do_not_depend_on_the_batch(denoiser: EnumeratedDenoiser, batch_size: int) -> None:
    candidate = beta(0.4, 1.3, 3)
    whole = measure(problem(denoiser, PathKl(), batch_size=30), candidate, range(30))
    parts = measure(problem(denoiser, PathKl(), batch_size=batch_size), candidate, range(30))
    assert np.array_equal(parts.scores, whole.scores)


def test_own_references_are_scored_in_orders_that_did_not_make_them() -> None:
    """A model whose conditionals follow no joint law must not be flattered by its own order."""

    class Follower(Counting):
        """Repeats what is revealed: certain of the smallest revealed letter, else uniform."""

        def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
            smallest = tokens.amin(1)
            probabilities = torch.full((*positions.shape, len(SYMBOLS)), 0.1)
            lead = torch.where(smallest < len(SYMBOLS), smallest, 0)
            probabilities.scatter_(2, lead[:, None, None].expand(*positions.shape, 1), 0.8)
            return probabilities.double().log()

    follower = Follower(EnumeratedDenoiser(full_support_law()))
    asked = problem(follower, PathKl())
    made = instance_noise([REFERENCE_START + i for i in range(200)], LENGTH, seed=3)
    scored = instance_noise(range(200), LENGTH, seed=3)
    assert (made.permutation != scored.permutation).any(axis=1).mean() > 0.99
    found = measure(asked, baseline("linear", 2), range(200))
    counts = asked.plan(baseline("linear", 2)).counts.tolist()
    expected = [direct(follower, i, counts, None) for i in range(200)]
    np.testing.assert_allclose(found.scores, expected, rtol=0, atol=1e-12)


def test_values_with_user_references_equal_a_direct_computation(
    denoiser: EnumeratedDenoiser, tmp_path: Path
) -> None:
    (tmp_path / "references.txt").write_text("\n".join(words(40)))
    counting = Counting(denoiser)
    objective = build(counting, tmp_path, "references.txt")
    candidate = beta(0.6, 0.9, 3)
    asked = problem(counting, objective, batch_size=3)
    for role in ("search", "verification"):
        counting.sequences = 0
        ids = SETS.ids(role)
        found = measure(asked, candidate, ids)
        assert found.sequence_calls == counting.sequences == LENGTH * len(ids)
        tokens = denoiser.encode(drawn(denoiser, objective)[role])
        counts = asked.plan(candidate).counts.tolist()
        expected = [
            direct(denoiser, instance, counts, row.tolist())
            for instance, row in zip(ids, tokens, strict=True)
        ]
        np.testing.assert_allclose(found.scores, expected, rtol=0, atol=1e-12)
    assert measure(asked, candidate, SETS.ids("search")).sequence_calls == 0


def test_one_token_a_step_costs_nothing_with_user_references(
    denoiser: EnumeratedDenoiser, tmp_path: Path
) -> None:
    (tmp_path / "references.txt").write_text("\n".join(words(SETS.total)))
    asked = problem(denoiser, build(denoiser, tmp_path, "references.txt"))
    assert (measure(asked, baseline("linear", LENGTH), range(8)).scores == 0.0).all()


def test_own_references_need_no_file(denoiser: EnumeratedDenoiser) -> None:
    found = measure(
        problem(denoiser, build(denoiser, None, "model")), baseline("linear", 2), range(6)
    )
    own = measure(problem(denoiser, PathKl()), baseline("linear", 2), range(6))
    assert np.array_equal(found.scores, own.scores)

"""measure(): fields, batches, and common random numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from mdm_opt.candidates import Candidate, MaskedDecoding, beta
from mdm_opt.errors import RunError
from mdm_opt.measurement import Measurement, Problem, draw, joined, measure
from mdm_opt.models.base import Denoiser
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import toy_balanced
from mdm_opt.objectives.base import Scores
from mdm_opt.objectives.sample_score import SampleScore
from mdm_opt.processes import Batch, ancestral_counts, generate, instance_noise
from mdm_opt.schedules import reveal_counts, reveal_grid

CANDIDATE = beta(0.6, 0.4, 3)


def as_number(samples: list[str]) -> list[int]:
    """Each word of the toy as its own number."""
    return [int(sample.replace("a", "0").replace("b", "1"), 2) for sample in samples]


def problem(seed: int = 5, batch_size: int = 64, **decoding: object) -> Problem:
    objective = SampleScore(as_number, name="number", direction="minimize", unit="words")
    denoiser = EnumeratedDenoiser(toy_balanced())
    return Problem(denoiser, objective, seed, MaskedDecoding(**decoding), batch_size)


class Guarded:
    """Scores are instance ids; both guards come from them."""

    name, direction, unit, deterministic = "guarded", "minimize", "ids", False
    fingerprint = ""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        self.batches.append(batch)
        ids = np.array(batch.instances, dtype=np.float64)
        guards = {"low": ids - 4.5, "never": -ids - 1}
        return Scores(ids, ids / 2, 10 * len(ids), guards)


def test_fields_of_a_measurement() -> None:
    found = measure(problem(), CANDIDATE, range(3, 9))
    assert isinstance(found, Measurement)
    assert found.instances == (3, 4, 5, 6, 7, 8)
    assert found.scores.shape == (6,)
    assert found.scores.dtype == np.float64
    assert found.value == found.scores.mean()
    assert found.nfe == 3.0
    assert found.sequence_calls == 18
    assert found.seconds > 0
    assert found.device == "cpu"
    assert found.guards == {}
    assert found.feasible
    assert as_number(list(found.texts)) == found.scores.tolist()


def test_scores_guards_and_calls_are_gathered_over_batches() -> None:
    guarded = Guarded()
    asked = Problem(EnumeratedDenoiser(toy_balanced()), guarded, seed=0, batch_size=4)
    found = measure(asked, CANDIDATE, range(10))
    assert [len(batch.instances) for batch in guarded.batches] == [4, 4, 2]
    assert found.scores.tolist() == list(range(10))
    assert found.nfe == 4.5 / 2
    assert found.sequence_calls == 100
    # Means over all instances, not over batches of different sizes.
    assert found.guards == {"low": 0.0, "never": -5.5}
    assert found.texts == ()
    assert found.feasible
    assert not measure(asked, CANDIDATE, range(11)).feasible


@pytest.mark.parametrize("cuts", [[10], [4, 10], [1, 3, 10]])
def test_parts_of_a_measurement_make_the_whole(cuts: list[int]) -> None:
    asked = Problem(EnumeratedDenoiser(toy_balanced()), Guarded(), seed=0, batch_size=4)
    whole = measure(asked, CANDIDATE, range(10))
    starts = [0, *cuts[:-1]]
    parts = [
        measure(asked, CANDIDATE, range(start, end))
        for start, end in zip(starts, cuts, strict=True)
    ]
    found = joined(parts)
    assert found.instances == whole.instances
    assert found.scores.tolist() == whole.scores.tolist()
    assert found.nfe == pytest.approx(whole.nfe, rel=1e-15)
    assert found.guards == pytest.approx(whole.guards, rel=1e-15)
    assert (found.sequence_calls, found.device) == (whole.sequence_calls, whole.device)
    assert found.seconds == sum(part.seconds for part in parts)
    assert found.texts == ()


@pytest.mark.parametrize("cuts", [[10], [4, 10], [1, 3, 10]])
def test_texts_of_parts_are_those_of_the_whole(cuts: list[int]) -> None:
    asked = problem(batch_size=4)
    starts = [0, *cuts[:-1]]
    parts = [
        measure(asked, CANDIDATE, range(start, end))
        for start, end in zip(starts, cuts, strict=True)
    ]
    texts = measure(asked, CANDIDATE, range(10)).texts
    assert joined(parts).texts == texts
    assert len(set(texts)) > 1


def test_a_whole_was_measured_in_the_smallest_batches_of_its_parts() -> None:
    asked = Problem(EnumeratedDenoiser(toy_balanced()), Guarded(), seed=0, batch_size=4)
    parts = [
        measure(replace(asked, batch_size=size), CANDIDATE, range(10 * size, 11 * size))
        for size in (4, 2, 3)
    ]
    assert joined(parts).batch_size == 2


def test_objective_is_given_the_candidates_counts_and_noise() -> None:
    guarded = Guarded()
    asked = Problem(
        EnumeratedDenoiser(toy_balanced()),
        guarded,
        seed=9,
        decoding=MaskedDecoding(order="margin", temperature=0.5, rounding="cumulative"),
    )
    measure(asked, CANDIDATE, [7, 2])
    (given,) = guarded.batches
    assert list(given.instances) == [7, 2]
    decoding = given.decoding
    assert (decoding.order, decoding.temperature, decoding.reveal) == ("margin", 0.5, "fixed")
    noise = instance_noise([7, 2], 5, seed=9)
    assert np.array_equal(given.noise.permutation, noise.permutation)
    assert np.array_equal(given.noise.token_uniforms, noise.token_uniforms)
    assert np.array_equal(given.plan.grid, reveal_grid(CANDIDATE.schedule, 3))
    counts = reveal_counts(CANDIDATE.schedule, 3, 5, "cumulative")
    assert np.array_equal(given.counts, [counts, counts])


def test_ancestral_counts_come_from_the_instances_noise() -> None:
    asked = problem(reveal="ancestral")
    given = asked.batch(CANDIDATE, range(20))
    noise = instance_noise(range(20), 5, seed=5)
    expected = ancestral_counts(reveal_grid(CANDIDATE.schedule, 3), noise)
    assert np.array_equal(given.counts, expected)
    found = measure(asked, CANDIDATE, range(20))
    assert found.nfe == (expected > 0).sum(axis=1).mean()


@pytest.mark.parametrize("order", ["random", "confidence", "margin", "entropy"])
@pytest.mark.parametrize("reveal", ["fixed", "ancestral"])
def test_results_do_not_depend_on_the_batch_size(order: str, reveal: str) -> None:
    found = [
        measure(problem(order=order, reveal=reveal, batch_size=size), CANDIDATE, range(40))
        for size in (1, 7, 64)
    ]
    for other in found[1:]:
        assert np.array_equal(other.scores, found[0].scores)
        assert (other.nfe, other.sequence_calls) == (found[0].nfe, found[0].sequence_calls)


class Cramped(Guarded):
    """Holds a few instances at a time."""

    def __init__(self, room: int, error: Exception) -> None:
        super().__init__()
        self.room, self.error = room, error

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        scores = super().score(denoiser, batch)
        if len(batch.instances) > self.room:
            raise self.error
        return scores


def caused(cause: Exception) -> Exception:
    error = ValueError("the model failed")
    error.__cause__ = cause
    return error


OUT_OF_MEMORY = {
    "torch": torch.cuda.OutOfMemoryError("CUDA out of memory"),
    "words": RuntimeError("CUDA error: out of memory"),
    "cause": caused(torch.cuda.OutOfMemoryError("CUDA out of memory")),
}


@pytest.mark.parametrize("error", OUT_OF_MEMORY.values(), ids=OUT_OF_MEMORY)
def test_batches_that_do_not_fit_are_halved_and_scores_stay(error: Exception) -> None:
    cramped = Cramped(3, error)
    asked = Problem(EnumeratedDenoiser(toy_balanced()), cramped, seed=0, batch_size=12)
    found = measure(asked, CANDIDATE, range(10))
    # 10 of the 12 there could be; then never more than what has been seen to fit.
    assert [len(batch.instances) for batch in cramped.batches] == [10, 5, 2, 2, 2, 2, 2]
    assert found.batch_size == 2
    roomy = measure(replace(asked, objective=Guarded()), CANDIDATE, range(10))
    assert roomy.batch_size == 12
    assert np.array_equal(found.scores, roomy.scores)
    assert (found.nfe, found.sequence_calls, found.guards) == (
        roomy.nfe,
        roomy.sequence_calls,
        roomy.guards,
    )


def test_one_instance_that_does_not_fit_is_an_error() -> None:
    asked = Problem(EnumeratedDenoiser(toy_balanced()), Cramped(0, OUT_OF_MEMORY["torch"]), seed=0)
    with pytest.raises(RunError, match=r"'guarded': one sequence alone does not fit .* of cpu"):
        measure(asked, CANDIDATE, range(10))


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    cramped = Cramped(3, RuntimeError("out of ideas"))
    asked = Problem(EnumeratedDenoiser(toy_balanced()), cramped, seed=0)
    with pytest.raises(RunError, match="could not be measured: RuntimeError: out of ideas"):
        measure(asked, CANDIDATE, range(10))
    assert len(cramped.batches) == 1


def test_same_instances_get_the_same_scores() -> None:
    first, second = (measure(problem(), CANDIDATE, range(40)) for _ in range(2))
    assert np.array_equal(first.scores, second.scores)
    shuffled = np.random.default_rng(0).permutation(40).tolist()
    assert np.array_equal(measure(problem(), CANDIDATE, shuffled).scores, first.scores[shuffled])


def test_other_instances_and_seeds_get_other_scores() -> None:
    first = measure(problem(), CANDIDATE, range(40)).scores
    assert not np.array_equal(measure(problem(), CANDIDATE, range(40, 80)).scores, first)
    assert not np.array_equal(measure(problem(seed=6), CANDIDATE, range(40)).scores, first)


def test_candidates_with_the_same_counts_score_the_same() -> None:
    """At one token a step every schedule is the same sampler, instance by instance."""
    first = measure(problem(), beta(0.3, 3.0, 5), range(40))
    second = measure(problem(), beta(3.0, 0.3, 5), range(40))
    assert np.array_equal(first.scores, second.scores)


def test_scores_are_those_of_the_sampler() -> None:
    asked = problem(order="confidence", temperature=0.7)
    noise = instance_noise(range(12), 5, seed=5)
    counts = reveal_counts(CANDIDATE.schedule, 3, 5)
    samples = generate(
        asked.denoiser, counts, noise, MaskedDecoding(order="confidence", temperature=0.7)
    )
    expected = as_number(asked.denoiser.decode(samples.tokens))
    assert measure(asked, CANDIDATE, range(12)).scores.tolist() == expected


def test_measuring_leaves_global_random_states_alone() -> None:
    torch.manual_seed(1)
    np.random.seed(1)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    measure(problem(), CANDIDATE, range(4))
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])


class Uncounted(Guarded):
    """One of its numbers is changed in the second batch."""

    def __init__(self, name: str, change: Callable[[Any], Any]) -> None:
        super().__init__()
        self.changed, self.change = name, change

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        scores = super().score(denoiser, batch)
        if len(self.batches) < 2:
            return scores
        return replace(scores, **{self.changed: self.change(getattr(scores, self.changed))})


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("values", lambda values: np.append(values, 1.0), r"'score' of shape \(5,\)"),
        ("values", lambda values: values[:-1], r"'score' of shape \(3,\)"),
        ("values", lambda values: values[:, None], r"'score' of shape \(4, 1\)"),
        ("values", lambda values: values.mean(), r"'score' of shape \(\)"),
        ("nfe", lambda values: values[:1], r"'nfe' of shape \(1,\)"),
        ("nfe", lambda values: 3.0, r"'nfe' of shape \(\)"),
        ("guards", lambda guards: {**guards, "low": np.zeros(9)}, r"'low' of shape \(9,\)"),
        ("guards", lambda guards: {"low": guards["low"]}, "other guards for some instances"),
        ("values", lambda values: values * np.nan, "returned nan for instance 4 at"),
        ("nfe", lambda values: values * np.inf, "returned a 'nfe' that is no finite number"),
    ],
)
def test_what_is_not_one_number_an_instance_is_refused(
    name: str, change: Callable[[Any], Any], said: str
) -> None:
    asked = Problem(EnumeratedDenoiser(toy_balanced()), Uncounted(name, change), 0, batch_size=4)
    with pytest.raises(RunError, match=rf"^objective 'guarded' returned .*{said}|{said}"):
        measure(asked, CANDIDATE, range(8))


class Talkative(Guarded):
    """Says one text more or less than there are samples, in its first batch."""

    def __init__(self, more: int) -> None:
        super().__init__()
        self.more = more

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        scores = super().score(denoiser, batch)
        said = len(batch.instances) + (self.more if len(self.batches) == 1 else 0)
        return replace(scores, texts=["x"] * said)


@pytest.mark.parametrize("more", [-1, 1, -4])
def test_texts_that_are_not_one_a_sample_are_refused(more: int) -> None:
    denoiser = EnumeratedDenoiser(toy_balanced())
    asked = Problem(denoiser, Talkative(more), seed=0, batch_size=4)
    said = f"objective 'guarded' decoded {10 + more} texts of 10 samples; one text a sample"
    with pytest.raises(RunError, match=said):
        measure(asked, CANDIDATE, range(10))
    right = Problem(denoiser, Talkative(0), seed=0, batch_size=4)
    assert measure(right, CANDIDATE, range(10)).texts == ("x",) * 10


@pytest.mark.parametrize("reveal", ["fixed", "ancestral"])
@pytest.mark.parametrize("order", ["random", "margin"])
def test_drawn_samples_are_those_that_would_have_been_scored(order: str, reveal: str) -> None:
    asked = problem(order=order, reveal=reveal, temperature=0.8, batch_size=4)
    found = draw(asked, CANDIDATE, range(3, 13))
    scored = measure(asked, CANDIDATE, range(3, 13))
    assert found.texts == scored.texts
    assert found.sequence_calls == scored.sequence_calls > 0
    assert found.seconds > 0


class Failing(EnumeratedDenoiser):
    """Decodes a few at a time, or fails, or returns too few."""

    def __init__(self, *, room: int = 64, error: Exception | None = None, lost: int = 0) -> None:
        super().__init__(toy_balanced())
        self.room, self.error, self.lost = room, error, lost
        self.batches: list[int] = []

    def decode(self, tokens: torch.Tensor) -> list[str]:
        self.batches.append(len(tokens))
        if self.error is not None and len(tokens) > self.room:
            raise self.error
        return super().decode(tokens)[self.lost :]


@pytest.mark.parametrize("error", OUT_OF_MEMORY.values(), ids=OUT_OF_MEMORY)
def test_batches_that_do_not_fit_while_drawing_are_halved(error: Exception) -> None:
    cramped = Failing(room=3, error=error)
    found = draw(replace(problem(), denoiser=cramped, batch_size=12), CANDIDATE, range(10))
    assert cramped.batches == [10, 5, 2, 2, 2, 2, 2]
    assert found.texts == measure(problem(), CANDIDATE, range(10)).texts
    assert found.sequence_calls == 30
    none = replace(problem(), denoiser=Failing(room=0, error=error))
    with pytest.raises(RunError, match=r"samples: one sequence alone does not fit .* of cpu"):
        draw(none, CANDIDATE, range(2))


def test_errors_while_drawing_are_one_line() -> None:
    asked = replace(problem(), denoiser=Failing(room=0, error=KeyError("no\nsuch token")))
    with pytest.raises(RunError, match="samples could not be drawn: KeyError: 'no") as caught:
        draw(asked, CANDIDATE, range(2))
    assert "\n" not in str(caught.value)
    with pytest.raises(RunError, match="the model decoded 1 texts of 2 samples"):
        draw(replace(problem(), denoiser=Failing(lost=1)), CANDIDATE, range(2))


def test_no_samples_are_drawn_for_nothing() -> None:
    unused = Failing()
    assert draw(replace(problem(), denoiser=unused), CANDIDATE, range(0)).texts == ()
    assert unused.batches == []


def test_the_mean_calls_of_a_rule_are_a_guard() -> None:
    rule = Candidate("entropy_bound", 3, {"cutoff": 0.6})
    found = measure(problem(batch_size=4), rule, range(30))
    assert found.calls.min() < found.calls.max()
    assert found.guards == {"calls": pytest.approx(found.calls.mean() - 3)}
    parts = [measure(problem(), rule, part) for part in (range(10), range(10, 30))]
    assert joined(parts).guards == {"calls": pytest.approx(found.guards["calls"])}
    np.testing.assert_array_equal(joined(parts).calls, found.calls)
    assert measure(problem(), CANDIDATE, range(3)).guards == {}


def test_rounding_does_not_put_calls_above_their_budget() -> None:
    """Thirds of a call above and below, which sum to nothing."""
    part = measure(problem(), Candidate("entropy_bound", 3, {"cutoff": 0.6}), range(3))
    values = ([3.0, 3.0, 4.0], [3.0, 3.0, 2.0])
    parts = [
        replace(part, calls=np.array(calls), guards={"calls": np.mean(calls) - 3})
        for calls in values
    ]
    assert joined(parts).guards == {"calls": 0.0}
    assert joined(parts).feasible

"""The energy distance: its formula, its expectation on known laws, batches, pairs and refusals."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from word_references import LENGTH, SETS, full_support_law, words

from mdm_opt import config
from mdm_opt.candidates import MaskedDecoding, baseline, beta
from mdm_opt.errors import InputError, RunError
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.objectives.base import Objective
from mdm_opt.objectives.energy_distance import EnergyDistance, partner
from mdm_opt.objectives.registry import Build, build_objective
from mdm_opt.processes import generate, instance_noise
from mdm_opt.testing import check_objective

NAMES = (f"feature_plugin_{index}" for index in itertools.count())
Array = npt.NDArray[np.float64]

FEATURES = """
def letters(samples, weight=1.0):
    return [[weight * sample.count(letter) for letter in "abc"] for sample in samples]


def odd(samples, code):
    return eval(code)
"""


@pytest.fixture(scope="module")
def denoiser() -> EnumeratedDenoiser:
    return EnumeratedDenoiser(full_support_law())


@pytest.fixture
def plugin(tmp_path: Path) -> str:
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(FEATURES)
    (tmp_path / "references.txt").write_text("\n".join(words(40)))
    return name


def problem(denoiser: EnumeratedDenoiser, objective: Objective, **keys: Any) -> Problem:
    decoding = MaskedDecoding(**keys.pop("decoding", {}))
    return Problem(denoiser, objective, keys.pop("seed", 3), decoding, **keys)


def built(denoiser: EnumeratedDenoiser, folder: Path, seed: int = 3, **keys: Any) -> Objective:
    table = config.EnergyDistanceObjective(
        kind="energy_distance", references="references.txt", **keys
    )
    return build_objective(table, Build(denoiser, folder, SETS.ranks, SETS.total, seed))


def expected_energy(first: Array, weights: Array, second: Array, others: Array) -> float:
    """The energy distance of two laws, from all pairs of outcomes."""

    def mean(x: Array, p: Array, y: Array, q: Array) -> float:
        apart = np.sqrt(((x[:, None] - y[None]) ** 2).sum(-1))
        return float(p @ apart @ q)

    return (
        2 * mean(first, weights, second, others)
        - mean(first, weights, first, weights)
        - mean(second, others, second, others)
    )


def sampled(denoiser: EnumeratedDenoiser, instances: Sequence[int], steps: int) -> Array:
    """What the model writes for instances at even counts, seed 3."""
    counts = problem(denoiser, EnergyDistance(np.eye(2))).plan(baseline("linear", steps)).counts
    noise = instance_noise(list(instances), denoiser.length, seed=3)
    return generate(denoiser, counts, noise).tokens.numpy().astype(np.float64)


@pytest.mark.parametrize("draws", [2, 3, 5])
def test_scores_are_those_of_the_formula(denoiser: EnumeratedDenoiser, draws: int) -> None:
    references = np.array([[0, 0, 0, 0, 0, 0], [2, 2, 2, 2, 2, 2], [0, 1, 2, 0, 1, 2.0]])
    objective = EnergyDistance(references, draws=draws)
    found = measure(problem(denoiser, objective), baseline("linear", 2), range(9))
    first = sampled(denoiser, range(9), 2)
    others = [
        sampled(denoiser, [partner(one, draw) for one in range(9)], 2) for draw in range(1, draws)
    ]
    assert len({rows.tobytes() for rows in (first, *others)}) == draws
    # The three pairs are 24, 10 and 10 apart, squared.
    spread = (np.sqrt(24) + 2 * np.sqrt(10)) / 3
    for score, *drawn in zip(found.scores, first, *others, strict=True):
        near = [np.linalg.norm(one - row) for one in drawn for row in references]
        apart = [np.linalg.norm(one - other) for one, other in itertools.combinations(drawn, 2)]
        # Sums of a few float64 below 100.
        assert score == pytest.approx(2 * np.mean(near) - np.mean(apart) - spread, abs=1e-12)
    assert found.nfe == 2
    assert found.sequence_calls == draws * 9 * 2
    assert list(found.texts) == ["".join("abc"[int(t)] for t in row) for row in first]


def test_a_model_that_writes_one_sequence_has_the_value_of_that_sequence() -> None:
    law = EnumeratedLaw(np.array([[1, 0, 1]]), np.array([1.0]), "ab")
    objective = EnergyDistance([[1, 0, 1], [1, 1, 1], [0, 0, 1]])
    found = measure(problem(EnumeratedDenoiser(law), objective), baseline("linear", 3), range(4))
    # Distances to the references 0, 1 and 1, among these 1, 1 and sqrt(2).
    expected = 2 * (0 + 1 + 1) / 3 - 0 - (1 + 1 + np.sqrt(2)) / 3
    assert found.scores.tolist() == pytest.approx([expected] * 4, abs=1e-14)


@pytest.mark.parametrize("same", [True, False])
def test_mean_is_the_energy_distance_of_the_two_laws(same: bool) -> None:
    """One token a step samples the law itself; references are many draws of another, or of it."""
    law = full_support_law()
    rng = np.random.default_rng(0)
    weights = law.probabilities if same else rng.dirichlet(np.full(len(law.outcomes), 0.05))
    outcomes = law.outcomes.astype(np.float64)
    exact = expected_energy(outcomes, law.probabilities, outcomes, weights)
    assert (exact < 1e-9) == same
    instances, count = 500, 1000
    drawn = outcomes[rng.choice(len(outcomes), count, p=weights)]
    asked = problem(EnumeratedDenoiser(law), EnergyDistance(drawn, draws=4), batch_size=500)
    found = measure(asked, baseline("linear", LENGTH), range(instances))
    # What the references leave open: the value is a mean over them up to second order.
    near = np.sqrt(((drawn[:, None] - outcomes[None]) ** 2).sum(-1))
    part = 2 * near @ law.probabilities - 2 * near @ weights
    error = np.hypot(found.scores.std(ddof=1) / np.sqrt(instances), part.std() / np.sqrt(count))
    # The second order: a U-statistic of distances below 5 with a mean of 1 / count.
    assert abs(found.value - exact) <= 4 * error + 5 / count


def test_references_subtract_their_own_distance_without_bias() -> None:
    """Over many small files of references the mean is that of their law, none of it to be seen."""
    law = full_support_law()
    outcomes, rng = law.outcomes.astype(np.float64), np.random.default_rng(5)
    found = []
    for run in range(60):
        references = outcomes[rng.choice(len(outcomes), 3, p=law.probabilities)]
        objective = EnergyDistance(references, draws=2)
        asked = problem(EnumeratedDenoiser(law), objective, seed=run)
        found.append(measure(asked, baseline("linear", LENGTH), range(4)).value)
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert error < 0.1
    assert abs(np.mean(found)) <= 4 * error


@pytest.mark.parametrize("reveal", ["fixed", "ancestral"])
def test_batches_change_nothing(denoiser: EnumeratedDenoiser, reveal: str) -> None:
    objective = EnergyDistance(sampled(denoiser, range(100, 130), 6))
    candidate, keys = beta(0.4, 0.9, 3), {"decoding": {"reveal": reveal}}
    whole = measure(problem(denoiser, objective, **keys), candidate, range(30))
    for size in (1, 7):
        parts = measure(
            problem(denoiser, objective, batch_size=size, **keys), candidate, range(30)
        )
        assert np.array_equal(parts.scores, whole.scores)
        assert parts.sequence_calls == whole.sequence_calls
    later = measure(problem(denoiser, objective, **keys), candidate, range(11, 13))
    assert np.array_equal(later.scores, whole.scores[11:13])


def test_of_as_many_samples_those_in_larger_groups_have_less_noise(
    denoiser: EnumeratedDenoiser,
) -> None:
    """On samples of the law itself the noise is that of pairs: it falls with draws - 1."""
    references = sampled(denoiser, range(5000, 5600), LENGTH)
    errors = []
    for draws in (2, 8):
        asked = problem(denoiser, EnergyDistance(references, draws=draws), batch_size=400)
        scores = measure(asked, baseline("linear", LENGTH), range(800 // draws)).scores
        errors.append(scores.std(ddof=1) / np.sqrt(len(scores)))
    # sqrt(7) where nothing but pairs is left; the standard deviations of 400 and 100 scores have
    # errors of 4% and 7%.
    assert errors[0] / errors[1] == pytest.approx(np.sqrt(7), rel=0.35)


def test_it_is_an_objective(denoiser: EnumeratedDenoiser) -> None:
    check_objective(EnergyDistance(sampled(denoiser, range(20), 6)), denoiser)


def test_candidates_are_paired(denoiser: EnumeratedDenoiser) -> None:
    """In common noise the difference of two candidates varies less than that of two samples."""
    objective = EnergyDistance(sampled(denoiser, range(1000, 1060), 6))
    asked = problem(denoiser, objective, decoding={"reveal": "ancestral"})
    first, second = (measure(asked, beta(a, 0.8, 3), range(400)).scores for a in (0.5, 0.6))
    paired = np.var(first - second)
    assert 0 < paired < 0.7 * (np.var(first) + np.var(second))
    again = measure(asked, beta(0.5, 0.8, 3), range(400)).scores
    assert np.array_equal(first, again)


def test_feature_of_a_study_file(
    denoiser: EnumeratedDenoiser, plugin: str, tmp_path: Path
) -> None:
    keys = {"feature": f"{plugin}:letters", "options": {"weight": 0.5}}
    objective = built(denoiser, tmp_path, **keys)
    found = measure(problem(denoiser, objective), baseline("linear", 2), range(6))
    same = EnergyDistance(
        [[0.5 * word.count(letter) for letter in "abc"] for word in words(40)],
        lambda texts: [[0.5 * text.count(letter) for letter in "abc"] for text in texts],
    )
    expected = measure(problem(denoiser, same), baseline("linear", 2), range(6))
    # The mean over references is taken in another order.
    np.testing.assert_allclose(found.scores, expected.scores, rtol=0, atol=1e-13)
    plain = built(denoiser, tmp_path)
    assert len({objective.fingerprint, plain.fingerprint, ""}) == 3


def test_fewer_references_are_chosen_by_the_seed(
    denoiser: EnumeratedDenoiser, plugin: str, tmp_path: Path
) -> None:
    candidate = baseline("linear", 2)
    values = [
        measure(problem(denoiser, built(denoiser, tmp_path, **keys)), candidate, range(4)).value
        for keys in (
            {"most_references": 10},
            {"most_references": 10},
            {"most_references": 10, "seed": 4},
            {},
            {"most_references": 40},
        )
    ]
    assert values[0] == values[1]
    assert len(set(values)) == 3
    assert values[3] == values[4]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([[0, 1, 2]], "1 given, at least 2 are needed"),
        ([[0, 1], [1, float("nan")]], "must be finite real numbers of shape (count, width)"),
        ([[0, 1], [1, 1j]], "must be finite real numbers"),
        (np.ma.masked_array([[0, 1], [1, 2]], [[0, 1], [0, 0]]), "must be finite real numbers"),
        (np.zeros((2, 0)), "must be finite real numbers"),
        (np.zeros(3), "must be finite real numbers"),
        ([["a", "b"], ["c", "d"]], "must be finite real numbers"),
        ([[1, 2], [3]], "must be finite real numbers"),
        (None, "must be finite real numbers"),
    ],
    ids=repr,
)
def test_references_that_are_no_numbers_are_refused(given: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        EnergyDistance(given)
    message = str(caught.value)
    assert message.startswith("references: ")
    assert said in message
    assert message.splitlines() == [message]


@pytest.mark.parametrize("draws", [1, 65, 2.0, True, "2"])
def test_other_numbers_of_draws_are_refused(draws: Any) -> None:
    with pytest.raises(InputError, match=r"^draws: .* must be a whole number from 2 to 64$"):
        EnergyDistance([[0, 1], [1, 0]], draws=draws)


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (lambda texts: [[1.0, 2.0, 3.0] for _ in texts], "the feature returned 3 numbers each, "),
        (lambda texts: [1.0 for _ in texts], "the feature returned shape (4,) for 4 samples; a v"),
        (lambda texts: [[1.0, np.nan]] * 4, "the feature returned nan for 4 samples"),
        (lambda texts: [[1.0, 1j]] * 4, "the feature returned 1j for 4 samples"),
        (lambda texts: 1 / 0, "the feature raised ZeroDivisionError: division by zero"),
        (lambda texts: exit(3), "the feature called sys.exit(3)"),
    ],
)
def test_features_that_are_no_vectors_are_named(
    denoiser: EnumeratedDenoiser, feature: Any, said: str
) -> None:
    objective = EnergyDistance([[0.0, 1.0], [1.0, 0.0]], feature)
    with pytest.raises(RunError) as caught:
        measure(problem(denoiser, objective), baseline("linear", 2), range(4))
    assert str(caught.value).startswith(f"objective 'energy_distance': {said}")
    assert len(str(caught.value).splitlines()) == 1


def test_references_of_another_length_are_named(denoiser: EnumeratedDenoiser) -> None:
    asked = problem(denoiser, EnergyDistance([[0, 1], [1, 0]]))
    with pytest.raises(RunError, match=r"samples have 6 numbers each, the references 2$"):
        measure(asked, baseline("linear", 2), range(2))


@pytest.mark.parametrize(
    ("lines", "keys", "said"),
    [
        (["abcabc"], {}, "[objective] references: {file} has 1 sequences; at least 2 are needed"),
        ([], {}, "[objective] references: {file} has 0 sequences; at least 2 are needed"),
        (["abcabc", "abz"], {}, "[objective] references: {file}: 'abz' is no sequence of 6"),
        (None, {}, "[objective] references: cannot read {file}"),
        (words(3), {"feature": "{name}:gone"}, "[objective] feature: '{name}' has no function"),
        (
            words(3),
            {"feature": "{name}:odd", "options": {"code": "[[1.0], [2.0], [float('inf')]]"}},
            "[objective] feature: '{name}:odd' on the references: returned inf for 3 samples",
        ),
    ],
)
def test_what_a_study_file_names_is_looked_at(
    denoiser: EnumeratedDenoiser,
    plugin: str,
    tmp_path: Path,
    lines: list[str] | None,
    keys: dict[str, Any],
    said: str,
) -> None:
    file = tmp_path / "references.txt"
    file.unlink() if lines is None else file.write_text("\n".join(lines))
    given = {key: value.format(name=plugin) if key == "feature" else value
             for key, value in keys.items()}  # fmt: skip
    with pytest.raises(InputError) as caught:
        built(denoiser, tmp_path, **given)
    message = str(caught.value)
    assert message.startswith(said.format(file=file, name=plugin))
    assert message.splitlines() == [message]

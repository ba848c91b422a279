"""What a profile predicts: worked out by hand where it can be, and what noise does to it."""

from __future__ import annotations

import numpy as np
import pytest
from exact_profile import SUDOKU, study_file

from mdm_opt.config import parse_study
from mdm_opt.schedules import ProfileSample
from mdm_opt.study.predictions import LIMIT, Predictions

ANCESTRAL = parse_study(
    {
        "study": {"name": "s"},
        "model": {"kind": "enumerated", "law": "sudoku4"},
        "sampler": {"reveal": "ancestral"},
        "space": {"steps": [4]},
        "objective": {"kind": "path_kl"},
    },
    "test",
)


def sequences(profile, count=8):
    """So many sequences, all with the same profile."""
    return ProfileSample(len(profile), np.arange(len(profile)), np.tile(profile, (count, 1)))


def rows_of(budget):
    return {row.label: row for row in budget.schedules}


def test_two_tokens_of_which_one_says_the_other():
    """Revealed at once each costs its nat, which is one nat too much; one by one it is none."""
    predictions = Predictions(sequences([1.0, 0.0]), study_file(steps=(1, 2)))
    at_once, one_by_one = predictions.budget(1), predictions.budget(2)
    assert {row.value for row in at_once.schedules} == {1.0}
    assert {row.value for row in one_by_one.schedules} == {0.0}
    assert (at_once.limit_from_below, one_by_one.limit_from_below) == (
        pytest.approx(1.0, abs=1e-12),
        0.0,
    )
    assert {tuple(row.counts) for row in at_once.schedules} == {(2,)}
    assert {tuple(row.counts) for row in one_by_one.schedules} == {(1, 1)}
    assert rows_of(at_once)["linear"].linear_steps == 1
    assert rows_of(one_by_one)["linear"].linear_steps == 2


def test_tokens_that_say_nothing_of_each_other_can_all_be_revealed_at_once():
    predictions = Predictions(sequences(np.full(16, 1.25)), study_file(steps=(4,)))
    for row in predictions.budget(4).schedules:
        assert (row.value, row.gain_over_linear) == pytest.approx((0.0, 0.0), abs=1e-12)
        assert row.linear_steps == 1
    assert predictions.regret(4) == pytest.approx(0.0, abs=1e-9)


def test_errors_are_those_of_the_mean_over_sequences():
    """Of sequences half of which cost nothing, and half of which cost 2 nats at once."""
    nats = np.array([[0.0, 0.0], [2.0, 0.0]] * 6)
    row = rows_of(Predictions(ProfileSample(2, np.arange(2), nats), study_file()).budget(1))
    values = np.array([0.0, 2.0] * 6)
    assert row["linear"].value == pytest.approx(1.0)
    assert row["linear"].standard_error == pytest.approx(values.std(ddof=1) / 12**0.5)
    # Compared with itself, on the same sequences.
    assert (row["linear"].gain_over_linear, row["linear"].gain_standard_error) == (0.0, 0.0)
    assert (row[LIMIT].gain_over_linear, row[LIMIT].gain_standard_error) == (0.0, 0.0)


def test_the_best_of_the_family_comes_last_but_for_the_limit():
    budget = Predictions(sequences(SUDOKU), study_file(steps=(4,))).budget(4)
    labels = [row.label for row in budget.schedules]
    assert labels[:3] == ["linear", "sin2", "sine"]
    assert labels[3:5] == ["paper: (0.9, 0.3)", "paper: (1, 0.2)"]
    assert labels[-2:] == ["best Beta", LIMIT]
    values = [row.value for row in budget.schedules]
    assert values[-1] == min(values)
    assert values[-2] <= min(values[:-2]) + 1e-12


def test_noise_leaves_open_which_is_best_and_without_noise_nothing_does():
    rng = np.random.default_rng(0)
    noisy = SUDOKU + 0.5 * rng.normal(size=(16, 16))
    exact = Predictions(sequences(SUDOKU, 16), study_file(steps=(4,)))
    fitted = Predictions(ProfileSample(16, np.arange(16), noisy), study_file(steps=(4,)))
    assert exact.regret(4) == pytest.approx(0.0, abs=1e-6)
    assert fitted.regret(4) > 0.05
    assert [one.budget(4).expected_excess for one in (exact, fitted)] == [
        one.regret(4) for one in (exact, fitted)
    ]
    limit = rows_of(fitted.budget(4))[LIMIT]
    assert fitted.budget(4).limit_from_below < limit.value


def test_random_counts_are_none_and_some_values_linear_never_reaches():
    predictions = Predictions(sequences(SUDOKU), ANCESTRAL)
    budget = predictions.budget(16)
    assert all(row.counts is None for row in budget.schedules)
    rows = rows_of(budget)
    # However many tokens a step reveals on average, it may reveal two.
    assert rows["linear"].value > rows[LIMIT].value > 0
    assert (rows["linear"].linear_steps, rows[LIMIT].linear_steps) == (16, None)


def test_in_json_parameters_stand_beside_the_other_keys():
    budget = Predictions(sequences(SUDOKU), study_file(steps=(4,))).budget(4)
    rows = {row["label"]: row for row in budget.model_dump(mode="json")["schedules"]}
    linear = rows["linear"]
    assert list(linear)[:5] == ["label", "beta_a", "beta_b", "counts", "value"]
    assert (linear["beta_a"], linear["beta_b"], linear["counts"]) == (0.5, 0.5, [4, 4, 4, 4])
    assert (rows[LIMIT]["beta_a"], rows[LIMIT]["beta_b"]) == (None, None)
    assert "parameters" not in linear

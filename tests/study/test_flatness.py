"""Whether anything depends on the schedule: laws of which it is known, and figures by hand."""

from __future__ import annotations

import numpy as np
import pytest
from exact_profile import SUDOKU, study_file
from scipy import stats
from study_files import SUDOKU4, database, write_study

from mdm_opt.schedules import ProfileSample, StepSample
from mdm_opt.schedules.step_costs import step_table
from mdm_opt.study.flatness import (
    MOST_SHARE,
    NEGLIGIBLE_SHARE,
    Flatness,
    LargestDifference,
    flatness,
    flatness_words,
    largest_difference,
)
from mdm_opt.study.predictions import Predictions
from mdm_opt.study.profile_result import flatness_of, profile_study

LAW = 'kind = "enumerated"\nlaw = "sudoku4"'
PAIRS = 'kind = "enumerated"\nlaw = "flat_laws:pairs"\noptions = {{ flip = {flip} }}'
UNSURE = 'kind = "flat_laws:ConstantEntropy"'


def difference(at_most, largest_t=1.0):
    return LargestDifference(
        better="a", worse="b", value=0.0, standard_error=0.0, at_most=at_most,
        largest_t=largest_t, accepted_t=3.0,
    )  # fmt: skip


def profiled(folder, model, sequences):
    text = SUDOKU4.replace(LAW, model)
    return profile_study(
        write_study(folder, text, steps="[3]"), database(folder), sequences=sequences
    )


def test_the_largest_difference_is_that_of_the_pair_with_the_highest_upper_end():
    rng = np.random.default_rng(0)
    common = 10 * rng.normal(size=20)
    values = {"a": common, "b": common + 0.2 + 0.1 * rng.normal(size=20), "c": common + 0.05}
    found = largest_difference(values)
    assert (found.better, found.worse) == ("a", "b")
    away = values["b"] - values["a"]
    low, high = stats.t.interval(0.95, 19, loc=away.mean(), scale=stats.sem(away))
    assert found.value == pytest.approx(away.mean())
    assert found.standard_error == pytest.approx((high - low) / 2 / stats.t.ppf(0.975, 19))
    assert found.at_most == pytest.approx(high)
    # Between "a" and "c" there is no noise at all.
    assert found.largest_t > 1e4
    assert found.accepted_t == pytest.approx(stats.t.ppf(1 - 0.05 / 6, 19))


@pytest.mark.parametrize(
    ("at_most", "largest_t", "flat", "noise_only"),
    [
        (0.9 * NEGLIGIBLE_SHARE, 50.0, True, False),
        (1.1 * NEGLIGIBLE_SHARE, 50.0, False, False),
        (0.9 * MOST_SHARE, 2.9, True, True),
        (1.1 * MOST_SHARE, 2.9, False, True),
    ],
)
def test_flat_is_what_noise_explains_and_what_is_too_little(at_most, largest_t, flat, noise_only):
    found = flatness([difference(0.0), difference(100 * at_most, largest_t)], 100.0)
    assert (found.flat, found.noise_only) == (flat, noise_only)
    assert found.share == pytest.approx(at_most)


def test_a_law_without_entropy_is_flat():
    assert flatness([difference(0.0)], 0.0).flat


def test_words_say_the_figure_and_the_reason():
    found = Flatness(flat=True, at_most=2.0, sequence_nats=160.0, share=0.0125, noise_only=True)
    assert flatness_words(found, [4, 8]) == (
        "the profile is flat: nothing depends on the schedule. At 4, 8 steps any two schedules "
        "differ by at most 2 nats, 0.013 of the 160 nats of a sequence: no more than noise "
        "explains"
    )
    certain = found.model_copy(update={"noise_only": False})
    assert flatness_words(certain, [1]).endswith("too little to matter")
    steep = found.model_copy(update={"flat": False})
    assert flatness_words(steep, [4]) == (
        "at 4 steps schedules differ by up to 2 nats, 0.013 of the 160 nats of a sequence"
    )


def test_independent_tokens_are_flat(tmp_path):
    found = profiled(tmp_path, PAIRS.format(flip=0.5), 8)
    assert found.flatness.flat
    assert found.flatness.at_most == pytest.approx(0.0, abs=1e-9)
    assert found.flatness.sequence_nats == pytest.approx(10 * np.log(2))


def test_a_model_that_is_always_equally_unsure_is_flat_up_to_noise(tmp_path):
    found = profiled(tmp_path, UNSURE, 48)
    assert found.flatness.noise_only
    assert 0 < found.flatness.share <= MOST_SHARE
    assert found.flatness.flat


def test_a_few_noisy_sequences_do_not_show_that_a_profile_is_flat(tmp_path):
    found = profiled(tmp_path, UNSURE, 8)
    assert found.flatness.noise_only
    assert not found.flatness.flat


def test_nearly_independent_tokens_are_not_flat(tmp_path):
    """What pairs cost together is 1.5% of all, and no noise hides it."""
    found = profiled(tmp_path, PAIRS.format(flip=0.4), 32)
    information = 5 * (np.log(2) - stats.entropy([0.4, 0.6]))
    share = information / found.flatness.sequence_nats
    assert share == pytest.approx(0.015, abs=0.001)
    assert not found.flatness.flat
    assert not found.flatness.noise_only
    assert NEGLIGIBLE_SHARE < found.flatness.share < 2 * share


def test_the_profile_of_sudoku_is_not_flat_and_other_processes_have_none():
    sample = ProfileSample(16, np.arange(16), np.tile(SUDOKU, (8, 1)))
    budgets = [Predictions(sample, study_file(steps=(4,))).budget(4)]
    found = flatness_of(sample, budgets)
    assert not found.flat
    assert found.sequence_nats == pytest.approx(SUDOKU.sum())
    rows = {row.label: row.value for row in budgets[0].schedules}
    assert found.at_most == pytest.approx(max(rows.values()) - min(rows.values()))
    table = step_table("births", 4)
    assert flatness_of(StepSample(table, np.ones((4, len(table.cells)))), budgets) is None

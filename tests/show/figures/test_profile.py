"""The information profile of the model, and what it predicts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figure_studies import traces

from mdm_opt.candidates import Candidate, MaskedDecoding
from mdm_opt.schedules import (
    ProfileSample,
    fixed_weights,
    limit,
    named_schedule,
    path_kl_weights,
    reveal_counts,
)
from mdm_opt.show.figures.profile import information_profile, predicted_path_kl


def test_information_profile_has_the_measured_means(found, drawn):
    shown = traces(drawn["information-profile"])
    sample = found.profile
    np.testing.assert_allclose(shown["measured"].y, sample.mean)
    band = np.array(shown["95% interval"].y)
    upper = band[: len(sample.known)]
    np.testing.assert_allclose(upper, sample.mean + 1.96 * sample.standard_error)


def test_boundaries_placed_anew_have_a_mark_of_their_own(found):
    assert "measured, placed anew" not in traces(information_profile(found))
    nats = np.full((9, 6), np.nan)
    nats[:8, [0, 1, 2, 4, 5]], nats[8, [0, 2, 3, 4, 5]] = [3, 3, 0, 0, 0], [3, 3, 0, 0, 0]
    sample = ProfileSample(12, np.array([0, 1, 4, 5, 9, 11]), nats)
    shown = traces(information_profile(replace(found, profile=sample)))
    assert shown["measured"].x.tolist() == [0, 1, 4, 9, 11]
    assert shown["measured, placed anew"].x.tolist() == [5]
    assert shown["measured"].marker.symbol != shown["measured, placed anew"].marker.symbol


def test_prediction_and_limit_follow_from_the_profile(found, drawn):
    shown = traces(drawn["predicted-path-kl"])
    profile = found.profile.profile()
    np.testing.assert_allclose(shown["limit of all schedules"].y, limit(profile, 16).nats)
    for name, key in (("linear", "linear"), ("sin²", "sin2")):
        expected = fixed_weights(reveal_counts(named_schedule(key), 8, 16)) @ profile
        assert shown[name].y[7] == pytest.approx(expected)
    for budget, value in zip(found.result.budgets, shown["found"].y, strict=True):
        assert value == pytest.approx(fixed_weights(np.array(budget.counts)) @ profile)


@pytest.mark.parametrize("reveal", ["fixed", "ancestral"])
def test_predictions_of_long_sequences_are_made_at_few_step_counts(found, reveal):
    known = np.array([0, 100, 255])
    profile = ProfileSample(256, known, np.array([[3.0, 1.0, 0.5]]))
    space = replace(found.space, steps=(100,), decoding=MaskedDecoding(reveal=reveal))
    shown = traces(predicted_path_kl(replace(found, space=space, profile=profile, result=None)))
    for key, name in (("linear", "linear"), ("sine", "sine")):
        steps = list(shown[name].x)
        assert len(steps) <= 48
        assert (steps[0], steps[-1]) == (1, 200)
        wanted = [
            path_kl_weights(named_schedule(key), n, 256, reveal, "full") @ profile.profile()
            for n in steps
        ]
        np.testing.assert_allclose(shown[name].y, wanted, rtol=1e-3)
    if reveal == "fixed":
        least = shown["limit of all schedules"]
        np.testing.assert_allclose(
            least.y, limit(profile.profile(), 200).nats[np.array(least.x) - 1]
        )


def test_nothing_is_drawn_without_a_profile(found):
    without = replace(found, profile=None)
    assert information_profile(without) is None
    assert predicted_path_kl(without) is None


def test_only_what_a_profile_predicts_is_drawn_as_found(found):
    (first, *_) = found.result.budgets
    rule = Candidate("threshold", first.steps, {"cutoff": 0.9})
    other = replace(first.candidate, decoding={"order": "margin"})
    for candidate in (rule, other):
        one = first.model_copy(update={"candidate": candidate})
        result = found.result.model_copy(update={"budgets": [one]})
        assert not len(traces(predicted_path_kl(replace(found, result=result)))["found"].x)


def test_a_profile_predicts_nothing_for_other_orders(found):
    sampler = found.file.sampler.model_copy(update={"order": "confidence"})
    other = replace(found, file=found.file.model_copy(update={"sampler": sampler}))
    assert predicted_path_kl(other) is None
    assert information_profile(other) is not None

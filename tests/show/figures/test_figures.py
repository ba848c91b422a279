"""Figures show what was measured, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from records import pair
from study_files import SUDOKU4, database, write_study

from mdm_opt.candidates import Decoding
from mdm_opt.persistence import Repository
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.schedules import (
    BetaSchedule,
    CountsSchedule,
    ProfileSample,
    fixed_weights,
    limit,
    named_schedule,
    path_kl_weights,
    reveal_counts,
)
from mdm_opt.search import expected_values, observations
from mdm_opt.show.figures import figures
from mdm_opt.show.figures.profile import predicted_path_kl
from mdm_opt.show.figures.quality import pareto_front
from mdm_opt.show.figures.style import logarithmic, plain
from mdm_opt.show.snapshot import read_snapshot
from mdm_opt.study.opening import create_study

WITH_PROFILE = SUDOKU4.replace('sampler = "random"', 'sampler = "shape"').replace(
    'seeds = ["energy", "baselines"]', 'seeds = ["energy", "profile", "baselines"]'
)


def finished(folder, text=WITH_PROFILE, *, verified=True, **changes):
    opened = create_study(write_study(folder, text, **changes), database(folder))
    list(run_trials(opened))
    if verified:
        verify(opened)
    return read_snapshot("sudoku4", Repository(opened.repository.url, create=False))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    return finished(folder, steps="[4, 8]", trials="18")


@pytest.fixture(scope="module")
def drawn(found):
    return figures(found)


def traces(figure):
    return {trace.name: trace for trace in figure.data}


def test_a_study_has_all_figures_in_order(drawn):
    assert list(drawn) == [
        "quality",
        "schedules",
        "reveal-counts-4",
        "landscape-4",
        "reveal-counts-8",
        "landscape-8",
        "information-profile",
        "predicted-path-kl",
    ]
    assert all(figure.layout.title.text for figure in drawn.values())


def test_quality_shows_verified_values_with_their_intervals(found, drawn):
    shown = traces(drawn["quality"])
    best = shown["found, verified"]
    budgets = found.result.budgets
    assert list(best.x) == [budget.nfe for budget in budgets]
    assert list(best.y) == [budget.value for budget in budgets]
    low = np.array(best.y) - np.array(best.error_y.arrayminus)
    high = np.array(best.y) + np.array(best.error_y.array)
    np.testing.assert_allclose(low, [b.interval[0] for b in budgets])
    np.testing.assert_allclose(high, [b.interval[1] for b in budgets])
    for budget in budgets:
        linear = dict(zip(shown["linear"].x, shown["linear"].y, strict=True))
        assert linear[budget.baselines["linear"].nfe] == budget.baselines["linear"].value
    whole = [m for m in found.trials if not m.stopped_early]
    assert sorted(shown["search (biased)"].y) == sorted(m.value for m in whole)


def test_linear_probes_of_the_verification_are_shown_too(found, drawn):
    steps = {m.steps for n in (4, 8) for m in found.verified(n) if m.label == "linear"}
    assert len(traces(drawn["quality"])["linear"].x) == len(steps)


@pytest.mark.parametrize(("direction", "kept"), [("minimize", [2, 8]), ("maximize", [2, 4])])
def test_pareto_front_drops_what_costs_more_and_is_no_better(found, direction, kept):
    budgets = [
        found.result.budgets[0].model_copy(update={"steps": n, "nfe": float(n), "value": value})
        for n, value in ((2, 1.0), (4, 1.5), (8, 0.5))
    ]
    result = found.result.model_copy(update={"budgets": budgets, "direction": direction})
    assert [budget.steps for budget in pareto_front(result)] == kept


def test_schedules_are_those_that_were_found(found, drawn):
    shown = traces(drawn["schedules"])
    np.testing.assert_allclose(
        shown["sin²"].y, named_schedule("sin2").revealed(np.array(shown["sin²"].x))
    )
    for budget in found.result.budgets:
        (name,) = [name for name in shown if name.startswith(f"{budget.steps} steps")]
        expected = BetaSchedule(*pair(budget.candidate))
        np.testing.assert_allclose(shown[name].y, expected.revealed(np.array(shown[name].x)))


def test_reveal_counts_are_the_exported_ones_beside_linear(found, drawn):
    for budget in found.result.budgets:
        shown = traces(drawn[f"reveal-counts-{budget.steps}"])
        assert list(shown["found"].y) == budget.counts
        linear = reveal_counts(named_schedule("linear"), budget.steps, 16).tolist()
        assert list(shown["linear"].y) == linear


def test_landscape_marks_seeds_and_best(found, drawn):
    for steps, number in found.best_trials().items():
        shown = traces(drawn[f"landscape-{steps}"])
        (best,) = [m for m in found.trials if m.trial_number == number]
        assert list(zip(shown["best"].x, shown["best"].y, strict=True)) == [pair(best.candidate)]
        seeds = {
            pair(m.candidate)
            for m in found.trials
            if m.budget_steps == steps and m.label != "search" and not m.stopped_early
        }
        assert set(zip(shown["seed"].x, shown["seed"].y, strict=True)) == seeds
        for name in ("seed", "trial"):
            if name in shown:
                colours = dict(
                    zip(
                        zip(shown[name].x, shown[name].y, strict=True),
                        shown[name].marker.color,
                        strict=True,
                    )
                )
                ours = [m for m in found.trials if m.budget_steps == steps]
                values = {pair(m.candidate): m.value for m in ours}
                assert all(values[place] == colour for place, colour in colours.items())


def test_the_surface_is_what_the_model_expects_where_trials_lie(found):
    """On the scale of the values, and nearer to them than their mean is."""
    for steps in (4, 8):
        trials = [m for m in found.trials if m.budget_steps == steps and not m.stopped_early]
        candidates = [m.candidate for m in trials]
        seen = observations(found.record, found.trials)
        values = np.array([m.value for m in trials])
        expected = -expected_values(found.space, seen, candidates)
        assert np.square(expected - values).mean() < np.square(values - values.mean()).mean()


def test_information_profile_has_the_measured_means(found, drawn):
    shown = traces(drawn["information-profile"])
    sample = found.profile
    np.testing.assert_allclose(shown["measured"].y, sample.mean)
    band = np.array(shown["95% interval"].y)
    upper = band[: len(sample.known)]
    np.testing.assert_allclose(upper, sample.mean + 1.96 * sample.standard_error)


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
    space = replace(found.space, steps=(100,), decoding=Decoding(reveal=reveal))
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


def test_without_verification_the_best_says_that_it_is_biased(tmp_path):
    shown = figures(finished(tmp_path, SUDOKU4, verified=False))
    assert "found, not verified (biased)" in traces(shown["quality"])
    assert "information-profile" not in shown


def test_a_study_without_trials_has_no_figures(tmp_path):
    opened = create_study(write_study(tmp_path), database(tmp_path))
    assert figures(read_snapshot("sudoku4", opened.repository)) == {}


def test_ancestral_reveal_has_no_counts(tmp_path):
    text = SUDOKU4.replace("[space]", '[sampler]\nreveal = "ancestral"\n[space]')
    shown = figures(finished(tmp_path, text))
    assert "reveal-counts-4" not in shown
    assert {"quality", "schedules", "landscape-4"} <= set(shown)


def test_free_counts_are_drawn_by_their_coordinates(tmp_path):
    text = WITH_PROFILE.replace("[space]", '[space]\nfamily = "free"')
    found = finished(tmp_path, text, trials="8")
    shown = figures(found)
    (budget,) = found.result.budgets
    (name,) = [name for name in traces(shown["schedules"]) if "free counts" in name]
    line = traces(shown["schedules"])[name]
    expected = CountsSchedule(tuple(budget.counts)).revealed(np.array(line.x))
    np.testing.assert_allclose(line.y, expected)
    assert shown["landscape-4"].layout.xaxis.title.text == "count coordinate 1"


def test_texts_of_users_are_no_markup():
    assert plain("<b>a & b</b>") == "&lt;b&gt;a &amp; b&lt;/b&gt;"


def test_axes_are_logarithmic_over_wide_ranges_only():
    assert logarithmic([1.0, 9.0])
    assert not logarithmic([1.0, 7.0])
    assert not logarithmic([0.0, 9.0])

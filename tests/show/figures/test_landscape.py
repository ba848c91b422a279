"""What the search has seen of its space, with seeds and best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from figure_studies import traces
from records import pair

from mdm_opt.search import expected_values, observations
from mdm_opt.show.figures.landscape import landscape


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


def test_every_trial_of_the_step_count_is_marked_once(found, drawn):
    for steps in (4, 8):
        shown = traces(drawn[f"landscape-{steps}"])
        names = ("trial", "seed", "lost its race", "infeasible")
        texts = [text for name in names if name in shown for text in shown[name].text]
        ours = [m for m in found.trials if m.budget_steps == steps]
        expected = [f"trial {m.trial_number}, {m.label}: {m.value:.4g}" for m in ours]
        assert sorted(texts) == sorted(expected)


def test_lost_and_infeasible_trials_are_marked_as_such(found):
    whole = [m for m in found.trials if m.budget_steps == 4 and not m.stopped_early]
    lost, missed = whole[-1], whole[-2]
    changed = [
        replace(m, stopped_early=True)
        if m is lost
        else replace(m, feasible=False)
        if m is missed
        else m
        for m in found.measurements
    ]
    shown = traces(landscape(replace(found, measurements=changed), 4))
    assert f"trial {lost.trial_number}, " in " ".join(shown["lost its race"].text)
    assert [text.split(",")[0] for text in shown["infeasible"].text] == [
        f"trial {missed.trial_number}"
    ]
    # No colour is taken from them.
    values = [m.value for m in changed if m in whole]
    assert (shown["seed"].marker.cmin, shown["seed"].marker.cmax) == (min(values), max(values))


def test_the_surface_stays_within_what_was_measured(drawn):
    for steps in (4, 8):
        (surface,) = [one for one in drawn[f"landscape-{steps}"].data if one.type == "contour"]
        assert np.min(surface.z) >= surface.zmin
        assert np.max(surface.z) <= surface.zmax


def test_nothing_is_drawn_before_a_trial_of_the_step_count_is_finished(found):
    assert landscape(found, 5) is None
    few = [m for m in found.measurements if m.budget_steps != 4 or m.role != "search"]
    assert landscape(replace(found, measurements=few), 4) is None

"""Races: what is stopped, what is kept of it, and what it is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from study_files import SUDOKU4, database, optuna_trials, write_study

from mdm_opt.candidates import CALLS
from mdm_opt.measurement import Measurement
from mdm_opt.results.best import ranked_records
from mdm_opt.run.races import (
    ERROR_RATE,
    FIRST_LOOK,
    Rival,
    costs_too_much,
    looks,
    paired,
    race,
)
from mdm_opt.run.trials import run_trials
from mdm_opt.statistics import worse_p_value
from mdm_opt.study.opening import create_study

RACING = SUDOKU4.replace(
    "seeds = [", "seeds = [[1.0, 0.2], [0.4, 0.25], [7.0, 0.1], [1.0, 1.0]]\n# seeds = ["
)


def measured(scores, calls=1):
    seen = []

    def part(ids):
        seen.append(list(ids))
        own = scores[ids[0] : ids[-1] + 1]
        costs = np.full(len(own), 4.0)
        return Measurement(tuple(ids), own, costs, calls * len(ids), 0.5, "cpu", {"g": -1.0}, 8)

    return part, seen


@pytest.mark.parametrize(
    ("instances", "expected"),
    [(16, []), (31, []), (32, [16]), (64, [16, 32]), (128, [16, 32, 64]), (1024, [128, 256, 512])],
)
def test_looks_are_taken_at_an_eighth_a_quarter_and_a_half(instances, expected):
    assert looks(instances) == expected


def test_a_hopeless_candidate_is_stopped_at_the_first_look():
    rng = np.random.default_rng(0)
    rival = Rival(3, rng.normal(size=128), 4)
    part, seen = measured(rival.scores + 2 + 0.1 * rng.normal(size=128))
    found = race(part, range(128), rival, "minimize")
    assert seen == [list(range(FIRST_LOOK))]
    assert len(found.scores) == FIRST_LOOK
    assert found.sequence_calls == FIRST_LOOK


def test_the_same_scores_are_good_where_more_is_better():
    rng = np.random.default_rng(0)
    rival = Rival(3, rng.normal(size=128), 4)
    scores = rival.scores + 2
    part, _ = measured(scores)
    np.testing.assert_array_equal(race(part, range(128), rival, "maximize").scores, scores)


def test_a_whole_race_is_one_measurement_of_all_instances():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=128)
    part, seen = measured(scores)
    found = race(part, range(128), Rival(0, rng.normal(size=128), 1), "minimize")
    assert [len(ids) for ids in seen] == [16, 16, 32, 64]
    np.testing.assert_array_equal(found.scores, scores)
    assert (found.instances, found.seconds, found.nfe) == (tuple(range(128)), 2.0, 4.0)
    assert found.guards == {"g": -1.0}


def test_without_a_rival_or_cost_nothing_is_stopped():
    scores = np.full(64, 9.0) + np.random.default_rng(0).normal(size=64)
    part, seen = measured(scores)
    race(part, range(64), None, "minimize")
    assert [len(ids) for ids in seen] == [64]
    part, seen = measured(scores, calls=0)
    found = race(part, range(64), Rival(0, np.zeros(64), 1), "minimize")
    assert [len(ids) for ids in seen] == [16, 48]
    assert len(found.scores) == 64


def test_the_more_candidates_the_rival_was_chosen_from_the_clearer_it_must_be():
    rng = np.random.default_rng(5)
    rival, noise = rng.normal(size=(2, 32))
    # At the first look the mean difference is 2.5 standard errors.
    noise[:16] = (noise[:16] - noise[:16].mean()) / noise[:16].std(ddof=1)
    scores = rival + 2.5 / 4 + noise
    p_value = worse_p_value(scores[:16], rival[:16])
    few = int(ERROR_RATE / p_value)
    assert few >= 2
    for chosen_from, expected in ((few, 16), (few + 2, 32)):
        part, _ = measured(scores)
        found = race(part, range(32), Rival(0, rival, chosen_from), "minimize")
        assert len(found.scores) == expected


def test_a_lost_race_is_worth_the_rival_plus_the_difference():
    rng = np.random.default_rng(0)
    rival = Rival(0, rng.normal(size=64), 1)
    scores = rival.scores[:16] + 1.5
    found = paired(scores, rival)
    assert found.value == pytest.approx(rival.scores.mean() + 1.5)
    assert found.error == pytest.approx(0.0, abs=1e-12)
    whole = rng.normal(size=64)
    assert paired(whole, rival).value == whole.mean()


def test_a_study_stops_hopeless_trials_and_keeps_what_they_measured(tmp_path):
    path = write_study(tmp_path, RACING, instances="128", trials="8", sampler='"shape"')
    url = database(tmp_path)
    opened = create_study(path, url)
    trials = list(run_trials(opened))
    records = opened.repository.measurements("sudoku4", ["search"])
    stopped = [m for m in records if m.stopped_early]
    assert len(trials) == len(records) == 8
    assert stopped
    states = {trial.number: trial.state.name for trial in optuna_trials(url)}
    for record in records:
        early = record.trial_number in {m.trial_number for m in stopped}
        assert states[record.trial_number] == ("PRUNED" if early else "COMPLETE")
        assert record.instances == 128 or early
    for record in stopped:
        assert record.instances < 128
        rival = records[record.rival_number].scores
        expected = rival.mean() + (record.scores - rival[: record.instances]).mean()
        assert record.paired_value == pytest.approx(expected)
        assert record.paired_error > 0
    ranked = ranked_records(opened.record, opened.space, records)[4]
    assert not {m.trial_number for m in ranked} & {m.trial_number for m in stopped}


def test_racing_can_be_switched_off_later(tmp_path):
    text = RACING.replace("trials", "racing = true\ntrials")
    url = database(tmp_path)
    path = write_study(tmp_path, text, instances="64", trials="4", sampler='"shape"')
    list(run_trials(create_study(path, url)))
    path = write_study(
        tmp_path, text, instances="64", trials="8", sampler='"shape"', racing="false"
    )
    opened = create_study(path, url)
    list(run_trials(opened))
    later = opened.repository.measurements("sudoku4", ["search"])[4:]
    assert [m.instances for m in later] == [64] * 4


def with_calls(mean, spread=0.0, budget=4, count=128):
    """Measures scores that are all the same, at calls around a mean."""
    rng, asked = np.random.default_rng(0), []

    def measured(ids):
        asked.append(len(ids))
        calls = mean + spread * rng.choice([-1.0, 1.0], size=len(ids))
        guards = {CALLS: float(calls.mean()) - budget}
        scores = np.ones(len(ids))
        return Measurement(tuple(ids), scores, calls, len(ids), 0.0, "cpu", guards, 1)

    return measured, asked


@pytest.mark.parametrize("rival", [None, Rival(0, np.ones(128), 1)])
def test_a_rule_ends_where_it_clearly_costs_more_than_its_budget(rival):
    measured, asked = with_calls(mean=9.0, spread=1.0)
    found = race(measured, range(128), rival, "maximize", by_rule=True)
    assert asked == [FIRST_LOOK]
    assert found.guards[CALLS] > 0


def test_a_rule_that_may_hold_its_budget_is_measured_to_the_end():
    for mean in (3.0, 4.0, 4.1):
        measured, asked = with_calls(mean, spread=2.0)
        assert len(race(measured, range(128), None, "maximize", by_rule=True).scores) == 128
        assert sum(asked) == 128


def test_calls_that_are_all_the_same_are_above_the_budget_or_not():
    for mean, says in ((4.0, False), (5.0, True)):
        measured, _ = with_calls(mean)
        assert costs_too_much(measured(range(16))) == says
    measured, _ = with_calls(5.0)
    assert not costs_too_much(replace(measured(range(16)), guards={}))

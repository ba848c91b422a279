"""Each instance of a verification: sorted, bounded, and what stands there is what is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mdm_opt.sample_texts import Sample
from mdm_opt.show.report.instances import MOST_ROWS, instance_tables


def first(found, steps, label):
    return next(m for m in found.verified(steps) if m.label == label)


def with_scores(found, steps, **scores):
    """The study with other scores under some labels."""
    changed = {first(found, steps, label).id: values for label, values in scores.items()}
    return replace(
        found,
        measurements=[
            replace(m, scores=changed[m.id], calls=np.ones(len(changed[m.id])))
            if m.id in changed
            else m
            for m in found.measurements
        ],
    )


def test_every_verified_step_count_has_its_instances_sorted_by_gain(found):
    made = instance_tables(found)
    assert [table.steps for table in made] == [4, 8]
    for table in made:
        best, linear = (first(found, table.steps, name) for name in ("best", "linear"))
        gains = best.scores - linear.scores
        rows = [*table.most, *table.least]
        assert (table.names, table.total) == (("linear", "best"), len(gains))
        assert (table.better, table.worse) == ((gains > 0).sum(), (gains < 0).sum())
        assert [row.gain for row in rows] == sorted((row.gain for row in rows), reverse=True)
        assert len({row.number for row in rows}) == len(rows) == min(len(gains), 2 * MOST_ROWS)
        for row in rows:
            at = row.number - 1
            assert (row.before, row.after) == (linear.scores[at], best.scores[at])
            texts = [found.samples[m.id][at] for m in (linear, best)]
            assert list(row.samples) == texts
            assert all(sample.shown.count("|") == 4 for sample in row.samples)


@pytest.mark.parametrize(("count", "left_out"), [(1, 0), (7, 0), (24, 0), (25, 1), (300, 276)])
def test_both_ends_are_shown_and_what_is_left_out_is_counted(found, count, left_out):
    scores = np.random.default_rng(count).permutation(count).astype(float)
    changed = with_scores(found, 4, best=scores, linear=np.zeros(count))
    table = instance_tables(changed)[0]
    assert table.left_out == left_out
    shown = [row.gain for row in (*table.most, *table.least)]
    expected = sorted(scores, reverse=True)
    assert shown == [*expected[: len(table.most)], *expected[count - len(table.least) :]]
    assert len(shown) + left_out == count


def test_less_is_a_gain_where_less_is_better(found):
    changed = with_scores(found, 4, best=np.array([1.0, 5.0]), linear=np.array([2.0, 3.0]))
    changed = replace(changed, record=replace(found.record, direction="minimize"))
    (table, _) = instance_tables(changed)
    assert [(row.number, row.gain) for row in (*table.most, *table.least)] == [(1, 1.0), (2, -2.0)]


def test_what_is_not_kept_is_none_and_prompts_are_of_either(found):
    best, linear = (first(found, 4, name) for name in ("best", "linear"))
    samples = {best.id: ["plain"], linear.id: [Sample("a", "ask"), Sample("b", "more")]}
    table = instance_tables(replace(found, samples=samples))[0]
    rows = {row.number: row for row in (*table.most, *table.least)}
    seen = {number: row.prompt for number, row in rows.items() if row.prompt}
    assert seen.items() <= {1: "ask", 2: "more"}.items()
    for number, row in rows.items():
        before, after = row.samples
        assert (before is None) == (number > 2)
        assert (after is None) == (number > 1)
    none = instance_tables(replace(found, samples={}))[0]
    assert (none.prompted, none.sampled) == (False, False)


def test_the_baseline_of_the_user_is_compared_with(found):
    own = replace(first(found, 4, "linear"), label="baseline")
    changed = replace(found, measurements=[*found.measurements, own])
    name, _ = instance_tables(changed)[0].names
    assert name == f"baseline ({own.candidate.label})"


def test_of_exact_objectives_and_before_the_verification_there_are_none(found):
    exact = replace(found, record=replace(found.record, deterministic=True))
    assert instance_tables(exact) == []
    searched = replace(found, measurements=found.trials)
    assert instance_tables(searched) == []
    assert instance_tables(replace(found, result=None)) == []

"""The tokens that each step reveals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from figure_studies import finished, traces
from study_files import SUDOKU4

from mdm_opt.schedules import named_schedule, reveal_counts
from mdm_opt.show.figures import figures
from mdm_opt.show.figures.counts import reveal_counts_of


@pytest.mark.slow
def test_reveal_counts_are_the_exported_ones_beside_linear(found, drawn):
    for budget in found.result.budgets:
        shown = traces(drawn[f"reveal-counts-{budget.steps}"])
        assert list(shown["found"].y) == budget.counts
        linear = reveal_counts(named_schedule("linear"), budget.steps, 16).tolist()
        assert list(shown["linear"].y) == linear


def test_ancestral_reveal_has_no_counts(tmp_path):
    text = SUDOKU4.replace("[space]", '[sampler]\nreveal = "ancestral"\n[space]')
    shown = figures(finished(tmp_path, text))
    assert "reveal-counts-4" not in shown
    assert {"quality", "schedules", "landscape-4"} <= set(shown)


def test_the_places_are_the_steps(drawn):
    for steps in (4, 8):
        shown = traces(drawn[f"reveal-counts-{steps}"])
        for bars in shown.values():
            assert list(bars.x) == list(range(1, steps + 1))
            assert sum(bars.y) == 16


def test_nothing_is_drawn_for_steps_without_a_result(found):
    assert reveal_counts_of(found, 5) is None
    assert reveal_counts_of(replace(found, result=None), 4) is None

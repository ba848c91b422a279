"""Quality against model calls is what was measured."""

from __future__ import annotations

import numpy as np
import pytest
from figure_studies import finished, traces
from study_files import SUDOKU4

from mdm_opt.show.figures import figures
from mdm_opt.show.figures.quality import pareto_front


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


def test_without_verification_the_best_says_that_it_is_biased(tmp_path):
    shown = figures(finished(tmp_path, SUDOKU4, verified=False))
    assert "found, not verified (biased)" in traces(shown["quality"])
    assert "information-profile" not in shown


def test_of_as_many_calls_the_front_has_the_better_only(found):
    budgets = [
        found.result.budgets[0].model_copy(update={"steps": n, "nfe": 4.0, "value": value})
        for n, value in ((2, 1.0), (4, 0.5), (8, 0.5))
    ]
    result = found.result.model_copy(update={"budgets": budgets, "direction": "minimize"})
    assert [budget.value for budget in pareto_front(result)] == [0.5]
    empty = found.result.model_copy(update={"budgets": []})
    assert pareto_front(empty) == []

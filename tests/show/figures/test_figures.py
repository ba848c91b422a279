"""A study has its figures, in their order."""

from __future__ import annotations

import numpy as np
from figure_studies import WITH_PROFILE, finished, traces
from study_files import database, write_study

from mdm_opt.schedules import CountsSchedule
from mdm_opt.show.figures import figures
from mdm_opt.show.snapshot import read_snapshot
from mdm_opt.study.opening import create_study


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


def test_a_study_without_trials_has_no_figures(tmp_path):
    opened = create_study(write_study(tmp_path), database(tmp_path))
    assert figures(read_snapshot("sudoku4", opened.repository)) == {}


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

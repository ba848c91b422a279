"""[study] and [search]: goals, baselines, and how many trials there are."""

from __future__ import annotations

import pytest
from study_contents import MINIMAL, refusal, with_value

from mdm_opt.config import parse_study


@pytest.mark.parametrize(
    ("steps", "trials", "most", "tolerance"),
    [([4], "auto", 40, 0.2), ([2, 4, 6], "auto", 60, 0.2), ([2, 4, 6], 7, 7, None)],
)
def test_as_many_trials_as_it_takes_are_bounded(steps, trials, most, tolerance) -> None:
    found = parse_study({**with_value("space.steps", steps), "search": {"trials": trials}}, "f")
    assert (found.most_trials, found.tolerance) == (most, tolerance)


def test_a_tolerance_is_the_users_where_there_is_one() -> None:
    assert parse_study(with_value("search.tolerance", 0.5), "f").tolerance == 0.5
    content = {**MINIMAL, "search": {"trials": "auto", "tolerance": 0.5}}
    assert parse_study(content, "f").tolerance == 0.5


def test_an_end_of_the_search_needs_its_own_model() -> None:
    for key, value in (("trials", "auto"), ("tolerance", 0.1)):
        said = refusal({**MINIMAL, "search": {"sampler": "tpe", key: value}})
        assert f"[search] {key} = {value!r} needs [search] sampler = 'shape', got 'tpe'" in said


def test_a_baseline_is_checked_like_a_candidate() -> None:
    said = refusal(with_value("study.baseline", {"family": "threshold", "cutoff": 3}))
    assert said.startswith("my/study.toml: [study] baseline: ")
    assert "cutoff: 3 is not accepted" in said
    assert "a table { family = ..., ... } is expected" in refusal(with_value("study.baseline", 3))

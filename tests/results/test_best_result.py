"""What `mdm-opt best` knows of a study, as data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from records import measurement

from mdm_opt.results.best_result import CallsResult
from mdm_opt.results.text import calls_words


def test_calls_are_told_by_their_mean_a_percentile_and_the_largest():
    calls = np.array([*[4.0] * 90, *[8.0] * 9, 20.0])
    scores = np.zeros(100)
    nfe = float(calls.mean())
    found = CallsResult.of(replace(measurement(scores=scores, nfe=nfe), calls=calls))
    assert (found.mean, found.percentile_95, found.most) == (pytest.approx(4.52), 8.0, 20.0)
    assert found.standard_error == pytest.approx(calls.std(ddof=1) / 10)
    assert calls_words(found) == f"4.52 ± {found.standard_error:.2g} (95%: 8, most 20)"


def test_calls_that_are_all_the_same_are_one_number():
    found = CallsResult.of(measurement(scores=np.zeros(3), nfe=6.0))
    assert (found.standard_error, calls_words(found)) == (0.0, "6")


def test_calls_that_an_old_version_did_not_keep_are_taken_from_their_mean():
    record = replace(measurement(scores=np.zeros(3), nfe=6.0), calls=np.full(3, np.nan))
    assert CallsResult.of(record).most == 6.0

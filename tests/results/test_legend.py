"""What the words of results mean."""

from __future__ import annotations

import pytest

from mdm_opt.results.legend import legend


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("", []),
        ("a trace of embrace", []),
        ("NFE", ["NFE"]),
        ("path KL in nats", ["path KL"]),
        ("path_kl in nats", ["path KL"]),
        ("12 instances", ["instances"]),
        ("lost its race against trial 3", ["race"]),
        ("95% interval", ["interval"]),
        ("gain over linear", ["adjusted interval"]),
        ("NOT verified: the best of a search is biased", ["verified"]),
        (
            "NFE path KL instances verified race 95% interval gain over mine",
            ["NFE", "path KL", "instances", "verified", "race", "interval", "adjusted interval"],
        ),
    ],
)
def test_words_are_explained_that_a_page_has(page, words):
    found = legend(page)
    assert [word for word, _ in found] == words
    assert all(len(meaning) > 40 for _, meaning in found)

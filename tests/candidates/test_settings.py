"""How somebody samples today: a schedule or rule by name, with its parameters and decoding."""

from __future__ import annotations

import pytest

from mdm_opt.candidates import Candidate, baseline, beta, setting_candidate


@pytest.mark.parametrize(
    ("setting", "candidate"),
    [
        ({"family": "linear"}, baseline("linear", 8)),
        ({"family": "sin2", "steps": 4}, baseline("sin2", 4)),
        ({"family": "cosine"}, baseline("cosine", 8)),
        ({"family": "beta", "beta_a": 1, "beta_b": 0.25}, beta(1.0, 0.25, 8)),
        (
            {"family": "threshold", "cutoff": 0.9, "block_length": 4, "order": "confidence"},
            Candidate(
                "threshold", 8, {"cutoff": 0.9}, None, {"order": "confidence", "block_length": 4.0}
            ),
        ),
        (
            {"family": "linear", "temperature": 0},
            Candidate("beta", 8, {"beta_a": 0.5, "beta_b": 0.5}, None, {"temperature": 0.0}),
        ),
    ],
)
def test_a_setting_is_a_candidate(setting, candidate):
    assert setting_candidate(setting, 8) == candidate


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            {},
            "family: None is not accepted: one of linear, sin2, sine, cosine, logit, ",
        ),
        ({"family": "free"}, "family: 'free' is not accepted: one of linear, "),
        (
            {"family": "linear", "steps": 0},
            "steps: 0 is not accepted: a whole number from 1",
        ),
        ({"family": "linear", "steps": True}, "steps: True is not accepted"),
        ({"family": "linear", "steps": 4.5}, "steps: 4.5 is not accepted"),
        (
            {"family": "linear", "junk": 1},
            "junk: unknown key; known: family, steps, order, t",
        ),
        ({"family": "threshold"}, "cutoff: missing, and it has no default"),
        ({"family": "threshold", "cutoff": 2}, "cutoff: 2 is not accepted: "),
        ({"family": "linear", "temperature": -1}, "temperature: -1.0 is not accepted"),
        ({"family": "linear", "order": "best"}, "order: 'best' is not accepted"),
    ],
)
def test_what_is_none_is_refused_by_key_and_value(setting, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        setting_candidate(setting, 8)

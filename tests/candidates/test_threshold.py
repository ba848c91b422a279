"""The family `threshold`."""

from __future__ import annotations

from mdm_opt.candidates import FAMILIES, Candidate, MaskedDecoding, Rule

THRESHOLD = FAMILIES["threshold"]
BOUNDS = {"cutoff": [0.4, 0.95]}


def test_it_is_the_published_rule() -> None:
    candidate = Candidate("threshold", 8, {"cutoff": 0.9})
    assert candidate.rule == Rule("confidence", 0.9)
    assert not candidate.rule.scheduled
    assert candidate.label == "threshold(0.900)"
    assert candidate.plan(MaskedDecoding(block_length=4), 16).steps == 16


def test_usual_values_come_first() -> None:
    found = THRESHOLD.seeds(["energy", "profile", "baselines", [0.6]], 8, BOUNDS, 16, None)
    assert [one.candidate.parameters["cutoff"] for one in found] == [0.9, 0.7, 0.5, 0.6]
    assert found[0].label == "threshold: 0.9"

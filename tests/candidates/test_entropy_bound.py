"""The family `entropy_bound`."""

from __future__ import annotations

from mdm_opt.candidates import FAMILIES, Candidate, Rule


def test_it_is_the_published_rule() -> None:
    candidate = Candidate("entropy_bound", 8, {"cutoff": 0.1})
    assert candidate.rule == Rule("bound", 0.1)
    assert candidate.label == "entropy_bound(0.100)"


def test_usual_values_come_first() -> None:
    family = FAMILIES["entropy_bound"]
    found = family.seeds(["baselines"], 8, {"cutoff": [0.01, 4.0]}, 16, None)
    assert [one.label for one in found] == [
        "entropy bound: 0.1",
        "entropy bound: 0.5",
        "entropy bound: 2",
    ]

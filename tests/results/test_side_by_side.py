"""Studies beside each other: what is paired, and what is claimed."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
from compared_studies import add_study
from records import study_record
from study_files import database

from mdm_opt.errors import InputError, RunError
from mdm_opt.persistence import Repository
from mdm_opt.results.best import best
from mdm_opt.results.side_by_side import compare
from mdm_opt.statistics import at_look, paired_gain, simultaneous, unpaired_gain

RNG = np.random.default_rng(0)
COMMON = RNG.normal(size=24)
A = COMMON + 0.1 * RNG.normal(size=24)
B = COMMON + 0.1 * RNG.normal(size=24) + 0.3


@pytest.fixture
def repository(tmp_path):
    with closing(Repository(database(tmp_path), create=True)) as found:
        yield found


def gains(repository, *names):
    """The gains of all but the first study, by study and step count."""
    found = compare(names, repository.url)
    return {(one.study, one.steps): one.gain for one in found.budgets if one.gain}


def ends(estimate):
    return estimate.value, (estimate.low, estimate.high)


def test_instances_that_are_shared_are_paired(repository):
    add_study(repository, "a", {4: A})
    add_study(repository, "b", {4: B[:20]}, sampler={"order": "confidence", "temperature": 0.5})
    (gain,) = gains(repository, "a", "b").values()
    assert (gain.value, gain.interval) == ends(paired_gain(B[:20], A, "maximize", 0.95))
    assert (gain.unpaired, gain.instances, gain.study, gain.steps) == ([], 20, "a", 4)
    # What they have in common says nothing.
    wide = unpaired_gain(B[:20], A, "maximize", 0.95)
    assert gain.interval[0] > 0 > wide.low
    (back,) = gains(repository, "b", "a").values()
    assert (back.value, back.interval[0]) == (-gain.value, -gain.interval[1])


def test_less_is_better_where_it_is_minimised(repository):
    objective = {"direction": "minimize"}
    add_study(repository, "a", {4: A}, objective=objective)
    add_study(repository, "b", {4: B}, objective=objective)
    (gain,) = gains(repository, "a", "b").values()
    assert gain.interval[1] < 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"study": {"seed": 1}}, ["seed"]),
        ({"objective_fingerprint": "q"}, ["data, judge or function of the objective"]),
        ({"length": 8}, ["length"]),
        ({"objective": {"instances": 32}}, ["[objective] instances"]),
        ({"study": {"seed": 1}, "length": 8}, ["seed", "length"]),
    ],
)
def test_other_instances_are_not_paired_and_it_is_said_why(repository, changes, said):
    add_study(repository, "a", {4: A})
    add_study(repository, "b", {4: B}, **changes)
    (gain,) = gains(repository, "a", "b").values()
    assert gain.unpaired == said
    assert (gain.value, gain.interval) == ends(unpaired_gain(B, A, "maximize", 0.95))


def test_without_data_the_size_of_the_search_changes_no_instance(repository):
    for name, instances in (("a", 64), ("b", 32)):
        about = {"objective_fingerprint": "", "objective": {"instances": instances}}
        add_study(repository, name, {4: A}, **about)
    assert gains(repository, "a", "b")["b", 4].unpaired == []


def test_step_counts_are_compared_with_the_same_or_the_nearest(repository):
    add_study(repository, "a", {4: A, 8: B})
    add_study(repository, "b", {4: B, 7: A, 6: A, 20: A})
    found = gains(repository, "a", "b")
    assert {steps: gain.steps for (_, steps), gain in found.items()} == {4: 4, 6: 4, 7: 8, 20: 8}
    assert found["b", 4].unpaired == []
    assert found["b", 7].unpaired == ["step count"]
    # Four gains hold together.
    each = simultaneous(0.95, 4)
    for steps, other in ((4, A), (7, B)):
        gain = found["b", steps]
        test = unpaired_gain if gain.unpaired else paired_gain
        ours = {4: B, 7: A}[steps]
        assert gain.interval == ends(test(ours, other, "maximize", each))[1]


def test_three_studies_are_compared_with_the_first_and_claims_adjusted(repository):
    for name, scores in (("a", A), ("b", B), ("c", A + 1)):
        add_study(repository, name, {4: scores})
    found = gains(repository, "a", "b", "c")
    each = simultaneous(0.95, 2)
    for (name, _), scores in zip(found, (B, A + 1), strict=True):
        assert found[name, 4].interval == ends(paired_gain(scores, A, "maximize", each))[1]
    # The confidence is the first study's.
    add_study(repository, "d", {4: A}, verify={"confidence": 0.8})
    wide = gains(repository, "d", "b")["b", 4]
    assert wide.interval == ends(paired_gain(B, A, "maximize", 0.8))[1]


@pytest.mark.parametrize("early", [(False, False), (True, False), (True, True)])
def test_verifications_that_may_end_early_cost_a_little(repository, early):
    many = np.random.default_rng(1).normal(size=(2, 128))
    for name, scores, ended in zip("ab", many, early, strict=True):
        add_study(repository, name, {4: scores[:64] if ended else scores}, early=ended)
    (gain,) = gains(repository, "a", "b").values()
    first = 1 - at_look(0.95, 64, early=True)
    # Either, or both of them: three ways to have ended early share the error of the early look.
    error = first / 3 if any(early) else 0.05 - first
    a, b = (scores[: 64 if any(early) else 128] for scores in many)
    expected = paired_gain(b, a, "maximize", 1 - error)
    assert gain.interval == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_what_is_not_verified_is_shown_and_claimed_nothing_of(repository):
    add_study(repository, "a", {4: A})
    add_study(repository, "b", {4: B}, verified=False)
    found = compare(["a", "b"], repository.url)
    assert [one.verified for one in found.budgets] == [True, False]
    assert [one.gain for one in found.budgets] == [None, None]
    assert found.budgets[1].value == B.mean()


def test_schedules_that_reveal_the_same_are_said_to(repository):
    add_study(repository, "a", {4: A})
    add_study(repository, "b", {4: B}, sampler={"order": "entropy"})
    add_study(repository, "c", {4: B}, candidate=(0.2, 3.0))
    add_study(repository, "d", {4: B}, sampler={"reveal": "ancestral"})
    add_study(repository, "e", {4: B}, sampler={"reveal": "ancestral"}, candidate=(0.2, 3.0))
    found = gains(repository, "a", "b", "c", "d")
    assert [gain.same_schedule for gain in found.values()] == [True, False, False]
    assert not gains(repository, "d", "e")["e", 4].same_schedule


def test_each_row_says_how_it_was_sampled(repository):
    add_study(repository, "a", {4: A, 8: A}, sampler={"temperature": 0.5})
    add_study(repository, "b", {8: B})
    rows = compare(["a", "b"], repository.url).budgets
    assert [(one.study, one.steps) for one in rows] == [("a", 4), ("a", 8), ("b", 8)]
    assert [one.sampler["temperature"] for one in rows] == [0.5, 0.5, 1.0]
    assert {one.model for one in rows} == {"enumerated sudoku4"}
    (budget,) = best("b", repository.url).budgets
    assert (rows[2].value, rows[2].interval) == (budget.value, budget.interval)
    assert (rows[2].label, rows[2].nfe, rows[2].seed) == ("beta(0.900, 0.300)", 8.0, 0)


def test_what_cannot_be_compared_is_refused(repository):
    add_study(repository, "a", {4: A})
    add_study(repository, "b", {4: A}, objective="p", unit="nats")
    for names in ([], ["a"], ["a", "a"]):
        with pytest.raises(InputError, match="at least two studies"):
            compare(names, repository.url)
    with pytest.raises(InputError, match="no study 'none' in this database; there are: a, b"):
        compare(["a", "none"], repository.url)
    said = (
        "'a' and 'b' cannot be compared: the one measures o in u, maximized, the other p in nats"
    )
    with pytest.raises(InputError, match=said):
        compare(["a", "b"], repository.url)
    file = repository.study("a").study_file
    repository.add_study(study_record("new", study_file=file, direction="maximize"))
    with pytest.raises(RunError, match="study 'new' has no feasible finished trial yet"):
        compare(["a", "new"], repository.url)

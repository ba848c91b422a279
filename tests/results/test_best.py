"""The best schedule of every step count: of the search, and as it was verified."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from exact_profile import study_file
from records import MODEL, measurement, study_record
from searched import counts_of, rows, top_candidates
from sqlalchemy import text
from study_files import database, write_study

from mdm_opt.candidates import baseline, beta
from mdm_opt.errors import RunError
from mdm_opt.measurement import measure
from mdm_opt.persistence import Repository
from mdm_opt.results.best import badness, best, best_of, value_of
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.search import SearchSpace
from mdm_opt.statistics import at_look, mean_interval
from mdm_opt.study.opening import create_study


def test_unverified_best_says_so_and_claims_nothing(searched):
    result = best(searched.name, searched.repository.url)
    assert [b.steps for b in result.budgets] == [4, 6]
    for budget in result.budgets:
        first = top_candidates(searched, budget.steps)[0]
        assert (budget.candidate, budget.value) == (first.candidate, first.value)
        assert budget.counts == counts_of(searched, first)
        assert (budget.trial, budget.label) == (first.trial_number, first.label)
        assert budget.counts != [budget.steps] * 4
        assert not budget.verified
        assert budget.better_than_linear is None
        assert budget.instances == 16
        assert budget.linear_steps_for_equal_quality is None
        assert set(budget.baselines) == {"linear", "sin2"}


def test_unverified_best_is_what_the_search_believes_and_not_the_luckiest(searched):
    """The best neighbour of good ones, rather than one good value among bad ones."""
    url = searched.repository.url
    measured = rows(searched, "search", 4)
    lucky = next(m for m in measured if m.label == "paper: (1, 0.2)")
    near = [m for m in measured if counts_of(searched, m)[-1] > 9]
    assert len(near) >= 2
    chosen = best(searched.name, url).budgets[0]
    with searched.repository.transaction() as session:
        session.execute(
            text("UPDATE mdm_measurements SET value = :value WHERE id = :id"),
            {"value": chosen.value - 0.01, "id": lucky.id},
        )
        session.execute(
            # Its luck is the noise of its scores, which differ by 16 nats.
            text(
                "UPDATE mdm_scores SET score = :value + 8 * (1 - 2 * (instance % 2)) "
                "WHERE measurement_id = :id"
            ),
            {"value": chosen.value - 0.01, "id": lucky.id},
        )
    found = best(searched.name, url).budgets[0]
    assert (found.counts, found.value) == (chosen.counts, chosen.value)
    luckiest = min(m.value for m in rows(searched, "search", 4))
    assert luckiest == np.mean([chosen.value - 0.01 + 8, chosen.value - 0.01 - 8] * 8)


RECORD = study_record(
    study_file=study_file(steps=(4, 6)).canonical(), model=replace(MODEL, length=16)
)
SPACE = SearchSpace.of(study_file(steps=(4, 6)), 16)
# Two-sided 95% and 97.5% points of Student's t with three degrees of freedom.
T95, T975 = 3.182446, 4.176535


def verified(label, scores, candidate, id_, **changes):
    return measurement(
        role="verification", label=label, scores=np.array(scores), candidate=candidate, id=id_,
        budget_steps=4, nfe=float(candidate.steps), trial_number=None, **changes,
    )  # fmt: skip


def searched_one(number, scores, candidate, id_, **changes):
    return measurement(
        scores=np.array(scores), candidate=candidate, id=id_, trial_number=number,
        budget_steps=candidate.steps, nfe=float(candidate.steps), **changes,
    )  # fmt: skip


FOUND = beta(0.9, 0.3, 4)
VERIFIED = [
    searched_one(0, [9.0, 9.0], beta(2.0, 2.0, 4), 1, label="seed"),
    searched_one(3, [1.0, 1.0], FOUND, 2, label="paper: (0.9, 0.3)"),
    verified("best", [0.0, 1.0, 2.0, 5.0], FOUND, 3),
    verified("linear", [1.0, 2.0, 4.0, 7.0], baseline("linear", 4), 4),
    verified("sin2", [4.0, 4.0, 4.0, 4.0], baseline("sin2", 4), 5),
    verified("sine", [3.0, 4.0, 5.0, 6.0], baseline("sine", 4), 6),
]


def budgets_of(measured, record=RECORD):
    found = best_of(record, SPACE, measured)
    return {budget.steps: budget for budget in found.budgets}


def test_values_and_gains_of_a_verified_budget():
    budget = budgets_of(VERIFIED)[4]
    assert (budget.verified, budget.candidate, budget.value) == (True, FOUND, 2.0)
    assert (budget.trial, budget.label, budget.instances) == (3, "paper: (0.9, 0.3)", 4)
    # The squared differences to the mean add up to 14.
    half = T95 * (14 / 3 / 4) ** 0.5
    assert budget.interval == pytest.approx((2.0 - half, 2.0 + half), rel=1e-6)
    # Linear is worse by 1, 1, 2 and 2: by 1.5, and the variance of the differences is 1/3.
    half = T975 * (1 / 3 / 4) ** 0.5
    assert budget.gain_over_linear.value == 1.5
    assert budget.gain_over_linear.interval == pytest.approx((1.5 - half, 1.5 + half), rel=1e-6)
    assert budget.better_than_linear
    assert {name: (one.value, one.steps) for name, one in budget.baselines.items()} == {
        "linear": (3.5, 4),
        "sin2": (4.0, 4),
        "sine": (4.5, 4),
    }
    # A baseline whose name is a family's is no family that was searched.
    assert budget.families == {}
    assert (budget.trials_since, budget.feasible) == (0, True)
    assert (budget.equal_linear_sought, budget.linear_steps_for_equal_quality) == (False, None)


def test_baselines_that_sample_as_the_best_does_are_marked():
    same = [verified("best", [1.0, 2.0], baseline("sin2", 4), 3), *VERIFIED[3:]]
    found = budgets_of([VERIFIED[0], *same])[4].baselines
    assert {name: one.same_schedule for name, one in found.items()} == {
        "linear": False,
        "sin2": True,
        "sine": False,
    }
    assert not any(one.same_schedule for one in budgets_of(VERIFIED)[4].baselines.values())


@pytest.mark.parametrize(
    ("best_scores", "linear_scores", "only"),
    [
        ([0.0, 0.0], [0.0, 0.0], 0.0),
        ([1.0, 1.0], [1.0, 1.0], 1.0),
        ([0.0, 0.0], [1.0, 1.0], None),
        ([0.0, 1.0], [0.0, 0.0], None),
        # Exact scores have one instance.
        ([0.5], [0.5], None),
    ],
)
def test_a_metric_that_says_the_same_of_all_is_found_out(best_scores, linear_scores, only):
    measured = [
        VERIFIED[0],
        verified("best", best_scores, FOUND, 3),
        verified("linear", linear_scores, baseline("linear", 4), 4),
    ]
    assert budgets_of(measured)[4].only_score == only


def test_where_more_is_better_the_same_numbers_are_a_loss():
    budget = budgets_of(VERIFIED, replace(RECORD, direction="maximize"))[4]
    assert budget.gain_over_linear.value == -1.5
    assert budget.better_than_linear is False


def test_trials_that_came_after_the_verification_are_counted():
    later = [searched_one(n, [8.0, 8.0], beta(1.0, n, 4), 5 + n) for n in (4, 5)]
    other = searched_one(6, [8.0, 8.0], beta(1.0, 1.0, 6), 12)
    assert budgets_of([*VERIFIED, *later, other])[4].trials_since == 2


def test_a_verified_candidate_need_not_have_been_a_trial():
    """Where a study was made by a version that kept them otherwise."""
    budget = budgets_of(VERIFIED[2:])[4]
    assert (budget.trial, budget.label) == (None, "")


def test_guards_that_do_not_hold_are_said():
    broken = verified("best", [0.0, 1.0, 2.0, 5.0], FOUND, 3, feasible=False)
    assert not budgets_of([broken, *VERIFIED[3:]])[4].feasible


def test_a_budget_without_a_trial_is_left_out_and_without_any_there_is_no_result():
    assert set(budgets_of(VERIFIED)) == {4}
    assert best_of(RECORD, SPACE, []) is None


def test_the_fewest_linear_steps_that_are_as_good_are_those_that_were_measured():
    probes = [
        verified("linear", [value] * 2, baseline("linear", steps), steps)
        for steps, value in ((4, 4.0), (5, 2.1), (6, 2.0), (9, 1.0))
    ]
    best_one = verified("best", [1.0, 3.0], FOUND, 3)
    budget = budgets_of([best_one, *probes, *VERIFIED[4:]])[4]
    assert (budget.equal_linear_sought, budget.linear_steps_for_equal_quality) == (True, 6)
    assert budget.linear_steps_interval is None
    fewer = budgets_of([best_one, *probes[:2], *VERIFIED[4:]])[4]
    assert (fewer.equal_linear_sought, fewer.linear_steps_for_equal_quality) == (True, None)
    # That of equal cost was measured first.
    assert budget.baselines["linear"].steps == 4


def test_intervals_of_baselines_that_may_end_early_allow_for_it():
    """Linear decides with the rest of the error rate, the others have half of it at each look."""
    scores = np.random.default_rng(0).normal(size=64)
    for label, confidence in (("linear", at_look(0.95, 64, early=False)), ("sin2", 0.975)):
        record = verified(label, scores, baseline(label, 4), 1)
        assert value_of(record, 0.95) == mean_interval(scores, confidence)
    few = verified("sin2", scores[:63], baseline("sin2", 4), 1)
    assert value_of(few, 0.95) == mean_interval(scores[:63], 0.95)


def test_badness_is_less_where_the_value_is_better():
    low, high = (searched_one(0, [value], FOUND, 1) for value in (1.0, 2.0))
    assert badness("minimize", low) < badness("minimize", high)
    assert badness("maximize", high) < badness("maximize", low)


def test_in_json_family_and_parameters_stand_for_the_candidate():
    found = budgets_of(VERIFIED)[4].model_dump(mode="json")
    assert list(found)[:6] == ["steps", "family", "beta_a", "beta_b", "sampler", "trial"]
    assert found["sampler"] == {}
    assert (found["family"], found["beta_a"], found["beta_b"]) == ("beta", 0.9, 0.3)
    assert "candidate" not in found


def test_before_a_trial_is_finished_there_is_no_best(tmp_path):
    with closing(Repository(database(tmp_path), create=True)) as repository:
        repository.add_study(RECORD)
        with pytest.raises(RunError, match="study 's' has no feasible finished trial yet"):
            best("s", repository.url)


GRID_STUDY = """
[study]
name = "grid"
[model]
kind = "enumerated"
law = "bimodal"
process = "births"
[space]
steps = [4]
[objective]
kind = "path_kl"
instances = 16
[search]
trials = 6
sampler = "random"
seeds = [[0.5, 0.5], [1.0, 1.0], [0.5, 0.6]]
[verify]
instances = 16
top = 1
"""
BESIDE = {
    "births": ("linear", "sin2", "logit"),
    "uniform": ("linear", "constant_rate", "exponential_rate"),
}


@pytest.mark.parametrize("process", BESIDE)
def test_results_are_compared_with_the_schedules_of_their_process(tmp_path, process):
    """Before and after they are verified; each at as many calls as the best one."""
    study = GRID_STUDY.replace('"births"', f'"{process}"')
    opened = create_study(write_study(tmp_path, study), database(tmp_path))
    list(run_trials(opened))
    (budget,) = best(opened.name, opened.repository.url).budgets
    assert budget.counts is None
    among = {"births": {"linear", "sin2"}, "uniform": {"linear"}}
    assert set(budget.baselines) == among[process]
    verify(opened)
    (budget,) = best(opened.name, opened.repository.url).budgets
    assert budget.verified
    assert tuple(budget.baselines) == BESIDE[process]
    assert all(one.steps == one.nfe == 4 for one in budget.baselines.values())
    labels = [m.label for m in rows(opened, "verification", 4)]
    assert {*BESIDE[process], "best"} <= set(labels)
    assert not {"sine", "cosine"} & set(labels)
    for name, found in budget.baselines.items():
        assert found.candidate == baseline(name, 4)
        (record,) = rows(opened, "verification", 4, name)
        again = measure(
            opened.problem, baseline(name, 4), opened.sets.ids("verification")[: found.instances]
        )
        np.testing.assert_array_equal(again.scores, record.scores)
    # A baseline whose name is a family's is no family that was searched.
    assert budget.families == {}

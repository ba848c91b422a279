"""Verification: fresh instances, paired, chosen without bias."""

from __future__ import annotations

import re

import numpy as np
import pytest
from searched import PATH_KL, rows, top_candidates
from sqlalchemy import text
from study_files import SUDOKU4, database, write_study

from mdm_opt.candidates import baseline
from mdm_opt.errors import RunError
from mdm_opt.measurement import measure
from mdm_opt.results.best import best
from mdm_opt.results.comparison import Comparison
from mdm_opt.results.text import conclusions
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.statistics import Estimate, mean_interval, paired_difference
from mdm_opt.study.instances import SET_STARTS
from mdm_opt.study.opening import create_study, open_study


def test_verified_numbers_are_those_of_fresh_instances(searched):
    verify(searched)
    result = best(searched.name, searched.repository.url)
    assert [b.steps for b in result.budgets] == [4, 6]
    assert (result.confidence, result.claim_error_rate) == (0.95, pytest.approx(0.025))
    for budget in result.budgets:
        assert budget.verified
        assert budget.instances == 32
        chosen = rows(searched, "verification", budget.steps, "best")[0]
        linear = rows(searched, "verification", budget.steps, "linear")[0]
        again = measure(
            searched.problem,
            chosen.candidate,
            range(SET_STARTS["verification"], SET_STARTS["verification"] + 32),
        )
        np.testing.assert_array_equal(again.scores, chosen.scores)
        own = mean_interval(chosen.scores, 0.95)
        assert (budget.value, budget.interval) == (own.value, (own.low, own.high))
        # Both gains hold together with 0.95, whatever depends on what.
        gain = paired_difference(linear.scores, chosen.scores, 0.975)
        assert gain.low < gain.value < gain.high
        assert budget.gain_over_linear.value == gain.value
        assert budget.gain_over_linear.interval == pytest.approx((gain.low, gain.high), rel=1e-9)
        assert budget.better_than_linear == (gain.low > 0)
        assert set(budget.baselines) == {"linear", "sin2", "sine"}
        assert all(b.nfe == budget.nfe == budget.steps for b in budget.baselines.values())


class Killed(BaseException):
    """The process is gone."""


def said(opened):
    """What a verification has found out, without times, costs and ids."""
    found = opened.repository.measurements(opened.name, ["selection", "verification"])
    texts = opened.repository.samples(opened.name)
    kept = "role", "label", "budget_steps", "candidate", "guards", "feasible", "stopped_early"
    return [
        ([getattr(m, name) for name in kept], m.scores.tolist(), m.calls.tolist(), texts.get(m.id))
        for m in found
    ]


def parts(opened):
    with opened.repository.transaction() as session:
        return session.scalar(text("SELECT count(*) FROM mdm_verification_parts"))


VALIDITY = SUDOKU4.replace("[verify]", "[verify]\nsequential = true")
FEWEST = VALIDITY.replace("[search]", '[search]\ngoal = "calls"\nmargin = 0.9\n')


# Enough instances for probes, which path KL does not need: the first to ask pays for all.
LONG_KL = re.sub(r"(\[verify\]\ninstances = )\d+", r"\g<1>256", PATH_KL)


# With one that is better than linear, so that the linear steps of equal quality are looked for.
SEEDS = '["energy", "baselines", [0.6, 0.4]]'


@pytest.mark.parametrize(
    "study",
    [PATH_KL, LONG_KL, VALIDITY, FEWEST],
    ids=["kl", "long-kl", "validity", "calls"],
)
def test_a_verification_goes_on_where_it_was_killed(tmp_path, monkeypatch, study):
    asked, last, reported = [], [np.inf], []

    def counted(problem, candidate, ids):
        if len(asked) == last[0]:
            raise Killed
        asked.append((candidate, tuple(ids)))
        return measure(problem, candidate, ids)

    monkeypatch.setattr("mdm_opt.results.verification.measure", counted)
    path = write_study(tmp_path, study, steps="[4, 6]", trials="14", seeds=SEEDS)
    opened = create_study(path, database(tmp_path))
    list(run_trials(opened))
    verify(opened)
    whole, wanted = list(asked), said(opened)
    assert len({one.candidate for one in rows(opened, "verification", 4)}) > 1
    for last[0] in range(1, len(whole), 1 if study is LONG_KL else 2):
        asked.clear()
        for steps in (4, 6):
            opened.repository.replace_verification(opened.name, steps, [])
        with pytest.raises(Killed):
            verify(opened)
        kept, last[0] = parts(opened), np.inf
        reported.clear()
        verify(open_study(opened.name, opened.repository.url), reported.append)
        again = [line for line in reported if line.endswith("measured before the interruption")]
        # Nothing is measured twice, all that was kept is used, and nothing is left behind.
        assert asked == whole
        assert len(again) == kept
        assert parts(opened) == 0
        assert said(opened) == wanted


def test_choice_is_made_over_search_and_selection_not_verification(searched):
    verify(searched)
    for steps in (4, 6):
        top = top_candidates(searched, steps)[: searched.study_file.verify.top]
        again = rows(searched, "selection", steps)
        assert len(top) == len(again) == 2
        pooled = [
            np.concatenate([a.scores, b.scores]).mean() for a, b in zip(top, again, strict=True)
        ]
        chosen = rows(searched, "verification", steps, "best")[0]
        assert chosen.candidate == top[int(np.argmin(pooled))].candidate


def test_equal_linear_steps_are_the_fewest_that_reach_the_quality(tmp_path):
    study = PATH_KL.replace("instances = 32", "instances = 200")
    seeds = '["energy", "baselines", [0.6, 0.4]]'
    path = write_study(tmp_path, study, steps="[4, 6]", trials="14", seeds=seeds)
    opened = create_study(path, database(tmp_path))
    list(run_trials(opened))
    verify(opened)
    budgets = best(opened.name, opened.repository.url).budgets
    assert any(budget.better_than_linear for budget in budgets)
    for budget in budgets:
        equal = budget.linear_steps_for_equal_quality
        assert budget.equal_linear_sought == budget.better_than_linear == (equal is not None)
        if equal is not None:
            instances = opened.sets.ids("verification")[: budget.instances]
            values = {
                n: measure(opened.problem, baseline("linear", n), instances).value
                for n in (equal - 1, equal)
            }
            assert values[equal] <= budget.value < values[equal - 1]


@pytest.fixture
def sampled(tmp_path):
    """Makes a verified study of samples, whose best counts of 4 steps are valid in 38% of them."""

    def make(steps):
        keys = {"steps": steps, "trials": "2", "seeds": '["profile"]', "instances": "64"}
        study = SUDOKU4.replace("instances = 32", "instances = 400")
        opened = create_study(write_study(tmp_path, study, **keys), database(tmp_path))
        list(run_trials(opened))
        verify(opened)
        budget = best(opened.name, opened.repository.url).budgets[0]
        assert budget.better_than_linear
        assert budget.equal_linear_sought
        assert budget.baselines["linear"].steps == 4
        return opened, budget

    return make


def test_linear_schedules_of_samples_are_probed_on_instances_of_their_own(sampled):
    opened, budget = sampled("[4]")
    probes = rows(opened, "verification", 4)[4:]
    assert [m.label for m in probes] == ["linear from 0", "linear from 50", "linear from 100"]
    own = opened.sets.ids("verification")
    for record in probes:
        first = int(record.label.removeprefix("linear from "))
        again = measure(opened.problem, record.candidate, own[first : first + 50])
        np.testing.assert_array_equal(again.scores, record.scores)
    low, high = budget.linear_steps_interval
    assert 5 <= low <= budget.linear_steps_for_equal_quality <= (high or 16)


def test_linear_schedules_of_larger_step_counts_are_not_measured_again(sampled):
    opened, budget = sampled("[4, 6]")
    labels = [m.label for m in rows(opened, "verification", 4)]
    assert labels == ["best", "linear", "sin2", "sine", "linear again"]
    (known,) = rows(opened, "verification", 4, "linear again")
    (linear,) = rows(opened, "verification", 6, "linear")
    np.testing.assert_array_equal(known.scores, linear.scores)
    assert (known.steps, known.sequence_calls) == (6, 0)
    assert budget.linear_steps_for_equal_quality in (5, 6)
    assert budget.linear_steps_interval is None


def test_where_no_gain_is_shown_nobody_looks_for_equal_quality(searched, monkeypatch):
    monkeypatch.setattr(Comparison, "gain", lambda *_: Estimate(0.5, -0.1, 1.1))
    verify(searched)
    labels = sorted(m.label for m in rows(searched, "verification", 4))
    assert labels == ["best", "linear", "sin2", "sine"]


def test_equal_linear_steps_need_not_be_looked_for(tmp_path):
    """At the size of a language model they cost more than the search."""
    study = PATH_KL.replace("instances = 32", "instances = 200\nequal_linear = false")
    assert study != PATH_KL
    seeds = '["energy", [0.6, 0.4], [0.5, 0.2]]'
    path = write_study(tmp_path, study, trials="12", seeds=seeds)
    opened = create_study(path, database(tmp_path))
    list(run_trials(opened))
    verify(opened)
    result = best(opened.name, opened.repository.url)
    (budget,) = result.budgets
    labels = sorted(m.label for m in rows(opened, "verification", 4))
    assert labels == ["best", "linear", "sin2", "sine"]
    assert budget.better_than_linear
    assert budget.linear_steps_for_equal_quality is None
    assert not budget.equal_linear_sought
    said = conclusions(result, "verify")[0]
    # Half of the 200 decides.
    assert budget.decided_early
    assert said.endswith("the interval of the gain excludes zero; 100 instances decided")


def test_verifying_twice_measures_nothing_again(searched):
    verify(searched)
    before = [m.id for m in searched.repository.measurements(searched.name)]
    verify(open_study(searched.name, searched.repository.url))
    assert [m.id for m in searched.repository.measurements(searched.name)] == before


def test_another_best_candidate_renews_the_verification(tmp_path):
    """Even where nothing is chosen on other instances, and no trial has come."""
    path = write_study(tmp_path, PATH_KL, top="1")
    opened = create_study(path, database(tmp_path))
    list(run_trials(opened))
    verify(opened)
    first = [m.id for m in rows(opened, "verification", 4)]
    verify(opened)
    assert [m.id for m in rows(opened, "verification", 4)] == first
    (chosen,) = rows(opened, "verification", 4, "best")
    other = next(m for m in rows(opened, "search", 4) if m.candidate != chosen.candidate)
    statement = "UPDATE mdm_measurements SET candidate_id = (SELECT candidate_id FROM "
    with opened.repository.transaction() as session:
        session.execute(
            text(statement + "mdm_measurements WHERE id = :other) WHERE id = :chosen"),
            {"other": other.id, "chosen": chosen.id},
        )
    verify(opened)
    (again,) = rows(opened, "verification", 4, "best")
    assert again.candidate == chosen.candidate
    assert again.id not in first


def test_more_trials_or_instances_renew_the_verification(tmp_path):
    url = database(tmp_path)
    fewer = PATH_KL.replace("instances = 32", "instances = 24")
    for study, trials in ((PATH_KL, "6"), (PATH_KL, "7"), (fewer, "7")):
        opened = create_study(write_study(tmp_path, study, trials=trials), url)
        list(run_trials(opened))
        verify(opened)
        newest_search = max(m.id for m in rows(opened, "search", 4))
        assert all(m.id > newest_search for m in rows(opened, "verification", 4))
        (chosen,) = rows(opened, "verification", 4, "best")
        assert chosen.instances == opened.study_file.verify.instances


def test_ancestral_baselines_cost_at_least_as_many_calls(tmp_path):
    study = PATH_KL.replace("[space]", '[sampler]\nreveal = "ancestral"\n[space]')
    opened = create_study(write_study(tmp_path, study), database(tmp_path))
    list(run_trials(opened))
    verify(opened)
    (budget,) = best(opened.name, opened.repository.url).budgets
    assert budget.counts is None
    for name, found in budget.baselines.items():
        expected = measure(
            opened.problem,
            baseline(name, found.steps),
            opened.sets.ids("verification"),
        )
        assert found.nfe == expected.nfe
        # Counted on 32 instances; the expectation is at least that of the best schedule.
        assert found.nfe > budget.nfe - 0.5


def test_cumulative_rounding_compares_at_equal_calls(tmp_path):
    study = PATH_KL.replace("[space]", '[sampler]\nrounding = "cumulative"\n[space]').replace(
        "steps = [4]", "steps = [8]\nbeta_a = [0.05, 0.06]\nbeta_b = [0.05, 0.06]"
    )
    path = write_study(tmp_path, study, trials="2", seeds="[[0.05, 0.05]]")
    opened = create_study(path, database(tmp_path))
    list(run_trials(opened))
    verify(opened)
    (budget,) = best(opened.name, opened.repository.url).budgets
    assert budget.nfe < budget.steps
    assert budget.baselines["linear"].nfe == budget.nfe


def test_infeasible_candidates_are_never_best(tmp_path):
    study = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        'kind = "judge_nll"\nmin_entropy_nats = 1.38\n'
        'judge = { kind = "enumerated", law = "noisy_laws:noisy" }',
    )
    (tmp_path / "noisy_laws.py").write_text(
        "import numpy as np\n"
        "from mdm_opt.models.laws import EnumeratedLaw\n"
        "def noisy():\n"
        "    rng = np.random.default_rng(0)\n"
        "    rows = np.unique(rng.integers(0, 4, size=(400, 16)), axis=0)\n"
        "    return EnumeratedLaw.uniform(rows, '1234')\n"
    )
    # Off its support the exact judge is uniform, so its scores are finite for any sample.
    opened = create_study(write_study(tmp_path, study), database(tmp_path))
    list(run_trials(opened))
    with pytest.raises(RunError, match=r"none of 6 trials at 4 steps is feasible.*entropy by"):
        verify(opened)
    with pytest.raises(RunError, match="no feasible finished trial"):
        best(opened.name, opened.repository.url)


def test_the_baseline_of_the_user_is_measured_and_may_change(tmp_path):
    own = 'name = "sudoku4"\nbaseline = { family = "threshold", cutoff = 0.9, block_length = 4 }'
    changes = {"instances": "96", "trials": "6"}
    url = database(tmp_path)
    opened = create_study(write_study(tmp_path, **changes), url)
    list(run_trials(opened))
    verify(opened)
    assert best(opened.name, url).budgets[0].gain_over_baseline is None
    study = SUDOKU4.replace('name = "sudoku4"', own)
    again = create_study(write_study(tmp_path, study, **changes), url)
    verify(again)
    (budget,) = best(again.name, url).budgets
    (measured,) = rows(again, "verification", 4, "baseline")
    assert measured.candidate.decoding == {"block_length": 4.0}
    gain = budget.gain_over_baseline
    (chosen,) = rows(again, "verification", 4, "best")
    assert gain.value == pytest.approx(chosen.value - measured.value)
    assert budget.decision.baseline == measured.candidate.label
    # Both gains are claimed together.
    (linear,) = rows(again, "verification", 4, "linear")
    both = paired_difference(chosen.scores, linear.scores, 0.975)
    assert budget.gain_over_linear.interval == pytest.approx((both.low, both.high))
    before = [m.id for m in rows(again, "verification", 4)]
    verify(again)
    assert [m.id for m in rows(again, "verification", 4)] == before

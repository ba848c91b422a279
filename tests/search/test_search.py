"""The search: seeds, budgets in turn, proposals that learn."""

from __future__ import annotations

from collections import Counter

import numpy as np
import optuna
import pytest

from mdm_opt.config import parse_study
from mdm_opt.errors import InputError
from mdm_opt.search import SearchStudy, seeds
from mdm_opt.search.space import distributions


def study_file(**search):
    content = {
        "study": {"name": "s", "seed": search.pop("seed", 0)},
        "model": {"kind": "bundled"},
        "space": {"steps": search.pop("steps", [8]), **search.pop("space", {})},
        "objective": {"kind": "path_kl"},
        "search": {"trials": 30} | search,
    }
    return parse_study(content, "test")


def make(tmp_path, file):
    url = f"sqlite:///{tmp_path}/s.db"
    SearchStudy.create(url, file, "minimize", seeds(file))
    return SearchStudy(url, file), url


def distance(proposal):
    """A smooth problem with its optimum at beta_a = 2, beta_b = 0.3 times 8 / steps."""
    target = np.log([2.0, 0.3 * 8 / proposal.steps])
    return float(((np.log([proposal.beta_a, proposal.beta_b]) - target) ** 2).sum())


def run(study, trials):
    done = []
    for _ in range(trials):
        proposal = study.ask()
        study.annotate(proposal, {}, {})
        study.finish(proposal.number, distance(proposal), float(proposal.steps))
        done.append(proposal)
    return done


def test_seeds_outside_the_space_are_left_out_and_pairs_are_labelled():
    file = study_file(space={"beta_a": [0.6, 2.0]}, seeds=["energy", "baselines", [0.7, 0.7]])
    found = [(seed.label, seed.beta_a, seed.beta_b) for seed in seeds(file)]
    assert found == [
        ("energy: sin2", 1.0, 1.0),
        ("paper: (0.9, 0.3)", 0.9, 0.3),
        ("paper: (1, 0.2)", 1.0, 0.2),
        ("user: (0.7, 0.7)", 0.7, 0.7),
    ]


def test_a_repeated_seed_is_tried_once_under_its_first_label():
    found = seeds(study_file(seeds=["energy", [1.0, 1.0]]))
    assert [seed.label for seed in found] == ["energy: linear", "energy: sin2"]


def test_budgets_get_equal_shares_and_stay_inside_the_space(tmp_path):
    file = study_file(steps=[4, 8, 16], sampler="random", space={"beta_b": [0.2, 1.5]})
    study, _ = make(tmp_path, file)
    proposals = run(study, 24)
    assert Counter(p.steps for p in proposals) == {4: 8, 8: 8, 16: 8}
    assert all(0.2 <= p.beta_b <= 1.5 and 0.1 <= p.beta_a <= 8 for p in proposals)


@pytest.mark.parametrize("sampler", ["gp", "tpe"])
def test_optimisers_learn_each_budget(tmp_path, sampler):
    file = study_file(steps=[4, 16], sampler=sampler)
    study, _ = make(tmp_path, file)
    proposals = run(study, 50)
    for steps in (4, 16):
        ours = [p for p in proposals if p.steps == steps]
        started = min(map(distance, ours[:4]))
        assert min(map(distance, ours)) < min(0.1, started / 4)


def test_several_step_counts_make_a_pareto_study(tmp_path):
    study, url = make(tmp_path, study_file(steps=[4, 8], sampler="random"))
    run(study, 10)
    stored = optuna.load_study(study_name="s", storage=url)
    assert [d.name for d in stored.directions] == ["MINIMIZE", "MINIMIZE"]
    assert {trial.values[1] for trial in stored.best_trials} <= {4.0, 8.0}
    labels = [t.user_attrs["label"] for t in stored.trials]
    assert labels[:4:2] == ["energy: linear", "energy: sin2"]
    assert labels[8:] == ["search", "search"]


def test_constraints_reach_optuna_and_the_optimiser(tmp_path):
    study, url = make(tmp_path, study_file(sampler="gp"))
    for _ in range(16):
        proposal = study.ask()
        study.annotate(proposal, {"entropy": proposal.beta_a - 1.0}, {})
        study.finish(proposal.number, distance(proposal), 8.0)
    stored = optuna.load_study(study_name="s", storage=url)
    assert stored.best_trial.params["beta_a"] <= 1.0
    proposed = [t.params["beta_a"] for t in stored.trials[10:]]
    assert np.median(proposed) < 1.1


def test_a_released_trial_is_proposed_again(tmp_path):
    study, _ = make(tmp_path, study_file(sampler="random"))
    first = study.ask()
    study.release(first.number)
    rest = run(study, 5)
    again = [p for p in rest if p.label == first.label]
    assert [(p.beta_a, p.beta_b) for p in again] == [(first.beta_a, first.beta_b)]
    assert study.finished() == 5
    assert study.running() == []


def test_another_programs_study_is_not_touched(tmp_path):
    url = f"sqlite:///{tmp_path}/s.db"
    theirs = optuna.create_study(study_name="s", storage=url)
    theirs.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    file = study_file()
    with pytest.raises(InputError, match="taken by an Optuna study"):
        SearchStudy.create(url, file, "minimize", seeds(file))
    assert len(theirs.trials) == 1


def test_another_programs_empty_study_is_not_touched_either(tmp_path):
    url = f"sqlite:///{tmp_path}/s.db"
    optuna.create_study(study_name="s", storage=url).set_user_attr("theirs", 1)
    file = study_file()
    with pytest.raises(InputError, match="taken by an Optuna study"):
        SearchStudy.create(url, file, "minimize", seeds(file))
    assert optuna.load_study(study_name="s", storage=url).user_attrs == {"theirs": 1}


def test_what_an_interrupted_creation_left_is_made_anew(tmp_path):
    file = study_file()
    make(tmp_path, file)
    study, _ = make(tmp_path, file)
    assert [study.ask().label for _ in range(5)][-1] == "search"


def test_space_is_logarithmic():
    space = distributions(study_file().space)
    assert space["beta_a"].log
    assert space["beta_b"].log
    assert space["steps"].choices == (8,)

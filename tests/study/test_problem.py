"""From a study file to what is measured: model, objective, and how they are sampled."""

from __future__ import annotations

import pytest
from study_files import SUDOKU4, write_study

from mdm_opt.candidates import baseline
from mdm_opt.config import load_study_file
from mdm_opt.errors import InputError
from mdm_opt.measurement import measure
from mdm_opt.study.batch_size import USUAL_BATCH
from mdm_opt.study.instances import InstanceSets
from mdm_opt.study.problem import build_problem, objective_of, problem_of

SAMPLED = SUDOKU4.replace('name = "sudoku4"', 'name = "sudoku4"\nseed = 7').replace(
    "[space]", "[sampler]\ntemperature = 0.5\n[space]"
)
PATH_KL = SUDOKU4.replace(
    'kind = "validity"\nverifier = "sudoku"', 'kind = "path_kl"\nreferences = "grids.txt"'
)


def built(folder, text=SUDOKU4, **changes):
    return build_problem(load_study_file(write_study(folder, text, **changes)), folder)


def test_a_problem_is_sampled_as_the_study_file_says(tmp_path):
    problem = built(tmp_path, SAMPLED)
    assert (problem.denoiser.length, problem.objective.name) == (16, "validity")
    assert (problem.seed, problem.decoding.temperature) == (7, 0.5)
    assert problem.batch_size == USUAL_BATCH
    text = SAMPLED.replace('law = "sudoku4"', 'law = "sudoku4"\nbatch_size = 3')
    assert built(tmp_path, text).batch_size == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps": "[4, 17, 20]"}, r"^\[space\] steps: 17 is not accepted: the model writes 16"),
        ({"law": '"no_such_laws:law"'}, r"^\[model\] law: .*'no_such_laws'"),
        ({"verifier": '"no_such_checks:one"'}, r"^\[objective\] verifier: .*'no_such_checks'"),
    ],
)
def test_what_does_not_fit_together_is_refused_under_its_key(tmp_path, changes, said):
    with pytest.raises(InputError, match=said):
        built(tmp_path, **changes)


def test_more_steps_than_tokens_are_accepted_where_a_step_may_reveal_none(tmp_path):
    text = SUDOKU4.replace("[space]", '[sampler]\nreveal = "ancestral"\n[space]')
    problem = built(tmp_path, text, steps="[20]")
    assert problem.plan(baseline("linear", 20)).nfe < 16


def test_files_are_looked_for_beside_the_study_file(tmp_path):
    """And the search, the choice and the verification each have lines of their own."""
    denoiser = built(tmp_path).denoiser
    lines = denoiser.decode(_grids(denoiser))[:100]
    (tmp_path / "grids.txt").write_text("\n".join(lines))
    file = load_study_file(write_study(tmp_path, PATH_KL))
    objective = objective_of(file, tmp_path, denoiser)
    sets = InstanceSets.of(file)
    read = {
        role: set(denoiser.decode(objective._references(sets.ids(role))))
        for role in ("search", "selection", "verification")
    }
    assert {role: len(texts) for role, texts in read.items()} == {
        "search": 16, "selection": 16, "verification": 32,
    }  # fmt: skip
    assert len(set.union(*read.values())) == 64
    assert set.union(*read.values()) <= set(lines)
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(InputError, match=r"\[objective\] references: cannot read .*grids\.txt"):
        objective_of(file, tmp_path / "elsewhere", denoiser)


def _grids(denoiser):
    from torch import from_numpy

    return from_numpy(denoiser.law.outcomes)


def test_a_model_and_an_objective_of_the_callers_make_the_same_problem(tmp_path):
    file = load_study_file(write_study(tmp_path, SAMPLED))
    whole = build_problem(file, tmp_path)
    own = problem_of(file, whole.denoiser, whole.objective)
    found = [measure(one, baseline("linear", 4), range(8)).scores.tolist() for one in (whole, own)]
    assert found[0] == found[1]

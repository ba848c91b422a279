"""What an object lacks to be an objective, and samples outside the model's own law."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mdm_opt.candidates import Candidate, MaskedDecoding, beta
from mdm_opt.errors import RunError
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import toy_balanced
from mdm_opt.objectives.base import PromptedObjective, Scores, check_in_law, lacking
from mdm_opt.objectives.divergence import Divergence
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.processes import Batch


@pytest.mark.parametrize("brought", [{"order": "margin"}, {"temperature": 0.5}])
def test_candidates_that_leave_the_law_of_the_model_are_refused(brought: dict[str, Any]) -> None:
    denoiser = EnumeratedDenoiser(toy_balanced())
    candidate = Candidate("beta", 2, {"beta_a": 1.0, "beta_b": 1.0}, None, brought)
    for objective in (PathKl(), Divergence(denoiser.law, "tv")):
        with pytest.raises(RunError, match=r"is defined for order = 'random' and temperature"):
            measure(Problem(denoiser, objective, 0), candidate, range(2))


NAMES = ["name", "direction", "unit", "deterministic", "fingerprint", "score"]


def test_nothing_is_lacking_of_our_own() -> None:
    assert lacking(PathKl()) == lacking(Divergence(toy_balanced())) == []
    assert lacking(object()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_is_lacking_is_named(name: str) -> None:
    kept = {one: None for one in NAMES if one != name}
    assert lacking(SimpleNamespace(**kept)) == [name]


def test_scores_have_no_guards_and_no_texts_of_their_own() -> None:
    one, other = (Scores(np.zeros(2), np.ones(2), 4) for _ in range(2))
    assert (one.guards, one.texts) == ({}, ())
    assert one.guards is not other.guards


def test_prompts_make_an_objective_a_prompted_one() -> None:
    plain = PathKl()
    assert not isinstance(plain, PromptedObjective)
    plain.prompt_ids = lambda instances: [[1] for _ in instances]  # type: ignore[attr-defined]
    assert isinstance(plain, PromptedObjective)


def test_values_of_the_law_need_samples_of_the_law() -> None:
    objective, denoiser = PathKl(), EnumeratedDenoiser(toy_balanced())

    def batch(**decoding: Any) -> Batch:
        problem = Problem(denoiser, objective, 0, MaskedDecoding(**decoding))
        return problem.batch(beta(1, 1, 2), range(2))

    check_in_law(objective, batch())
    check_in_law(objective, batch(reveal="ancestral"))
    with pytest.raises(RunError) as caught:
        check_in_law(objective, batch(order="entropy", temperature=0.5))
    assert str(caught.value) == (
        "objective 'path_kl' is defined for order = 'random' and temperature = 1.0 only, got "
        "order = 'entropy' and temperature = 0.5"
    )

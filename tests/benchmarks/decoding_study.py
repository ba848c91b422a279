"""A whole study over schedules and rules, and what its answer is truly worth."""

from __future__ import annotations

import logging
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

import torch
from measure_decoding import BUDGET, INSTANCES, Bench, Worth

from mdm_opt.config import parse_study
from mdm_opt.persistence import storage_url
from mdm_opt.results.best import best
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import make_study
from mdm_opt.study.problem import build_problem

STUDY = Path(__file__).parents[2] / "studies" / "decoding.toml"
# Twice what the studies of one family beside it have.
TRIALS = 40


@dataclass(frozen=True)
class Answer:
    """What a study found.

    Attributes:
        seed: of the study.
        worth: true value and calls.
        trials: of the search by family.
        sequence_calls: of the search, by thousands.
    """

    seed: int
    worth: Worth
    trials: dict[str, int]
    sequence_calls: float


def answer(seed: int) -> Answer:
    """Runs ``studies/decoding.toml`` with another seed, and verifies it."""
    torch.set_num_threads(1)
    logging.getLogger("optuna").setLevel(logging.ERROR)
    content = tomllib.loads(STUDY.read_text())
    assert content["space"]["steps"] == [BUDGET]
    content["study"]["seed"] = seed
    content["search"]["trials"] = TRIALS
    # Selection is as ever; of what follows only the choice is looked at.
    content["verify"] = {"instances": 16, "equal_linear": False}
    file = parse_study(content, STUDY.name)
    with tempfile.TemporaryDirectory() as folder:
        url = storage_url(f"{folder}/study.db")
        opened = make_study(file, STUDY.parent, url, lambda: build_problem(file, STUDY.parent))
        try:
            finished = list(run_trials(opened))
            verify(opened)
        finally:
            opened.repository.close()
        found = best(file.study.name, url).budgets[0].candidate
    families = [one.candidate.family for one in finished]
    return Answer(
        seed,
        Bench().worth(found, INSTANCES),
        {name: families.count(name) for name in sorted(set(families))},
        sum(one.measurement.sequence_calls for one in finished) / 1000,
    )

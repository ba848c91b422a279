"""Whole answers, batch by batch: seeds, alignment, and what there is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from own_samplers import toy_study

from mdm_opt.candidates import Candidate, OwnDecoding
from mdm_opt.config import parse_study
from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem, longest_first, measure
from mdm_opt.models.registry import build_model
from mdm_opt.objectives.sample_score import SampleScore
from mdm_opt.processes import OWN_PROCESS, process_of
from mdm_opt.processes.own.process import batch_seed

CANDIDATE = Candidate("arguments", 4, {"steps": 3, "bound": 0.3})


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    folder = tmp_path_factory.mktemp("process")
    file = parse_study(toy_study(folder, "toy_process", sampler__batch=4), "")
    model = build_model(file.model, file.sampler, folder)
    judge = SampleScore(
        lambda texts: [float(text) for text in texts],
        name="toy",
        direction="maximize",
        unit="score",
    )
    return Problem(model, judge, 0, decoding=file.decoding, batch_size=64)


def test_an_answer_depends_on_study_candidate_and_instance_only(problem: Problem) -> None:
    whole = measure(problem, CANDIDATE, range(8))
    for asked in ([5], [0, 7], [6, 2, 3]):
        found = measure(problem, CANDIDATE, asked)
        assert found.scores.tolist() == [whole.scores[one] for one in asked]
        assert found.calls.tolist() == [3.0] * len(asked)
    # Batches that are partly asked for are sampled whole.
    assert measure(problem, CANDIDATE, [5]).sequence_calls == 4 * 3
    assert measure(problem, CANDIDATE, [3, 4]).sequence_calls == 8 * 3
    assert len(set(whole.scores)) == 8


def test_batches_stay_together_whatever_the_order(problem: Problem) -> None:
    assert longest_first(problem, [5, 0, 4]) == [1, 2, 0]


def test_calls_are_a_guard_of_the_budget(problem: Problem) -> None:
    found = measure(problem, Candidate("arguments", 4, {"steps": 6}), range(4))
    assert found.guards == {"calls": 2.0}
    assert not found.feasible


def test_seeds_of_batches_differ_and_repeat() -> None:
    seeds = [batch_seed(study, batch) for study in (0, 1) for batch in range(500)]
    assert len(set(seeds)) == 1000
    assert min(seeds) >= 0
    assert max(seeds) < 2**31
    assert batch_seed(3, 2**40) == batch_seed(3, 2**40)


def test_the_model_says_the_process(problem: Problem) -> None:
    assert process_of(problem.denoiser) is OWN_PROCESS
    assert problem.finest_steps == 6
    assert OWN_PROCESS.start(problem.denoiser, 2).shape == (2, 0)
    assert OWN_PROCESS.difference(problem.denoiser) == 0.0


def test_what_there_is_not_is_refused(problem: Problem) -> None:
    batch: Any = problem.batch(CANDIDATE, [0])
    model, clean, known = problem.denoiser, torch.zeros(1, 1), np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="only samples tell"):
        _ = batch.nfe
    refused = [
        lambda: batch.others(model, [1]),
        lambda: OWN_PROCESS.finest(model, [0], seed=0),
        lambda: OWN_PROCESS.own_sequences(model, [0], seed=0),
        lambda: OWN_PROCESS.profiles(model, clean, [0], known, orders=1, seed=0),
        lambda: OWN_PROCESS.path_costs(model, clean, batch, [0]),
        lambda: OWN_PROCESS.path_kl(model, [], batch),
        lambda: OWN_PROCESS.check_enumerable(1, 2),
        lambda: OWN_PROCESS.exact_law(model),
        lambda: OWN_PROCESS.one_call(model, 1, 4, OwnDecoding(kind="own")),
    ]
    for call in refused:
        with pytest.raises(InputError, match="nothing but samples is known of a sampler of your"):
            call()

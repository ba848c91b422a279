"""The batch size that is taken from free memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.config import parse_study
from mdm_opt.measurement import Problem
from mdm_opt.models.loading import load_huggingface
from mdm_opt.models.packaged import BUNDLED_CHECKPOINT
from mdm_opt.objectives.base import Scores
from mdm_opt.processes import Batch
from mdm_opt.study.batch_size import USUAL_BATCH, with_batch_size


class Longest:
    """An objective with prompts of different lengths; samples are never scored."""

    name, direction, unit, deterministic, fingerprint = "none", "maximize", "", False, ""

    def prompt_ids(self, instances: list[int]) -> list[list[int]]:
        return [[5] * (i % 7) for i in instances]

    def score(self, denoiser: Any, batch: Batch) -> Scores:
        raise AssertionError("not scored")


class Meter:
    """Memory of which every token of a batch takes some, beside a constant."""

    def __init__(self, problem: Problem, *, each: int, constant: int, free: int) -> None:
        self._each, self._constant, self._free = each, constant, free
        self.shapes: list[tuple[int, int]] = []
        inner = problem.denoiser

        class Seen:
            def __getattr__(self, name: str) -> Any:
                return getattr(inner, name)

            def lazy_log_probs(
                _self,  # noqa: N805  # the meter's own name is taken
                tokens: torch.Tensor,
                positions: torch.Tensor,
                prompts: Any = None,
                guidance: float = 0.0,
            ) -> Any:
                width = 0 if prompts is None else prompts.tokens.shape[1]
                self.shapes.append((len(tokens), width))
                return inner.lazy_log_probs(tokens, positions, prompts, guidance)

        self.problem = replace(problem, denoiser=Seen())

    def free(self) -> int:
        return self._free

    def peak(self, work: Callable[[], object]) -> int:
        before = len(self.shapes)
        work()
        rows = max(rows for rows, _ in self.shapes[before:])
        return self._constant + self._each * rows


def study(batch_size: Any, **sampler: Any) -> Any:
    content = {
        "study": {"name": "x"},
        "model": {"kind": "bundled", "batch_size": batch_size},
        "sampler": {"order": "confidence", **sampler},
        "space": {"steps": [6]},
        "objective": {"kind": "validity", "verifier": "sudoku"},
        "search": {"seeds": ["energy"]},
    }
    return parse_study(content, "f")


@pytest.fixture(scope="module")
def problem() -> Problem:
    denoiser = load_huggingface(str(BUNDLED_CHECKPOINT), length=24, device="cpu")
    return Problem(denoiser, Longest(), seed=0, decoding=MaskedDecoding(order="confidence"))


def test_a_number_is_taken_as_it_is(problem: Problem) -> None:
    assert with_batch_size(problem, study(7)).batch_size == 7


def test_without_a_gpu_the_usual_one_is_taken(problem: Problem) -> None:
    assert with_batch_size(problem, study("auto")).batch_size == USUAL_BATCH


@pytest.mark.parametrize(
    ("each", "constant", "free", "expected"),
    [
        (1000, 0, 100_000, 80),
        (1000, 16_000, 100_000, 64),
        (10, 0, 10**9, 1024),
        (1000, 5000, 1000, 1),
        (0, 0, 2000, 1024),
    ],
)
def test_memory_of_a_sequence_is_the_difference_of_two_batches(
    problem: Problem, each: int, constant: int, free: int, expected: int
) -> None:
    meter = Meter(problem, each=each, constant=constant, free=free)
    found = with_batch_size(meter.problem, study("auto"), meter)
    assert found.batch_size == expected


def test_the_longest_prompts_are_tried(problem: Problem) -> None:
    meter = Meter(problem, each=1, constant=0, free=100)
    with_batch_size(meter.problem, study("auto"), meter)
    assert meter.shapes == [(1, 6), (3, 6)]


def test_blocks_are_tried_one_by_one(problem: Problem) -> None:
    meter = Meter(
        replace(problem, decoding=MaskedDecoding(block_length=12)), each=1, constant=0, free=100
    )
    with_batch_size(meter.problem, study("auto", block_length=12), meter)
    assert meter.shapes == [(1, 6)] * 2 + [(3, 6)] * 2

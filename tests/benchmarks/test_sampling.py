"""Ratios of one run: our sampler beside the loop that LLaDA publishes, and beside its model calls.

A model call is a forward pass and the projection of what is looked at. Both loops get the same
model and the same counts; ours is timed as a whole trial.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from reference_loop import reference
from sampling_cost import (
    LLADA_8B,
    SMALL,
    Shape,
    Timed,
    full_logits,
    never_generated,
    peak_bytes,
    random_model,
    seconds,
)
from study_files import database, write_study

from mdm_opt.candidates import MaskedDecoding, baseline, beta
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.base import Denoiser
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.packaged import load_bundled
from mdm_opt.objectives.sample_score import SampleScore, validity
from mdm_opt.run.signals import StopSignal
from mdm_opt.run.trials import join_study, run_trials
from mdm_opt.study.opening import create_study
from mdm_opt.sudoku import is_valid

pytestmark = pytest.mark.bench

ORDERS = {"random": ("random", 1.0), "confidence": ("low_confidence", 0.0)}
BUNDLED = """
[study]
name = "bundled"
[model]
kind = "bundled"
[space]
steps = [12]
[objective]
kind = "validity"
verifier = "sudoku"
instances = 64
[search]
trials = 8
"""


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads that wait for each other measure what else the machine does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def small() -> HuggingFaceDenoiser:
    return random_model(SMALL)


@dataclass(frozen=True)
class Loops:
    """Both loops on one batch.

    Attributes:
        denoiser: the model.
        order: a key of `ORDERS`.
        batch: sequences.
    """

    denoiser: HuggingFaceDenoiser
    order: str
    batch: int

    def problem(self, denoiser: Denoiser, temperature: float) -> Problem:
        def lengths(texts: list[str]) -> list[int]:
            return [len(text) for text in texts]

        score = SampleScore(lengths, name="length", direction="maximize", unit="characters")
        return Problem(
            denoiser,
            score,
            0,
            batch_size=self.batch,
            decoding=MaskedDecoding(order=self.order, temperature=temperature),
        )

    def trial(self, steps: int) -> tuple[float, float]:
        """Seconds of one of ours, and those of its model calls."""
        clock = Timed(self.denoiser)
        problem = self.problem(clock, ORDERS[self.order][1])
        candidate = baseline("linear", steps)
        return measure(problem, candidate, range(self.batch)).seconds, clock.seconds

    def published(self, steps: int, first: int) -> None:
        """The first of so many steps of the published loop."""
        denoiser, (remasking, temperature) = self.denoiser, ORDERS[self.order]
        counts = self.problem(denoiser, 1.0).plan(baseline("linear", steps)).counts
        reference(
            full_logits(denoiser),
            torch.zeros((self.batch, 0), dtype=torch.int64, device=denoiser.device),
            np.tile(counts, (self.batch, 1)),
            denoiser.mask_token_id,
            remasking=remasking,
            temperature=temperature,
            never_ids=never_generated(denoiser),
            first_steps=first,
        )

    def seconds(self, steps: int, timed_steps: int) -> tuple[float, float]:
        """Ours over theirs, and the share of ours that model calls take.

        Args:
            steps: step budget.
            timed_steps: of the published loop, before ours and again after; all cost the same.
        """
        device = self.denoiser.device
        theirs = seconds(lambda: self.published(steps, timed_steps), device)
        ours, calls = self.trial(steps)
        theirs += seconds(lambda: self.published(steps, timed_steps), device)
        return ours / (theirs / 2 / timed_steps * steps), calls / ours

    def peaks(self) -> float:
        """Most bytes beyond the weights, ours over theirs.

        In two steps: more would need no more, and what a step has made lives on into the next.
        """
        device = self.denoiser.device
        ours = peak_bytes(lambda: self.trial(2), device)
        return ours / peak_bytes(lambda: self.published(2, 2), device)


def check_seconds(what: str, loops: Loops, steps: int, timed_steps: int) -> None:
    wall, calls = loops.seconds(steps, timed_steps)
    print(
        f"\n{what}, {loops.order}, N = {steps}: trial / published loop {wall:.3f}, model calls / "
        f"trial {calls:.3f}",
        flush=True,
    )
    assert calls >= 0.95
    # Where nothing is drawn the published loop does little but project, which we do, too, for
    # all masked positions.
    assert wall <= (1 / 1.5 if loops.order == "random" else 1)


def check_peaks(what: str, loops: Loops) -> None:
    peak = loops.peaks()
    print(f"\n{what}, {loops.order}: peak memory of ours / published loop {peak:.3f}", flush=True)
    assert peak <= 0.5


@pytest.mark.parametrize("steps", [8, 32])
@pytest.mark.parametrize("order", ORDERS)
def test_seconds_with_fifty_thousand_tokens(
    small: HuggingFaceDenoiser, order: str, steps: int
) -> None:
    check_seconds("V = 50,368, L = 128, batch 4", Loops(small, order, 4), steps, timed_steps=1)


@pytest.mark.parametrize("order", ORDERS)
def test_memory_with_fifty_thousand_tokens(small: HuggingFaceDenoiser, order: str) -> None:
    check_peaks("V = 50,368, L = 128, batch 4", Loops(small, order, 4))


@pytest.mark.parametrize("order", ORDERS)
def test_what_is_run_on_a_gpu_runs_at_a_small_shape(order: str) -> None:
    """In bfloat16, as there; nothing is said of its figures but that there are some."""
    shape = Shape(vocabulary=500, hidden=64, layers=2, heads=4, mlp=96, length=16)
    loops = Loops(random_model(shape, dtype=torch.bfloat16), order, 3)
    wall, calls = loops.seconds(4, timed_steps=4)
    assert min(wall, calls, loops.peaks()) > 0
    assert calls < 1


@pytest.fixture(scope="module")
def llada() -> HuggingFaceDenoiser:
    if torch.cuda.mem_get_info()[1] < 60 * 2**30:
        pytest.skip("the published loop needs a GPU of 60 GiB at LLaDA's shape")
    return random_model(LLADA_8B, "cuda", torch.bfloat16)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize("order", ORDERS)
def test_the_shape_of_llada_on_a_gpu(llada: HuggingFaceDenoiser, order: str) -> None:
    what, loops = "LLaDA's shape, L = 256, batch 16", Loops(llada, order, 16)
    # The first calls choose their kernels.
    loops.seconds(4, timed_steps=1)
    check_peaks(what, loops)
    for steps in (8, 32):
        check_seconds(what, loops, steps, timed_steps=steps)


@pytest.mark.parametrize("order", ORDERS)
def test_a_trial_of_the_bundled_model_beside_its_model_calls(order: str) -> None:
    clock = Timed(load_bundled())
    _, temperature = ORDERS[order]
    problem = Problem(
        clock, validity(is_valid), 0, decoding=MaskedDecoding(order=order, temperature=temperature)
    )
    ratios = []
    for trial in range(7):
        clock.seconds = 0.0
        candidate = beta(0.5 + trial / 10, 0.5, 12)
        ratios.append(measure(problem, candidate, range(64)).seconds / clock.seconds)
    ratio = statistics.median(ratios)
    print(f"\ntrial / model calls, bundled model, {order}, N = 12, 64 instances: {ratio:.3f}")
    assert ratio <= 1.25


def test_a_trial_of_a_study_beside_its_model_calls(tmp_path: Path) -> None:
    """With everything that a worker does for it: claim, proposal, SQL, Optuna."""
    url = database(tmp_path)
    create_study(write_study(tmp_path, BUNDLED), url).repository.close()
    opened = join_study("bundled", url, StopSignal(), lambda _: None)
    clock = Timed(opened.problem.denoiser)
    trials = run_trials(replace(opened, problem=replace(opened.problem, denoiser=clock)))
    ratios = []
    while True:
        clock.seconds = 0.0
        wall = seconds(lambda: next(trials, None))
        if not clock.seconds:
            break
        ratios.append(wall / clock.seconds)
    opened.repository.close()
    ratio = statistics.median(ratios)
    print(f"\ntrial of a study / model calls, bundled model, N = 12, 64 instances: {ratio:.3f}")
    assert len(ratios) == 8
    assert ratio <= 1.25

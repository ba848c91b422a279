"""What differs between samples that are drawn one by one and in one batch is counted exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from examined import NAMES, examined
from hypothesis import given, settings
from hypothesis import strategies as st
from study_files import SUDOKU4, write_study

from mdm_opt.candidates import ORDERS, MaskedDecoding, baseline
from mdm_opt.doctor import speed
from mdm_opt.doctor.batch_invariance import compare_batches
from mdm_opt.measurement import Drawn, Problem, draw, measure
from mdm_opt.models.base import Denoiser
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4
from mdm_opt.models.prompts import Prompts
from mdm_opt.objectives.base import Scores
from mdm_opt.processes import Batch
from mdm_opt.schedules import named_schedule

LENGTH, VOCABULARY = 5, 3
LINEAR = named_schedule("linear")


class Fickle:
    """Writes token 0, but in batches 1 at ``places`` of the sequences ``rows`` of the batch."""

    length, vocab_size, mask_token_id = LENGTH, VOCABULARY, VOCABULARY
    fingerprint = "fickle"
    device = torch.device("cpu")

    def __init__(self, rows: Sequence[int] = (), places: Sequence[int] = ()) -> None:
        self._rows, self._places = list(rows), list(places)

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        wanted = torch.zeros(len(tokens), LENGTH, dtype=torch.int64)
        if len(tokens) > 1:
            wanted[torch.tensor(self._rows)[:, None], torch.tensor(self._places)] = 1
        found = torch.nn.functional.one_hot(wanted.gather(1, positions), VOCABULARY)
        return found.double().log()

    def decode(self, tokens: torch.Tensor) -> list[str]:
        return ["".join(map(str, row)) for row in tokens.tolist()]

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        raise NotImplementedError


class Plain:
    """The share of zeros in a sample."""

    name, unit, direction, fingerprint, deterministic = "zeros", "share", "maximize", "", False

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        samples = batch.sample(denoiser)
        texts = tuple(denoiser.decode(samples.tokens))
        values = np.array([text.count("0") / len(text) for text in texts])
        nfe = samples.nfe.astype(np.float64)
        return Scores(values, nfe, samples.sequence_calls, texts=texts)


class Prompted(Plain):
    """The same of answers to prompts whose length depends on the instance."""

    def prompt_ids(self, instances: Sequence[int]) -> list[list[int]]:
        return [[instance % 3] * (instance * 7 % 5) for instance in instances]


class Echo(Fickle):
    """What the prompt says, exactly; never a word about the batch."""

    end_token_ids: Sequence[int] = ()

    def prompt_ids(self, text: str, *, chat: bool = False) -> list[int]:
        return []

    def log_probs(
        self,
        tokens: torch.Tensor,
        positions: torch.Tensor,
        prompts: Prompts | None = None,
        guidance: float = 0.0,
    ) -> torch.Tensor:
        assert prompts is not None
        weights = torch.ones(len(tokens), VOCABULARY, dtype=torch.float64)
        for row, length in enumerate(prompts.lengths.tolist()):
            read = prompts.tokens[row, prompts.tokens.shape[1] - length :]
            weights[row] += torch.bincount(read, minlength=VOCABULARY) + length
        logits = weights.log().expand(positions.shape[1], -1, -1).transpose(0, 1)
        return (logits * (1 + positions[..., None]) * (1 + guidance)).log_softmax(-1)


def made(denoiser: Any, objective: Any = None, **keys: Any) -> Problem:
    size = keys.pop("batch_size", 64)
    return Problem(denoiser, objective or Plain(), 0, MaskedDecoding(**keys), size)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("keys", [{}, {"block_length": 4}, {"temperature": 0.0}])
def test_an_exact_denoiser_does_not_see_its_batch(order: str, keys: dict[str, Any]) -> None:
    problem = made(EnumeratedDenoiser(sudoku4()), order=order, **keys)
    found = compare_batches(problem, baseline("linear", 8), range(4))
    assert (found.samples, found.tokens) == (4, 64)
    assert (found.differing_samples, found.differing_tokens) == (0, 0)
    assert found.sequence_calls == 2 * 4 * 8


@settings(max_examples=50, deadline=None)
@given(
    st.sets(st.integers(0, 3), min_size=1),
    st.sets(st.integers(0, LENGTH - 1), min_size=1),
    st.sampled_from(ORDERS),
    st.integers(1, LENGTH),
)
def test_what_differs_is_counted(rows: set[int], places: set[int], order: str, steps: int) -> None:
    problem = made(Fickle(sorted(rows), sorted(places)), order=order)
    found = compare_batches(problem, baseline("linear", steps), [3, 5, 2**40, 8])
    assert (found.samples, found.tokens) == (4, 4 * LENGTH)
    assert found.differing_samples == len(rows)
    assert found.differing_tokens == len(rows) * len(places)
    assert found.sequence_calls == 2 * 4 * steps


@pytest.mark.parametrize("guidance", [0.0, 1.0])
def test_prompts_are_those_of_the_instances(guidance: float) -> None:
    problem = made(Echo(), Prompted(), guidance=guidance)
    found = compare_batches(problem, baseline("linear", 3), [0, 4, 8, 11])
    assert (found.differing_samples, found.differing_tokens) == (0, 0)
    assert found.sequence_calls == 2 * 4 * 3 * (2 if guidance else 1)


@pytest.mark.parametrize("order", ["random", "confidence"])
def test_prompted_scores_are_the_same_for_any_batch_size(order: str) -> None:
    """Prompts are sorted by length on the way, and everything comes back in order."""
    instances = [9, 1, 4, 2**41, 7, 3, 12]
    candidate = baseline("linear", 3)

    def measured(size: int) -> tuple[Any, ...]:
        problem = made(Echo(), Prompted(), order=order, batch_size=size, guidance=0.5)
        found, seen = measure(problem, candidate, instances), draw(problem, candidate, instances)
        assert isinstance(seen, Drawn)
        assert found.instances == tuple(instances)
        assert found.texts == seen.texts
        calls = found.sequence_calls, seen.sequence_calls
        return found.scores.tolist(), found.texts, found.nfe, calls

    expected = measured(1)
    shares = [text.count("0") / LENGTH for text in expected[1]]
    assert expected[0] == shares
    assert len(set(expected[1])) > 4
    assert expected[3] == (7 * 3 * 2, 7 * 3 * 2)
    for size in (2, 3, 7, 64):
        assert measured(size) == expected


def test_longest_prompts_are_measured_first() -> None:
    asked: list[int] = []

    class Watched(Echo):
        def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor, *rest: Any) -> Any:
            asked.append(int(rest[0].lengths.max()))
            return super().log_probs(tokens, positions, *rest)

    measure(made(Watched(), Prompted(), batch_size=2), baseline("linear", 1), range(7))
    assert asked == [4, 2, 1, 0]


def test_samples_one_by_one_and_in_one_batch_are_compared(tmp_path):
    found = examined(write_study(tmp_path, steps="[4, 8]"))
    assert found["batches"].status == "ok"
    assert found["batches"].found == (
        "batch composition: 0 of 4 samples differ (0 of 64 tokens) between batches of 1 and 4 at "
        "4 steps; 32 sequence calls"
    )
    path = write_study(tmp_path, SUDOKU4.replace("instances = 16", "instances = 3"))
    assert "of 3 samples differ (0 of 48 tokens)" in examined(path)["batches"].found


def test_a_model_that_sees_its_batch_is_a_warning(tmp_path):
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(
        "from mdm_opt.models.enumerated import EnumeratedDenoiser\n"
        "from mdm_opt.models.laws import sudoku4\n\n"
        "class Fickle(EnumeratedDenoiser):\n"
        "    def log_probs(self, tokens, positions):\n"
        "        found = super().log_probs(tokens, positions).fill_(-float('inf'))\n"
        "        found[..., 2] = 0.0\n"
        "        if len(tokens) > 1:\n"
        "            found[1] = found[1].roll(1, -1)\n"
        "        return found\n\n"
        "def model():\n"
        "    return Fickle(sudoku4())\n"
    )
    text = SUDOKU4.replace('kind = "enumerated"\nlaw = "sudoku4"', f'kind = "{name}:model"')
    found = examined(write_study(tmp_path, text, steps="[1]"))["batches"]
    assert found.status == "warn"
    # Every token of the second sample of the batch is the next one.
    assert found.found.startswith("batch composition: 1 of 4 samples differ (16 of 64 tokens) ")
    assert "near-ties" in found.found
    assert "the search is still unbiased" in found.found
    assert "results can differ between batch sizes" in found.found
    assert "batch_size" in found.mend


def test_a_comparison_that_takes_long_is_not_made(tmp_path, monkeypatch):
    monkeypatch.setattr(speed, "timed_call", lambda *_: (16, 16 * 3.0))
    found = examined(write_study(tmp_path))["batches"]
    assert found.status == "ok"
    assert found.found == (
        "batch composition: not tried, 32 sequence calls would take about 96 seconds"
    )
    # Where two sequences do not fit, there is nothing to be compared.
    monkeypatch.setattr(speed, "timed_call", lambda *_: (1, 0.001))
    assert "batches" not in examined(write_study(tmp_path))

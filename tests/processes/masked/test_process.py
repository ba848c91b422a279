"""The masked process: what it starts from, what it makes of a candidate, what it asks for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from answering import Answering

from mdm_opt.candidates import Candidate, MaskedDecoding, baseline, beta
from mdm_opt.errors import InputError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4, toy_balanced
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes import MASKED, SampleLaw, generate, instance_noise, sequence_profiles
from mdm_opt.processes.masked.profile_estimate import OWN_START

LENGTH, SEED = 5, 3
CANDIDATE = beta(0.5, 0.4, 3)
ONE_EACH = np.ones(LENGTH, dtype=np.int64)


class Recording(EnumeratedDenoiser):
    """Keeps how many sequences and positions each call is about."""

    def __init__(self) -> None:
        super().__init__(toy_balanced())
        self.calls: list[tuple[int, int]] = []

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        self.calls.append((positions.shape[0], positions.shape[1]))
        return super().log_probs(tokens, positions)


@pytest.fixture
def model() -> Recording:
    return Recording()


def test_it_starts_from_nothing_but_masks(model: Recording) -> None:
    start = MASKED.start(model, 3)
    assert start.dtype == torch.int64
    assert start.tolist() == [[model.mask_token_id] * LENGTH] * 3


@pytest.mark.parametrize("reveal", ["fixed", "ancestral"])
def test_a_batch_is_sampled_in_the_noise_of_its_instances(model: Recording, reveal: str) -> None:
    decoding, instances = MaskedDecoding(reveal=reveal), [7, 2**40, 3]
    batch = MASKED.batch(model, CANDIDATE, instances, decoding=decoding, seed=SEED)
    assert batch.process is MASKED
    assert (batch.instances, batch.seed, batch.prompts) == (instances, SEED, None)
    noise = instance_noise(instances, LENGTH, seed=SEED)
    assert np.array_equal(batch.noise.token_uniforms, noise.token_uniforms)
    plan = CANDIDATE.plan(decoding, LENGTH)
    assert np.array_equal(batch.plan.grid, plan.grid)
    found = MASKED.sample(model, batch)
    expected = generate(model, batch.counts, noise, decoding)
    assert torch.equal(found.tokens, expected.tokens)
    assert found.nfe.tolist() == batch.nfe.tolist() == expected.nfe.tolist()
    assert torch.equal(batch.sample(model).tokens, found.tokens)


def test_what_a_candidate_brings_of_the_decoding_counts(model: Recording) -> None:
    own = {"order": "confidence", "temperature": 0.0}
    bringing = Candidate("beta", 2, {"beta_a": 1.0, "beta_b": 1.0}, None, own)
    batch = MASKED.batch(
        model, bringing, [0, 1], decoding=MaskedDecoding(order="margin"), seed=SEED
    )
    assert (batch.decoding.order, batch.decoding.temperature) == ("confidence", 0.0)
    found = MASKED.sample(model, batch).tokens
    expected = generate(model, batch.counts, batch.noise, MaskedDecoding(**own)).tokens
    assert torch.equal(found, expected)
    plain = MASKED.batch(
        model, CANDIDATE, [0, 1], decoding=MaskedDecoding(order="margin"), seed=SEED
    )
    assert plain.decoding == MaskedDecoding(order="margin")


def test_prompts_reach_the_model() -> None:
    model = Answering()
    rows = [model.prompt_ids(text) for text in ("1 + 2", "20 + 3")]
    prompts = Prompts.of(rows, model.device)
    batch = MASKED.batch(
        model, CANDIDATE, [0, 1], decoding=MaskedDecoding(), seed=0, prompts=prompts
    )
    assert batch.prompts is prompts
    assert model.decode(MASKED.sample(model, batch).tokens) == ["=3.", "=23."]


def test_the_finest_steps_reveal_one_token_each(model: Recording) -> None:
    found = MASKED.finest(model, [4, 9], seed=SEED)
    assert model.calls == [(2, 1)] * LENGTH
    assert found.nfe.tolist() == [LENGTH, LENGTH]
    assert found.sequence_calls == 2 * LENGTH
    expected = generate(model, ONE_EACH, instance_noise([4, 9], LENGTH, seed=SEED))
    assert torch.equal(found.tokens, expected.tokens)


def test_own_sequences_have_noise_that_no_instance_has(model: Recording) -> None:
    numbers = range(30)
    found = MASKED.own_sequences(model, numbers, seed=SEED).tokens
    finest = MASKED.finest(model, [OWN_START + number for number in numbers], seed=SEED).tokens
    assert torch.equal(found, finest)
    assert not torch.equal(found, MASKED.finest(model, numbers, seed=SEED).tokens)


def test_profiles_are_what_a_masked_token_costs(model: Recording) -> None:
    """Of the balanced toy: with nothing known ln 2; the last letter is free, or is not at all."""
    clean = MASKED.own_sequences(model, range(40), seed=SEED).tokens
    known = np.array([0, 2, 4])
    found = MASKED.profiles(model, clean, range(40), known, orders=2, seed=SEED)
    assert found.shape == (40, 3)
    assert found[:, 0] == pytest.approx(np.log(2))
    expected = sequence_profiles(model, clean, range(40), known, orders=2, seed=SEED)
    assert np.array_equal(found, expected)


def test_path_costs_are_those_of_the_rows_that_are_asked_for(model: Recording) -> None:
    batch = MASKED.batch(model, CANDIDATE, range(4), decoding=MaskedDecoding(), seed=SEED)
    clean = MASKED.own_sequences(model, range(4), seed=SEED).tokens
    model.calls.clear()
    costs, calls = MASKED.path_costs(model, clean[[2, 0]], batch, [2, 0])
    assert calls == 2 * LENGTH
    assert model.calls == [(2, positions) for positions in range(LENGTH, 0, -1)]
    every, all_calls = MASKED.path_costs(model, clean, batch, range(4))
    assert all_calls == 4 * LENGTH
    for cost, row in zip(costs, (2, 0), strict=True):
        assert cost.path_kl(batch, row) == every[row].path_kl(batch, row)
    fine = MASKED.batch(
        model, baseline("linear", LENGTH), range(4), decoding=MaskedDecoding(), seed=SEED
    )
    assert [cost.path_kl(fine, row) for row, cost in enumerate(every)] == [0.0] * 4
    assert len({round(cost.path_kl(batch, row), 6) for row, cost in enumerate(every)}) > 1


def test_the_law_is_that_of_a_plan(model: Recording) -> None:
    law = MASKED.exact_law(model)
    plan = CANDIDATE.plan(MaskedDecoding(), LENGTH)
    assert law.under(plan).sum() == pytest.approx(1)
    assert np.array_equal(law.under(plan), SampleLaw(model).fixed(plan.counts))
    with pytest.raises(InputError, match="partly masked states"):
        MASKED.exact_law(EnumeratedDenoiser(sudoku4()))


@pytest.mark.parametrize(
    ("steps", "decoding", "wanted"),
    [
        (1, {}, 5),
        (2, {}, 3),
        (4, {}, 2),
        (5, {}, 1),
        (4, {"order": "confidence"}, 5),
        (4, {"order": "entropy", "temperature": 0.0}, 5),
    ],
)
def test_one_call_asks_as_the_first_step_does(
    model: Recording, steps: int, decoding: dict[str, Any], wanted: int
) -> None:
    """For its share of the positions, or where it has to choose, for all."""
    MASKED.one_call(model, 6, steps, MaskedDecoding(**decoding))
    assert model.calls == [(6, wanted)]


def test_one_call_reads_prompts_and_guides() -> None:
    heard: list[Any] = []

    class Listening(Answering):
        def log_probs(self, tokens: Any, positions: Any, *more: Any) -> torch.Tensor:
            heard.append(more)
            return super().log_probs(tokens, positions, *more)

    model = Listening()
    prompts = Prompts.of([[1, 2]] * 3, model.device)
    MASKED.one_call(model, 3, 2, MaskedDecoding(guidance=0.5), prompts)
    MASKED.one_call(model, 3, 2, MaskedDecoding())
    assert heard == [(prompts, 0.5), ()]

"""Format llada2: LLaDA2's generate and dllm's LLaDA2Sampler reveal what was exported."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from exported_schedules import BETAS, adaptive, exported, settings_of, threshold
from handoff.formats.block_standins import LLaDA2Model, LLaDA2SamplerModule, Whole, block_states
from handoff.formats.rule_standins import NOISE, ROWS, Answers, bundled, measured_bundled
from handoff.formats.standins import MASK, Reveals, made
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import render
from mdm_opt.processes import generate


def own(model: Any, module: Any, prompt: torch.Tensor, mask: int = MASK) -> torch.Tensor:
    """LLaDA2's generate."""
    network = LLaDA2Model(model)
    module.apply(network, mask_id=mask)
    return network.generate(prompt, mask_id=mask, **module.SETTINGS)


def dllm(model: Any, module: Any, prompt: torch.Tensor, mask: int = MASK) -> torch.Tensor:
    """dllm's LLaDA2Sampler."""
    sampler = LLaDA2SamplerModule()
    module.apply_dllm(sampler, mask_id=mask)
    return sampler.sample(model, prompt, mask_id=mask, **module.DLLM_SETTINGS)


def assert_runs(module: Any, batch: int, prompt: int) -> None:
    """Calls and what they reveal are those of the counts, for a prompt of so many tokens."""
    for sampler, rows in ((own, 1), (dllm, batch)):
        model = Reveals()
        final = sampler(model, module, torch.zeros(rows, prompt, dtype=torch.int64))
        length = module.SETTINGS["gen_length"]
        found = block_states(module.COUNTS, module.BLOCK_LENGTH, prompt, length, rows)
        assert model.masked == found
        assert not (final == MASK).any()


@pytest.mark.parametrize("steps", [1, 7, 64])
@pytest.mark.parametrize(("length", "batch", "prompt"), [(64, 1, 0), (257, 3, 0), (65, 2, 7)])
def test_every_step_reveals_its_count(steps: int, length: int, batch: int, prompt: int) -> None:
    schedule = exported(0.4, 0.26, steps, length, rounding="cumulative")
    assert_runs(made(schedule, "llada2"), batch, prompt)


@settings(max_examples=25, deadline=None)
@given(
    betas=st.tuples(BETAS, BETAS),
    steps=st.integers(1, 16),
    width=st.integers(4, 64),
    blocks=st.integers(1, 4),
    batch=st.integers(1, 3),
    prompt=st.integers(0, 70),
    order=st.sampled_from(["random", "confidence", "margin", "entropy"]),
    temperature=st.sampled_from([0.0, 0.7]),
)
def test_llada2_property(
    betas: tuple[float, float],
    steps: int,
    width: int,
    blocks: int,
    batch: int,
    prompt: int,
    order: str,
    temperature: float,
) -> None:
    options = {"order": order, "temperature": temperature, "rounding": "cumulative"}
    schedule = exported(*betas, min(steps, width) * blocks, width * blocks, **options)
    assert_runs(made(schedule, "llada2", block_length=width), batch, prompt)


@pytest.mark.parametrize(
    ("order", "sampler"), [("confidence", own), ("margin", dllm), ("entropy", own)]
)
def test_tokens_are_those_that_were_measured(order: str, sampler: Any) -> None:
    schedule = exported(1.0, 0.2, 12, 36, order=order, temperature=0.0)
    module, model = made(schedule, "llada2"), Answers(bundled(), 1)
    final = sampler(Whole(model), module, torch.zeros(1, 0, dtype=torch.int64), model.mask)
    decoding = schedule.schedule.decoding.model_copy(update=schedule.sampler.model_dump())
    assert final.equal(generate(bundled(), schedule.counts, NOISE.rows([0]), decoding).tokens)


def test_a_threshold_reveals_what_was_measured() -> None:
    rule = threshold(0.6, temperature=0.0)
    module, model = made(rule, "llada2"), Answers(bundled(), ROWS)
    assert (module.COUNTS, module.SETTINGS["threshold"]) == ([1] * 36, 0.6)
    final = dllm(Whole(model), module, torch.zeros(ROWS, 0, dtype=torch.int64), model.mask)
    assert model.states(final) == measured_bundled(rule)
    assert len(model.seen) == max(map(len, measured_bundled(rule))) - 1


def test_settings_are_those_of_the_study() -> None:
    found = render(exported(0.4, 0.26, 6, 36, temperature=0.5), "llada2", block_length=12)
    assert settings_of(found.text) == {
        "gen_length": 36,
        "block_length": 12,
        "steps": 2,
        "temperature": 0.5,
        "threshold": 2.0,
    }
    for said in ("after one of a multiple of 12 tokens", "no block after", "takes one prompt"):
        assert any(said in note for note in found.notes)
    whole = render(exported(0.4, 0.26, 6, 36), "llada2")
    assert any("NOT verified for LLaDA2" in note for note in whole.notes)


def test_what_was_not_measured_is_refused() -> None:
    module = made(exported(0.4, 0.26, 6, 36), "llada2", block_length=12)
    with pytest.raises(ValueError, match="exported for blocks of 12 tokens in 2 steps each"):
        module.get_num_transfer_tokens(32, 2)
    draw, logits = module.drawing(MASK), torch.zeros(1, 3, 11)
    for options in ({"top_k": 5}, {"top_p": 0.9}):
        with pytest.raises(ValueError, match="measured with top_k or top_p"):
            draw(logits, 1.0, **options)
    tokens, ranks = draw(logits, 1.0, top_k=0, top_p=1.0)
    assert tokens.shape == ranks.shape == (1, 3)
    assert not (tokens == MASK).any()
    with pytest.raises(InputError, match=r"format llada2: .*'adaptive' is not accepted"):
        render(adaptive(), "llada2")

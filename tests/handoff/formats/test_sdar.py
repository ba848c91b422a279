"""Format sdar: SDAR's block_diffusion_generate reveals what was exported."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import torch
from exported_schedules import BETAS, entropy_bound, exported, settings_of, threshold
from handoff.formats.block_standins import SdarModule, Whole, block_states
from handoff.formats.rule_standins import NOISE, Answers, bundled, measured_bundled
from handoff.formats.standins import MASK, Reveals, made
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import render
from mdm_opt.processes import generate


def sdar(model: Any, module: Any, prompt: int, mask: int = MASK) -> torch.Tensor:
    """SDAR's generate.py with a schedule."""
    loop = SdarModule()
    module.apply(loop, mask)
    given = {"input_ids": torch.zeros(1, prompt, dtype=torch.int64)}
    return loop.block_diffusion_generate(model, given, mask, **module.SETTINGS)


def assert_runs(module: Any, prompt: int) -> None:
    """Every block makes the calls of its counts, and one that keeps its answers."""
    model, length = Reveals(), module.SETTINGS["gen_length"]
    final = sdar(model, module, prompt)
    wanted, states = block_states(module.COUNTS, module.BLOCK_LENGTH, prompt, length), []
    for (left,) in wanted:
        if states and left == module.BLOCK_LENGTH:
            states.append([0])
        states.append([left])
    assert model.masked == [*states, [0]]
    assert not (final == MASK).any()


@settings(max_examples=25, deadline=None)
@given(
    betas=st.tuples(BETAS, BETAS),
    steps=st.integers(1, 64),
    width=st.integers(4, 257),
    blocks=st.integers(1, 3),
    prompt=st.integers(0, 3),
    order=st.sampled_from(["random", "confidence", "margin", "entropy"]),
    temperature=st.sampled_from([0.0, 0.7]),
)
def test_sdar_property(
    betas: tuple[float, float],
    steps: int,
    width: int,
    blocks: int,
    prompt: int,
    order: str,
    temperature: float,
) -> None:
    """At any temperature, 0 included, at which SDAR's own drawing divides by zero."""
    options = {"order": order, "temperature": temperature}
    schedule = exported(*betas, min(steps, width) * blocks, width * blocks, **options)
    assert_runs(made(schedule, "sdar", block_length=width), prompt * width)


def test_steps_without_tokens_cost_a_call() -> None:
    schedule = exported(1.0, 0.2, 32, 64, rounding="cumulative")
    model = Reveals()
    sdar(model, made(schedule, "sdar"), 0)
    revealed = [before - after for (before,), (after,) in pairwise(model.masked)]
    assert revealed == schedule.schedule.counts
    assert any("reveal no token" in note for note in render(schedule, "sdar").notes)


def test_what_exceeds_a_block_is_written_over_the_prompt_and_stated() -> None:
    """A step of many tokens in a block of few: SDAR's own rule, which the note names."""
    schedule = exported(0.4, 0.26, 2, 16, order="confidence", temperature=0.0)
    module, model = made(schedule, "sdar"), Reveals()
    torch.manual_seed(0)
    final = sdar(model, module, 13)
    assert model.masked[:2] == [[3], [0]]
    assert module.COUNTS[0] > 3
    assert final[0, :13].any()
    assert any("writes over the prompt's" in note for note in render(schedule, "sdar").notes)


def test_tokens_are_those_that_were_measured() -> None:
    schedule = exported(1.0, 0.2, 12, 36, order="margin", temperature=0.0)
    module, model = made(schedule, "sdar"), Answers(bundled(), 1)
    final = sdar(Whole(model), module, 0, model.mask)
    decoding = schedule.schedule.decoding.model_copy(update=schedule.sampler.model_dump())
    assert final.equal(generate(bundled(), schedule.counts, NOISE.rows([0]), decoding).tokens)


def test_a_threshold_reveals_what_was_measured() -> None:
    rule = threshold(0.6, temperature=0.0)
    module, model = made(rule, "sdar"), Answers(bundled(), 1)
    final = sdar(Whole(model), module, 0, model.mask)
    assert model.states(final) == measured_bundled(rule)[:1]
    for prompt in (0, 5, 36):
        model = Reveals()
        final = sdar(model, module, prompt)
        assert not final[:, :prompt].any()
    assert any("counted from the beginning" in note for note in render(rule, "sdar").notes)


def test_settings_are_those_of_the_study() -> None:
    found = render(exported(0.4, 0.26, 6, 36, temperature=0.5), "sdar", block_length=12)
    given = {"gen_length": 36, "block_length": 12, "denoising_steps": 2, "temperature": 0.5}
    assert settings_of(found.text) == {**given, "remasking_strategy": "low_confidence_static"}
    for said in ("give it a multiple of 12 tokens", "no block after", "calls the model once"):
        assert any(said in note for note in found.notes)
    rule = settings_of(render(threshold(0.6, block_length=12), "sdar").text)
    assert (rule["remasking_strategy"], rule["denoising_steps"], rule["confidence_threshold"]) == (
        "low_confidence_dynamic",
        12,
        0.6,
    )
    with pytest.raises(InputError, match=r"format sdar: .*'entropy_bound' is not acc"):
        render(entropy_bound(), "sdar")

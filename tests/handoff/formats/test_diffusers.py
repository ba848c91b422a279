"""Format diffusers: LLaDA2Pipeline reveals the exported counts, or by the exported rule.

Everything runs in a stand-in, and in diffusers itself where it is installed.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from typing import Any

import pytest
import torch
from exported_schedules import BETAS, adaptive, entropy_bound, exported, settings_of, threshold
from handoff.formats import block_standins
from handoff.formats.block_standins import Whole, block_states
from handoff.formats.rule_standins import NOISE, ROWS, Answers, bundled, measured_bundled, numbers
from handoff.formats.standins import MASK, Reveals, made
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.handoff.formats import render
from mdm_opt.processes import generate

Pipeline = Any


class Network(torch.nn.Module):
    """A model as diffusers' pipeline calls it."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model, self.device = model, torch.device("cpu")

    def forward(self, x: torch.Tensor, **_: Any) -> Any:
        return types.SimpleNamespace(logits=self.model.logits(x).float())


def real_pipeline(
    model: Any, scheduler: Any, prompt: torch.Tensor, mask: int = MASK, **settings: Any
) -> torch.Tensor:
    """diffusers' LLaDA2Pipeline; its output ends where `gen_length` does."""
    from diffusers import LLaDA2Pipeline

    pipe = LLaDA2Pipeline(model=Network(model), scheduler=scheduler, tokenizer=None)
    pipe.set_progress_bar_config(disable=True)
    return pipe(input_ids=prompt, mask_token_id=mask, output_type="seq", **settings).sequences


def provide_standin(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    module: Any = types.ModuleType("diffusers")
    module.BlockRefinementScheduler = block_standins.BlockRefinementScheduler
    monkeypatch.setitem(sys.modules, "diffusers", module)
    return block_standins.llada2_pipeline


@pytest.fixture(params=["stand-in", "diffusers"])
def pipeline(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    if request.param == "stand-in":
        return provide_standin(monkeypatch)
    if importlib.util.find_spec("diffusers") is None and os.environ.get("CI") != "true":
        pytest.skip("package diffusers is not installed")
    return real_pipeline


def assert_runs(pipeline: Pipeline, module: Any, batch: int, prompt: int) -> None:
    """Calls and what they reveal are those of the counts, for a prompt of so many tokens."""
    model, given = Reveals(), torch.zeros(batch, prompt, dtype=torch.int64)
    scheduler = module.MdmOptScheduler(block_length=module.BLOCK_LENGTH)
    pipeline(model, scheduler, given, **module.SETTINGS)
    length = module.SETTINGS["gen_length"]
    assert model.masked == block_states(module.COUNTS, module.BLOCK_LENGTH, prompt, length, batch)


@pytest.mark.parametrize("steps", [1, 4, 16, 64])
@pytest.mark.parametrize(("length", "batch", "prompt"), [(64, 1, 0), (257, 3, 0), (65, 2, 7)])
def test_every_step_reveals_its_count(
    pipeline: Pipeline, steps: int, length: int, batch: int, prompt: int
) -> None:
    schedule = exported(0.4, 0.26, steps, length, rounding="cumulative")
    assert_runs(pipeline, made(schedule, "diffusers"), batch, prompt)


@pytest.mark.parametrize("prompt", [0, 5, 8, 13])
def test_blocks_are_counted_from_the_beginning_of_the_prompt(
    pipeline: Pipeline, prompt: int
) -> None:
    module = made(exported(0.9, 0.3, 12, 32), "diffusers", block_length=8)
    assert_runs(pipeline, module, 2, prompt)
    # Of eight masked tokens three steps reveal all, of the three after a prompt of 13 fewer do.
    assert len(module.COUNTS) == 3


@settings(max_examples=25, deadline=None)
@given(
    betas=st.tuples(BETAS, BETAS),
    steps=st.integers(1, 16),
    width=st.integers(4, 64),
    blocks=st.integers(1, 4),
    batch=st.integers(1, 3),
    prompt=st.integers(0, 70),
    order=st.sampled_from(["random", "confidence", "margin", "entropy"]),
)
def test_diffusers_property(
    betas: tuple[float, float],
    steps: int,
    width: int,
    blocks: int,
    batch: int,
    prompt: int,
    order: str,
) -> None:
    steps = min(steps, width)
    schedule = exported(*betas, steps * blocks, width * blocks, order=order, rounding="cumulative")
    with pytest.MonkeyPatch.context() as patch:
        pipeline = provide_standin(patch)
        assert_runs(pipeline, made(schedule, "diffusers", block_length=width), batch, prompt)


@pytest.mark.parametrize(
    ("order", "block_length"), [("confidence", 12), ("margin", None), ("entropy", 12)]
)
def test_tokens_are_those_that_were_measured(
    pipeline: Pipeline, block_length: int | None, order: str
) -> None:
    options = {"block_length": block_length, "temperature": 0.0}
    schedule = exported(1.0, 0.2, 12, 36, order=order, **options)
    module, denoiser = made(schedule, "diffusers"), bundled()
    model, prompt = Answers(denoiser, ROWS), torch.zeros(ROWS, 0, dtype=torch.int64)
    final = pipeline(
        Whole(model),
        module.MdmOptScheduler(block_length=module.BLOCK_LENGTH),
        prompt,
        model.mask,
        **module.SETTINGS,
    )
    decoding = schedule.schedule.decoding.model_copy(update=schedule.sampler.model_dump())
    assert final.equal(generate(denoiser, schedule.counts, NOISE, decoding).tokens)


@pytest.mark.parametrize(
    "rule",
    [
        threshold(0.9, temperature=0.0, block_length=6),
        threshold(0.6, temperature=0.7, block_length=12),
        entropy_bound(1.0, temperature=1.0),
        adaptive("entropy", 0.3, order="random"),
        adaptive("confidence", 0.7, order="margin", temperature=0.5, block_length=12),
    ],
)
def test_rules_reveal_what_was_measured(pipeline: Pipeline, rule: Any) -> None:
    """State by state, with the same random numbers."""
    from diffusers import BlockRefinementScheduler

    module = made(rule, "diffusers")
    model, prompt = Answers(bundled(), ROWS), torch.zeros(ROWS, 0, dtype=torch.int64)
    kind = getattr(module, "MdmOptScheduler", BlockRefinementScheduler)
    scheduler, block = kind(block_length=module.BLOCK_LENGTH), module.BLOCK_LENGTH
    own = kind is BlockRefinementScheduler

    def random_numbers(masked: torch.Tensor) -> torch.Tensor:
        start = int((model.seen[-1] == model.mask).any(0).nonzero()[0]) // block * block
        return numbers(NOISE)[..., start : start + block]

    scheduler.random_numbers = random_numbers
    network = Whole(model, masks=not own)
    final = pipeline(network, scheduler, prompt, model.mask, **module.SETTINGS)
    assert model.states(final) == measured_bundled(rule)
    if block == 36:
        # diffusers' own scheduler makes another call.
        assert len(model.seen) == max(map(len, measured_bundled(rule))) - 1 + own


def test_settings_are_those_of_the_study() -> None:
    found = render(threshold(0.9, temperature=0.0, block_length=12), "diffusers")
    given = {
        "gen_length": 36,
        "block_length": 12,
        "num_inference_steps": 12,
        "temperature": 0.0,
        "threshold": 0.9,
        "editing_threshold": None,
    }
    assert settings_of(found.text) == given
    assert "scheduler=BlockRefinementScheduler(block_length=schedule.BLOCK_LENGTH)" in found.use[1]
    for said in ("costs it another call", "no block after the current one", "eos_early_stop"):
        assert any(said in note for note in found.notes)
    drawn = render(threshold(0.9, temperature=0.5), "diffusers")
    assert "scheduler=schedule.MdmOptScheduler(block_length=" in drawn.use[1]
    assert not any("another call" in note for note in drawn.notes)
    counts = render(exported(0.4, 0.26, 6, 36), "diffusers", block_length=12)
    assert settings_of(counts.text) == given | {
        "num_inference_steps": 2,
        "temperature": 1.0,
        "threshold": 2.0,
    }
    assert "scheduler=schedule.MdmOptScheduler(block_length=" in counts.use[1]


def test_other_blocks_and_steps_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    provide_standin(monkeypatch)
    module = made(exported(0.4, 0.26, 6, 36), "diffusers", block_length=12)
    scheduler = module.MdmOptScheduler(12)
    assert scheduler.get_num_transfer_tokens(12, 2).tolist() == module.COUNTS
    assert scheduler.get_num_transfer_tokens(12, 2).dtype == torch.int64
    for found in ((32, 2), (12, 3)):
        with pytest.raises(ValueError, match="exported for blocks of 12 tokens in 2 steps each"):
            scheduler.get_num_transfer_tokens(*found)
    rule = made(adaptive(block_length=12), "diffusers").MdmOptScheduler(12)
    with pytest.raises(ValueError, match="exported for blocks of 12 tokens, not 32 in 4 steps"):
        rule.get_num_transfer_tokens(32, 4)

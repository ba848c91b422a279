"""Format llada for rules: LLaDA's and Fast-dLLM's loops reveal what was measured."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from exported_schedules import adaptive, entropy_bound, exported_rule, settings_of, threshold
from handoff.formats import rule_standins as standins
from handoff.formats.rule_standins import NOISE, ROWS, bundled, measured_bundled
from handoff.formats.standins import made
from handoff.formats.test_python_rule import MAKERS, SETTINGS
from prompted_laws import PromptedLaw

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule
from mdm_opt.processes import Noise, instance_noise


def module_of(exported: ExportedSchedule, noise: Noise = NOISE, prompt: int = 0) -> Any:
    module, numbers = made(exported, "llada"), standins.numbers(noise, prompt)
    module.random_numbers = lambda mask_index: numbers
    return module


@pytest.mark.cases(4)
@pytest.mark.parametrize(("order", "temperature", "block_length"), SETTINGS)
@pytest.mark.parametrize("kind", MAKERS)
def test_both_loops_reveal_what_was_measured(
    kind: str, order: str, temperature: float, block_length: int | None
) -> None:
    exported = MAKERS[kind](order=order, temperature=temperature, block_length=block_length)
    module, denoiser, expected = module_of(exported), bundled(), measured_bundled(exported)
    llada = standins.Answers(denoiser, ROWS)
    prompt = torch.zeros(ROWS, 0, dtype=torch.int64)
    final = module.generate(llada, prompt, mask_id=llada.mask, **module.SETTINGS)
    assert llada.states(final) == expected
    fast = standins.Answers(denoiser, ROWS)
    final = standins.fast_dllm(fast, module, batch=ROWS, **module.SETTINGS)
    assert fast.states(final) == expected
    # No call is made in vain, but for sequences that wait for others.
    calls = [len(states) - 1 for states in expected]
    assert max(calls) <= len(llada.seen) == len(fast.seen)
    if block_length is None:
        assert max(calls) == len(llada.seen)


@pytest.mark.parametrize(("cutoff", "block_length"), [(0.3, None), (0.6, 12), (0.9, 6)])
def test_fast_dllm_s_own_threshold_is_the_number(cutoff: float, block_length: int | None) -> None:
    exported = threshold(cutoff, temperature=0.0, block_length=block_length)
    module = made(exported, "llada")
    assert cutoff == module.THRESHOLD
    fast = standins.Answers(bundled(), ROWS)
    settings = {**module.SETTINGS, "threshold": module.THRESHOLD}
    final = standins.fast_dllm(fast, standins.OwnThreshold, batch=ROWS, **settings)
    assert fast.states(final) == measured_bundled(exported)


def test_the_number_is_named_where_it_is_the_rule() -> None:
    greedy = render(threshold(0.9, temperature=0.0), "llada")
    assert "threshold=schedule.THRESHOLD" in greedy.use[2]
    assert any("equally certain" in note for note in greedy.notes)
    for exported in (threshold(0.9), adaptive(), entropy_bound(), adaptive("confidence", 0.1)):
        found = render(exported, "llada")
        assert "generate.get_transfer_index = schedule.get_transfer_index" in found.use[2]
        assert "THRESHOLD" not in found.text
        drawn = any("threshold=0.9 looks at the probability of the" in n for n in found.notes)
        assert drawn == (exported.schedule.family == "threshold")


PROMPTS = [(1, 0), (0, 2), (2, 2)]


@pytest.mark.cases(12)
@pytest.mark.parametrize("guidance", [0.0, 1.3])
@pytest.mark.parametrize("end_last", [False, True])
@pytest.mark.parametrize("family", ["threshold", "adaptive", "entropy_bound"])
@pytest.mark.parametrize("order", ["confidence", "margin", "entropy"])
def test_prompts_guidance_and_ends_are_as_measured(
    family: str, order: str, guidance: float, end_last: bool
) -> None:
    values: dict[str, Any] = {"cutoff": 0.45 if family == "threshold" else 0.9}
    if family == "adaptive":
        values = {"beta_a": 0.6, "beta_b": 0.3, "cap_ratio": 2.0, "doubt": 0.9}
        values["measure"] = "entropy"
    settings = {"order": order, "guidance": guidance, "end_last": end_last, "temperature": 0.0}
    exported = exported_rule(family, values, 4, 2, **settings)
    kept_back = 0
    for seed in range(4):
        noise = instance_noise(range(3), 4, seed=seed)
        module, denoiser = module_of(exported, noise, prompt=2), PromptedLaw()
        if end_last:
            assert module.RULE["ends"] == (126081, 126348)
            module.RULE["ends"] = tuple(denoiser.end_token_ids)
        model = standins.Answers(denoiser, 3, prompt=2)
        prompt, given = torch.tensor(PROMPTS), torch.ones(3, 2)
        final = module.generate(model, prompt, given, mask_id=model.mask, **module.SETTINGS)
        expected = standins.measured(PromptedLaw(), exported, noise, PROMPTS)
        assert model.states(final) == expected
        assert (final[:, :2] == prompt).all()
        kept_back += sum(len(states) for states in expected)
    assert kept_back > 24


def test_settings_are_those_of_the_study() -> None:
    exported = adaptive(temperature=0.25, block_length=12, guidance=0.5, order="confidence")
    found = render(exported, "llada")
    assert settings_of(found.text) == {
        "steps": 12,
        "gen_length": 36,
        "block_length": 12,
        "temperature": 0.25,
        "remasking": "low_confidence",
        "cfg_scale": 0.5,
    }
    assert any("does not know cfg_scale" in note for note in found.notes)


def test_what_was_not_exported_is_refused() -> None:
    module = module_of(adaptive(block_length=12))
    masked, prompt = torch.ones(2, 12, dtype=torch.bool), torch.zeros(1, 0, dtype=torch.int64)
    assert module.get_num_transfer_tokens(masked, 4).tolist() == [[0, 1, 2, 3]] * 2
    for steps, mask_index in ((5, masked), (4, masked[:, :6])):
        with pytest.raises(ValueError, match="exported for blocks of 12 tokens in 4 steps"):
            module.get_num_transfer_tokens(mask_index, steps)
    for changed in ({"block_length": 6}, {"steps": 9}, {"gen_length": 20}):
        with pytest.raises(ValueError, match="exported for other settings"):
            module.generate(SimpleNamespace(), prompt, **{**module.SETTINGS, **changed})
    with pytest.raises(ValueError, match="call generate without one"):
        module.get_transfer_index(None, 0.0, "random", masked, None, None, 0.9)


def test_random_numbers_are_fresh_and_uniform() -> None:
    torch.manual_seed(0)
    module = made(adaptive(), "llada")
    numbers = module.random_numbers(torch.ones(50, 40, dtype=torch.bool))
    assert numbers.shape == (2, 50, 40)
    # Standard error of the mean of n uniform numbers: 1 / sqrt(12 n).
    assert abs(numbers.mean().item() - 0.5) < 4.5 / np.sqrt(12 * numbers.numel())
    assert len(numbers.unique()) == numbers.numel()

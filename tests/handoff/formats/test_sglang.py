"""Format sglang: the algorithm for SGLang reveals what its configuration says."""

from __future__ import annotations

import shlex
import types
from typing import Any

import pytest
import torch
from exported_schedules import FIXED, SCHEDULES, exported, exported_free, nonzero
from handoff.formats import standins

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.formats.sglang import ALGORITHM_FILE
from mdm_opt.handoff.schedule_file import ExportedSchedule


@pytest.fixture
def sglang_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    standins.provide_sglang(monkeypatch)


def sglang_algorithm(schedule: ExportedSchedule, **options: Any) -> Any:
    yaml = pytest.importorskip("yaml")
    found = render(schedule, "sglang", **options)
    values = yaml.safe_load(found.text)
    (code,) = found.companions.values()
    config = types.SimpleNamespace(
        algorithm_config=values, block_size=values["block_size"], mask_id=standins.MASK
    )
    return standins.artefact(code).Algorithm(config)


def test_the_configuration_is_that_of_the_schedule() -> None:
    yaml = pytest.importorskip("yaml")
    found = render(exported_free([9, 5, 2, 48]), "sglang")
    assert yaml.safe_load(found.text) == {
        "block_size": 64,
        "counts": [9, 5, 2, 48],
        "order": "random",
        "temperature": 1.0,
        "seed": 0,
    }
    assert list(found.companions) == [ALGORITHM_FILE]
    assert found.use[0].startswith(f"cp {ALGORITHM_FILE} ")
    assert "each block of 64 tokens takes 4 model calls" in found.use[2]


@pytest.mark.cases(30)
@pytest.mark.parametrize("schedule", FIXED)
@pytest.mark.parametrize("order", ["random", "confidence", "margin", "entropy"])
@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.usefixtures("sglang_installed")
def test_sglang_reveals_the_exported_counts(
    schedule: ExportedSchedule, order: str, dense: bool
) -> None:
    sampler = schedule.sampler.model_copy(update={"order": order})
    algorithm = sglang_algorithm(schedule.model_copy(update={"sampler": sampler}))
    blank = torch.full((3, schedule.schedule.length), standins.MASK)
    found, final = algorithm.run(blank, dense=dense)
    # One more call sees the finished block and keeps it.
    assert found == [[count] * 3 for count in [*nonzero(schedule.schedule.counts), 0]]
    assert (final != standins.MASK).all()


@pytest.mark.usefixtures("sglang_installed")
def test_a_block_that_begins_with_the_prompt_starts_with_the_first_step() -> None:
    algorithm = sglang_algorithm(exported(0.4, 0.26, 8, 64), block_length=32)
    counts = exported(0.4, 0.26, 4, 32).counts.tolist()
    blocks = torch.full((2, 32), standins.MASK)
    given = counts[-1] + 1
    blocks[1, :given] = 1
    found, final = algorithm.run(blocks, dense=True)
    assert [row[0] for row in found] == [*counts, 0]
    assert [row[1] for row in found] == [*counts[:2], counts[2] - 1, 0, 0]
    assert (final[1, :given] == 1).all()
    assert [row[0] for row in algorithm.run(torch.ones(1, 32).long(), dense=True)[0]] == [0]


def test_only_a_model_measured_in_its_blocks_is_verified_for_sglang() -> None:
    schedule = exported(0.4, 0.26, 8, 64)
    assert render(schedule, "sglang").notes[0].startswith("NOT verified for SGLang: it shows")
    model = {**schedule.provenance.model, "attention": "block_causal", "block_length": 32}
    origin = schedule.provenance.model_copy(update={"model": model})
    served = schedule.model_copy(update={"provenance": origin})
    assert not any("NOT verified" in note for note in render(served, "sglang").notes)
    assert "NOT verified for LLaDA2Pipeline" in render(schedule, "diffusers").text
    assert "NOT verified" not in render(served, "diffusers").notes


@pytest.mark.usefixtures("sglang_installed")
def test_every_number_of_masked_tokens_has_its_next() -> None:
    """From 4, 3 or 2 masked tokens the first step leads to 1, and the second to none."""
    algorithm = sglang_algorithm(exported_free([3, 1]))
    assert algorithm.next_masked == [0, 0, 1, 1, 1]


@pytest.mark.usefixtures("sglang_installed")
def test_sglang_draws_from_the_model_at_the_temperature() -> None:
    torch.manual_seed(0)
    schedule = exported(0.4, 0.26, 1, 512, temperature=0.5)
    algorithm = sglang_algorithm(schedule)
    logits = torch.randn(standins.VOCAB).expand(1, 512, standins.VOCAB)
    tokens = torch.full((512,), standins.MASK)
    batch = types.SimpleNamespace(batch_size=1, input_ids=tokens)
    algorithm.step(batch, logits, [None])
    weights = logits[0, 0].clone()
    weights[standins.MASK] = -torch.inf
    wanted = (weights / 0.5).softmax(-1)
    found = torch.bincount(tokens, minlength=standins.VOCAB) / 512
    error = (wanted * (1 - wanted) / 512).sqrt()
    assert ((found - wanted).abs() <= 4.5 * error + 1e-9).all()
    assert found[standins.MASK] == 0


@pytest.mark.usefixtures("sglang_installed")
def test_sglang_refuses_another_block_size() -> None:
    found = render(exported(0.4, 0.26, 8, 64), "sglang")
    (code,) = found.companions.values()
    algorithm = standins.artefact(code).Algorithm
    good = {"counts": [3, 1], "order": "random"}
    for values in (good, {**good, "counts": []}, {**good, "counts": [33, -1]}):
        config = types.SimpleNamespace(algorithm_config=values, block_size=32, mask_id=1)
        with pytest.raises(ValueError, match="counts must sum to the block size 32"):
            algorithm(config)
    config = types.SimpleNamespace(
        algorithm_config={**good, "order": "best"}, block_size=4, mask_id=1
    )
    with pytest.raises(ValueError, match="order 'best' is not accepted"):
        algorithm(config)


def test_the_command_for_sglang_holds_whatever_the_file_is_called() -> None:
    file = "a b$(touch pwned).yaml"
    command = render(SCHEDULES["fixed"], "sglang", file=file).use[1]
    assert shlex.split(command)[-1] == file
    assert command.endswith("'a b$(touch pwned).yaml'")

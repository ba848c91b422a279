"""Format sglang for rules: SGLang's algorithm, or ours, reveals what was measured."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest
import torch
from exported_schedules import adaptive, entropy_bound, threshold
from handoff.formats import rule_standins as standins
from handoff.formats.rule_standins import NOISE, ROWS, bundled, measured_bundled
from handoff.formats.standins import artefact, provide_sglang
from handoff.formats.test_python_rule import MAKERS, SETTINGS

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.formats.sglang_rule import ALGORITHM_FILE
from mdm_opt.handoff.schedule_file import ExportedSchedule

yaml = pytest.importorskip("yaml")


@pytest.fixture
def sglang_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    provide_sglang(monkeypatch)
    base: Any = sys.modules["sglang.srt.dllm.algorithm.base"]
    base.DllmAlgorithm = standins.SglangBase


def algorithm_of(exported: ExportedSchedule, mask_id: int) -> Any:
    found = render(exported, "sglang")
    values = yaml.safe_load(found.text)
    config = types.SimpleNamespace(
        algorithm_config=values, block_size=values["block_size"], mask_id=mask_id
    )
    if "--dllm-algorithm LowConfidence" in found.text:
        assert not found.companions
        return standins.LowConfidence(config)
    return artefact(found.companions[ALGORITHM_FILE]).Algorithm(config)


@pytest.mark.cases(10)
@pytest.mark.usefixtures("sglang_installed")
@pytest.mark.parametrize(("order", "temperature", "block_length"), SETTINGS)
@pytest.mark.parametrize("kind", MAKERS)
def test_sglang_reveals_what_was_measured(
    kind: str, order: str, temperature: float, block_length: int | None
) -> None:
    exported = MAKERS[kind](order=order, temperature=temperature, block_length=block_length)
    denoiser, numbers = bundled(), standins.numbers(NOISE)
    algorithm = algorithm_of(exported, denoiser.mask_token_id)
    own = isinstance(algorithm, standins.LowConfidence)
    assert own == (kind == "threshold" and temperature == 0)
    width = block_length or 36

    def switch(start: int) -> None:
        algorithm.random_numbers = lambda masked: numbers[..., start : start + width]

    model = standins.Answers(denoiser, ROWS)
    final = algorithm.generate(model, ROWS, 36, switch)
    assert model.states(final) == measured_bundled(exported)


def test_the_configuration_is_that_of_the_rule() -> None:
    greedy = render(threshold(0.9, temperature=0.0, block_length=12), "sglang")
    assert yaml.safe_load(greedy.text) == {"block_size": 12, "threshold": 0.9}
    assert "--dllm-algorithm LowConfidence --dllm-algorithm-config schedule.yaml" in greedy.use[0]
    assert any("also what is just as probable" in note for note in greedy.notes)
    shared = {"temperature": 1.0, "seed": 0, "order": "random", "block_size": 36}
    for exported, values, noted in (
        (
            threshold(0.9),
            {"threshold": 0.9, "measure": "confidence", "cutoff": 0.9, "counts": None},
            "the algorithm LowConfidence reads threshold from the same file",
        ),
        (
            entropy_bound(0.1),
            {"gamma": 0.1, "measure": "bound", "cutoff": 0.1, "counts": None},
            "the algorithm EBSampling reads gamma from the same file",
        ),
        (
            adaptive(),
            {"measure": "entropy", "cutoff": 0.3, "counts": [*adaptive_counts()]},
            "starts with the first step, too",
        ),
    ):
        found = render(exported, "sglang")
        assert yaml.safe_load(found.text) == shared | values
        assert any(noted in note for note in found.notes)
        assert list(found.companions) == [ALGORITHM_FILE]
        assert "--dllm-algorithm MdmOptRule " in found.use[1]


def adaptive_counts() -> list[int]:
    plan = adaptive().candidate.plan(adaptive().schedule.decoding, 36)
    assert plan.shares is not None
    return list(plan.shares.tolist())


@pytest.mark.usefixtures("sglang_installed")
def test_a_block_that_begins_with_the_prompt_starts_with_the_first_step() -> None:
    algorithm = algorithm_of(adaptive(), 4)
    counts = adaptive_counts()
    tokens = torch.full((36,), 4)
    tokens[:30] = 1
    states: list[Any] = [None]
    forward = types.SimpleNamespace(batch_size=1, input_ids=tokens)
    # Nothing is certain of even odds.
    assert algorithm.step(forward, torch.zeros(36, 5), states) == [False]
    assert (tokens == 4).sum() == 6 - max(1, (12 * counts[0] + 36) // 72)
    assert states == [0]


@pytest.mark.usefixtures("sglang_installed")
def test_configurations_that_fit_nothing_are_refused() -> None:
    good = {"measure": "entropy", "cutoff": 0.1, "counts": [3, 1], "order": "random"}
    algorithm = artefact(render(adaptive(), "sglang").companions[ALGORITHM_FILE]).Algorithm
    for changed, message in (
        ({"counts": [3, 2]}, "counts must sum to the block size 4"),
        ({"counts": [4, 0]}, "counts must sum to the block size 4"),
        ({"measure": "margin"}, "measure 'margin' is not accepted"),
        ({"order": "best"}, "order 'best' is not accepted"),
    ):
        config = types.SimpleNamespace(
            algorithm_config={**good, **changed}, block_size=4, mask_id=1
        )
        with pytest.raises(ValueError, match=message):
            algorithm(config)


@pytest.mark.usefixtures("sglang_installed")
def test_the_same_seed_draws_the_same_numbers() -> None:
    masked = torch.ones(2, 36, dtype=torch.bool)
    first, second = (algorithm_of(adaptive(), 4) for _ in range(2))
    one = first.random_numbers(masked)
    assert one.equal(second.random_numbers(masked))
    assert not one.equal(first.random_numbers(masked))

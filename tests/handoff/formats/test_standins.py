"""Every format in a sampler with its target's interface: the counts revealed are the exported."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pytest
import torch
from exported_schedules import exported, exported_free
from handoff.formats import standins
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule

BETAS = st.floats(0.05, 20)


def made(schedule: ExportedSchedule, name: str, **options: Any) -> types.ModuleType:
    return standins.artefact(render(schedule, name, **options).text)


@st.composite
def schedules(draw: st.DrawFn, blocks: int = 1) -> ExportedSchedule:
    """Any Beta schedule with fixed counts, that can be laid out in so many blocks."""
    steps = draw(st.integers(1, 24))
    length = draw(st.integers(steps, 96))
    return exported(
        draw(BETAS),
        draw(BETAS),
        steps=steps * blocks,
        length=length * blocks,
        rounding=draw(st.sampled_from(["full", "cumulative"])),
    )


def nonzero(counts: Any) -> list[int]:
    return [count for count in counts if count]


FIXED = [
    exported(0.4, 0.26, 8, 128),
    exported(0.4, 0.26, 8, 128, rounding="cumulative"),
    exported(1.0, 0.2, 32, 64, rounding="cumulative"),
    exported(20, 0.05, 16, 64, rounding="cumulative"),
    exported(0.05, 20, 16, 64, rounding="cumulative"),
    exported(3, 0.1, 16, 64),
    exported(20, 0.05, 16, 64),
    exported(0.05, 20, 16, 64),
    exported(0.9, 0.3, 1, 16),
    exported(0.9, 0.3, 16, 16),
    exported_free([9, 5, 2, 48]),
]


@pytest.mark.parametrize("schedule", FIXED)
@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("remasking", ["low_confidence", "random"])
def test_llada_reveals_the_exported_counts(
    schedule: ExportedSchedule, batch: int, remasking: str
) -> None:
    module = made(schedule, "llada")
    given = {**module.SETTINGS, "remasking": remasking}
    found = standins.llada(module.get_num_transfer_tokens, batch=batch, **given)
    assert found == [[count] * batch for count in schedule.schedule.counts or ()]


@pytest.mark.parametrize("blocks", [1, 2, 4])
@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("rounding", ["full", "cumulative"])
def test_llada_reveals_them_in_every_block(blocks: int, batch: int, rounding: str) -> None:
    schedule = exported(1.0, 0.2, 32, 64, rounding=rounding)
    block_length = 64 // blocks
    module = made(schedule, "llada", block_length=block_length)
    inner = exported(1.0, 0.2, 32 // blocks, block_length, rounding=rounding)
    found = standins.llada(module.get_num_transfer_tokens, batch=batch, **module.SETTINGS)
    assert found == [[count] * batch for count in inner.schedule.counts or ()] * blocks
    assert module.SETTINGS["steps"] == 32
    assert module.SETTINGS["gen_length"] == 64


@pytest.mark.parametrize("schedule", FIXED)
def test_fast_dllm_reveals_them_and_stops_when_a_block_is_full(schedule: ExportedSchedule) -> None:
    module = made(schedule, "llada")
    found = standins.fast_dllm(module.get_num_transfer_tokens, **module.SETTINGS)
    counts = list(schedule.schedule.counts or ())
    while not counts[-1]:
        counts.pop()
    assert found == [[count] for count in counts]


@settings(max_examples=30, deadline=None)
@given(
    betas=st.tuples(BETAS, BETAS),
    shape=st.sampled_from([(8, 64, 16), (12, 24, 4), (4, 8, 2), (6, 6, 1), (2, 64, 32)]),
    rounding=st.sampled_from(["full", "cumulative"]),
)
def test_what_was_measured_in_blocks_runs_in_them(
    betas: tuple[float, float], shape: tuple[int, int, int], rounding: str
) -> None:
    steps, length, block_length = shape
    schedule = exported(
        *betas,
        steps,
        length,
        rounding=rounding,
        block_length=block_length,
        order="confidence",
        guidance=0.5,
        end_last=True,
    )
    counts = schedule.schedule.counts or []
    module = made(schedule, "llada")
    found = standins.llada(module.get_num_transfer_tokens, batch=2, **module.SETTINGS)
    assert found == [[count] * 2 for count in counts]
    with pytest.MonkeyPatch.context() as patched:
        standins.provide_dllm(patched)
        module = made(schedule, "dllm")
        found = standins.dllm(module.MdmOptAlphaScheduler(), **module.SETTINGS)
    assert found == [[count] * 2 for count in nonzero(counts)]


def test_llada_refuses_what_was_not_exported() -> None:
    module = made(exported(0.4, 0.26, 8, 128), "llada", block_length=32)
    masked = torch.ones(2, 32, dtype=torch.bool)
    assert module.get_num_transfer_tokens(masked, 2).shape == (2, 2)
    for steps, mask_index in (
        (3, masked),
        (8, masked),
        (2, torch.ones(2, 64, dtype=torch.bool)),
        (2, masked & (torch.arange(32) < 31)),
        (2, torch.stack([masked[0], torch.arange(32) < 30])),
    ):
        with pytest.raises(ValueError, match="exported for blocks of 32 masked tokens in 2 steps"):
            module.get_num_transfer_tokens(mask_index, steps)


@settings(max_examples=60, deadline=None)
@given(schedule=schedules(blocks=2), blocks=st.sampled_from([1, 2]))
def test_llada_property(schedule: ExportedSchedule, blocks: int) -> None:
    block_length = schedule.schedule.length // blocks
    module = made(schedule, "llada", block_length=block_length)
    found = standins.llada(module.get_num_transfer_tokens, **module.SETTINGS)
    counts = [row[0] for row in found]
    assert counts == module.COUNTS * blocks
    assert sum(module.COUNTS) == block_length
    if blocks == 1:
        assert counts == schedule.schedule.counts


@pytest.fixture
def dllm_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    standins.provide_dllm(monkeypatch)


@pytest.mark.parametrize("schedule", FIXED)
@pytest.mark.usefixtures("dllm_installed")
def test_dllm_reveals_the_exported_counts(schedule: ExportedSchedule) -> None:
    module = made(schedule, "dllm")
    found = standins.dllm(module.MdmOptAlphaScheduler(), **module.SETTINGS)
    # dllm makes no call for a step that reveals nothing, and neither does mdm-opt.
    assert found == [[count] * 2 for count in nonzero(schedule.schedule.counts)]


@settings(max_examples=80, deadline=None)
@given(schedule=schedules(blocks=2), blocks=st.sampled_from([1, 2]))
def test_dllm_property(schedule: ExportedSchedule, blocks: int) -> None:
    values = schedule.schedule
    with pytest.MonkeyPatch.context() as patch:
        standins.provide_dllm(patch)
        module = made(schedule, "dllm", block_length=values.length // blocks)
        found = standins.dllm(module.MdmOptAlphaScheduler(), batch=1, **module.SETTINGS)
        wanted = made(schedule, "llada", block_length=values.length // blocks).COUNTS
    assert [row[0] for row in found] == nonzero(wanted) * blocks


@pytest.mark.parametrize(("steps", "length"), [(512, 4096), (1000, 2**20)])
@pytest.mark.parametrize("betas", [(0.4, 0.26), (0.05, 8.0), (20.0, 20.0)])
@pytest.mark.usefixtures("dllm_installed")
def test_dllm_rounds_long_sequences_to_the_exported_counts(
    steps: int, length: int, betas: tuple[float, float]
) -> None:
    schedule = exported(*betas, steps, length, rounding="cumulative")
    scheduler = made(schedule, "dllm").MdmOptAlphaScheduler()
    found = standins.dllm_counts(torch.tensor([length]), steps, scheduler, stochastic=False)
    assert found[0].tolist() == nonzero(schedule.schedule.counts)


@pytest.mark.usefixtures("dllm_installed")
def test_dllm_draws_the_counts_of_an_ancestral_schedule() -> None:
    schedule = exported(0.4, 0.26, 4, 64, reveal="ancestral")
    module = made(schedule, "dllm")
    assert module.SETTINGS["stochastic_transfer"]
    torch.manual_seed(0)
    found = np.array(standins.dllm(module.MdmOptAlphaScheduler(), batch=400, **module.SETTINGS))
    assert_mean_counts(found, schedule.schedule.revealed, 64)


def assert_mean_counts(found: np.ndarray, revealed: list[float], length: int) -> None:
    """Counts ``(steps, batch)`` have the means of independent tokens, to 4.5 standard errors."""
    shares = np.diff(revealed)
    error = np.sqrt(length * shares * (1 - shares) / found.shape[1])
    assert found.shape[0] == len(shares)
    np.testing.assert_array_less(np.abs(found.mean(1) - length * shares), 4.5 * error + 1e-9)


ALPHAS = [(0.4, 0.26), (0.05, 0.05), (0.05, 20.0), (20.0, 0.05), (20.0, 20.0), (1.0, 1.0)]


@pytest.mark.parametrize("betas", ALPHAS)
@pytest.mark.usefixtures("dllm_installed")
def test_dllm_scheduler_is_the_schedule(betas: tuple[float, float]) -> None:
    schedule = exported(*betas, 8, 64, reveal="ancestral")
    scheduler = made(schedule, "dllm").MdmOptAlphaScheduler()
    times = torch.linspace(0, 1, 1001)
    found = scheduler.alpha(times)
    assert found.dtype == torch.float32
    progress = 1 - times.double().numpy()
    wanted = schedule.mask_schedule.revealed(progress)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-7)
    # The derivative in float64 against mdm-opt's own, alpha' = sqrt(alpha (1 - alpha) speed^2).
    inner = torch.linspace(0.01, 0.99, 99, dtype=torch.float64)
    slope = scheduler._alpha_derivative(inner).numpy()
    at = 1 - inner.numpy()
    speed = np.sqrt(
        schedule.mask_schedule.angular_speed_squared(at)
        * schedule.mask_schedule.revealed(at)
        * schedule.mask_schedule.masked(at)
    )
    np.testing.assert_allclose(slope, -speed, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("schedule", FIXED)
@pytest.mark.usefixtures("dllm_installed")
def test_dllm_scheduler_meets_the_counts_and_is_smooth_between(schedule: ExportedSchedule) -> None:
    scheduler = made(schedule, "dllm").MdmOptAlphaScheduler()
    values = schedule.schedule
    grid = torch.arange(values.steps + 1, dtype=torch.float64) / values.steps
    boundaries = np.concatenate([[0], np.cumsum(values.counts or ())]) / values.length
    np.testing.assert_allclose(scheduler._alpha(1 - grid), boundaries, rtol=0, atol=1e-12)
    times = torch.linspace(0, 1, 2001, dtype=torch.float64)
    assert (scheduler._alpha(times).diff() <= 1e-15).all()
    # The derivative is that of the function itself, away from the boundaries.
    middle = (torch.arange(values.steps) + 0.4).double() / values.steps
    width = 1e-4 / values.steps
    rise = scheduler._alpha(middle + width) - scheduler._alpha(middle - width)
    slope = scheduler._alpha_derivative(middle)
    np.testing.assert_allclose(slope, rise / (2 * width), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["python", "dllm"])
def test_counts_of_any_shape_run_straight_between_the_boundaries(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    standins.provide_dllm(monkeypatch)
    schedule = exported_free([9, 5, 2, 48])
    module = made(schedule, name)
    for progress in np.linspace(0, 1, 33).tolist():
        found = (
            module.revealed(progress)
            if name == "python"
            else module.MdmOptAlphaScheduler().alpha(1 - progress)
        )
        wanted = float(schedule.mask_schedule.revealed(progress))
        assert found == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("schedule", [FIXED[0], FIXED[-1]])
@pytest.mark.usefixtures("dllm_installed")
def test_dllm_refuses_other_steps(schedule: ExportedSchedule) -> None:
    module = made(schedule, "dllm")
    for steps in (2, 7, 16):
        with pytest.raises(ValueError, match=f"exported for {schedule.schedule.steps} steps"):
            standins.dllm(module.MdmOptAlphaScheduler(), **{**module.SETTINGS, "steps": steps})


ANCESTRAL = [exported(a, b, 8, 64, reveal="ancestral") for a, b in ALPHAS]


@pytest.mark.parametrize("schedule", FIXED)
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("order", ["random", "confidence", "margin", "entropy"])
def test_dream_reveals_the_exported_counts(
    schedule: ExportedSchedule, batch: int, order: str
) -> None:
    sampler = schedule.sampler.model_copy(update={"order": order})
    module = made(schedule.model_copy(update={"sampler": sampler}), "dream")
    assert run_dream(module, batch) == [[each] * batch for each in schedule.schedule.counts or ()]


def run_dream(module: types.ModuleType, batch: int, **changes: Any) -> list[list[int]]:
    dream = standins.Dream()
    module.apply(dream)
    prompt = torch.zeros(batch, 3, dtype=torch.long)
    final = dream.diffusion_generate(prompt, **{**module.SETTINGS, **changes})
    return dream.model.counts(final)


@settings(max_examples=60, deadline=None)
@given(schedule=schedules())
def test_dream_property(schedule: ExportedSchedule) -> None:
    found = run_dream(made(schedule, "dream"), 1)
    assert [row[0] for row in found] == schedule.schedule.counts


@pytest.mark.parametrize("schedule", ANCESTRAL)
def test_dream_reveals_the_fractions_of_an_ancestral_schedule(schedule: ExportedSchedule) -> None:
    torch.manual_seed(0)
    module = made(schedule, "dream")
    assert module.SETTINGS["alg"] == "origin"
    found = np.array(run_dream(module, 400))
    assert_mean_counts(found, schedule.schedule.revealed, 64)


def test_dream_refuses_other_settings_and_leaves_torch_as_it_was() -> None:
    module = made(FIXED[0], "dream")
    for changes in ({"steps": 7}, {"max_new_tokens": 64}, {"alg": "origin"}):
        with pytest.raises(ValueError, match="exported for 8 steps, 128 new tokens"):
            run_dream(module, 1, **changes)
    with pytest.raises(ValueError, match="alg origin"):
        run_dream(made(ANCESTRAL[0], "dream"), 1, alg="entropy")
    run_dream(module, 1)
    assert standins.torch is torch


@pytest.mark.parametrize("schedule", FIXED)
def test_maskgit_reveals_the_exported_counts(schedule: ExportedSchedule) -> None:
    module = made(schedule, "maskgit")
    length = schedule.schedule.length
    for _ in range(2):  # the schedule can be used again
        found = standins.maskgit(module.NoiseSchedule(), timesteps=module.STEPS, length=length)
        assert found == [[count] * 2 for count in nonzero(schedule.schedule.counts)]


@settings(max_examples=60, deadline=None)
@given(schedule=schedules())
def test_maskgit_property(schedule: ExportedSchedule) -> None:
    module = made(schedule, "maskgit")
    found = standins.maskgit(
        module.NoiseSchedule(), timesteps=module.STEPS, length=schedule.schedule.length
    )
    assert [row[0] for row in found] == nonzero(schedule.schedule.counts)


def test_maskgit_refuses_other_steps_and_training() -> None:
    module = made(exported(0.4, 0.26, 9, 128), "maskgit")
    for steps in (5, 8, 17):
        with pytest.raises(ValueError, match="exported for sampling in 9 steps"):
            standins.maskgit(module.NoiseSchedule(), timesteps=steps, length=128)
    with pytest.raises(ValueError, match="exported for sampling"):
        module.NoiseSchedule()(torch.rand(4))


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
def test_sglang_enters_the_schedule_where_a_block_begins_with_the_prompt() -> None:
    algorithm = sglang_algorithm(exported(0.4, 0.26, 8, 64), block_length=32)
    counts = exported(0.4, 0.26, 4, 32).counts.tolist()
    blocks = torch.full((2, 32), standins.MASK)
    given = counts[0] + counts[1] - 1
    blocks[1, :given] = 1
    found, final = algorithm.run(blocks, dense=True)
    assert [row[0] for row in found] == [*counts, 0]
    assert [row[1] for row in found] == [1, *counts[2:], 0, 0]
    assert (final[1, :given] == 1).all()
    assert [row[0] for row in algorithm.run(torch.ones(1, 32).long(), dense=True)[0]] == [0]


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


@pytest.mark.parametrize("schedule", [*FIXED, *ANCESTRAL])
def test_python_module_has_counts_and_the_schedule(schedule: ExportedSchedule) -> None:
    module, values = made(schedule, "python"), schedule.schedule
    assert values.counts == module.COUNTS
    assert values.revealed == module.REVEALED
    assert (values.steps, values.length) == (module.STEPS, module.LENGTH)
    progress = np.linspace(0, 1, 401)
    found = [module.revealed(each) for each in progress.tolist()]
    wanted = schedule.mask_schedule.revealed(progress)
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-14)
    for bad in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="progress must lie in"):
            module.revealed(bad)


@pytest.mark.parametrize("name", ["llada", "sglang", "maskgit"])
def test_formats_of_counts_refuse_ancestral_reveal(name: str) -> None:
    with pytest.raises(InputError, match=f"format {name}: reveal: 'ancestral' is not accepted"):
        render(ANCESTRAL[0], name)

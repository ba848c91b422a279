"""Format python for births and uniform corruption: a module that needs nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from exported_schedules import GRIDS, read_back
from handoff.formats.standins import made

from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import render
from mdm_opt.handoff.formats.python_grid import observation_index

# What the networks of Blackout Diffusion are told: even in logit(alpha), from 15 to -15.
OBSERVED = 15 - 30 * np.arange(1000) / 999


@pytest.mark.parametrize("name", GRIDS)
def test_the_module_has_the_grid(name: str) -> None:
    exported = GRIDS[name]
    module, values = made(exported, "python"), exported.schedule
    assert values.revealed == module.ALPHAS
    assert exported.alphas.tolist() == module.ALPHAS
    assert (values.steps, values.length) == (module.STEPS, module.LENGTH)
    assert len(module.ALPHAS) == values.steps + 1
    assert module.ALPHAS[-1] == 1.0
    assert exported.sampler.model_dump(exclude_none=True) == module.SAMPLER


@pytest.mark.parametrize("name", GRIDS)
def test_times_are_those_of_the_corruption(name: str) -> None:
    module = made(GRIDS[name], "python")
    assert module.TIMES[-1] == 0.0
    for alpha, time in zip(module.ALPHAS, module.TIMES, strict=True):
        assert time is None if alpha == 0 else time == pytest.approx(-math.log(alpha), abs=1e-15)


@pytest.mark.parametrize("name", ["births", "uniform", "uniform, ends"])
def test_progress_reveals_what_the_schedule_does(name: str) -> None:
    """Beta schedules in closed form, wherever the grid starts and ends."""
    exported = GRIDS[name]
    module, progress = made(exported, "python"), np.linspace(0, 1, 401)
    found = [module.progress_revealed(each) for each in progress.tolist()]
    wanted = exported.mask_schedule.revealed(progress)
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-14)
    # The grid is that of the schedule between its first and last alpha.
    sampler = module.SAMPLER
    first, last = sampler.get("first_alpha", 0.0), sampler.get("last_alpha", 1.0)
    steps = module.STEPS - (last < 1)
    inner = [module.progress_revealed(k / steps) for k in range(steps + 1)]
    placed = [first + (last - first) * one for one in inner] + [1.0] * (last < 1)
    assert placed == pytest.approx(module.ALPHAS, abs=1e-12)


@pytest.mark.parametrize("name", ["births, logit", "uniform, rate"])
def test_other_schedules_are_straight_lines_between_the_steps(name: str) -> None:
    exported = GRIDS[name]
    module = made(exported, "python")
    steps = np.arange(module.STEPS + 1) / module.STEPS
    found = [module.progress_revealed(each) for each in steps.tolist()]
    assert found == pytest.approx(exported.mask_schedule.revealed(steps), abs=1e-12)
    half = module.progress_revealed(0.5 / module.STEPS)
    assert half == pytest.approx((found[0] + found[1]) / 2, abs=1e-15)


@pytest.mark.parametrize("name", GRIDS)
def test_progress_outside_is_refused(name: str) -> None:
    module = made(GRIDS[name], "python")
    for bad in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match=r"progress must lie in \[0, 1\], got"):
            module.progress_revealed(bad)


@pytest.mark.parametrize("name", ["births", "births, logit"])
def test_births_have_the_nearest_observation_times(name: str) -> None:
    module = made(GRIDS[name], "python")
    assert (module.OBSERVATION_INDICES[0], module.OBSERVATION_INDICES[-1]) == (999, 0)
    assert len(module.OBSERVATION_INDICES) == module.STEPS + 1
    inner = np.array(module.ALPHAS[1:-1])
    apart = np.abs(np.log(inner / (1 - inner))[:, None] - OBSERVED)
    chosen = apart[np.arange(len(inner)), module.OBSERVATION_INDICES[1:-1]]
    # An alpha of 1/2 is as far from the one before as from the one behind.
    assert chosen == pytest.approx(apart.min(axis=1), abs=1e-12)


def test_uniform_corruption_has_no_observation_times() -> None:
    assert not hasattr(made(GRIDS["uniform"], "python"), "OBSERVATION_INDICES")


@pytest.mark.parametrize(
    ("alpha", "index"),
    [(0.0, 999), (1e-30, 999), (1.0, 0), (1 - 1e-16, 0), (-1e-17, 999), (1 + 1e-15, 0)],
)
def test_alphas_beyond_the_observations_have_the_ends(alpha: float, index: int) -> None:
    assert observation_index(alpha) == index


def test_every_observation_time_is_nearest_to_itself() -> None:
    alphas = 1 / (1 + np.exp(-OBSERVED))
    # The first ones are too near to 1 for a logit that is right to the index.
    found = [observation_index(alpha) for alpha in alphas.tolist()]
    assert found == list(range(1000))


@pytest.mark.parametrize("name", GRIDS)
def test_the_module_imports_nothing_but_math_and_says_what_it_is(name: str) -> None:
    lines = render(GRIDS[name], "python").text.splitlines()
    imports = [line for line in lines if line.startswith(("import", "from"))]
    assert imports in (["import math"], [])
    process, steps = GRIDS[name].schedule.process, GRIDS[name].schedule.steps
    said = f"of the process {process}: {steps} steps for sequences of 5"
    assert any(said in line for line in lines if line.startswith("#"))


@pytest.mark.parametrize("name", GRIDS)
def test_the_module_keeps_the_whole_export(name: str, tmp_path) -> None:
    found = render(GRIDS[name], "python")
    assert read_back(tmp_path, found.text) == GRIDS[name]
    assert found.use[1].startswith("schedule.ALPHAS ")
    assert found.use[2].startswith("schedule.TIMES ")


@pytest.mark.parametrize("name", ["births", "uniform"])
def test_formats_of_masked_models_are_refused(name: str) -> None:
    process = GRIDS[name].schedule.process
    for other in ("llada", "mdlm", "sglang", "maskgit"):
        said = (
            f"format {other}: schedule.process: '{process}' is not accepted: this target reveals "
            "masked tokens; formats for it: json, python"
        )
        with pytest.raises(InputError) as caught:
            render(GRIDS[name], other)
        assert str(caught.value) == said


def test_blocks_are_refused() -> None:
    for name in ("python", "json"):
        with pytest.raises(InputError, match=f"format {name}: block_length: 4 is not accepted"):
            render(GRIDS["births"], name, block_length=4)

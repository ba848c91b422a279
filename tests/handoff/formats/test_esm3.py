"""Format esm3: ESM3's generate reveals what was exported."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from exported_schedules import EDGES, FIXED, exported, nonzero, schedules, settings_of
from handoff.formats.image_standins import esm3
from handoff.formats.standins import made
from hypothesis import given, settings

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule


def run(schedule: ExportedSchedule, lengths: list[int]) -> list[list[int]]:
    """The counts of proteins of these lengths."""
    registry: dict[str, Any] = {}
    module = made(schedule, "esm3")
    module.apply(registry)
    return esm3(registry, lengths, **module.SETTINGS)


@pytest.mark.parametrize("schedule", [*FIXED, *EDGES])
def test_esm3_reveals_the_exported_counts(schedule: ExportedSchedule) -> None:
    found = run(schedule, [schedule.schedule.length] * 3)
    assert found == [nonzero(schedule.schedule.counts)] * 3


@settings(max_examples=60, deadline=None)
@given(schedule=schedules())
def test_esm3_property(schedule: ExportedSchedule) -> None:
    assert run(schedule, [schedule.schedule.length]) == [nonzero(schedule.schedule.counts)]


def test_longer_proteins_keep_the_shares() -> None:
    schedule = exported(0.4, 0.26, 4, 16)
    (found,) = run(schedule, [64])
    wanted = [4 * count for count in schedule.schedule.counts or ()]
    assert [abs(a - b) <= 2 for a, b in zip(found, wanted, strict=True)] == [True] * 4


@pytest.mark.parametrize(
    ("order", "strategy", "said"),
    [
        ("random", "random", False),
        ("entropy", "entropy", False),
        ("margin", "entropy", True),
        ("confidence", "entropy", True),
    ],
)
def test_settings_are_those_of_the_study(order: str, strategy: str, said: bool) -> None:
    found = render(exported(0.4, 0.26, 4, 16, order=order, temperature=0.5), "esm3")
    assert settings_of(found.text) == {
        "schedule": "linear",
        "strategy": strategy,
        "num_steps": 4,
        "temperature": 0.5,
        "temperature_annealing": False,
    }
    assert any("which this target lacks" in note for note in found.notes) == said


def test_other_steps_are_refused() -> None:
    module = made(exported(0.4, 0.26, 4, 16), "esm3")
    assert module.NoiseSchedule()(torch.tensor(1.0)).item() * 16 == pytest.approx(0.4)
    with pytest.raises(ValueError, match="exported for sampling in 4 steps"):
        module.NoiseSchedule()(torch.tensor(1 / 3))

"""Format bionemo: bionemo-moco's step_confidence reveals what was exported."""

from __future__ import annotations

import pytest
import torch
from exported_schedules import EDGES, FIXED, exported, nonzero, schedules, settings_of
from handoff.formats.library_standins import BionemoMdlm
from handoff.formats.standins import MASK, Reveals, made
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule


def run(schedule: ExportedSchedule, batch: int) -> list[list[int]]:
    """The loop that the artefact's use shows."""
    module, mdlm, model = made(schedule, "bionemo"), BionemoMdlm(), Reveals()
    xt = torch.full((batch, module.LENGTH), MASK)
    for k in range(module.STEPS):
        xt = module.step(mdlm, model.logits(xt), xt, k)
    return model.counts(xt)


@pytest.mark.parametrize("schedule", [*FIXED, *EDGES])
def test_bionemo_reveals_the_exported_counts(schedule: ExportedSchedule) -> None:
    """One step, too, in which bionemo-moco's own would divide by zero."""
    found = run(schedule, 2)
    assert found == [[count] * 2 for count in nonzero(schedule.schedule.counts)]


@settings(max_examples=40, deadline=None)
@given(
    schedule=schedules(),
    batch=st.integers(1, 3),
    order=st.sampled_from(["random", "confidence"]),
    temperature=st.sampled_from([0.0, 1.0]),
)
def test_bionemo_property(
    schedule: ExportedSchedule, batch: int, order: str, temperature: float
) -> None:
    given = {"order": order, "temperature": temperature}
    sampler = schedule.sampler.model_copy(update=given)
    schedule = schedule.model_copy(update={"sampler": sampler})
    assert run(schedule, batch) == [[count] * batch for count in nonzero(schedule.schedule.counts)]


def test_settings_and_notes() -> None:
    plain = render(exported(), "bionemo")
    assert settings_of(plain.text) == {"logit_temperature": 1.0, "randomness": 1e9}
    assert plain.notes == ()
    cold = render(exported(order="confidence", temperature=0.0), "bionemo")
    assert settings_of(cold.text) == {"logit_temperature": 0.1, "randomness": 0.0}
    for said in ("measured in order confidence", "cannot run at temperature 0"):
        assert any(said in note for note in cold.notes)
    late = render(exported(20, 0.05, 4, 16, rounding="cumulative"), "bionemo")
    assert any("3 of 4 steps reveal no token and are left out" in note for note in late.notes)


def test_other_numbers_of_masked_tokens_are_refused() -> None:
    module = made(exported(0.4, 0.26, 4, 16), "bionemo")
    xt = torch.full((2, 16), MASK)
    xt[0, 3] = 1
    with pytest.raises(ValueError, match=r"for 16 masked tokens, .* not \[15, 16\]"):
        module.step(BionemoMdlm(), torch.randn(2, 16, 11), xt, 0)

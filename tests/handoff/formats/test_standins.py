"""What was measured in blocks runs in them, in LLaDA's sampler as in dllm's."""

from __future__ import annotations

import pytest
from exported_schedules import BETAS, exported, nonzero
from handoff.formats import standins
from handoff.formats.standins import made
from hypothesis import given, settings
from hypothesis import strategies as st


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

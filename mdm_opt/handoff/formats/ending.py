"""A noise schedule that is asked for the masked share at the end of every step, for two targets.

Both call it with the time ``(k + 1) / STEPS`` and take the whole part of a product with the number
of tokens, so a share has a part of a token more than is masked. A step that reveals nothing would
only cost a call, or be refused, so it is left out, as in mdm-opt.
"""

from __future__ import annotations

from mdm_opt.handoff.formats.base import Layout

_SOURCE = '''\
STEPS = {steps}
LENGTH = {length}
# Tokens that are masked after each step.
MASKED = {masked}


class NoiseSchedule:
    """Masked share of LENGTH tokens at the ends of the steps, the times (k + 1) / STEPS."""

    def __call__(self, t):
        place = float(t) * STEPS if t.numel() == 1 else 0.0
        step = round(place)
        if abs(place - step) > 0.01 or not 1 <= step <= STEPS:
            raise ValueError(
                f"this schedule was exported for sampling in {{STEPS}} steps, and a time of "
                f"{{t.flatten()[:3].tolist()}} ends none of them"
            )
        return torch.full_like(t, (MASKED[step - 1] + {more}) / LENGTH)


'''


def masked_after(plan: Layout) -> list[int]:
    """Tokens that are masked after each step that reveals any; the last has none left."""
    masked, left = [], plan.block_length
    for count in plan.counts or ():
        left -= count
        if count:
            masked.append(left)
    return masked


def noise_schedule(plan: Layout, more: float) -> str:
    """The code of the noise schedule, which needs torch.

    Args:
        plan: one block.
        more: part of a token that the target's rounding takes away.
    """
    masked = masked_after(plan)
    return _SOURCE.format(steps=len(masked), length=plan.block_length, masked=masked, more=more)


def left_out_note(plan: Layout) -> tuple[str, ...]:
    """That steps without tokens are left out."""
    if not plan.empty_steps:
        return ()
    return (
        f"{plan.empty_steps} of {plan.steps} steps reveal no token and are left out, as in "
        "mdm-opt, which calls no model for them.",
    )

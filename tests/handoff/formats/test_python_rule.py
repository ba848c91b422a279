"""Format python for rules: the function chooses in a loop of one's own as in ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import rule_references as references
from exported_schedules import adaptive, entropy_bound, threshold
from handoff.formats.rule_standins import NOISE, Recording, bundled, measured_bundled
from handoff.formats.standins import made

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule

MAKERS: dict[str, Callable[..., ExportedSchedule]] = {
    "threshold": threshold,
    "entropy_bound": entropy_bound,
    "entropy": adaptive,
    "confidence": lambda **options: adaptive("confidence", 0.4, **options),
    "bound": lambda **options: adaptive("bound", 0.6, **options),
}


# Order of the rest, temperature, and length of the blocks.
SETTINGS = [
    ("random", 0.0, None),
    ("random", 1.0, 12),
    ("confidence", 1.0, None),
    ("confidence", 0.0, 6),
    ("margin", 1.0, 12),
    ("entropy", 0.0, 12),
]


@pytest.mark.cases(4)
@pytest.mark.parametrize(("order", "temperature", "block_length"), SETTINGS)
@pytest.mark.parametrize("kind", MAKERS)
def test_a_loop_of_one_s_own_reveals_what_was_measured(
    kind: str, order: str, temperature: float, block_length: int | None
) -> None:
    exported = MAKERS[kind](order=order, temperature=temperature, block_length=block_length)
    module = made(exported, "python")
    assert (36, block_length or 36) == (module.LENGTH, module.BLOCK_LENGTH)
    assert temperature == module.TEMPERATURE
    for row, states in enumerate(measured_bundled(exported)):
        step, kept = 0, Recording(bundled())

        def choice(laws: dict[int, list[float]], in_order: list[int]) -> list[int]:
            nonlocal step
            assert list(laws) == in_order
            found: list[int] = module.reveal(laws, step)
            step = 0 if len(found) == len(laws) else step + 1
            return found

        final, _ = references.sampled(
            kept,  # type: ignore[arg-type]
            NOISE,
            row,
            choice,
            temperature=temperature,
            block_length=block_length,
        )
        assert [*kept.states, final] == states


def test_positions_are_chosen_of_numbers_alone() -> None:
    module = made(threshold(0.6), "python")
    assert module.chosen({4: -0.5, 2: -0.7, 9: -0.6}, {}, 0) == [2, 9]
    assert module.chosen({4: -0.5, 2: -0.3, 9: -0.5}, {}, 7) == [4]
    module = made(entropy_bound(1.0), "python")
    assert module.chosen({4: 0.7, 2: 0.3, 9: 0.9}, {}, 0) == [2, 4, 9]
    assert module.chosen({4: 0.8, 2: 0.3, 9: 0.9}, {}, 0) == [2, 4]
    assert module.chosen({4: 3.0, 2: 2.0}, {}, 0) == [2]
    module = made(adaptive(order="confidence"), "python")
    share = module.COUNTS[0] / 36
    doubts = {position: 0.1 if position < 3 else 1.0 for position in range(36)}
    found = module.chosen(doubts, {position: float(position) for position in doubts}, 0)
    assert found[:4] == [0, 1, 2, 35]
    assert len(found) - 3 == round(33 * share)


def test_the_module_imports_nothing_but_math() -> None:
    for maker in MAKERS.values():
        lines = render(maker(), "python").text.splitlines()
        assert [line for line in lines if line.startswith(("import", "from"))] == ["import math"]

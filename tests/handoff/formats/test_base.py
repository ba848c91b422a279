"""Targets, and how a schedule is laid out in blocks."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest
from exported_schedules import (
    ANCESTRAL,
    COUNTED,
    IN_BLOCKS,
    SCHEDULES,
    WITHOUT_BLOCKS,
    exported,
    exported_free,
    read_back,
    settings_of,
)

from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import FORMATS, render
from mdm_opt.handoff.formats.base import (
    Target,
    block_note,
    empty_note,
    lacking_note,
    layout,
)

IN_BLOCKS_OF = ("llada", "dllm", "sglang", "diffusers", "llada2", "sdar", "mmada")


@pytest.mark.parametrize(
    ("file", "module", "named", "importing"),
    [
        (None, "schedule", "schedule.py", "import schedule"),
        ("schedule.py", "schedule", "schedule.py", "import schedule"),
        ("mine_8.py", "mine_8", "mine_8.py", "import mine_8 as schedule"),
        ("mine", "mine", "mine", "import mine as schedule"),
        (
            "mine-8.py",
            "mine-8",
            "mine-8.py",
            "import importlib; schedule = importlib.import_module('mine-8')",
        ),
        (
            "class.py",
            "class",
            "class.py",
            "import importlib; schedule = importlib.import_module('class')",
        ),
    ],
)
def test_a_target_knows_how_its_file_is_imported(
    file: str | None, module: str, named: str, importing: str
) -> None:
    target = Target(file=file)
    assert (target.module, target.named(".py")) == (module, named)
    assert target.importing == importing


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("json", "sglang")])
def test_use_lines_are_python_and_import_the_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in ("mine_8.py", "mine-8.py", "class.py", "8.py", "it's.py", "schedule.py"):
        found = render(SCHEDULES["fixed"], name, file=file)
        ast.parse("\n".join(found.use))
    found = render(SCHEDULES["fixed"], "python", file="odd-name 8.py")
    (tmp_path / "odd-name 8.py").write_text(found.text)
    monkeypatch.syspath_prepend(str(tmp_path))
    names: dict[str, Any] = {"t": 0.5}
    exec("\n".join(found.use), names)  # noqa: S102
    assert SCHEDULES["fixed"].schedule.counts == names["schedule"].COUNTS
    sys.modules.pop("odd-name 8")


def test_one_block_is_the_schedule_itself() -> None:
    found = layout(exported_free([9, 5, 2, 48]), "llada", None)
    assert (found.blocks, found.block_length, found.steps) == (1, 64, 4)
    assert found.counts == (9, 5, 2, 48)
    assert found.boundaries == (0, 9 / 64, 14 / 64, 16 / 64, 1)
    assert found.empty_steps == 0


def test_a_linear_schedule_is_linear_in_every_block() -> None:
    """Of Beta(1/2, 1/2) the revealed fraction is the progress."""
    schedule = exported(0.5, 0.5, 8, 64)
    for block_length, blocks in ((64, 1), (32, 2), (16, 4), (8, 8)):
        found = layout(schedule, "llada", block_length)
        steps = 8 // blocks
        assert (found.blocks, found.block_length, found.steps) == (blocks, block_length, steps)
        assert found.counts == (8,) * steps
        assert found.alpha == pytest.approx([step / steps for step in range(steps + 1)])
        assert found.boundaries == pytest.approx(found.alpha)


def test_ancestral_reveal_has_fractions_and_no_counts() -> None:
    found = layout(exported(0.5, 0.5, 4, 16, reveal="ancestral"), "dllm", 8)
    assert (found.blocks, found.steps, found.counts) == (2, 2, None)
    assert found.boundaries == found.alpha == pytest.approx((0, 0.5, 1))
    assert found.empty_steps == 0


@pytest.mark.parametrize("name", ["json", "python", *WITHOUT_BLOCKS])
def test_formats_without_blocks_refuse_them(name: str) -> None:
    assert render(SCHEDULES["fixed"], name, block_length=64)
    with pytest.raises(InputError, match=f"format {name}: block_length: 32 is not accepted"):
        render(SCHEDULES["fixed"], name, block_length=32)


@pytest.mark.parametrize("name", IN_BLOCKS_OF)
def test_blocks_that_do_not_share_evenly_are_refused(name: str) -> None:
    schedule = exported(0.4, 0.26, 8, 96)
    for block_length in (12, 24, 48, 96):
        assert render(schedule, name, block_length=block_length)
    for block_length in (32, 5, 192, 1):
        message = (
            f"format {name}: block_length: {block_length} is not accepted for 8 steps over 96 "
            "tokens; accepted: 96, 48, 24, 12"
        )
        with pytest.raises(InputError, match=message):
            render(schedule, name, block_length=block_length)
    with pytest.raises(InputError, match="of the family 'free'; accepted: 64"):
        render(SCHEDULES["free"], name, block_length=32)
    # More steps than tokens in a block.
    with pytest.raises(InputError, match="4 is not accepted for 64 steps over 8 tokens"):
        render(exported(0.4, 0.26, 64, 8), name, block_length=4)


@pytest.mark.parametrize("name", IN_BLOCKS_OF)
def test_blocks_are_stated_as_not_measured(name: str) -> None:
    found = render(SCHEDULES["fixed"], name, block_length=16)
    note = "in 4 blocks of 16 tokens it was not measured"
    assert any(note in each for each in found.notes)
    assert note in found.text
    assert "here in 4 blocks of 16 tokens, 2 steps each" in found.text
    assert not any("blocks" in each for each in render(SCHEDULES["fixed"], "llada").notes)


@pytest.mark.parametrize("name", IN_BLOCKS_OF)
def test_measured_blocks_are_exported_as_they_were_measured(name: str, tmp_path: Path) -> None:
    found = render(IN_BLOCKS, name)
    assert found.text == render(IN_BLOCKS, name, block_length=16).text
    assert not any("was not measured" in note for note in found.notes)
    assert "here in 4 blocks of 16 tokens, 2 steps each" in found.text
    assert "measured in order confidence at temperature 0.0, in blocks of 16 tokens" in found.text
    assert read_back(tmp_path, found.text) == IN_BLOCKS
    for block_length in (32, 64, 8):
        message = (
            f"format {name}: block_length: {block_length} is not accepted for 8 steps over 64 "
            "tokens; accepted: 16$"
        )
        with pytest.raises(InputError, match=message):
            render(IN_BLOCKS, name, block_length=block_length)
    one = exported(0.4, 0.26, 8, 64, block_length=64)
    assert not any("not measured" in note for note in render(one, name).notes)
    assert "blocks" not in " ".join(render(one, "llada").notes)


def test_measured_counts_are_those_of_every_block() -> None:
    counts = IN_BLOCKS.counts.reshape(4, 2)
    assert (counts == counts[0]).all()
    assert counts.sum() == 64
    text = render(IN_BLOCKS, "llada").text
    assert f"COUNTS = {counts[0].tolist()}\n" in text
    assert f"counts: {counts[0].tolist()}\n" in render(IN_BLOCKS, "sglang").text
    assert settings_of(text)["steps"] == 8


@pytest.mark.parametrize("name", ["python", *WITHOUT_BLOCKS])
def test_formats_without_blocks_refuse_measured_ones(name: str) -> None:
    message = f"format {name}: the schedule was measured in blocks of 16 tokens, and this format"
    for block_length in (None, 16, 64):
        with pytest.raises(InputError, match=message):
            render(IN_BLOCKS, name, block_length=block_length)
    assert render(exported(0.4, 0.26, 8, 64, block_length=64), name)


@pytest.mark.parametrize("name", COUNTED)
def test_formats_of_counts_refuse_ancestral_reveal(name: str) -> None:
    with pytest.raises(InputError, match=f"format {name}: reveal: 'ancestral' is not accepted"):
        render(ANCESTRAL[0], name)


def test_notes_are_there_where_something_is_to_be_said() -> None:
    plain, free = exported(0.5, 0.5, 4, 16), exported_free([3, 1])
    assert block_note(plain, layout(plain, "llada", None)) == ()
    (note,) = block_note(plain, layout(plain, "llada", 8))
    assert note == (
        "The result belongs to the schedule over all 16 tokens at once: in 2 blocks of 8 tokens "
        "it was not measured."
    )
    assert empty_note(layout(free, "llada", None)) == ()
    # Nearly everything is revealed at the end.
    late = layout(exported(20, 0.05, 4, 16, rounding="cumulative"), "llada", None)
    assert late.counts == (0, 0, 0, 16)
    assert empty_note(late) == (
        "3 of 4 steps reveal no token; this target calls the model for them all the same, "
        "mdm-opt did not.",
    )


def test_only_what_was_used_is_lacking() -> None:
    both = exported(order="confidence", guidance=1.5, end_last=True)
    assert lacking_note(exported(), "guidance", "end_last") == ()
    assert lacking_note(both, "end_last", how="so beware") == (
        "The result was measured with tokens that end the text coming last, so beware.",
    )
    assert [note.split(", ")[0] for note in lacking_note(both, "guidance", "end_last")] == [
        "The result was measured with classifier-free guidance of scale 1.5",
        "The result was measured with tokens that end the text coming last",
    ]

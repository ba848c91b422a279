"""The comment that every artefact begins with."""

from __future__ import annotations

import json

import pytest
from exported_schedules import content, exported, exported_free

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.formats.base import layout
from mdm_opt.handoff.formats.header import document, shown
from mdm_opt.handoff.schedule_file import SCHEDULE_LINE, ExportedSchedule


def test_a_document_is_a_comment_the_schedule_and_the_code() -> None:
    schedule = exported(0.5, 0.5, 4, 16)
    plan = layout(schedule, "llada", 8)
    text = document(schedule, plan, "a target", ["beware", "é\n"], ["first", "then"], "CODE = 1\n")
    lines = text.splitlines()
    assert lines[0] == "# A mask schedule tuned by mdm-opt, for a target."
    assert "# here in 2 blocks of 8 tokens, 2 steps each" in lines
    assert lines[-7:-2] == [
        "# NOTE: beware",
        "# NOTE: \\xe9\\n",
        "# Use:",
        "#     first",
        "#     then",
    ]
    kept = lines[-2]
    assert kept.startswith(SCHEDULE_LINE)
    assert json.loads(kept.removeprefix(SCHEDULE_LINE)) == json.loads(schedule.to_json())
    assert lines[-1] == "CODE = 1"
    assert text.endswith("\n")


def test_header_says_what_is_not_verified() -> None:
    values = content()
    values["result"] |= {"verified": False, "gain_over_linear": None, "decision": None}
    values["provenance"]["trial"] = None
    text = render(ExportedSchedule.model_validate(values), "python").text
    assert "NOT verified (search result)" in text
    assert "no trial" in text
    assert "gain over linear" not in text


def test_header_says_what_is_to_be_done() -> None:
    values = content()
    keep = {"action": "keep", "baseline": "linear\n", "nothing_to_gain": False}
    for decision, said in (
        (values["result"]["decision"], "# decision: use it: its gain over linear is shown\n"),
        (keep, "# decision: keep linear\\n: no gain over it is shown\n"),
    ):
        values["result"]["decision"] = decision
        assert said in render(ExportedSchedule.model_validate(values), "llada").text
    del values["result"]["decision"]
    assert "decision:" not in render(ExportedSchedule.model_validate(values), "llada").text


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (exported_free([9, 5, 2]), "schedule counts of any shape: 3 steps for 16 tokens, "),
        (
            exported(1.0, 0.2, 4, 16),
            "schedule Beta(1.0, 0.2): 4 steps for 16 tokens, reveal ",
        ),
        (
            exported(0.4, 0.26, 8, 64, order="confidence", block_length=16, guidance=0.5),
            "at temperature 1.0, in blocks of 16 tokens, with guidance 0.5\n",
        ),
        (
            exported(order="margin", end_last=True),
            "measured in order margin at temperature 1.0, with tokens that end the text last\n",
        ),
        (exported(), "measured in order random at temperature 1.0\n"),
    ],
)
def test_how_it_was_measured_is_said(schedule: ExportedSchedule, said: str) -> None:
    text = document(schedule, layout(schedule, "json", None), "x", [], [], "")
    assert said in text
    assert "here in" not in text or schedule.schedule.block_length


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain_name 8.5/x:(y)+z-1", "plain_name 8.5/x:(y)+z-1"),
        ("-begins with a dash", '"-begins with a dash"'),
        ("", '""'),
        ("two\nlines", '"two\\nlines"'),
        ("é", '"\\u00e9"'),
        ("#", '"#"'),
        (None, "null"),
        (3, "3"),
    ],
)
def test_what_a_user_named_is_one_line_of_ascii(text: object, expected: str) -> None:
    assert shown(text) == expected

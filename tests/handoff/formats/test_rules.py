"""What formats of rules share: blocks, words, refusals, headers."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from exported_schedules import adaptive, entropy_bound, exported, read_back, threshold

from mdm_opt.candidates import Rule
from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import FORMATS, Target, render
from mdm_opt.handoff.formats.rules import rule_layout, rule_of, rule_said
from mdm_opt.schedules import BetaSchedule, reveal_counts

RULES = {
    "adaptive": adaptive(),
    "threshold": threshold(order="confidence", temperature=0.0, block_length=12),
    "entropy_bound": entropy_bound(),
}
TAKE_RULES = ("json", "python", "llada", "sglang", "diffusers")
TAKE_THRESHOLDS = ("llada2", "sdar")


def test_a_rule_keeps_its_blocks() -> None:
    found = rule_layout(adaptive(steps=6, block_length=12), "llada", Target())
    assert (found.blocks, found.block_length, found.steps) == (3, 12, 4)
    assert found.counts == tuple(reveal_counts(BetaSchedule(0.6, 0.3), 4, 12).tolist())
    assert found.alpha[0] == 0
    assert found.alpha[-1] == 1
    whole = rule_layout(threshold(), "llada", Target(block_length=36))
    assert (whole.blocks, whole.steps, whole.counts) == (1, 36, None)


@pytest.mark.parametrize("name", ["python", "llada", "sglang"])
@pytest.mark.parametrize("kind", RULES)
def test_other_blocks_are_refused(name: str, kind: str) -> None:
    measured = RULES[kind].schedule.block_length or 36
    assert render(RULES[kind], name, block_length=measured).text == render(RULES[kind], name).text
    message = (
        f"format {name}: block_length: 6 is not accepted, a rule keeps the measured blocks; "
        f"accepted: {measured}, or none"
    )
    with pytest.raises(InputError, match=message):
        render(RULES[kind], name, block_length=6)


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("name", FORMATS)
def test_targets_take_rules_or_refuse_them_by_name(name: str, kind: str, tmp_path: Path) -> None:
    if name in TAKE_THRESHOLDS and kind != "threshold":
        with pytest.raises(InputError, match=f"format {name}: .* knows no rule but a threshold"):
            render(RULES[kind], name)
        return
    if name not in (*TAKE_RULES, *TAKE_THRESHOLDS):
        message = (
            f"format {name}: schedule.family: '{kind}' is not accepted: .*; formats that have: "
            f"{', '.join((*TAKE_RULES, *TAKE_THRESHOLDS))}$"
        )
        with pytest.raises(InputError, match=message):
            render(RULES[kind], name)
        return
    found = render(RULES[kind], name)
    assert read_back(tmp_path, found.text) == RULES[kind]
    if name != "json":
        assert found.text.isascii()
        assert all(f"# NOTE: {note}\n" in found.text for note in found.notes)
        assert all(f"#     {line}\n" in found.text for line in found.use)
    if name in ("python", "llada"):
        ast.parse("\n".join(render(RULES[kind], name, file="mine-8.py").use))


@pytest.mark.parametrize("name", ["python", "llada", "sglang"])
def test_headers_say_what_the_rule_is(name: str) -> None:
    text = render(RULES["threshold"], name).text
    assert text.startswith("# A decoding rule tuned by mdm-opt, for ")
    for line in (
        "each step reveals all positions whose largest probability is at least 0.6; where there "
        "is none, the most certain one; at most 6 model calls on average for 36 tokens; measured "
        "in order confidence at temperature 0.0, in blocks of 12 tokens\n",
        "# here in 3 blocks of 12 tokens, at most 12 steps each\n",
        "# decision: use it: its gain over linear is shown\n",
    ):
        assert line in text


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule("entropy", 0.25, 8), "entropy is at most 0.25 nats, and of the others the share"),
        (Rule("bound", 0.1), "but the largest sum to at most 0.1 nats; where there is none"),
        (Rule("confidence", 0.9, 8), "at least 0.9, and of the others the share of a schedule of"),
    ],
)
def test_rules_in_words(rule: Rule, said: str) -> None:
    assert said in rule_said(rule)


def test_a_schedule_has_no_rule() -> None:
    with pytest.raises(ValueError, match="has no rule"):
        rule_of(exported())


def test_the_cap_is_that_of_the_exported_length() -> None:
    assert rule_of(adaptive(steps=30)).cap == 36
    assert rule_of(adaptive(steps=5)).cap == 10

"""Results in words and rows, for the terminal, the dashboard and the report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mdm_opt.config import StudyFile
from mdm_opt.results.best import BASELINE, REFERENCE
from mdm_opt.results.best_result import (
    BestResult,
    BudgetResult,
    CallsResult,
    GoalResult,
    ValueResult,
)
from mdm_opt.results.decision import Decision
from mdm_opt.statistics import needed_instances, shown_gain
from mdm_opt.words import counted

# What means something in Markdown.
_SIGNS = re.compile(r"[\\`*_{}\[\]<>|#~!&$]")


@dataclass(frozen=True)
class Row:
    """A schedule in a table of results.

    Attributes:
        cells: one for each heading.
        best: whether it is the best schedule of its step count, and not a baseline.
    """

    cells: tuple[str, ...]
    best: bool


class Measured(Protocol):
    """What has an objective: a study, its result, studies beside each other."""

    @property
    def objective(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def direction(self) -> str: ...


def metric_words(of: Measured) -> str:
    """The objective with its unit and direction."""
    better = "less" if of.direction == "minimize" else "more"
    return f"{of.objective} in {of.unit} ({better} is better)"


def headings(result: BestResult) -> tuple[str, ...]:
    """Headings of the columns of `result_rows`."""
    return (
        "steps",
        "schedule",
        "NFE",
        result.objective,
        f"{100 * result.confidence:g}% interval",
        f"gain over {_compared_with(result)}",
        "instances",
    )


def _compared_with(result: BestResult) -> str:
    """What the column of gains is about: linear, or the baseline where there is no linear."""
    linear = any(budget.gain_over_linear for budget in result.budgets)
    own = any(budget.gain_over_baseline for budget in result.budgets)
    return BASELINE if own and not linear else "linear"


def result_rows(result: BestResult) -> list[Row]:
    """Every step count with its baselines, and its best schedule last."""
    rows = []
    for budget in result.budgets:
        for name, baseline in budget.baselines.items():
            value = number(baseline.value), interval(baseline.interval)
            shown = f"{name}: {baseline.label}" if name in (BASELINE, REFERENCE) else name
            about = str(baseline.steps), shown, number(baseline.nfe)
            same = "same schedule" if baseline.same_schedule else ""
            rows.append(Row((*about, *value, same, str(baseline.instances)), False))
        for name, other in budget.families.items():
            value = number(other.value), interval(other.interval)
            about = str(budget.steps), f"best of {name}: {other.label}", calls_words(other.calls)
            rows.append(Row((*about, *value, "", str(other.instances)), False))
        gain = budget.gain_over_linear
        if _compared_with(result) == BASELINE:
            gain = budget.gain_over_baseline
        rows.append(
            Row(
                (
                    str(budget.steps),
                    f"best: {schedule_words(budget)}",
                    calls_words(budget.calls),
                    number(budget.value),
                    interval(budget.interval),
                    f"{number(gain.value)} {interval(gain.interval)}" if gain else "",
                    str(budget.instances),
                ),
                True,
            )
        )
    return rows


def calls_words(calls: CallsResult) -> str:
    """Model calls of a sequence; where they differ with what 95% stay below, and the most."""
    if calls.most == calls.mean:
        return number(calls.mean)
    most = f"95%: {calls.percentile_95:g}, most {calls.most:g}"
    return f"{number(calls.mean)} ± {calls.standard_error:.2g} ({most})"


def schedule_words(budget: BudgetResult) -> str:
    """The best schedule of a step count; where it is counts, all of them."""
    one, counts = budget.candidate, budget.candidate.counts
    if counts is None:
        return one.label
    return one.with_settings(f"counts {' '.join(map(str, counts))}")


def conclusions(result: BestResult, verify: str) -> list[str]:
    """What the table says, in words, one line for each step count.

    Args:
        result: of the study.
        verify: the command that verifies it, as it can be typed.
    """
    lines = []
    any_tested = any(budget.keeps_quality is not None for budget in result.budgets)
    for budget in result.budgets:
        head = f"{counted(budget.steps, 'step')}: "
        if result.goal is not None and budget.keeps_quality is None and any_tested:
            lines.append(head + "not tested: more calls are not shown to keep the quality")
            continue
        if not budget.verified:
            lines.append(head + f"not verified: the best of a search is biased; run '{verify}'")
            continue
        said = _gains_said(budget) if result.goal is None else [_kept_said(result.goal, budget)]
        if budget.only_score is not None:
            said = [_nothing_separated(budget.only_score)]
        if budget.decided_early:
            said[0] += f"; {budget.instances} instances decided"
        lines += [head + line for line in said]
        lines += [head + line for line in _families_said(budget)]
        if not budget.feasible:
            missed = [f"{name} by {by:.4g}" for name, by in budget.guards.items() if by > 0]
            named = f": it misses {', '.join(missed)}" if missed else ""
            lines.append(f"{head}its guards do NOT hold on the verification instances{named}")
        if budget.trials_since:
            lines.append(
                f"{head}{counted(budget.trials_since, 'trial')} "
                f"{'is' if budget.trials_since == 1 else 'are'} newer than this verification; "
                f"run '{verify}'"
            )
    if result.goal is not None and any_tested:
        lines.append(_goal_said(result.goal))
    if result.calls_reported:
        lines.append("calls are as the function reports them: the model is behind a server")
    if any(budget.better_than_linear for budget in result.budgets):
        lines.append(
            "with probability at least "
            f"{100 * (1 - result.claim_error_rate):g}% no claim 'better than linear' of this "
            "study is wrong"
        )
    return lines


def _nothing_separated(score: float) -> str:
    """What a metric is worth that says the same of everything."""
    return (
        f"the metric separates nothing: every sample of every schedule scores {number(score)}; "
        "choose another metric, or step counts at which samples differ"
    )


def _gains_said(budget: BudgetResult) -> list[str]:
    """What is known of a verified schedule beside the user's baseline and beside linear."""
    decision, gain = budget.decision, budget.gain_over_linear
    own = budget.gain_over_baseline
    found = []
    if own is not None and decision is not None:
        found.append(_gain_said(budget, own, f"the baseline {decision.baseline}", decision))
    if gain is None:
        return found or ["linear was not measured beside it"]
    said = _gain_said(budget, gain, "linear", None if own is not None else decision)
    if gain.interval[0] > 0:
        said += _equal_said(budget)
    return [*found, said]


def _equal_said(budget: BudgetResult) -> str:
    """How many linear steps are as good; empty where that was not looked for."""
    equal, ends = budget.linear_steps_for_equal_quality, budget.linear_steps_interval
    if ends is None:
        if equal is None:
            return "; linear never does" if budget.equal_linear_sought else ""
        return f"; linear needs {counted(equal, 'step')} for the same"
    low, high = ends
    if equal is None:
        return f"; linear needs at least {counted(low, 'step')} for the same"
    most = "" if high is None else f", at most {high}"
    return f"; linear needs about {counted(equal, 'step')} for the same (at least {low}{most})"


def _gain_said(
    budget: BudgetResult, gain: ValueResult, name: str, decision: Decision | None
) -> str:
    """What the gain over a baseline says, and what is to be done where that decides."""
    keep = f"; keep {name}" if decision is not None else ""
    same = budget.baselines.get(name)
    if same is not None and same.same_schedule and decision is None:
        return f"same schedule as {name}"
    if decision is not None and decision.nothing_to_gain:
        return f"same schedule as {name}: nothing to gain{keep}"
    saved = _saved_said(decision)
    if gain.interval[0] > 0:
        with_calls = saved and f", {saved}"
        return f"better than {name}{with_calls}; the interval of the gain excludes zero"
    if gain.interval[1] < 0:
        return f"worse than {name}; the interval of the gain excludes zero{keep}"
    said = f"no difference from {name} is shown; the interval of the gain includes zero"
    if saved:
        ends = interval(gain.interval)
        said = f"as good as {name} within the interval of the gain {ends}, {saved}"
        keep = keep and f"{keep} unless the calls are worth it"
    if decision is not None and decision.instances is not None:
        total = budget.instances + decision.instances
        return f"{said}; to show a gain of {number(gain.value)} takes about {total} instances"
    return said + keep


def _saved_said(decision: Decision | None) -> str:
    """The calls of a schedule that takes clearly fewer than the baseline; else empty."""
    calls = None if decision is None else decision.fewer_calls
    if calls is None:
        return ""
    return f"with {number(calls.mean)} calls of a sequence instead of {number(calls.baseline)}"


def _kept_words(goal: GoalResult) -> str:
    if goal.quality is not None:
        return f"{100 * goal.quality:g}% of the value of the reference"
    return f"the value of the reference within {number(goal.margin or 0.0)}"


def _kept_said(goal: GoalResult, budget: BudgetResult) -> str:
    """Whether a step count keeps the quality."""
    kept = _kept_words(goal)
    if budget.keeps_quality:
        return f"keeps {kept}"
    return f"is not shown to keep {kept}"


def _goal_said(goal: GoalResult) -> str:
    """The fewest calls, and how sure that is."""
    if goal.steps is None or goal.nfe is None:
        return f"no step count is shown to keep {_kept_words(goal)}; keep the reference"
    steps = counted(goal.steps, "step")
    return (
        f"fewest calls: {steps}, {number(goal.nfe)} calls of a sequence; with "
        f"probability at least {100 * (1 - goal.error_rate):g}% no step count is named that does "
        f"not keep {_kept_words(goal)}"
    )


def _families_said(budget: BudgetResult) -> list[str]:
    """Which of several families wins, and over which of them it is shown."""
    if not budget.families:
        return []
    shown = [name for name, one in budget.families.items() if one.gain_of_best.interval[0] > 0]
    others = [name for name in budget.families if name not in shown]
    said = f"the family {budget.candidate.family} is the best"
    if shown:
        said += f"; better than {', '.join(shown)}"
    if others:
        said += f"; no difference from {', '.join(others)} is shown"
    return [said]


def gain_words(study_file: StudyFile, unit: str) -> str:
    """What the verification can show, before anything is measured; empty where unknown.

    A gain; where the goal is the fewest calls, how little they lose.

    Args:
        study_file: the study.
        unit: of the objective; what a gain of shares takes is known.
    """
    if unit != "share":
        return ""
    verify = study_file.verify
    if study_file.search.goal == "calls":
        return _calls_words(study_file)
    shown = shown_gain(verify.instances, study_file.gain_confidence)
    half = needed_instances(verify.instances, shown, shown / 2)
    return (
        f"{verify.instances} verification instances show gains of {100 * shown:.3g} points and "
        f"more; {50 * shown:.3g} points take {half}"
    )


def _calls_words(study_file: StudyFile) -> str:
    """Which loss of fewer calls can be excluded, and which one may be lost."""
    search, verify = study_file.search, study_file.verify
    # One-sided, at the whole error rate: see `mdm_opt.results.fewest_calls.Kept`.
    excluded = shown_gain(verify.instances, 2 * verify.confidence - 1)
    # Of a reference that is always right a share is the most that may be lost.
    given = 1 - search.quality if search.quality is not None else search.margin
    most = given or 0.0
    takes = ""
    if 0 < most < excluded:
        takes = f", which takes {needed_instances(verify.instances, excluded, most)}"
    return (
        f"{verify.instances} verification instances show, of fewer calls that lose nothing, that "
        f"they lose less than {100 * excluded:.3g} points; at most {100 * most:.3g} may be "
        f"lost{takes}"
    )


def number(value: float) -> str:
    """A number with four digits; of 10,000 and more all before the point."""
    return f"{value:,.0f}" if 10_000 <= abs(value) < 1e15 else f"{value:.4g}"


def age(seconds: float) -> str:
    """How long ago something was, in its largest unit."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def interval(ends: tuple[float, float]) -> str:
    """Both ends of an interval, four digits each."""
    return f"[{number(ends[0])}, {number(ends[1])}]"


def markdown(text: str) -> str:
    """A text of the user's that Markdown is to show as it is, in one line."""
    return _SIGNS.sub(r"\\\g<0>", " ".join(text.split()))


def markdown_table(names: Sequence[str], rows: Iterable[Row]) -> str:
    """A Markdown table with the best schedules in bold."""
    lines = [
        "| " + " | ".join(markdown(name) for name in names) + " |",
        "| " + " | ".join("---" for _ in names) + " |",
    ]
    for row in rows:
        cells = [markdown(cell) for cell in row.cells]
        if row.best:
            cells = [f"**{cell}**" if cell else "" for cell in cells]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def fenced(text: str) -> str:
    """A text of the user's as a block of code, whatever is in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"

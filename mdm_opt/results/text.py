"""Results in words and rows, for the terminal, the dashboard and the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mdm_opt.config import StudyFile
from mdm_opt.persistence import StudyRecord
from mdm_opt.results.best import BestResult, BudgetResult
from mdm_opt.statistics import needed_instances, shown_gain, simultaneous


@dataclass(frozen=True)
class Row:
    """A schedule in a table of results.

    Attributes:
        cells: one for each heading.
        best: whether it is the best schedule of its step count, and not a baseline.
    """

    cells: tuple[str, ...]
    best: bool


def metric_words(of: BestResult | StudyRecord) -> str:
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
        "gain over linear",
        "instances",
    )


def result_rows(result: BestResult) -> list[Row]:
    """Every step count with its baselines, and its best schedule last."""
    rows = []
    for budget in result.budgets:
        instances = str(budget.instances)
        for name, baseline in budget.baselines.items():
            value = number(baseline.value), interval(baseline.interval)
            rows.append(
                Row(
                    (str(baseline.steps), name, number(baseline.nfe), *value, "", instances), False
                )
            )
        gain = budget.gain_over_linear
        rows.append(
            Row(
                (
                    str(budget.steps),
                    f"best: {schedule_words(budget)}",
                    calls_words(budget),
                    number(budget.value),
                    interval(budget.interval),
                    f"{number(gain.value)} {interval(gain.interval)}" if gain else "",
                    instances,
                ),
                True,
            )
        )
    return rows


def calls_words(budget: BudgetResult) -> str:
    """Model calls of a sequence; under a rule with what 95% of them stay below, and the most."""
    calls = budget.calls
    if calls is None:
        return number(budget.nfe)
    error = number(calls.standard_error)
    return f"{number(calls.mean)} ± {error} (95%: {calls.percentile_95:g}, most {calls.most:g})"


def schedule_words(budget: BudgetResult) -> str:
    """The best schedule of a step count; where it is counts, all of them."""
    counts = budget.candidate.counts
    return budget.candidate.label if counts is None else f"counts {' '.join(map(str, counts))}"


def conclusions(result: BestResult, verify: str) -> list[str]:
    """What the table says, in words, one line for each step count.

    Args:
        result: of the study.
        verify: the command that verifies it, as it can be typed.
    """
    lines = []
    for budget in result.budgets:
        head = f"{budget.steps} steps: "
        if not budget.verified:
            lines.append(head + f"not verified: the best of a search is biased; run '{verify}'")
            continue
        gain = budget.gain_over_linear
        if gain is not None and gain.interval[0] > 0:
            said = "better than linear; the interval of the gain excludes zero"
        elif gain is not None and gain.interval[1] < 0:
            said = "worse than linear; the interval of the gain excludes zero"
        else:
            said = "no difference from linear is shown; the interval of the gain includes zero"
            said += _needed_words(budget)
        if gain is not None and gain.interval[0] > 0:
            equal = budget.linear_steps_for_equal_quality
            if equal:
                said += f"; linear needs {equal} steps for the same"
            elif budget.equal_linear_sought:
                said += "; linear never does"
        lines.append(head + said)
        if not budget.feasible:
            lines.append(f"{head}its guards do NOT hold on the verification instances")
        if budget.trials_since:
            lines.append(
                f"{head}{budget.trials_since} trials are newer than this verification; "
                f"run '{verify}'"
            )
    if any(budget.better_than_linear for budget in result.budgets):
        lines.append(
            "with probability at least "
            f"{100 * (1 - result.claim_error_rate):g}% no claim 'better than linear' of this "
            "study is wrong"
        )
    return lines


def _needed_words(budget: BudgetResult) -> str:
    """What a gain of the measured size would need, where one was measured."""
    gain, instances = budget.gain_over_linear, budget.instances
    if gain is None or gain.value <= 0:
        return ""
    low, high = gain.interval
    needed = needed_instances(instances, (high - low) / 2, gain.value)
    if needed <= instances:
        return ""
    return f"; to show a gain of {number(gain.value)} takes about {needed} instances"


def gain_words(study_file: StudyFile, unit: str) -> str:
    """Which gain the verification can show, before anything is measured; empty where unknown.

    Args:
        study_file: the study.
        unit: of the objective; what a gain of shares takes is known.
    """
    if unit != "share":
        return ""
    verify = study_file.verify
    confidence = simultaneous(verify.confidence, len(study_file.space.steps))
    shown = shown_gain(verify.instances, confidence)
    half = needed_instances(verify.instances, shown, shown / 2)
    return (
        f"{verify.instances} verification instances show gains of {100 * shown:.3g} points and "
        f"more; {50 * shown:.3g} points take {half}"
    )


def number(value: float) -> str:
    """A number with four digits."""
    return f"{value:.4g}"


def interval(ends: tuple[float, float]) -> str:
    """Both ends of an interval, four digits each."""
    return f"[{number(ends[0])}, {number(ends[1])}]"


def markdown(text: str) -> str:
    """A text of the user's that Markdown is to show as it is, in one line."""
    folded = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>|#~!&$" else c for c in folded)


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
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"

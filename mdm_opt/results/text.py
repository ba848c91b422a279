"""Results in words and rows, for the terminal, the dashboard and the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mdm_opt.config import StudyFile
from mdm_opt.persistence import StudyRecord
from mdm_opt.results.best_result import BestResult, BudgetResult, CallsResult
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
        for name, baseline in budget.baselines.items():
            value = number(baseline.value), interval(baseline.interval)
            about = str(baseline.steps), name, number(baseline.nfe)
            rows.append(Row((*about, *value, "", str(baseline.instances)), False))
        for name, other in budget.families.items():
            value = number(other.value), interval(other.interval)
            about = str(budget.steps), f"best of {name}: {other.label}", calls_words(other.calls)
            rows.append(Row((*about, *value, "", str(other.instances)), False))
        gain = budget.gain_over_linear
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
    error = number(calls.standard_error)
    return f"{number(calls.mean)} ± {error} (95%: {calls.percentile_95:g}, most {calls.most:g})"


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
    for budget in result.budgets:
        head = f"{budget.steps} steps: "
        if not budget.verified:
            lines.append(head + f"not verified: the best of a search is biased; run '{verify}'")
            continue
        said = _gain_said(budget)
        if budget.decided_early:
            said += f"; {budget.instances} instances decided"
        lines.append(head + said)
        lines += [head + line for line in _families_said(budget)]
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


def _gain_said(budget: BudgetResult) -> str:
    """What is known of a verified schedule beside linear, and what is to be done."""
    gain, decision = budget.gain_over_linear, budget.decision
    if gain is None or decision is None:
        return "linear was not measured beside it"
    if decision.nothing_to_gain:
        return "nothing to gain: the best schedule found samples as linear does; keep linear"
    if gain.interval[0] > 0:
        said = "better than linear; the interval of the gain excludes zero"
        equal = budget.linear_steps_for_equal_quality
        if equal:
            return f"{said}; linear needs {equal} steps for the same"
        return f"{said}; linear never does" if budget.equal_linear_sought else said
    if gain.interval[1] < 0:
        return "worse than linear; the interval of the gain excludes zero; keep linear"
    said = "no difference from linear is shown; the interval of the gain includes zero"
    if decision.action == "measure" and decision.instances is not None:
        total = budget.instances + decision.instances
        return f"{said}; to show a gain of {number(gain.value)} takes about {total} instances"
    return f"{said}; keep linear"


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

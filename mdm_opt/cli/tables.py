"""Results as tables for people."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from mdm_opt.service.best import BestResult, BudgetResult


def best_table(result: BestResult) -> Table:
    """Every step count with its baselines, the best schedule and the interval of the gain."""
    better = "less" if result.direction == "minimize" else "more"
    percent = f"{100 * result.confidence:g}%"
    table = Table(
        title=escape(
            f"{result.study}: {result.objective} in {result.unit} ({better} is better), "
            f"{percent} intervals"
        ),
        title_justify="left",
    )
    table.add_column("steps", justify="right")
    table.add_column("schedule")
    table.add_column("NFE", justify="right")
    table.add_column(escape(result.objective), justify="right")
    table.add_column("interval", justify="center")
    table.add_column("gain over linear", justify="right")
    table.add_column("instances", justify="right")
    for budget in result.budgets:
        _add_budget(table, budget)
    return table


def _add_budget(table: Table, budget: BudgetResult) -> None:
    for name, baseline in budget.baselines.items():
        table.add_row(
            str(baseline.steps),
            name,
            f"{baseline.nfe:.4g}",
            _number(baseline.value),
            _interval(baseline.interval),
            "",
            str(budget.instances),
        )
    gain = budget.gain_over_linear
    table.add_row(
        str(budget.steps),
        f"best: {_schedule(budget)}",
        f"{budget.nfe:.4g}",
        _number(budget.value),
        _interval(budget.interval),
        f"{_number(gain.value)} {_interval(gain.interval)}" if gain else "",
        str(budget.instances),
        style="bold",
        end_section=True,
    )


def _schedule(budget: BudgetResult) -> str:
    if budget.beta_a is None or budget.beta_b is None:
        return f"counts {' '.join(map(str, budget.counts or ()))}"
    return f"beta({budget.beta_a:.3f}, {budget.beta_b:.3f})"


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
        if gain is not None and gain.interval[0] > 0:
            equal = budget.linear_steps_for_equal_quality
            said += (
                f"; linear needs {equal} steps for the same" if equal else "; linear never does"
            )
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


def _number(value: float) -> str:
    return f"{value:.4g}"


def _interval(ends: tuple[float, float]) -> str:
    return f"[{_number(ends[0])}, {_number(ends[1])}]"

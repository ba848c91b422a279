"""Studies beside each other, in words and rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mdm_opt.results.side_by_side import ComparedResult, Comparison, GainResult
from mdm_opt.results.text import Row, interval, number
from mdm_opt.words import counted

# Settings that are said also where all studies share them.
_SAID = ("births", "step", "order", "temperature")


def compared_headings(found: Comparison) -> tuple[str, ...]:
    """Headings of the columns of `compared_rows`; settings that all share have none."""
    return (
        "study",
        "steps",
        *_differing(found),
        "schedule",
        "NFE",
        found.objective,
        f"{100 * found.confidence:g}% interval",
        f"gain over {found.studies[0]}",
        "compared on",
    )


def compared_rows(found: Comparison) -> list[Row]:
    """Each step count of each study."""
    settings = _differing(found)
    rows = []
    for one in found.budgets:
        own = _settings(one)
        cells = (
            one.study,
            str(one.steps),
            *(own.get(name, "") for name in settings),
            one.label,
            number(one.nfe),
            number(one.value) if one.verified else f"~{number(one.value)}",
            interval(one.interval) if one.verified else "not verified",
            f"{number(one.gain.value)} {interval(one.gain.interval)}" if one.gain else "",
            _compared_on(one.gain),
        )
        rows.append(Row(cells, best=one.gain is not None and one.gain.interval[0] > 0))
    return rows


def compared_said(found: Comparison, verify: Callable[[str], str]) -> list[str]:
    """What the table says, one line for each gain.

    Args:
        found: the comparison.
        verify: the command that verifies a study, as it can be typed, by the study's name.
    """
    shared = [f"{name} {value}" for name, value in _shared(found).items()]
    lines = [f"the same in all: {', '.join(shared)}"] if shared else []
    for name in dict.fromkeys(one.study for one in found.budgets if not one.verified):
        lines.append(
            f"{name}: not verified (~): the best of a search is biased; run '{verify(name)}'"
        )
    gains = [one for one in found.budgets if one.gain is not None]
    lines += [_gain_said(one, one.gain) for one in gains if one.gain is not None]
    for one in found.budgets:
        if one.verified and not one.feasible:
            lines.append(f"{one.study}, {counted(one.steps, 'step')}: its guards do NOT hold")
    if len(gains) > 1:
        lines.append(
            f"all {len(gains)} intervals of gains hold together with {100 * found.confidence:g}% "
            "confidence"
        )
    return lines


def _gain_said(one: ComparedResult, gain: GainResult) -> str:
    head = f"{one.study}, {counted(one.steps, 'step')}: "
    other = f"{gain.study}, {counted(gain.steps, 'step')}"
    low, high = gain.interval
    if low > 0:
        said = f"better than {other}; the interval of the gain excludes zero"
    elif high < 0:
        said = f"worse than {other}; the interval of the gain excludes zero"
    else:
        said = f"no difference from {other} is shown; the interval of the gain includes zero"
    if gain.same_schedule:
        said = f"same schedule; {said}"
    if gain.unpaired:
        said += f"; not paired, for they differ in {', '.join(gain.unpaired)}"
    return head + said


def _compared_on(gain: GainResult | None) -> str:
    if gain is None:
        return ""
    return "unpaired" if gain.unpaired else f"{gain.instances} pairs"


def _settings(one: ComparedResult) -> dict[str, str]:
    """What a study is besides its schedule, by name."""
    own = {"model": one.model, "length": str(one.length)}
    sampler = {key: _shown(value) for key, value in one.sampler.items()}
    return {**own, **sampler, "trials": str(one.trials)}


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _differing(found: Comparison) -> Sequence[str]:
    """Names of settings in which studies differ."""
    all_ = [_settings(one) for one in found.budgets]
    names = dict.fromkeys(name for one in all_ for name in one)
    return [name for name in names if len({one.get(name) for one in all_}) > 1]


def _shared(found: Comparison) -> dict[str, str]:
    """Settings worth a word in which studies agree."""
    differing = _differing(found)
    own = _settings(found.budgets[0])
    return {
        name: value
        for name, value in own.items()
        if name not in differing and name in ("model", *_SAID)
    }

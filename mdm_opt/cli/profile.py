"""mdm-opt profile: the information profile of a model and what it predicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mdm_opt.cli.common import (
    console,
    example,
    interrupted,
    json_option,
    measuring,
    print_json,
    prints_aside,
    say,
    storage_option,
    typed,
    url_of,
)
from mdm_opt.errors import InputError
from mdm_opt.words import grouped

if TYPE_CHECKING:
    from mdm_opt.cli.fitting import FittingTable
    from mdm_opt.study.flatness import Flatness
    from mdm_opt.study.predictions import PredictedBudget
    from mdm_opt.study.profile_estimator import EstimatorCheck
    from mdm_opt.study.profile_result import ProfileResult, StepLoss


@click.command(
    epilog=example(
        "mdm-opt profile studies/quickstart.toml",
        "mdm-opt profile studies/quickstart.toml --steps 8,16 --sequences 64",
    )
)
@click.argument("study_file", type=click.Path(dir_okay=False))
@click.option("--steps", metavar="N,N,...", help="Step budgets.  [default: the study file's]")
@click.option(
    "--sequences",
    type=click.IntRange(4, 65536),
    help="Clean sequences to measure.  [default: as many as the study file's precision needs]",
)
@storage_option
@json_option
def profile(
    study_file: str,
    steps: str | None,
    sequences: int | None,
    storage: str | None,
    as_json: bool,
) -> None:
    """Measure the information profile of the model of STUDY_FILE, and print what it predicts.

    For every step budget: the path KL of the usual schedules, of the best Beta schedule, of the
    one fitted to the measured energy, and the limit that no schedule of random order can pass; of
    a flat profile, under which all are the same, only that. The profile is kept for the model;
    what has been measured already is not measured again.
    """
    from mdm_opt.study.profile_result import open_words, profile_study

    screen = console(err=True)
    try:
        with screen.status("loading the model") as status, prints_aside():
            result = profile_study(
                study_file, url_of(storage), measuring(status), _steps(steps), sequences
            )
    except KeyboardInterrupt as stopped:
        interrupted(stopped, None, typed(f"profile {study_file}", storage))
    if as_json:
        print_json(result.model_dump(mode="json"))
        return
    screen = console()
    screen.print(_head(result), markup=False)
    if result.check:
        screen.print(_check(result.check), markup=False)
    if result.placed:
        screen.print(_placed(result), markup=False)
    if result.flatness and result.flatness.flat:
        say(screen, _flat(result.flatness, result.budgets))
        return
    screen.print(_profile_table(result) if result.lost is None else _loss_table(result.lost))
    for budget in result.budgets:
        screen.print(_budget_table(budget, result.process))
    say(
        screen,
        "values: means over sequences that had no part in fitting the schedule, with standard "
        "errors; gains are paired",
    )
    measured = result.sequences, result.most_sequences
    say(screen, "the profile: " + open_words(result.budgets, *measured, result.precision))
    click.echo("\nnext: " + typed(f"run {study_file}", storage))


def _steps(text: str | None) -> list[int] | None:
    if text is None:
        return None
    try:
        found = sorted({int(part) for part in text.split(",")})
    except ValueError:
        found = []
    if not found or found[0] < 1:
        raise InputError(f"--steps: {text!r} is not accepted: whole numbers N,N,... of at least 1")
    return found


def _head(result: ProfileResult) -> str:
    source = "the model's own" if result.references == "model" else result.references
    orders = f"in {result.orders} random orders each"
    if result.process != "masked":
        orders = f"{result.orders} times each"
    if result.estimator == "chain":
        orders = "along the order in which each was written"
    masked = result.process == "masked"
    size = f"{result.length} {'counts' if result.process == 'births' else 'tokens'}"
    places = "boundaries" if masked else "alphas"
    return (
        f"model {result.model_fingerprint[:24]}..., {size}: "
        f"{result.sequences} sequences ({source}), {result.boundaries} {places}, "
        f"{orders}; {grouped(result.sequence_calls)} model calls in all, "
        f"{result.new_sequences} sequences measured now"
    )


def _check(check: EstimatorCheck) -> str:
    named = (
        ("independent orders", check.orders),
        ("divergences", check.divergence),
        ("entropies", check.entropy),
    )
    drops = ", ".join(f"{name} {x.value:.4g} ± {x.standard_error:.2g}" for name, x in named)
    verdict = "they agree" if check.agree else "they do not agree, so that writing says too little"
    return (
        f"fall of h over all boundaries in {check.sequences} sequences, nats a token: {drops}; "
        f"at most {check.largest_t:.2g} standard errors apart ({check.accepted_t:.2g} accepted), "
        f"the order of two tokens changes {check.exchange:.2g} nats "
        f"({check.accepted_exchange:.2g} accepted): {verdict}. What writing says has "
        f"{check.noise_ratio:.2g} of the noise of {check.orders_calls} calls a sequence for its "
        f"{check.chain_calls}"
    )


def _placed(result: ProfileResult) -> str:
    places = ", ".join(map(str, result.placed))
    return (
        "boundaries placed anew, because one interval of the first sequences held more than half "
        f"of what few steps cost: {places}"
    )


def _flat(flatness: Flatness, budgets: Sequence[PredictedBudget]) -> str:
    from mdm_opt.study.flatness import flatness_words

    words = flatness_words(flatness, [budget.steps for budget in budgets])
    return f"{words}. A search has nothing to find: keep the linear schedule"


def _profile_table(result: ProfileResult) -> FittingTable:
    table = _table("h(m): nats a masked token costs when m tokens are known")
    for column in ("known", "h", "standard error", "smoothed"):
        table.add_column(column, justify="right")
    # Enough rows to see the shape; --json has all.
    stride = max(1, (len(result.known) + 15) // 16)
    for i in range(0, len(result.known), stride):
        numbers = f"{result.mean[i]:.4g}", f"{result.standard_error[i]:.2g}"
        table.add_row(str(result.known[i]), *numbers, f"{result.smooth[i]:.4g}")
    return table


def _loss_table(lost: Sequence[StepLoss]) -> FittingTable:
    table = _table("what short steps lose, nats a sequence; few steps should share it evenly")
    for column in ("alpha", "to", "nats", "share of the root"):
        table.add_column(column, justify="right")
    roots = [max(one.nats, 0.0) ** 0.5 for one in lost]
    whole = sum(roots) or 1.0
    stride = max(1, (len(lost) + 15) // 16)
    for i in range(0, len(lost), stride):
        some = lost[i : i + stride]
        nats = sum(one.nats for one in some)
        share = sum(roots[i : i + stride]) / whole
        ends = f"{some[0].before:.4g}", f"{some[-1].after:.4g}"
        table.add_row(*ends, f"{nats:.3g}", f"{share:.1%}")
    return table


def _budget_table(budget: PredictedBudget, process: str) -> FittingTable:
    of_random_order = "of random order " if process == "masked" else ""
    table = _table(f"{budget.steps} steps: predicted path KL in nats per sequence")
    table.add_column("schedule")
    names = list(dict.fromkeys(name for row in budget.schedules for name in row.parameters))
    titles = [name.removeprefix("beta_") for name in names]
    measured = "path KL", "standard error", "gain over linear", "linear steps", "within 5%"
    for column in (*titles, *measured):
        table.add_column(column, justify="right")
    for row in budget.schedules:
        table.add_row(
            row.label,
            *(_shown(row.parameters.get(name)) for name in names),
            f"{row.value:.4g}",
            f"{row.standard_error:.2g}",
            f"{row.gain_over_linear:.4g} ± {row.gain_standard_error:.2g}",
            "never" if row.linear_steps is None else str(row.linear_steps),
            f"{row.within_5_percent:.0%}",
        )
    table.caption = (
        f"no schedule {of_random_order}is below {budget.limit_from_below:.4g} (fitted to all "
        "sequences, so on average a little low); within 5%: the probability, as far as the "
        "sequences tell, that a schedule is that near to the best Beta"
    )
    table.caption_justify = "left"
    return table


def _shown(value: float | str | None) -> str:
    return f"{value:.3f}" if isinstance(value, float) else value or ""


def _table(title: str) -> FittingTable:
    from mdm_opt.cli.fitting import FittingTable

    return FittingTable(title=title, title_justify="left")

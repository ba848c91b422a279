"""mdm-opt energy: the energies of a schedule."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from mdm_opt.cli.common import console, example, json_option, print_json, say
from mdm_opt.errors import InputError
from mdm_opt.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdm_opt.schedules import BetaSchedule, MaskSchedule


@click.command(
    epilog=example(
        "mdm-opt energy --schedule 0.9,0.3 --weight 1,1 --steps 8",
        "mdm-opt energy --schedule sine",
        "mdm-opt energy --process births --schedule logit --total-count 312.6",
        "mdm-opt energy --process uniform --schedule sine --vocab-size 2",
    )
)
@click.option(
    "--schedule",
    metavar="A,B|NAME",
    default="linear",
    show_default=True,
    help="Beta parameters of the schedule, or the name of one, such as linear, sin2, sine, logit.",
)
@click.option(
    "--process",
    type=click.Choice(["masked", "births", "uniform"]),
    default="masked",
    show_default=True,
    help="What the schedule is of.",
)
@click.option(
    "--weight",
    metavar="A,B",
    default="0.5,0.5",
    show_default=True,
    help="Beta parameters of the weight function gamma.",
)
@click.option(
    "--steps",
    type=click.IntRange(1, 4096),
    default=8,
    show_default=True,
    help="Steps of the discrete energy.",
)
@click.option(
    "--length",
    type=click.IntRange(1, 2**20),
    default=1,
    show_default=True,
    help="Tokens of a sequence.",
)
@click.option(
    "--vocab-size",
    type=click.IntRange(2, 2**24),
    default=2,
    show_default=True,
    help="Clean tokens.",
)
@click.option(
    "--total-count",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Of births: the expected sum of the counts of a sequence.",
)
@json_option
def energy(
    schedule: str,
    process: str,
    weight: str,
    steps: int,
    length: int,
    vocab_size: int,
    total_count: float,
    as_json: bool,
) -> None:
    """Print the energies of a schedule.

    Of masked models the kinetic, conditional kinetic and geodesic energy; of births the
    conditional one, which grows with the total count; of uniform corruption the conditional one
    of a token and of a sequence. Each beside the least value that any schedule has under that
    weight function. An energy that diverges, or exceeds the largest number, is inf (null in JSON).
    """
    chosen, gamma = _schedule(schedule), _beta(weight, "--weight", "")
    found, least = _energies(process, chosen, gamma, (steps, length, vocab_size, total_count))
    if as_json:
        rows = {name: {"value": found[name], "minimum": least[name]} for name in found}
        finite = {
            name: {key: value if math.isfinite(value) else None for key, value in row.items()}
            for name, row in rows.items()
        }
        settings: dict[str, str | float] = {"steps": steps, "length": length}
        settings["vocab_size"] = vocab_size
        if process != "masked":
            settings = {"process": process, **settings, "total_count": total_count}
        print_json({"schedule": chosen.name, "weight": gamma.name, **settings, "energies": finite})
        return
    tokens = f"{counted(length, 'token')} out of {vocab_size}"
    size = f"{counted(steps, 'step')}, {tokens}"
    if process == "births":
        size = f"births of {total_count:g} expected unit{'' if total_count == 1 else 's'}"
    if process == "uniform":
        size = f"uniform corruption of {tokens}"
    screen = console()
    say(screen, f"schedule {chosen.name}, weight {gamma.name}, {size}")
    for name, value in found.items():
        words = name.replace("_", " ")
        say(screen, f"{words:20} {value:<14.8g} minimum {least[name]:.8g}")
    for line in _infinite_said(process, chosen, gamma, found):
        say(screen, line)


def _infinite_said(
    process: str, schedule: MaskSchedule, weight: BetaSchedule, found: dict[str, float]
) -> Iterator[str]:
    """Why energies are infinite, a line for each reason."""
    from mdm_opt.schedules import diverging_ends
    from mdm_opt.schedules.uniform_energy import uniform_diverging_ends

    uniform = process == "uniform"
    at_start, at_end = (uniform_diverging_ends if uniform else diverging_ends)(schedule, weight)
    first, last = schedule.edge_exponents
    if at_start:
        needed = weight.beta_a / (2 if uniform else 1)
        half = "half of " if uniform else ""
        yield (
            f"inf: the integral diverges at t = 0, where alpha goes like t^{first:g}; it is "
            f"finite for powers above {needed:g}, {half}the A of --weight"
        )
    if at_end:
        yield (
            f"inf: the integral diverges at t = 1, where 1 - alpha goes like (1 - t)^{last:g}; it "
            f"is finite for powers above {weight.beta_b:g}, the B of --weight"
        )
    if not (at_start or at_end):
        for name in (name for name, value in found.items() if math.isinf(value)):
            yield f"inf: {name.replace('_', ' ')} exceeds the largest number, 1.8e308"


def _energies(
    process: str,
    schedule: MaskSchedule,
    gamma: BetaSchedule,
    size: tuple[int, int, int, float],
) -> tuple[dict[str, float], dict[str, float]]:
    """Energies by name, and the least that any schedule has.

    Args:
        process: see the option.
        schedule: alpha(t).
        gamma: the weight.
        size: steps, length, vocabulary and total count.
    """
    from dataclasses import asdict

    from mdm_opt.schedules import (
        MINIMUM_TOKEN_ENERGY,
        discrete_energy,
        energies,
        minimum_discrete_energy,
        token_energy,
    )
    from mdm_opt.schedules.uniform_energy import minimum_uniform_energy, uniform_energy

    steps, length, vocab_size, total_count = size
    if process == "births":
        unit = token_energy(schedule, gamma)
        return (
            {"unit": unit, "conditional": total_count * unit},
            {"unit": MINIMUM_TOKEN_ENERGY, "conditional": total_count * MINIMUM_TOKEN_ENERGY},
        )
    if process == "uniform":
        token = uniform_energy(schedule, gamma, vocab_size)
        smallest = minimum_uniform_energy(vocab_size)
        return (
            {"token": token, "conditional": length * token},
            {"token": smallest, "conditional": length * smallest},
        )
    found = asdict(energies(schedule, gamma, length, vocab_size))
    least = asdict(energies(gamma, gamma, length, vocab_size))
    found["discrete"] = discrete_energy(schedule, steps)
    least["discrete"] = minimum_discrete_energy(steps)
    return found, least


def _schedule(text: str) -> MaskSchedule:
    from mdm_opt.schedules import NAMED_SCHEDULES

    if text in NAMED_SCHEDULES:
        return NAMED_SCHEDULES[text]
    return _beta(text, "--schedule", f" or one of {', '.join(NAMED_SCHEDULES)}")


def _beta(text: str, option: str, otherwise: str) -> BetaSchedule:
    from mdm_opt.schedules import BETA_MAX, BETA_MIN, BetaSchedule

    try:
        a, b = (float(part) for part in text.split(","))
        if not all(BETA_MIN <= value <= BETA_MAX for value in (a, b)):
            raise ValueError(text)
        return BetaSchedule(a, b)
    except ValueError as error:
        raise InputError(
            f"{option}: {text!r} is not accepted: two numbers A,B in [{BETA_MIN:g}, {BETA_MAX:g}]"
            f"{otherwise}"
        ) from error

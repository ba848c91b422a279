"""mdm-opt energy: the three energies of a schedule."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from mdm_opt.cli.common import example, json_option, print_json
from mdm_opt.errors import InputError

if TYPE_CHECKING:
    from mdm_opt.schedules import BetaSchedule, MaskSchedule


@click.command(
    epilog=example(
        "mdm-opt energy --schedule 0.9,0.3 --weight 1,1 --steps 8",
        "mdm-opt energy --schedule sine",
    )
)
@click.option(
    "--schedule",
    metavar="A,B|NAME",
    default="linear",
    show_default=True,
    help="Beta parameters of the mask schedule, or linear, sin2, sine, cosine.",
)
@click.option(
    "--weight",
    metavar="A,B",
    default="0.5,0.5",
    show_default=True,
    help="Beta parameters of the weight function gamma.",
)
@click.option("--steps", type=click.IntRange(1, 4096), default=8, show_default=True)
@click.option("--length", type=click.IntRange(1, 2**20), default=1, show_default=True)
@click.option("--vocab-size", type=click.IntRange(2, 2**24), default=2, show_default=True)
@json_option
def energy(
    schedule: str, weight: str, steps: int, length: int, vocab_size: int, as_json: bool
) -> None:
    """Print the kinetic, conditional kinetic and geodesic energy of a mask schedule.

    Each beside the least value that any schedule has under that weight function. An energy that
    diverges, or exceeds the largest number, is inf (null in JSON).
    """
    from dataclasses import asdict

    from mdm_opt.schedules import discrete_energy, energies, minimum_discrete_energy

    chosen, gamma = _schedule(schedule), _beta(weight, "--weight", "")
    found = asdict(energies(chosen, gamma, length, vocab_size))
    least = asdict(energies(gamma, gamma, length, vocab_size))
    found["discrete"] = discrete_energy(chosen, steps)
    least["discrete"] = minimum_discrete_energy(steps)
    if as_json:
        rows = {name: {"value": found[name], "minimum": least[name]} for name in found}
        finite = {
            name: {key: value if math.isfinite(value) else None for key, value in row.items()}
            for name, row in rows.items()
        }
        settings = {"steps": steps, "length": length, "vocab_size": vocab_size}
        print_json({"schedule": chosen.name, "weight": gamma.name, **settings, "energies": finite})
        return
    click.echo(
        f"schedule {chosen.name}, weight {gamma.name}, {steps} steps, {length} tokens out of "
        f"{vocab_size}"
    )
    for name, value in found.items():
        click.echo(f"{name.replace('_', ' '):20} {value:<14.8g} minimum {least[name]:.8g}")


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

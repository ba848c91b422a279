"""The command ``mdm-opt``."""

from __future__ import annotations

import click

from mdm_opt import __version__
from mdm_opt.cli.common import Commands
from mdm_opt.cli.compare import compare
from mdm_opt.cli.doctor import doctor
from mdm_opt.cli.energy import energy
from mdm_opt.cli.export import export, sample
from mdm_opt.cli.init import init
from mdm_opt.cli.profile import profile
from mdm_opt.cli.run import best, run, verify
from mdm_opt.cli.show import dashboard, report
from mdm_opt.cli.storage import storage
from mdm_opt.cli.study import study
from mdm_opt.cli.track import track
from mdm_opt.cli.workers import launch, worker


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mdm-opt")
def main() -> None:
    """Tune the schedule of a frozen discrete diffusion model for few-step sampling."""


for command in (
    init,
    run,
    best,
    verify,
    sample,
    export,
    compare,
    dashboard,
    report,
    profile,
    study,
    launch,
    worker,
    track,
    storage,
    doctor,
    energy,
):
    main.add_command(command)

"""mdm-opt run and verify: the commands that take time."""

from __future__ import annotations

import click

from mdm_opt.cli.common import (
    adopt_option,
    console,
    example,
    interrupted,
    json_option,
    made_study,
    print_json,
    prints_aside,
    say,
    storage_option,
    tracked,
    typed,
    url_of,
)
from mdm_opt.cli.completion import name_argument


@click.command(epilog=example("mdm-opt run studies/quickstart.toml"))
@click.argument("study_file", type=click.Path(dir_okay=False))
@storage_option
@click.option("--no-verify", is_flag=True, help="Stop after the search.")
@adopt_option
@json_option
def run(study_file: str, storage: str | None, no_verify: bool, adopt: bool, as_json: bool) -> None:
    """Search the best schedules of STUDY_FILE and verify them.

    Makes the study where it does not exist. The same command resumes an interrupted one.
    """
    from mdm_opt.results.progress import search_with_progress, verify_with_progress

    screen = console(err=True)
    opened = made_study(study_file, storage, "run", adopt=adopt)
    try:
        with prints_aside(), tracked(opened.study_file, opened.repository.url, screen):
            search_with_progress(opened, screen)
            if not no_verify:
                verify_with_progress(opened, screen)
    except KeyboardInterrupt as stopped:
        interrupted(stopped, opened.queue.progress(), typed(f"run {study_file}", storage))
    _show_best(opened.name, storage, as_json)


@click.command(epilog=example("mdm-opt verify quickstart"))
@name_argument
@storage_option
@json_option
def verify(name: str, storage: str | None, as_json: bool) -> None:
    """Measure the best schedules of study NAME on fresh instances, paired with the baselines."""
    from mdm_opt.results.progress import verify_with_progress
    from mdm_opt.study.opening import open_study

    url = url_of(storage)
    screen = console(err=True)
    with screen.status("loading the model"), prints_aside():
        opened = open_study(name, url)
    try:
        with prints_aside(), tracked(opened.study_file, url, screen):
            verify_with_progress(opened, screen)
    except KeyboardInterrupt as stopped:
        interrupted(stopped, None, typed(f"verify {name}", storage))
    _show_best(name, storage, as_json)


@click.command(epilog=example("mdm-opt best quickstart", "mdm-opt best quickstart --json"))
@name_argument
@storage_option
@json_option
def best(name: str, storage: str | None, as_json: bool) -> None:
    """Show the best schedule of every step count of study NAME."""
    _show_best(name, storage, as_json)


def _show_best(name: str, storage: str | None, as_json: bool) -> None:
    from mdm_opt.results.best import best as best_of

    result = best_of(name, url_of(storage))
    if as_json:
        print_json(result.model_dump(mode="json"))
        return
    from mdm_opt.cli.tables import best_table
    from mdm_opt.results.text import conclusions

    screen = console()
    screen.print(best_table(result))
    for line in conclusions(result, typed(f"verify {name}", storage)):
        say(screen, line)
    named = None if result.goal is None else result.goal.steps
    steps = result.budgets[-1].steps if named is None else named
    export = f"export {name} --steps {steps} --out {name}-{steps}.json"
    click.echo("\nnext: " + typed(f"sample {name} --steps {steps} --count 2", storage))
    click.echo("      " + typed(export, storage))
    click.echo("      " + typed(f"report {name} --out {name}.html", storage))

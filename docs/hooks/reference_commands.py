"""The reference of the command line, made from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator

import click

from mdm_opt.cli.main import main


def page() -> str:
    """All commands with what they take, as Markdown."""
    return "\n\n".join(_command(path, command) for path, command in commands(main, "mdm-opt"))


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """The commands of a group that do something, each with what is typed."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _command(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    parts = [f"### {path}", _paragraphs(command.help or "")]
    usage = command.get_usage(context).removeprefix("Usage: ")
    parts.append(f"```text\n{usage}\n```")
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    rows = [f"| `{record[0]}` | {_cell(record[1])} |" for record in records if record]
    parts.append("\n".join(["| option | meaning |", "| --- | --- |", *rows]))
    if command.epilog:
        lines = [line.strip() for line in command.epilog.splitlines() if line.strip(" \b")]
        examples = [line for line in lines if line.startswith("mdm-opt")]
        if examples:
            parts.append("For example:\n\n```sh\n" + "\n".join(examples) + "\n```")
    return "\n\n".join(parts)


def _paragraphs(text: str) -> str:
    return text.replace("\b\n", "").replace("\f", "").strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")

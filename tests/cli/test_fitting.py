"""Tables that never cut a number."""

from __future__ import annotations

import re
from contextlib import closing
from io import StringIO

import numpy as np
import pytest
from commands import succeed
from compared_studies import add_study
from rich.cells import cell_len
from rich.console import Console
from study_files import database, write_study

from mdm_opt.cli.doctor import say_checks
from mdm_opt.cli.fitting import FittingTable
from mdm_opt.doctor.checks import Check
from mdm_opt.persistence import Repository

HEADINGS = ("steps", "schedule", "NFE", "validity", "95% interval", "gain over linear")
ROWS = [
    ("8", "linear", "7.984", "0.1234", "[0.1012, 0.1456]", ""),
    (
        "8",
        "best: Beta(0.812, 0.333), temperature 0.8",
        "7.984 ± 0.12 (95%: 8, most 9)",
        "0.5678",
        "[0.5012, 0.6456]",
        "0.01234 [0.001122, 0.02345]",
    ),
]
WIDTHS = (30, 40, 60, 80, 100, 120, 200)


def table(rows=ROWS, headings=HEADINGS, **options):
    found = FittingTable(title="quickstart: validity in share", **options)
    for name in headings:
        found.add_column(name, justify="right")
    for row in rows:
        found.add_row(*row)
    return found


def printed(shown, width):
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(shown)
    return console.file.getvalue()


def words(text):
    """What stands between spaces and lines."""
    return re.sub("[│┃┏┳┓┡╇┩└┴┘━─┌┬┐├┼┤╞╪╡]", " ", text).split()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_word_is_whole_and_no_line_too_long(width):
    text = printed(table(caption="below 1.2345"), width)
    found = words(text)
    for cell in (*HEADINGS, *(cell for row in ROWS for cell in row), "below 1.2345"):
        assert [word for word in cell.split() if word not in found] == []
    assert "…" not in text
    assert max(map(cell_len, text.splitlines())) <= width


def test_it_is_a_table_where_its_words_fit_and_blocks_elsewhere():
    least = sum(
        max(len(w) for c in column for w in c.split())
        for column in zip(*ROWS, HEADINGS, strict=True)
    )
    narrowest = least + 3 * len(HEADINGS) + 1
    assert "│" in printed(table(), narrowest)
    blocks = printed(table(), narrowest - 1)
    assert "│" not in blocks
    # An empty cell is left out.
    assert [line.split()[0] for line in blocks.splitlines() if line.strip()][1:6] == [
        "steps", "schedule", "NFE", "validity", "95%",
    ]  # fmt: skip
    assert blocks.count("gain over linear") == 1


def test_short_columns_are_whole_before_long_ones():
    text = printed(table(), 120)
    assert "[0.1012, 0.1456]" in text
    assert "[0.5012, 0.6456]" in text


def test_markup_is_kept_as_it_was_escaped():
    text = printed(table(rows=[("1", r"\[red]x", "1", "1", "1", "1")] * 2), 40)
    assert "[red]x" in text


def test_a_word_that_is_wider_than_the_console_is_folded():
    text = printed(table(rows=[("1", "m" * 90, "1", "1", "1", "1")]), 40)
    assert text.count("m") == 90
    assert max(map(cell_len, text.splitlines())) <= 40


@pytest.fixture
def narrow(monkeypatch):
    """Makes standard output a terminal of so many columns."""

    def sized(columns):
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLUMNS", str(columns))

    return sized


def plain(text):
    """A text without the codes of a terminal."""
    return re.sub("\x1b\\[[0-9;]*m", "", text)


def numbers(text):
    # Without ages, which grow.
    return re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", re.sub(r"\d+ s\b", "", text))


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    """Two studies, one of them long and of a rule, and a study file."""
    folder = tmp_path_factory.mktemp("narrow")
    scores = np.random.default_rng(0).normal(size=(2, 40))
    with closing(Repository(database(folder), create=True)) as repository:
        add_study(repository, "a", {4: scores[0], 8: scores[1]})
        name = "a-study-with-a-name-of-many-words"
        add_study(repository, name, {4: scores[0] + 1}, verified=False)
    write_study(folder)
    return folder


COMMANDS = (
    ("best", "a"),
    ("study", "list"),
    ("compare", "a", "a-study-with-a-name-of-many-words"),
    ("energy", "--schedule", "0.9,0.3", "--length", "96", "--vocab-size", "30"),
    ("profile", "study.toml", "--sequences", "8"),
)


@pytest.mark.cases(2)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_commands_cut_nothing_in_narrow_terminals(storage, narrow, command, monkeypatch):
    monkeypatch.chdir(storage)
    stored = () if command[0] == "energy" else ("--storage", database(storage))
    if command[0] == "profile":
        succeed(*command, *stored)
    wide = succeed(*command, *stored).stdout
    for columns in (40, 60, 80):
        narrow(columns)
        text = plain(succeed(*command, *stored).stdout)
        said, _, _ = text.partition("\nnext: ")
        assert "…" not in text
        assert max(map(cell_len, said.splitlines())) <= columns
        # Headings are said again in every block.
        assert set(numbers(text)) == set(numbers(wide))


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_what_the_doctor_finds_is_folded_between_words(narrow, capsys, columns):
    narrow(columns)
    found = "one forward of 64 sequences: 1.23456 ms, 51840.25 sequences/s, 12345678.5 in all"
    say_checks(iter([Check("speed", "warn", found, "set [model] batch_size = 64")]))
    text = plain(capsys.readouterr().out)
    assert max(map(cell_len, text.splitlines())) <= columns
    assert numbers(text) == [*numbers(found), "64"]

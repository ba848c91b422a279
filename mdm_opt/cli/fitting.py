"""Tables that never cut a number: where one is too wide its rows stand below each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markup import render
from rich.table import Table
from rich.text import Text

# What a column takes besides its text: a space at each side and a line; the table one line more.
_BESIDE, _EDGE = 3, 1


class FittingTable(Table):
    """A table whose columns are at least as wide as their longest word.

    Where the console is too narrow for that, every row is a block of lines, each with a heading
    and its value; values are folded between words. Cells and headings are texts with markup.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draws it as a table or as blocks (rich)."""
        columns = [list(map(_text, (column.header, *column.cells))) for column in self.columns]
        widths = _widths(columns, options.max_width)
        if widths is None:
            yield from self._blocks(columns, options.max_width)
            return
        for column, width in zip(self.columns, widths, strict=True):
            column.width, column.overflow = width, "fold"
        yield from super().__rich_console__(console, options)

    def _blocks(self, columns: Sequence[Sequence[Text]], width: int) -> Iterator[Text | Table]:
        """The rows below each other; cells without a text are left out."""
        if self.title:
            yield Text.from_markup(str(self.title), style="italic", overflow="fold")
        names = [column[0] for column in columns]
        widest = min(width // 2, max((cell_len(name.plain) for name in names), default=0))
        for row, cells in zip(self.rows, zip(*(c[1:] for c in columns), strict=True), strict=True):
            block = Table.grid(padding=(0, 1))
            block.add_column(width=widest, overflow="fold")
            block.add_column(overflow="fold")
            for name, cell in zip(names, cells, strict=True):
                if cell.plain:
                    block.add_row(name, cell, style=row.style)
            yield Text()
            yield block
        if self.caption:
            yield Text()
            yield Text.from_markup(str(self.caption), style="dim italic", overflow="fold")


def _text(cell: object) -> Text:
    return cell if isinstance(cell, Text) else render(str(cell))


def _widths(columns: Sequence[Sequence[Text]], width: int) -> list[int] | None:
    """Widths of columns in which no word is broken; None where there are none so narrow."""
    room = width - _EDGE - _BESIDE * len(columns)
    least = [max(map(_longest_word, column), default=0) for column in columns]
    whole = [max((cell_len(text.plain) for text in column), default=0) for column in columns]
    spare = room - sum(least)
    if spare < 0:
        return None
    # What is left makes columns whole, those first that lack least: intervals rather than labels.
    widths = list(least)
    for at in sorted(range(len(columns)), key=lambda at: whole[at] - least[at]):
        more = min(spare, whole[at] - least[at])
        widths[at], spare = widths[at] + more, spare - more
    return widths


def _longest_word(text: Text) -> int:
    return max(map(cell_len, text.plain.split()), default=0)

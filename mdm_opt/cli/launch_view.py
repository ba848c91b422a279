"""One live picture of a launch; lines now and then where there is no terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mdm_opt.cli.fitting import FittingTable
from mdm_opt.persistence import StudyRecord
from mdm_opt.run.launch import LaunchState
from mdm_opt.words import counted

_LINE_SECONDS = 30.0


class LaunchView:
    """Shows the states of a launch while it is entered.

    Args:
        console: where to.
        record: the study.
        workers: how many were asked for.
    """

    def __init__(self, console: Console, record: StudyRecord, workers: int) -> None:
        self._console = console
        self._record = record
        self._asked = workers
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        self._last_line = -_LINE_SECONDS
        self._begun = self._settled = False

    def __enter__(self) -> LaunchView:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, state: LaunchState) -> None:
        """Shows a state."""
        if not self._begun:
            self._begun = True
            started = counted(self._asked, "worker")
            self.say(f"study {self._record.name}: started {started}")
        for line in state.news:
            self.say(line)
        if self._console.is_terminal:
            self._live.update(self._picture(state))
            return
        news = state.progress.settled and not self._settled
        if news or state.seconds - self._last_line >= _LINE_SECONDS:
            self._last_line, self._settled = state.seconds, state.progress.settled
            self.say("; ".join(self._facts(state)))

    def say(self, line: str) -> None:
        """Prints a line above the picture."""
        self._console.print(line, markup=False, soft_wrap=True)

    def _facts(self, state: LaunchState) -> Iterable[str]:
        progress = state.progress
        yield f"{progress.finished}/{progress.total} trials"
        yield f"{progress.running} running"
        yield f"{progress.failed} failed"
        unit = self._record.unit
        best = ", ".join(f"{n} steps {value:.4g}" for n, value in sorted(state.best.items()))
        yield f"best so far: {best} {unit}" if best else "best so far: none yet"
        restarts = counted(state.restarts, "restart")
        yield f"{len(state.workers)} of {counted(self._asked, 'worker')} alive, {restarts}"
        if state.seconds_left is not None:
            yield f"time left: {_clock(state.seconds_left)}"
        else:
            yield f"time left: unknown, no trial finished for {_clock(state.silent_seconds)}"

    def _picture(self, state: LaunchState) -> RenderableType:
        progress = state.progress
        bar = ProgressBar(total=max(1, progress.total), completed=progress.finished, width=40)
        table = FittingTable("worker", "host", "process", "device", "last heartbeat", box=None)
        for worker in state.workers:
            silent = f"{max(0.0, worker.silent_seconds):.0f} s ago"
            row = (str(worker.id), worker.host, str(worker.pid), worker.device, silent)
            table.add_row(*row)
        first, *others = self._facts(state)
        top = Table.grid(padding=(0, 1))
        top.add_row(bar, Text(first))
        lines = [Text(fact) for fact in [*others, f"running for {_clock(state.seconds)}"]]
        return Group(top, *lines, table)


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))

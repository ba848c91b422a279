"""SIGTERM, Ctrl-C and a closed terminal, let in where they can do no harm."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Stopped(KeyboardInterrupt):
    """Somebody asked this process to stop; ``exit_code`` is what it should return."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


class StopSignal:
    """Catches SIGTERM, SIGINT and SIGHUP for as long as it is entered.

    They are let in inside `allowed`, where a measurement runs, and kept back elsewhere, where
    trials are being taken and finished. A second Ctrl-C is not kept back. Outside the main
    thread, which alone can catch signals, `stop` does the same from another thread, at the next
    `allowed`.
    """

    _CAUGHT = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def __init__(self) -> None:
        self._number: int | None = None
        self._open = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> StopSignal:
        if threading.current_thread() is threading.main_thread():
            # Under nohup, closing the terminal is to be survived.
            caught = [
                number
                for number in self._CAUGHT
                if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN
            ]
            self._before = {number: signal.signal(number, self._handle) for number in caught}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def stop(self) -> None:
        """Asks to stop, as SIGTERM does."""
        self._number = signal.SIGTERM

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Lets signals interrupt what runs inside.

        Raises:
            Stopped: where one has come or comes.
        """
        self._open = True
        try:
            self._raise_if_asked()
            yield
        finally:
            self._open = False

    def sleep(self, seconds: float) -> None:
        """Sleeps, unless asked to stop."""
        end = time.monotonic() + seconds
        with self.allowed():
            while (left := end - time.monotonic()) > 0:
                time.sleep(min(left, 0.2))
                self._raise_if_asked()

    def _raise_if_asked(self) -> None:
        if self._number is not None:
            raise Stopped(self._number)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        # Cluster managers signal the whole group, and the launch hands SIGTERM on: only a person
        # who presses Ctrl-C again does not want to wait.
        again = self._number is not None and number == signal.SIGINT
        self._number = number
        if self._open or again:
            raise Stopped(number)

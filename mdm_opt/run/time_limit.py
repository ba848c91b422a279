"""How long a measurement may take, and what is said of one that takes too long."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from mdm_opt import supervised
from mdm_opt.persistence import MeasurementRecord
from mdm_opt.study.opening import OpenStudy

# Times the longest measurement so far, scaled to this one: a shared machine may be that slow.
_LIMIT_TIMES, _WARNING_TIMES = 20.0, 5.0
# Short measurements are disturbed by anything.
_LEAST_LIMIT_SECONDS, _LEAST_WARNING_SECONDS = 300.0, 60.0
# Where nothing is known yet.
_FIRST_WARNING_SECONDS = 600.0


class TimeLimit:
    """Ends this process where a measurement hangs, after a warning.

    The system ends it, so that code which holds the interpreter's lock ends, too; the process that
    watches over this one counts it as a failure of the trial and goes on. Where nobody does, as
    under `mdm_opt.tune`, there are warnings only.

    Args:
        opened: the study, whose `[search] trial_seconds` is taken where it is given.
        report: called with a warning, from another thread.
    """

    def __init__(self, opened: OpenStudy, report: Callable[[str], None]) -> None:
        self._given = opened.study_file.search.trial_seconds
        self._instances = opened.sets.search
        self._steps = max(opened.study_file.space.steps)
        self._device = opened.problem.denoiser.device.type
        self._report = report
        # Of one instance, the longest so far, by steps.
        self._seconds: dict[int, float] = {}

    def learn(self, records: Iterable[MeasurementRecord]) -> None:
        """Learns from what was measured on this kind of device."""
        for record in records:
            if record.device.partition(":")[0] == self._device:
                steps, one = record.candidate.steps, record.seconds / record.instances
                self._seconds[steps] = max(one, self._seconds.get(steps, 0.0))

    def seconds(self, instances: int, steps: int) -> float | None:
        """How long a measurement may take; None where nothing is known yet."""
        if self._given is not None:
            more = max(1.0, instances / self._instances) * max(1.0, steps / self._steps)
            return self._given * more
        usual = self._usual(instances, steps)
        return None if usual is None else max(_LEAST_LIMIT_SECONDS, _LIMIT_TIMES * usual)

    def _usual(self, instances: int, steps: int) -> float | None:
        """The longest that a measurement would take if more steps took longer, and fewer not."""
        known = [one * max(1.0, steps / of) for of, one in self._seconds.items()]
        return instances * max(known) if known else None

    @contextmanager
    def __call__(self, doing: str, instances: int, steps: int) -> Iterator[None]:
        """Bounds a measurement.

        Args:
            doing: what is measured, for messages.
            instances: it is measured on.
            steps: of the candidate.
        """
        limit = self.seconds(instances, steps)
        supervised.tell(doing=doing, limit=limit)
        try:
            with self._warning(doing, limit, instances, steps), _ended_after(limit):
                yield
        finally:
            supervised.tell(limit=None)

    @contextmanager
    def _warning(
        self, doing: str, limit: float | None, instances: int, steps: int
    ) -> Iterator[None]:
        usual = self._usual(instances, steps)
        after = self._warning_seconds(limit, usual)
        words = [f"{doing} has taken {after:.0f} s"]
        if usual is not None:
            words.append(f"{usual:.2g} s would be usual")
        if limit is None:
            words.append("there is no limit yet; [search] trial_seconds sets one")
        elif supervised.active():
            words.append(f"it is given up after {limit:.0f} s")
        timer = threading.Timer(after, self._report, ["; ".join(words)])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _warning_seconds(self, limit: float | None, usual: float | None) -> float:
        if limit is None:
            return _FIRST_WARNING_SECONDS
        if self._given is not None or usual is None:
            return limit / 2
        return max(_LEAST_WARNING_SECONDS, _WARNING_TIMES * usual)


@contextmanager
def _ended_after(limit: float | None) -> Iterator[None]:
    """Has the system end this process after a time, where its starter does not."""
    if limit is None or not supervised.ends_itself():
        yield
        return
    if threading.current_thread() is threading.main_thread():
        # Foreign code may have left a handler of its own.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)

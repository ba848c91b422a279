"""Starts worker loops in several processes at once and collects what they say."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

SCRIPT = Path(__file__).with_name("loops.py")


@dataclass(frozen=True)
class Result:
    """What many loops did."""

    wall_seconds: float
    trial_seconds: list[float]
    errors: list[str]
    peak_connections: int

    @classmethod
    def pooled(cls, results):
        """Several rounds as one."""
        return cls(
            sum(result.wall_seconds for result in results),
            [seconds for result in results for seconds in result.trial_seconds],
            [error for result in results for error in result.errors],
            max(result.peak_connections for result in results),
        )


class Connections:
    """Watches how many connections the server has."""

    def __init__(self, url):
        self._engine = create_engine(url, poolclass=NullPool)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peak = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _watch(self):
        query = text(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND pid <> pg_backend_pid()"
        )
        with self._engine.connect() as connection:
            while not self._stop.wait(0.1):
                self.peak = max(self.peak, connection.execute(query).scalar())
                connection.rollback()


def run_loops(kind, url, name, trials, loops, processes, folder):
    """Runs ``loops`` loops in ``processes`` processes, all started at the same moment.

    They go on until the study has ``trials`` trials.
    """
    barrier = folder / f"{kind}-{name}-{loops}.go"
    arguments = [sys.executable, str(SCRIPT), kind, url, name, str(trials)]
    with Connections(url) as connections:
        started = [
            subprocess.Popen(
                [*arguments, str(loops // processes), str(barrier)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(processes)
        ]
        for process in started:
            assert process.stdout.readline() == "ready\n", process.communicate()[1]
        begun = time.perf_counter()
        barrier.touch()
        said = [process.communicate(timeout=600) for process in started]
        wall = time.perf_counter() - begun
    for process, (_, error) in zip(started, said, strict=True):
        assert process.returncode == 0, error
    parts = [json.loads(output) for output, _ in said]
    return Result(
        wall,
        [seconds for part in parts for seconds in part["seconds"]],
        [error for part in parts for error in part["errors"]],
        connections.peak,
    )

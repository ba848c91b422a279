"""Workers as actors of a Ray cluster."""

from __future__ import annotations

import logging
import math
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mdm_opt.errors import InputError, MdmOptError, RunError
from mdm_opt.persistence import Repository, TrialQueue
from mdm_opt.plugins import one_line
from mdm_opt.run.launch import Exit
from mdm_opt.run.signals import Stopped, StopSignal
from mdm_opt.run.workers import Heartbeat

_log = logging.getLogger("mdm_opt")

_REACH_SECONDS = 10.0
_STOP_SECONDS = 10.0
_CROWDED_SECONDS = 5.0
_SLOW_SECONDS = 60.0
_ROOM_SECONDS = 600.0
_RESTARTS_BY_RAY = 3
_LOCAL_STORE_BYTES = 80 * 2**20  # next to nothing is kept there; Ray refuses less than 75 MiB
# What libpq and the hub of models read, for nodes that were started without it.
_HANDED_ON = ("PG", "HF_", "TRANSFORMERS_")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class _Actor:
    """A worker that was asked for.

    Attributes:
        handle: of the actor.
        result: of its loop, a reference.
        answer: to the question where it runs, a reference.
        since: when it was asked for.
        place: host and process, None while it waits for room on the cluster.
        reported: whether its waiting has been.
    """

    handle: Any
    result: Any
    answer: Any
    since: float
    place: tuple[str, int] | None = None
    reported: bool = False


class RayEngine:
    """Runs the worker loop in Ray actors; see `Engine`.

    Where the process or the node of an actor dies, Ray starts it again, on another node where it
    must, a few times; after that it counts as a worker that died. Every node needs mdm-opt, the
    study's folder under the same path, and a way to the database.

    Args:
        name: of the study.
        url: of the database, which every node must reach.
        address: of the cluster; ``auto`` for the one this machine belongs to, ``local`` for a new
            one on this machine, which ends with the launch.
        gpus: that each worker asks for; may be a fraction.
        cpus: that each worker asks for.
        heartbeat: how workers show that they are alive.
        report: called with a line about what is unusual.

    Raises:
        InputError: where Ray is not installed, there is no cluster, or no node can be divided so.
        Stopped: where SIGTERM came meanwhile.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        address: str,
        gpus: float,
        cpus: float,
        heartbeat: Heartbeat,
        report: Callable[[str], None] = _log.warning,
    ) -> None:
        self._needs = {"GPU": _quantity("--gpus", gpus), "CPU": _quantity("--cpus", cpus)}
        self._name, self._url, self._report = name, url, report
        if address == "auto":
            address = os.environ.get("RAY_ADDRESS") or address
        self._local = address == "local"
        self._ray = _connected(address)
        # Called again from the start where the process dies: the budget is in the database.
        self._actor_class: Any = self._ray.remote(WorkerActor).options(
            num_gpus=gpus,
            num_cpus=cpus,
            max_restarts=_RESTARTS_BY_RAY,
            max_task_retries=_RESTARTS_BY_RAY,
            # One for the loop, one for the calls that ask where it is and stop it.
            max_concurrency=2,
        )
        handed_on = {k: v for k, v in os.environ.items() if k.startswith(_HANDED_ON)}
        self._arguments = (
            name,
            url,
            heartbeat.interval_seconds,
            heartbeat.grace_seconds,
            handed_on,
        )
        self._actors: dict[int, _Actor] = {}
        self._budget_is_spent = False

    def start(self, index: int) -> None:
        """See `Engine.start`.

        Raises:
            InputError: where the cluster was made for this launch and has no room for it.
        """
        if self._local and index >= self._room():
            raise InputError(
                f"a cluster of this machine alone has room for {self._room():g} such workers "
                f"({self._amounts()}); {self._advice()}"
            )
        handle = self._actor_class.remote(*self._arguments)
        result, answer = handle.run.remote(), _place_of(handle)
        self._actors[index] = _Actor(handle, result, answer, time.monotonic())

    def exit_of(self, index: int) -> Exit | None:
        """See `Engine.exit_of`.

        Raises:
            RunError: where no node has been found for long that could hold any worker.
        """
        actor = self._actors[index]
        if not self._is_there(actor.result):
            self._look_for(index, actor)
            if actor.place is not None or not self._budget_is_spent:
                return None
            ended = Exit(0, "was not needed any more")
        else:
            ended = self._last_words(actor)
        self._budget_is_spent |= ended.code == 0
        # It would keep its part of the cluster, which others may be waiting for.
        self._ray.kill(actor.handle)
        return ended

    def stop(self) -> None:
        """See `Engine.stop`.

        A measurement is not interrupted: where it takes longer than some seconds, its process is
        ended and its trial given back from here.
        """
        for index, actor in self._actors.items():
            if self._is_there(actor.answer):
                self._look_for(index, actor)
        running = [actor for actor in self._actors.values() if not self._is_there(actor.result)]
        placed = [actor for actor in running if actor.place is not None]
        for actor in placed:
            actor.handle.stop.options(max_task_retries=0).remote()
        results = [actor.result for actor in placed]
        if results:
            self._ray.wait(results, num_returns=len(results), timeout=_STOP_SECONDS)
        late = {actor.place for actor in placed if not self._is_there(actor.result)}
        for actor in running:
            self._ray.kill(actor.handle)
        self._actors = {}
        self._ray.shutdown()
        if late:
            with suppress(MdmOptError):  # after the grace period they count as dead anyway
                self._give_back(late)

    def _give_back(self, places: set[tuple[str, int] | None]) -> None:
        repository = Repository(self._url, create=False)
        try:
            queue = TrialQueue(repository, self._name)
            for worker in queue.workers.alive():
                if (worker.host, worker.pid) in places:
                    queue.workers.end(worker.id, "stopped")
        finally:
            repository.close()

    def _is_there(self, reference: Any) -> bool:
        return bool(self._ray.wait([reference], timeout=0)[0])

    def _last_words(self, actor: _Actor) -> Exit:
        try:
            code, reason = self._ray.get(actor.result)
        except Exception as error:  # whatever ended the actor
            # Before it stand a traceback, ids and addresses.
            lines = [line for line in str(error).splitlines() if line.strip()]
            return Exit(1, _plain(lines[-1] if lines else type(error).__name__))
        return Exit(code, reason)

    def _look_for(self, index: int, actor: _Actor) -> None:
        """Notices where an actor runs, that it runs elsewhere now, or that it has no place yet."""
        if not self._is_there(actor.answer):
            if actor.place is None:
                self._look_for_room(actor)
            return
        # Without an answer it has died; Ray starts it again, or its result is there next time.
        with suppress(self._ray.exceptions.RayError):
            place = self._ray.get(actor.answer)
            if actor.place not in (None, place):
                self._report(
                    f"worker {index} died; Ray has started it again as process {place[1]} on "
                    f"{place[0]}"
                )
            actor.place = place
        actor.answer = _place_of(actor.handle)

    def _look_for_room(self, actor: _Actor) -> None:
        """Says what the cluster lacks.

        Raises:
            RunError: where it has lacked it for long; a cluster that grows needs minutes.
        """
        seconds = time.monotonic() - actor.since
        if seconds > _ROOM_SECONDS and not self._room():
            raise RunError(
                f"no node came within {_ROOM_SECONDS:g} seconds that can hold a worker "
                f"({self._amounts()}); {self._advice()}"
            )
        crowded = self._room() < len(self._actors)
        if not actor.reported and seconds > (_CROWDED_SECONDS if crowded else _SLOW_SECONDS):
            waiting = [one for one in self._actors.values() if one.place is None]
            for one in waiting:
                one.reported = True
            self._report(
                f"{len(waiting)} of {len(self._actors)} workers have not come up yet; the cluster "
                f"has room for {self._room():g} ({self._amounts()}); {self._advice()}"
            )

    def _room(self) -> float:
        """How many such workers the cluster's nodes hold; infinite where they ask for nothing."""
        room = 0.0
        for node in self._ray.nodes():
            if node["Alive"]:
                parts = [
                    node["Resources"].get(kind, 0.0) / need + 1e-9
                    for kind, need in self._needs.items()
                    if need
                ]
                room += math.floor(min(parts)) if parts else math.inf
        return room

    def _amounts(self) -> str:
        total, free = self._ray.cluster_resources(), self._ray.available_resources()
        parts = [
            f"{kind}: {need:g} for each, {total.get(kind, 0):g} there, {free.get(kind, 0):g} free"
            for kind, need in self._needs.items()
            if need
        ]
        return ", ".join(parts)

    def _advice(self) -> str:
        if self._needs["GPU"] and not self._ray.cluster_resources().get("GPU"):
            return "--gpus 0 puts workers on CPU cores"
        return "--workers, --cpus and --gpus say how many there are and what each asks for"


def _connected(address: str) -> Any:
    """The module ray, connected to a cluster."""
    try:
        import ray
    except ImportError as error:
        raise InputError("--engine ray needs Ray: pip install 'mdm-opt[ray]'") from error
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    _check_reach(address)
    own: dict[str, Any] = {}
    if address == "local":
        own = {"include_dashboard": False, "object_store_memory": _LOCAL_STORE_BYTES}
    handler = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False, **own)
    except SystemExit:
        # Ray catches SIGTERM itself, and leaves it so.
        raise Stopped(signal.SIGTERM) from None
    except Exception as error:  # Ray raises anything from ConnectionError to ValueError
        raise InputError(f"--address: {address!r}: {_plain(error)} ({_hint(address)})") from error
    finally:
        if threading.current_thread() is threading.main_thread() and handler is not None:
            signal.signal(signal.SIGTERM, handler)
    return ray


def _check_reach(address: str) -> None:
    """Ray would wait for minutes."""
    host, colon, port = address.rpartition(":")
    if not colon or "/" in host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _REACH_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise InputError(
            f"--address: {address!r}: nothing answers there: {getattr(error, 'strerror', error)}"
        ) from error


def _hint(address: str) -> str:
    if ":" in address and "RAY_AUTH_MODE" not in os.environ:
        return "a cluster that asks for a token needs RAY_AUTH_MODE=token here too"
    return "'local' starts a cluster on this machine"


def _plain(message: BaseException | str) -> str:
    return one_line(_COLOURS.sub("", str(message)))


def _quantity(option: str, value: float) -> float:
    """A part of a node that Ray can hand out."""
    if not 0 <= value < math.inf or (value > 1 and value != int(value)) or 0 < value < 1e-4:
        raise InputError(
            f"{option}: {value:g} is not accepted: 0, a fraction of at least 0.0001, or a whole "
            "number"
        )
    return value


def _place_of(handle: Any) -> Any:
    return handle.place.options(max_task_retries=0).remote()


class WorkerActor:
    """The worker loop in a process that Ray has started."""

    def __init__(
        self, name: str, url: str, heartbeat: float, grace: float, environment: dict[str, str]
    ) -> None:
        for key, value in environment.items():
            os.environ.setdefault(key, value)
        self._name, self._url = name, url
        self._heartbeat = Heartbeat(heartbeat, grace)
        self._stop = StopSignal()

    def run(self) -> tuple[int, str]:
        """Takes trials until the budget is spent; returns exit code and last words."""
        from mdm_opt.run.trials import WorkerOptions, join_study, run_trials

        options = WorkerOptions(self._heartbeat, report=_to_log)
        try:
            opened = join_study(self._name, self._url, self._stop, _to_log)
            count = sum(1 for _ in run_trials(opened, options, self._stop))
        except Stopped as stopped:
            return stopped.exit_code, str(stopped)
        except MdmOptError as error:
            return error.exit_code, str(error)
        return 0, f"{count} trials"

    def place(self) -> tuple[str, int]:
        """Host and process, as the database knows this worker."""
        return socket.gethostname(), os.getpid()

    def stop(self) -> None:
        """Asks the loop to give its trial back and end."""
        self._stop.stop()


def _to_log(line: str) -> None:
    """Into the file of this process among Ray's logs."""
    print(line, file=sys.stderr, flush=True)

"""Workers as processes of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from mdm_opt.config import model_words
from mdm_opt.errors import InputError
from mdm_opt.persistence import StudyRecord
from mdm_opt.persistence.location import STORAGE_VARIABLE
from mdm_opt.run.launch import Exit
from mdm_opt.run.workers import JOIN_SECONDS, Heartbeat
from mdm_opt.supervised import BY_LAUNCH, VARIABLE, exit_words

_STOP_SECONDS = 30.0
_ERROR = "error: "
_GPUS = "CUDA_VISIBLE_DEVICES"


def visible_gpus() -> list[str]:
    """Names of the GPUs that this process may use, as CUDA_VISIBLE_DEVICES takes them."""
    given = os.environ.get(_GPUS)
    if given is not None:
        return [name for name in given.split(",") if name.strip()]
    import torch

    return [str(index) for index in range(torch.cuda.device_count())]


class LocalEngine:
    """Runs ``mdm-opt worker`` processes; see `Engine`.

    With GPUs, worker k sees GPU k modulo their number only. Without, the cores are shared out.

    Args:
        record: of the study.
        url: of the database; handed on in the environment, never on the command line.
        workers: how many there will be.
        gpus: as `visible_gpus` names them.
        logs: folder for one log file a worker.
        heartbeat: how workers show that they are alive.
    """

    def __init__(
        self,
        record: StudyRecord,
        url: str,
        workers: int,
        *,
        gpus: Sequence[str],
        logs: Path,
        heartbeat: Heartbeat,
    ) -> None:
        self._command = [
            *(sys.executable, "-P", "-m", "mdm_opt", "worker", record.name),
            *("--heartbeat", f"{heartbeat.interval_seconds:g}"),
            *("--grace", f"{heartbeat.grace_seconds:g}"),
            *("--wait", f"{JOIN_SECONDS:g}"),
        ]
        device = str(record.study_file["model"].get("device", "auto"))
        if gpus and device.startswith("cuda:"):
            # The one GPU that the worker sees is its first.
            self._command += ["--device", "cuda"]
        self._model = model_words(record.study_file["model"])
        self._url = url
        self._workers = workers
        self._gpus = list(gpus)
        self._logs = logs
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        try:
            logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"--logs: {logs}: {error.strerror or error}") from error

    def start(self, index: int) -> None:
        """See `Engine.start`."""
        with self.log(index).open("ab") as log:
            self._processes[index] = subprocess.Popen(
                self._command,
                env=self._environment(index),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C in the terminal reaches this process only, which tells the workers.
                start_new_session=True,
            )

    def exit_of(self, index: int) -> Exit | None:
        """See `Engine.exit_of`."""
        process = self._processes[index]
        code = process.poll()
        if code is None:
            return None
        said = self._last_line(index)
        if code > 0 and said.startswith(_ERROR):
            words = said.removeprefix(_ERROR)
        elif code == -signal.SIGALRM:
            words = f"{self._model}: its process took too long"
        else:
            words = f"{self._model}: its process {exit_words(code, 'ended')}"
        return Exit(code, f"{words} (see {self.log(index)})", process.pid)

    def stop(self) -> None:
        """See `Engine.stop`."""
        alive = [p for p in self._processes.values() if p.poll() is None]
        for process in alive:
            process.terminate()
        end = time.monotonic() + _STOP_SECONDS
        for process in alive:
            try:
                process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def pids(self) -> dict[int, int]:
        """Process ids by the index of the worker."""
        return {index: process.pid for index, process in self._processes.items()}

    def log(self, index: int) -> Path:
        """Where a worker writes."""
        return self._logs / f"worker-{index}.log"

    def _last_line(self, index: int) -> str:
        lines = self.log(index).read_text(encoding="utf-8", errors="replace").splitlines()
        words = next((line for line in reversed(lines) if line.strip()), "without a word")
        return words

    def _environment(self, index: int) -> dict[str, str]:
        environment = os.environ | {STORAGE_VARIABLE: self._url, VARIABLE: BY_LAUNCH}
        if self._gpus:
            environment[_GPUS] = self._gpus[index % len(self._gpus)]
        else:
            cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
            environment.setdefault("OMP_NUM_THREADS", str(max(1, cores // self._workers)))
        return environment

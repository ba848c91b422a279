"""What runs in the process that sends a study to one tracker.

Started by `mdm_opt.track.sending` alone. The first line on standard input is a JSON object that
says what is sent; another line, the end of the input or the death of the starter says that no
trial will come any more. Lines of JSON on what was standard output when it began are said there.
"""

from __future__ import annotations

import json
import os
import select
import sys
import threading
from typing import Any

LACKING, LATE = 1, 3
_LOOK_SECONDS = 1.0
# Trials have the first right to the processor.
_NICE = 10


def main() -> int:
    """Sends trials as they are finished, and at the end all that is missing."""
    requests, answers = os.dup(0), os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What a tracker prints or reads must not come between.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)

    def say(line: str) -> None:
        answers.write(json.dumps({"say": line}) + "\n")
        answers.flush()

    job = json.loads(_first_line(requests))
    os.nice(_NICE)
    ended = threading.Event()
    threading.Thread(target=_watch, args=(requests, job, ended), daemon=True).start()
    from mdm_opt.persistence import Repository
    from mdm_opt.track.contents import folder_of
    from mdm_opt.track.sender import Sender

    try:
        repository = Repository(job["url"], create=False)
        # MLflow looks for relative places in the current folder.
        os.chdir(folder_of(repository.study(job["name"])))
        sender = Sender(repository, job["name"], job["tracker"], say)
        while not ended.is_set():
            sender.look()
            ended.wait(_LOOK_SECONDS)
        return 0 if sender.finish() else LACKING
    except BaseException as error:
        say(f"{job['tracker']}: {type(error).__name__}: {' '.join(str(error).split())[:300]}")
        return LACKING


def _first_line(requests: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        read = os.read(requests, 1)
        if not read:
            sys.exit(0)
        line += read
    return line


def _watch(requests: int, job: dict[str, Any], ended: threading.Event) -> None:
    """Notices the end, and ends this process where the tracker takes longer than is waited for."""
    poller = select.poll()
    poller.register(requests, select.POLLIN | select.POLLHUP)
    parent = os.getppid()
    while not poller.poll(1000 * _LOOK_SECONDS) and os.getppid() == parent:
        pass
    ended.set()
    limit = job["wait_seconds"]
    if limit is not None:
        threading.Event().wait(limit)
        os._exit(LATE)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.exit(code)

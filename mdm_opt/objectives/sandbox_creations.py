"""How many files, folders and links a program in the sandbox makes, asked of the kernel.

Every call that makes one waits until it is counted here (seccomp's user notification), so that
what has to be removed afterwards is bounded.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import struct
from collections.abc import Mapping

from mdm_opt.objectives import sandbox_child

# Removing a folder takes some file systems 2 ms, a file or a link much less.
_MOST_FOLDERS = 2048
_MOST_FILES = 16384

# seccomp_notif and seccomp_notif_resp, and the calls that receive one and send the other.
_QUESTION, _ANSWER = struct.Struct("QIIi60x"), struct.Struct("QqiI")
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_CONTINUE = 1
# Of a call whose process has ended meanwhile.
_GONE = (errno.ENOENT, errno.ENOTCONN)


class Creations:
    """Counts what one program makes.

    Args:
        counter: the socket on which the process of the program sends the end where it is asked.
        poller: that finds out when it is.
    """

    def __init__(self, counter: socket.socket, poller: select.poll) -> None:
        _, ends, _, _ = socket.recv_fds(counter, 1, 1, socket.MSG_CMSG_CLOEXEC)
        # None where a container asks already, and nobody else can.
        self._handle = ends[0] if ends else None
        if self._handle is not None:
            poller.register(self._handle, select.POLLIN)
        self._folder_calls = sandbox_child.calls(sandbox_child.FOLDERS)
        self._folders = self._files = 0

    def answer(self, ready: Mapping[int, int]) -> str:
        """Counts the call that waits, if one does, and lets it go on.

        Args:
            ready: what the poller has found.

        Returns:
            What there was too much of, where the program must not go on; empty otherwise.
        """
        if self._handle is None or not ready.get(self._handle, 0) & select.POLLIN:
            return ""
        question = bytearray(_QUESTION.size)
        if not self._asked(_RECEIVE, question):
            return ""
        identity, _, _, call = _QUESTION.unpack(question)
        if call in self._folder_calls:
            self._folders += 1
        else:
            self._files += 1
        if self._folders > _MOST_FOLDERS:
            return f"made more than {_MOST_FOLDERS} folders"
        if self._files > _MOST_FILES:
            return f"made or wrote more than {_MOST_FILES} files and links"
        self._asked(_SEND, bytearray(_ANSWER.pack(identity, 0, 0, _CONTINUE)))
        return ""

    def _asked(self, request: int, content: bytearray) -> bool:
        """Exchanges a question or an answer with the kernel; whether it was still wanted."""
        while self._handle is not None:
            try:
                fcntl.ioctl(self._handle, request, content)
            except InterruptedError:
                continue
            except OSError as error:
                if error.errno in _GONE:
                    return False
                raise
            return True
        return False

    def close(self) -> None:
        """Whoever asks from now on is refused by the kernel."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

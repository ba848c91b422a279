"""What Weights & Biases has written of a run on this machine.

Its files are logs of LevelDB: a header of 7 bytes, then blocks of 32 KiB with records, each with a
checksum, a length and a type in front. A record that does not fit into its block goes on in the
next one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HEADER, _BLOCK, _PREFIX = 7, 32768, 7
_FULL, _FIRST, _LAST = 1, 2, 4


def records(file: Path) -> Iterator[bytes]:
    """Records of a file, without an unfinished one at its end."""
    content = file.read_bytes()
    place, record = _HEADER, b""
    while place + _PREFIX <= len(content):
        left = _BLOCK - place % _BLOCK
        if left < _PREFIX:
            place += left
            continue
        length = int.from_bytes(content[place + 4 : place + 6], "little")
        kind, end = content[place + 6], place + _PREFIX + length
        if not _FULL <= kind <= _LAST or end > len(content):
            return
        part = content[place + _PREFIX : end]
        record = part if kind in (_FULL, _FIRST) else record + part
        if kind in (_FULL, _LAST):
            yield record
        place = end


def written(folder: Path, run: str) -> Iterator[Any]:
    """What is in the files of a run, as wandb's own ``Record``, in the order of its sessions.

    Args:
        folder: that wandb writes in.
        run: its id.
    """
    from wandb.proto.wandb_internal_pb2 import Record

    for file in sorted(folder.glob(f"wandb/*run-*-{run}/run-{run}.wandb")):
        for one in records(file):
            found = Record()
            found.ParseFromString(one)
            yield found


def values(items: Any) -> dict[str, Any]:
    """The items of a record's history or summary, by their names."""
    return {"/".join(one.nested_key) or one.key: json.loads(one.value_json) for one in items}

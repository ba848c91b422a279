"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mdm_opt.errors import InputError
from mdm_opt.handoff.files import is_special, write_text


def test_written_text_is_the_file(tmp_path: Path) -> None:
    target = tmp_path / "schedule.json"
    write_text(target, "first")
    write_text(str(target), "schön\n")
    assert target.read_bytes() == "schön\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["schedule.json"]


def test_a_link_stays_a_link_to_what_was_written(tmp_path: Path) -> None:
    target, link = tmp_path / "schedule.json", tmp_path / "newest.json"
    link.symlink_to(target.name)
    for text in ("first", "second"):
        write_text(link, text)
        assert link.is_symlink()
        assert target.read_text() == text
    assert len(list(tmp_path.iterdir())) == 2


def test_a_pipe_is_written_into_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_text(pipe, "text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def _parent_missing(folder: Path) -> Path:
    return folder / "none" / "s.json"


def _parent_is_a_file(folder: Path) -> Path:
    (folder / "file").write_text("kept")
    return folder / "file" / "s.json"


def _target_is_a_folder(folder: Path) -> Path:
    (folder / "s.json").mkdir()
    return folder / "s.json"


def _name_too_long(folder: Path) -> Path:
    return folder / ("x" * 300)


@pytest.mark.parametrize(
    "make", [_parent_missing, _parent_is_a_file, _target_is_a_folder, _name_too_long]
)
def test_target_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    target = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match="cannot write") as caught:
        write_text(target, "text")
    assert str(target) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("method", ["write_text", "replace"])
def test_failed_write_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    target = tmp_path / "schedule.json"
    target.write_text("old")

    def fail(path: Path, *_args: Any, **_keys: Any) -> None:
        path.write_bytes(b"hal")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, method, fail)
    with pytest.raises(InputError, match=r"cannot write .*: No space left on device"):
        write_text(target, "new")
    monkeypatch.undo()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [KeyboardInterrupt, UnicodeError])
def test_interrupted_write_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def interrupted(path: Path, *_args: Any, **_keys: Any) -> None:
        path.write_bytes(b"hal")
        raise error

    monkeypatch.setattr(Path, "write_text", interrupted)
    with pytest.raises((error, InputError)):
        write_text(tmp_path / "schedule.json", "new")
    assert list(tmp_path.iterdir()) == []


def test_text_that_is_no_unicode_is_refused_in_one_line(tmp_path: Path) -> None:
    target = tmp_path / "schedule.json"
    target.write_text("old")
    with pytest.raises(
        InputError, match=r"cannot write .*schedule\.json: 'utf-8' codec"
    ) as caught:
        write_text(target, "half a pair: \ud7ff\udc00")
    assert "\n" not in str(caught.value)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_pipes_and_devices_are_special_files_and_folders_are_not(tmp_path: Path) -> None:
    file, pipe = tmp_path / "file", tmp_path / "pipe"
    file.touch()
    os.mkfifo(pipe)
    link = tmp_path / "link"
    link.symlink_to(pipe)
    assert [is_special(path) for path in (pipe, link, Path("/dev/null"))] == [True] * 3
    assert [is_special(path) for path in (file, tmp_path, tmp_path / "none")] == [False] * 3

"""Pictures of few levels: what they look like, and that they are read back."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import pytest

from mdm_opt.errors import InputError
from mdm_opt.models.pictures import picture_levels, picture_text
from mdm_opt.sample_texts import picture

LEVELS = np.array([[0, 1, 2], [16, 8, 15]])
HEAD = "data:image/png;base64,"


def content(text: str) -> bytes:
    found = picture(text)
    assert found is not None
    kind, data = found
    assert kind == "image/png"
    return data


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def as_text(width: int, height: int, rows: bytes, kind: int = 0) -> str:
    """A PNG file of lines that begin with their filter."""
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = (("IHDR", header), ("IDAT", zlib.compress(rows)), ("IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name.encode(), data) for name, data in parts)
    return HEAD + base64.b64encode(data).decode()


def test_chunks_are_those_of_the_standard() -> None:
    """Size, name, data, checksum of name and data; header, rows, end."""
    data, at, names = content(picture_text(LEVELS, most=16, zoom=2)), 8, []
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        body = data[at + 4 : at + 8 + size]
        assert struct.unpack_from(">I", data, at + 8 + size) == (zlib.crc32(body),)
        names.append(body[:4])
        if body[:4] == b"IHDR":
            assert struct.unpack(">IIBBBBB", body[4:]) == (6, 4, 8, 0, 0, 0, 0)
        if body[:4] == b"IDAT":
            rows = np.frombuffer(zlib.decompress(body[4:]), dtype=np.uint8).reshape(4, 7)
            assert (rows[:, 0] == 0).all()
            # 0 is black, 16 white, and each level a square of two pixels.
            assert rows[0].tolist() == [0, 0, 0, 16, 16, 32, 32]
            assert rows[3].tolist() == [0, 255, 255, 128, 128, 239, 239]
        at += 12 + size
    assert names == [b"IHDR", b"IDAT", b"IEND"]


@pytest.mark.parametrize(("most", "zoom"), [(1, 1), (16, 8), (255, 3)])
def test_all_levels_are_read_back(most: int, zoom: int) -> None:
    levels = np.resize(np.arange(most + 1), (16, 17))
    text = picture_text(levels, most=most, zoom=zoom)
    found = picture_levels(text, (16, 17), most=most, zoom=zoom)
    assert found.dtype == np.int64
    assert np.array_equal(found, levels)


def test_a_picture_packed_otherwise_is_read_too() -> None:
    rows = b"".join(b"\0" + bytes([v, v]) for v in (0, 0, 255, 255))
    assert picture_levels(as_text(2, 4, rows), (2, 1), most=16, zoom=2).tolist() == [[0], [16]]


GOOD = b"".join(b"\0" + bytes([v, v]) for v in (0, 0, 255, 255))


@pytest.mark.parametrize(
    "text",
    [
        "data:image/png;base64,",
        "data:image/gif;base64,R0lGODlhAQ==",
        "",
        "0 1 2",
        as_text(2, 4, GOOD)[:-24],
        as_text(4, 2, GOOD),
        as_text(2, 4, GOOD, kind=2),
        as_text(2, 4, GOOD[:-1]),
        as_text(2, 4, GOOD + b"\0"),
        # Another filter, a pixel between two levels, a square of two levels.
        as_text(2, 4, b"\1" + GOOD[1:]),
        as_text(2, 4, GOOD.replace(b"\xff", b"\xf7")),
        as_text(2, 4, b"\0\0\xff" + GOOD[3:]),
        as_text(2, 4, bytes(100_000_000)),
        HEAD + base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"")).decode(),
        HEAD + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\xff" * 40).decode(),
    ],
    ids=range(15),
)
def test_any_other_picture_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as caught:
        picture_levels(text, (2, 1), most=16, zoom=2)
    message = str(caught.value)
    assert "is no PNG picture of 2 x 4 pixels, 8 bits of grey" in message
    assert len(message) < 200
    assert message.splitlines() == [message]

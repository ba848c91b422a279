"""Grey pictures of few levels as PNG files inside texts, and back."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from mdm_opt.errors import InputError
from mdm_opt.sample_texts import picture

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Of IHDR after width and height: 8 bits, grey, deflate, adaptive filters, not interlaced.
_GREY = bytes((8, 0, 0, 0, 0))
_WHITE = 255


def picture_text(levels: npt.NDArray[np.int64], *, most: int, zoom: int) -> str:
    """A picture as ``data:image/png;base64,...``.

    Args:
        levels: ``(height, width)``, each in 0..``most``; 0 is black, ``most`` white.
        most: the largest level, in 1..255.
        zoom: pixels of the picture along each side of a level, >= 1.
    """
    height, width = zoom * levels.shape[0], zoom * levels.shape[1]
    header = struct.pack(">II", width, height) + _GREY
    parts = (
        (b"IHDR", header),
        (b"IDAT", zlib.compress(_rows(levels, most, zoom), 9)),
        (b"IEND", b""),
    )
    content = _SIGNATURE + b"".join(_chunk(name, data) for name, data in parts)
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def picture_levels(
    text: str, shape: tuple[int, int], *, most: int, zoom: int
) -> npt.NDArray[np.int64]:
    """The levels of a picture that `picture_text` made.

    Args:
        text: ``data:image/png;base64,...``.
        shape: height and width in levels.
        most: the largest level.
        zoom: pixels along each side of a level.

    Returns:
        int64 of that shape.

    Raises:
        InputError: for any other picture.
    """
    height, width = zoom * shape[0], zoom * shape[1]
    found = picture(text)
    rows = None if found is None else _unpacked(found[1], height, width)
    if rows is not None:
        pixels = np.frombuffer(rows, dtype=np.uint8).reshape(height, width + 1)[::zoom, 1::zoom]
        levels = np.rint(pixels.astype(np.float64) * most / _WHITE).astype(np.int64)
        if _rows(levels, most, zoom) == rows:
            return levels
    raise InputError(
        f"{text[:40]!r}... is no PNG picture of {width} x {height} pixels, 8 bits of grey, whose "
        f"squares of {zoom} x {zoom} have one of {most + 1} levels each"
    )


def _rows(levels: npt.NDArray[np.int64], most: int, zoom: int) -> bytes:
    """The lines of a picture, each after a 0 that stands for "not filtered"."""
    grey = np.rint(levels * (_WHITE / most)).astype(np.uint8)
    return np.pad(grey.repeat(zoom, 0).repeat(zoom, 1), ((0, 0), (1, 0))).tobytes()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _unpacked(content: bytes, height: int, width: int) -> bytes | None:
    """The lines of a PNG file of that size and kind; None of any other."""
    chunks = list(_chunks(content))
    if not chunks or chunks[0] != (b"IHDR", struct.pack(">II", width, height) + _GREY):
        return None
    packed = b"".join(data for name, data in chunks if name == b"IDAT")
    expected = height * (width + 1)
    try:
        # A few bytes can unpack to gigabytes.
        rows = zlib.decompressobj().decompress(packed, expected + 1)
    except zlib.error:
        return None
    return rows if len(rows) == expected else None


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and data of the chunks of a PNG file, up to the first that is cut off."""
    at = len(_SIGNATURE)
    while at + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        if at + 12 + size > len(content):
            return
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        at += 12 + size

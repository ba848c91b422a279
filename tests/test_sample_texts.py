"""Texts of samples: what is kept of them, and which are pictures."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mdm_opt import sample_texts
from mdm_opt.sample_texts import MAX_CHARACTERS, picture, storable

# Every code point, the surrogates that `st.text` leaves out by itself with them.
TEXTS = st.text(st.characters(exclude_categories=[]))
FILES = {
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "webp": b"RIFF\n\x00\x0b\x0cWEBPVP8 ",
    "gif": b"GIF89a\x01\x00",
}


def as_text(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


@given(TEXTS)
@example("a\x00b\ud800c\udfff")
@example("\ud83d\ude00")
def test_a_stored_text_differs_only_where_no_database_could_hold_it(text: str) -> None:
    found = storable(text)
    found.encode()
    assert len(found) == len(text)
    for before, after in zip(text, found, strict=True):
        lost = before == "\x00" or "\ud800" <= before <= "\udfff"
        assert after == ("\ufffd" if lost else before)
    assert storable(found) == found
    with closing(sqlite3.connect(":memory:")) as connection:
        assert connection.execute("select ?, length(?)", (found, found)).fetchone() == (
            found,
            len(text),
        )


@given(TEXTS)
def test_long_texts_become_one_line_that_says_so(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_texts, "MAX_CHARACTERS", 3)
        found = storable(text)
        if len(text) <= 3:
            assert len(found) == len(text)
        else:
            assert found == f"[not kept: {len(text)} characters, more than 3]"


def test_a_million_characters_are_kept_and_one_more_is_not() -> None:
    assert MAX_CHARACTERS == 1_000_000
    assert storable("\x00" + "x" * 999_999) == "\ufffd" + "x" * 999_999
    assert storable("x" * 1_000_001) == "[not kept: 1000001 characters, more than 1000000]"


def test_what_is_stored_is_a_plain_string() -> None:
    found = storable(np.str_("ab"))
    assert (found, type(found)) == ("ab", str)


@pytest.mark.parametrize("kind", FILES)
def test_a_picture_is_its_type_and_its_bytes(kind: str) -> None:
    text = as_text(kind, FILES[kind])
    assert picture(text) == (f"image/{kind}", FILES[kind])
    assert picture(storable(text)) == picture(text)


def test_both_versions_of_gif_are_pictures() -> None:
    assert picture(as_text("gif", b"GIF87a..")) == ("image/gif", b"GIF87a..")
    assert picture(as_text("gif", b"GIF88a..")) is None


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("named", FILES)
def test_a_picture_must_be_what_it_says(kind: str, named: str) -> None:
    found = picture(as_text(named, FILES[kind]))
    assert (found is not None) == (kind == named)


PNG = as_text("png", FILES["png"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234",
        " " + PNG,
        PNG + "\n",
        PNG[:-1],
        PNG + "=",
        PNG.replace(",", ",!"),
        PNG.replace("png", "PNG"),
        PNG.replace(";base64", ""),
        PNG.replace(";base64", ";charset=utf-8;base64"),
        PNG + "ü",
        PNG + "\ufffd",
        "data:image/png;base64,",
        as_text("svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        as_text("png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        as_text("png", b"x" + FILES["png"]),
        as_text("bmp", b"BM"),
        PNG.replace("image/png", "text/html"),
    ],
)
def test_anything_else_is_a_text(text: str) -> None:
    assert picture(text) is None


@given(TEXTS, st.sampled_from([*FILES, "svg+xml"]))
def test_no_text_makes_it_fail(text: str, kind: str) -> None:
    assert picture(text) is None or text.startswith("data:image/")
    found = picture(f"data:image/{kind};base64,{text}")
    assert found is None or found[1].startswith(FILES[kind][:3])

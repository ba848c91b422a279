"""Texts of samples: what is kept of them, how they are shown, and which are pictures."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mdm_opt import sample_texts
from mdm_opt.sample_texts import (
    MAX_CHARACTERS,
    Sample,
    in_blocks,
    lines_of,
    picture,
    plain,
    read_lines,
    storable,
    written_lines,
)

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


LINES = st.lists(
    st.lists(
        st.tuples(st.text(st.characters(exclude_characters="\n")), st.booleans()), max_size=3
    ).map(tuple),
    max_size=4,
).map(tuple)


@given(LINES)
@example(((("a\x00\ud800", True), ("b", False)), ()))
def test_lines_come_back_as_they_were_written(lines: tuple) -> None:
    kept = written_lines(lines)
    assert (kept is None) == (lines == ())
    assert kept is None or kept.isascii()
    again = read_lines(kept)
    assert plain(again) == plain(lines)
    marked = [[(text, mark) for text, mark in line if mark] for line in lines]
    assert [[piece for piece in line if piece[1]] for line in again] == marked


def test_a_text_and_lists_of_lines_are_lines() -> None:
    assert lines_of("a\nb") == ((("a", False),), (("b", False),))
    assert lines_of(["a", [("b", True), ["c", False]]]) == (
        (("a", False),),
        (("b", True), ("c", False)),
    )


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (None, "is a NoneType, not a text or a list of lines"),
        (7, "is a int, not"),
        ([None], "has a line 'None'"),
        (["a\nb"], "has a line 'a\\nb'"),
        ([["ab"]], r"has a line \"\['ab'\]\""),
        ([[("a", 1)]], "not a text or pieces"),
        ([[("a\n", True)]], "not a text or pieces"),
        ("x" * (MAX_CHARACTERS + 1), "has 1000002 characters, more than 1000000"),
    ],
)
def test_anything_else_is_no_lines(shown: object, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("\\n", r"\\n")):
        lines_of(shown)


def test_what_is_marked_is_pointed_at() -> None:
    lines = lines_of(["ab", [("12", False), ("3", True), ("日", True), ("4", False)], "c"])
    assert plain(lines) == "ab\n123日4\n  ^^^\nc"


def test_a_sample_is_its_text() -> None:
    sample = Sample("12", "0", lines_of(["1", "2"]))
    assert (sample, sample.prompt, sample.shown) == ("12", "0", "1\n2")
    assert Sample("12").shown == "12"
    assert Sample("12").prompt == ""


@given(st.text("ACDE", min_size=0, max_size=130))
def test_blocks_of_ten_hold_all_letters_in_their_places(text: str) -> None:
    lines = in_blocks(text)
    if len(text) <= 10:
        assert lines == [text]
        return
    assert len(lines) == -(-len(text) // 50)
    for index, line in enumerate(lines):
        place, *blocks = line.split()
        assert int(place) == 50 * index + 1
        assert all(len(block) == 10 for block in blocks[:-1])
        assert "".join(blocks) == text[50 * index : 50 * index + 50]
    assert len({len(line) - len(line.lstrip().partition(" ")[2]) for line in lines}) == 1


def test_words_are_not_put_into_blocks() -> None:
    assert in_blocks("some words of a text") == ["some words of a text"]

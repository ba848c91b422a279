"""What users write survives Markdown and TOML as it is."""

from __future__ import annotations

import re
import tomllib

from hypothesis import given
from hypothesis import strategies as st

from mdm_opt.config import parse_study
from mdm_opt.results.text import fenced, markdown
from mdm_opt.study.stored_file import study_toml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXT)
def test_fenced_text_cannot_end_its_fence(text):
    first, *middle, last = fenced(text).split("\n")
    assert "\n".join(middle) == text
    assert first == f"{last}text"
    assert set(last) == {"`"}
    assert last not in text


@given(TEXT)
def test_markdown_escapes_every_mark(text):
    shown = markdown(text)
    assert "\n" not in shown
    assert re.sub(r"\\([\\`*_{}\[\]<>|#~!&$])", r"\1", shown) == " ".join(text.split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>|&$]", shown)


@given(
    path=TEXT.filter(lambda t: t and "\0" not in t),
    prefix=st.lists(TEXT, max_size=3),
    options=st.dictionaries(TEXT, TEXT | st.integers(-(2**53), 2**53) | st.booleans(), max_size=3),
    a=st.floats(0.05, 1.0),
    temperature=st.floats(0, 100),
)
def test_a_study_file_survives_toml(path, prefix, options, a, temperature):
    content = {
        "study": {"name": "x"},
        "model": {"kind": "huggingface", "path": path, "length": 8, "prefix": prefix},
        "sampler": {"temperature": temperature, "order": "confidence"},
        "space": {"steps": [2, 4], "beta_a": [a, 2.0]},
        "objective": {"kind": "m:f", "direction": "minimize", "options": options},
        "search": {"seeds": ["energy", [a, 0.5]]},
    }
    file = parse_study(content, "test")
    assert parse_study(tomllib.loads(study_toml(file)), "again") == file

"""Templates: keys in braces, and values that are never looked at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_opt.templates import Template

keys = st.text(st.characters(exclude_characters="{}", codec="utf-8"), min_size=1, max_size=4)


def escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


@given(st.lists(st.tuples(st.text(max_size=5), keys, st.text(max_size=5))), st.text(max_size=5))
def test_values_come_out_as_they_are(parts: list[tuple[str, str, str]], last: str) -> None:
    values = {key: value for _, key, value in parts}
    template = Template.of(
        "".join(escaped(text) + "{" + key + "}" for text, key, _ in parts) + escaped(last)
    )
    assert template.filled(values) == "".join(t + values[k] for t, k, _ in parts) + last
    assert template.keys == tuple(key for _, key, _ in parts)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("{a}{{", "{a}{{"),
        (3, "3"),
        (0.5, "0.5"),
        (True, "true"),
        (None, "null"),
        (["a", "ä"], '["a", "ä"]'),
        ({"b": 1}, '{"b": 1}'),
    ],
)
def test_text_stays_and_the_rest_is_json(value: object, text: str) -> None:
    assert Template.of("<{a}>").filled({"a": value}) == f"<{text}>"


def test_only_whole_keys_are_meant() -> None:
    """No attributes, no items, no formats."""
    template = Template.of("{a.b}{a[0]}{a!r}{a:>9}")
    assert template.keys == ("a.b", "a[0]", "a!r", "a:>9")
    with pytest.raises(KeyError):
        template.filled({"a": "x"})


@pytest.mark.parametrize(
    ("text", "brace", "place"), [("{", "{", 1), ("a}b", "}", 2), ("{}", "{", 1), ("{{{a", "{", 3)]
)
def test_a_lone_brace_is_refused(text: str, brace: str, place: int) -> None:
    with pytest.raises(ValueError, match=f"^'{brace}' at character {place} belongs to no"):
        Template.of(text)

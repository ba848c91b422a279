"""Docstrings taken apart."""

from __future__ import annotations

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.docstrings import attributes, entries, markdown, taken_apart

SHOWN = """What it is, in
    two lines.

    More about it.

    Args:
        one: the first,
            which goes on.
        **more: others.

    Returns:
        A number.

    Raises:
        ValueError: for less.
    """


def test_it_is_taken_apart():
    found = taken_apart(SHOWN)
    assert found.summary == "What it is, in two lines."
    assert found.text == "More about it."
    assert list(found.sections) == ["Args", "Returns", "Raises"]
    assert entries(found.sections["Args"]) == {
        "one": "the first, which goes on.",
        "**more": "others.",
    }
    assert found.sections["Returns"] == "A number."


def test_nothing_says_nothing():
    found = taken_apart(None)
    assert (found.summary, found.text, found.sections) == ("", "", {})
    assert entries("") == {}


def test_a_paragraph_after_the_sections_is_text():
    found = taken_apart("First.\n\nArgs:\n    a: one.\n\nLast.")
    assert found.text == "Last."
    assert entries(found.sections["Args"]) == {"a": "one."}


def test_attributes_are_those_of_all_classes():
    class Parent:
        """One.

        Attributes:
            first: of the parent.
            second: of the parent.
        """

    class Child(Parent):
        """Two.

        Attributes:
            second: of the child.
        """

    class Silent(Child):
        pass

    expected = {"first": "of the parent.", "second": "of the child."}
    assert attributes(Child) == attributes(Silent) == expected


def test_every_key_of_a_sampler_is_described():
    assert set(MaskedDecoding.model_fields) <= set(attributes(MaskedDecoding))


def test_code_is_marked_as_markdown_does():
    assert markdown("``a`` or `b`") == "`a` or `b`"

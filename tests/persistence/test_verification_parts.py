"""What a verification keeps before it is complete."""

from __future__ import annotations

import pytest
from records import study_record

from mdm_opt.persistence import VerificationParts


@pytest.fixture
def parts(repository):
    for name in ("a", "b"):
        repository.add_study(study_record(name))
    return {name: VerificationParts(repository, name) for name in ("a", "b")}


def test_a_part_is_found_by_its_study_and_key(parts):
    parts["a"].keep(4, "key", "content")
    parts["a"].keep(4, "other", "\x00 '\ud800".encode("unicode_escape").decode())
    assert parts["a"].find("key") == "content"
    assert parts["a"].find("other") == "\\x00 '\\ud800"
    assert parts["a"].find("none") is None
    assert parts["b"].find("key") is None


def test_a_key_has_the_content_that_came_last(parts):
    parts["a"].keep(4, "key", "content")
    parts["a"].keep(4, "key", "new")
    assert parts["a"].find("key") == "new"


def test_parts_go_with_the_verification_of_their_step_count(parts, repository):
    for steps in (4, 6):
        parts["a"].keep(steps, f"key {steps}", "content")
        parts["b"].keep(steps, f"key {steps}", "content")
    repository.replace_verification("a", 4, [])
    assert parts["a"].find("key 4") is None
    assert [one.find("key 6") for one in parts.values()] == ["content"] * 2
    assert parts["b"].find("key 4") == "content"

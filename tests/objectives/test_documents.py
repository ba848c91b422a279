"""Which document an instance is: a fixed random order, different sets, too few documents."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mdm_opt.errors import InputError
from mdm_opt.objectives.documents import Documents, document_order
from mdm_opt.study.instances import InstanceSets

SEED = 3


def documents(count: int, total: int = 0, seed: int = SEED) -> Documents:
    """Handed out by ranks that are the instances."""
    return Documents(count, list, total, seed, "[objective] data: FILE")


def test_the_order_has_every_document_once_and_follows_the_seed() -> None:
    for count in (1, 2, 9, 100):
        assert sorted(document_order(count, SEED).tolist()) == list(range(count))
    assert document_order(50, SEED).tolist() == document_order(50, SEED).tolist()
    assert document_order(50, SEED).tolist() != document_order(50, SEED + 1).tolist()
    assert document_order(50, SEED).tolist() != list(range(50))


def test_the_order_never_changes() -> None:
    """Golden: stored studies would be given other documents. As in `test_stream_never_changes`."""
    assert document_order(6, 2**64 - 1).tolist() == [4, 5, 0, 1, 3, 2]


def test_ranks_are_places_in_the_order() -> None:
    order = document_order(9, SEED).tolist()
    handed_out = documents(9, total=4)
    assert handed_out.numbers(range(9)) == order
    assert handed_out.numbers([7, 0, 7]) == [order[7], order[0], order[7]]
    assert handed_out.numbers([]) == []
    assert handed_out.needed == order[:4]
    assert documents(9).needed == []


def test_samples_that_are_only_looked_at_may_be_more_than_there_are() -> None:
    order = document_order(5, SEED).tolist()
    assert documents(5, total=5).numbers(range(12)) == [*order, *order, *order[:2]]


def test_instances_become_ranks_as_the_study_says() -> None:
    asked: list[list[int]] = []

    def draw(instances: Sequence[int]) -> list[int]:
        asked.append(list(instances))
        return [instance - 2**40 for instance in instances]

    handed_out = Documents(9, draw, 9, SEED, "x")
    order = document_order(9, SEED).tolist()
    assert handed_out.numbers([2**40 + 8, 2**40]) == [order[8], order[0]]
    assert asked == [[2**40 + 8, 2**40]]


def test_search_selection_and_verification_get_different_documents() -> None:
    sets = InstanceSets(search=3, selection=3, verification=5)
    handed_out = Documents(11, sets.ranks, sets.total, SEED, "x")
    found = [
        number
        for role in ("search", "selection", "verification")
        for number in handed_out.numbers(sets.ids(role))
    ]
    assert found == handed_out.needed
    assert sorted(found) == list(range(11))


def test_fewer_documents_than_are_needed_are_refused() -> None:
    assert len(documents(10, total=10).needed) == 10
    with pytest.raises(InputError) as caught:
        documents(9, total=10)
    assert str(caught.value) == (
        "[objective] data: FILE has 9 documents; search, selection and verification together "
        "need 10 different ones ([objective] instances twice and [verify] instances)"
    )

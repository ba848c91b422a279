"""Which instances the search sees, which choose, and which verify."""

from __future__ import annotations

from mdm_opt.config import parse_study
from mdm_opt.study.instances import SET_STARTS, InstanceSets


def test_sets_of_instances_are_disjoint_and_data_ranks_too():
    sets = InstanceSets(5, 7, 11)
    ids = [i for role in ("search", "selection", "verification") for i in sets.ids(role)]
    assert len(set(ids)) == sets.total == 23
    assert sets.ranks(ids) == list(range(23))
    assert not set(ids) & {SET_STARTS["samples"]}


def content(objective, **verify):
    tables = {
        "study": {"name": "s"},
        "model": {"kind": "enumerated", "law": "sudoku4"},
        "space": {"steps": [4]},
        "objective": objective,
    }
    return parse_study(tables | ({"verify": verify} if verify else {}), "test")


def test_the_second_set_is_as_large_as_the_first():
    file = content({"kind": "path_kl", "instances": 24}, instances=40)
    assert InstanceSets.of(file) == InstanceSets(search=24, selection=24, verification=40)


def test_an_exact_objective_needs_one_instance_of_each_set():
    file = content({"kind": "path_kl", "instances": 24}, instances=40)
    assert InstanceSets.of(file, deterministic=True) == InstanceSets(1, 1, 1)


def test_ids_of_a_set_do_not_depend_on_the_sizes_of_the_others():
    small, large = InstanceSets(2, 2, 2), InstanceSets(10, 4, 9)
    for role in ("search", "selection", "verification"):
        assert list(large.ids(role))[:2] == list(small.ids(role))
        assert small.ids(role).start == SET_STARTS[role]
    assert len(set(SET_STARTS.values())) == 4


def test_samples_that_are_only_looked_at_share_the_data_of_the_search():
    sets = InstanceSets(search=5, selection=7, verification=11)
    start = SET_STARTS["samples"]
    assert sets.ranks([start, start + 3]) == sets.ranks([0, 3]) == [0, 3]

"""Arguments that are searched: ranges, choices, conditions, and where the search sees them."""

from __future__ import annotations

import math
from itertools import islice

import numpy as np
import pytest

from mdm_opt.candidates import (
    Argument,
    Candidate,
    Choice,
    Condition,
    OwnDecoding,
    Range,
    SearchedArguments,
    searched_arguments,
)
from mdm_opt.candidates.searched_arguments import place, value_at

STEPS = Range("steps", (4, 64), (4, 64), log=True, integer=True)
ALG = Choice("alg", ("origin", "entropy"))
TEMPERATURE = Range("alg_temp", (0.0, 1.0), (0.0, 1.0), log=False)
FAMILY = SearchedArguments(
    [
        Argument(STEPS),
        Argument(ALG),
        Argument(TEMPERATURE, (Condition("alg", ("entropy",)),)),
    ]
)
PLAN = OwnDecoding(kind="own")


def candidate(**values: int | float | str) -> Candidate:
    return Candidate("arguments", 8, values)


def at(**values: int | float | str) -> np.ndarray:
    one = candidate(**values)
    return FAMILY.coordinates(one, one.plan(PLAN, 4))


def distance(first: np.ndarray, second: np.ndarray) -> float:
    """As the model of the search measures it."""
    return math.sqrt(float(((first - second) ** 2).mean()))


def test_only_active_arguments_are_given() -> None:
    all_values = {"steps": 8.2, "alg": "origin", "alg_temp": 0.5}
    assert FAMILY.active(all_values) == {"steps": 8, "alg": "origin"}
    assert FAMILY.active({**all_values, "alg": "entropy"}) == {
        "steps": 8,
        "alg": "entropy",
        "alg_temp": 0.5,
    }
    assert not FAMILY.is_box
    assert SearchedArguments(FAMILY.arguments[:2]).is_box


def test_inside_are_the_active_arguments_within_their_ranges() -> None:
    inside = {"steps": 8, "alg": "entropy", "alg_temp": 0.5}
    assert FAMILY.inside(inside, {})
    assert not FAMILY.inside({**inside, "steps": 3}, {})
    assert not FAMILY.inside({**inside, "alg": "origin"}, {})
    assert not FAMILY.inside({"steps": 8, "alg": "entropy"}, {})
    assert not FAMILY.inside({**inside, "alg": "margin"}, {})


def test_numbers_lie_by_ratio_or_difference_and_come_back() -> None:
    assert place(STEPS, 16) == pytest.approx(0.5)
    assert value_at(STEPS, 0.5) == 16
    assert place(TEMPERATURE, 0.25) == 0.25
    for share in np.linspace(0, 1, 9):
        assert place(TEMPERATURE, float(value_at(TEMPERATURE, share))) == pytest.approx(share)
        assert STEPS.accepts(value_at(STEPS, share))


def test_distances_do_not_depend_on_how_many_arguments_there_are() -> None:
    ends = distance(at(steps=4, alg="origin"), at(steps=64, alg="origin"))
    assert ends == pytest.approx(0.8)
    assert distance(at(steps=4, alg="origin"), at(steps=16, alg="origin")) == pytest.approx(0.4)
    alone = SearchedArguments(FAMILY.arguments[:1])
    first, second = (alone.coordinates(candidate(steps=n), None) for n in (4, 64))
    assert distance(first, second) == pytest.approx(ends)
    options = SearchedArguments(FAMILY.arguments[1:2])
    first, second = (options.coordinates(candidate(alg=one), None) for one in ALG.searched)
    assert distance(first, second) == pytest.approx(0.5)


def test_a_pool_looks_everywhere_and_near_parents() -> None:
    pool, rng = FAMILY.pool(8, {}, length=4), np.random.default_rng(0)
    everywhere = list(pool.candidates(rng, [], wide=True))
    assert len(everywhere) == 256
    assert all(FAMILY.inside(one.parameters, {}) for one in everywhere)
    # Logarithms are even: a quarter of the steps lies below 8.
    few = np.mean([one.parameters["steps"] < 8 for one in everywhere])
    assert abs(few - 0.25) < 5 * math.sqrt(0.25 * 0.75 / 256) + 0.05
    parent = candidate(steps=16, alg="entropy", alg_temp=0.5)
    near = list(pool.candidates(rng, [parent], wide=False))
    assert len(near) == 192
    assert all(FAMILY.inside(one.parameters, {}) for one in near)
    switched = np.mean([one.parameters["alg"] == "origin" for one in near])
    # Another option in every fifth, of which half are the same again.
    assert abs(switched - 0.1) < 5 * math.sqrt(0.1 * 0.9 / 192)
    closest = list(islice((one for one in near if one.parameters["alg"] == "entropy"), 40))
    moved = [abs(place(STEPS, float(one.parameters["steps"])) - 0.5) for one in closest]
    assert float(np.median(moved)) < 0.1


def test_dimensions_avoid_names_that_optuna_s_tables_have() -> None:
    names = [one.name for one in FAMILY.dimensions(8, {})]
    assert names == ["arguments.steps", "alg", "alg_temp"]
    one = candidate(steps=16, alg="entropy", alg_temp=0.5)
    position = FAMILY.position(one)
    assert dict(position) == {"arguments.steps": 16, "alg": "entropy", "alg_temp": 0.5}
    assert FAMILY.candidate(8, position) == one


def test_seeds_are_tables_of_all_active_arguments() -> None:
    given = {"steps": 16, "alg": "origin"}
    assert FAMILY.accepts_seed(given)
    assert not FAMILY.accepts_seed([16, "origin"])
    assert not FAMILY.accepts_seed({**given, "eps": 1})
    (seed,) = FAMILY.seeds(["baselines", given], 8, {}, 4, None)
    assert seed.candidate == candidate(steps=16, alg="origin")
    assert seed.label == "user: alg origin, steps 16"
    with pytest.raises(ValueError, match=r"a table \{ steps = "):
        FAMILY.given_seed([1], 8)


def test_candidates_of_other_studies_are_adopted_where_they_are_inside() -> None:
    other = Candidate("arguments", 32, {"steps": 16, "alg": "origin"})
    assert FAMILY.adopted(other, 8, {}, 4) == candidate(steps=16, alg="origin")
    outside = Candidate("arguments", 32, {"steps": 128, "alg": "origin"})
    assert FAMILY.adopted(outside, 8, {}, 4) is None


def test_one_object_serves_all_who_ask() -> None:
    assert searched_arguments(FAMILY.arguments) is searched_arguments(FAMILY.arguments)


def test_every_coordinate_belongs_to_one_argument():
    given = candidate(alg=ALG.searched[0])
    at = FAMILY.coordinates(given, given.plan(PLAN, 4))
    assert len(FAMILY.coordinate_parts) == len(FAMILY.arguments)
    assert sum(FAMILY.coordinate_parts) == len(at)

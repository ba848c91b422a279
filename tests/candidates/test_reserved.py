"""Names that no family may have: keys of study files, of the exported schedule and of results."""

from __future__ import annotations

import pytest

from mdm_opt.candidates import DECODINGS, FAMILIES, SEARCHABLE, Candidate, Range, register
from mdm_opt.candidates.beta import Beta
from mdm_opt.candidates.reserved import RESERVED
from mdm_opt.config import SpaceTable
from mdm_opt.handoff.schedule_file import ScheduleValues
from mdm_opt.results.best_result import BudgetResult


def test_reserved_names_are_all_keys_that_stand_beside_parameters():
    tables = SpaceTable, ScheduleValues, BudgetResult
    keys = {key for table in tables for key in table.model_fields}
    # What a candidate brings of the sampler's settings.
    assert keys | {"sampler"} == set(RESERVED)
    assert len(RESERVED) == len(set(RESERVED))
    assert set(SEARCHABLE) < set(RESERVED)


def test_what_is_searched_of_any_sampler_is_reserved():
    for one in DECODINGS.values():
        assert set(one.searchable) <= set(RESERVED)


def test_no_family_and_no_parameter_has_a_reserved_name():
    # That of any arguments has its name from the key under which they stand.
    closed = {name: family for name, family in FAMILIES.items() if not family.is_open}
    names = {*closed, *(key.name for family in closed.values() for key in family.keys)}
    assert not names & set(RESERVED)


@pytest.mark.parametrize("taken", ["process", "nfe", "temperature"])
def test_a_reserved_name_is_refused(taken):
    said = f"^'{taken}' is not accepted: results have a key of that name$"

    class Named(Beta):
        name = taken

    class Given(Beta):
        name = "given_by_a_key"
        parameters = (Range(taken, (0.1, 1.0), (0.1, 1.0)),)

    for family in (Named(), Given()):
        with pytest.raises(ValueError, match=said):
            register(family)
    with pytest.raises(ValueError, match="no family 'given_by_a_key'"):
        Candidate("given_by_a_key", 4)

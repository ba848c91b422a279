"""Candidates as rows: what a row is made of, and that it gives its candidate back."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from mdm_opt.candidates import Candidate, Seed, baseline, beta, counts_candidate
from mdm_opt.errors import InputError
from mdm_opt.persistence.candidates import candidate_of, candidate_row
from mdm_opt.persistence.tables import CandidateRow, ParameterRow

SEARCHED = {"temperature": 0.3, "order": "entropy"}
BLOCKS = Candidate("beta", 8, {"beta_a": 1.0, "beta_b": 2.0}, decoding={"block_length": 16})


@pytest.mark.parametrize(
    "candidate",
    [
        beta(0.1, 1 / 3, 8),
        counts_candidate([1, 3, 2**31]),
        baseline("sine", 5),
        Candidate("beta", 8, {"beta_a": 1.0, "beta_b": 2.0}, decoding=SEARCHED),
    ],
    ids=["beta", "counts", "baseline", "with a sampler"],
)
def test_a_row_gives_its_candidate_back(candidate):
    assert candidate_of(candidate_row(1, candidate)) == candidate


def test_tokens_of_a_block_come_back_as_a_whole_number():
    row = candidate_row(1, BLOCKS)
    assert [(one.name, one.number) for one in row.parameters if one.part == "sampler"] == [
        ("block_length", 16.0)
    ]
    found = candidate_of(row)
    assert found == BLOCKS
    assert found.label == "beta(1.000, 2.000), block_length 16"


def test_a_parameter_is_a_number_or_a_text_of_its_part():
    row = candidate_row(7, Candidate("beta", 8, {"beta_a": 1, "beta_b": 0.5}, decoding=SEARCHED))
    assert (row.study_id, row.family, row.steps, row.counts) == (7, "beta", 8, [])
    assert {(one.part, one.name): (one.number, one.text) for one in row.parameters} == {
        ("family", "beta_a"): (1.0, None),
        ("family", "beta_b"): (0.5, None),
        ("sampler", "temperature"): (0.3, None),
        ("sampler", "order"): (None, "entropy"),
    }


def test_arguments_of_a_sampler_come_back_with_their_types():
    given = {"eager": True, "eps": 2.0, "lazy": False, "steps": 2, "text": "2"}
    row = candidate_row(1, Candidate("arguments", 8, given))
    kept = {one.name: (one.number, one.text) for one in row.parameters}
    assert kept["steps"] == (2.0, "int")
    assert kept["eager"] == (1.0, "bool")
    assert kept["eps"] == (2.0, None)
    found = candidate_of(row).parameters
    assert found == given
    assert [type(one) for one in found.values()] == [bool, float, bool, int, str]


def test_counts_are_numbered_from_zero():
    row = candidate_row(1, counts_candidate([2, 5, 9]))
    assert [(one.step, one.tokens) for one in row.counts] == [(0, 2), (1, 5), (2, 9)]
    assert row.parameters == []


@pytest.mark.parametrize(
    ("family", "names", "said"),
    [
        ("helix", (), "no family 'helix'; there are beta, free"),
        ("beta", ("beta_a",), "is given by beta_a, beta_b, got"),
        ("free", (), "family 'free' is given by 8 counts, got None"),
    ],
)
def test_a_row_that_is_no_candidate_of_this_version_is_named(family, names, said):
    parameters = [ParameterRow(part="family", name=name, number=1.0) for name in names]
    row = CandidateRow(id=12, family=family, steps=8, parameters=parameters, counts=[])
    with pytest.raises(InputError, match="candidate 12 of this database cannot be read: ") as no:
        candidate_of(row)
    assert said in str(no.value)


def test_candidates_of_many_rows_are_loaded_in_as_many_queries_as_those_of_few(queue, repository):
    asked = []
    event.listen(repository.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    queries = []
    for number in (2, 40):
        seeds = [Seed(f"seed {n}", beta(1.0 + n, 1.0, 4)) for n in range(number)]
        queue.plan(seeds, [4], number)
        asked.clear()
        assert [trial.candidate for trial in queue.trials()] == [s.candidate for s in seeds]
        queries.append(len(asked))
    assert queries[0] == queries[1]

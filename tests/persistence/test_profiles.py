"""What every backend keeps to: information profiles, sequence by sequence."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kept_profiles import KEY, KNOWN, add, count, sequence
from records import MODEL, study_record
from sqlalchemy import delete, text

from mdm_opt.errors import InputError
from mdm_opt.persistence import MeasuredSequence, Profiles, Repository, WrittenSums
from mdm_opt.persistence.tables import ProfileRow

OTHERS = {
    "model": replace(MODEL, fingerprint="g"),
    "references_fingerprint": "",
    "seed": 0,
    "boundaries": 4,
    "orders": 1,
}
# SQLite has no negative zero; adding zero turns it into a positive one.
FINITE = st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0)


@pytest.fixture
def profiles(repository):
    return Profiles(repository)


def test_a_profile_is_found_again_as_it_was_measured(profiles):
    assert profiles.find(KEY) is None
    add(profiles, 7, 2, seconds=0.125)
    found = profiles.find(KEY)
    assert found.sequences == (2, 7)
    assert found.sample.length == MODEL.length
    assert (found.sample.known.dtype, found.sample.known.tolist()) == (np.int64, KNOWN)
    assert found.sample.nats.tolist() == [[3.0, 1 / 3, 0.0], [8.0, 1 / 3, 0.0]]
    assert (found.sequence_calls, found.seconds) == (12, 0.25)


def test_what_writing_says_of_a_sequence_is_kept_with_it(profiles):
    key, sums = replace(KEY, orders=0), WrittenSums(1 / 3, 0.1 + 0.2, 5e-324)
    rows = [replace(sequence(0), written=sums), sequence(1)]
    rows.append(replace(sequence(2), written=WrittenSums(1.0, 2.0)))
    profiles.add(key, KNOWN, rows)
    found = profiles.find(key)
    assert found.written == (sums, None, WrittenSums(1.0, 2.0))
    part = found.part([2, 0])
    assert (part.sequences, part.written) == ((2, 0), (WrittenSums(1.0, 2.0), sums))
    assert part.sequence_calls == found.sequence_calls
    assert profiles.find(KEY) is None


def test_sequences_have_boundaries_of_their_own(profiles):
    add(profiles, 0, 1)
    profiles.add(KEY, [0, 1, 3], [MeasuredSequence(2, [2.0, 1.5, 0.0], 6, 0.5)])
    found = profiles.find(KEY).sample
    assert found.known.tolist() == [0, 1, 2, 3]
    third = 1 / 3
    expected = [[1.0, np.nan, third, 0.0], [2.0, np.nan, third, 0.0], [2.0, 1.5, np.nan, 0.0]]
    np.testing.assert_array_equal(found.nats, expected)
    assert found.part([0, 1]).known.tolist() == KNOWN


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(nats=st.lists(FINITE, min_size=3, max_size=3), seconds=FINITE, number=st.integers(0, 2**40))
def test_every_finite_number_comes_back_bit_for_bit(repository, nats, seconds, number):
    key = replace(KEY, references_fingerprint=f"{number}")
    profiles = Profiles(repository)
    # Of an earlier example of the same number.
    with repository.transaction() as session:
        session.execute(delete(ProfileRow).where(ProfileRow.references_fingerprint == f"{number}"))
    profiles.add(key, KNOWN, [MeasuredSequence(2**31 - 1, nats, 2**31 - 1, seconds)])
    found = profiles.find(key)
    assert found.sample.nats.tobytes() == np.array([nats]).tobytes()
    assert np.array(found.seconds).tobytes() == np.array(seconds).tobytes()
    assert (found.sequences, found.sequence_calls) == ((2**31 - 1,), 2**31 - 1)


def test_only_missing_sequences_are_added_and_the_others_stay_as_they_are(profiles, repository):
    add(profiles, 0, 1)
    before = profiles.find(KEY)
    add(profiles, 1, 2, 0, first=100.0, calls=50, seconds=9.0)
    found = profiles.find(KEY)
    assert found.sequences == (0, 1, 2)
    assert found.sample.nats[:2].tolist() == before.sample.nats.tolist()
    assert found.sample.nats[2].tolist() == [102.0, 1 / 3, 0.0]
    assert (found.sequence_calls, found.seconds) == (2 * 6 + 50, 2 * 0.25 + 9.0)
    assert count(repository) == (1, 3, 9)


def test_the_same_sequences_again_change_nothing(profiles, repository):
    add(profiles, 0, 1)
    before = vars(profiles.find(KEY)) | {"sample": None}
    add(profiles, 0, 1, first=5.0)
    add(profiles, 0)
    assert vars(profiles.find(KEY)) | {"sample": None} == before
    assert profiles.find(KEY).sample.nats[:, 0].tolist() == [1.0, 2.0]
    assert count(repository) == (1, 2, 6)


@pytest.mark.parametrize("changed", OTHERS)
def test_another_model_text_seed_or_number_is_another_profile(profiles, repository, changed):
    other = replace(KEY, **{changed: OTHERS[changed]})
    add(profiles, 0)
    assert profiles.find(other) is None
    add(profiles, 0, 1, key=other, first=9.0)
    assert profiles.find(KEY).sample.nats[:, 0].tolist() == [1.0]
    assert profiles.find(other).sample.nats[:, 0].tolist() == [9.0, 10.0]
    assert count(repository) == (2, 3, 9)


def test_where_the_model_lies_is_not_which_profile(profiles, repository):
    moved = replace(KEY, model=replace(MODEL, source={"kind": "elsewhere"}))
    add(profiles, 0)
    add(profiles, 0, 1, key=moved)
    assert profiles.find(moved).sequences == profiles.find(KEY).sequences == (0, 1)
    assert repository.study("s").model == MODEL
    assert count(repository) == (1, 2, 6)


def test_what_cannot_be_kept_keeps_nothing(profiles, repository):
    broken = replace(sequence(1), nats=[1.0])
    with pytest.raises(ValueError, match="shorter"):
        profiles.add(KEY, KNOWN, [sequence(0), broken])
    with pytest.raises(InputError, match=r"(?i)null"):
        profiles.add(KEY, KNOWN, [sequence(0), replace(sequence(1), seconds=None)])
    assert count(repository) == (0, 0, 0)
    assert profiles.find(KEY) is None


def test_a_profile_needs_no_study(url):
    with closing(Repository(url, create=True)) as repository:
        profiles = Profiles(repository)
        add(profiles, 0)
        assert profiles.find(KEY).sequences == (0,)
        # A study of the model comes later, and finds the model there.
        repository.add_study(study_record())
        assert repository.study("s").model == MODEL
        assert profiles.find(KEY).sequences == (0,)


def models(repository):
    with repository.transaction() as session:
        return session.scalars(text("select fingerprint from mdm_models order by 1")).all()


def test_a_profile_survives_its_study_and_keeps_the_model(profiles, repository):
    add(profiles, 0, 1)
    repository.add_study(study_record("other", model=replace(MODEL, fingerprint="g")))
    before = profiles.find(KEY).sample.nats.tobytes()
    repository.delete_study("s")
    repository.delete_study("other")
    # The model that nobody has any more is gone, that of the profile is not.
    assert models(repository) == ["f"]
    assert profiles.find(KEY).sample.nats.tobytes() == before
    repository.add_study(study_record())
    add(profiles, 2)
    assert profiles.find(KEY).sequences == (0, 1, 2)
    assert repository.study("s").model == MODEL


def test_a_deleted_profile_takes_its_sequences_and_values_along(profiles, repository):
    other = replace(KEY, seed=1)
    add(profiles, 0, 1)
    add(profiles, 0, key=other)
    with repository.transaction() as session:
        session.execute(delete(ProfileRow).where(ProfileRow.seed == KEY.seed))
    assert count(repository) == (1, 1, 3)
    assert profiles.find(other).sequences == (0,)


def test_of_many_that_measure_the_same_profile_each_sequence_is_kept_once(url):
    """On a database that has not even the model."""
    Repository(url, create=True).close()
    workers = 6
    barrier = threading.Barrier(workers)

    def work(index):
        with closing(Repository(url, create=False)) as own:
            mine = Profiles(own)
            barrier.wait()
            for first in range(0, 12, 2):
                add(mine, first, first + 1, first=100.0 * index)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))
    with closing(Repository(url, create=False)) as repository:
        found = Profiles(repository).find(KEY)
        assert found.sequences == tuple(range(12))
        # Every sequence is one worker's, whole.
        assert set((found.sample.nats[:, 0] - np.arange(12)) % 100) == {0.0}
        assert count(repository) == (1, 12, 36)
        assert models(repository) == ["f"]


def test_the_largest_profile_of_any_file_is_found_without_knowing_the_file(profiles):
    def other(**changes):
        return replace(KEY, **changes)

    add(profiles, 0, 1, 2, key=other(references_fingerprint=""))
    add(profiles, *range(5), key=other(references_fingerprint="another seed", seed=1))
    assert profiles.from_any_file(KEY) is None
    add(profiles, 3, key=other(references_fingerprint="small"))
    add(profiles, 4, 5, key=other(references_fingerprint="large"))
    assert profiles.from_any_file(KEY).sequences == (4, 5)
    assert profiles.from_any_file(other(references_fingerprint="")).sequences == (4, 5)


def test_a_study_has_the_sequences_that_it_was_given_and_no_others(profiles, repository):
    add(profiles, 0, 3, 5)
    add(profiles, 7, key=replace(KEY, seed=1))
    assert profiles.of_study("s") is None
    profiles.use("s", KEY, [3, 5])
    add(profiles, 8)
    found = profiles.of_study("s")
    assert found.sequences == (3, 5)
    assert found.sample.nats[:, 0].tolist() == [4.0, 6.0]
    assert (found.sequence_calls, found.seconds) == (12, 0.5)
    assert found.sample.length == MODEL.length
    # Others are none of its business, and what it is given later takes the place of the first.
    repository.add_study(study_record("other"))
    assert profiles.of_study("other") is None
    profiles.use("s", KEY, [0, 8])
    assert profiles.of_study("s").sequences == (0, 8)
    repository.delete_study("s")
    assert profiles.find(KEY).sequences == (0, 3, 5, 8)

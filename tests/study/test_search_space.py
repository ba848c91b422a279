"""Where a study looks for candidates: what its file says, and the profile that it was given."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from exact_profile import study_file
from kept_profiles import KEY
from records import MODEL, study_record
from study_files import database

from mdm_opt.persistence import MeasuredSequence, Profiles, Repository
from mdm_opt.schedules import ProfileSample
from mdm_opt.study.search_space import space_of

SIXTEEN = replace(MODEL, length=16)
PROFILE = replace(KEY, model=SIXTEEN)


@pytest.fixture
def repository(tmp_path):
    file = study_file(steps=(4, 6), space={"beta_a": [0.5, 2.0]})
    record = study_record(study_file=file.canonical(), model=SIXTEEN)
    with closing(Repository(database(tmp_path), create=True)) as found:
        found.add_study(record)
        yield found


def test_the_space_is_that_of_the_study_file_and_the_model(repository):
    space = space_of(repository, repository.study("s"))
    assert (space.steps, space.length, space.family.name) == ((4, 6), 16, "beta")
    assert tuple(space.bounds["beta_a"]) == (0.5, 2.0)
    assert space.decoding == study_file().sampler
    assert space.profile is None


def test_its_profile_is_made_of_the_sequences_that_the_study_uses(repository):
    """However many more are kept of the model."""
    profiles = Profiles(repository)
    rows = {0: [4.0, 2.0, 0.0], 1: [2.0, 1.0, 0.0], 2: [9.0, 9.0, 9.0]}
    measured = [MeasuredSequence(number, nats, 1, 0.1) for number, nats in rows.items()]
    profiles.add(PROFILE, [0, 8, 15], measured)
    profiles.use("s", PROFILE, [0, 1])
    found = space_of(repository, repository.study("s")).profile
    nats = np.array([rows[0], rows[1]])
    expected = ProfileSample(16, np.array([0, 8, 15]), nats).profile()
    np.testing.assert_array_equal(found, expected)

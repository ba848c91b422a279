"""What the accounts of workers may do in a PostgreSQL database."""

from __future__ import annotations

import re

import pytest
from postgres import fresh_database

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository
from mdm_opt.persistence.rights import WORKER_RIGHTS, grant_to_workers
from mdm_opt.persistence.tables import Base


def test_workers_write_into_tables_of_ours_and_delete_nothing():
    assert set(WORKER_RIGHTS) <= set(Base.metadata.tables)
    words = {word for right in WORKER_RIGHTS.values() for word in re.findall(r"\w+", right)}
    assert words == {"INSERT", "UPDATE"}
    # What makes a study the one that it is, is not theirs to change.
    assert not {"mdm_studies", "mdm_models", "mdm_exports", "mdm_study_changes"} & set(
        WORKER_RIGHTS
    )


@pytest.mark.postgres
def test_a_role_that_is_not_there_is_refused_in_one_line(postgres_server):
    with fresh_database(postgres_server) as url:
        Repository(url, create=True).close()
        with pytest.raises(InputError, match="nobody_of_that_name") as caught:
            grant_to_workers(url, "nobody_of_that_name", {})
        assert "\n" not in str(caught.value)

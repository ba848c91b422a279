"""Who works on a study: one process on a file, any number of workers on a server."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing

import pytest
from records import study_record
from study_files import database

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository, TrialQueue
from mdm_opt.study.locks import check_idle, exclusive

HOLD = """
import sys
from mdm_opt.study.locks import exclusive
with exclusive("s", sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_study_in_a_file_is_held_once_and_others_beside_it(tmp_path):
    url = database(tmp_path)
    with exclusive("s", url), exclusive("t", url):
        with (
            pytest.raises(
                InputError, match="study 's' is being worked on by another process"
            ) as no,
            exclusive("s", url),
        ):
            pytest.fail("held twice")
        assert "an SQLite file serves one worker. For more, start a server with" in str(no.value)
        # The same name in another file is another study.
        with exclusive("s", f"sqlite:///{tmp_path}/other.db"):
            pass


def test_it_is_free_again_whatever_ended_the_work(tmp_path):
    url = database(tmp_path)
    with pytest.raises(KeyboardInterrupt), exclusive("s", url):
        raise KeyboardInterrupt
    with exclusive("s", url):
        pass


def test_a_process_that_is_killed_holds_nothing_any_more(tmp_path):
    url = database(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(InputError, match="another process"), exclusive("s", url):
        pytest.fail("held twice")
    process.kill()
    process.communicate()
    with exclusive("s", url):
        pass


def test_a_server_serves_any_number(tmp_path):
    url = "postgresql+psycopg://nobody@/nowhere"
    with exclusive("s", url), exclusive("s", url):
        assert list(tmp_path.iterdir()) == []


def test_of_a_file_the_lock_alone_says_whether_somebody_works(tmp_path):
    """A worker that was killed has not ended, and nobody else may have been there since."""
    with closing(Repository(database(tmp_path), create=True)) as repository:
        repository.add_study(study_record())
        TrialQueue(repository, "s").workers.register("here", 1, "cpu", "0", 60.0)
        check_idle(repository, "s")


@pytest.mark.postgres
def test_on_a_server_workers_that_are_alive_are_named(postgres_url):
    with closing(Repository(postgres_url, create=True)) as repository:
        for name in ("s", "other"):
            repository.add_study(study_record(name))
        check_idle(repository, "s")
        workers = TrialQueue(repository, "s").workers
        ids = [workers.register("here", pid, "cpu", "0", 60.0) for pid in (11, 12)]
        with pytest.raises(InputError) as no:
            check_idle(repository, "s")
        assert str(no.value) == (
            "study 's' is being worked on by 2 workers, one of them process 11 on here; stop "
            "them first"
        )
        check_idle(repository, "other")
        for one in ids:
            workers.end(one, "finished")
        check_idle(repository, "s")


def test_a_child_that_foreign_code_forks_holds_nothing(tmp_path):
    url = database(tmp_path)
    reader, writer = os.pipe()
    with exclusive("s", url):
        child = os.fork()
        if child == 0:
            # Until its parent says so.
            os.close(writer)
            os.read(reader, 1)
            os._exit(0)
    with exclusive("s", url):
        pass
    os.close(writer)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

"""What `mdm-opt doctor` looks at: machine, database, study; nothing is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from mdm_opt.doctor.batch_invariance import check_batches
from mdm_opt.doctor.checks import Check, Known, guarded
from mdm_opt.doctor.database import check_schema, check_server, check_storage
from mdm_opt.doctor.machine import check_machine
from mdm_opt.doctor.own_sampler import check_own_sampler
from mdm_opt.doctor.profile import check_profile
from mdm_opt.doctor.speed import check_speed
from mdm_opt.doctor.study import check_model, check_objective, check_scores, check_study
from mdm_opt.doctor.trackers import check_trackers

# In their order; each needs what those before it have found.
_CHECKS: tuple[tuple[str, Callable[[Known], Iterable[Check]]], ...] = (
    ("storage", check_storage),
    ("server", check_server),
    ("schema", check_schema),
    ("study", check_study),
    ("model", check_model),
    ("profile", check_profile),
    ("objective", check_objective),
    ("scores", check_scores),
    ("speed", check_speed),
    ("batches", check_batches),
    ("sampler", check_own_sampler),
    ("trackers", check_trackers),
)


def examine(
    storage: str | None = None, study_file: str | Path | None = None, study: str | None = None
) -> Iterator[Check]:
    """Looks at everything that a study needs, one check after the other.

    A check that fails does not keep the others from running, but those that need what it did not
    find are left out. Models of a hub come into its cache as in every run; nothing else is
    written.

    Args:
        storage: as given on the command line; see `mdm_opt.persistence.storage_url`.
        study_file: whose model and objective are tried.
        study: name of one in the database, in its place.
    """
    yield from check_machine()
    with _no_bytecode():
        known = Known(storage, study_file, study)
        for name, check in _CHECKS:
            yield from guarded(name, partial(check, known))


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Python keeps no compiled modules beside a study file, nor does any process started."""
    name = "PYTHONDONTWRITEBYTECODE"
    before, of_children = sys.dont_write_bytecode, os.environ.get(name)
    sys.dont_write_bytecode, os.environ[name] = True, "1"
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
        if of_children is None:
            del os.environ[name]
        else:
            os.environ[name] = of_children

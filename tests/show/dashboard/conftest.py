"""A database to attack, and dashboards on it."""

from __future__ import annotations

import json

import optuna
import pytest
from attacks import (
    HOSTILE,
    HOSTILE_TO_DISK,
    HTML,
    KEY,
    OUTSIDE,
    PNG,
    SVG,
    foreign,
)
from copies import copy_database
from optuna.artifacts import FileSystemArtifactStore, upload_artifact
from served import served
from study_files import database, write_study

from mdm_opt.run.trials import run_trials
from mdm_opt.study.opening import create_study


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A database with our study, and foreign ones with artifacts and hostile names."""
    found = tmp_path_factory.mktemp("security")
    (found / "artifacts").mkdir()
    opened = create_study(write_study(found, trials="4"), database(found))
    list(run_trials(opened))
    opened.repository.close()
    with foreign(found) as storage:
        store = FileSystemArtifactStore(found / "artifacts")
        kept = {}
        for name in (HOSTILE, HOSTILE_TO_DISK):
            study = optuna.create_study(study_name=name, storage=storage)
            study.set_user_attr(HOSTILE, HOSTILE)
            trial = study.ask()
            trial.set_user_attr(HOSTILE, HOSTILE)
            for kind, content in (("html", HTML), ("svg", SVG), ("png", PNG), ("js", HTML)):
                file = found / f"attack.{kind}"
                file.write_bytes(content)
                for holder in (study, trial):
                    kept[kind, holder is trial, name] = upload_artifact(
                        artifact_store=store,
                        file_path=str(file),
                        study_or_trial=holder,
                        storage=storage,
                    )
            study.tell(trial, 1.0)
        (found / "artifacts.json").write_text(
            json.dumps([[*key, value] for key, value in kept.items()])
        )
    return found


@pytest.fixture(scope="session")
def url(folder):
    return database(folder)


@pytest.fixture(scope="module")
def board(url, folder):
    """As it is by default, with artifacts."""
    with served(url, artifacts=folder / "artifacts") as found:
        yield found


@pytest.fixture(scope="module")
def outside(url, folder):
    """On all interfaces."""
    with served(url, host=OUTSIDE, artifacts=folder / "artifacts", token=KEY) as found:
        yield found


@pytest.fixture
def writable(url, tmp_path):
    """A copy that may be changed."""
    copy_database(url, tmp_path)
    with served(database(tmp_path), writable=True) as found:
        yield found

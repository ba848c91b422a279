"""Trackers of a study: installed, reachable, and nothing is sent to them."""

from __future__ import annotations

import socket

import pytest
from examined import contents, examined
from study_files import SUDOKU4, write_study

from mdm_opt.config import track

# The study of the tests.
LATER = "it runs without it; 'mdm-opt track sudoku4' sends the rest"


@pytest.fixture(autouse=True)
def no_keys(tmp_path, monkeypatch):
    """No key of whoever runs the tests is found."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("WANDB_API_KEY", "WANDB_BASE_URL", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def port():
    """Of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port():
    """That nobody listens at."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def tracked(folder, line, code=0):
    path = write_study(folder, f"{SUDOKU4}\n[track]\n{line}\n")
    return examined(path, code=code)


def test_nothing_is_said_where_nothing_is_tracked(tmp_path):
    assert not {"mlflow", "wandb", "tensorboard"} & examined(write_study(tmp_path)).keys()


def test_folders_can_be_made_and_are_not(tmp_path):
    lines = 'tensorboard = "events/here"\nmlflow = "sqlite:///runs.db"\n'
    lines += 'wandb = {project = "p", mode = "offline"}'
    found = tracked(tmp_path, lines)
    assert found["tensorboard"].status == found["mlflow"].status == found["wandb"].status == "ok"
    assert found["tensorboard"].found.endswith(f"{tmp_path}/events/here can be written")
    assert found["mlflow"].found.endswith(f"{tmp_path}/runs.db can be written")
    assert {path.name for path in contents(tmp_path)} == {"study.toml"}


def test_what_is_in_the_way_is_named(tmp_path):
    (tmp_path / "events").write_text("a file")
    found = tracked(tmp_path, 'tensorboard = "events/here"')["tensorboard"]
    assert (found.status, found.mend) == ("warn", LATER)
    assert found.found.endswith(f"{tmp_path}/events is not a folder")
    found = tracked(tmp_path, 'mlflow = "sqlite:///home"')["mlflow"]
    assert found.found.endswith(f"{tmp_path}/home is not a file")


def test_a_server_answers_or_does_not(tmp_path, port, closed_port):
    found = tracked(tmp_path, f'mlflow = "http://127.0.0.1:{port}"')["mlflow"]
    assert found.status == "ok"
    assert found.found.endswith(f"127.0.0.1:{port} answers")
    found = tracked(tmp_path, f'mlflow = "http://127.0.0.1:{closed_port}"')["mlflow"]
    assert (found.status, found.mend) == ("warn", LATER)
    assert f"127.0.0.1:{closed_port} does not answer: " in found.found


def test_weights_and_biases_needs_a_key(tmp_path, port, no_keys, monkeypatch):
    found = tracked(tmp_path, 'wandb = "p"')["wandb"]
    assert (found.status, found.mend) == (
        "warn", "set WANDB_API_KEY, or log in with 'wandb login'"
    )  # fmt: skip
    assert "there is no key for api.wandb.ai" in found.found
    monkeypatch.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{port}")
    assert "there is no key for 127.0.0.1" in tracked(tmp_path, 'wandb = "p"')["wandb"].found
    (no_keys / ".netrc").write_text("machine 127.0.0.1 login user password secret-of-netrc\n")
    (no_keys / ".netrc").chmod(0o600)
    found = tracked(tmp_path, 'wandb = "p"')["wandb"]
    assert found.found.endswith(f"127.0.0.1:{port} answers")
    assert "secret-of-netrc" not in found.found
    (no_keys / ".netrc").unlink()
    monkeypatch.setenv("WANDB_API_KEY", "secret-key")
    assert tracked(tmp_path, 'wandb = "p"')["wandb"].status == "ok"


def test_a_package_that_is_missing_fails_as_the_study_would(tmp_path, monkeypatch):
    monkeypatch.setattr(track, "find_spec", lambda name: None)
    found = tracked(tmp_path, 'tensorboard = "events"', code=1)["tensorboard"]
    assert (found.status, found.mend) == ("fail", "pip install 'mdm-opt[tensorboard]'")

"""[track]: texts and tables, what is refused, and packages that are missing."""

from __future__ import annotations

import pytest
from study_contents import MINIMAL, refusal, with_value

from mdm_opt.config import parse_study
from mdm_opt.config.track import TRACKERS, TrackTable, check_installed
from mdm_opt.errors import InputError
from mdm_opt.study.stored_file import study_toml

ALL = {"mlflow": "sqlite:///mlflow.db", "wandb": "schedules", "tensorboard": "events"}


def test_a_text_stands_for_the_key_that_has_no_default() -> None:
    track = parse_study(with_value("track", ALL), "f").track
    assert track.names == ("mlflow", "wandb", "tensorboard") == tuple(TRACKERS)
    assert (track.mlflow.uri, track.mlflow.experiment) == ("sqlite:///mlflow.db", None)
    wandb = track.wandb
    assert (wandb.project, wandb.entity, wandb.mode, wandb.directory) == (
        *("schedules", None, "online", "."),
    )
    assert track.tensorboard.directory == "events"
    assert track.wait_seconds == 60


def test_tables_say_more() -> None:
    given = {
        "mlflow": {"uri": "http://there:5000", "experiment": "team"},
        "wandb": {"project": "p", "entity": "team", "mode": "offline", "directory": "runs"},
        "tensorboard": {"directory": "tb"},
        "wait_seconds": 5.0,
    }
    study = parse_study(with_value("track", given), "f")
    assert study.canonical()["track"] == given
    assert parse_study(study.canonical(), "f") == study
    assert 'entity = "team"' in study_toml(study)


def test_without_trackers_a_study_file_is_what_it_was() -> None:
    plain = parse_study(MINIMAL, "f")
    assert plain.track.names == ()
    assert "track" not in plain.canonical()
    assert "[track]" not in study_toml(plain)


def test_where_a_study_is_sent_does_not_make_it_another() -> None:
    plain = parse_study(MINIMAL, "f")
    sent = parse_study(with_value("track", ALL), "f")
    assert sent.identity_hash() == plain.identity_hash()
    assert sent.fixed() == plain.fixed()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("mlflow", 3, "[track] mlflow: 3 is not accepted: a text, the uri, or a table with keys"),
        ("mlflow", "", "[track] mlflow.uri: '' is not accepted"),
        ("mlflow", {"url": "x"}, "mlflow: unknown key 'url': a text, the uri, or a table with"),
        ("mlflow", {"experiment": "x"}, "[track] mlflow.uri: missing"),
        ("wandb", {"project": "a/b"}, "[track] wandb.project: 'a/b' is not accepted"),
        (
            "wandb",
            {"project": "p", "mode": "on"},
            "wandb.mode: 'on' is not accepted: Input should",
        ),
        ("tensorboard", ["x"], "[track] tensorboard: ['x'] is not accepted: a text, the director"),
        ("wait_seconds", -1.0, "[track] wait_seconds: -1.0 is not accepted"),
        ("neptune", "x", "[track] neptune: unknown key; known: mlflow, wandb, tensorboard, wait_"),
    ],
)
def test_refused(key, value, said) -> None:
    assert said in refusal(with_value(f"track.{key}", value))


@pytest.mark.parametrize("uri", ["http://me:secret@there", "mysql+pymysql://me:secret@there/db"])
def test_a_password_is_refused_and_not_repeated(uri) -> None:
    said = refusal(with_value("track.mlflow", uri))
    assert "[track] mlflow: the uri has a password" in said
    assert "MLFLOW_TRACKING_PASSWORD" in said
    assert "secret" not in said


def test_what_is_no_uri_at_all_is_said_so() -> None:
    assert "the uri cannot be read" in refusal(with_value("track.mlflow", "http://[x"))


def test_a_missing_package_is_named_with_its_extra(monkeypatch) -> None:
    monkeypatch.setitem(TRACKERS, "wandb", "no_such_package")
    track = TrackTable.model_validate({"wandb": "p"})
    with pytest.raises(InputError) as caught:
        check_installed(track)
    assert str(caught.value) == "[track] wandb needs its package: pip install 'mdm-opt[wandb]'"
    assert caught.value.exit_code == 2
    check_installed(TrackTable())


def test_it_is_refused_before_anything_is_written(tmp_path, monkeypatch) -> None:
    from commands import invoke
    from study_files import SUDOKU4, database, write_study

    monkeypatch.setitem(TRACKERS, "mlflow", "no_such_package")
    path = write_study(tmp_path, SUDOKU4 + '[track]\nmlflow = "sqlite:///mlflow.db"\n')
    result = invoke("run", path, "--storage", database(tmp_path))
    assert result.exit_code == 2
    assert "pip install 'mdm-opt[mlflow]'" in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["study.toml"]

"""What is added to the dashboard's answers, and what is left as it is."""

from __future__ import annotations

import base64
import json
import logging
import struct
import time
import zlib
from contextlib import contextmanager
from dataclasses import replace

import optuna
import optuna_dashboard
import pytest
from copies import copy_database
from hypothesis import given
from hypothesis import strategies as st
from served import FirstStep, asked, guarded_study
from sqlalchemy import delete
from study_files import database, write_study

from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository
from mdm_opt.persistence.optuna_tables import optuna_storage
from mdm_opt.persistence.tables import SampleRow
from mdm_opt.run.trials import run_trials
from mdm_opt.show import snapshot as snapshot_module
from mdm_opt.show.dashboard import Access, Guard, View
from mdm_opt.show.dashboard import view as view_module
from mdm_opt.show.dashboard.view import OURS
from mdm_opt.show.figures import figures
from mdm_opt.show.notes import LONGEST_SAMPLE, study_note, trial_note
from mdm_opt.show.snapshot import Snapshots, read_snapshot
from mdm_opt.study.opening import create_study

LINE = "\n\n---\n\n"


def chunk(kind, content):
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


PNG = b"".join(
    [
        b"\x89PNG\r\n\x1a\n",
        chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00")),
        chunk(b"IEND", b""),
    ]
)


def seen_through(application, repository):
    return View(application, repository, Snapshots(repository))


class Looked:
    """A database and the dashboard on it, with our part and without."""

    def __init__(self, url):
        self.repository = Repository(url, create=False)
        self.storage = optuna_storage(self.repository.engine)
        self.view = seen_through(self.application(), self.repository)

    def application(self):
        # A new one has nothing in its cache.
        return optuna_dashboard.wsgi(self.storage)

    def plain(self, path="/api/studies/1", query=""):
        """Without our part."""
        return asked(self.application(), path=path, query=query).json

    def shown(self, path="/api/studies/1", query=""):
        """With it, by a dashboard that has just been started."""
        return asked(
            seen_through(self.application(), self.repository), path=path, query=query
        ).json

    @property
    def found(self):
        return read_snapshot("sudoku4", self.repository)

    def close(self):
        self.storage.remove_session()
        self.repository.close()


@contextmanager
def looked(url):
    found = Looked(url)
    try:
        yield found
    finally:
        found.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A study whose trials of the best values are infeasible."""
    opened = guarded_study(tmp_path_factory.mktemp("view"), trials="8")
    opened.repository.close()
    return opened.repository.url


@pytest.fixture(scope="module")
def done(url):
    with looked(url) as found:
        yield found


@pytest.fixture
def changing(url, tmp_path):
    """A copy that may be changed."""
    copy_database(url, tmp_path)
    with looked(database(tmp_path)) as found:
        yield found


def by_number(body, key="trials"):
    return {trial["number"]: trial for trial in body[key]}


def attributes(trial):
    pairs = [(one["key"], one["value"]) for one in trial["user_attrs"]]
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def test_a_study_has_its_note_and_plots(done):
    body = done.shown()
    assert body["note"] == {"version": 0, "body": OURS + study_note(done.found)}
    assert "8 of 8 trials finished" in body["note"]["body"]
    drawn = figures(done.found)
    assert [one["id"] for one in body["plotly_graph_objects"]] == [
        f"mdm-opt-{name}" for name in drawn
    ]
    for one, figure in zip(body["plotly_graph_objects"], drawn.values(), strict=True):
        shown, drawn = json.loads(one["graph_object"]), json.loads(figure.to_json())
        # Titles stand in lines under the buttons.
        del shown["layout"]["title"], drawn["layout"]["title"]
        assert shown["layout"]["margin"].pop("t") > drawn["layout"]["margin"].pop("t")
        assert shown == drawn


def test_trials_have_their_notes_samples_attributes_and_constraints(done):
    body, plain, found = by_number(done.shown()), by_number(done.plain()), done.found
    assert body.keys() == plain.keys() == set(range(8))
    for record in found.trials:
        trial = body[record.trial_number]
        texts = found.samples[record.id]
        assert len(texts) == 3
        assert trial["note"]["body"] == OURS + trial_note(found, record, texts)
        for text in texts:
            assert f"```text\n{text.shown}\n```" in trial["note"]["body"]
        assert trial["constraints"] == list(record.guards.values())
        own = attributes(trial)
        assert own["seed"] == record.label
        assert float(own["NFE"]) == record.nfe
        assert float(own["standard error"]) == pytest.approx(record.standard_error, rel=1e-5)
        assert own["instances"] == str(record.instances)
        assert own["schedule"] == record.candidate.label
        assert not {"label", "measured", "position"} & own.keys()
        untouched = {"number", "trial_id", "state", "values", "params", "datetime_start"}
        assert {k: trial[k] for k in untouched} == {
            k: plain[record.trial_number][k] for k in untouched
        }


def test_titles_of_plots_fit_into_their_places(done):
    drawn = figures(done.found)
    titles = []
    for plot in done.shown()["plotly_graph_objects"]:
        title = json.loads(plot["graph_object"])["layout"]["title"]["text"]
        titles.append(title)
        assert title.replace("<br>", " ") == drawn[plot["id"][8:]].layout.title.text
        assert max(map(len, title.split("<br>"))) <= 36
    assert any("<br>" in title for title in titles)


def test_values_of_the_search_are_called_biased(done):
    assert done.plain()["objective_names"] == ["quality"]
    assert done.shown()["objective_names"] == ["quality (search, biased)"]


def test_the_best_trials_are_the_model_s_and_feasible(done):
    body, found = done.shown(), done.found
    best = by_number(body, "best_trials")
    assert set(best) == set(found.best_trials().values()) == {0}
    (luckiest,) = [max(found.trials, key=lambda one: (one.value, -one.trial_number))]
    assert not luckiest.feasible
    assert luckiest.value > next(one.value for one in found.trials if one.trial_number == 0)
    assert max(body["trials"], key=lambda one: one["values"])["number"] not in best
    for number, trial in by_number(body).items():
        infeasible = any(value > 0 for value in trial["constraints"])
        assert infeasible is (number in {5, 7})
        assert ("INFEASIBLE" in trial["note"]["body"]) is infeasible
        assert ("The best trial" in trial["note"]["body"]) is (number in best)
    # The same as in the list, with its note once.
    assert best[0] == by_number(body)[0]


def test_a_study_without_a_feasible_trial_has_no_best_one(tmp_path, monkeypatch):
    def all_missed(self, denoiser, reveals):
        scores = self.of.score(denoiser, reveals)
        return replace(scores, guards={"first": scores.values + 1})

    monkeypatch.setattr(FirstStep, "score", all_missed)
    opened = guarded_study(tmp_path, trials="4")
    with looked(opened.repository.url) as found:
        body = found.shown()
        assert body["best_trials"] == []
        assert "No feasible trial" in body["note"]["body"]
        assert all("INFEASIBLE" in one["note"]["body"] for one in body["trials"])
    opened.repository.close()


@pytest.mark.parametrize("after", [0, 1, 5, 8, 100])
def test_a_browser_that_has_seen_some_trials_is_told_the_same(done, after):
    whole, part = done.shown(), done.shown(query=f"after={after}")
    assert part["trials"] == whole["trials"][after:]
    assert part["best_trials"] == whole["best_trials"]
    assert part["note"] == whole["note"]


def test_what_is_none_of_ours_passes_unchanged(changing):
    study = optuna.create_study(study_name="foreign", storage=changing.storage)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    study.set_user_attr("label", "kept")
    for query in ("", "after=1", "after=x", "after=-1"):
        for path in ("/api/studies/2", "/api/studies/2/", "/api/studies/99"):
            plain = asked(changing.application(), path=path, query=query)
            found = asked(
                seen_through(changing.application(), changing.repository), path=path, query=query
            )
            assert (found.status, found.json) == (plain.status, plain.json)
    for path in ("/", "/dashboard", "/api/studies", "/csv/1", "/csv/2", "/nowhere"):
        plain, found = asked(changing.application(), path=path), asked(changing.view, path=path)
        assert (found.status, found.content) == (plain.status, plain.content)


def test_trailing_slashes_change_nothing(done):
    assert done.shown("/api/studies/1///") == done.shown()


def test_samples_can_be_looked_at_where_no_store_is(done):
    assert done.plain("/api/meta")["artifact_is_available"] is False
    meta = done.shown("/api/meta")
    assert meta == done.plain("/api/meta") | {"artifact_is_available": True}


def test_a_running_study_is_followed_trial_by_trial(tmp_path):
    opened = create_study(write_study(tmp_path, trials="5"), database(tmp_path))
    with looked(opened.repository.url) as found:
        assert found.shown()["trials"] == []
        assert "0 of 5 trials finished" in found.shown()["note"]["body"]
        view = found.view
        view.detail(found.plain())
        for number, _ in enumerate(run_trials(opened)):
            # Nothing is asked for again once it is over, so its note must be there at once.
            body = view.detail(found.plain(query=f"after={number}"), found.plain)
            (trial,) = body["trials"]
            assert (trial["number"], trial["state"]) == (number, "Complete")
            assert "**The best trial" in trial["note"]["body"] or OURS in trial["note"]["body"]
            assert f"{number + 1} of 5 trials finished" in body["note"]["body"]
            assert body["best_trials"]
    opened.repository.close()


def test_pictures_are_not_drawn_anew_for_nothing(changing, monkeypatch):
    drawn = []

    def counted(found):
        drawn.append(found.progress.running)
        return figures(found)

    monkeypatch.setattr(view_module, "figures", counted)
    body = changing.plain()
    for _ in range(3):
        changing.view.detail(body)
    assert len(drawn) == 1
    versions = iter(range(100))
    monkeypatch.setattr(changing.repository, "version", lambda name: (next(versions),))
    changing.view.detail(body)
    # The trials that are over are known; what else is new can wait a little.
    assert len(drawn) == 1
    later = time.monotonic() + 3600
    monkeypatch.setattr(view_module.time, "monotonic", lambda: later)
    changing.view.detail(body)
    assert len(drawn) == 2


# Notes of the user's.


def save(looked, text, version, path="/api/studies/1/note"):
    body = json.dumps({"body": text, "version": version}).encode()
    kind = {"CONTENT_TYPE": "application/json"}
    return asked(looked.view, "PUT", path, body=body, **kind).status


def test_a_note_of_the_user_s_is_kept_without_ours(changing):
    trial = changing.plain()["trials"][2]["trial_id"]
    paths = ("/api/studies/1/note", f"/api/studies/1/{trial}/note")
    ours = (changing.shown()["note"]["body"], changing.shown()["trials"][2]["note"]["body"])
    for path, own in zip(paths, ours, strict=True):
        assert save(changing, f"Mine.\n\n{own}", 1, path) == 204

    def notes(body):
        return [body["note"], body["trials"][2]["note"]]

    assert notes(changing.plain()) == [{"version": 1, "body": "Mine."}] * 2
    shown = notes(changing.shown())
    assert shown == [{"version": 1, "body": f"Mine.{LINE}{own}"} for own in ours]
    # Saved as it was shown, it stays as it was.
    for path, note in zip(paths, shown, strict=True):
        assert save(changing, note["body"], 2, f"{path}//") == 204
    assert notes(changing.plain()) == [{"version": 2, "body": "Mine."}] * 2
    assert save(changing, "late", 2) == 409
    assert save(changing, ours[0], 3) == 204
    assert notes(changing.plain())[0] == {"version": 3, "body": ""}
    assert notes(changing.shown())[0]["body"] == ours[0]


def kept(content, **environ):
    """What arrives at the dashboard of a note that is saved."""
    arrived = []

    def application(environ, start_response):
        arrived.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("204 No Content", [])
        return []

    asked(View(application, None, None), "PUT", "/api/studies/1/note", body=content, **environ)
    return arrived[0]


@given(st.text(), st.text())
def test_whatever_a_user_writes_is_kept(own, ours):
    shown = view_module._joined({"body": own, "version": 3}, ours)
    assert shown["version"] == 3
    arrived = json.loads(kept(json.dumps(shown).encode()))
    assert arrived["version"] == 3
    if OURS.strip() not in own:
        assert arrived["body"] == own.rstrip()
        # Without ours nothing is taken away.
        plain = json.dumps({"body": own}).encode()
        assert json.loads(kept(plain)) == {"body": own}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"x"', b"1", b"{}", b'{"body": null}', b"\xff", b"[" * 100_000],
)
def test_what_is_no_note_is_the_dashboard_s_to_refuse(changing, content):
    before = changing.plain()["note"]
    kind = {"CONTENT_TYPE": "application/json"}
    path = "/api/studies/1/note"
    assert asked(changing.view, "PUT", path, body=content, **kind).status in (400, 500)
    assert changing.plain()["note"] == before


@pytest.mark.parametrize("length", ["-1", "x", "1.5", "+1", " 1", "9" * 40])
def test_a_length_that_is_none_is_left_to_the_dashboard(length):
    read = []

    def application(environ, start_response):
        read.append(environ["wsgi.input"].read())
        start_response("400 Bad Request", [])
        return []

    note = b'{"body": "x"}'
    answer = asked(
        View(application, None, None),
        "PUT",
        "/api/studies/1/note",
        body=note,
        CONTENT_LENGTH=length,
    )
    assert (answer.status, read) == (400, [note])


# Samples that are no short text.


def put(looked, texts):
    """Other samples for trial 0; the address of each."""
    record = looked.found.trials[0]
    with looked.repository.transaction() as session:
        session.execute(delete(SampleRow).where(SampleRow.measurement_id == record.id))
        for instance, text in enumerate(texts):
            session.add(SampleRow(measurement_id=record.id, instance=instance, text=text))
    return [f"/artifacts/1/1/5a-{record.id:x}-{instance:x}" for instance in range(len(texts))]


def data(kind, content):
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def test_pictures_and_long_samples_are_artifacts(changing):
    hostile = "<script>alert(1)</script>" * 100
    svg = data("image/svg+xml", b'<svg onload="alert(1)"/>')
    texts = [data("image/png", PNG), "short", "x" * LONGEST_SAMPLE, hostile, svg,
             data("image/png", b"<script>"), data("text/html", b"<script>")]  # fmt: skip
    paths = put(changing, texts)
    trial = changing.shown()["trials"][0]
    expected = [(0, "png", "image/png"), (3, "txt", "text/plain")]
    assert trial["artifacts"] == [
        {
            "artifact_id": paths[instance].rpartition("/")[2],
            "filename": f"sample-{instance}.{ending}",
            "mimetype": kind,
            "encoding": None,
        }
        for instance, ending, kind in expected
    ]
    assert hostile not in trial["note"]["body"]
    assert base64.b64encode(PNG).decode() not in trial["note"]["body"]
    guard = Guard(changing.view, Access(frozenset({"localhost"})))
    for number, (path, text) in enumerate(zip(paths, texts, strict=True)):
        answer = asked(guard, path=path)
        picture = number == 0
        assert answer.status == 200
        assert answer.content == (PNG if picture else text.encode())
        assert answer.headers["content-type"] == (
            "image/png" if picture else "text/plain; charset=utf-8"
        )
        assert answer.headers["content-length"] == str(len(answer.content))
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        head = asked(guard, "HEAD", path)
        assert (head.status, head.content) == (200, b"")
        assert head.headers == answer.headers


def test_a_sample_that_is_not_there_is_missing(changing, monkeypatch, caplog):
    (path,) = put(changing, ["only"])
    assert asked(changing.view, path=path).text == "only"
    for wrong in (path[:-1] + "1", path.replace("5a-1", "5a-ffff"), path[:-1] + "fffffff"):
        answer = asked(changing.view, path=wrong)
        assert (answer.status, answer.text) == (404, "no such sample\n")
    # No integers of a database; the dashboard has no such artifacts either.
    for wrong in (
        f"/artifacts/1/1/5a-{'f' * 99}-0",
        "/artifacts/1/1/5a--0",
        "/artifacts/1/5a-1-0",
    ):
        assert asked(changing.view, path=wrong).status in (400, 404)
    assert asked(changing.view, "DELETE", path).status in (400, 404, 405, 500)
    assert asked(changing.view, path=path).text == "only"

    def away(_):
        raise InputError("storage x: it is away")

    monkeypatch.setattr(changing.repository, "texts", away)
    assert asked(changing.view, path=path).status == 404
    assert "it is away" in caplog.text


# Where our part fails.


@pytest.mark.parametrize(
    "error",
    [InputError("away"), KeyError("k"), ValueError("v\nw"), ZeroDivisionError(), RuntimeError("r"),
     AttributeError("a"), RecursionError("deep"), AssertionError(), OSError(5, "io")],
)  # fmt: skip
def test_the_dashboard_answers_where_our_part_fails(changing, monkeypatch, caplog, error):
    def failing(*_):
        raise error

    caplog.set_level(logging.WARNING)
    expected = changing.plain()
    with monkeypatch.context() as patch:
        patch.setattr(snapshot_module, "read_snapshot", failing)
        answer = asked(changing.view)
        assert changing.shown() == expected
        assert asked(changing.view, path="/api/studies/1").json == expected
    assert answer.status == 302
    assert len(caplog.records) == 2
    for record in caplog.records:
        assert record.getMessage().startswith("mdm-opt cannot add to the dashboard's answer")
        assert "\n" not in record.getMessage()
    # It comes back by itself.
    assert OURS in asked(changing.view, path="/api/studies/1").json["note"]["body"]


def test_one_broken_study_leaves_the_others_alone(changing, monkeypatch):
    optuna.create_study(study_name="foreign", storage=changing.storage)
    monkeypatch.setattr(view_module, "figures", None)
    assert changing.shown() == changing.plain()
    assert changing.shown("/api/studies/2") == changing.plain("/api/studies/2")
    assert changing.shown("/api/studies") == changing.plain("/api/studies")

"""What our tables add to optuna-dashboard's answers; a WSGI application around it.

Nothing is written: notes, plots and marks are made from what is in the database when they are
asked for, so they follow a running study.
"""

from __future__ import annotations

import io
import json
import logging
import re
import textwrap
import threading
import time
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mdm_opt.errors import MdmOptError
from mdm_opt.persistence import MeasurementRecord, Repository
from mdm_opt.plugins import one_line
from mdm_opt.sample_texts import picture
from mdm_opt.show.dashboard.wsgi import Environ, call_application, respond
from mdm_opt.show.figures import figures
from mdm_opt.show.notes import (
    LONGEST_SAMPLE,
    study_note,
    trial_note,
)
from mdm_opt.show.snapshot import Snapshot, Snapshots

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication
    from plotly.graph_objects import Figure

_DETAIL = re.compile(r"/api/studies/\d+")
_NOTE = re.compile(r"/api/studies/\d+(?:/\d+)?/note")
# The dashboard gives artifacts' ids out and asks for them by these addresses. Numbers with more
# digits are no integers of a database.
_SAMPLE = re.compile(r"/artifacts/\d+/\d+/5a-([0-9a-f]{1,7})-([0-9a-f]{1,7})")
# Between a note of the user's and ours, which must not be saved with it; Markdown hides it.
_LINE, OURS = "\n\n---\n\n", "[//]: # (From mdm-opt; what stands below is not saved)\n\n"
# While a study runs its pictures are not drawn more often than this.
_LEAST_SECONDS, _SHARE_OF_TIME = 2.0, 4.0
# Characters of a title's line, so that it fits beside another figure, and at 400 pixels.
_LINE_OF_TITLE = 36
# Pixels of its buttons and of a line.
_BUTTONS, _LINE_HEIGHT = 32, 22
# Trials that are over, and that count.
_MEASURED = ("Complete", "Pruned")
_LOG = logging.getLogger(__name__)

Body = dict[str, Any]


@dataclass(frozen=True)
class _Part:
    """What is added to a trial: its note, attributes, constraints and artifacts."""

    note: str
    attributes: dict[str, str]
    constraints: list[float]
    artifacts: list[dict[str, Any]]

    @classmethod
    def of(cls, found: Snapshot, record: MeasurementRecord) -> _Part:
        texts = found.samples.get(record.id or 0, ())
        own = {"schedule": record.candidate.label, "seed": record.label, "NFE": record.nfe}
        own |= {"standard error": record.standard_error, "instances": record.instances}
        return cls(
            note=trial_note(found, record, texts),
            attributes={k: f"{v:.6g}" if isinstance(v, float) else str(v) for k, v in own.items()},
            constraints=list(record.guards.values()),
            artifacts=_artifacts(record, texts),
        )


@dataclass
class _Drawn:
    """A study as it was shown last.

    Attributes:
        version: of what it was made from.
        found: everything that was known.
        plots: plotly's JSON by name.
        until: when it may be made anew at the earliest, on the monotonic clock.
        parts: what is added to trials, by the id of their measurement and whether they are the
            best of their step count.
    """

    version: tuple[int, ...]
    found: Snapshot
    plots: dict[str, str]
    until: float
    parts: dict[tuple[int, bool], _Part] = field(default_factory=dict)

    @cached_property
    def best(self) -> set[int]:
        """Numbers of the best trials."""
        return set(self.found.best_trials().values())

    def has(self, numbers: Set[int]) -> bool:
        """Whether the trials of these numbers were known."""
        return numbers <= {m.trial_number for m in self.found.trials}


class View:
    """Adds notes, plots, samples and feasibility to the answers of the dashboard.

    Args:
        application: optuna-dashboard on the same database.
        repository: our tables.
        snapshots: of its studies.
    """

    def __init__(
        self, application: WSGIApplication, repository: Repository, snapshots: Snapshots
    ) -> None:
        self._application, self._repository = application, repository
        self._snapshots = snapshots
        self._drawn: dict[str, _Drawn] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request (PEP 3333)."""
        # The dashboard takes trailing slashes away, too.
        path = str(environ.get("PATH_INFO", "")).rstrip("/")
        method = environ.get("REQUEST_METHOD")
        sample = _SAMPLE.fullmatch(path)
        if sample is not None and method in ("GET", "HEAD"):
            content = self._sample(int(sample[1], 16), int(sample[2], 16), start_response)
            return [content] if method == "GET" else []
        if method == "GET" and _DETAIL.fullmatch(path):
            # What is asked for is written over while it is answered.
            whole = environ | {"QUERY_STRING": ""}
            return self._changed(
                environ,
                start_response,
                lambda body: self.detail(
                    body, lambda: json.loads(call_application(self._application, whole)[2])
                ),
            )
        if method == "GET" and path == "/api/meta":
            return self._changed(environ, start_response, _with_artifacts)
        if method == "PUT" and _NOTE.fullmatch(path):
            _keep_own_note(environ)
        return self._application(environ, start_response)

    def detail(self, body: Body, whole: Callable[[], Body] | None = None) -> Body:
        """The dashboard's JSON of one study with what we know of it.

        Args:
            body: as optuna-dashboard answers ``/api/studies/ID``, with all trials or, where a
                browser has seen some, with those that follow.
            whole: asks it for all; None where `body` has them.
        """
        over = {t["number"] for t in body["trials"] if t["state"] in _MEASURED}
        drawn = self._study(str(body.get("name", "")), over)
        if drawn is None:
            return body
        by_number = {m.trial_number: m for m in drawn.found.trials}
        best = drawn.best
        known = {t["number"]: t for t in [*body["best_trials"], *body["trials"]]}
        if whole is not None and not best <= known.keys():
            known |= {t["number"]: t for t in whole()["trials"]}
        return body | {
            "trials": [self._trial(drawn, t, by_number.get(t["number"])) for t in body["trials"]],
            # By the model of the search and feasible; the dashboard's are by luck.
            "best_trials": [
                self._trial(drawn, known[n], by_number[n]) for n in sorted(best) if n in known
            ],
            "note": _joined(body.get("note"), study_note(drawn.found)),
            **_objective_names(body),
            "plotly_graph_objects": [
                *body.get("plotly_graph_objects", []),
                *({"id": f"mdm-opt-{n}", "graph_object": p} for n, p in drawn.plots.items()),
            ],
        }

    def _trial(
        self, drawn: _Drawn, trial: dict[str, Any], record: MeasurementRecord | None
    ) -> dict[str, Any]:
        if record is None or record.trial_number is None:
            return trial
        key = record.id or 0, record.trial_number in drawn.best
        if key not in drawn.parts:
            drawn.parts[key] = _Part.of(drawn.found, record)
        part = drawn.parts[key]
        attributes = {one["key"]: one["value"] for one in trial.get("user_attrs", [])}
        for internal in ("label", "measured", "position"):
            attributes.pop(internal, None)
        return trial | {
            "note": _joined(trial.get("note"), part.note),
            "constraints": part.constraints,
            "artifacts": [*trial.get("artifacts", []), *part.artifacts],
            "user_attrs": [
                {"key": k, "value": v} for k, v in (attributes | part.attributes).items()
            ],
        }

    def _study(self, name: str, over: Set[int]) -> _Drawn | None:
        """The study as it is now, or nearly; None where it is not one of ours.

        Args:
            name: of the study.
            over: numbers of trials that a browser is about to be shown, and to ask for no more.
        """
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            version = self._repository.version(name)
            last = self._drawn.get(name)
            if version is None:
                return None
            if last and (
                last.version == version or (time.monotonic() < last.until and last.has(over))
            ):
                return last
            started = time.monotonic()
            found = self._snapshots.read(name)
            plots = {name: _plot(figure) for name, figure in figures(found).items()}
            now = time.monotonic()
            wait = max(_LEAST_SECONDS, _SHARE_OF_TIME * (now - started))
            parts = {} if last is None else last.parts
            drawn = self._drawn[name] = _Drawn(version, found, plots, now + wait, parts)
            return drawn

    def _changed(
        self,
        environ: Environ,
        start_response: StartResponse,
        change: Callable[[Body], Body],
    ) -> Iterable[bytes]:
        """The dashboard's JSON answer, changed; as it is where something goes wrong."""
        status, headers, content = call_application(self._application, environ)
        if status.startswith("200"):
            try:
                content = json.dumps(change(json.loads(content))).encode()
            except Exception as error:  # whatever it is, the dashboard goes on without our part
                _LOG.warning("mdm-opt cannot add to the dashboard's answer: %s", one_line(error))
        return respond(start_response, status, headers, content)

    def _sample(self, measurement_id: int, instance: int, start_response: StartResponse) -> bytes:
        try:
            texts = self._repository.texts(measurement_id)
        except MdmOptError as error:
            _LOG.warning("mdm-opt cannot read a sample: %s", one_line(error))
            texts = []
        if instance >= len(texts):
            content, kind, status = b"no such sample\n", "text/plain", "404 Not Found"
        else:
            found = picture(texts[instance])
            kind, content = found or ("text/plain", texts[instance].encode())
            status = "200 OK"
        more = "; charset=utf-8" if kind == "text/plain" else ""
        start_response(
            status, [("Content-Type", kind + more), ("Content-Length", str(len(content)))]
        )
        return content


def _plot(figure: Figure) -> str:
    """A figure's JSON, its title in lines that are no wider than its place in the dashboard."""
    title = figure.layout.title
    # A word is never broken: there are escaped characters in it.
    lines = textwrap.wrap(
        title.text, _LINE_OF_TITLE, break_long_words=False, break_on_hyphens=False
    )
    title.text = "<br>".join(lines)
    # Under the buttons, which plotly draws over the upper right corner.
    # Half of what further lines add stands above the place.
    place = _BUTTONS + _LINE_HEIGHT // 2 * (len(lines) - 1)
    title.update(yref="container", y=1, yanchor="top", pad={"t": place})
    figure.layout.margin.t = _BUTTONS + _LINE_HEIGHT * len(lines) + 8
    return str(figure.to_json())


def _with_artifacts(body: Body) -> Body:
    return body | {"artifact_is_available": True}


def _objective_names(body: Body) -> Body:
    """What the dashboard calls the values of trials: those of a search are biased."""
    first, *others = body.get("objective_names") or [""]
    return {"objective_names": [f"{first} (search, biased)", *others]} if first else {}


def _artifacts(record: MeasurementRecord, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Pictures, and texts that are too long for a note, as the dashboard lists artifacts."""
    listed = []
    for instance, text in enumerate(texts):
        found = picture(text)
        if found is None and len(text) <= LONGEST_SAMPLE:
            continue
        kind = found[0] if found else "text/plain"
        listed.append(
            {
                "artifact_id": f"5a-{record.id or 0:x}-{instance:x}",
                "filename": f"sample-{instance}.{kind.rpartition('/')[2].replace('plain', 'txt')}",
                "mimetype": kind,
                "encoding": None,
            }
        )
    return listed


def _joined(note: Any, ours: str) -> dict[str, Any]:
    """A note of the user's and ours under it, with the version that saving needs."""
    own = note if isinstance(note, dict) else {}
    text = str(own.get("body", ""))
    return {
        "version": own.get("version", 0),
        "body": f"{text}{_LINE if text else ''}{OURS}{ours}",
    }


def _keep_own_note(environ: Environ) -> None:
    """Takes our part out of a note that is about to be saved."""
    given = str(environ.get("CONTENT_LENGTH") or "0")
    if not re.fullmatch("[0-9]{1,18}", given):
        return
    content = environ["wsgi.input"].read(int(given))
    try:
        body = json.loads(content)
        text, ours, _ = str(body["body"]).partition(OURS.strip())
        if ours:
            body["body"] = text.rstrip().removesuffix(_LINE.strip()).rstrip()
        content = json.dumps(body).encode()
    except (LookupError, RecursionError, TypeError, ValueError):
        pass  # The dashboard refuses it.
    environ["wsgi.input"] = io.BytesIO(content)
    environ["CONTENT_LENGTH"] = str(len(content))

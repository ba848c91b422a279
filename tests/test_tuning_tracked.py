"""tune() with callbacks and trackers."""

from __future__ import annotations

import pytest
from test_tuning import QUICK, pairs, torch_denoiser
from tracked import QUIET, needs

import mdm_opt
from mdm_opt.errors import InputError
from mdm_opt.persistence import Repository
from mdm_opt.tuning import TuneResult, tune


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)


def test_callbacks_are_told_every_trial_and_the_verified_result(tmp_path):
    told = []
    storage = tmp_path / "t.db"
    result = tune(
        torch_denoiser(), pairs, steps=[2, 3], storage=storage, callbacks=[told.append], **QUICK
    )
    *trials, last = told
    assert last is result
    assert isinstance(last, TuneResult)
    assert all(isinstance(one, mdm_opt.FinishedTrial) for one in trials)
    kept = Repository(f"sqlite:///{storage}", create=False).measurements("tuned", ["search"])
    assert [(one.number, one.measurement.value) for one in trials] == [
        (m.trial_number, m.value) for m in kept
    ]
    assert [one.finished for one in trials] == [1, 2, 3, 4, 5]
    assert {one.planned for one in trials} == {5}


def test_a_callback_that_fails_ends_nothing():
    def broken(event):
        raise ValueError("no room")

    said, kept = [], []
    with pytest.warns(RuntimeWarning) as warned:
        result = tune(
            torch_denoiser(), pairs, steps=2, report=said.append,
            callbacks=[broken, kept.append], **QUICK,
        )  # fmt: skip
    assert kept[-1] is result
    named = [line for line in said if "broken" in line]
    assert len(named) == 2
    assert named[0].endswith("ValueError: no room; the study goes on")
    assert named[1].endswith("failed 6 times")
    assert [str(one.message) for one in warned] == named


def test_a_callback_stops_the_search_as_ctrl_c_does(tmp_path):
    def enough(event):
        if event.number == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(torch_denoiser(), pairs, steps=2, storage=tmp_path / "t.db", callbacks=[enough],
             **QUICK)  # fmt: skip
    kept = Repository(f"sqlite:///{tmp_path}/t.db", create=False)
    assert len(kept.measurements("tuned", ["search"])) == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"callbacks": print}, "callbacks: <built-in function print> is not accepted: a list of"),
        ({"callbacks": ["x"]}, "callbacks: ['x'] is not accepted: a list of functions"),
        ({"track": "mlflow"}, "track: 'mlflow' is not accepted: keys of [track] are expected"),
        ({"track": {"mlfow": "x"}}, "track['mlfow']: unknown key; known: mlflow, wandb"),
        ({"track": {"wandb": 3}}, "track['wandb']: 3 is not accepted: a text, the project"),
    ],
)
def test_refused(given, said):
    with pytest.raises(InputError) as caught:
        tune(torch_denoiser(), pairs, steps=2, **QUICK, **given)
    assert said in str(caught.value)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_study_of_python_is_sent_to_its_trackers(tmp_path, monkeypatch):
    needs("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    monkeypatch.chdir(tmp_path)
    # One that keeps nothing else.
    track = {"tensorboard": "events", "wait_seconds": 400}
    result = tune(torch_denoiser(), pairs, steps=2, track=track, **QUICK)
    (place,) = (tmp_path / "events").glob("tuned-*")
    events = EventAccumulator(str(place))
    events.Reload()
    assert [one.step for one in events.Scalars("trials/value")] == [0, 1, 2, 3, 4]
    (verified,) = events.Scalars("verified/2/value")
    assert verified.value == pytest.approx(result.best.budgets[0].value)

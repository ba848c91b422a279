"""A study in our tables and what Optuna's tables have of it."""

from __future__ import annotations

import numpy as np
from records import measurement, study_record
from study_files import optuna_trials

from mdm_opt.candidates import beta
from mdm_opt.config import parse_study
from mdm_opt.persistence import TrialQueue
from mdm_opt.persistence.mirror import Mirror
from mdm_opt.persistence.optuna_tables import make_tables

LENGTH = 16

FILE = {
    "study": {"name": "m"},
    "model": {"kind": "enumerated", "law": "sudoku4"},
    "space": {"steps": [4, 8]},
    "objective": {"kind": "validity", "verifier": "sudoku"},
}


class Bench:
    """A study in our tables and the mirror of it."""

    def __init__(self, repository, content=FILE, trials=8):
        self.repository, self.file = repository, parse_study(content, "test")
        repository.add_study(study_record("m", study_file=content, direction="maximize"))
        make_tables(repository.engine)
        self.queue = TrialQueue(repository, "m")
        self.queue.plan([], self.file.space.steps, trials)
        self.mirror = Mirror(repository, self.file, LENGTH)

    def begin(self, candidate=None):
        """A worker of its own takes the next trial."""
        trial = self.queue.claim(self.queue.workers.register("here", 1, "cpu", "0", 60.0))
        return self.queue.begin(trial, candidate or beta(0.5, 0.5, trial.steps))

    def finish(self, trial, **changes):
        values = {
            "trial_number": trial.trial_number,
            "budget_steps": trial.steps,
            "candidate": trial.candidate,
            "scores": np.array([1.0, 0.0, trial.trial_number]),
            "nfe": float(trial.steps),
        }
        record = measurement(**(values | changes))
        self.queue.finish(trial, trial.worker_id, record)
        return record

    @property
    def cascade(self):
        return "" if self.repository.url.startswith("sqlite") else " CASCADE"

    def trials(self):
        return optuna_trials(self.repository.url, "m")

    def states(self):
        return [trial.state.name for trial in self.trials()]

"""Studies that have been verified with these scores, without measuring anything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from records import MODEL, measurement, study_record

from mdm_opt.candidates import baseline, beta
from mdm_opt.config import parse_study
from mdm_opt.persistence import TrialQueue


def content(name, steps, **tables):
    """The tables of a study file, these keys put in."""
    found = {
        "study": {"name": name},
        "model": {"kind": "enumerated", "law": "sudoku4"},
        "sampler": {},
        "space": {"steps": steps},
        "objective": {"kind": "m:f", "direction": "maximize"},
        "search": {"trials": 2},
        "verify": {},
    }
    return {name: {**table, **tables.get(name, {})} for name, table in found.items()}


def add_study(repository, name, scores, *, verified=True, candidate=None, early=False, **changes):
    """Adds a study.

    Args:
        repository: of the database.
        name: of the study.
        scores: of the best of each step count.
        verified: whether they are those of a verification, else of a trial.
        candidate: the best one's parameters.
        early: whether the verification ended early.
        changes: tables of the study file, and values of its record.
    """
    tables = {key: value for key, value in changes.items() if isinstance(value, dict)}
    changes = {key: value for key, value in changes.items() if key not in tables}
    file = parse_study(content(name, list(scores), **tables), name)
    length = changes.pop("length", 16)
    model = replace(MODEL, length=length, fingerprint=f"f{length}")
    record = study_record(
        name,
        study_file=file.canonical(),
        model=model,
        direction=file.objective.direction,
        **changes,
    )
    repository.add_study(record)
    queue = TrialQueue(repository, name)
    queue.plan([], list(scores), len(scores))
    me = queue.workers.register("here", 1, "cpu", "0", 60.0)
    for steps, values in scores.items():
        trial = queue.claim(me)
        chosen = beta(*(candidate or (0.9, 0.3)), steps)
        begun = queue.begin(trial, chosen)
        about = {"budget_steps": steps, "candidate": chosen, "nfe": float(steps), "guards": {}}
        measured = measurement(scores=np.array(values), trial_number=begun.trial_number, **about)
        assert queue.finish(trial, me, measured)
        if verified:
            beside = {"role": "verification", "stopped_early": early}
            linear = about | {"candidate": baseline("linear", steps)}
            repository.replace_verification(
                name,
                steps,
                [
                    measurement(label="linear", scores=np.array(values), **beside, **linear),
                    measurement(label="best", scores=np.array(values), **beside, **about),
                ],
            )

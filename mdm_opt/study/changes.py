"""Whether a study is still what it was made as: its file, its model, its data, this version."""

from __future__ import annotations

from typing import Any

from mdm_opt import __version__
from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.messages import key_name, source_name
from mdm_opt.persistence import Repository, StudyRecord, TrialQueue
from mdm_opt.study.stored_file import FROM_PYTHON, stored_study_file

# Series whose trials are those of an earlier one: tests go on with saved studies of both.
_MEASURES_AS = {"0.2": "0.1"}


def check_same(record: StudyRecord, study_file: StudyFile) -> None:
    """Refuses a study file that is not the one a study was made from.

    Raises:
        InputError: naming every key that differs.
    """
    if record.identity_hash == study_file.identity_hash():
        return
    before, now = _flat(stored_study_file(record).fixed()), _flat(study_file.fixed())
    changed = [
        f"{key_name(key)} was {before.get(key)!r}, is {now.get(key)!r}"
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
    ]
    raise InputError(
        f"study {record.name!r} was made {source_name()}: {'; '.join(changed)}; choose "
        f"another {key_name('study.name')}, or delete the study first"
    )


def _flat(table: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{name}.{key}": value for name, content in table.items() for key, value in content.items()
    }


def check_version(record: StudyRecord) -> None:
    """Refuses trials of a version that may measure otherwise: another major, or 0.minor.

    But for those of which it is known that they measure alike.
    """

    def series(version: str) -> str:
        parts = version.split(".")
        found = ".".join(parts[:2] if parts[0] == "0" else parts[:1])
        return _MEASURES_AS.get(found, found)

    if series(record.package_version) != series(__version__):
        raise InputError(
            f"study {record.name!r} was made by mdm-opt {record.package_version}, this is "
            f"{__version__}; its trials could not be compared"
        )


def check_planned(repository: Repository, record: StudyRecord) -> None:
    """Refuses a study of version 0.1.0, which kept no trials that had not been begun."""
    asked = stored_study_file(record)
    if asked.tolerance is not None:
        # A search that has ended has fewer, and older versions knew no such thing.
        return
    total = TrialQueue(repository, record.name).progress().total
    if total < asked.most_trials:
        raise InputError(
            f"study {record.name!r} comes from an older version and has {total} of its "
            f"{asked.most_trials} trials here; 'mdm-opt study create' with its study file "
            "adds the others"
        )


def check_unchanged(record: StudyRecord, problem: Problem) -> None:
    """Refuses another model, or another judge, reference file or function of the objective."""
    check_model_unchanged(record, problem)
    if not source_is_known(record, problem):
        by_call = record.study_file["objective"]["kind"] == FROM_PYTHON
        command = f"'mdm-opt study accept {record.name} --reason TEXT'"
        accept = "accept=TEXT" if by_call else command
        ours = problem.source_fingerprint == problem.objective.fingerprint
        code = "" if ours else "the code that makes the model, or "
        raise InputError(
            f"{code}the objective's data, judge or function of study {record.name!r} has changed "
            f"since it was created: "
            f"{_changed(record.objective_fingerprint, problem.source_fingerprint)}; where its "
            f"scores stay comparable: {accept}"
        )


def check_model_unchanged(record: StudyRecord, problem: Problem) -> None:
    """Refuses another model than a study was made with."""
    before, now = record.model.fingerprint, problem.denoiser.fingerprint
    if before != now:
        raise InputError(
            f"the model of study {record.name!r} has changed since it was created: "
            f"{_changed(before, now)}"
        )


def source_is_known(record: StudyRecord, problem: Problem) -> bool:
    """Whether objective and code are the study's, as far as the version that made it could tell.

    Version 0.1.0 kept no fingerprint of objectives; versions up to 0.2.0 did not look at the
    source of functions and of what makes models.
    """
    objective = problem.objective
    earlier = objective.fingerprint, getattr(objective, "earlier_fingerprint", "")
    return record.objective_fingerprint in ("", problem.source_fingerprint, *earlier)


def _changed(before: str, now: str) -> str:
    return f"fingerprint {now[:24]}..., was {before[:24]}..."

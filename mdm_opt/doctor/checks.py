"""What a check of `mdm-opt doctor` says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mdm_opt.errors import MdmOptError
from mdm_opt.plugins import one_line
from mdm_opt.storage_errors import StorageUnavailable

if TYPE_CHECKING:
    from mdm_opt.config import StudyFile
    from mdm_opt.measurement import Problem
    from mdm_opt.models.base import Denoiser
    from mdm_opt.persistence import StudyRecord

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """One line.

    Attributes:
        name: of what was looked at.
        status: ``warn`` where mdm-opt works nevertheless, ``fail`` where it does not.
        found: what there is.
        mend: what to do about it; empty where nothing is wrong, or ``found`` says it.
    """

    name: str
    status: Status
    found: str
    mend: str = ""


@dataclass
class Known:
    """What one check finds and the next one needs; None where it was not found.

    Attributes:
        storage: as asked for on the command line.
        path: of the study file that was asked for.
        name: of the study that was asked for, in its place.
        url: of the database, once it can be there.
        readable: whether its schema is this version's.
        record: the study in the database.
        study_file: the study's, or of the bundled model where none was asked for.
        folder: in which its relative paths are looked for.
        denoiser: its model.
        problem: its model and objective.
        speed: sequences of one model call, and its seconds.
    """

    storage: str | None
    path: str | Path | None
    name: str | None
    url: str | None = None
    readable: bool = False
    record: StudyRecord | None = None
    study_file: StudyFile | None = None
    folder: Path | None = None
    denoiser: Denoiser | None = None
    problem: Problem | None = None
    speed: tuple[int, float] | None = None

    @property
    def asked(self) -> bool:
        """Whether a study was asked for."""
        return self.path is not None or self.name is not None


def guarded(name: str, look: Callable[[], Iterable[Check]]) -> list[Check]:
    """The checks that a function yields; an error becomes one that fails."""
    try:
        return list(look())
    except StorageUnavailable as error:
        mend = "start the server, or name another database with --storage or MDM_OPT_STORAGE"
        return [Check(name, "fail", str(error), mend)]
    except MdmOptError as error:
        return [Check(name, "fail", str(error))]
    except Exception as error:  # drivers, models and devices may raise anything
        return [Check(name, "fail", f"{type(error).__name__}: {one_line(error)}")]

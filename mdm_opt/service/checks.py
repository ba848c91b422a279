"""What a check of `mdm-opt doctor` says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from mdm_opt.errors import MdmOptError
from mdm_opt.plugins import one_line
from mdm_opt.storage_errors import StorageUnavailable

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


def guarded(name: str, look: Callable[[], Iterable[Check]]) -> list[Check]:
    """What a look finds; an error becomes a check that fails."""
    try:
        return list(look())
    except StorageUnavailable as error:
        mend = "start the server, or name another database with --storage or MDM_OPT_STORAGE"
        return [Check(name, "fail", str(error), mend)]
    except MdmOptError as error:
        return [Check(name, "fail", str(error))]
    except Exception as error:  # drivers, models and devices may raise anything
        return [Check(name, "fail", f"{type(error).__name__}: {one_line(error)}")]

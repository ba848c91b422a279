"""mdm-opt: mask schedules for few-step sampling of frozen masked diffusion models."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mdm_opt.schedule_file import ExportedSchedule, load_schedule

__version__ = "0.1.0"
__all__ = ["ExportedSchedule", "__version__", "load_schedule"]


def __getattr__(name: str) -> Any:
    # Loaded on first use, so that `mdm-opt --help` answers at once.
    if name in ("ExportedSchedule", "load_schedule"):
        from mdm_opt import schedule_file

        return getattr(schedule_file, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

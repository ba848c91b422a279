"""mdm-opt: mask schedules for few-step sampling of frozen masked diffusion models."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mdm_opt.handoff.schedule_file import ExportedSchedule, load_schedule
    from mdm_opt.models.rates import TorchRates
    from mdm_opt.models.timed_law import TorchLaw
    from mdm_opt.models.torch_module import TorchDenoiser
    from mdm_opt.run.trials import FinishedTrial
    from mdm_opt.tuning import TuneResult, tune

__version__ = "0.2.0"
__all__ = [
    "ExportedSchedule",
    "FinishedTrial",
    "TorchDenoiser",
    "TorchLaw",
    "TorchRates",
    "TuneResult",
    "__version__",
    "load_schedule",
    "tune",
]

# Loaded on first use, so that `mdm-opt --help` answers at once.
_MODULES = {
    "ExportedSchedule": "mdm_opt.handoff.schedule_file",
    "FinishedTrial": "mdm_opt.run.trials",
    "TorchDenoiser": "mdm_opt.models.torch_module",
    "TorchRates": "mdm_opt.models.rates",
    "TorchLaw": "mdm_opt.models.timed_law",
    "TuneResult": "mdm_opt.tuning",
    "load_schedule": "mdm_opt.handoff.schedule_file",
    "tune": "mdm_opt.tuning",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

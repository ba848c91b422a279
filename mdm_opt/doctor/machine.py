"""What `mdm-opt doctor` says about this machine and what is installed on it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import tomllib
import warnings
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from mdm_opt import __version__
from mdm_opt.doctor.checks import Check, guarded
from mdm_opt.plugins import one_line

_PACKAGE = "mdm-opt"
_PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
_DRIVER = Path("/proc/driver/nvidia/version")
_FEW_FREE_SHARE = 0.05
_INSTALL_TORCH = "https://pytorch.org/get-started/locally says how"


def check_machine() -> Iterator[Check]:
    """Python, packages, extras, git, processors and GPUs."""
    for name, look in (
        ("python", check_python),
        ("packages", check_packages),
        ("extras", check_extras),
        ("git", check_git),
        ("cpu", check_cpu),
        ("gpu", check_gpus),
        ("mps", check_mps),
    ):
        yield from guarded(name, look)


def check_python() -> Iterator[Check]:
    """This interpreter against what the package asks for."""
    needed, found = _python_needed(), platform.python_version()
    if SpecifierSet(needed).contains(found, prereleases=True):
        yield Check("python", "ok", f"{found} on {platform.system()} {platform.machine()}")
    else:
        mend = f"make a virtual environment with Python {needed}"
        yield Check("python", "fail", f"{found}, but {_PACKAGE} needs {needed}", mend)


def check_packages() -> Iterator[Check]:
    """mdm-opt and what it needs, one line each."""
    try:
        installed = version(_PACKAGE)
    except PackageNotFoundError:
        source = f"{__version__}, not installed: it runs from {Path(__file__).parents[2]}"
        yield Check(_PACKAGE, "ok", source)
    else:
        if installed == __version__:
            yield Check(_PACKAGE, "ok", installed)
        else:
            runs = f"{__version__} runs from {Path(__file__).parents[1]}"
            found = f"{installed} is installed, but {runs}"
            yield Check(_PACKAGE, "warn", found, "install the one that is to run")
    for requirement in requirements():
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield _installed(requirement)


def check_extras() -> Iterator[Check]:
    """Which optional packages are there; a wrong version is a warning."""
    parts, wrong = [], []
    for requirement in requirements():
        extra = _extra(requirement)
        if not extra:
            continue
        found = _installed(requirement)
        if found.status == "ok":
            parts.append(f"{extra}: {requirement.name} {found.found}")
        elif _version(requirement.name) is None:
            parts.append(f"{extra}: no {requirement.name}")
        else:
            wrong.append(f"{requirement.name} {found.found}")
    if wrong:
        mend = f"pip install --upgrade '{_PACKAGE}[...]' with the extras that you use"
        yield Check("extras", "warn", "; ".join(wrong), mend)
    yield Check("extras", "ok", "; ".join(dict.fromkeys(parts)) or "none")


def check_git() -> Iterator[Check]:
    """Exports carry the commit of a source checkout."""
    found = shutil.which("git")
    yield Check("git", "ok", found or "none; exported schedules carry no commit")


def check_cpu() -> Iterator[Check]:
    """Cores and threads."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads = torch.get_num_threads()
    found = f"{cores} cores, torch uses {threads} threads"
    if cores and threads > cores:
        yield Check("cpu", "warn", found, f"set OMP_NUM_THREADS={cores}")
    else:
        yield Check("cpu", "ok", found)


def check_gpus() -> Iterator[Check]:
    """Every CUDA device, or why there is none."""
    import torch

    if torch.version.cuda is None and torch.version.hip is None:
        if nvidia_driver() is None:
            yield Check("gpu", "ok", "none; models run on the CPU")
        else:
            built = f"torch {torch.__version__} was built without CUDA"
            found = f"{built}, and this machine has an NVIDIA GPU"
            yield Check("gpu", "warn", found, f"install a torch with CUDA; {_INSTALL_TORCH}")
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        available = torch.cuda.is_available()
    if available:
        for index in range(torch.cuda.device_count()):
            yield from guarded(f"cuda:{index}", lambda index=index: _gpu(index))  # type: ignore[misc]
    else:
        yield _no_gpu([str(warning.message) for warning in caught])


def check_mps() -> Iterator[Check]:
    """Apple's GPUs, which lack float64."""
    import torch

    if torch.backends.mps.is_available():
        found = "there is one, but it has no float64, in which tokens are drawn; it is not used"
        yield Check("mps", "warn", found, "use the CPU, or a machine with CUDA")


def nvidia_driver() -> str | None:
    """Version of the NVIDIA driver; None where there is no such device."""
    try:
        found = re.search(r"Kernel Module.*?\s(\d+\.[\d.]+)", _DRIVER.read_text())
    except OSError:
        return "unknown" if Path("/dev/nvidia0").exists() else None
    return found[1] if found else "unknown"


def requirements() -> list[Requirement]:
    """What the package needs, its extras but ``dev`` and ``docs`` with their markers."""
    found = _pyproject_requirements() if (asked := _metadata_requirements()) is None else asked
    return [one for one in map(Requirement, found) if _extra(one) not in ("dev", "docs")]


def _metadata_requirements() -> list[str] | None:
    try:
        return requires(_PACKAGE) or []
    except PackageNotFoundError:
        return None


def _pyproject_requirements() -> list[str]:
    project = _project()
    extras: dict[str, list[str]] = project.get("optional-dependencies", {})
    return [
        *project.get("dependencies", []),
        *(f'{one}; extra == "{extra}"' for extra, ones in extras.items() for one in ones),
    ]


def _python_needed() -> str:
    try:
        return str(metadata(_PACKAGE)["Requires-Python"] or "")
    except PackageNotFoundError:
        return str(_project().get("requires-python", ""))


def _project() -> dict[str, Any]:
    try:
        found: dict[str, Any] = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]
        return found
    except (OSError, KeyError, ValueError):
        return {}


def _extra(requirement: Requirement) -> str:
    """The extra that brings a requirement; empty where every installation has it."""
    found = re.search(r"""extra == ["']([^"']+)["']""", str(requirement.marker or ""))
    return found[1] if found else ""


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _installed(requirement: Requirement) -> Check:
    found, needed = _version(requirement.name), requirement.specifier
    mend = f"pip install '{requirement.name}{needed}'"
    if found is None:
        return Check(requirement.name, "fail", "is not installed", mend)
    if not needed.contains(found, prereleases=True):
        return Check(requirement.name, "fail", f"{found}, but {needed} is needed", mend)
    return Check(requirement.name, "ok", found)


def _gpu(index: int) -> Iterator[Check]:
    import torch

    properties = torch.cuda.get_device_properties(index)
    free, total = torch.cuda.mem_get_info(index)
    found = (
        f"{properties.name}, capability {properties.major}.{properties.minor}, "
        f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free"
    )
    try:
        torch.ones(8, dtype=torch.float64, device=f"cuda:{index}").sum().item()
    except RuntimeError as error:
        mend = f"install a torch that is built for it; {_INSTALL_TORCH}"
        yield Check(
            f"cuda:{index}", "fail", f"{found}; it does not compute: {one_line(error)}", mend
        )
        return
    if free < _FEW_FREE_SHARE * total:
        yield Check(f"cuda:{index}", "warn", found, "end the programs that hold its memory")
    else:
        yield Check(f"cuda:{index}", "ok", found)


def _no_gpu(warned: list[str]) -> Check:
    import torch

    driver, hidden = nvidia_driver(), os.environ.get("CUDA_VISIBLE_DEVICES")
    if driver is None and not warned:
        return Check("gpu", "ok", "none; models run on the CPU")
    if hidden is not None and hidden.strip() in ("", "-1"):
        found = f"CUDA_VISIBLE_DEVICES = {hidden!r} hides all; models run on the CPU"
        return Check("gpu", "warn", found, "unset CUDA_VISIBLE_DEVICES")
    why = f": {one_line(warned[0])}" if warned else ""
    built = f"torch {torch.__version__} for CUDA {torch.version.cuda}"
    return Check(
        "gpu",
        "warn",
        f"{built} cannot use the GPU under NVIDIA driver {driver or 'unknown'}{why}",
        f"bring the driver up to date, or install a torch for an older CUDA; {_INSTALL_TORCH}",
    )

"""What to do where the Python code that comes with a checkpoint does not run here."""

from __future__ import annotations

import re

import torch
import transformers

from mdm_opt.plugins import one_line

# Packages whose distribution has another name than their module.
_DISTRIBUTIONS = {
    "flash_attn": "flash-attn",
    "flash_attn_interface": "flash-attn",
    "fla": "flash-linear-attention",
    "liger_kernel": "liger-kernel",
}
# These need a GPU when they are built, or when they run.
_OF_GPUS = ("flash-attn", "flash-linear-attention", "liger-kernel", "triton")
_NOT_FOUND = re.compile(r"not found in your environment: ([\w, .-]+?)\. Run")
_NO_MODULE = re.compile(r"No module named '(\w+)")
_NO_NAME = re.compile(r"cannot import name '(\w+)' from '(transformers[\w.]*)'")
_NO_ATTRIBUTE = re.compile(r"module '(transformers[\w.]*)' has no attribute '(\w+)'")
_NO_CUDA = (
    "not compiled with CUDA",
    "Found no NVIDIA driver",
    "No CUDA GPUs are available",
    "CUDA driver version is insufficient",
    "only supports CUDA",
    "must be on CUDA",
    "invalid device ordinal",
    "accessed from Triton (cpu tensor",
)


def explained(error: BaseException, written_for: str | None = None) -> str:
    """One line that says what failed in a checkpoint's own code, and what to install or to do.

    Args:
        error: what it raised while it was loaded or asked.
        written_for: release of transformers that it was written for; None where nothing says.
    """
    said = f"{type(error).__name__}: {one_line(error)}"
    packages = _missing(str(error))
    if packages:
        wanted = " ".join(_DISTRIBUTIONS.get(name, name) for name in packages)
        of_gpus = any(name in _OF_GPUS for name in wanted.split())
        where = "; it runs on a machine with an NVIDIA GPU only" if of_gpus else ""
        needs = f"its own code needs packages that are not installed: pip install {wanted}{where}"
        return needs + _release(written_for)
    foreign = _NO_NAME.search(str(error)) or _NO_ATTRIBUTE.search(str(error))
    if foreign is not None:
        release = "" if written_for is None else f" {written_for}"
        return (
            f"its own code was written for another transformers{release} than this "
            f"{transformers.__version__} ({one_line(error)}): pip install 'transformers<5'"
        )
    if any(phrase in str(error) for phrase in _NO_CUDA):
        has = "has none" if not torch.cuda.is_available() else "runs it on another device"
        return (
            f"its own code asks for a CUDA device, and this machine {has} ({said}): use a machine "
            "with an NVIDIA GPU and device = 'cuda', or take the device out of a copy of the code"
        )
    return said + _release(written_for)


def _release(written_for: str | None) -> str:
    """The release of transformers that code was written for, where it is another."""
    if written_for is None or written_for == transformers.__version__:
        return ""
    return f"; it was written for transformers {written_for}, this is {transformers.__version__}"


def _missing(said: str) -> list[str]:
    """Modules that an error names as not installed; those of transformers itself are not."""
    listed = _NOT_FOUND.search(said)
    if listed is not None:
        return sorted({name.strip() for name in listed.group(1).split(",")})
    module = _NO_MODULE.search(said)
    if module is None or module.group(1) in ("transformers", "transformers_modules", "torch"):
        return []
    return [module.group(1)]

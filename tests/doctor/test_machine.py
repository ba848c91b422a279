"""What mdm-opt doctor says about this machine and what is installed on it."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import SimpleNamespace

import torch
from examined import examined

from mdm_opt.doctor import machine


def test_packages_that_are_missing_or_of_another_version_fail(monkeypatch):
    needed = ["click>=8", "torch<1", "no-such-package>=3", 'ray<1; extra == "ray"',
              'no-such-extra; extra == "x"', 'pytest<1; extra == "dev"']  # fmt: skip
    monkeypatch.setattr(machine, "_metadata_requirements", lambda: needed)
    monkeypatch.setattr(machine, "_version", {"click": "8.1", "torch": "2.4", "ray": "2.50"}.get)
    found = examined(code=1)
    assert found["click"].status == "ok"
    assert (found["torch"].status, found["torch"].found) == ("fail", "2.4, but <1 is needed")
    assert found["torch"].mend == "pip install 'torch<1'"
    assert found["no-such-package"].found == "is not installed"
    assert found["no-such-package"].mend == "pip install 'no-such-package>=3'"
    assert "pytest" not in found
    checks = list(machine.check_extras())
    assert [check.status for check in checks] == ["warn", "ok"]
    assert checks[0].found == "ray 2.50, but <1 is needed"
    assert checks[1].found == "x: no no-such-extra"


def test_another_python_fails(monkeypatch):
    monkeypatch.setattr(machine, "_python_needed", lambda: ">=9.9")
    (check,) = machine.check_python()
    assert check.status == "fail"
    assert check.found.endswith("needs >=9.9")


def test_the_requirements_are_those_of_the_package_installed_or_not(monkeypatch):
    monkeypatch.setattr(machine, "_metadata_requirements", lambda: None)
    names = {requirement.name for requirement in machine.requirements()}
    assert {"torch", "optuna", "sqlalchemy", "psycopg", "ray"} <= names
    assert "pytest" not in names
    monkeypatch.setattr(machine, "_PYPROJECT", Path("none.toml"))
    assert machine.requirements() == []


def test_more_threads_than_cores_are_a_warning(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 10_000)
    (check,) = machine.check_cpu()
    assert check.status == "warn"
    assert check.mend.startswith("set OMP_NUM_THREADS=")


def with_cuda(monkeypatch, *, free=30, kernel=None, driver="550.1", available=True):
    properties = SimpleNamespace(name="Card", major=9, minor=0)
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setattr(machine, "nvidia_driver", lambda: driver)
    monkeypatch.setattr(
        torch.cuda, "is_available", available if callable(available) else lambda: available
    )
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: properties)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda index: (free * 2**30, 80 * 2**30))

    def ones(*_, **where):
        if kernel:
            raise RuntimeError(kernel)
        return SimpleNamespace(sum=lambda: SimpleNamespace(item=lambda: 8.0))

    monkeypatch.setattr(torch, "ones", ones)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_every_gpu_is_listed(monkeypatch):
    with_cuda(monkeypatch)
    checks = list(machine.check_gpus())
    assert [(check.name, check.status) for check in checks] == [("cuda:0", "ok"), ("cuda:1", "ok")]
    assert checks[0].found == "Card, capability 9.0, 30.0 of 80.0 GiB free"


def test_a_full_gpu_is_a_warning_and_one_that_computes_nothing_fails(monkeypatch):
    with_cuda(monkeypatch, free=1)
    assert [check.status for check in machine.check_gpus()] == ["warn", "warn"]
    with_cuda(monkeypatch, kernel="no kernel image is available")
    checks = list(machine.check_gpus())
    assert [check.status for check in checks] == ["fail", "fail"]
    assert "no kernel image" in checks[0].found
    assert "install a torch" in checks[0].mend


def test_a_gpu_that_torch_cannot_use_is_a_warning(monkeypatch):
    def old_driver():
        warnings.warn(
            "The NVIDIA driver on your system is too old (found version 11040).", stacklevel=1
        )
        return False

    with_cuda(monkeypatch, available=old_driver, driver="470.1")
    (check,) = machine.check_gpus()
    assert check.status == "warn"
    assert "cannot use the GPU under NVIDIA driver 470.1: The NVIDIA driver" in check.found
    assert "bring the driver up to date" in check.mend
    with_cuda(monkeypatch, available=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    (check,) = machine.check_gpus()
    assert check.mend == "unset CUDA_VISIBLE_DEVICES"
    with_cuda(monkeypatch, available=False, driver=None)
    (check,) = machine.check_gpus()
    assert check.status == "ok"


def test_a_torch_without_cuda_is_a_warning_where_there_is_a_gpu(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(machine, "nvidia_driver", lambda: "550.1")
    (check,) = machine.check_gpus()
    assert (check.name, check.status) == ("gpu", "warn")
    assert "was built without CUDA" in check.found
    monkeypatch.setattr(machine, "nvidia_driver", lambda: None)
    (check,) = machine.check_gpus()
    assert check.status == "ok"


def test_the_driver_version_is_read(tmp_path, monkeypatch):
    file = tmp_path / "version"
    monkeypatch.setattr(machine, "_DRIVER", file)
    file.write_text(
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build\n"
    )
    assert machine.nvidia_driver() == "550.54.15"
    file.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.82.01  Wed Oct 27\n")
    assert machine.nvidia_driver() == "470.82.01"


def test_apples_gpu_is_there_but_not_used(monkeypatch):
    assert list(machine.check_mps()) == []
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    (check,) = machine.check_mps()
    assert check.status == "warn"
    assert "float64" in check.found


def test_git_may_be_missing(monkeypatch):
    places = {"git": "/somewhere/git"}
    monkeypatch.setattr(machine.shutil, "which", places.get)
    (check,) = machine.check_git()
    assert (check.status, check.found) == ("ok", "/somewhere/git")
    places.clear()
    (check,) = machine.check_git()
    assert (check.status, check.found) == ("ok", "none; exported schedules carry no commit")

"""The package's own names: all there, each from its module, and loaded when it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import mdm_opt
from mdm_opt.handoff import schedule_file
from mdm_opt.models import torch_module


def test_every_name_is_what_its_module_has():
    assert mdm_opt.load_schedule is schedule_file.load_schedule
    assert mdm_opt.ExportedSchedule is schedule_file.ExportedSchedule
    assert mdm_opt.TorchDenoiser is torch_module.TorchDenoiser
    for name in mdm_opt.__all__:
        assert getattr(mdm_opt, name) is not None


def test_another_name_is_refused_as_by_any_module():
    with pytest.raises(AttributeError, match=r"^module 'mdm_opt' has no attribute 'tone'$"):
        mdm_opt.tone  # noqa: B018 - it is looked up


def test_nothing_is_loaded_before_it_is_asked_for():
    program = "import sys, mdm_opt; print([m for m in sys.modules if m.startswith('mdm_opt.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")

"""Failures of a model say that it was the model, and everything else is as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from mdm_opt.errors import InputError
from mdm_opt.memory import out_of_memory
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4
from mdm_opt.models.named import ModelFailed, named, unnamed
from mdm_opt.testing import check_model


class Broken(EnumeratedDenoiser):
    """A model that does something else than answering."""

    def __init__(self, deed):
        super().__init__(sudoku4())
        self.deed = deed

    def log_probs(self, tokens, positions):
        return self.deed()


def asked(deed):
    model = named(Broken(deed), "model 'm'")
    return model.log_probs(torch.zeros(1, 16, dtype=torch.int64), torch.zeros(1, 1))


def raising(error):
    def deed():
        raise error

    return deed


class Unspeakable(Exception):
    def __str__(self):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("a\nb"), "model 'm' raised ValueError: a b"),
        (ValueError(), "model 'm' raised ValueError"),
        (Unspeakable(), "model 'm' raised Unspeakable: Unspeakable"),
        (SystemExit(0), "model 'm' called sys.exit(0)"),
        (SystemExit("no"), "model 'm' called sys.exit('no')"),
    ],
)
def test_what_it_raises_names_it(error, said):
    with pytest.raises(ModelFailed) as caught:
        asked(raising(error))
    assert str(caught.value) == said


def test_our_own_errors_and_interrupts_pass():
    for error in (InputError("no"), KeyboardInterrupt()):
        with pytest.raises(type(error)) as caught:
            asked(raising(error))
        assert caught.value is error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.cuda.OutOfMemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:113] DefaultCPUAllocator: can't allocate"),
    ],
)
def test_a_lack_of_memory_is_known_as_one(error):
    with pytest.raises(ModelFailed) as caught:
        asked(raising(error))
    assert out_of_memory(caught.value)


def test_a_folder_is_left_again_and_a_forked_child_ends(tmp_path):
    here, process = Path.cwd(), os.getpid()

    def leave():
        os.chdir(tmp_path)
        return os.fork()

    child = asked(leave)
    assert os.getpid() == process
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert Path.cwd() == here


def test_it_offers_what_the_model_offers_and_keeps_one_name():
    model = EnumeratedDenoiser(sudoku4())
    found = named(model, "model 'm'")
    check_model(found)
    assert found.law is model.law
    assert found.log_probs is found.log_probs
    assert not hasattr(found, "prompt_ids")
    assert named(found, "model 'n'") is found
    assert unnamed(found) is model is unnamed(model)

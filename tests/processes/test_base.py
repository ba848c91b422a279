"""What every process and every batch must have, and who samples a batch."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch

from mdm_opt.candidates import MaskedDecoding, baseline
from mdm_opt.models.base import Denoiser
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import toy_balanced
from mdm_opt.processes import MASKED, Batch, Process, Samples, process_of

STEPS = 3


@dataclass(frozen=True, eq=False)
class Plain(Batch):
    """Every instance calls the model once a step."""

    @property
    def nfe(self) -> Any:
        return np.full(len(self.instances), self.plan.steps)

    def others(self, model: Any, instances: Any) -> Any:
        return replace(self, instances=instances)


class Writer:
    """A process that writes the numbers of the instances."""

    def sample(self, model: Denoiser, batch: Batch) -> Samples:
        tokens = torch.tensor([[i] * model.length for i in batch.instances])
        return Samples(tokens, batch.nfe, int(batch.nfe.sum()))


def plain(**changes: Any) -> Plain:
    decoding = MaskedDecoding()
    given = {
        "process": Writer(),
        "instances": [4, 7],
        "plan": baseline("linear", STEPS).plan(decoding, 5),
        "decoding": decoding,
        "seed": 0,
        "prompts": None,
    }
    return Plain(**{**given, **changes})


def test_a_batch_is_sampled_by_the_process_of_its_model() -> None:
    samples = plain().sample(EnumeratedDenoiser(toy_balanced()))
    assert samples.tokens.tolist() == [[4] * 5, [7] * 5]
    assert samples.nfe.tolist() == [STEPS, STEPS]
    assert samples.sequence_calls == 2 * STEPS


def test_a_batch_never_changes_and_is_no_other() -> None:
    batch = plain()
    with pytest.raises(FrozenInstanceError):
        batch.seed = 1  # type: ignore[misc]
    assert replace(batch, seed=1).seed == 1
    # Arrays inside could not be compared.
    assert batch == batch
    assert batch != replace(batch)
    assert len({batch, replace(batch)}) == 2


@pytest.mark.parametrize("name", ["nfe", "others"])
def test_a_batch_that_lacks_something_is_none(name: str) -> None:
    """Its calls, or the same candidate on other instances."""
    kept = {one: getattr(Plain, one) for one in {"nfe", "others"} - {name}}
    with pytest.raises(TypeError, match=rf"abstract .*{name}"):
        type("Unfinished", (Batch,), kept)(**vars(plain()))


@pytest.mark.parametrize("name", sorted(Process.__abstractmethods__))
def test_a_process_that_lacks_something_is_none(name: str) -> None:
    methods = {one: getattr(type(MASKED), one) for one in Process.__abstractmethods__}
    assert isinstance(type("Whole", (Process,), methods)(), Process)
    del methods[name]
    with pytest.raises(TypeError, match=rf"abstract .*{name}"):
        type("Part", (Process,), methods)()


def test_every_model_belongs_to_the_masked_process() -> None:
    assert process_of(EnumeratedDenoiser(toy_balanced())) is MASKED
    assert MASKED.name == "masked"


def test_a_process_need_not_say_what_writing_says_of_a_profile() -> None:
    methods = {one: getattr(type(MASKED), one) for one in Process.__abstractmethods__}
    plain_process = type("Plain", (Process,), {**methods, "name": "plain"})()
    model, known = EnumeratedDenoiser(toy_balanced()), np.array([0, 4])
    assert plain_process.written_profiles(model, [0], known, seed=0) is None
    with pytest.raises(NotImplementedError, match="plain has no profiles of written sequences"):
        plain_process.exchange_error(model, torch.zeros(1, 5), [0], known, seed=0)

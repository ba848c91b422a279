"""Inside a step the host never waits for the device, or once under a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from sampling_cost import Shape, random_model
from torch.utils._python_dispatch import TorchDispatchMode

from mdm_opt.candidates import ORDERS, MaskedDecoding, Rule
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes import (
    Samples,
    ancestral_counts,
    generate,
    generate_by_rule,
    instance_noise,
)
from mdm_opt.processes.masked.loop import _StaticState
from mdm_opt.processes.masked.rule_loop import _RuleState
from mdm_opt.schedules import BetaSchedule, Counts, reveal_counts, reveal_grid

BATCH, STEPS = 6, 4
TINY = Shape(vocabulary=40, hidden=32, layers=2, heads=2, mlp=48, length=12)
# What has an answer or a shape that only the device knows.
WAITING = {"_local_scalar_dense", "equal", "is_nonzero", "item", "masked_select", "nonzero"}
WAITING |= {"_unique", "_unique2", "unique_consecutive", "unique_dim", "repeat_interleave"}
BY_MASK = {"index", "index_put", "index_put_", "_index_put_impl_"}
READING = ["__array__", "cpu", "numpy", "tolist"]


class Watch(TorchDispatchMode):
    """Keeps the names of operations for which a GPU would make the host wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[str] = []
        self.looks = True

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        # Operations made of others come whole in inference mode.
        with self:
            found = func.decompose(*args, **kwargs)
        if found is not NotImplemented:
            return found
        name = func._schema.name.removeprefix("aten::")
        masks = name in BY_MASK and any(
            index is not None and index.dtype in (torch.bool, torch.uint8) for index in args[1]
        )
        if self.looks and (name in WAITING or masks):
            self.waited.append(name)
        return func(*args, **kwargs)


@pytest.fixture(scope="module")
def denoiser() -> HuggingFaceDenoiser:
    return random_model(TINY, spread=0.4)


def prompts_of(denoiser: HuggingFaceDenoiser, kind: str) -> Prompts | None:
    if kind == "none":
        return None
    widths = [3 if kind == "one-length" else 1 + row % 3 for row in range(BATCH)]
    return Prompts.of([list(range(4, 4 + width)) for width in widths], denoiser.device)


def counts_of(reveal: str) -> Counts:
    schedule = BetaSchedule(0.5, 0.4)
    if reveal == "fixed":
        return reveal_counts(schedule, STEPS, TINY.length)
    noise = instance_noise(range(BATCH), TINY.length, seed=0)
    return ancestral_counts(reveal_grid(schedule, STEPS), noise)


def sample(
    denoiser: HuggingFaceDenoiser, order: str, temperature: float, reveal: str, kind: str
) -> Callable[[], Samples]:
    """One batch with all that the order allows."""
    noise, counts = instance_noise(range(BATCH), TINY.length, seed=0), counts_of(reveal)
    return partial(
        generate,
        denoiser,
        counts,
        noise,
        MaskedDecoding(
            order=order,
            temperature=temperature,
            guidance=0.0 if kind == "none" else 0.7,
            end_last=order != "random",
        ),
        prompts_of(denoiser, kind),
    )


RULES = [
    Rule("confidence", 0.95),
    Rule("bound", 2.5),
    *(Rule(measure, cutoff, 5) for measure, cutoff in (("entropy", 0.2), ("bound", 2.0))),
]


def sample_by_rule(
    denoiser: HuggingFaceDenoiser, order: str, rule: Rule, temperature: float, kind: str
) -> Callable[[], Samples]:
    """One batch by a rule with all that the order allows."""
    guidance = 0.0 if kind == "none" else 0.7
    decoding = MaskedDecoding(
        order=order, temperature=temperature, guidance=guidance, end_last=order != "random"
    )
    plan = decoding.plan(BetaSchedule(0.5, 0.4), STEPS, TINY.length, rule)
    noise = instance_noise(range(BATCH), TINY.length, seed=0)
    return partial(generate_by_rule, denoiser, plan, noise, decoding, prompts_of(denoiser, kind))


@contextmanager
def no_reading(monkeypatch: pytest.MonkeyPatch, watch: Watch) -> Iterator[None]:
    """Notes what takes numbers from a tensor without an operation."""

    def noting(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def called(self: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
            watch.waited.append(name)
            return original(self, *args, **kwargs)

        return called

    with monkeypatch.context() as patched:
        for name in READING:
            patched.setattr(torch.Tensor, name, noting(name, getattr(torch.Tensor, name)))
        yield


@contextmanager
def elsewhere(model: torch.nn.Module, look: Callable[[bool], None]) -> Iterator[None]:
    """Looks away from the model's own code: transformers asks whether a mask hides anything."""
    handles = [
        model.register_forward_pre_hook(lambda *_: look(False)),
        model.register_forward_hook(lambda *_: look(True)),
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@pytest.mark.cases(24)
@pytest.mark.parametrize("kind", ["none", "one-length", "ragged"])
@pytest.mark.parametrize("reveal", ["fixed", "ancestral"])
@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("order", ORDERS)
def test_the_device_is_asked_once_at_the_end(
    denoiser: HuggingFaceDenoiser,
    monkeypatch: pytest.MonkeyPatch,
    order: str,
    temperature: float,
    reveal: str,
    kind: str,
) -> None:
    call = sample(denoiser, order, temperature, reveal, kind)
    # What is found out about a model once may wait.
    call()
    watch = Watch()

    def look(looks: bool) -> None:
        watch.looks = looks

    with watch, no_reading(monkeypatch, watch), elsewhere(denoiser.model, look):
        call()
    assert watch.waited == ["_local_scalar_dense"]


@pytest.mark.cases(10)
@pytest.mark.parametrize("kind", ["none", "ragged"])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.measure} {rule.cap}")
@pytest.mark.parametrize("order", ["random", "confidence"])
def test_a_rule_asks_the_device_once_a_step(
    denoiser: HuggingFaceDenoiser,
    monkeypatch: pytest.MonkeyPatch,
    order: str,
    rule: Rule,
    temperature: float,
    kind: str,
) -> None:
    call = sample_by_rule(denoiser, order, rule, temperature, kind)
    steps = int(call().nfe.max())
    assert steps > 1
    watch = Watch()

    def look(looks: bool) -> None:
        watch.looks = looks

    with watch, no_reading(monkeypatch, watch), elsewhere(denoiser.model, look):
        call()
    # What every step reveals, and at the end whether all was well.
    assert watch.waited == ["cpu", "numpy"] * steps + ["_local_scalar_dense"]


@pytest.mark.parametrize(
    "waits",
    [
        lambda tensor: bool(tensor[0] > 0),
        lambda tensor: tensor[0].item(),
        lambda tensor: tensor.nonzero(),
        lambda tensor: tensor[tensor > 0],
        lambda tensor: tensor.clone().masked_fill_(tensor > 0, 1)[tensor > 0],
        lambda tensor: tensor.unique(),
        lambda tensor: tensor.masked_select(tensor > 0),
        lambda tensor: torch.equal(tensor, tensor),
        lambda tensor: tensor.repeat_interleave(tensor.long()),
        lambda tensor: tensor.tolist(),
        lambda tensor: tensor.numpy(),
        lambda tensor: np.asarray(tensor),
    ],
)
def test_waiting_is_seen(
    monkeypatch: pytest.MonkeyPatch, waits: Callable[[torch.Tensor], Any]
) -> None:
    with torch.inference_mode(), Watch() as watch, no_reading(monkeypatch, watch):
        waits(torch.ones(3))
    assert watch.waited


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize("kind", ["none", "one-length", "ragged"])
@pytest.mark.parametrize("order", ORDERS)
def test_a_step_does_not_wait_for_a_gpu(
    monkeypatch: pytest.MonkeyPatch, order: str, kind: str
) -> None:
    denoiser = random_model(TINY, "cuda", spread=0.4)
    call = sample(denoiser, order, 1.0, "ancestral", kind)
    call()
    step = _StaticState.step

    def look(looks: bool) -> None:
        torch.cuda.set_sync_debug_mode("error" if looks else "default")

    def watched(self: _StaticState, rows: Any, counts: Counts, *, first: bool) -> None:
        look(True)
        try:
            step(self, rows, counts, first=first)
        finally:
            look(False)

    monkeypatch.setattr(_StaticState, "step", watched)
    with elsewhere(denoiser.model, look):
        call()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.measure} {rule.cap}")
def test_a_rule_waits_for_a_gpu_where_it_counts(
    monkeypatch: pytest.MonkeyPatch, rule: Rule
) -> None:
    denoiser = random_model(TINY, "cuda", spread=0.4)
    call = sample_by_rule(denoiser, "random", rule, 1.0, "ragged")
    call()
    step, counts_of_step = _RuleState.step, torch.Tensor.cpu

    def look(looks: bool) -> None:
        torch.cuda.set_sync_debug_mode("error" if looks else "default")

    def watched(self: _RuleState, rows: Any) -> None:
        look(True)
        try:
            step(self, rows)
        finally:
            look(False)

    def reading(tensor: torch.Tensor) -> torch.Tensor:
        look(False)
        try:
            return counts_of_step(tensor)
        finally:
            look(True)

    monkeypatch.setattr(_RuleState, "step", watched)
    with monkeypatch.context() as patched, elsewhere(denoiser.model, look):
        patched.setattr(torch.Tensor, "cpu", reading)
        call()

"""The factories for official networks that docs/processes.md shows, on stand-ins for these."""

from __future__ import annotations

import math
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

import mdm_opt
from mdm_opt.candidates import BirthsDecoding, UniformDecoding, beta
from mdm_opt.handoff.formats.python_grid import observation_index
from mdm_opt.models.base import checked_model
from mdm_opt.processes import process_of
from mdm_opt.schedules.kernels import kernel_named

PAGE = (Path(__file__).parents[2] / "docs" / "processes.md").read_text()
SECTION = PAGE.split("### Official networks in ten lines\n")[1].split("\n## ")[0]
BLOCKS = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)


class Network:
    """Answers with what it is told to, and keeps what it is asked."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def __call__(self, pixels, times):
        self.asked.append((pixels, times))
        return self.answer(pixels)


def made(name, network, monkeypatch):
    """The model that the factory of that name on the page makes of a network."""
    (block,) = [one for one in BLOCKS if f"def {name}(" in one]
    module = ModuleType("my_networks")
    module.load = lambda: network
    monkeypatch.setitem(sys.modules, "my_networks", module)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    found = {}
    exec(compile(block, "docs/processes.md", "exec"), found)  # noqa: S102
    return found[name]()


def test_the_page_shows_both():
    assert len(BLOCKS) == 2
    for block in BLOCKS:
        (body,) = re.findall(r"^def .*?:\n(.*)", block, re.DOTALL | re.MULTILINE)
        # A call in the formatter's style is one line of thought.
        lines = [line for line in body.splitlines() if line.strip() not in ("", ")")]
        assert len(lines) <= 10


@pytest.fixture
def births(monkeypatch):
    network = Network(lambda images: torch.nn.functional.softplus(images / 127.5))
    return network, made("blackout", network, monkeypatch)


def test_blackout_is_asked_as_its_networks_are(births):
    network, model = births
    assert checked_model(model, "the page", "births") is model
    counts = torch.randint(0, 256, (3, 3072), generator=torch.Generator().manual_seed(0))
    for alpha in (0.0, 5.528e-4, 0.5, 0.9, 0.99944722, 1 - 1e-9):
        rates = model.rates(counts, alpha)
        images, times = network.asked[-1]
        assert times.tolist() == [observation_index(alpha)] * 3
        expected = counts.reshape(3, 3, 32, 32) - 127.5 * alpha
        torch.testing.assert_close(images, expected.float())
        rest = torch.nn.functional.softplus(images / 127.5).reshape(3, 3072)
        torch.testing.assert_close(rates, rest.double() / (1 - alpha))


def test_the_observation_times_are_even_in_the_logit(births):
    network, model = births
    counts = torch.zeros((1, 3072), dtype=torch.int64)
    grid = np.linspace(15, -15, 1000)
    for index in (0, 1, 333, 500, 998, 999):
        model.rates(counts, 1 / (1 + math.exp(-grid[index])))
        assert network.asked[-1][1].tolist() == [index]


def test_blackout_is_sampled(births):
    network, model = births
    process, before = process_of(model), len(network.asked)
    batch = process.batch(model, beta(0.7, 0.2, 3), [0, 1], decoding=BirthsDecoding(), seed=0)
    samples = batch.sample(model)
    assert len(network.asked) == before + 3
    assert samples.tokens.shape == (2, 3072)
    assert 0 < int(samples.tokens.max()) <= 255


@pytest.fixture
def ordinal(monkeypatch):
    states = torch.arange(256.0)
    network = Network(lambda pixels: -((pixels[..., None] - states) ** 2) / 50)
    return network, made("tauldr", network, monkeypatch)


def test_tauldr_is_asked_as_its_networks_are(ordinal):
    network, model = ordinal
    assert checked_model(model, "the page", "uniform") is model
    assert model.vocab_size == 256
    assert isinstance(model, mdm_opt.TorchLaw)
    kernel, pixels = kernel_named("gaussian(6, 512)", 256), torch.full((2, 3072), 7)
    for time in (0.01, 0.1, 0.5, 1.0):
        alpha = float(kernel.alpha(3 * (100**time - 1)))
        model.log_probs_at(pixels, alpha)
        given, times = network.asked[-1]
        assert times.tolist() == pytest.approx([time] * 2, rel=1e-6)
        assert torch.equal(given, pixels)
    # Beyond both ends it is told what it was trained on.
    for alpha, time in ((0.0, 1.0), (0.9999, 0.01)):
        model.log_probs_at(pixels, alpha)
        assert network.asked[-1][1].tolist() == pytest.approx([time] * 2, rel=1e-6)


def test_the_ends_of_its_times_are_the_pages(ordinal):
    kernel = kernel_named("gaussian", 256)
    first, last = (float(kernel.alpha(3 * (100**time - 1))) for time in (1.0, 0.01))
    shown = re.search(r"`first_alpha = ([\d.]+)` and `last_alpha = ([\d.]+)`", SECTION)
    assert shown is not None
    assert first == pytest.approx(float(shown[1]), abs=5e-4)
    assert last == pytest.approx(float(shown[2]), abs=5e-4)
    network, model = ordinal
    decoding = UniformDecoding(
        step="flow", first_alpha=float(shown[1]), last_alpha=float(shown[2])
    )
    before = len(network.asked)
    batch = process_of(model).batch(model, beta(0.5, 0.5, 2), [0], decoding=decoding, seed=0)
    assert batch.sample(model).tokens.shape == (1, 3072)
    assert [times.tolist() for _, times in network.asked[before:]] == [
        pytest.approx([1.0], abs=1e-3),
        pytest.approx([0.01], abs=1e-3),
    ]

"""Small studies of births and uniform corruption, as a user writes them."""

from __future__ import annotations

from pathlib import Path

BIRTHS = """
[study]
name = "births"
[model]
kind = "enumerated"
law = "bimodal"
process = "births"
[space]
steps = [2, 4]
[objective]
kind = "path_kl"
instances = 16
[search]
trials = 6
[profile]
sequences = 12
boundaries = 8
[verify]
instances = 16
top = 2
equal_linear = false
"""
UNIFORM = (
    BIRTHS.replace('"births"\n[model]', '"uniform"\n[model]')
    .replace('law = "bimodal"', 'law = "toy_extremes"')
    .replace('process = "births"', 'process = "uniform"')
)
STUDIES = {"births": BIRTHS, "uniform": UNIFORM}

# Beside the study file: tiny networks that know the share that is there, and a metric.
MODULE = """
import time

import torch

import mdm_opt


class Rates(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(4, 3)

    def forward(self, counts, alpha):
        share = torch.full((len(counts), 1), alpha)
        return torch.nn.functional.softplus(self.layer(torch.cat([counts.float(), share], 1)))


class Logits(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.embedding, self.head = torch.nn.Embedding(4, 8), torch.nn.Linear(8, 4)

    def forward(self, tokens, alpha):
        hidden = self.embedding(tokens)
        return self.head(hidden + alpha * hidden.mean(1, keepdim=True))


def births():
    return mdm_opt.TorchRates(Rates(), length=3, max_count=4)


def uniform():
    return mdm_opt.TorchLaw(Logits(), length=3)


def total(texts):
    return [float(sum(map(int, text.split()))) for text in texts]


def slow_total(texts):
    time.sleep(0.3)
    return total(texts)
"""


def own_study(folder: Path, process: str, module: str, metric: str | None = None) -> str:
    """The study of a tiny network in a module that is written beside it.

    Args:
        folder: of the study file.
        process: ``births`` or ``uniform``.
        module: name of the module, one for each test.
        metric: a function of the module; None keeps path KL.
    """
    (folder / f"{module}.py").write_text(MODULE)
    law = 'law = "bimodal"' if process == "births" else 'law = "toy_extremes"'
    text = STUDIES[process].replace(f'kind = "enumerated"\n{law}', f'kind = "{module}:{process}"')
    if metric is not None:
        text = text.replace(
            'kind = "path_kl"', f'kind = "{module}:{metric}"\ndirection = "maximize"'
        )
    return text

"""Sampling by rules of certainty as it is published: one sequence at a time, in plain Python.

`threshold` is the parallel decoding of Fast-dLLM (Wu et al. 2025, algorithm 1), `entropy_bound`
the EB-Sampler (Ben-Hamu et al. 2025, algorithm 2); blocks and temperature as theirs. A token is
the one whose interval of the cumulative distribution holds the position's uniform number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch

from mdm_opt.models.base import Denoiser
from mdm_opt.processes import Noise

# Laws by masked position of the block, and the positions in random order, to what is revealed.
Choice = Callable[[dict[int, list[float]], list[int]], list[int]]


def entropy(law: Sequence[float]) -> float:
    """In nats."""
    return -sum(p * math.log(p) for p in law if p > 0)


def threshold(tau: float) -> Choice:
    """All of confidence tau or more, at least the most confident one."""

    def choice(laws: dict[int, list[float]], _order: list[int]) -> list[int]:
        confidence = {position: max(law) for position, law in laws.items()}
        found = [position for position, one in confidence.items() if one >= tau]
        return found or [max(confidence, key=lambda position: confidence[position])]

    return choice


def entropy_bound(gamma: float) -> Choice:
    """The most positions by rising entropy whose entropies but the largest sum to gamma."""

    def choice(laws: dict[int, list[float]], _order: list[int]) -> list[int]:
        rising = sorted((entropy(law), position) for position, law in laws.items())
        found: list[int] = []
        for size in range(1, len(rising) + 1):
            entropies = [one for one, _ in rising[:size]]
            if sum(entropies) - max(entropies) <= gamma:
                found = [position for _, position in rising[:size]]
        return found

    return choice


def certain(laws: dict[int, list[float]], measure: str, cutoff: float) -> list[int]:
    """What a measure calls certain."""
    if measure == "bound":
        rising = sorted((entropy(law), position) for position, law in laws.items())
        sizes = range(1, len(rising) + 1)
        fits = [n for n in sizes if sum(e for e, _ in rising[: n - 1]) <= cutoff]
        return [position for _, position in rising[: max(fits, default=0)]]
    if measure == "confidence":
        return [position for position, law in laws.items() if max(law) >= cutoff]
    return [position for position, law in laws.items() if entropy(law) <= cutoff]


def adaptive(measure: str, cutoff: float, counts: Sequence[int], order: str) -> Choice:
    """What is certain, and of the rest the share of the schedule; counts are those of a block."""
    step = 0

    def certainty(law: list[float]) -> float:
        if order == "confidence":
            return max(law)
        if order == "margin":
            first, second = sorted(law)[: -3 if len(law) > 2 else None : -1]
            return first - second
        return -entropy(law)

    def choice(laws: dict[int, list[float]], in_order: list[int]) -> list[int]:
        nonlocal step
        found = certain(laws, measure, cutoff)
        rest = [position for position in in_order if position not in found]
        masked = sum(counts[step:])
        share = math.floor(len(rest) * counts[step] / masked + 0.5)
        if order != "random":
            rest.sort(key=lambda position: -certainty(laws[position]))
        found += rest[: max(1, share)]
        step = 0 if len(found) == len(laws) else step + 1
        return found

    return choice


@torch.inference_mode()
def sampled(
    denoiser: Denoiser,
    noise: Noise,
    row: int,
    choice: Choice,
    *,
    temperature: float = 1.0,
    block_length: int | None = None,
    **given: object,
) -> tuple[list[int], int]:
    """Tokens of one sequence, and its model calls."""
    length, mask = denoiser.length, denoiser.mask_token_id
    width = block_length or length
    tokens, calls = torch.full((1, length), mask), 0
    for start in range(0, length, width):
        while True:
            order = [
                position
                for position in noise.permutation[row].tolist()
                if start <= position < start + width and tokens[0, position] == mask
            ]
            if not order:
                break
            calls += 1
            asked = torch.tensor([order])
            log_probs = denoiser.log_probs(tokens, asked, **given)[0].double()
            laws = dict(zip(order, log_probs.exp().tolist(), strict=True))
            values = dict(zip(order, log_probs.tolist(), strict=True))
            for position in choice(laws, order):
                uniform = float(noise.token_uniforms[row, position])
                tokens[0, position] = _token(values[position], uniform, temperature)
    return tokens[0].tolist(), calls


def _token(log_probs: list[float], uniform: float, temperature: float) -> int:
    if temperature == 0:
        return log_probs.index(max(log_probs))
    weights = [math.exp(one / temperature) for one in log_probs]
    target, passed = uniform * sum(weights), 0.0
    for token, weight in enumerate(weights):
        passed += weight
        if target < passed:
            return token
    raise ValueError("the uniform number lies behind all tokens")

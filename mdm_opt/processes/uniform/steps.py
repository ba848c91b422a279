"""The law of each token after a step, by the three samplers (docs/mathematics.md 11).

All tensors are float64; ``p`` is what the model says of the clean tokens, ``(batch, length, V)``,
``states`` int64 ``(batch, length)``. Positions are independent in all of them.
"""

from __future__ import annotations

import torch

from mdm_opt.candidates import Decoding, UniformDecoding
from mdm_opt.errors import RunError
from mdm_opt.models.base import TimedLaw
from mdm_opt.processes.uniform.kernels import Kernel, columns, drawn, mixed, rows

# Of probabilities that a model gives in float16 or bfloat16.
_SUM_TOLERANCE = 0.02
# Likelihoods below are none: what is divided by them must stay a number.
_LEAST = 1e-280


def answer(model: TimedLaw, state: torch.Tensor, alpha: float) -> torch.Tensor:
    """What a model answers, of the right shape.

    Args:
        model: frozen model.
        state: int64 ``(batch, length)``.
        alpha: in [0, 1).

    Returns:
        floating-point ``(batch, length, V)``.

    Raises:
        RunError: for an answer of another shape.
    """
    found = model.log_probs_at(state, alpha)
    wanted = (*state.shape, model.vocab_size)
    if not isinstance(found, torch.Tensor) or found.shape != wanted:
        shape = tuple(found.shape) if isinstance(found, torch.Tensor) else type(found).__name__
        raise RunError(f"the model answers with {shape}; log-probabilities {wanted} are expected")
    return found


def probabilities(log_probs: torch.Tensor) -> torch.Tensor:
    """What a model answers, in float64 and with sums of exactly 1.

    Args:
        log_probs: floating-point ``(..., V)``.

    Raises:
        RunError: for NaN, or sums that are not 1.
    """
    found = log_probs.double().exp()
    sums = found.sum(-1, keepdim=True)
    # The largest is NaN where one is, which no comparison lets pass.
    error = float((sums - 1).abs().max())
    if not error <= _SUM_TOLERANCE:
        raise RunError(
            "the model's probabilities of a clean token are NaN"
            if error != error
            else f"the model's log-probabilities of a clean token are not normalised: their "
            f"probabilities sum to 1 +- {error:.3g}"
        )
    return found.div_(sums)


def weights(kernel: Kernel, p: torch.Tensor, states: torch.Tensor, before: float) -> torch.Tensor:
    """p(v | state) / q(state | v) of every clean v, which all samplers mix.

    Clean tokens from which the state cannot have come count for nothing.

    Raises:
        RunError: where the model puts all probability on these.
    """
    likelihood = columns(kernel, states, before)
    found = torch.where(likelihood > _LEAST, p / likelihood, 0.0)
    if not bool((found.amax(-1) > 0).all()):
        raise RunError(
            "the model puts all probability on clean tokens from which a state at alpha = "
            f"{before:.6g} cannot have come"
        )
    return found


def uniform_decoding(decoding: Decoding) -> UniformDecoding:
    """The decoding itself; TypeError where it is one of another process."""
    if not isinstance(decoding, UniformDecoding):
        raise TypeError(
            f"settings of uniform corruption are expected, got {type(decoding).__name__}"
        )
    return decoding


def moved(
    kernel: Kernel,
    p: torch.Tensor,
    states: torch.Tensor,
    alphas: tuple[float, float],
    decoding: UniformDecoding,
    uniforms: torch.Tensor,
) -> torch.Tensor:
    """States after a step of a sampler.

    Args:
        kernel: how tokens are corrupted.
        p: what the model says at ``states``.
        states: at the first alpha, int64 ``(batch, length)``.
        alphas: before and after the step.
        decoding: the settings of the sampler.
        uniforms: ``(2, batch, length)`` in [0, 1).

    Returns:
        int64 ``(batch, length)``.
    """
    if _ancestral(decoding, alphas):
        return drawn(reverse_law(kernel, p, states, *alphas), uniforms[0])
    rates, duration = _leap(kernel, p, states, alphas, decoding)
    if not kernel.ordinal:
        return drawn(jump_law(rates, states, duration), uniforms[0])
    up, down = displacement_laws(kernel, rates, states, duration)
    moved_by = drawn(up, uniforms[0]) - drawn(down, uniforms[1])
    return (states + moved_by).clamp_(0, kernel.vocab_size - 1)


def moved_law(
    kernel: Kernel,
    p: torch.Tensor,
    states: torch.Tensor,
    alphas: tuple[float, float],
    decoding: UniformDecoding,
) -> torch.Tensor:
    """The law of what `moved` draws, ``(batch, length, V)``, sum 1."""
    if _ancestral(decoding, alphas):
        return reverse_law(kernel, p, states, *alphas)
    rates, duration = _leap(kernel, p, states, alphas, decoding)
    if not kernel.ordinal:
        return jump_law(rates, states, duration)
    return displaced_law(*displacement_laws(kernel, rates, states, duration), states)


def _ancestral(decoding: UniformDecoding, alphas: tuple[float, float]) -> bool:
    """Whether a step draws from the model's law; where there is a last alpha the last one does."""
    return decoding.step == "ancestral" or (alphas[1] >= 1 and decoding.last_alpha < 1)


def _leap(
    kernel: Kernel,
    p: torch.Tensor,
    states: torch.Tensor,
    alphas: tuple[float, float],
    decoding: UniformDecoding,
) -> tuple[torch.Tensor, float]:
    """Rates that are kept over a step, and how long it takes."""
    before, after = alphas
    if before == 0:
        raise ValueError(f"steps by rates, here {decoding.step!r}, take for ever from alpha = 0")
    rates = reverse_rates(kernel, p, states, before, flow=decoding.step == "flow")
    return rates, float(kernel.time(before) - kernel.time(after))


def reverse_law(
    kernel: Kernel, p: torch.Tensor, states: torch.Tensor, before: float, after: float
) -> torch.Tensor:
    """The exact reverse step of the model's law of each token (ancestral sampling).

    sum_v p(v | state) q(y | state, v); at after = 1 the model's law itself.

    Returns:
        ``(batch, length, V)``, sum 1.
    """
    if after >= 1:
        return p
    law = columns(kernel, states, before / after)
    law = law * mixed(kernel, weights(kernel, p, states, before), after)
    return law / law.sum(-1, keepdim=True)


def bridge_law(
    kernel: Kernel, clean: torch.Tensor, states: torch.Tensor, before: float, after: float
) -> torch.Tensor:
    """The exact reverse step given the clean tokens, q(y | state, clean).

    Args:
        kernel: how tokens are corrupted.
        clean: int64 ``(batch, length)``.
        states: at ``before``, int64 ``(batch, length)``, that come from these.
        before: alpha in [0, 1).
        after: alpha in (before, 1].

    Returns:
        ``(batch, length, V)``, sum 1.
    """
    law = rows(kernel, clean, after)
    if after < 1:
        law = law * columns(kernel, states, before / after)
    return law / law.sum(-1, keepdim=True)


def reverse_rates(
    kernel: Kernel, p: torch.Tensor, states: torch.Tensor, before: float, *, flow: bool
) -> torch.Tensor:
    """Rates at which a state turns into others, per unit of the kernel's time.

    Q(y, x) p(y) / p(x) with p(y) / p(x) = sum_v p(v | x) q(y | v) / q(x | v). The flow has what
    this is larger than Q(x, y) by: the same laws at each time, without changes to and fro.

    Returns:
        ``(batch, length, V)``, not negative, zero at the state itself.
    """
    ratios = mixed(kernel, weights(kernel, p, states, before), before)
    rates = kernel.rate_parts()
    if rates.ndim == 0:
        inward = outward = ratios.new_tensor(float(rates))
    else:
        there = torch.from_numpy(rates).to(states.device)
        inward, outward = there.T[states], there[states]
    found = inward * ratios
    if flow:
        found = (found - outward).clamp_(min=0)
    return found.scatter_(-1, states[..., None], 0.0)


def jump_law(rates: torch.Tensor, states: torch.Tensor, duration: float) -> torch.Tensor:
    """One jump at most: each by its rate times the duration, divided by their sum beyond 1.

    Args:
        rates: `reverse_rates`.
        states: int64 ``(batch, length)``.
        duration: of the step, in the kernel's time.

    Returns:
        ``(batch, length, V)``, sum 1.
    """
    jumps = rates * duration
    total = jumps.sum(-1, keepdim=True)
    jumps = jumps / total.clamp(min=1)
    stays = (1 - total).clamp(min=0)
    return jumps.scatter(-1, states[..., None], stays)


def displacement_laws(
    kernel: Kernel, rates: torch.Tensor, states: torch.Tensor, duration: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """How many states all jumps up lead, and all jumps down (tau leaping of ordinal kernels).

    Of every jump a Poisson number occurs; either sum is at most V - 1.

    Args:
        kernel: ordinal.
        rates: `reverse_rates`.
        states: int64 ``(batch, length)``.
        duration: of the step, in the kernel's time.

    Returns:
        Laws of 0..V - 1 up and down, ``(batch, length, V)`` each, sum 1.
    """
    jumps = torch.arange(1, kernel.reach + 1, device=states.device)
    found = []
    for sign in (1, -1):
        goals = states[..., None] + sign * jumps
        inside = (goals >= 0) & (goals < kernel.vocab_size)
        means = duration * rates.gather(-1, goals.clamp(0, kernel.vocab_size - 1)) * inside
        found.append(_poisson_sums(means, kernel.vocab_size))
    return found[0], found[1]


def _poisson_sums(means: torch.Tensor, size: int) -> torch.Tensor:
    """Law of min(sum_k k n_k, size - 1), n_k Poisson with the k-th mean; Panjer's recursion.

    Args:
        means: ``(..., reach)``.
        size: of the law, ``(..., size)``.
    """
    totals = torch.arange(size, dtype=torch.float64, device=means.device)
    if means.shape[-1] == 1:
        law = (torch.xlogy(totals, means) - means - torch.lgamma(totals + 1)).exp()
    else:
        weighted = means * totals[1:]
        # In falling order, as the recursion reads it. It starts from e^-sum: with more than 745
        # jumps expected that is 0, and so is all below the end.
        falling = means.new_zeros((*means.shape[:-1], size))
        falling[..., -1] = (-means.sum(-1)).exp()
        for total in range(1, size - 1):
            terms = weighted[..., :total] * falling[..., size - total :]
            falling[..., size - 1 - total] = terms.sum(-1) / total
        law = falling.flip(-1)
    law[..., -1] = (1 - law[..., :-1].sum(-1)).clamp(min=0)
    return law


def displaced_law(up: torch.Tensor, down: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
    """Law of the state after both displacements, clipped to 0..V - 1.

    Args:
        up: law of 0..V - 1, ``(batch, length, V)``.
        down: likewise.
        states: int64 ``(batch, length)``.

    Returns:
        ``(batch, length, V)``, sum 1.
    """
    size = up.shape[-1]
    # Entry k: what leads size - 1 - k states down.
    both = up.new_zeros((*states.shape, 2 * size - 1))
    for fall in range(size):
        both[..., size - 1 - fall : 2 * size - 1 - fall] += up * down[..., fall : fall + 1]
    cumulative = both.cumsum(-1)
    lowest = size - 1 - states[..., None]
    ends = lowest + torch.arange(size, device=states.device)
    reached = cumulative.gather(-1, ends)
    reached[..., -1] = cumulative[..., -1]
    return torch.diff(reached, dim=-1, prepend=torch.zeros_like(reached[..., :1]))

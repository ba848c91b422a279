"""Small samplers with the interfaces that artefacts are put into; all record what they reveal.

Each keeps its target's arithmetic of times, fractions and rounding, and calls a model of random
logits. `Reveals.counts` are the tokens of every sequence that each model call reveals.
"""

from __future__ import annotations

import dataclasses
import sys
import types
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from mdm_opt.handoff.formats import render
from mdm_opt.handoff.schedule_file import ExportedSchedule

VOCAB = 11
MASK = VOCAB - 1


class Reveals:
    """Counts masked tokens at every model call."""

    def __init__(self) -> None:
        self.masked: list[list[int]] = []

    def logits(self, tokens: torch.Tensor) -> torch.Tensor:
        """Random logits of ``tokens``, the mask token never."""
        self.masked.append((tokens == MASK).sum(-1).tolist())
        logits = torch.randn(*tokens.shape, VOCAB)
        logits[..., MASK] = -torch.inf
        return logits

    def counts(self, final: torch.Tensor) -> list[list[int]]:
        """Tokens of each sequence that each call revealed, ``(calls, batch)``."""
        states = [*self.masked, (final == MASK).sum(-1).tolist()]
        return [
            [before - after for before, after in zip(*pair, strict=True)]
            for pair in pairwise(states)
        ]


def artefact(text: str, name: str = "artefact") -> types.ModuleType:
    """The module that an artefact of Python is."""
    module = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)  # noqa: S102
    return module


def made(schedule: ExportedSchedule, name: str, **options: Any) -> types.ModuleType:
    """The module that a schedule is in a format."""
    return artefact(render(schedule, name, **options).text)


def assert_mean_counts(found: np.ndarray, revealed: list[float], length: int) -> None:
    """Counts ``(steps, batch)`` have the means of independent tokens, to 4.5 standard errors."""
    shares = np.diff(revealed)
    error = np.sqrt(length * shares * (1 - shares) / found.shape[1])
    assert found.shape[0] == len(shares)
    np.testing.assert_array_less(np.abs(found.mean(1) - length * shares), 4.5 * error + 1e-9)


def llada(
    get_num_transfer_tokens: Any,
    *,
    steps: int,
    gen_length: int,
    block_length: int,
    temperature: float,
    remasking: str,
    cfg_scale: float = 0.0,
    confidence_eos_eot_inf: bool = False,
    batch: int = 1,
) -> list[list[int]]:
    """LLaDA's generate: blocks left to right, each with its steps and counts."""
    assert temperature >= 0
    assert cfg_scale >= 0
    assert isinstance(confidence_eos_eot_inf, bool)
    model, prompt = Reveals(), 3
    tokens = torch.cat(
        [
            torch.zeros(batch, prompt, dtype=torch.long),
            torch.full((batch, gen_length), MASK),
        ],
        dim=1,
    )
    assert gen_length % block_length == 0
    blocks = gen_length // block_length
    assert steps % blocks == 0
    for block in range(blocks):
        start = prompt + block * block_length
        end = start + block_length
        transfer = get_num_transfer_tokens(tokens[:, start:end] == MASK, steps // blocks)
        assert transfer.dtype == torch.int64
        for step in range(steps // blocks):
            logits = model.logits(tokens)
            drawn = logits.argmax(-1)
            certainty = logits.softmax(-1).amax(-1)
            if remasking == "random":
                certainty = torch.rand(tokens.shape)
            certainty[:, end:] = -torch.inf
            certainty = torch.where(tokens == MASK, certainty, -torch.inf)
            for row in range(batch):
                chosen = certainty[row].topk(k=transfer[row, step]).indices
                tokens[row, chosen] = drawn[row, chosen]
    return model.counts(tokens)


def fast_dllm(
    get_num_transfer_tokens: Any, *, steps: int, gen_length: int, block_length: int, **_: Any
) -> list[list[int]]:
    """Fast-dLLM's generate: as LLaDA's for one sequence, a block ends as soon as it is full."""
    model = Reveals()
    tokens = torch.full((1, gen_length), MASK)
    blocks = gen_length // block_length
    for block in range(blocks):
        window = slice(block * block_length, (block + 1) * block_length)
        transfer = get_num_transfer_tokens(tokens[:, window] == MASK, steps // blocks)
        step = 0
        while True:
            drawn = model.logits(tokens).argmax(-1)
            certainty = torch.where(tokens == MASK, torch.rand(tokens.shape), -torch.inf)
            certainty[:, window.stop :] = -torch.inf
            chosen = certainty[0].topk(k=transfer[:, step][0]).indices
            tokens[0, chosen] = drawn[0, chosen]
            step += 1
            if (tokens[:, window] == MASK).sum() == 0:
                break
    return model.counts(tokens)


@dataclasses.dataclass
class BaseAlphaScheduler:
    """dllm's base class: time 1 is masked, numbers are float32."""

    def alpha(self, time: Any) -> Any:
        given = torch.as_tensor(time, dtype=torch.float32)
        if not torch.all((given >= 0) & (given <= 1)):
            raise ValueError(f"{time} not in [0, 1]")
        found = self._alpha(given)
        return found.item() if isinstance(time, float) else found

    def alpha_derivative(self, time: Any) -> Any:
        found = self._alpha_derivative(torch.as_tensor(time, dtype=torch.float32))
        return found.item() if isinstance(time, float) else found

    def reverse_mask_prob(self, s: Any, t: Any) -> Any:
        first, last = (torch.as_tensor(each, dtype=torch.float32) for each in (t, s))
        if not torch.all((last >= 0) & (last < first) & (first <= 1)):
            raise ValueError(f"(t={t}, s={s}) out of range")
        found = (1 - self.alpha(last)) / (1 - self.alpha(first))
        return found.item() if isinstance(t, float) and isinstance(s, float) else found

    def _alpha(self, times: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def _alpha_derivative(self, times: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError


def provide_dllm(monkeypatch: Any) -> None:
    """Makes ``dllm.core.schedulers`` importable."""
    for name in ("dllm", "dllm.core", "dllm.core.schedulers"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules["dllm.core.schedulers"].BaseAlphaScheduler = BaseAlphaScheduler  # type: ignore[attr-defined]


def dllm(
    scheduler: Any,
    *,
    steps: int,
    max_new_tokens: int,
    block_size: int,
    stochastic_transfer: bool,
    batch: int = 2,
    **_: Any,
) -> list[list[int]]:
    """dllm's MDLMSampler: its own rounding, steps without tokens are left out."""
    model = Reveals()
    tokens = torch.full((batch, max_new_tokens), MASK)
    blocks = -(-max_new_tokens // block_size)
    for block in range(blocks):
        window = slice(block * block_size, (block + 1) * block_size)
        masked = (tokens[:, window] == MASK).sum(1)
        transfer = dllm_counts(masked, -(-steps // blocks), scheduler, stochastic_transfer)
        for step in range(transfer.shape[1]):
            drawn = model.logits(tokens).argmax(-1)
            certainty = torch.where(tokens == MASK, torch.rand(tokens.shape), -torch.inf)
            certainty[:, window.stop :] = -torch.inf
            for row in range(batch):
                chosen = certainty[row].topk(k=transfer[row, step]).indices
                tokens[row, chosen] = drawn[row, chosen]
    return model.counts(tokens)


def dllm_counts(
    masked: torch.Tensor, steps: int, scheduler: Any, stochastic: bool
) -> torch.Tensor:
    """dllm's get_num_transfer_tokens for rows of so many masked tokens."""
    rows = []
    for row in range(len(masked)):
        left, counts = int(masked[row]), []
        for step in range(steps, 0, -1):
            share = 1 - scheduler.reverse_mask_prob(s=(step - 1) / steps, t=step / steps)
            number = torch.tensor(float(left), dtype=torch.float64)
            if stochastic:
                found = torch.distributions.Binomial(number, torch.tensor(share)).sample()
            else:
                found = torch.round(number * share)
            count = min(int(found), left)
            left -= count
            counts.append(count)
            if left == 0:
                break
        rows.append([count for count in counts if count > 0])
    width = max(map(len, rows))
    return torch.tensor([row + [0] * (width - len(row)) for row in rows])


class Mdlm:
    """kuleshov-group/mdlm's Diffusion with predictor ddpm, or ddpm_cache."""

    def __init__(self, length: int, batch: int) -> None:
        self.config = SimpleNamespace(
            model=SimpleNamespace(length=length), sampling=SimpleNamespace(noise_removal=True)
        )
        self.batch, self.noise, self.sampler = batch, None, "ddpm_cache"
        self.parameterization = "subs"
        self.model, self.probabilities = Reveals(), []

    def sample(self, num_steps: int, eps: float = 1e-5) -> list[list[int]]:
        tokens = torch.full((self.batch, self.config.model.length), MASK)
        times = torch.linspace(1, eps, num_steps + 1)
        dt = (1 - eps) / num_steps
        assert self.sampler == "ddpm"
        for step in range(num_steps):
            tokens = self._update(tokens, times[step] * torch.ones(self.batch, 1), dt)
        if self.config.sampling.noise_removal:
            self.noise(times[-1] * torch.ones(self.batch, 1))
            logits = self.model.logits(tokens)
            tokens = torch.where(tokens == MASK, logits.argmax(-1), tokens)
        return self.model.counts(tokens)

    def _update(self, tokens: torch.Tensor, t: torch.Tensor, dt: float) -> torch.Tensor:
        sigma, _ = self.noise(t)
        next_sigma, _ = self.noise(t - dt)
        assert torch.isfinite(sigma).all()
        now, then = 1 - torch.exp(-sigma), 1 - torch.exp(-next_sigma)
        self.probabilities.append(float(((now - then) / now)[0, 0]))
        weights = self.model.logits(tokens).softmax(-1) * (now - then)[..., None]
        weights[..., MASK] = then
        drawn = (weights / -torch.rand(weights.shape).clamp_min(1e-30).log()).argmax(-1)
        return torch.where(tokens == MASK, drawn, tokens)


class Sedd:
    """SEDD's get_pc_sampler with predictor analytic: steps, then the denoising.

    Where a token is masked the score of v is p(v) / (exp(sigma) - 1) under the exact model; a
    trained one is only near that, here by the factor ``scale``.
    """

    def __init__(self, length: int, batch: int, scale: float = 1.0) -> None:
        self.shape, self.scale = (batch, length), scale
        self.model, self.probabilities = Reveals(), []

    def sample(self, noise: Any, steps: int, *, denoise: bool = True, eps: float = 1e-5) -> Any:
        tokens = torch.full(self.shape, MASK)
        times, dt = torch.linspace(1, eps, steps + 1), (1 - eps) / steps
        for time in times[:-1]:
            t = time * torch.ones(self.shape[0], 1)
            sigma = noise(t)[0]
            weights = self._weights(tokens, sigma, sigma - noise(t - dt)[0])
            share = weights[..., :MASK].sum(-1) / weights.sum(-1)
            self.probabilities.append(float(share[tokens == MASK].mean()))
            tokens = self._drawn(weights)
        if denoise:
            sigma = noise(times[-1] * torch.ones(self.shape[0], 1))[0]
            tokens = self._drawn(self._weights(tokens, sigma, sigma)[..., :MASK])
        return tokens

    def _weights(
        self, tokens: torch.Tensor, sigma: torch.Tensor, change: torch.Tensor
    ) -> torch.Tensor:
        sigma, change = sigma.double()[..., None], change.double()[..., None]
        score = self.model.logits(tokens).double().softmax(-1) * self.scale / sigma.expm1()
        score = score.scatter(-1, tokens[..., None], 1.0)
        staggered = score * change.exp()
        staggered[..., MASK] -= (change.expm1() * score.sum(-1, keepdim=True))[..., 0]
        allowed = torch.nn.functional.one_hot(tokens, VOCAB) * (-change).exp()
        return staggered * (allowed - (-change).expm1() * (tokens == MASK)[..., None])

    @staticmethod
    def _drawn(weights: torch.Tensor) -> torch.Tensor:
        assert not weights.isnan().any()
        return (weights / (1e-10 - (torch.rand_like(weights) + 1e-10).log())).argmax(-1)


class Dream:
    """Dream's diffusion_generate; its `_sample` asks the module's torch for the times."""

    def __init__(self) -> None:
        self.model = Reveals()

    def diffusion_generate(
        self, tokens: torch.Tensor, *, attention_mask: Any = None, **settings: Any
    ) -> torch.Tensor:
        config = SimpleNamespace(**{"eps": 1e-3, "alg": "origin", "alg_temp": None, **settings})
        config.max_length = config.max_new_tokens + tokens.shape[1]
        return self._sample(
            tokens,
            attention_mask=attention_mask,
            generation_config=config,
            generation_tokens_hook_func=lambda step, x, logits: x,
        )

    def _sample(
        self,
        input_ids: torch.Tensor,
        attention_mask: Any,
        generation_config: Any,
        generation_tokens_hook_func: Any,
    ) -> torch.Tensor:
        config, batch = generation_config, len(input_ids)
        width = config.max_length - input_ids.shape[1]
        x = torch.cat([input_ids, torch.full((batch, width), MASK)], dim=1)
        times = torch.linspace(1, config.eps, config.steps + 1, device=x.device)
        for step in range(config.steps):
            masked = x == MASK
            logits = self.model.logits(x)
            t, s = times[step], times[step + 1]
            last = step == config.steps - 1
            drawn = logits.argmax(-1)
            if config.alg == "origin":
                p = 1 if last else 1 - s / t
                x = torch.where(masked & (torch.rand(x.shape) < p), drawn, x)
            else:
                x = self._revealed(x, logits, drawn, 0 if last else s / t, config.alg_temp)
            x = generation_tokens_hook_func(step, x, logits)
        return x

    @staticmethod
    def _revealed(
        x: torch.Tensor, logits: torch.Tensor, drawn: torch.Tensor, kept: Any, alg_temp: Any
    ) -> torch.Tensor:
        masked = x == MASK
        number = int(masked.sum() / len(x) * (1 - kept))
        certainty = torch.where(masked, logits.softmax(-1).amax(-1), -torch.inf)
        if number > 0:
            if alg_temp:
                shares = (certainty / alg_temp).softmax(-1)
                chosen = torch.multinomial(shares, num_samples=number)
            else:
                chosen = certainty.topk(number).indices
            x = x.scatter(1, chosen, drawn.gather(1, chosen))
        return x


def maskgit(
    noise_schedule: Any, *, timesteps: int, length: int, batch: int = 2
) -> list[list[int]]:
    """muse-maskgit-pytorch's generate: tokens of low scores are masked again before each step."""
    model = Reveals()
    ids = torch.full((batch, length), MASK)
    scores = torch.zeros(ids.shape)
    for time in torch.linspace(0, 1, timesteps):
        number = max(int((noise_schedule(time) * length).item()), 1)
        ids = ids.scatter(1, scores.topk(number, dim=-1).indices, MASK)
        logits = model.logits(ids)
        masked = ids == MASK
        drawn = logits.argmax(-1)
        ids = torch.where(masked, drawn, ids)
        scores = 1 - logits.softmax(-1).gather(2, drawn[..., None]).squeeze(-1)
        scores = scores.masked_fill(~masked, -1e5)
    return model.counts(ids)


class DllmAlgorithm:
    """SGLang's base class: a loop over model calls around `step`."""

    def __init__(self, config: Any) -> None:
        self.block_size, self.mask_id = config.block_size, config.mask_id

    def run(self, tokens: torch.Tensor, *, dense: bool) -> tuple[list[list[int]], torch.Tensor]:
        model = Reveals()
        batch = SimpleNamespace(batch_size=len(tokens), input_ids=tokens.flatten())
        states: list[Any] = [None] * len(tokens)
        for _ in range(self.block_size + 1):
            logits = model.logits(batch.input_ids.view(tokens.shape)).flatten(0, 1)
            output = logits if dense else SimpleNamespace(full_logits=logits)
            done = self.step(batch, output, states)  # type: ignore[attr-defined]
            if all(done):
                break
        final = batch.input_ids.view(tokens.shape)
        return model.counts(final), final


def provide_sglang(monkeypatch: Any) -> None:
    """Makes ``sglang.srt.dllm.algorithm.base`` importable."""
    names = ["sglang", "srt", "dllm", "algorithm", "base"]
    for depth in range(1, len(names) + 1):
        name = ".".join(names[:depth])
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules[".".join(names)].DllmAlgorithm = DllmAlgorithm  # type: ignore[attr-defined]

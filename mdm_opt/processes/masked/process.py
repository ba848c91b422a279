"""The masked process: tokens are hidden until they are revealed (docs/mathematics.md 4)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.candidates import Candidate, Decoding, MaskedDecoding
from mdm_opt.models.base import Denoiser
from mdm_opt.models.lazy_log_probs import ask, rows_at_once
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes.base import (
    Array,
    Batch,
    PathCosts,
    Process,
    Samples,
    WrittenProfiles,
)
from mdm_opt.processes.masked.batch import MaskedBatch, masked_batch
from mdm_opt.processes.masked.law import SampleLaw, check_enumerable
from mdm_opt.processes.masked.likelihood import PathTable, path_tables
from mdm_opt.processes.masked.loop import generate
from mdm_opt.processes.masked.noise import instance_noise
from mdm_opt.processes.masked.profile_estimate import one_by_one, own_sequences, sequence_profiles
from mdm_opt.processes.masked.rule_loop import generate_by_rule
from mdm_opt.processes.masked.written_profile import exchange_error, written_profiles


class Masked(Process[Denoiser]):
    """Every masked model; see `Process`."""

    name = "masked"

    def start(self, model: Denoiser, batch: int) -> torch.Tensor:
        """See `Process.start`."""
        return torch.full((batch, model.length), model.mask_token_id, device=model.device)

    def batch(
        self,
        model: Denoiser,
        candidate: Candidate,
        instances: Sequence[int],
        *,
        decoding: Decoding,
        seed: int,
        prompts: Prompts | None = None,
    ) -> MaskedBatch:
        """See `Process.batch`."""
        return MaskedBatch(
            process=self,
            instances=instances,
            plan=candidate.plan(decoding, model.length),
            decoding=decoding.with_values(candidate.decoding),
            seed=seed,
            prompts=prompts,
            noise=instance_noise(instances, model.length, seed=seed),
        )

    def sample(self, model: Denoiser, batch: Batch) -> Samples:
        """See `Process.sample`."""
        ours = masked_batch(batch)
        given = ours.noise, masked_decoding(ours.decoding), ours.prompts
        if ours.plan.rule is not None:
            return generate_by_rule(model, ours.plan, *given)
        return generate(model, ours.counts, *given)

    def finest(self, model: Denoiser, instances: Sequence[int], *, seed: int) -> Samples:
        """See `Process.finest`: one token a step."""
        return one_by_one(model, instances, seed=seed)

    def finest_calls(self, model: Denoiser) -> int:
        """See `Process.finest_calls`."""
        return model.length

    def own_sequences(self, model: Denoiser, numbers: Sequence[int], *, seed: int) -> Samples:
        """See `Process.own_sequences`."""
        return own_sequences(model, numbers, seed=seed)

    def profiles(
        self,
        model: Denoiser,
        clean: torch.Tensor,
        numbers: Sequence[int],
        known: npt.NDArray[np.int64],
        *,
        orders: int,
        seed: int,
        count: int = 0,
    ) -> Array:
        """See `Process.profiles`: h(m), the mean cost of a masked token when m are known."""
        return sequence_profiles(model, clean, numbers, known, orders=orders, seed=seed)

    def written_profiles(
        self,
        model: Denoiser,
        numbers: Sequence[int],
        known: npt.NDArray[np.int64],
        *,
        seed: int,
    ) -> WrittenProfiles:
        """See `Process.written_profiles`: along the order in which a sequence is written."""
        return written_profiles(model, numbers, known, seed=seed)

    def exchange_error(
        self,
        model: Denoiser,
        tokens: torch.Tensor,
        numbers: Sequence[int],
        known: npt.NDArray[np.int64],
        *,
        seed: int,
    ) -> tuple[Array, int]:
        """See `Process.exchange_error`."""
        return exchange_error(model, tokens, numbers, known, seed=seed)

    def path_costs(
        self, model: Denoiser, clean: torch.Tensor, batch: Batch, rows: Sequence[int]
    ) -> tuple[Sequence[PathCosts], int]:
        """See `Process.path_costs`."""
        tables = path_tables(model, masked_batch(batch).noise.rows(rows), clean)
        return tables, len(rows) * model.length

    def path_kl(
        self, model: Denoiser, costs: Sequence[PathCosts], batch: Batch
    ) -> tuple[Array, int]:
        """See `Process.path_kl`: a sum over each table, without the model."""
        tables: Sequence[PathTable] = costs  # type: ignore[assignment]  # of `path_costs`
        return np.array([table.path_kl(batch, row) for row, table in enumerate(tables)]), 0

    def check_enumerable(self, length: int, vocab_size: int) -> int:
        """See `Process.check_enumerable`."""
        return check_enumerable(length, vocab_size)

    def exact_law(self, model: Denoiser) -> SampleLaw:
        """See `Process.exact_law`."""
        return SampleLaw(model)

    @torch.inference_mode()
    def difference(self, model: Denoiser) -> float:
        """See `Process.difference`."""
        positions = torch.arange(model.length, device=model.device)[None]
        first, second = (
            model.log_probs(self.start(model, 1), positions).double().exp() for _ in range(2)
        )
        return float((first - second).abs().sum(-1).max()) / 2

    @torch.inference_mode()
    def one_call(
        self,
        model: Denoiser,
        batch: int,
        steps: int,
        decoding: Decoding,
        prompts: Prompts | None = None,
    ) -> None:
        """See `Process.one_call`: asks for all that is masked where a step must choose."""
        wanted = model.length
        ours = masked_decoding(decoding)
        if ours.order == "random":
            wanted = math.ceil(model.length / steps)
        asked = torch.arange(wanted, device=model.device).expand(batch, -1)
        answers = ask(model, self.start(model, batch), asked, prompts, ours.guidance)
        size = rows_at_once(model)
        for start in range(0, asked.numel(), size):
            log_probs = answers.log_probs(slice(start, start + size))
        # The copy to the CPU waits for the device.
        log_probs[:1, :1].cpu()


def masked_decoding(decoding: Decoding) -> MaskedDecoding:
    """The decoding itself; TypeError where it is one of another process."""
    if not isinstance(decoding, MaskedDecoding):
        raise TypeError(f"settings of a masked model are expected, got {type(decoding).__name__}")
    return decoding


MASKED = Masked()

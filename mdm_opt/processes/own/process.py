"""The process of samplers that are not ours: whole answers, batch by batch, each with its seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.candidates import Candidate, Decoding, OwnDecoding
from mdm_opt.errors import InputError
from mdm_opt.models.base import FrozenModel
from mdm_opt.models.own.model import SampledModel
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes.base import Array, Batch, ExactLaw, PathCosts, Process, Samples

_REFUSED = "nothing but samples is known of a sampler of your own"


@dataclass(frozen=True, eq=False)
class OwnBatch(Batch):
    """One candidate on some instances, with those that are sampled together with them.

    Attributes:
        arguments: that the sampler is called with.
        members: instances of whole batches, ascending, those that are asked for among them; the
            prompts are theirs.
    """

    arguments: Mapping[str, Any]
    members: Sequence[int]

    @property
    def nfe(self) -> npt.NDArray[np.int64]:
        """See `Batch.nfe`.

        Raises:
            ValueError: always.
        """
        raise ValueError("only samples tell how many calls a sampler of your own makes")

    def others(
        self, model: FrozenModel, instances: Sequence[int], *, same_start: bool = False
    ) -> NoReturn:
        """See `Batch.others`.

        Raises:
            InputError: always: what stands for an instance has a batch of its own.
        """
        raise InputError(f"further samples of an instance are not accepted: {_REFUSED}")


class Own(Process[SampledModel]):
    """Calls a sampler of the user's; an instance's answer depends on its batch and candidate."""

    name: ClassVar[str] = "own"

    def start(self, model: SampledModel, batch: int) -> torch.Tensor:
        """See `Process.start`; it has no noise of ours."""
        return torch.zeros((batch, 0), dtype=torch.int64)

    def batch(
        self,
        model: SampledModel,
        candidate: Candidate,
        instances: Sequence[int],
        *,
        decoding: Decoding,
        seed: int,
        prompts: Prompts | None = None,
    ) -> OwnBatch:
        """See `Process.batch`; prompts are those of whole batches."""
        settings = _own(decoding)
        return OwnBatch(
            process=self,
            instances=instances,
            plan=candidate.plan(decoding, model.length),
            decoding=decoding,
            seed=seed,
            prompts=prompts,
            arguments=settings.called_with(candidate.parameters),
            members=settings.sampled_with(instances),
        )

    def sample(self, model: SampledModel, batch: Batch) -> Samples:
        """See `Process.sample`; whole batches, of which those that are asked for are kept."""
        ours = _own_batch(batch)
        size = _own(ours.decoding).batch
        rows = None if ours.prompts is None else ours.prompts.rows()
        texts: dict[int, str] = {}
        calls: dict[int, float] = {}
        sequence_calls = 0
        for first in range(0, len(ours.members), size):
            members = ours.members[first : first + size]
            written = model.own_samples(
                None if rows is None else rows[first : first + size],
                size,
                ours.arguments,
                batch_seed(ours.seed, members[0] // size),
            )
            texts |= dict(zip(members, written.texts, strict=True))
            calls |= dict(zip(members, written.calls.tolist(), strict=True))
            sequence_calls += written.sequence_calls
        wanted = list(ours.instances)
        return Samples(
            tokens=torch.zeros((len(wanted), 0), dtype=torch.int64),
            nfe=np.array([calls[one] for one in wanted], dtype=np.float64),
            sequence_calls=sequence_calls,
            texts=tuple(texts[one] for one in wanted),
        )

    def finest(self, model: SampledModel, instances: Sequence[int], *, seed: int) -> Samples:
        """See `Process.finest`; refused."""
        raise InputError(f"reference sequences are not accepted: {_REFUSED}")

    def finest_calls(self, model: SampledModel) -> int:
        """See `Process.finest_calls`: tokens of an answer, for nothing else is known."""
        return model.length

    def own_sequences(self, model: SampledModel, numbers: Sequence[int], *, seed: int) -> Samples:
        """See `Process.own_sequences`; refused."""
        raise InputError(f"a profile is not accepted: {_REFUSED}")

    def profiles(
        self,
        model: SampledModel,
        clean: torch.Tensor,
        numbers: Sequence[int],
        known: npt.NDArray[np.int64],
        *,
        orders: int,
        seed: int,
        count: int = 0,
    ) -> Array:
        """See `Process.profiles`; refused."""
        raise InputError(f"a profile is not accepted: {_REFUSED}")

    def path_costs(
        self, model: SampledModel, clean: torch.Tensor, batch: Batch, rows: Sequence[int]
    ) -> tuple[Sequence[PathCosts], int]:
        """See `Process.path_costs`; refused."""
        raise InputError(f"path KL is not accepted: {_REFUSED}")

    def path_kl(
        self, model: SampledModel, costs: Sequence[PathCosts], batch: Batch
    ) -> tuple[Array, int]:
        """See `Process.path_kl`; refused."""
        raise InputError(f"path KL is not accepted: {_REFUSED}")

    def check_enumerable(self, length: int, vocab_size: int) -> int:
        """See `Process.check_enumerable`; refused."""
        raise InputError(f"an exact law is not accepted: {_REFUSED}")

    def exact_law(self, model: SampledModel) -> ExactLaw:
        """See `Process.exact_law`; refused."""
        raise InputError(f"an exact law is not accepted: {_REFUSED}")

    def difference(self, model: SampledModel) -> float:
        """See `Process.difference`; `mdm_opt.study.present` asks the sampler itself twice."""
        return 0.0

    def one_call(
        self,
        model: SampledModel,
        batch: int,
        steps: int,
        decoding: Decoding,
        prompts: Prompts | None = None,
    ) -> None:
        """See `Process.one_call`; refused: what a step is, only the sampler knows."""
        raise InputError(f"a single call is not accepted: {_REFUSED}")


def batch_seed(seed: int, batch: int) -> int:
    """The seed of a batch, in 0..2^31 - 1: that of the study and its place decide.

    Args:
        seed: of the study.
        batch: its number: instance ids divided by the size.
    """
    words = np.random.SeedSequence([seed, batch]).generate_state(1, np.uint32)
    return int(words[0]) >> 1


def _own(decoding: Decoding) -> OwnDecoding:
    if not isinstance(decoding, OwnDecoding):
        raise TypeError(f"settings of a sampler of the user's are expected, got {decoding!r}")
    return decoding


def _own_batch(batch: Batch) -> OwnBatch:
    if not isinstance(batch, OwnBatch):
        raise TypeError(f"a batch of this process is expected, got {type(batch).__name__}")
    return batch


OWN_PROCESS = Own()

"""Measuring clean sequences for a profile: in independent orders, or while they are written."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError, MdmOptError, RunError
from mdm_opt.memory import in_fitting_batches
from mdm_opt.messages import key_name
from mdm_opt.models.base import Denoiser
from mdm_opt.persistence import MeasuredSequence, WrittenSums
from mdm_opt.plugins import one_line
from mdm_opt.processes import process_of
from mdm_opt.processes.base import WrittenProfiles
from mdm_opt.schedules.base import Array
from mdm_opt.study.batch_size import usual_batch_size
from mdm_opt.study.profile_estimator import FIRST
from mdm_opt.study.profile_sequences import ProfileSequences


@dataclass(frozen=True, eq=False)
class MeasuredBlock:
    """Some sequences, in the two ways in which they may be measured.

    Attributes:
        orders: in independent orders; none where that was not asked for.
        chain: along the orders in which the model wrote them; likewise.
    """

    orders: Sequence[MeasuredSequence]
    chain: Sequence[MeasuredSequence]


def measure_sequences(
    study_file: StudyFile,
    denoiser: Denoiser,
    source: ProfileSequences,
    numbers: Sequence[int],
    known: npt.NDArray[np.int64],
    *,
    orders: bool,
    chain: bool,
) -> MeasuredBlock:
    """Measures sequences that are given or that the model writes.

    Args:
        study_file: the study.
        denoiser: its model.
        source: of the sequences.
        numbers: of the sequences.
        known: the boundaries.
        orders: whether they are measured in independent orders.
        chain: whether they are measured while the model writes them, and the first ones of all
            checked for what that is worth.

    Raises:
        InputError: where only a chain is asked for, and the model's process has none.
        RunError: where the model gives a clean token no probability, or fails.
    """
    started = time.perf_counter()
    work = _Work(study_file, denoiser, source, known, orders=orders, chain=chain)
    try:
        parts, _ = in_fitting_batches(numbers, usual_batch_size(study_file), work.batch)
    except MdmOptError:
        raise
    except Exception as error:  # models and devices may raise anything
        raise RunError(
            f"the information profile could not be measured: {type(error).__name__}: "
            f"{one_line(error)}"
        ) from error
    seconds = (time.perf_counter() - started) / len(numbers)
    found = [one for part in parts for one in part]
    return MeasuredBlock(
        orders=[one.row(one.orders, seconds) for one in found if one.orders is not None],
        chain=[one.row(one.chain, seconds) for one in found if one.chain is not None],
    )


@dataclass(frozen=True, eq=False)
class _Sequence:
    """One sequence; its profiles are float64 ``(boundaries,)``, or None."""

    number: int
    calls: int
    orders: Array | None
    chain: Array | None
    sums: WrittenSums | None

    def row(self, nats: Array, seconds: float) -> MeasuredSequence:
        sums = self.sums if nats is self.chain else None
        return MeasuredSequence(self.number, nats.tolist(), self.calls, seconds, sums)


class _Work:
    def __init__(
        self,
        study_file: StudyFile,
        denoiser: Denoiser,
        source: ProfileSequences,
        known: npt.NDArray[np.int64],
        *,
        orders: bool,
        chain: bool,
    ) -> None:
        self._table, self._denoiser, self._source = study_file.profile, denoiser, source
        self._process, self._known = process_of(denoiser), known
        self._in_orders, self._in_chain = orders, chain

    def batch(self, numbers: Sequence[int]) -> list[_Sequence]:
        """All that is asked for of some sequences."""
        table, count = self._table, len(numbers)
        written = self._written(numbers) if self._in_chain else None
        if written is None:
            tokens, made = self._source.tokens(numbers)
        else:
            tokens, made = written.tokens, written.sequence_calls
        calls = np.full(count, made // count)
        sums: list[WrittenSums | None] = [None] * count
        chains: list[Array | None] = [None] * count
        if written is not None:
            sums, checking = self._sums(written, numbers)
            calls += checking
            # Both are unbiased where either is, and together less noisy than the better one.
            chains = list((written.divergence + written.entropy) / 2)
        profiles: list[Array | None] = [None] * count
        if self._in_orders:
            known, orders = self._known, table.orders
            profiles = list(
                self._process.profiles(
                    self._denoiser,
                    tokens,
                    numbers,
                    known,
                    orders=orders,
                    seed=table.seed,
                    count=table.boundaries,
                )
            )
            calls += self._process.profile_calls(known, table.boundaries) * orders
        found = zip(numbers, calls.tolist(), profiles, chains, sums, strict=True)
        return [_Sequence(*one) for one in found]

    def _written(self, numbers: Sequence[int]) -> WrittenProfiles | None:
        written = self._process.written_profiles(
            self._denoiser, numbers, self._known, seed=self._table.seed
        )
        if written is None and not self._in_orders:
            raise InputError(
                f"{key_name('profile.estimator')}: 'chain' is not accepted: models of process "
                f"{self._process.name} have no such profile"
            )
        return written

    def _sums(
        self, written: WrittenProfiles, numbers: Sequence[int]
    ) -> tuple[list[WrittenSums | None], npt.NDArray[np.int64]]:
        """What writing says of each sequence, and the calls that checking it took."""
        calls = np.zeros(len(numbers), dtype=np.int64)
        exchange: list[float | None] = [None] * len(numbers)
        checked = [row for row, number in enumerate(numbers) if number < FIRST]
        if checked:
            first = [numbers[row] for row in checked]
            errors, made = self._process.exchange_error(
                self._denoiser, written.tokens[checked], first, self._known, seed=self._table.seed
            )
            calls[checked] = made // len(checked)
            for row, error in zip(checked, errors.tolist(), strict=True):
                exchange[row] = error
        drops = [levels[:, 0] - levels[:, -1] for levels in (written.divergence, written.entropy)]
        sums = zip(drops[0].tolist(), drops[1].tolist(), exchange, strict=True)
        return [WrittenSums(*one) for one in sums], calls

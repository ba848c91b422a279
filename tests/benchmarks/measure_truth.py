"""Measures what schedules truly cost on a model, on many of its own sequences, and stores it.

    python tests/benchmarks/measure_truth.py antiberty

writes ``truth_antiberty.npz`` beside this file. It may be stopped at any moment: each chunk of
sequences that is finished lies in a folder, and the next start goes on behind it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from laws import templates

from mdm_opt.candidates import Candidate, MaskedDecoding, beta
from mdm_opt.models.base import Denoiser
from mdm_opt.models.packaged import load_antiberty, load_bundled
from mdm_opt.processes import generate, instance_noise, own_sequences, sequence_profiles
from mdm_opt.processes.masked.profile_estimate import OWN_START
from mdm_opt.schedules import profile_boundaries

HERE = Path(__file__).parent
FOLDER = HERE.parent.parent / "build" / "truth"
# Of the sequences and of their orders; what is fitted in the benchmarks has other seeds.
SEED = 20261130
BOUNDARIES = 32


@dataclass(frozen=True)
class Source:
    """A model, and what is measured of it.

    Attributes:
        load: of the model.
        length: tokens of one sequence.
        sequences: that true values are means over.
        boundaries: at which they are measured; None for all.
        written: how sequences are written; None for one token a step.
        chunk: sequences at once.
        exact: whether the law is known, so that the entropy of a token stands for its cost: the
            mean is the same, with less noise.
    """

    load: Callable[[], Denoiser]
    length: int
    sequences: int
    boundaries: int | None = None
    written: Candidate | None = None
    chunk: int = 100
    exact: bool = False

    @property
    def known(self) -> np.ndarray:
        """Boundaries at which sequences are measured."""
        return profile_boundaries(self.length, self.boundaries or self.length)

    @property
    def chunks(self) -> list[range]:
        """Numbers of the sequences, in parts."""
        numbers = range(self.sequences)
        return [numbers[first : first + self.chunk] for first in numbers[:: self.chunk]]

    def write(self, denoiser: Denoiser, numbers: range) -> torch.Tensor:
        """The model's own sequences, int64 ``(n, length)``."""
        if self.written is None:
            return own_sequences(denoiser, numbers, seed=SEED).tokens
        counts = self.written.plan(MaskedDecoding(), self.length).counts
        noise = instance_noise([OWN_START + i for i in numbers], self.length, seed=SEED)
        return generate(denoiser, counts, noise).tokens


SOURCES = {
    # A call takes a hundred times what one of the others takes. Near the best schedule 32 steps
    # write as well as 121, and 32 boundaries tell what schedules cost to some thousandths.
    "antiberty": Source(
        load=lambda: load_antiberty(length=121, dtype="bfloat16"),
        length=121,
        sequences=352,
        boundaries=BOUNDARIES,
        written=beta(0.7, 0.4, 32),
        chunk=16,
    ),
    "bundled": Source(load=load_bundled, length=36, sequences=9600),
    "templates": Source(load=lambda: templates(noise=0.2), length=64, sequences=1600, exact=True),
}


@torch.inference_mode()
def profiles(source: Source, denoiser: Denoiser, numbers: range) -> np.ndarray:
    """Profiles of sequences in one random order each, float64 ``(n, boundaries)``.

    The same as `mdm_opt.processes.sequence_profiles`, with entropies in place of costs where the
    law is exact.
    """
    tokens, known = source.write(denoiser, numbers), source.known
    if not source.exact:
        return sequence_profiles(denoiser, tokens, numbers, known, orders=1, seed=SEED)
    noise = instance_noise(numbers, denoiser.length, seed=SEED)
    order = torch.from_numpy(noise.permutation)
    levels, before = [], None
    for revealed in known.tolist():
        hidden = order[:, revealed:]
        masked = tokens.scatter(1, hidden, denoiser.mask_token_id)
        shares = denoiser.log_probs(masked, hidden).double().exp()
        costs = -torch.special.xlogy(shares, shares).sum(-1).numpy()
        if before is None:
            levels.append(costs.mean(axis=1))
        else:
            shared = before[:, before.shape[1] - costs.shape[1] :]
            levels.append(levels[-1] - (shared - costs).mean(axis=1))
        before = costs
    return np.stack(levels, axis=1)


def chunk_path(folder: Path, name: str, numbers: range) -> Path:
    """Where the profiles of some sequences are kept."""
    return folder / f"{name}-{numbers[0]:05d}-{numbers[-1]:05d}.npy"


def measure(name: str, folder: Path, turn: int, turns: int) -> None:
    """Measures the chunks that are not kept yet; of several processes each its own."""
    source, denoiser = SOURCES[name], None
    total, started, made = source.sequences, time.monotonic(), 0
    for numbers in source.chunks[turn::turns]:
        path = chunk_path(folder, name, numbers)
        if path.exists():
            continue
        denoiser = denoiser or source.load()
        found = profiles(source, denoiser, numbers)
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            np.save(file, found.astype(np.float32))
        unfinished.replace(path)
        made += len(numbers)
        pace = (time.monotonic() - started) / made
        left = pace / turns * (total - numbers[-1] - 1) / 60
        told = f"{name}: {numbers[-1] + 1} of {total} sequences, {pace:.2f} s each"
        print(f"\r{told}, about {left:.0f} min to go ", end="", flush=True)


def store(name: str, folder: Path) -> Path:
    """Writes the profiles of all chunks that are kept, with their boundaries."""
    kept = [np.load(path) for path in sorted(folder.glob(f"{name}-*.npy"))]
    target = HERE / f"truth_{name}.npz"
    np.savez_compressed(target, known=SOURCES[name].known, nats=np.concatenate(kept))
    return target


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", choices=SOURCES)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where chunks are kept")
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument(
        "--turn", type=int, nargs=2, default=(0, 1), help="0 2 and 1 2: two processes share"
    )
    parser.add_argument("--store", action="store_true", help="store what is kept, measure nothing")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given.folder.mkdir(parents=True, exist_ok=True)
    if not given.store:
        measure(given.model, given.folder, *given.turn)
    print(f"\n{store(given.model, given.folder)}")


if __name__ == "__main__":
    main()

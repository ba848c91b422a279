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

from mdm_opt.models.base import Denoiser
from mdm_opt.models.packaged import load_antiberty, load_bundled
from mdm_opt.processes import instance_noise, own_sequences, sequence_profiles
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
        truth: sequences that true values are means over.
        fitted: further sequences, measured like a profile, for a model that is too slow to be
            asked in every run of a benchmark.
        boundaries: of the true values, beside those of a profile; None for all.
        chunk: sequences at once.
        exact: whether the law is known, so that the entropy of a token stands for its cost: the
            mean is the same, with less noise.
    """

    load: Callable[[], Denoiser]
    length: int
    truth: int
    fitted: int = 0
    boundaries: int | None = None
    chunk: int = 100
    exact: bool = False

    @property
    def parts(self) -> list[tuple[str, range]]:
        """Chunks of the numbers of sequences, and what they are for."""
        first = {"truth": range(self.truth), "fitted": range(self.truth, self.truth + self.fitted)}
        return [
            (part, numbers[at : at + self.chunk])
            for part, numbers in first.items()
            for at in range(0, len(numbers), self.chunk)
        ]

    def known(self, part: str) -> np.ndarray:
        """Boundaries at which sequences are measured."""
        profile = profile_boundaries(self.length, BOUNDARIES)
        if part == "fitted":
            return profile
        return np.union1d(profile, profile_boundaries(self.length, self.boundaries or self.length))


SOURCES = {
    "antiberty": Source(
        lambda: load_antiberty(length=121, dtype="bfloat16"),
        121,
        352,
        160,
        boundaries=63,
        chunk=16,
    ),
    "bundled": Source(load_bundled, 36, 2400),
    "templates": Source(lambda: templates(noise=0.2), 64, 1600, exact=True),
}


@torch.inference_mode()
def profiles(denoiser: Denoiser, numbers: range, known: np.ndarray, *, exact: bool) -> np.ndarray:
    """Profiles of sequences in one random order each, float64 ``(n, boundaries)``.

    The same as `mdm_opt.processes.sequence_profiles`, with entropies in place of costs where the
    law is exact.
    """
    tokens = own_sequences(denoiser, numbers, seed=SEED).tokens
    if not exact:
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


def chunk_path(folder: Path, name: str, part: str, numbers: range) -> Path:
    """Where the profiles of some sequences are kept."""
    return folder / f"{name}-{part}-{numbers[0]:05d}-{numbers[-1]:05d}.npy"


def measure(name: str, folder: Path) -> None:
    """Measures the chunks that are not kept yet."""
    source, denoiser = SOURCES[name], None
    total, started, made = source.truth + source.fitted, time.monotonic(), 0
    for part, numbers in source.parts:
        path = chunk_path(folder, name, part, numbers)
        if path.exists():
            continue
        denoiser = denoiser or source.load()
        known = source.known(part)
        found = profiles(denoiser, numbers, known, exact=source.exact)
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            np.save(file, found.astype(np.float32))
        unfinished.replace(path)
        made += len(numbers)
        pace = (time.monotonic() - started) / made
        left = pace * (total - numbers[-1] - 1) / 60
        told = f"{name}: {numbers[-1] + 1} of {total} sequences, {pace:.2f} s each"
        print(f"\r{told}, about {left:.0f} min to go ", end="", flush=True)


def store(name: str, folder: Path) -> Path:
    """Writes the profiles of all chunks that are kept, with their boundaries."""
    source, content = SOURCES[name], {}
    for part in ("truth", "fitted"):
        kept = [np.load(path) for path in sorted(folder.glob(f"{name}-{part}-*.npy"))]
        if kept:
            content[part] = np.concatenate(kept)
            content[f"{part}_known"] = source.known(part)
    target = HERE / f"truth_{name}.npz"
    np.savez_compressed(target, **content)
    return target


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", choices=SOURCES)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where chunks are kept")
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--store", action="store_true", help="store what is kept, measure nothing")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given.folder.mkdir(parents=True, exist_ok=True)
    if not given.store:
        measure(given.model, given.folder)
    print(f"\n{store(given.model, given.folder)}")


if __name__ == "__main__":
    main()

"""Trains the bundled model of births: an MLP that writes digits of 8x8 pixels, counts 0 to 16.

    python training/train_digits.py --root .

It writes the checkpoint, the digits that it never saw as a file of references, and for benchmarks
all digits with a small classifier of them. Five to fifteen minutes on two CPU cores.

The data come with scikit-learn (1,797 digits of UCI's optdigits); 360 of them are held out, the
same for every seed. The seed fixes initial weights, batches and thinnings.

The loss is the Poisson negative log-likelihood of what is still to come, y - r log y summed over
pixels, where y = (1 - alpha) times the net's answer and r = x_0 - x. Its mean is what the process
loses against the exact reverse step, up to a constant. The logit of alpha is uniform, so that all
scales of alpha are learned.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save_file
from sklearn.datasets import load_digits
from torch import nn

from mdm_opt.models.digits import LENGTH, LOGITS, SIDE, DigitsNet

Counts = npt.NDArray[np.int64]

# Under the root: checkpoint, references, benchmarks.
PLACES = (
    "mdm_opt/models/bundled/digits8x8",
    "studies/digits_references.txt",
    "tests/benchmarks/digits.npz",
)
HELD_OUT, SPLIT_SEED = 360, 0
LEARNING_RATE, WARMUP_STEPS, WEIGHT_DECAY, EMA_DECAY, CLIP = 3e-3, 100, 0.05, 0.995, 20.0
# The logits of alpha of the held-out loss, and thinnings of each digit at each.
JUDGED_LOGITS, JUDGED_PLACES, JUDGED_THINNINGS = (-8.0, 5.0), 52, 4
CLASSES, FEATURES, CLASSIFIER_RATE = 10, 32, 2e-3


def load_data() -> tuple[Counts, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """All digits ``(1797, 64)``, their classes, and which of them are held out."""
    found = load_digits()
    counts = found.images.reshape(-1, LENGTH).astype(np.int64)
    held_out = np.random.default_rng(SPLIT_SEED).permutation(len(counts))[:HELD_OUT]
    return counts, found.target.astype(np.int64), np.sort(held_out)


def rest_loss(
    net: nn.Module, counts: Counts, alphas: npt.NDArray[np.float64], rng: np.random.Generator
) -> torch.Tensor:
    """Mean over digits of y - r log(y / (1 - alpha)), summed over pixels, in nats.

    Args:
        net: see `DigitsNet`.
        counts: clean digits ``(batch, 64)``.
        alphas: surviving share of each, ``(batch,)``.
        rng: draws what survives.
    """
    thinned = torch.from_numpy(rng.binomial(counts, alphas[:, None]))
    rest = torch.from_numpy(counts) - thinned
    share = torch.from_numpy(alphas)[:, None].float()
    rates = net(thinned.float(), share)
    return ((1 - share) * rates - rest * rates.log()).sum(1).mean()


@torch.no_grad()
def judged_loss(net: nn.Module, counts: Counts) -> float:
    """`rest_loss` over logits of alpha between `JUDGED_LOGITS`, the same thinnings each time."""
    low, high = JUDGED_LOGITS
    rng, losses = np.random.default_rng(1), []
    for place in (np.arange(JUDGED_PLACES) + 0.5) / JUDGED_PLACES:
        alphas = np.full(len(counts), 1 / (1 + math.exp(-(low + (high - low) * place))))
        losses += [float(rest_loss(net, counts, alphas, rng)) for _ in range(JUDGED_THINNINGS)]
    return float(np.mean(losses))


def learning_rate_factor(step: int, steps: int) -> float:
    """Linear warm-up, then half a cosine."""
    return min(1.0, (step + 1) / WARMUP_STEPS) * (0.5 + 0.5 * math.cos(math.pi * step / steps))


def build_net(counts: Counts) -> DigitsNet:
    """A net whose blocks do nothing yet and whose answer is the mean digit."""
    net = DigitsNet()
    mean = torch.from_numpy(counts.mean(0)).float().clamp(min=0.02)
    with torch.no_grad():
        net.last.weight.zero_()
        net.last.bias.copy_(mean.expm1().log())
        for block in net.blocks:
            block.outer.weight.zero_()
            block.outer.bias.zero_()
    return net


def train(
    counts: Counts, held_out: Counts, out: Path, steps: int, batch_size: int, seed: int
) -> DigitsNet:
    """Trains with AdamW, and returns the exponential moving average of the weights.

    Args:
        counts: digits to learn.
        held_out: digits that are only judged.
        out: folder that the average is saved to every 400 steps.
        steps: of the optimiser.
        batch_size: digits of a step, each with an alpha of its own.
        seed: of everything random.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = build_net(counts)
    averaged = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(EMA_DECAY)
    )
    optimizer = torch.optim.AdamW(
        net.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=WEIGHT_DECAY
    )
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: learning_rate_factor(step, steps)
    )
    started, losses = time.monotonic(), []
    for step in range(1, steps + 1):
        digits = counts[rng.integers(0, len(counts), batch_size)]
        # One alpha in each of as many equal parts of the logits.
        places = (np.arange(batch_size) + rng.random(batch_size)) / batch_size
        alphas = 1 / (1 + np.exp(-(LOGITS[0] + (LOGITS[1] - LOGITS[0]) * places)))
        loss = rest_loss(net, digits, alphas, rng)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), CLIP)
        optimizer.step()
        scheduler.step()
        averaged.update_parameters(net)
        losses.append(loss.item())
        if step % 400 == 0 or step == steps:
            save(averaged.module, out)
            print(
                f"step {step}: loss {np.mean(losses[-400:]):.3f}, held out "
                f"{judged_loss(averaged.module, held_out):.3f} nats a digit, "
                f"{time.monotonic() - started:.0f} s",
                flush=True,
            )
    return averaged.module


def save(net: nn.Module, out: Path) -> None:
    """Writes the weights in float16."""
    weights = {name: value.detach().half() for name, value in net.state_dict().items()}
    save_file(weights, out / "model.safetensors")


def build_classifier() -> nn.Sequential:
    """A small CNN; what goes into its last layer are its features."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * (SIDE // 2) ** 2, FEATURES),
        nn.ReLU(),
        nn.Linear(FEATURES, CLASSES),
    )


def as_pictures(counts: Counts) -> torch.Tensor:
    """Float32 ``(batch, 1, 8, 8)`` in [0, 1]."""
    return torch.from_numpy(counts).float().reshape(-1, 1, SIDE, SIDE) / 16


def train_classifier(counts: Counts, classes: Counts, steps: int, seed: int) -> nn.Sequential:
    """Trains with Adam on batches of 128."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    classifier = build_classifier()
    optimizer = torch.optim.Adam(classifier.parameters(), lr=CLASSIFIER_RATE)
    for _ in range(steps):
        chosen = rng.integers(0, len(counts), 128)
        scores = classifier(as_pictures(counts[chosen]))
        loss = nn.functional.cross_entropy(scores, torch.from_numpy(classes[chosen]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return classifier


def write_lines(path: Path, counts: Counts) -> None:
    """Writes digits as reference files have them: 64 numbers a line, separated by spaces."""
    path.write_text("".join(" ".join(map(str, row)) + "\n" for row in counts.tolist()))


def write_bench(
    path: Path, counts: Counts, classes: Counts, held_out: Counts, classifier: nn.Module
) -> None:
    """Writes the digits and the classifier that benchmarks judge samples by."""
    weights = {name: value.detach().numpy() for name, value in classifier.state_dict().items()}
    np.savez_compressed(
        path,
        counts=counts.astype(np.uint8),
        classes=classes.astype(np.uint8),
        held_out=held_out.astype(np.int16),
        **weights,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, required=True, help="folder of the source checkout")
    parser.add_argument("--steps", type=int, default=3200)
    parser.add_argument("--batch-size", type=int, default=512)
    parser.add_argument("--classifier-steps", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    checkpoint, references, bench = (arguments.root / place for place in PLACES)
    for path in (checkpoint, references.parent, bench.parent):
        path.mkdir(parents=True, exist_ok=True)
    counts, classes, held_out = load_data()
    kept = np.setdiff1d(np.arange(len(counts)), held_out)
    write_lines(references, counts[held_out])
    classifier = train_classifier(
        counts[kept], classes[kept], arguments.classifier_steps, arguments.seed
    )
    with torch.no_grad():
        found = classifier(as_pictures(counts[held_out])).argmax(1).numpy()
    print(
        f"classifier: {np.mean(found == classes[held_out]):.4f} of the held-out digits are right"
    )
    write_bench(bench, counts, classes, held_out, classifier)
    train(
        counts[kept],
        counts[held_out],
        checkpoint,
        arguments.steps,
        arguments.batch_size,
        arguments.seed,
    )


if __name__ == "__main__":
    main()

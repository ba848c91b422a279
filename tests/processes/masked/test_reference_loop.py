"""Our sampler against the loop that LLaDA publishes: same model, same counts, same answers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from language_models import write_checkpoint
from reference_loop import reference
from sampling_cost import Shape, full_logits, never_generated, random_model
from scipy import stats

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.loading import load_huggingface
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes import Noise, generate, instance_noise
from mdm_opt.schedules import BetaSchedule, reveal_counts

LENGTH, BATCH = 12, 16
TINY = Shape(vocabulary=40, hidden=32, layers=2, heads=2, mlp=48, length=LENGTH)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, HuggingFaceDenoiser]:
    """A native model, and one with LLaDA's interface; ends are likely, no token is certain."""
    folder = write_checkpoint(tmp_path_factory.mktemp("llada"), "llada")
    llada = load_huggingface(
        str(folder),
        length=LENGTH,
        device="cpu",
        prefix=[],
        trust_remote_code=True,
        end_tokens=["<eos>", "b"],
    )
    native = random_model(TINY, spread=0.4)
    with torch.no_grad():
        llada.model.get_output_embeddings().weight *= 0.2
        native.model.decoder.bias[list(native.end_token_ids)] += 4.0
    return {"native": native, "llada": llada}


def prompt_rows(denoiser: HuggingFaceDenoiser, lengths: Sequence[int]) -> list[list[int]]:
    generator = torch.Generator().manual_seed(1)
    return [torch.randint(4, 10, (length,), generator=generator).tolist() for length in lengths]


def from_left_to_right() -> Noise:
    """Ties, of which there are many among ends, go to the first position."""
    noise = instance_noise(range(BATCH), LENGTH, seed=0)
    return replace(noise, permutation=np.tile(np.arange(LENGTH), (BATCH, 1)))


@pytest.mark.cases(12)
@pytest.mark.parametrize("ragged", [False, True], ids=["one-length", "ragged"])
@pytest.mark.parametrize("end_last", [False, True], ids=["ends", "ends-last"])
@pytest.mark.parametrize("guidance", [0.0, 1.5])
@pytest.mark.parametrize("blocks", [1, 3])
@pytest.mark.parametrize("name", ["native", "llada"])
def test_answers_at_temperature_zero_are_the_same(
    models: dict[str, HuggingFaceDenoiser],
    name: str,
    blocks: int,
    guidance: float,
    end_last: bool,
    ragged: bool,
) -> None:
    denoiser = models[name]
    lengths = [2 + row % 4 if ragged else 5 for row in range(BATCH)]
    rows = prompt_rows(denoiser, lengths)
    counts = reveal_counts(
        BetaSchedule(0.5, 0.4), 6, LENGTH, block_length=None if blocks == 1 else LENGTH // blocks
    )
    ours = generate(
        denoiser,
        counts,
        from_left_to_right(),
        prompts=Prompts.of(rows, denoiser.device),
        decoding=MaskedDecoding(
            order="confidence",
            temperature=0,
            block_length=LENGTH // blocks,
            guidance=guidance,
            end_last=end_last,
        ),
    )
    theirs = [
        reference(
            full_logits(denoiser),
            torch.tensor([row]),
            counts[None],
            denoiser.mask_token_id,
            blocks=blocks,
            cfg_scale=guidance,
            never_ids=never_generated(denoiser),
            end_ids=denoiser.end_token_ids if end_last else (),
        )
        for row in rows
    ]
    assert torch.equal(ours.tokens, torch.cat(theirs))
    assert len(ours.tokens.unique()) > 1


@pytest.mark.parametrize("name", ["native", "llada"])
def test_every_setting_matters(models: dict[str, HuggingFaceDenoiser], name: str) -> None:
    """Otherwise the agreement above would say nothing of it."""
    denoiser = models[name]
    prompts = torch.tensor(prompt_rows(denoiser, [5] * BATCH))
    counts = np.tile([2, 1, 1], (BATCH, 3))

    def answers(given: torch.Tensor = prompts, **settings: object) -> torch.Tensor:
        model, mask = full_logits(denoiser), denoiser.mask_token_id
        never = never_generated(denoiser)
        return reference(model, given, counts, mask, never_ids=never, **settings)

    plain = answers()
    for changed in ({"blocks": 3}, {"cfg_scale": 1.5}, {"end_ids": denoiser.end_token_ids}):
        assert not torch.equal(plain, answers(**changed)), changed
    assert not torch.equal(plain, answers(prompts.flip(1)))


def test_ends_are_taken_out_of_all_confidences() -> None:
    """Position 0: word 0.5, end 0.1. Position 1: word 0.45, end 0.4, without the end 0.75."""
    table = torch.tensor([[0.5, 0.4, 0.1], [0.45, 0.15, 0.4]]).log()

    def model(tokens: torch.Tensor) -> torch.Tensor:
        # What is said of one position depends on whether the other is known.
        known = (tokens[:, [1, 0]] != 3)[:, :, None]
        return torch.where(known, table.flip(1), table)

    given = torch.zeros((1, 0), dtype=torch.int64)
    ones = np.ones((1, 2), dtype=np.int64)
    assert reference(model, given, ones, 3).tolist() == [[0, 2]]
    assert reference(model, given, ones, 3, end_ids=[2]).tolist() == [[2, 0]]


def test_samples_in_random_order_have_the_same_law() -> None:
    """Two tokens at once and two more: both loops against the enumerated law."""
    shape = Shape(vocabulary=6, hidden=16, layers=1, heads=2, mlp=16, length=4)
    denoiser = random_model(shape, spread=0.8)
    counts, draws = np.array([2, 1, 1]), 6000
    law = exact_law(denoiser, counts)
    noise = instance_noise(range(draws), 4, seed=3)
    torch.manual_seed(0)
    ours = generate(denoiser, counts, noise).tokens
    theirs = reference(
        full_logits(denoiser),
        torch.zeros((draws, 0), dtype=torch.int64),
        np.tile(counts, (draws, 1)),
        denoiser.mask_token_id,
        remasking="random",
        temperature=1.0,
        never_ids=never_generated(denoiser),
    )
    for tokens in (ours, theirs):
        seen = np.bincount(np.ravel_multi_index(tuple(tokens.numpy().T), law.shape), minlength=1)
        seen = np.append(seen, np.zeros(law.size - len(seen)))
        assert seen[law.ravel() == 0].sum() == 0
        assert chi_square(seen, law.ravel() * draws) > 1e-3
        # The test has power: tokens that are all revealed at once follow another law.
        at_once = exact_law(denoiser, np.array([4]))
        assert chi_square(seen, at_once.ravel() * draws) < 1e-6


def chi_square(seen: np.ndarray, expected: np.ndarray) -> float:
    """P-value; cells that expect less than ten are taken together."""
    rare = expected < 10
    pooled = [np.append(cells[~rare], cells[rare].sum()) for cells in (seen, expected)]
    assert len(pooled[0]) > 10
    return float(stats.chisquare(*pooled).pvalue)


def exact_law(denoiser: HuggingFaceDenoiser, counts: np.ndarray) -> np.ndarray:
    """Probability of every answer under fixed counts in random order, by enumeration."""
    length, size, mask = denoiser.length, denoiser.vocab_size, denoiser.mask_token_id
    tables: dict[tuple[int, ...], np.ndarray] = {}

    def table(state: tuple[int, ...]) -> np.ndarray:
        if state not in tables:
            logits = full_logits(denoiser)(torch.tensor([state]))[0].double()
            logits[:, never_generated(denoiser)] = -torch.inf
            tables[state] = logits.softmax(-1).numpy()
        return tables[state]

    law = np.zeros((size,) * length)
    orders = list(itertools.permutations(range(length)))
    for order in orders:
        states = {(mask,) * length: 1 / len(orders)}
        places = list(order)
        for count in counts:
            now, places = places[:count], places[count:]
            after: dict[tuple[int, ...], float] = {}
            for state, chance in states.items():
                given = table(state)
                words = [np.flatnonzero(given[place]) for place in now]
                for tokens in itertools.product(*words):
                    there = list(state)
                    for place, token in zip(now, tokens, strict=True):
                        there[place] = int(token)
                    share = np.prod([given[p, t] for p, t in zip(now, tokens, strict=True)])
                    after[tuple(there)] = after.get(tuple(there), 0.0) + chance * share
            states = after
        for state, chance in states.items():
            law[state] += chance
    return law

"""Masked LMs given prompts: padded batches, guidance, and what is asked once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from language_models import LETTERS, write_checkpoint
from prompted_models import LENGTH, PADS, forwards, native, remote

from mdm_opt.candidates import ORDERS, MaskedDecoding
from mdm_opt.errors import InputError
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.prompts import Prompts, takes_prompts
from mdm_opt.processes import generate, instance_noise
from mdm_opt.testing import check_model

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", PADS)
def test_every_architecture_does_what_a_model_must(
    denoisers: dict[str, HuggingFaceDenoiser], name: str
) -> None:
    check_model(denoisers[name])


def letters(denoiser: HuggingFaceDenoiser) -> list[int]:
    names = denoiser.tokenizer.get_vocab()
    return [names[letter] for letter in LETTERS]


def batch(denoiser: HuggingFaceDenoiser) -> tuple[torch.Tensor, torch.Tensor, list[list[int]]]:
    """Half-masked answers, masked positions, prompts of four lengths."""
    clean, mask = letters(denoiser), denoiser.mask_token_id
    rows = [[0, 1, 2, 3, 4], [2], [5, 1], [3, 3, 0, 5, 1], [4, 4, 1]]
    prompts = [[clean[i] for i in row] for row in rows]
    answers = [[mask, clean[row], mask, mask] for row in range(5)]
    return torch.tensor(answers), torch.tensor([[0, 2, 3]] * 5), prompts


def same(found: torch.Tensor, expected: torch.Tensor, tolerance: float = 1e-4) -> None:
    """Log-probabilities that agree, the impossible tokens, too."""
    assert torch.equal(found.isneginf(), expected.isneginf())
    possible = ~expected.isneginf()
    torch.testing.assert_close(found[possible], expected[possible], rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", PADS)
@pytest.mark.parametrize("guidance", [0.0, 1.5])
def test_a_padded_batch_answers_as_its_rows_alone(
    denoisers: dict[str, HuggingFaceDenoiser], name: str, guidance: float
) -> None:
    denoiser = denoisers[name]
    answers, positions, prompts = batch(denoiser)
    assert takes_prompts(denoiser)
    with forwards(denoiser) as first:
        found = denoiser.log_probs(answers, positions, Prompts.of(prompts, CPU), guidance)
    assert denoiser._can_pad() is PADS[name]
    singles = [Prompts.of([row], CPU) for row in prompts]
    rows = zip(answers[:, None], positions[:, None], singles, strict=True)
    alone = [denoiser.log_probs(*row, guidance) for row in rows]
    same(found, torch.cat(alone))
    # Not by chance: another prompt is another answer.
    others = Prompts.of(prompts[1:] + prompts[:1], CPU)
    other = denoiser.log_probs(answers, positions, others, guidance)
    assert (other - found).nan_to_num().abs().amax(dim=(1, 2)).min() > 1e-2
    with forwards(denoiser) as calls:
        denoiser.log_probs(answers, positions, Prompts.of(prompts, CPU), guidance)
    sequences = 10 if guidance else 5
    assert sum(shape[0] for shape in calls) == sequences
    # The lengths are 5, 1, 2, 5 and 3.
    assert len(calls) == (1 if PADS[name] else 4)
    # What models can do is found out once.
    assert len(first) >= len(calls)
    with forwards(denoiser) as calls:
        denoiser.log_probs(answers[:2], positions[:2], Prompts.of([prompts[0]] * 2, CPU), guidance)
    assert len(calls) == 1


@pytest.mark.parametrize("name", PADS)
def test_guidance_is_the_formula_by_hand(
    denoisers: dict[str, HuggingFaceDenoiser], name: str
) -> None:
    """From two calls: the prompts, and masks in their place."""
    denoiser, scale = denoisers[name], 0.8
    answers, positions, prompts = batch(denoiser)
    blind = [[denoiser.mask_token_id] * len(row) for row in prompts]
    given_prompt, free = (
        denoiser.log_probs(answers, positions, Prompts.of(rows, CPU)) for rows in (prompts, blind)
    )
    # Impossible tokens are -inf in both.
    difference = (given_prompt - free).nan_to_num()
    expected = (free + (scale + 1) * difference).log_softmax(-1)
    found = denoiser.log_probs(answers, positions, Prompts.of(prompts, CPU), scale)
    same(found, expected)
    assert not torch.allclose(found.exp(), given_prompt.exp(), atol=1e-2)
    same(denoiser.log_probs(answers, positions, Prompts.of(prompts, CPU), 0.0), given_prompt)


@pytest.mark.parametrize("name", PADS)
def test_the_prefix_is_a_prompt(denoisers: dict[str, HuggingFaceDenoiser], name: str) -> None:
    denoiser = denoisers[name]
    answers, positions, _ = batch(denoiser)
    prefix = Prompts.of([denoiser._before.tolist()] * 5, CPU)
    found = denoiser.log_probs(answers, positions, prefix)
    same(found, denoiser.log_probs(answers, positions), 1e-5)


@pytest.mark.parametrize("name", ["llada", "dream", "bert"])
def test_answers_are_those_of_a_plain_forward_pass(
    denoisers: dict[str, HuggingFaceDenoiser], name: str
) -> None:
    """Prompt, answer and suffix as users of the model write them; Dream's outputs shifted."""
    denoiser = denoisers[name]
    answers, positions, prompts = batch(denoiser)
    found = denoiser.log_probs(answers, positions, Prompts.of(prompts, CPU))
    suffix = [3] if name == "bert" else []
    more = {"use_cache": False} if name == "llada" else {}
    for row, prompt in enumerate(prompts):
        framed = torch.tensor([[*prompt, *answers[row].tolist(), *suffix]])
        with torch.no_grad():
            logits = denoiser.model(input_ids=framed, return_dict=True, **more).logits
        if name == "dream":
            logits = torch.cat([logits[:, :1], logits[:, :-1]], dim=1)
        own = logits[0, len(prompt) + positions[row]][:, letters(denoiser)].log_softmax(-1)
        torch.testing.assert_close(found[row][:, letters(denoiser)], own, rtol=0, atol=1e-4)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ["llada", "mdlm", "bert"])
def test_samples_are_those_of_single_prompts(
    denoisers: dict[str, HuggingFaceDenoiser], name: str, order: str
) -> None:
    """No near-ties here, so that rounding flips no decision."""
    denoiser = denoisers[name]
    _, _, prompts = batch(denoiser)

    def sampled(rows: list[int]) -> list[list[int]]:
        noise = instance_noise([70 + row for row in rows], LENGTH, seed=1)
        made = Prompts.of([prompts[row] for row in rows], CPU)
        found = generate(
            denoiser,
            np.array([1, 1, 2]),
            noise,
            prompts=made,
            decoding=MaskedDecoding(order=order, guidance=0.5),
        )
        return found.tokens.tolist()

    assert sampled([0, 1, 2, 3, 4]) == [sampled([row])[0] for row in range(5)]


class Forgetful(HuggingFaceDenoiser):
    """Keeps no answer to nothing but masks."""

    first_log_probs = None


def test_without_prompts_nothing_but_masks_is_asked_once() -> None:
    denoiser = native("bert")
    noise = instance_noise(range(6), LENGTH, seed=1)
    counts = np.array([1, 0, 2, 1])
    with forwards(denoiser) as calls:
        first = generate(denoiser, counts, noise)
    assert [shape[0] for shape in calls] == [1, 6, 6]
    with forwards(denoiser) as calls:
        again = generate(denoiser, counts, noise)
    assert [shape[0] for shape in calls] == [6, 6]
    assert first.tokens.tolist() == again.tokens.tolist()
    assert first.sequence_calls == again.sequence_calls == 12
    assert first.nfe.tolist() == [3] * 6
    forgetful = Forgetful(denoiser.model, denoiser.tokenizer, length=LENGTH)
    plain = generate(forgetful, counts, noise)
    assert plain.tokens.tolist() == first.tokens.tolist()
    assert plain.sequence_calls == 18


def test_what_the_tokenizer_puts_before_a_text_comes_before_a_prompt(
    denoisers: dict[str, HuggingFaceDenoiser],
) -> None:
    assert denoisers["bert"].prompt_ids("abc") == [2, 5, 6, 7]
    assert denoisers["bert"].prompt_ids("") == [2]
    assert denoisers["dream"].prompt_ids("abc") == [0, 4, 5, 6]
    assert denoisers["llada"].prompt_ids("abc") == [4, 5, 6]
    assert denoisers["llada"].prompt_ids("") == []


def test_a_prompt_without_a_token_needs_outputs_in_place(
    ending: Path, tmp_path: Path, denoisers: dict[str, HuggingFaceDenoiser]
) -> None:
    """Dream's first answer is predicted by the last token of the prompt."""
    denoiser = remote(write_checkpoint(tmp_path / "dream", "dream"), "dream")
    denoiser._before = denoiser._before[:0]
    with pytest.raises(InputError) as caught:
        denoiser.prompt_ids("")
    message = "prompt without a token: with logits_shift = 1 one is needed"
    assert str(caught.value) == message
    assert denoiser.prompt_ids("a") == [4]


@pytest.mark.parametrize(
    ("name", "letters", "message"),
    [
        # One cls token before, one sep token after.
        ("bert", 18, None),
        ("bert", 19, "prompt of 20 tokens: with 4 generated and 1 fixed ones it exceeds the "
                     "model's 24 positions"),
        ("llada", 60, None),
        ("llada", 61, "prompt of 61 tokens: with 4 generated ones it exceeds the model's 64 "
                      "positions"),
    ],
)  # fmt: skip
def test_prompts_longer_than_the_context_are_refused(
    denoisers: dict[str, HuggingFaceDenoiser], name: str, letters: int, message: str | None
) -> None:
    denoiser = denoisers[name]
    if message is None:
        ids = denoiser.prompt_ids("a" * letters)
        answers = torch.full((1, LENGTH), denoiser.mask_token_id)
        found = denoiser.log_probs(answers, torch.tensor([[3]]), Prompts.of([ids], CPU))
        assert not found.isnan().any()
        return
    with pytest.raises(InputError) as caught:
        denoiser.prompt_ids("a" * letters)
    assert str(caught.value) == message

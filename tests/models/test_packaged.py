"""Models that come in a wheel: the bundled one, AntiBERTy and rxnfp's."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest
import torch

from mdm_opt.errors import InputError
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.packaged import (
    ANTIBERTY,
    BUNDLED_CHECKPOINT,
    RXNFP,
    PackagedWeights,
    load_antiberty,
    load_bundled,
    load_packaged,
    load_reactions,
)
from mdm_opt.processes import generate, instance_noise
from mdm_opt.sample_texts import lines_of, plain
from mdm_opt.sudoku import is_valid

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
# A human antibody's first framework.
FRAMEWORK = "EVQLVESGGGLVQPGGSLRLSCAAS"


# Acetic acid and ethanol make ethyl acetate.
REACTION = "CC(=O)O.OCC.[Na+].[OH-]>>CC(=O)OCC"
PIECES = [*"CC(=O)O.OCC.", "[Na+]", ".", "[OH-]", ">>", *"CC(=O)OCC"]


@pytest.fixture(scope="module")
def reactions() -> HuggingFaceDenoiser:
    absent = importlib.util.find_spec("rxnfp") is None
    if absent and os.environ.get("CI") != "true":
        pytest.skip("package rxnfp is not installed")
    return load_reactions(length=len(PIECES), device="cpu")


@pytest.fixture(scope="module")
def antiberty() -> HuggingFaceDenoiser:
    absent = importlib.util.find_spec("antiberty") is None
    if absent and os.environ.get("CI") != "true":
        pytest.skip("package antiberty is not installed")
    return load_antiberty(length=len(FRAMEWORK), device="cpu")


def test_antiberty_is_a_complete_model_of_its_vocabulary(antiberty: HuggingFaceDenoiser) -> None:
    assert type(antiberty.model).__name__ == "BertForMaskedLM"
    assert antiberty.vocab_size == 25
    assert antiberty.length == len(FRAMEWORK)
    assert antiberty.tokenizer.convert_ids_to_tokens(antiberty.mask_token_id) == "[MASK]"


def test_antiberty_frames_residues(antiberty: HuggingFaceDenoiser) -> None:
    seen = []
    hook = antiberty.model.get_input_embeddings().register_forward_hook(
        lambda _module, args, _out: seen.append(args[0])
    )
    antiberty.log_probs(antiberty.encode([FRAMEWORK]), torch.tensor([[0]]))
    hook.remove()
    names = antiberty.tokenizer.convert_ids_to_tokens(seen[0][0].tolist())
    assert names == ["[CLS]", *FRAMEWORK, "[SEP]"]


def test_antiberty_predicts_residues_only(antiberty: HuggingFaceDenoiser) -> None:
    tokens = torch.full((2, antiberty.length), antiberty.mask_token_id)
    positions = torch.arange(antiberty.length).expand(2, -1)
    log_probs = antiberty.log_probs(tokens, positions)
    assert log_probs.shape == (2, antiberty.length, 25)
    torch.testing.assert_close(
        log_probs.exp().sum(-1), torch.ones(2, antiberty.length), rtol=0, atol=1e-5
    )
    possible = log_probs[0, 0].isfinite().nonzero()[:, 0].tolist()
    assert sorted(antiberty.tokenizer.convert_ids_to_tokens(possible)) == list(RESIDUES)


def test_antiberty_encodes_and_decodes_residues(antiberty: HuggingFaceDenoiser) -> None:
    tokens = antiberty.encode([FRAMEWORK, FRAMEWORK[::-1]])
    assert antiberty.decode(tokens) == [FRAMEWORK, FRAMEWORK[::-1]]
    with pytest.raises(InputError, match="never generates"):
        antiberty.encode(["B" * len(FRAMEWORK)])
    with pytest.raises(InputError, match="has 3 tokens"):
        antiberty.encode(["EVQ"])


def test_antiberty_knows_antibodies(antiberty: HuggingFaceDenoiser) -> None:
    """A hidden residue of a germline framework is predicted far better than at random."""
    tokens = antiberty.encode([FRAMEWORK]).repeat(len(FRAMEWORK), 1)
    where = torch.arange(len(FRAMEWORK))[:, None]
    true = tokens.gather(1, where)
    hidden = tokens.scatter(1, where, antiberty.mask_token_id)
    log_probs = antiberty.log_probs(hidden, where)[:, 0].gather(1, true)
    assert log_probs.mean() > np.log(1 / 20) / 2


def test_antiberty_generates_residues(antiberty: HuggingFaceDenoiser) -> None:
    noise = instance_noise(range(4), antiberty.length, seed=0)
    texts = antiberty.decode(generate(antiberty, np.array([5, 20]), noise).tokens)
    assert all(len(text) == len(FRAMEWORK) and set(text) <= set(RESIDUES) for text in texts)


def test_reactions_are_read_atom_by_atom(reactions: HuggingFaceDenoiser) -> None:
    tokens = reactions.encode([REACTION])
    assert reactions.tokenizer.convert_ids_to_tokens(tokens[0].tolist()) == PIECES
    assert reactions.decode(tokens) == [REACTION]
    assert sum(weight.numel() for weight in reactions.model.parameters()) == 6_675_535
    assert "rxnfp" not in sys.modules
    for text in ("C[Xx]", "Cl", "C C"):
        with pytest.raises(InputError, match=r"never generates|tokens, not"):
            reactions.encode([text + "C" * (len(PIECES) - 2)])


def test_any_two_tokens_of_reactions_are_read_as_they_were_written(
    reactions: HuggingFaceDenoiser,
) -> None:
    """Every pair of neighbours, in rows of a whole number of pairs."""
    tokens = torch.full((1, reactions.length), reactions.mask_token_id)
    possible = reactions.log_probs(tokens, torch.tensor([[0]]))[0, 0].isfinite().nonzero()[:, 0]
    names = reactions.tokenizer.convert_ids_to_tokens(possible.tolist())
    assert len(names) == 591 - 15
    common = names[:60] + [name for name in names if not name.startswith("[")]
    texts = [one + other for one in common for other in common]
    read = reactions.tokenizer(texts, add_special_tokens=False).input_ids
    ids = dict(zip(names, possible.tolist(), strict=True))
    assert read == [[ids[one], ids[other]] for one in common for other in common]


def test_reactions_are_known(reactions: HuggingFaceDenoiser) -> None:
    """What the product is made of follows from what reacts, and from the rest of it."""
    where = torch.arange(PIECES.index(">>") + 1, len(PIECES))[:, None]
    tokens = reactions.encode([REACTION]).repeat(len(where), 1)
    true = tokens.gather(1, where)
    hidden = tokens.scatter(1, where, reactions.mask_token_id)
    log_probs = reactions.log_probs(hidden, where)[:, 0].gather(1, true)
    assert log_probs.mean() > np.log(0.5)


def _without(
    package: str, find: Callable[..., ModuleSpec | None], replacement: ModuleSpec | None
) -> Callable[..., ModuleSpec | None]:
    def find_spec(name: str, parent: str | None = None) -> ModuleSpec | None:
        return replacement if name == package else find(name, parent)

    return find_spec


@pytest.mark.parametrize(
    ("source", "install"),
    [
        (ANTIBERTY, "'antiberty' needs its package: pip install 'mdm-opt[antibody]'"),
        (RXNFP, "'reactions' needs its package: pip install --no-deps rxnfp==0.1.0"),
    ],
)
def test_an_absent_package_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, source: PackagedWeights, install: str
) -> None:
    absent = _without(source.package, importlib.util.find_spec, None)
    monkeypatch.setattr(importlib.util, "find_spec", absent)
    with pytest.raises(InputError, match=re.escape(install)):
        load_packaged(source, length=10)


@pytest.mark.parametrize("source", [ANTIBERTY, RXNFP], ids=lambda source: source.kind)
def test_a_package_without_weights_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: PackagedWeights
) -> None:
    spec = ModuleSpec(source.package, None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    empty = _without(source.package, importlib.util.find_spec, spec)
    monkeypatch.setattr(importlib.util, "find_spec", empty)
    with pytest.raises(InputError, match=f"{source.package} holds no model") as caught:
        load_packaged(source, length=10)
    assert str(caught.value).endswith(f"version {source.version} does")
    assert "\n" not in str(caught.value)


def test_bundled_model_writes_digits() -> None:
    denoiser = load_bundled(device="cpu")
    assert denoiser.length == 36
    noise = instance_noise(range(4), 36, seed=0)
    texts = denoiser.decode(generate(denoiser, np.array([12, 24]), noise).tokens)
    assert all(len(text) == 36 and set(text) <= set("123456") for text in texts)
    assert denoiser.decode(denoiser.encode(["123456" * 6])) == ["123456" * 6]


def test_bundled_model_is_small() -> None:
    assert sum(file.stat().st_size for file in BUNDLED_CHECKPOINT.iterdir()) < 8e6


@pytest.mark.slow
def test_bundled_model_writes_valid_grids_at_one_token_a_step() -> None:
    """At least 80%; the share of 384 samples has a standard error of 2%, and it is 85%."""
    denoiser = load_bundled()
    one_each = np.ones(36, dtype=np.int64)
    samples = generate(denoiser, one_each, instance_noise(range(384), 36, seed=0))
    assert np.mean(is_valid(denoiser.decode(samples.tokens))) >= 0.80


def test_the_bundled_model_shows_grids() -> None:
    denoiser = load_bundled(device="cpu", length=24)
    assert plain(lines_of(denoiser.show("654" * 8, "123456456123"))).startswith("1 2 3 | 4 5 6\n")


def test_letters_are_shown_in_blocks(antiberty: HuggingFaceDenoiser) -> None:
    assert antiberty.show("EVQLVESGGGLV", "") == [" 1 EVQLVESGGG LV"]


def test_reactions_are_shown_in_blocks(reactions: HuggingFaceDenoiser) -> None:
    assert reactions.show("CC(=O)OCC>>CCO", "") == [" 1 CC(=O)OCC> >CCO"]

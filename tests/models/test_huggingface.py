"""Tiny random checkpoints of several architectures through load_huggingface."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import AutoModelForMaskedLM, PreTrainedModel, PreTrainedTokenizerFast

from mdm_opt.candidates import Decoding, beta
from mdm_opt.errors import InputError, MdmOptError
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.base import Denoiser
from mdm_opt.models.devices import local_or_hub, pick_device
from mdm_opt.models.huggingface import HuggingFaceDenoiser, load_huggingface
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.objectives.sample_score import SampleScore
from mdm_opt.processes import generate, instance_noise

LENGTH = 8
LETTERS = "abcdef"
# Frames in the order of ids 0..4: padding is 0 in the first, 1 in the second.
BERT_FRAME = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
ROBERTA_FRAME = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
ROBERTA_KINDS = {"cls": "<s>", "pad": "<pad>", "sep": "</s>", "unk": "<unk>", "mask": "<mask>"}
BERT_KINDS = {kind: f"[{kind.upper()}]" for kind in ("pad", "unk", "cls", "sep", "mask")}
SPECIAL, CLEAN = list(range(5)), list(range(5, 11))
SIZES = {
    "vocab_size": 11,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 16,
    "initializer_range": 0.5,
}


def make_tokenizer(
    frame: tuple[str, ...] = BERT_FRAME,
    kinds: dict[str, str] = BERT_KINDS,
    letters: str = LETTERS,
    *,
    without: str | None = None,
) -> PreTrainedTokenizerFast:
    """A tokenizer with one token a letter, framed by its cls and sep tokens."""
    vocabulary = {name: index for index, name in enumerate([*frame, *letters])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=kinds["unk"]))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{kinds['cls']} $A {kinds['sep']}",
        special_tokens=[(kinds[kind], vocabulary[kinds[kind]]) for kind in ("cls", "sep")],
    )
    named = {f"{kind}_token": name for kind, name in kinds.items() if kind != without}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named)


def make_bert() -> PreTrainedModel:
    return transformers.BertForMaskedLM(transformers.BertConfig(**SIZES, pad_token_id=0))


def make_roberta() -> PreTrainedModel:
    return transformers.RobertaForMaskedLM(transformers.RobertaConfig(**SIZES, pad_token_id=1))


def make_distilbert() -> PreTrainedModel:
    config = transformers.DistilBertConfig(
        vocab_size=11,
        dim=16,
        n_layers=2,
        n_heads=2,
        hidden_dim=32,
        max_position_embeddings=16,
        initializer_range=0.5,
    )
    return transformers.DistilBertForMaskedLM(config)


def make_modernbert() -> PreTrainedModel:
    config = transformers.ModernBertConfig(
        **SIZES,
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
        cls_token_id=2,
        sep_token_id=3,
        local_attention=4,
        global_attn_every_n_layers=2,
    )
    return transformers.ModernBertForMaskedLM(config)


def make_esm() -> PreTrainedModel:
    config = transformers.EsmConfig(
        **SIZES,
        pad_token_id=0,
        mask_token_id=4,
        position_embedding_type="rotary",
        token_dropout=True,
    )
    return transformers.EsmForMaskedLM(config)


MAKERS: dict[str, Callable[[], PreTrainedModel]] = {
    "bert": make_bert,
    "roberta": make_roberta,
    "distilbert": make_distilbert,
    "modernbert": make_modernbert,
    "esm": make_esm,
}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads only wait for each other on models this small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One saved checkpoint per architecture; its special tokens are the likeliest of all."""
    folders = {}
    for name, make in MAKERS.items():
        folders[name] = tmp_path_factory.mktemp(name)
        torch.manual_seed(0)
        model = make()
        output_biases = [weight for weight in model.parameters() if weight.shape == (11,)]
        assert len(output_biases) == 1
        with torch.no_grad():
            output_biases[0][SPECIAL] += 5.0
        model.save_pretrained(folders[name])
        roberta = name == "roberta"
        tokenizer = make_tokenizer(ROBERTA_FRAME, ROBERTA_KINDS) if roberta else make_tokenizer()
        tokenizer.save_pretrained(folders[name])
    return folders


@pytest.fixture
def bert(checkpoints: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of the BERT checkpoint that the test may damage."""
    return Path(shutil.copytree(checkpoints["bert"], tmp_path / "bert"))


def frame_ids(name: str) -> tuple[int, int]:
    return (0, 2) if name == "roberta" else (2, 3)


def random_state(seed: int, batch: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens with four masked positions a row, and these positions."""
    rng = np.random.default_rng(seed)
    tokens = rng.choice(CLEAN, (batch, LENGTH))
    positions = np.stack([rng.permutation(LENGTH)[:4] for _ in range(batch)])
    np.put_along_axis(tokens, positions, 4, axis=1)
    return torch.from_numpy(tokens), torch.from_numpy(positions)


def reference(
    folder: Path,
    tokens: torch.Tensor,
    positions: torch.Tensor,
    frame: tuple[int, int],
    dtype: torch.dtype = torch.float32,
) -> torch.Tensor:
    """Full forward pass, then log-softmax over the letters, then the positions."""
    model = AutoModelForMaskedLM.from_pretrained(folder, dtype=dtype).eval()
    batch = len(tokens)
    framed = torch.cat(
        [torch.full((batch, 1), frame[0]), tokens, torch.full((batch, 1), frame[1])], dim=1
    )
    with torch.no_grad():
        logits = model(input_ids=framed).logits[:, 1:-1].float()
    letters = torch.full_like(logits, -torch.inf)
    letters[..., CLEAN] = logits[..., CLEAN].log_softmax(-1)
    return letters[torch.arange(batch)[:, None], positions]


def input_error(action: Callable[[], Any]) -> str:
    """The one-line message of the InputError that ``action`` raises."""
    with pytest.raises(InputError) as caught:
        action()
    message = str(caught.value)
    assert message.strip()
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", MAKERS)
def test_log_probs_equal_the_full_forward_pass(checkpoints: dict[str, Path], name: str) -> None:
    denoiser = load_huggingface(str(checkpoints[name]), length=LENGTH, device="cpu")
    assert isinstance(denoiser, Denoiser)
    tokens, positions = random_state(1)
    found = denoiser.log_probs(tokens, positions)
    assert found.shape == (5, 4, 11)
    assert found.dtype == torch.float32
    expected = reference(checkpoints[name], tokens, positions, frame_ids(name))
    # Logits below 100 in float32 through some ten operations: 100 * 2^-24 * 10 < 1e-4.
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
    assert torch.isneginf(found[..., SPECIAL]).all()
    assert torch.isfinite(found[..., CLEAN]).all()
    torch.testing.assert_close(found.exp().sum(-1), torch.ones(5, 4), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", MAKERS)
def test_vocabulary_projection_is_paid_for_wanted_positions_only(
    checkpoints: dict[str, Path], name: str
) -> None:
    denoiser = load_huggingface(str(checkpoints[name]), length=LENGTH, device="cpu")
    rows: list[int] = []
    projection = denoiser.model.get_output_embeddings()
    projection.register_forward_hook(
        lambda _module, args, _out: rows.append(args[0].shape[:-1].numel())
    )
    tokens, positions = random_state(2)
    denoiser.log_probs(tokens, positions)
    assert sum(rows) == positions.numel() < tokens.numel()


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("temperature", [0.0, 1.0, 3.0])
def test_special_tokens_are_never_generated(
    checkpoints: dict[str, Path], name: str, temperature: float
) -> None:
    denoiser = load_huggingface(str(checkpoints[name]), length=LENGTH, device="cpu")
    noise = instance_noise(range(64), LENGTH, seed=3)
    samples = generate(
        denoiser, np.array([1, 3, 4]), noise, decoding=Decoding(temperature=temperature)
    )
    assert set(samples.tokens.flatten().tolist()) <= set(CLEAN)


def test_prefix_and_suffix_come_from_the_tokenizer(checkpoints: dict[str, Path]) -> None:
    seen = _framed_ids(load_huggingface(str(checkpoints["bert"]), length=LENGTH))
    assert seen[:, 0].tolist() == [2] * len(seen)
    assert seen[:, -1].tolist() == [3] * len(seen)
    assert seen.shape[1] == LENGTH + 2


@pytest.mark.parametrize(
    ("prefix", "suffix", "before", "after"),
    [
        (["[SEP]", "a"], None, [3, 5], [3]),
        (None, ["b"], [2], [6]),
        ([], [], [], []),
        (["f"], [], [10], []),
    ],
)
def test_prefix_and_suffix_are_overridden_by_token_strings(
    checkpoints: dict[str, Path],
    prefix: list[str] | None,
    suffix: list[str] | None,
    before: list[int],
    after: list[int],
) -> None:
    denoiser = load_huggingface(
        str(checkpoints["bert"]), length=LENGTH, prefix=prefix, suffix=suffix
    )
    row = _framed_ids(denoiser)[0].tolist()
    assert row[: len(before)] == before
    assert row[len(before) + LENGTH :] == after


def _framed_ids(denoiser: HuggingFaceDenoiser) -> torch.Tensor:
    """What the model is given for a random state."""
    seen = []
    denoiser.model.get_input_embeddings().register_forward_hook(
        lambda _module, args, _out: seen.append(args[0])
    )
    denoiser.log_probs(*random_state(4))
    return seen[-1]


@pytest.mark.parametrize("key", ["prefix", "suffix"])
def test_unknown_frame_token_is_refused(checkpoints: dict[str, Path], key: str) -> None:
    message = input_error(
        lambda: load_huggingface(str(checkpoints["bert"]), length=LENGTH, **{key: ["[NOPE]"]})
    )
    assert f"{key}: '[NOPE]' is no token of this model" in message


def test_longest_sequence_of_the_model_works(checkpoints: dict[str, Path]) -> None:
    assert load_huggingface(str(checkpoints["bert"]), length=14).length == 14
    # RoBERTa counts positions from padding id + 1 = 2 on: 14 of 16 are usable.
    assert load_huggingface(str(checkpoints["roberta"]), length=12).length == 12


@pytest.mark.parametrize(
    ("name", "length"), [("bert", 15), ("bert", 400), ("roberta", 15), ("roberta", 13)]
)
def test_more_tokens_than_positions_are_refused(
    checkpoints: dict[str, Path], name: str, length: int
) -> None:
    message = input_error(lambda: load_huggingface(str(checkpoints[name]), length=length))
    assert f"length: {length} generated and 2 fixed tokens" in message
    assert "positions" in message


def test_tokenizer_without_mask_is_refused(bert: Path) -> None:
    make_tokenizer(without="mask").save_pretrained(bert)
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert "no mask token" in message


def test_tokenizer_without_letters_is_refused(bert: Path) -> None:
    make_tokenizer(letters="").save_pretrained(bert)
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert "no token that could be generated" in message


def test_missing_head_weights_are_refused(bert: Path) -> None:
    weights = load_file(bert / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("cls.")}
    assert len(kept) < len(weights)
    save_file(kept, bert / "model.safetensors", metadata={"format": "pt"})
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert "BertForMaskedLM" in message
    assert "no complete masked LM" in message
    assert "cls.predictions" in message


def test_model_that_answers_nan_is_an_error_and_never_a_sample(
    checkpoints: dict[str, Path], bert: Path
) -> None:
    """Damaged weights, or ESM's token dropout dividing 0 by 0 where everything is masked."""
    weights = load_file(bert / "model.safetensors")
    weights["bert.embeddings.LayerNorm.bias"][0] = torch.nan
    save_file(weights, bert / "model.safetensors", metadata={"format": "pt"})
    texts = SampleScore(
        lambda samples: [0.0 for _ in samples], name="x", unit="x", direction="minimize"
    )

    def sample(folder: Path) -> None:
        denoiser = load_huggingface(str(folder), length=LENGTH, prefix=[], suffix=[])
        measure(Problem(denoiser, texts, seed=0), beta(1, 1, 2), range(2))

    for folder in (bert, checkpoints["esm"]):
        with pytest.raises(MdmOptError):
            sample(folder)


def test_weights_of_another_shape_are_refused(bert: Path) -> None:
    config = json.loads((bert / "config.json").read_text())
    config["hidden_size"] = 32
    (bert / "config.json").write_text(json.dumps(config))
    assert "cannot load" in input_error(lambda: load_huggingface(str(bert), length=LENGTH))


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def _overwrite(path: Path) -> None:
    path.write_bytes(b"\xff" * 4000)


@pytest.mark.parametrize("damage", [_truncate, _overwrite, Path.unlink])
def test_damaged_weights_are_refused(bert: Path, damage: Callable[[Path], None]) -> None:
    damage(bert / "model.safetensors")
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert str(bert) in message


@pytest.mark.parametrize(
    "content",
    ["{not json", "", "[]", "{}", '{"model_type": "no_such_model"}', '{"model_type": 3}'],
)
def test_damaged_config_is_refused(bert: Path, content: str) -> None:
    (bert / "config.json").write_text(content)
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert str(bert) in message


def test_damaged_tokenizer_is_refused(bert: Path) -> None:
    (bert / "tokenizer.json").write_text("{not json")
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert str(bert) in message


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    assert str(tmp_path) in input_error(lambda: load_huggingface(str(tmp_path), length=LENGTH))


def test_unknown_hub_id_without_network_is_refused() -> None:
    source = "no-such-owner/no-such-model"
    assert source in input_error(lambda: load_huggingface(source, length=LENGTH))


def test_local_or_hub_finds_folders_beside_the_study_file(tmp_path: Path) -> None:
    (tmp_path / "models" / "mine").mkdir(parents=True)
    (tmp_path / "file").touch()
    expected = str((tmp_path / "models" / "mine").resolve())
    for path in ("models/mine", "./models/mine", expected):
        assert local_or_hub(path, tmp_path) == expected
    assert local_or_hub("owner/name", tmp_path) == "owner/name"
    assert local_or_hub("bert-base-uncased", None) == "bert-base-uncased"
    for path in ("./missing", "../missing", "/missing/x", "~/missing/x", "a/b/c", "file"):
        message = input_error(lambda path=path: local_or_hub(path, tmp_path))
        assert f"path: '{path}' is no folder" in message


def _to_bin(folder: Path, content: Any) -> None:
    (folder / "model.safetensors").unlink()
    torch.save(content, folder / "pytorch_model.bin")


def test_pickled_weights_load_as_weights(bert: Path) -> None:
    before = load_huggingface(str(bert), length=LENGTH)
    _to_bin(bert, load_file(bert / "model.safetensors"))
    after = load_huggingface(str(bert), length=LENGTH)
    state = random_state(5)
    assert torch.equal(after.log_probs(*state), before.log_probs(*state))
    assert after.fingerprint == before.fingerprint


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.marker),)


def test_malicious_pickle_is_refused_and_not_executed(bert: Path, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    weights = load_file(bert / "model.safetensors")
    _to_bin(bert, {**weights, "evil": Evil(marker)})
    assert str(bert) in input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert not marker.exists()


def test_code_of_a_checkpoint_is_not_run(bert: Path, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    config = json.loads((bert / "config.json").read_text())
    config["model_type"] = "custom"
    config["auto_map"] = {
        "AutoConfig": "evil.EvilConfig",
        "AutoModelForMaskedLM": "evil.EvilModel",
    }
    (bert / "config.json").write_text(json.dumps(config))
    (bert / "evil.py").write_text(f"import os\nos.mkdir({str(marker)!r})\n")
    assert str(bert) in input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert not marker.exists()


def test_bfloat16_runs_the_model_in_bfloat16(checkpoints: dict[str, Path]) -> None:
    denoiser = load_huggingface(
        str(checkpoints["bert"]), length=LENGTH, dtype="bfloat16", device="cpu"
    )
    assert denoiser.model.dtype == torch.bfloat16
    tokens, positions = random_state(6)
    found = denoiser.log_probs(tokens, positions)
    assert found.dtype == torch.float32
    expected = reference(checkpoints["bert"], tokens, positions, frame_ids("bert"), torch.bfloat16)
    # The same sums in another order: a few units of the last of 8 bits of logits below 64.
    torch.testing.assert_close(found, expected, rtol=0, atol=4 * 64 * 2**-8)
    exact = reference(checkpoints["bert"], tokens, positions, frame_ids("bert"))
    assert not torch.equal(found, exact)


def test_auto_dtype_is_float32_on_a_cpu(bert: Path) -> None:
    weights = load_file(bert / "model.safetensors")
    halves = {name: tensor.to(torch.bfloat16) for name, tensor in weights.items()}
    save_file(halves, bert / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((bert / "config.json").read_text())
    (bert / "config.json").write_text(json.dumps({**config, "dtype": "bfloat16"}))
    denoiser = load_huggingface(str(bert), length=LENGTH, device="cpu")
    assert denoiser.model.dtype == torch.float32


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_absent_cuda_device_is_refused(checkpoints: dict[str, Path]) -> None:
    message = input_error(
        lambda: load_huggingface(str(checkpoints["bert"]), length=LENGTH, device="cuda")
    )
    assert "device: 'cuda' is not usable" in message


@pytest.mark.parametrize("device", ["nonsense", "", "cpu:x"])
def test_unknown_device_is_refused(checkpoints: dict[str, Path], device: str) -> None:
    message = input_error(
        lambda: load_huggingface(str(checkpoints["bert"]), length=LENGTH, device=device)
    )
    assert f"device: {device!r} is not usable" in message


def test_auto_device_exists() -> None:
    assert pick_device("cpu") == torch.device("cpu")
    assert torch.zeros(1, device=pick_device("auto")).item() == 0


def test_decode_and_encode_are_inverse(checkpoints: dict[str, Path]) -> None:
    denoiser = load_huggingface(str(checkpoints["bert"]), length=LENGTH)
    texts = ["abcdefab", "ffffffff"]
    tokens = denoiser.encode(texts)
    assert tokens.dtype == torch.int64
    assert tokens[0].tolist() == [5, 6, 7, 8, 9, 10, 5, 6]
    assert denoiser.decode(tokens) == texts
    assert denoiser.encode([]).shape == (0, LENGTH)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("abcdefa", "has 7 tokens, not 8"),
        ("abcdefabc", "has 9 tokens, not 8"),
        ("", "has 0 tokens, not 8"),
        ("abcdefaz", "a token that the model never generates"),
        ("abcdefa ", "a token that the model never generates"),
    ],
)
def test_encode_refuses_what_the_model_cannot_write(
    checkpoints: dict[str, Path], text: str, reason: str
) -> None:
    denoiser = load_huggingface(str(checkpoints["bert"]), length=LENGTH)
    message = input_error(lambda: denoiser.encode(["abcdefab", text]))
    assert message.startswith(repr(text))
    assert reason in message


def test_words_of_several_characters_are_encoded_by_the_tokenizer(bert: Path) -> None:
    vocabulary = [*BERT_FRAME, "cat", "dog", "the", "a", "sees", "hears"]
    tokenizer = Tokenizer(
        models.WordLevel({name: i for i, name in enumerate(vocabulary)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, **{f"{kind}_token": name for kind, name in BERT_KINDS.items()}
    )
    fast.save_pretrained(bert)
    denoiser = load_huggingface(str(bert), length=5)
    tokens = denoiser.encode(["the cat sees a dog"])
    assert tokens.tolist() == [[7, 5, 9, 8, 6]]
    assert denoiser.decode(tokens) == ["the cat sees a dog"]
    message = input_error(lambda: denoiser.encode(["the cat sees a bird"]))
    assert "never generates" in message


def test_fingerprint_is_stable_wherever_the_checkpoint_lies(
    checkpoints: dict[str, Path], bert: Path
) -> None:
    loaded = [
        load_huggingface(str(folder), length=LENGTH)
        for folder in (checkpoints["bert"], checkpoints["bert"], bert)
    ]
    assert len({denoiser.fingerprint for denoiser in loaded}) == 1
    assert len(loaded[0].fingerprint) == 64


def test_fingerprint_follows_weights_vocabulary_and_frame(bert: Path) -> None:
    prints = [load_huggingface(str(bert), length=LENGTH).fingerprint]
    prints.append(load_huggingface(str(bert), length=LENGTH - 1).fingerprint)
    prints.append(load_huggingface(str(bert), length=LENGTH, suffix=[]).fingerprint)
    prints.append(load_huggingface(str(bert), length=LENGTH, prefix=["a"]).fingerprint)
    prints.append(load_huggingface(str(bert), length=LENGTH, dtype="bfloat16").fingerprint)
    make_tokenizer(letters=LETTERS[::-1]).save_pretrained(bert)
    prints.append(load_huggingface(str(bert), length=LENGTH).fingerprint)
    make_tokenizer().save_pretrained(bert)
    weights = load_file(bert / "model.safetensors")
    first = next(name for name in weights if name.endswith("LayerNorm.bias"))
    weights[first][0] = torch.nextafter(weights[first][0], torch.tensor(1.0))
    save_file(weights, bert / "model.safetensors", metadata={"format": "pt"})
    prints.append(load_huggingface(str(bert), length=LENGTH).fingerprint)
    assert len(set(prints)) == len(prints) == 7


def test_loaded_model_is_frozen(checkpoints: dict[str, Path]) -> None:
    denoiser = load_huggingface(str(checkpoints["bert"]), length=LENGTH)
    assert not denoiser.model.training
    assert not any(parameter.requires_grad for parameter in denoiser.model.parameters())
    before = {name: tensor.clone() for name, tensor in denoiser.model.state_dict().items()}
    generate(denoiser, np.array([4, 4]), instance_noise(range(8), LENGTH, seed=0))
    after = denoiser.model.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
    assert not denoiser.log_probs(*random_state(7)).requires_grad


def test_model_in_training_mode_is_put_into_evaluation_mode() -> None:
    torch.manual_seed(0)
    denoiser = HuggingFaceDenoiser(make_bert().train(), make_tokenizer(), length=LENGTH)
    assert not any(module.training for module in denoiser.model.modules())
    state = random_state(8)
    assert torch.equal(denoiser.log_probs(*state), denoiser.log_probs(*state))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_same_architecture_is_refused_where_it_reads_the_left_only(
    dtype: torch.dtype,
) -> None:
    for seed in range(8):
        torch.manual_seed(seed)
        both = make_bert().to(dtype)
        assert HuggingFaceDenoiser(both, make_tokenizer(), length=5, prefix=[], suffix=[])
        config = transformers.BertConfig(**SIZES, pad_token_id=0, is_decoder=True)
        left = transformers.BertLMHeadModel(config).to(dtype)
        message = input_error(partial(HuggingFaceDenoiser, left, make_tokenizer(), length=5))
        assert "BertLMHeadModel (type 'bert') does not read what comes after" in message


@pytest.mark.parametrize("name", ["bert", "distilbert", "esm", "modernbert"])
def test_results_do_not_depend_on_the_batch_size(checkpoints: dict[str, Path], name: str) -> None:
    denoiser = load_huggingface(str(checkpoints[name]), length=LENGTH, device="cpu")
    candidate = beta(0.7, 0.4, 3)

    def scores(batch_size: int, instances: int) -> np.ndarray:
        problem = Problem(denoiser, PathKl(), seed=2, batch_size=batch_size)
        return measure(problem, candidate, range(instances)).scores

    whole = scores(64, 64)
    assert np.ptp(whole) > 0.1
    np.testing.assert_allclose(scores(7, 64), whole, rtol=0, atol=1e-4)
    np.testing.assert_allclose(scores(1, 10), whole[:10], rtol=0, atol=1e-4)

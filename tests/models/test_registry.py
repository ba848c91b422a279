"""From [model] tables to denoisers."""

from __future__ import annotations

import importlib.util
import itertools
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

from mdm_opt import config
from mdm_opt.config.models import LAW_NAMES
from mdm_opt.errors import InputError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.laws import LAWS
from mdm_opt.models.named import unnamed
from mdm_opt.models.rates import EnumeratedRates
from mdm_opt.models.registry import build_denoiser
from mdm_opt.models.timed_law import EnumeratedTimedLaw
from mdm_opt.processes import process_of

# Module names are never used twice, for Python imports a name once.
NAMES = (f"registry_plugin_{index}" for index in itertools.count())

PLUGIN = """
import torch

from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.errors import InputError

number = 7


class Uniform:
    vocab_size, mask_token_id, fingerprint = 2, 2, "uniform"
    device = torch.device("cpu")

    def __init__(self, length=3):
        self.length = length

    def log_probs(self, tokens, positions):
        return torch.full((*positions.shape, 2), 0.5).log()

    def decode(self, tokens):
        return ["".join(map(str, row)) for row in tokens.tolist()]

    def encode(self, texts):
        return torch.tensor([[int(digit) for digit in text] for text in texts])


class Lame:
    length, vocab_size, device = 3, 2, torch.device("cpu")

    def log_probs(self, tokens, positions):
        return None


def rates():
    from mdm_opt.models.rates import EnumeratedRates

    return EnumeratedRates(law())


def timed():
    from mdm_opt.models.timed_law import EnumeratedTimedLaw

    return EnumeratedTimedLaw(law())


def law(letters="ab"):
    return EnumeratedLaw.uniform([[0, 1, 1], [1, 0, 0]], letters)


def alone():
    return EnumeratedLaw.uniform([[0, 0]], "a")


def raising(**options):
    raise RuntimeError("first line\\nsecond line")


def refusing():
    raise InputError("my own words")
"""


@pytest.fixture
def plugin(tmp_path: Path) -> str:
    """Name of a module that lies beside the study file."""
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(PLUGIN)
    return name


def table(kind: str, **keys: Any) -> config.PluginModel:
    return config.PluginModel(kind=kind, **keys)


def message_of(model: config.Table, folder: Path | None) -> str:
    with pytest.raises(InputError) as caught:
        build_denoiser(model, folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_bundled_table() -> None:
    denoiser = build_denoiser(config.BundledModel(kind="bundled", device="cpu"), None)
    assert isinstance(unnamed(denoiser), HuggingFaceDenoiser)
    assert denoiser.length == 36


def test_antiberty_table() -> None:
    if importlib.util.find_spec("antiberty") is None and os.environ.get("CI") != "true":
        pytest.skip("package antiberty is not installed")
    denoiser = build_denoiser(config.AntibertyModel(kind="antiberty", length=9), None)
    assert (denoiser.length, denoiser.vocab_size) == (9, 25)


def test_reactions_table() -> None:
    if importlib.util.find_spec("rxnfp") is None and os.environ.get("CI") != "true":
        pytest.skip("package rxnfp is not installed")
    denoiser = build_denoiser(config.ReactionsModel(kind="reactions", length=9), None)
    assert (denoiser.length, denoiser.vocab_size) == (9, 591)


@pytest.mark.parametrize("name", LAWS)
def test_enumerated_table(name: str) -> None:
    denoiser = build_denoiser(config.EnumeratedModel(kind="enumerated", law=name), None)
    assert isinstance(unnamed(denoiser), EnumeratedDenoiser)
    assert denoiser.fingerprint == EnumeratedDenoiser(LAWS[name]()).fingerprint


def test_huggingface_table_with_folder_beside_the_study_file(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "tiny"
    names = ["[PAD]", "[UNK]", "[MASK]", "a", "b"]
    tokenizer = Tokenizer(
        models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]"
    ).save_pretrained(folder)
    sizes = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1}
    tiny = BertConfig(vocab_size=5, num_attention_heads=2, max_position_embeddings=8, **sizes)
    BertForMaskedLM(tiny).save_pretrained(folder)
    model = config.HuggingFaceModel(
        kind="huggingface",
        path="models/tiny",
        length=4,
        dtype="bfloat16",
        device="cpu",
        prefix=["a"],
        suffix=["b", "b"],
    )
    denoiser = build_denoiser(model, tmp_path)
    assert isinstance(unnamed(denoiser), HuggingFaceDenoiser)
    assert denoiser.length == 4
    assert denoiser.model.dtype == torch.bfloat16
    seen = []
    denoiser.model.get_input_embeddings().register_forward_hook(
        lambda _module, args, _out: seen.append(args[0].tolist())
    )
    denoiser.log_probs(torch.full((1, 4), 2), torch.zeros((1, 1), dtype=torch.int64))
    assert seen == [[[3, 2, 2, 2, 2, 4, 4]]]


def test_huggingface_table_with_missing_folder(tmp_path: Path) -> None:
    model = config.HuggingFaceModel(kind="huggingface", path="./none", length=4)
    assert "path: './none' is no folder" in message_of(model, tmp_path)


def test_plugin_beside_the_study_file_gets_its_options(plugin: str, tmp_path: Path) -> None:
    denoiser = build_denoiser(table(f"{plugin}:Uniform", options={"length": 5}), tmp_path)
    assert type(unnamed(denoiser)).__name__ == "Uniform"
    assert denoiser.length == 5
    assert build_denoiser(table(f"{plugin}:Uniform"), tmp_path).length == 3


def test_law_of_a_plugin(plugin: str, tmp_path: Path) -> None:
    model = config.EnumeratedModel(
        kind="enumerated", law=f"{plugin}:law", options={"letters": "xy"}
    )
    denoiser = build_denoiser(model, tmp_path)
    assert denoiser.decode(torch.tensor([[0, 1, 1]])) == ["xyy"]


def test_law_of_a_plugin_that_is_no_law(plugin: str, tmp_path: Path) -> None:
    model = config.EnumeratedModel(kind="enumerated", law=f"{plugin}:Uniform")
    assert message_of(model, tmp_path) == (
        f"[model] law: '{plugin}:Uniform' returned a Uniform, not an EnumeratedLaw"
    )


def test_law_of_a_plugin_that_does_not_fit(plugin: str, tmp_path: Path) -> None:
    model = config.EnumeratedModel(kind="enumerated", law=f"{plugin}:law", options={"letters": ""})
    message = message_of(model, tmp_path)
    assert f"[model] law: '{plugin}:law' raised ValueError: token ids must lie in" in message


def test_missing_module(tmp_path: Path) -> None:
    message = message_of(table("no_such_package.module:make"), tmp_path)
    assert message.startswith("[model] kind: cannot import 'no_such_package.module'")
    assert "ModuleNotFoundError" in message


def test_missing_attribute(plugin: str, tmp_path: Path) -> None:
    assert message_of(table(f"{plugin}:absent"), tmp_path) == (
        f"[model] kind: '{plugin}' has no function 'absent'"
    )


def test_attribute_that_is_no_function(plugin: str, tmp_path: Path) -> None:
    assert "has no function 'number'" in message_of(table(f"{plugin}:number"), tmp_path)


def test_raising_factory(plugin: str, tmp_path: Path) -> None:
    assert message_of(table(f"{plugin}:raising", options={"x": 1}), tmp_path) == (
        f"[model] kind: '{plugin}:raising' raised RuntimeError: first line second line"
    )


def test_factory_refuses_in_its_own_words(plugin: str, tmp_path: Path) -> None:
    assert message_of(table(f"{plugin}:refusing"), tmp_path) == "my own words"


def test_unknown_option(plugin: str, tmp_path: Path) -> None:
    message = message_of(table(f"{plugin}:Uniform", options={"wdth": 5}), tmp_path)
    assert "raised TypeError" in message
    assert "wdth" in message


def test_object_that_is_no_denoiser(plugin: str, tmp_path: Path) -> None:
    assert message_of(table(f"{plugin}:Lame"), tmp_path) == (
        f"[model] kind: '{plugin}:Lame' returned a Lame that is no denoiser: it lacks "
        "mask_token_id, fingerprint, decode, encode"
    )


def test_a_study_file_knows_the_laws_there_are() -> None:
    assert tuple(LAWS) == LAW_NAMES


@pytest.mark.parametrize(
    ("process", "kernel", "kind"),
    [
        ("masked", None, EnumeratedDenoiser),
        ("births", None, EnumeratedRates),
        ("uniform", None, EnumeratedTimedLaw),
        ("uniform", "nearest", EnumeratedTimedLaw),
        ("uniform", "gaussian", EnumeratedTimedLaw),
    ],
)
def test_a_law_answers_what_its_process_asks(
    process: Any, kernel: str | None, kind: type[Any]
) -> None:
    model = config.EnumeratedModel(
        kind="enumerated", law="count_templates", process=process, kernel=kernel
    )
    found = build_denoiser(model, None)
    assert isinstance(unnamed(found), kind)
    assert process_of(found).name == process
    assert found.length == 3
    if process == "uniform":
        wanted = kernel or "uniform"
        assert found.kernel == wanted
        assert found.fingerprint == kind(LAWS["count_templates"](), wanted).fingerprint
    if process == "births":
        assert found.max_count == 4


def test_fingerprints_differ_between_processes_and_kernels() -> None:
    keys: list[dict[str, Any]] = [
        {},
        {"process": "births"},
        {"process": "uniform"},
        {"process": "uniform", "kernel": "nearest"},
    ]
    made = [config.EnumeratedModel(kind="enumerated", law="bimodal", **one) for one in keys]
    assert len({build_denoiser(one, None).fingerprint for one in made}) == 4


def test_digits_are_a_model_of_births() -> None:
    model = build_denoiser(config.DigitsModel(kind="digits", device="cpu"), None)
    assert (process_of(model).name, model.length, model.max_count) == ("births", 64, 16)
    assert config.DigitsModel.process == "births"


def test_a_kernel_that_does_not_exist_is_refused() -> None:
    model = config.EnumeratedModel(
        kind="enumerated", law="chain", process="uniform", kernel="cauchy"
    )
    message = message_of(model, None)
    assert message.startswith("[model] kernel: 'cauchy' is not accepted: no kernel named 'cauchy'")
    narrow = config.EnumeratedModel(
        kind="enumerated", law="chain", process="uniform", kernel="gaussian(0, 1)"
    )
    assert "with numbers above 0" in message_of(narrow, None)


@pytest.mark.parametrize(
    ("process", "said"),
    [
        ("births", "a law of counts needs two symbols at least, got one"),
        ("uniform", "a kernel needs vocab_size of at least 2, got 1"),
    ],
)
def test_a_law_of_a_single_symbol_is_refused(
    process: Any, said: str, plugin: str, tmp_path: Path
) -> None:
    model = config.EnumeratedModel(kind="enumerated", law=f"{plugin}:alone", process=process)
    message = message_of(model, tmp_path)
    assert message == f"[model] law: '{plugin}:alone' is not accepted: {said}"


@pytest.mark.parametrize(
    ("function", "process"), [("Uniform", "masked"), ("rates", "births"), ("timed", "uniform")]
)
def test_plugins_of_every_process(
    function: str, process: Any, plugin: str, tmp_path: Path
) -> None:
    model = build_denoiser(table(f"{plugin}:{function}", process=process), tmp_path)
    assert process_of(model).name == process


@pytest.mark.parametrize(
    ("function", "process", "said"),
    [
        (
            "rates",
            "masked",
            "returned a rate model, and [model] process is 'masked'; process = 'births' is needed",
        ),
        (
            "Uniform",
            "births",
            "returned a denoiser, and [model] process is 'births'; process = 'masked' is needed",
        ),
        (
            "timed",
            "births",
            "returned a law of clean tokens, and [model] process is 'births'; process = 'uniform' "
            "is needed",
        ),
        (
            "Lame",
            "uniform",
            "returned a Lame that is no law of clean tokens: it lacks kernel, fingerprint, "
            "log_probs_at, decode, encode",
        ),
    ],
)
def test_a_plugin_of_another_process_is_refused(
    function: str, process: Any, said: str, plugin: str, tmp_path: Path
) -> None:
    message = message_of(table(f"{plugin}:{function}", process=process), tmp_path)
    assert message == f"[model] kind: '{plugin}:{function}' {said}"

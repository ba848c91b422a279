"""Forward passes: projections of some positions, and padding that a model is told of."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from language_models import write_checkpoint
from native_models import LENGTH, MAKERS, random_state
from prompted_models import forwards, remote
from safetensors.torch import load_file, save_file

from mdm_opt.errors import InputError
from mdm_opt.models.forward import ForwardPass, Framed
from mdm_opt.models.loading import load_huggingface


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


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("scale", [1.0, 0.4])
@pytest.mark.parametrize(
    ("kind", "reads_mask"), [("llada", True), ("llada", False), ("dream", True)]
)
def test_who_can_be_told_of_padding_is_found_in_any_precision(
    tmp_path: Path, kind: str, reads_mask: bool, scale: float, dtype: str
) -> None:
    """Long texts of which a little padding moves little, in the rounding of half precision."""
    room = {"llada": "max_sequence_length", "dream": "max_position_embeddings"}[kind]
    folder = write_checkpoint(tmp_path / kind, kind, **{room: 256}, reads_mask=reads_mask)
    weights = load_file(folder / "model.safetensors")
    scaled = {name: scale * weight for name, weight in weights.items()}
    save_file(scaled, folder / "model.safetensors", {"format": "pt"})
    assert remote(folder, kind, length=100, dtype=dtype)._can_pad() is reads_mask


def test_the_probe_of_padding_stays_in_the_context(tmp_path: Path) -> None:
    """Prompts of up to three tokens beside 60: no more padding is tried either."""
    folder = write_checkpoint(tmp_path / "llada", "llada", max_sequence_length=63)
    denoiser = remote(folder, "llada", length=60)
    with forwards(denoiser) as calls:
        assert denoiser._can_pad()
    assert {shape[1] for shape in calls} == {60, 63}


class Told(torch.nn.Module):
    """Logits of five ids; keeps what it is told besides the tokens."""

    dtype = torch.float32

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embed, self.head = torch.nn.Embedding(5, 4), torch.nn.Linear(4, 5)
        self.told: list[dict[str, Any]] = []

    @property
    def base_model(self) -> Told:
        return self

    def forward(self, input_ids: torch.Tensor, **more: Any) -> Any:
        self.told.append(more)
        hidden = self.embed(input_ids)
        return SimpleNamespace(logits=self.head(hidden + hidden.mean(1, keepdim=True)))


class Timed(Told):
    def forward(
        self, input_ids: torch.Tensor, timesteps: Any = None, return_dict: Any = None
    ) -> Any:
        return super().forward(input_ids, timesteps=timesteps.tolist(), return_dict=return_dict)


TOKENS = torch.tensor([[0, 1, 2, 3, 4, 0], [4, 4, 1, 0, 2, 3]])


def test_a_model_is_told_what_its_arguments_ask_for_and_nothing_else() -> None:
    plain, timed = Told(), Timed()
    assert not ForwardPass(plain).takes_time
    assert ForwardPass(timed).takes_time
    ForwardPass(plain).full(Framed(TOKENS))
    ForwardPass(timed).full(Framed(TOKENS), 0.5)
    assert plain.told == [{}]
    assert timed.told == [{"timesteps": [0.5, 0.5], "return_dict": True}]


@pytest.mark.parametrize(
    "answer",
    [SimpleNamespace(hidden=1), SimpleNamespace(logits=None), torch.zeros(2, 6), "logits"],
)
def test_a_model_without_a_head_is_refused(answer: Any) -> None:
    class Headless(Told):
        def forward(self, input_ids: torch.Tensor) -> Any:
            return answer

    with pytest.raises(InputError) as caught:
        ForwardPass(Headless()).full(Framed(TOKENS))
    assert str(caught.value) == (
        "[model] path: Headless answers without logits: it has no head that predicts tokens"
    )


def test_logits_at_some_positions_are_those_of_the_full_pass() -> None:
    model = Told()
    forward, positions = ForwardPass(model), torch.tensor([[5, 0, 5], [2, 1, 3]])
    full = model(TOKENS).logits
    assert torch.equal(forward.full(Framed(TOKENS)), full)
    expected = torch.stack([row[at] for row, at in zip(full, positions, strict=True)])
    assert torch.equal(forward.full_at(Framed(TOKENS), positions), expected)


def test_the_last_layer_sees_the_wanted_positions_only() -> None:
    model, positions = Told(), torch.tensor([[5, 0], [2, 1]])
    forward = ForwardPass(model)
    projection = forward.find_projection(Framed(TOKENS), positions)
    seen: list[int] = []
    handle = model.head.register_forward_hook(
        lambda _layer, args, _out: seen.append(args[0].shape[:-1].numel())
    )
    hidden = projection.hidden(Framed(TOKENS), positions)
    found = projection.logits(hidden.flatten(0, 1))
    handle.remove()
    assert hidden.shape == (2, 2, 4)
    assert sum(seen) == 4
    expected = forward.full_at(Framed(TOKENS), positions).flatten(0, 1)
    torch.testing.assert_close(found, expected)


def test_a_projection_that_does_not_agree_is_not_taken() -> None:
    """What comes after the last layer would be lost."""

    class Late(Told):
        def forward(self, input_ids: torch.Tensor) -> Any:
            return super().forward(input_ids).logits.cumsum(dim=1)

    forward, positions = ForwardPass(Late()), torch.tensor([[5, 1], [2, 4]])
    projection = forward.find_projection(Framed(TOKENS), positions)
    found = projection.logits(projection.hidden(Framed(TOKENS), positions).flatten(0, 1))
    assert torch.equal(found, forward.full_at(Framed(TOKENS), positions).flatten(0, 1))


@pytest.mark.parametrize("error", [AssertionError, KeyError, AttributeError, NotImplementedError])
def test_a_model_that_refuses_a_candidate_is_read_as_a_whole(error: type[Exception]) -> None:
    """Whatever its code raises where its last layer is shown fewer positions than there are."""

    class Strict(torch.nn.Linear):
        def forward(self, hidden: torch.Tensor) -> torch.Tensor:
            if hidden.shape[1] != TOKENS.shape[1]:
                raise error("all of the sequence")
            return super().forward(hidden)

    model, positions = Told(), torch.tensor([[5, 1], [2, 4]])
    model.head = Strict(4, 5)
    forward = ForwardPass(model)
    projection = forward.find_projection(Framed(TOKENS), positions)
    found = projection.logits(projection.hidden(Framed(TOKENS), positions).flatten(0, 1))
    assert torch.equal(found, forward.full_at(Framed(TOKENS), positions).flatten(0, 1))


def test_a_model_without_a_mask_cannot_be_told_of_padding() -> None:
    forward, positions = ForwardPass(Told()), torch.tensor([[5, 0]])
    framed = Framed(TOKENS[:1])
    projection = forward.find_projection(framed, positions)
    assert forward.find_padding(framed, positions, projection, room=6) is False

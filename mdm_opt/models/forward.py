"""Forward passes that answer with logits, at all positions or at some of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from transformers import PreTrainedModel

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name

_CONSTANTS = {"return_dict": True, "use_cache": False}
# What models call the time that they are asked at.
_TIMES = ("timesteps", "sigma")
# Who is told of padding errs by rounding, who does not listen as much as if nothing were told.
_MUCH_NEARER = 0.2


class Framed(NamedTuple):
    """What a model reads.

    Attributes:
        tokens: token ids, int64 ``(batch, n)``.
        padding: int64 ``(batch,)``, positions at the left of each row that are no text; None
            where there are none.
        told: what else the model is given, by the names of its arguments; None leaves that to
            the `ForwardPass`.
    """

    tokens: torch.Tensor
    padding: torch.Tensor | None = None
    told: Mapping[str, Any] | None = None


class Projection(NamedTuple):
    """A forward pass in two halves.

    Attributes:
        hidden: what the vocabulary projection reads at output positions ``(batch, P)``, shape
            ``(batch, P, width)``.
        logits: ``(n, width)`` to ``(n, V)``.
    """

    hidden: Callable[[Framed, torch.Tensor], torch.Tensor]
    logits: Callable[[torch.Tensor], torch.Tensor]


# Arguments that tell a model where a row's padding ends.
Padding = Callable[[torch.Tensor, int], dict[str, torch.Tensor]]


class ForwardPass:
    """How a model is called, whatever else its ``forward`` takes.

    An attention mask is given where rows are padded only: every model here reads all positions
    without one.

    Args:
        model: a frozen masked LM.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self.model = model
        self.names = inspect.signature(model.forward).parameters
        self._constants = {key: value for key, value in _CONSTANTS.items() if key in self.names}
        self._time_name = next((name for name in _TIMES if name in self.names), None)
        self.takes_time = self._time_name is not None
        self._padding: Padding | None = None

    def full(self, framed: Framed, time: float = 0.0) -> torch.Tensor:
        """Logits ``(batch, n, V)``.

        Raises:
            InputError: where the model has no head.
        """
        tokens = framed.tokens
        given: dict[str, Any] = dict(self._constants)
        given.update(self._told(framed))
        if self._time_name is not None:
            given[self._time_name] = torch.full((len(tokens),), time, device=tokens.device)
        answer = self.model(input_ids=tokens, **given)
        logits = answer if torch.is_tensor(answer) else getattr(answer, "logits", None)
        if not torch.is_tensor(logits) or logits.ndim != 3:
            raise InputError(
                f"{key_name('model.path')}: {type(self.model).__name__} answers without logits: "
                "it has no "
                "head that predicts tokens"
            )
        return logits

    def full_at(self, framed: Framed, positions: torch.Tensor) -> torch.Tensor:
        """Logits ``(batch, P, V)`` of output positions; everything is computed."""
        return _pick(self.full(framed), positions)

    def find_padding(
        self, framed: Framed, positions: torch.Tensor, projection: Projection, room: int
    ) -> bool:
        """Whether the model can be told of padding so that it reads as if there were none.

        A way of telling is taken only if a padded row gets the logits of the row alone except for
        rounding, and is much nearer to them than the padded row of which nothing is told.

        Args:
            framed: the probe, one row without padding.
            positions: int64 ``(1, P)``, outputs to be compared.
            projection: how the model is asked.
            room: positions that the model has beside the probe.
        """
        tokens = framed.tokens
        # As much padding as text: a little hardly moves the answers of half precision.
        width = max(1, min(tokens.shape[1], room))
        longer = torch.cat([tokens.new_zeros((1, width)), tokens], dim=1)
        padded = Framed(longer, torch.full((1,), width, device=tokens.device))

        def asked(probe: Framed, at: torch.Tensor) -> torch.Tensor:
            return projection.logits(projection.hidden(probe, at).flatten(0, 1)).float()

        with torch.inference_mode():
            expected = asked(framed, positions)
            for candidate in self._paddings():
                self._padding = candidate
                try:
                    untold = asked(Framed(longer), positions + width)
                    found = asked(padded, positions + width)
                except Exception:  # noqa: S112  # code that comes with a checkpoint raises anything
                    continue
                rounding = self.rounding * float(expected.std())
                error = distance(found, expected)
                if error <= min(rounding, _MUCH_NEARER * distance(untold, expected)):
                    return True
        self._padding = None
        return False

    def find_projection(self, framed: Framed, positions: torch.Tensor) -> Projection:
        """The vocabulary projection at given positions only, where the model allows it.

        A candidate is taken only if it agrees with the full forward pass on a probe.

        Args:
            framed: the probe.
            positions: int64 ``(batch, P)``, fewer than n.
        """
        with torch.inference_mode():
            expected = self.full_at(framed, positions)
            for candidate in self._projections(framed):
                try:
                    found = candidate.logits(candidate.hidden(framed, positions).flatten(0, 1))
                except Exception:  # noqa: S112  # as above
                    continue
                if self._agree(found, expected.flatten(0, 1)):
                    return candidate
        return Projection(self.full_at, _unchanged)

    def _agree(self, found: torch.Tensor, expected: torch.Tensor) -> bool:
        tolerance = 1e-4 if self.model.dtype == torch.float32 else 5e-2
        return found.shape == expected.shape and torch.allclose(
            found.float().to(expected.device), expected.float(), rtol=tolerance, atol=tolerance
        )

    @property
    def rounding(self) -> float:
        """How far answers may be apart by rounding alone, in their standard deviations."""
        return 1e-4 if self.model.dtype == torch.float32 else 0.1

    def _told(self, framed: Framed) -> Mapping[str, Any]:
        if framed.told is not None:
            return framed.told
        if framed.padding is None or self._padding is None:
            return {}
        return self._padding(framed.padding, framed.tokens.shape[1])

    def _paddings(self) -> Iterator[Padding]:
        if "attention_mask" not in self.names:
            return
        for square in (False, True):
            for numbered in (True, False):
                if not numbered or "position_ids" in self.names:
                    yield _telling(square, numbered)

    def _projections(self, framed: Framed) -> Iterator[Projection]:
        body = self.model.base_model
        names = ("cls", "lm_head", "predictions")
        heads = [getattr(self.model, name, None) for name in names]
        head = next((module for module in heads if module is not None), None)
        if head is not None and body is not self.model:
            yield self._head_after_body(body, head)
        last = self._last_linear(framed)
        if last is not None:
            yield Projection(self._input_of(last), last)
            yield Projection(self._input_picked(last), _unchanged)

    def _head_after_body(self, body: Any, head: Any) -> Projection:
        constants = {"return_dict": True} if "return_dict" in self._constants else {}

        def hidden(framed: Framed, positions: torch.Tensor) -> torch.Tensor:
            more = self._told(framed)
            return _pick(body(input_ids=framed.tokens, **constants, **more)[0], positions)

        return Projection(hidden, head)

    def _input_of(self, layer: torch.nn.Linear) -> Callable[[Framed, torch.Tensor], torch.Tensor]:
        """What the last layer reads; it is shown no position itself, so that it costs nothing."""

        def hidden(framed: Framed, positions: torch.Tensor) -> torch.Tensor:
            read: list[torch.Tensor] = []

            def keep(_layer: Any, args: Any) -> Any:
                read.append(_pick(args[0], positions))
                return (args[0][:, :0], *args[1:])

            with _hooked(layer, keep):
                self.full(framed)
            return read[-1]

        return hidden

    def _input_picked(
        self, layer: torch.nn.Linear
    ) -> Callable[[Framed, torch.Tensor], torch.Tensor]:
        """The whole model, but its last layer sees the wanted positions only."""

        def logits(framed: Framed, positions: torch.Tensor) -> torch.Tensor:
            with _hooked(layer, lambda _layer, args: (_pick(args[0], positions), *args[1:])):
                return self.full(framed)

        return logits

    def _last_linear(self, framed: Framed) -> torch.nn.Linear | None:
        """The linear layer that is called last, if it writes the logits."""
        called: list[torch.nn.Linear] = []
        layers = [part for part in self.model.modules() if isinstance(part, torch.nn.Linear)]
        handles = [
            layer.register_forward_hook(lambda part, _args, _out: called.append(part))
            for layer in layers
        ]
        try:
            width = self.full(framed).shape[-1]
        finally:
            for handle in handles:
                handle.remove()
        return called[-1] if called and called[-1].out_features == width else None


def _telling(square: bool, numbered: bool) -> Padding:
    """A way to tell of padding.

    Args:
        square: a mask of every pair of positions, as Dream takes it, and not one of positions.
        numbered: whether positions are counted from the first token of the text.
    """

    def arguments(padding: torch.Tensor, width: int) -> dict[str, torch.Tensor]:
        places = torch.arange(width, device=padding.device) - padding[:, None]
        real = places >= 0
        # Padding reads the text, too: who reads nothing is NaN.
        mask = real[:, None, None, :].expand(-1, 1, width, -1) if square else real.long()
        given = {"attention_mask": mask}
        if numbered:
            given["position_ids"] = places.clamp(min=0)
        return given

    return arguments


@contextmanager
def _hooked(layer: torch.nn.Module, hook: Callable[[Any, Any], Any]) -> Iterator[None]:
    """A hook before a layer for as long as the block runs."""
    handle = layer.register_forward_pre_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def distance(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Root of the mean squared difference of two answers."""
    return float((found - expected).square().mean().sqrt())


def _unchanged(logits: torch.Tensor) -> torch.Tensor:
    return logits


def _pick(values: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    index = positions.to(values.device)[:, :, None]
    return values.gather(1, index.expand(-1, -1, values.shape[-1]))

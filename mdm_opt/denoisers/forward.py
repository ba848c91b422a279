"""Forward passes that answer with logits, at all positions or at some of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import torch
from transformers import PreTrainedModel

from mdm_opt.errors import InputError

# Token ids (batch, n) and positions (batch, P) in, logits (batch, P, V) out.
Projection = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

_CONSTANTS = {"return_dict": True, "use_cache": False}


class ForwardPass:
    """How a model is called, whatever else its ``forward`` takes.

    No attention mask is given: nothing is padded, and every model here reads all positions then.

    Args:
        model: a frozen masked LM.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self.model = model
        names = inspect.signature(model.forward).parameters
        self._constants = {key: value for key, value in _CONSTANTS.items() if key in names}
        self.takes_time = "timesteps" in names

    def full(self, tokens: torch.Tensor, time: float = 0.0) -> torch.Tensor:
        """Logits ``(batch, n, V)`` of token ids, int64 ``(batch, n)``.

        Raises:
            InputError: where the model has no head.
        """
        given: dict[str, Any] = dict(self._constants)
        if self.takes_time:
            given["timesteps"] = torch.full((len(tokens),), time, device=tokens.device)
        answer = self.model(input_ids=tokens, **given)
        logits = answer if torch.is_tensor(answer) else getattr(answer, "logits", None)
        if not torch.is_tensor(logits) or logits.ndim != 3:
            raise InputError(
                f"[model] path: {type(self.model).__name__} answers without logits: it has no "
                "head that predicts tokens"
            )
        return logits

    def full_at(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """The same, of positions ``(batch, P)`` only; everything is computed."""
        return _pick(self.full(tokens), positions)

    def find_projection(self, tokens: torch.Tensor, positions: torch.Tensor) -> Projection:
        """The vocabulary projection at given positions only, where the model allows it.

        A candidate is taken only if it agrees with the full forward pass on a probe.

        Args:
            tokens: int64 ``(batch, n)``, the probe.
            positions: int64 ``(batch, P)``, fewer than n.
        """
        tolerance = 1e-4 if self.model.dtype == torch.float32 else 5e-2
        with torch.inference_mode():
            expected = self.full_at(tokens, positions).float()
            for candidate in self._projections(tokens):
                try:
                    found = candidate(tokens, positions).float()
                except (TypeError, RuntimeError, ValueError, IndexError, InputError):
                    continue
                if found.shape == expected.shape and torch.allclose(
                    found, expected, rtol=tolerance, atol=tolerance
                ):
                    return candidate
        return self.full_at

    def _projections(self, tokens: torch.Tensor) -> Iterator[Projection]:
        body = self.model.base_model
        names = ("cls", "lm_head", "predictions")
        heads = [getattr(self.model, name, None) for name in names]
        head = next((module for module in heads if module is not None), None)
        if head is not None and body is not self.model:
            yield self._head_after_body(body, head)
        last = self._last_linear(tokens)
        if last is not None:
            yield self._input_picked(last)

    def _head_after_body(self, body: Any, head: Any) -> Projection:
        constants = {"return_dict": True} if "return_dict" in self._constants else {}

        def projected(tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
            hidden = body(input_ids=tokens, **constants)[0]
            logits: torch.Tensor = head(_pick(hidden, positions))
            return logits

        return projected

    def _input_picked(self, layer: torch.nn.Linear) -> Projection:
        """The whole model, but its last layer sees the wanted positions only."""

        def projected(tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
            handle = layer.register_forward_pre_hook(
                lambda _layer, args: (_pick(args[0], positions), *args[1:])
            )
            try:
                return self.full(tokens)
            finally:
                handle.remove()

        return projected

    def _last_linear(self, tokens: torch.Tensor) -> torch.nn.Linear | None:
        """The linear layer that is called last, if it writes the logits."""
        called: list[torch.nn.Linear] = []
        layers = [part for part in self.model.modules() if isinstance(part, torch.nn.Linear)]
        handles = [
            layer.register_forward_hook(lambda part, _args, _out: called.append(part))
            for layer in layers
        ]
        try:
            width = self.full(tokens).shape[-1]
        finally:
            for handle in handles:
                handle.remove()
        return called[-1] if called and called[-1].out_features == width else None


def _pick(values: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    return values.gather(1, positions[:, :, None].expand(-1, -1, values.shape[-1]))

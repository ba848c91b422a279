"""Language models of uniform corruption with their own code (UDLM, Duo) as frozen laws."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any, Literal

import torch
from transformers import PreTrainedModel

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.devices import first_device
from mdm_opt.models.forward import ForwardPass, Framed
from mdm_opt.models.model_checks import check_reads_both_sides, first_logits, positions_of
from mdm_opt.models.texts import Rule, Texts
from mdm_opt.models.weights import fingerprint

Time = Literal["sigma", "alpha"]
# Of log-linear noise with eps = 1e-3, as UDLM and Duo have it: no network was trained below.
LEAST_ALPHA = 1e-3


class HuggingFaceLaw:
    """A language model that is asked about sequences with random tokens, and the time.

    ``forward(input_ids, timesteps)`` (or ``sigma``) answers with logits of the clean tokens, or
    their log-probabilities. Every id of the logits' vocabulary is noise and may be generated; an
    id that the tokenizer does not have stands for no text. Nothing stands around the sequence.

    Args:
        model: it is put into evaluation mode without gradients.
        tokenizer: its tokenizer.
        length: tokens of one sequence.
        time: what ``timesteps`` are: ``sigma`` = -log(alpha), as in UDLM and Duo, or ``alpha``.
        least_alpha: the least alpha that the network was trained on, in (0, 1); below it is asked
            as at this one.
        text: ``joined`` or ``decoded``, see `mdm_opt.models.texts`; None chooses.
        code: Python code that came with the checkpoint, for the fingerprint.

    Raises:
        InputError: for a sequence longer than the model's positions, a model without a time, one
            that answers with NaN, with other shapes, or reads only what lies to the left.
    """

    kernel = "uniform"

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: Any,
        *,
        length: int,
        time: Time = "sigma",
        least_alpha: float = LEAST_ALPHA,
        text: Rule | None = None,
        code: bytes = b"",
    ) -> None:
        self.model = model.eval().requires_grad_(False)
        self.tokenizer, self.length = tokenizer, length
        self.device: torch.device = first_device(model)
        self._time, self._least = time, least_alpha
        self._forward = ForwardPass(model)
        self._check_call()
        zeros = torch.zeros((1, length), dtype=torch.int64, device=self.device)
        self.vocab_size = int(first_logits(self._forward, zeros, length).shape[-1])
        self._known = min(self.vocab_size, len(tokenizer))
        self._texts = Texts.of(tokenizer, range(self._known), (), text)
        self._check_answers(zeros)
        more: dict[str, Any] = {"process": "uniform", "time": time, "least_alpha": least_alpha}
        more |= {"text": text} if text is not None else {}
        more |= {"code": hashlib.sha256(code).hexdigest()} if code else {}
        self.fingerprint = fingerprint(model, tokenizer, length=length, more=more)

    @torch.inference_mode()
    def log_probs_at(self, tokens: torch.Tensor, alpha: float) -> torch.Tensor:
        """See `TimedLaw.log_probs_at`; float32."""
        logits = self._forward.full(Framed(tokens.to(self.device)), self._time_of(alpha))
        return logits.to(self.device).float().log_softmax(-1)

    @property
    def text_rule(self) -> Rule:
        """How tokens become texts, see `mdm_opt.models.texts`."""
        return self._texts.rule

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """Texts of whole sequences, special tokens included."""
        rows = [[token for token in row if token < self._known] for row in tokens.tolist()]
        return [self._texts.after((), row) for row in rows]

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """Tokens of texts that have exactly ``length`` of them."""
        rows = []
        for text in texts:
            row = self._texts.ids(text)
            if len(row) != self.length:
                raise InputError(f"{text!r} has {len(row)} tokens, not {self.length}")
            if any(token is None or token >= self.vocab_size for token in row):
                raise InputError(f"{text!r} has a token that the model does not know")
            rows.append(row)
        return torch.tensor(rows, dtype=torch.int64).reshape(len(texts), self.length)

    def _time_of(self, alpha: float) -> float:
        trained = max(alpha, self._least)
        return -math.log(trained) if self._time == "sigma" else trained

    def _check_call(self) -> None:
        if not self._forward.takes_time:
            raise InputError(
                f"{key_name('model.process')} = 'uniform': {type(self.model).__name__} takes no "
                "time (timesteps or sigma); accepted are models that do, such as UDLM and Duo"
            )
        positions = positions_of(self.model)
        if positions is not None and self.length > positions:
            raise InputError(
                f"{key_name('model.length')}: {self.length} tokens exceed the model's {positions} "
                "positions"
            )

    @torch.inference_mode()
    def _check_answers(self, zeros: torch.Tensor) -> None:
        if self.vocab_size < 2:
            raise InputError(f"{key_name('model.path')}: the model knows a single token")
        for alpha in (0.0, 0.5):
            if not bool(torch.isfinite(self.log_probs_at(zeros, alpha)).all()):
                raise InputError(
                    f"{key_name('model')} the model's log-probabilities at alpha = {alpha:g} are "
                    "no finite numbers: damaged weights, or a mask token that it never generates"
                )
        ids = torch.arange(self._known, device=self.device)
        check_reads_both_sides(self._forward, zeros, ids)

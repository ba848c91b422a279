"""Masked language models of Hugging Face transformers as frozen denoisers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedModel

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.devices import (
    first_device,
)
from mdm_opt.models.forward import ForwardPass, Framed, Projection
from mdm_opt.models.lazy_log_probs import ProjectedLogProbs
from mdm_opt.models.model_checks import (
    check_finite,
    check_no_blocks,
    check_reads_both_sides,
    check_timeless,
    embedding_rows,
    first_logits,
    positions_of,
)
from mdm_opt.models.model_types import attends_to_everything, model_type_of
from mdm_opt.models.prompts import Prompts, upload
from mdm_opt.models.texts import Rule, Texts
from mdm_opt.models.tokens import (
    find_ends,
    find_mask,
    frame_ids,
    read_prompt,
    unwritten_ids,
)
from mdm_opt.models.weights import fingerprint
from mdm_opt.sample_texts import Show, in_blocks


class HuggingFaceDenoiser:
    """A masked LM with fixed tokens or a prompt before the generated ones.

    Special tokens of the tokenizer, the mask among them, are never generated, except those that
    end a text; neither are ids that the tokenizer does not have.

    Args:
        model: a masked LM; it is put into evaluation mode without gradients.
        tokenizer: its tokenizer.
        length: generated tokens L; prefix, prompt and suffix come on top.
        prefix: token strings before the generated ones or the prompt; None takes what the
            tokenizer adds.
        suffix: token strings after them, likewise.
        mask_token: the token that stands for "masked"; None takes the tokenizer's, or what is
            known of the model's family.
        mask_token_id: the same as a number, for a mask that the tokenizer does not have.
        end_tokens: token strings that may be generated and end a text; None takes what is known
            of the model's family.
        logits_shift: 1 where position i is predicted by the output at i - 1, else 0; None takes
            what is known of the model's family.
        text: ``joined`` or ``decoded``, see `mdm_opt.models.texts`; None chooses.
        code: Python code that came with the checkpoint, for the fingerprint.

    Raises:
        InputError: without a mask token, for an unknown token, a sequence longer than the
            model's positions, a model that answers with NaN, reads only what lies to the left or
            depends on a time, or shifted logits without a first token.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: Any,
        *,
        length: int,
        prefix: Sequence[str] | None = None,
        suffix: Sequence[str] | None = None,
        mask_token: str | None = None,
        mask_token_id: int | None = None,
        end_tokens: Sequence[str] | None = None,
        logits_shift: int | None = None,
        text: Rule | None = None,
        code: bytes = b"",
    ) -> None:
        self._text = text
        self._attention_known = attends_to_everything(model.config.model_type)
        self.mask_token_id = find_mask(tokenizer, model.config, mask_token, mask_token_id)
        self.end_token_ids = find_ends(tokenizer, model.config, end_tokens, self.mask_token_id)
        self.model = model.eval().requires_grad_(False)
        self.tokenizer = tokenizer
        self._unwritten = unwritten_ids(tokenizer)
        self.length = length
        self.device: torch.device = first_device(model)
        family = model_type_of(model.config.model_type)
        self._shift = family.logits_shift if logits_shift is None else logits_shift
        before, after = frame_ids(tokenizer, prefix, suffix)
        self._before = torch.tensor(before, dtype=torch.int64, device=self.device)
        self._after = torch.tensor(after, dtype=torch.int64, device=self.device)
        self._check_frame(len(before), len(after))
        self._forward = self._make_forward(model)
        self._examine()
        self._projection = self._find_projection()
        self.show: Show = self._show
        self._pads: bool | None = False if family.chunked else None
        self._first: torch.Tensor | None = None
        self.fingerprint = fingerprint(
            model, tokenizer, before, after, length, self._distinguishing(code)
        )

    @torch.inference_mode()
    def log_probs(
        self,
        tokens: torch.Tensor,
        positions: torch.Tensor,
        prompts: Prompts | None = None,
        guidance: float = 0.0,
    ) -> torch.Tensor:
        """See `PromptedDenoiser.log_probs`; float32."""
        answers = self.lazy_log_probs(tokens, positions, prompts, guidance)
        return answers.log_probs(slice(None)).reshape(*positions.shape, -1)

    @torch.inference_mode()
    def lazy_log_probs(
        self,
        tokens: torch.Tensor,
        positions: torch.Tensor,
        prompts: Prompts | None = None,
        guidance: float = 0.0,
    ) -> ProjectedLogProbs:
        """One model call of the arguments of `log_probs`, projected when it is looked at."""
        if prompts is None or not guidance:
            hidden = self._hidden(tokens, positions, prompts)
            return ProjectedLogProbs(hidden.flatten(0, 1), self._log_probs)
        both = prompts.beside(prompts.filled(self.mask_token_id))
        hidden = self._hidden(tokens.repeat(2, 1), positions.repeat(2, 1), both)
        # The two answers of a row stand beside each other, so that rows are picked together.
        pairs = torch.stack(hidden.flatten(0, 1).chunk(2), dim=1)

        def guided(pair: torch.Tensor) -> torch.Tensor:
            logits = self._projection.logits(pair.flatten(0, 1)).float()
            given, free = logits.unflatten(0, (-1, 2)).unbind(1)
            return self._normalised(free + (guidance + 1) * (given - free))

        return ProjectedLogProbs(pairs, guided)

    @torch.inference_mode()
    def first_log_probs(self, positions: torch.Tensor) -> ProjectedLogProbs:
        """Answers to nothing but masks, for any batch; the model is asked once in its life."""
        if self._first is None:
            everywhere = torch.arange(self.length, device=self.device)[None]
            self._first = self._hidden(self._masked_answer(), everywhere)[0]
        return ProjectedLogProbs(self._first, self._log_probs, positions.flatten())

    @property
    def attention_words(self) -> str:
        """What the model attends to, and how that is known."""
        how = "of its type" if self._attention_known else "found by asking it"
        return f"full attention ({how})"

    @property
    def text_rule(self) -> Rule:
        """How tokens become texts, see `mdm_opt.models.texts`."""
        return self._texts.rule

    def prompt_ids(self, text: str, *, chat: bool = False) -> list[int]:
        """See `PromptedDenoiser.prompt_ids`."""
        ids = read_prompt(self.tokenizer, self._before.tolist(), text, chat)
        limit, after = positions_of(self.model), len(self._after)
        if limit is not None and len(ids) + self.length + after > limit:
            fixed = f" and {after} fixed" if after else ""
            raise InputError(
                f"prompt of {len(ids)} tokens: with {self.length} generated{fixed} ones it "
                f"exceeds the model's {limit} positions"
            )
        if self._shift and not ids:
            raise InputError("prompt without a token: with logits_shift = 1 one is needed")
        return ids

    def decode(self, tokens: torch.Tensor) -> list[str]:
        """Texts up to the first end token, after the fixed tokens; see `mdm_opt.models.texts`."""
        before = self._before.tolist()
        return [self._texts.after(before, row) for row in tokens.tolist()]

    def decode_answers(self, tokens: torch.Tensor, prompts: Prompts) -> list[str]:
        """Texts up to the first end token, after the prompts."""
        rows = zip(prompts.rows(), tokens.tolist(), strict=True)
        return [self._texts.after(before, row) for before, row in rows]

    def _show(self, text: str, prompt: str = "") -> Any:
        """Sequences whose tokens are letters in blocks of ten, any other text as it is."""
        return in_blocks(text) if self._texts.letters else text

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        """Tokens of texts that have exactly ``length`` of them."""
        rows = []
        for text in texts:
            row = self._texts.ids(text)
            if len(row) != self.length:
                raise InputError(f"{text!r} has {len(row)} tokens, not {self.length}")
            bad = [i for i in row if i is None or i >= self.vocab_size or self._forbidden[i]]
            if bad:
                raise InputError(f"{text!r} has a token that the model never generates")
            rows.append(row)
        return torch.tensor(rows, dtype=torch.int64).reshape(len(texts), self.length)

    def _hidden(
        self, tokens: torch.Tensor, positions: torch.Tensor, prompts: Prompts | None = None
    ) -> torch.Tensor:
        """What the projection reads, ``(batch, P, width)``."""
        if prompts is None:
            before, padding = self._before.expand(len(tokens), -1), None
        elif prompts.padded and not self._can_pad():
            return self._in_groups(tokens, positions, prompts)
        else:
            before, padding = prompts.tokens, prompts.padding if prompts.padded else None
        framed = Framed(self._around(before, tokens), padding)
        outputs = positions + (before.shape[1] - self._shift)
        return self._projection.hidden(framed, outputs).to(self.device)

    def _in_groups(
        self, tokens: torch.Tensor, positions: torch.Tensor, prompts: Prompts
    ) -> torch.Tensor:
        """Prompts of one length at a time, for models that cannot be told of padding."""
        parts, order = [], []
        for length in np.unique(prompts.lengths):
            rows = np.flatnonzero(prompts.lengths == length)
            index = upload(rows, self.device)
            parts.append(self._hidden(tokens[index], positions[index], prompts.part(rows)))
            order.append(rows)
        return torch.cat(parts)[upload(np.argsort(np.concatenate(order)), self.device)]

    def _around(self, before: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        after = self._after.expand(len(tokens), -1)
        return torch.cat([before, tokens.to(self.device), after], dim=1)

    def _masked_answer(self) -> torch.Tensor:
        return torch.full((1, self.length), self.mask_token_id, device=self.device)

    def _log_probs(self, hidden: torch.Tensor) -> torch.Tensor:
        return self._normalised(self._projection.logits(hidden))

    def _normalised(self, logits: torch.Tensor) -> torch.Tensor:
        # In place, for a copy costs as much as the rest of this; done twice it is the same.
        logits = logits.to(self.device).float().index_fill_(-1, self._forbidden_ids, -torch.inf)
        return logits.log_softmax(-1)

    def _clean(self) -> torch.Tensor:
        """Ids that may be generated, ascending."""
        return (~self._forbidden).nonzero()[:, 0]

    def _check_frame(self, before: int, after: int) -> None:
        if self._shift and before == 0:
            raise InputError(
                f"{key_name('model.prefix')}: with logits_shift = 1 each position is predicted "
                "by the output "
                "before it, and the first one has none; name at least one token in prefix"
            )
        positions = positions_of(self.model)
        if positions is not None and before + self.length + after > positions:
            raise InputError(
                f"{key_name('model.length')}: {self.length} generated and {before + after} "
                "fixed tokens "
                f"exceed the model's {positions} positions"
            )
        rows = embedding_rows(self.model)
        if rows is not None and self.mask_token_id >= rows:
            raise InputError(
                f"{key_name('model.mask_token_id')}: {self.mask_token_id} is not accepted: the "
                "model's "
                f"embeddings end at {rows - 1}"
            )

    @torch.inference_mode()
    def _examine(self) -> None:
        """Asks the model what shows whether it is one that can be sampled."""
        before = self._before.expand(1, -1)
        masked = self._around(before, self._masked_answer())
        start = before.shape[1] - self._shift
        first = first_logits(self._forward, masked, self.length)[:, start : start + self.length]
        self.vocab_size = int(first.shape[-1])
        self._forbidden = self._never_generated()
        self._forbidden_ids = self._forbidden.nonzero()[:, 0]
        clean = self._clean()
        self._texts = Texts.of(self.tokenizer, clean.tolist(), self.end_token_ids, self._text)
        check_finite(self._normalised(first)[..., ~self._forbidden])
        self._check_attention(masked, clean)
        check_timeless(self._forward, masked)

    def _make_forward(self, model: PreTrainedModel) -> ForwardPass:
        return ForwardPass(model)

    def _check_attention(self, masked: torch.Tensor, clean: torch.Tensor) -> None:
        """Refuses a model that does not attend to all of a sequence."""
        if not self._attention_known:
            check_no_blocks(self._forward, masked, clean)
        check_reads_both_sides(self._forward, masked, clean)

    def _never_generated(self) -> torch.Tensor:
        """bool ``(V,)``: the mask, special tokens, and ids that the tokenizer does not have."""
        forbidden = torch.ones(self.vocab_size, dtype=torch.bool, device=self.device)
        clean = {i for i in range(len(self.tokenizer)) if i < self.vocab_size}
        special = (self._unwritten | {self.mask_token_id}) - set(self.end_token_ids)
        forbidden[sorted(clean - special)] = False
        if bool(forbidden.all()):
            raise InputError(
                f"{key_name('model')} the tokenizer has no token that could be generated"
            )
        return forbidden

    def _probe(self) -> tuple[Framed, torch.Tensor]:
        """A half-masked sequence and the outputs of its masked positions."""
        clean = self._clean()
        probe = clean[torch.arange(self.length, device=self.device) % len(clean)].clone()
        probe[::2] = self.mask_token_id
        positions = torch.arange(0, self.length, 2, device=self.device)[None]
        framed = Framed(self._around(self._before.expand(1, -1), probe[None]))
        return framed, positions + (len(self._before) - self._shift)

    def _find_projection(self) -> Projection:
        return self._forward.find_projection(*self._probe())

    def _can_pad(self) -> bool:
        """Whether rows of different lengths can be read at once; found out when it matters."""
        if self._pads is None:
            framed, outputs = self._probe()
            limit, needed = positions_of(self.model), framed.tokens.shape[1]
            room = needed if limit is None else limit - needed
            self._pads = self._forward.find_padding(framed, outputs, self._projection, room)
        return self._pads

    def _distinguishing(self, code: bytes) -> dict[str, Any]:
        """What determines answers beside weights, configuration and tokenizer, where it does."""
        found: dict[str, Any] = {}
        if self.mask_token_id != self.tokenizer.mask_token_id:
            found["mask_token_id"] = self.mask_token_id
        unnamed = self._unwritten - set(self.tokenizer.all_special_ids)
        if unnamed:
            found["unnamed_special"] = sorted(unnamed)
        if self.end_token_ids:
            found["end_token_ids"] = list(self.end_token_ids)
        if self._shift:
            found["logits_shift"] = self._shift
        if self._text is not None:
            found["text"] = self._text
        if code:
            found["code"] = hashlib.sha256(code).hexdigest()
        return found

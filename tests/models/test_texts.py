"""What the text of generated tokens is, with the tokenizers that transformers has."""

from __future__ import annotations

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import (
    BertTokenizerFast,
    EsmTokenizer,
    PerceiverTokenizer,
    PreTrainedTokenizerFast,
)

from mdm_opt.models.texts import Texts
from mdm_opt.models.tokens import filler_ids

CODE = "def f(x):\n"
BODY = "    return x + 1"


def sentencepiece(*pieces: str) -> PreTrainedTokenizerFast:
    """As Llama's: pieces with ``▁`` for spaces, whose decoder strips one where a text begins."""
    names = ["<unk>", "<s>", "</s>", *dict.fromkeys(pieces)]
    vocabulary = {name: i for i, name in enumerate(names)}
    tokenizer = Tokenizer(models.BPE(vocabulary, [], unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )


def byte_level(*pieces: str) -> PreTrainedTokenizerFast:
    """As GPT-2's: every byte is a token, and so are some pieces."""
    alphabet = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *pieces]
    tokenizer = Tokenizer(models.BPE({name: i for i, name in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, clean_up_tokenization_spaces=False)


def wordpiece(tmp_path, *words: str) -> BertTokenizerFast:
    """As BERT's: words with a space between them, and a clean-up before punctuation."""
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]))
    return BertTokenizerFast(str(path), clean_up_tokenization_spaces=True)


def texts(tokenizer, written, ends=(), rule=None) -> Texts:
    return Texts.of(tokenizer, written, ends, rule)


def test_a_space_that_a_text_goes_on_with_is_kept():
    """The space that the decoder drops at the start of a text is the body's indentation."""
    tokenizer = sentencepiece(*CODE, *BODY, "▁")
    ids = tokenizer.convert_tokens_to_ids
    before, body = ids(list(CODE.replace(" ", "▁"))), ids(list(BODY.replace(" ", "▁")))
    assert tokenizer.decode(body) == BODY[1:]
    found = texts(tokenizer, body, rule="decoded")
    assert found.after(before, body) == BODY
    program: dict = {}
    exec(CODE + found.after(before, body), program)  # noqa: S102
    assert program["f"](1) == 2
    # At the start of a text nothing stands before it that it could go on from.
    assert found.after([], body) == BODY[1:]
    assert found.after([tokenizer.bos_token_id], body) == BODY[1:]


def test_a_character_that_is_split_between_prompt_and_answer_is_the_answers():
    tokenizer = byte_level()
    first, second = tokenizer("é", add_special_tokens=False).input_ids
    found = texts(tokenizer, [first, second], rule="decoded")
    assert found.after([*tokenizer("caf").input_ids, first], [second]) == "é"
    assert found.after(tokenizer("caf").input_ids, [first, second]) == "é"


def test_words_and_the_clean_up_around_them_go_on(tmp_path):
    tokenizer = wordpiece(tmp_path, "the", "cat", "sat", ".", "##s")
    ids = tokenizer.convert_tokens_to_ids
    found = texts(tokenizer, ids(["the", "cat", "sat", ".", "##s"]))
    assert found.rule == "decoded"
    before = ids(["[CLS]", "the", "cat"])
    assert found.after(before, ids(["sat", "."])) == " sat."
    assert found.after(before, ids(["##s", "sat"])) == "s sat"
    assert found.after(before, ids(["."])) == "."
    assert found.after(ids(["[CLS]"]), ids(["the", "cat", "."])) == "the cat."


@pytest.mark.parametrize("make", [sentencepiece, byte_level])
def test_what_follows_the_prompt_is_what_the_whole_has_after_it(make):
    """For every split of a text whose tokens are characters: prompt and answer make the whole."""
    text = "a b  c,\n d"
    tokenizer = make(*text, "▁") if make is sentencepiece else make()
    words = text.replace(" ", "▁") if make is sentencepiece else text
    row = (
        tokenizer.convert_tokens_to_ids(list(words))
        if make is sentencepiece
        else tokenizer(text).input_ids
    )
    found = texts(tokenizer, row, rule="decoded")
    for cut in range(1, len(row)):
        alone = tokenizer.decode(row[:cut])
        assert alone + found.after(row[:cut], row[cut:]) == tokenizer.decode(row)


def test_a_quote_of_the_prompt_is_not_the_answers(tmp_path):
    """The clean-up takes the spaces around a quote once a word follows it."""
    tokenizer = wordpiece(tmp_path, "the", "cat", "'", ".", "x")
    ids = tokenizer.convert_tokens_to_ids
    found = texts(tokenizer, ids(["the", "cat", "'", "."]))
    assert tokenizer.decode(ids(["the", "'", "cat"])) == "the'cat"
    assert found.after(ids(["[CLS]", "the", "'"]), ids(["cat", "."])) == "cat."
    assert found.after(ids(["[CLS]", "the"]), ids(["'", "cat"])) == "'cat"
    assert found.after(ids(["[CLS]", "the", "'"]), ids(["."])) == "."


def test_an_end_token_ends_a_text():
    tokenizer = byte_level()
    row = tokenizer("ab.c").input_ids
    found = texts(tokenizer, row, ends=[row[2]], rule="decoded")
    assert found.after([], row) == "ab"
    assert found.after(row, row) == "ab"


def test_an_end_token_does_not_change_how_letters_are_read(tmp_path):
    tokenizer = esm(tmp_path)
    end = tokenizer.convert_tokens_to_ids("<eos>")
    letters = tokenizer.convert_tokens_to_ids(list("LAGV"))
    found = texts(tokenizer, [*letters, end], ends=[end], rule="joined")
    assert found.after([], [*letters[:2], end, letters[3]]) == "LA"
    assert found.ids("LA V") == [*letters[:2], tokenizer.unk_token_id, letters[3]]
    assert texts(tokenizer, [*letters, end], ends=[end]).rule == "decoded"


def esm(tmp_path) -> EsmTokenizer:
    """The published alphabet of ESM-2, with its filler."""
    names = [
        *("<cls>", "<pad>", "<eos>", "<unk>", *"LAGVSERTIDPKQNFYMHWCXBUZO.-"),
        *("<null_1>", "<mask>"),
    ]
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(names))
    return EsmTokenizer(str(path))


def test_esm_has_one_letter_a_token_and_no_filler(tmp_path):
    tokenizer = esm(tmp_path)
    never = {"<cls>", "<pad>", "<eos>", "<unk>", "<null_1>", "<mask>"}
    fillers = filler_ids(tokenizer)
    assert set(tokenizer.convert_ids_to_tokens(sorted(fillers))) == never
    written = [i for i in tokenizer.get_vocab().values() if i not in fillers]
    found = texts(tokenizer, written)
    assert found.rule == "joined"
    row = tokenizer.convert_tokens_to_ids(list("SVBMYZV"))
    assert found.after([], row) == "SVBMYZV"
    assert found.ids("SVBMYZV") == row
    assert texts(tokenizer, written, rule="decoded").after([], row) == "S V B M Y Z V"


def test_names_of_one_character_that_are_bytes_are_decoded():
    """Perceiver's tokens are bytes, each under the name of a character of Latin-1."""
    tokenizer = PerceiverTokenizer()
    ids = list(range(6, 262))
    found = texts(tokenizer, ids)
    assert found.rule == "decoded"
    row = found.ids("né")
    assert len(row) == 3
    assert found.after([], row) == "né"
    assert texts(byte_level(), range(256)).rule == "decoded"


def test_joined_words_are_read_as_the_tokenizer_splits_them(tmp_path):
    """The Nucleotide Transformer's words have six letters, and what is left has one."""
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(["<unk>", "<pad>", "<mask>", "<cls>", "ACGTAC", "TTTACG", "A", "C"]))
    tokenizer = EsmTokenizer(str(path), eos_token=None)
    found = texts(tokenizer, range(4, 8), rule="joined")
    assert found.after([], [4, 5, 6]) == "ACGTACTTTACGA"
    assert found.ids("ACGTACTTTACGA") == [4, 5, 6]
    assert texts(tokenizer, range(4, 8)).after([], [4, 5, 6]) == "ACGTAC TTTACG A"


@pytest.mark.parametrize(
    ("name", "filler"),
    [
        ("[unused0]", True),
        ("[unused993]", True),
        ("<unused_12>", True),
        ("<null_1>", True),
        ("<extra_id_99>", True),
        ("<|reserved_special_token_7|>", True),
        ("<eos>", True),
        ("<bos>", True),
        ("</s>", True),
        ("[SEP]", True),
        ("madeupword0001", True),
        ("<s>NOTUSED", True),
        ("<unk>NOTUSED", True),
        ("<special3>", True),
        ("[gMASK]", True),
        ("<|fim_pad|>", True),
        ("<|end-of-text|>", True),
        ("<\uff5cbegin▁of▁sentence\uff5c>", True),
        # Bytes of a byte fallback, tags of HTML and indices are text.
        ("<0x0A>", False),
        ("<div>", False),
        ("[0]", False),
        ("[i]", False),
        ("<b>", False),
        ("<tool_call>", False),
        ("<|>", False),
        ("<||>", False),
        ("|||EMAIL_ADDRESS|||", False),
        ("NOTUSED", False),
        ("unused", False),
        ("pad", False),
    ],
)
def test_fillers_are_known_by_their_names(name, filler):
    class Vocabulary:
        def get_vocab(self):
            return {name: 5}

    assert filler_ids(Vocabulary()) == ({5} if filler else set())


def test_a_batch_decodes_answers_after_their_prompts():
    """`decoded_answers` asks a denoiser that offers it, row by row, without the padding."""
    from mdm_opt.models.prompts import Prompts, decoded_answers

    class Model:
        def decode(self, tokens):
            return ["alone"] * len(tokens)

        def decode_answers(self, tokens, prompts):
            return [
                f"{before}:{row}"
                for before, row in zip(prompts.rows(), tokens.tolist(), strict=True)
            ]

    prompts = Prompts.of([[1, 2, 3], [], [4]], torch.device("cpu"))
    tokens = torch.tensor([[7], [8], [9]])
    assert decoded_answers(Model(), tokens, prompts) == ["[1, 2, 3]:[7]", "[]:[8]", "[4]:[9]"]
    del Model.decode_answers
    assert decoded_answers(Model(), tokens, prompts) == ["alone"] * 3

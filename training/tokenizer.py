"""Byte pairs in CLIP's format, in F/tokenizer, so that words people type are one token each.

The splitting of words is CLIP's (github.com/openai/CLIP, simple_tokenizer.py). What is drawn often is counted often: a
whole token begins with the teacher's vector for it (`text_encoder`), pieces of a word must learn theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from explorer.files.whole import whole
from training import texts
from training.recipe import Recipe
from training.texts import Text

START, END = "<|startoftext|>", "<|endoftext|>"
LONGEST = 77
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
ONE_WORD, ONE_KIND = 12.0, 25.0  # times that a word alone, one for a kind of what is drawn, is counted for a text


def run(folder: Path, recipe: Recipe) -> None:
    """Makes F/tokenizer from the corpus; does nothing if it is there."""
    made = folder / "tokenizer"
    if made.exists():
        return
    with whole(made) as part:
        learn(texts.load(folder, recipe), recipe.vocabulary, part).save_pretrained(part)


def learn(corpus: Iterable[Text], vocabulary: int, scratch: Path) -> CLIPTokenizer:
    """The tokenizer of a corpus, the same for the same corpus; `vocabulary` entries at most, 77 tokens a text.

    Args:
        scratch: a folder that two files of byte pairs are left in.
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    ending = [f"{byte}</w>" for byte in alphabet]  # all of them, as CLIP: without, a digit never seen would be lost
    pairs = Tokenizer(models.BPE(unk_token=END, end_of_word_suffix="</w>", continuing_subword_prefix=""))
    pairs.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    words = pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True)
    pairs.pre_tokenizer = pre_tokenizers.Sequence([words, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[START, END, *ending],
        initial_alphabet=alphabet,
        end_of_word_suffix="</w>",
        min_frequency=2,
        show_progress=False,
    )
    pairs.train_from_iterator(_counted(list(corpus)), trainer)
    scratch.mkdir(parents=True, exist_ok=True)
    vocab, merges = pairs.model.save(str(scratch))
    return CLIPTokenizer(
        vocab=vocab,
        merges=merges,
        unk_token=END,
        bos_token=START,
        eos_token=END,
        pad_token=END,
        model_max_length=LONGEST,
    )


def _counted(corpus: list[Text]) -> Iterator[str]:
    """Every text about as often as it is drawn, in multiples of the average; words alone much more often."""
    for text, weight, like in corpus:
        times = 1.0 if " " in text else ONE_KIND if like else ONE_WORD
        yield from [text] * (1 + round(weight * len(corpus) * times))

"""Make the base model in test_dir, and others as small: a network of random weights and a tokenizer of the texts given.

    python local_test/tiny_models.py     writes local_test/test_dir/input/data/model anew

Only an example of what belongs in the channel `model`. In its place, bring a model that has learnt its language:
`AutoModel.from_pretrained("distilbert-base-uncased").save_pretrained(folder)`, and the same for its tokenizer.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

DATA = Path(__file__).parent / "test_dir" / "input" / "data"
LONGEST = 128  # tokens


def classifier(folder: Path, texts: Sequence[str], words: int = 2000) -> None:
    """A BERT of one layer, in float16, with a tokenizer of at most so many pieces of words."""
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=words, special_tokens=list(special.values()), show_progress=False)
    )
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    config = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=LONGEST,
    )
    _save(folder, transformers.BertModel, config, tokenizer, special)


def generator(folder: Path, texts: Sequence[str], words: int = 500) -> None:
    """A GPT-2 of one layer, in float16, whose tokens are bytes and what of them is often together."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=words, special_tokens=["<|end|>"], initial_alphabet=alphabet, show_progress=False
        ),
    )
    config = transformers.GPT2Config(
        vocab_size=tokenizer.get_vocab_size(),
        n_embd=32,
        n_layer=1,
        n_head=2,
        n_positions=LONGEST,
        bos_token_id=0,
        eos_token_id=0,
    )
    _save(folder, transformers.GPT2LMHeadModel, config, tokenizer, {"bos_token": "<|end|>", "eos_token": "<|end|>"})


def texts(channel: str = "training") -> list[str]:
    with (DATA / channel / "dictionaries.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def _save(folder: Path, network: type, config: object, tokenizer: Tokenizer, special: dict[str, str]) -> None:
    torch.manual_seed(0)
    transformers.utils.logging.disable_progress_bar()
    network(config).to(torch.float16).save_pretrained(folder)
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=LONGEST, **special)
    fast.save_pretrained(folder)
    for file in folder.glob("*.json"):  # a text ends in a newline, or editors and git tell of it
        file.write_text(file.read_text(encoding="utf-8").rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    classifier(DATA / "model", texts())

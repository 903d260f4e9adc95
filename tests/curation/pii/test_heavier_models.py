"""Name models of other kinds behind the same interface, each tiny and made here; nothing is ever downloaded."""

import json
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import spacy

from curation.pii import scrub_text
from curation.pii.ner import heavier
from schemas.config import PIIConfig
from schemas.errors import ConfigError, MissingExtra

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TEXT = "Yesterday Quillon met us in Tarvost."


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """A spaCy pipeline that knows one person and one place."""
    language = spacy.blank("en")
    ruler = language.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "Quillon"}, {"label": "GPE", "pattern": "Tarvost"}])  # type: ignore[attr-defined]
    language.to_disk(tmp_path / "pipeline")
    return tmp_path / "pipeline"


def test_a_spacy_pipeline_finds_its_names(pipeline: Path, forbidden: None) -> None:
    found = scrub_text(TEXT, PIIConfig(model=f"spacy:{pipeline}"))
    assert found.text == "Yesterday [PERSON_1] met us in [LOCATION_1]."
    assert {span.source for span in found.spans} == {f"ner:spacy:{pipeline}"}


def test_a_transformers_classifier_finds_its_names(tmp_path: Path, forbidden: None) -> None:
    transformers = pytest.importorskip("transformers", reason="the extra 'names' is not installed")
    torch = pytest.importorskip("torch")
    folder = tmp_path / "classifier"
    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "yesterday", "quillon", "met", "us", "in", "tarvost", "."]
    labels = ["O", "PER", "LOC"]
    size = {"hidden_size": len(words), "intermediate_size": 4, "num_attention_heads": 1, "num_hidden_layers": 1}
    config = transformers.BertConfig(
        vocab_size=len(words),
        id2label=dict(enumerate(labels)),
        label2id={name: place for place, name in enumerate(labels)},
        **size,
    )
    model = transformers.BertForTokenClassification(config)
    with torch.no_grad():
        # Each word is a direction of its own, nothing is mixed, and the head reads off what the word is.
        for parameter in model.bert.encoder.parameters():
            parameter.zero_()
        for layer in model.bert.encoder.layer:
            layer.attention.output.LayerNorm.weight.fill_(1)
            layer.output.LayerNorm.weight.fill_(1)
        embeddings = model.bert.embeddings
        embeddings.word_embeddings.weight.copy_(10 * torch.eye(len(words)))
        embeddings.position_embeddings.weight.zero_()
        embeddings.token_type_embeddings.weight.zero_()
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([1.0, 0.0, 0.0]))
        model.classifier.weight[1, words.index("quillon")] = 5
        model.classifier.weight[2, words.index("tarvost")] = 5
    model.save_pretrained(folder)
    _tokenizer(words).save(str(folder / "tokenizer.json"))
    kind = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": 512,
        "unk_token": "[UNK]",
        "pad_token": "[PAD]",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(kind), encoding="utf-8")
    assert (
        scrub_text(TEXT, PIIConfig(model=f"transformers:{folder}")).text
        == "Yesterday [PERSON_1] met us in [LOCATION_1]."
    )


def _tokenizer(words: list[str]) -> "Tokenizer":
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.WordPiece({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def test_what_is_not_here_is_not_fetched(forbidden: None) -> None:
    for name in ("spacy:en_core_web_nonesuch", "spacy:/no/such/folder"):
        with pytest.raises(ConfigError, match="not on this machine"):
            heavier(name)
    with pytest.raises(ConfigError, match="there is no name model"):
        heavier("nonesuch:model")


@pytest.mark.parametrize(("name", "line"), [("transformers", r"\.\[names\]"), ("gliner", "pip install gliner")])
def test_without_its_library_the_line_that_installs_it_is_named(
    name: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises((MissingExtra, ConfigError), match=line):
        heavier(f"{name}:/no/such/{name}")

"""BERTScore against the authors' package, and the encoder against transformers."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from finetune.evaluation.bertscore import BertScorer, idf, match
from finetune.evaluation.encoder import Encoder
from schemas.errors import CurateError, UsageError
from tests.finetune.with_transformers import needs_transformers, run_with_transformers

WORDS = ["sleep", "is", "hard", "to", "find", "at", "night", "i", "cannot", "call", "a", "friend", "rest", "well"]
WIDTH, LAYERS, LONGEST = 16, 3, 24


def write_encoder(folder: Path, kind: str = "bert", words: Sequence[str] = WORDS) -> Path:
    """A random encoder of three layers that knows a few words, in the layout of Hugging Face's."""
    folder.mkdir(parents=True)
    specials = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate([*specials, *words])}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    offset = 0 if kind == "bert" else 1  # RoBERTa's positions begin after the padding's id
    config = {
        "model_type": kind,
        "vocab_size": len(specials) + len(words),
        "hidden_size": WIDTH,
        "intermediate_size": 2 * WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": 4,
        "max_position_embeddings": LONGEST + offset,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-5,
        "pad_token_id": 0,
        "hidden_dropout_prob": 0.0,
    }
    (folder / "config.json").write_text(json.dumps(config))
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(specials) + len(words), WIDTH),
        "embeddings.position_embeddings.weight": (LONGEST + offset, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for number in range(LAYERS):
        at = f"encoder.layer.{number}"
        for name, out, inner in [
            *((f"attention.self.{part}", WIDTH, WIDTH) for part in ("query", "key", "value")),
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", 2 * WIDTH, WIDTH),
            ("output.dense", WIDTH, 2 * WIDTH),
        ]:
            shapes |= {f"{at}.{name}.weight": (out, inner), f"{at}.{name}.bias": (out,)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{at}.{name}.weight": (WIDTH,), f"{at}.{name}.bias": (WIDTH,)}
    generator = torch.Generator().manual_seed(3)
    weights = {f"{kind.removeprefix('xlm-')}.{n}": torch.randn(s, generator=generator) for n, s in shapes.items()}
    save_file(weights, folder / "model.safetensors")
    return folder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoders") / "small")


def vectors(seed: int, count: int) -> torch.Tensor:
    return torch.randn((count, 4), generator=torch.Generator().manual_seed(seed))


def test_matching_by_hand() -> None:
    # Two tokens against three. The reply's first is the approved one's second (cosine 1); its second is at 60
    # degrees to the first (0.5) and at 30 to the second (0.866), and points away from the third.
    reply = torch.tensor([[2.0, 0.0], [3.0, 3.0 * 3**0.5]])
    approved = torch.tensor([[0.0, 1.0], [5.0, 0.0], [-1.0, 0.0]])
    found = match(reply, approved, torch.ones(2), torch.ones(3))
    assert found.precision == pytest.approx((1 + 0.75**0.5) / 2)
    assert found.recall == pytest.approx((0.75**0.5 + 1 - 0.5) / 3)
    assert found.f1 == pytest.approx(2 * found.precision * found.recall / (found.precision + found.recall))


@pytest.mark.parametrize(
    ("reply", "approved", "reply_weights", "approved_weights", "expected"),
    [
        (vectors(0, 5), vectors(1, 4), [0, 1, 1, 1, 0], [0, 1, 1, 0], [0.05918996, 0.46182567, 0.10493137]),
        (vectors(2, 3), vectors(3, 6), [0, 0.7, 0], [0, 0.3, 1.1, 0.4, 2.2, 0], [0.60841626, 0.53013659, 0.56658536]),
        (vectors(2, 3), vectors(2, 3), [0, 0.7, 0], [0, 0.7, 0], [1.0, 1.0, 1.0]),
    ],
)
def test_matching_equals_the_authors_package(  # the expected values are of its greedy_cos_idf, version 0.3.13
    reply: torch.Tensor,
    approved: torch.Tensor,
    reply_weights: list[float],
    approved_weights: list[float],
    expected: list[float],
) -> None:
    found = match(reply, approved, torch.tensor(reply_weights), torch.tensor(approved_weights))
    assert list(found) == pytest.approx(expected, abs=1e-6)


def test_idf_equals_the_authors_package() -> None:
    weights = idf([[1, 5, 5, 6, 2], [1, 6, 2], [1, 7, 2]])
    expected = {1: 0.0, 2: 0.0, 5: 0.6931471805599453, 6: 0.28768207245178085, 99: 1.3862943611198906}
    assert {token: weights[token] for token in expected} == pytest.approx(expected)


SCRIPT = """
import sys
from pathlib import Path
import torch
from safetensors.torch import save_file
from transformers import AutoModel
for folder in map(Path, sys.argv[1:]):
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.no_grad():
        states = model(torch.load(folder / "ids.pt"), output_hidden_states=True).hidden_states
    save_file({str(layer): one[0].contiguous() for layer, one in enumerate(states)}, folder / "states.safetensors")
"""


@pytest.mark.slow
def test_hidden_states_equal_those_of_transformers(tmp_path: Path) -> None:
    needs_transformers()
    folders = [write_encoder(tmp_path / kind, kind) for kind in ("bert", "roberta", "xlm-roberta")]
    text = "i cannot sleep at night is it hard to find rest"
    for folder in folders:
        torch.save(torch.tensor([Encoder(folder).tokens(text)[0]]), folder / "ids.pt")
    run_with_transformers(SCRIPT, folders)
    for folder in folders:
        theirs = load_file(folder / "states.safetensors")
        for layer in range(LAYERS + 1):
            ours = Encoder(folder).encode(text, layer).states
            assert (ours - theirs[str(layer)]).abs().max() < 1e-4, (folder.name, layer)


def test_the_same_words_score_one_and_others_less(encoder: Path) -> None:
    scorer = BertScorer(encoder, layer=2)
    assert list(scorer.score("call a friend", " call a friend\n")) == pytest.approx([1, 1, 1], abs=1e-5)
    near, far = scorer.score("call a friend", "find a friend"), scorer.score("call a friend", "sleep well at night")
    assert 1 > near.f1 > far.f1


def test_what_says_nothing_scores_nothing(encoder: Path) -> None:
    assert BertScorer(encoder, layer=2).score("  ", "call a friend") == (0, 0, 0)


def test_with_idf_a_rare_word_counts_more(encoder: Path) -> None:
    approved = ["call a friend", "call a friend at night", "call a friend is hard"]
    plain, weighed = BertScorer(encoder, layer=2), BertScorer(encoder, layer=2, approved=approved)
    reply, other = (Encoder(encoder).encode(text, 2).states for text in ("call a friend at", approved[1]))
    nearest = torch.nn.functional.cosine_similarity(reply[:, None], other[None], dim=-1).amax(dim=1)
    # Tokens 1 to 4 are words. What all approved replies say counts for nothing, which leaves "at".
    assert weighed.score("call a friend at", approved[1]).precision == pytest.approx(float(nearest[4]), abs=1e-5)
    assert plain.score("call a friend at", approved[1]).precision == pytest.approx(float(nearest[1:5].mean()), abs=1e-5)
    assert weighed.settings.idf
    assert not plain.settings.idf


@given(st.lists(st.sampled_from(WORDS), max_size=40), st.lists(st.sampled_from(WORDS), max_size=40))
def test_precision_is_the_others_recall(encoder: Path, one: list[str], other: list[str]) -> None:
    scorer = BertScorer(encoder, layer=1)
    there, back = scorer.score(" ".join(one), " ".join(other)), scorer.score(" ".join(other), " ".join(one))
    assert (there.precision, there.recall) == pytest.approx((back.recall, back.precision), abs=1e-5)
    assert there.f1 <= 1 + 1e-5


def test_a_text_longer_than_the_encoder_reads_is_cut(encoder: Path) -> None:
    assert len(Encoder(encoder).tokens("sleep " * 100)[0]) == LONGEST


def test_old_names_of_weights_are_understood(encoder: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    for name in ("config.json", "tokenizer.json"):
        (old / name).write_bytes((encoder / name).read_bytes())
    weights = load_file(encoder / "model.safetensors")
    renamed = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): weight
        for name, weight in weights.items()
    }
    torch.save(renamed, old / "pytorch_model.bin")
    assert BertScorer(old, layer=3).score("sleep well", "rest") == BertScorer(encoder, layer=3).score(
        "sleep well", "rest"
    )


def test_what_is_no_encoder_says_what_to_give(encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(CurateError, match=r"config.json: no encoder here.*save_pretrained"):
        Encoder(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (other / name).write_bytes((encoder / name).read_bytes())
    (other / "config.json").write_text(
        json.dumps(json.loads((encoder / "config.json").read_text()) | {"model_type": "t5"})
    )
    with pytest.raises(CurateError, match="'model_type'.*of type bert, roberta or xlm-roberta"):
        Encoder(other)
    (other / "config.json").write_bytes((encoder / "config.json").read_bytes())
    (other / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(CurateError, match="weights cannot be read"):
        Encoder(other)


def test_a_layer_has_to_be_named_where_none_is_known(encoder: Path) -> None:
    with pytest.raises(UsageError, match=r"--bertscore-layer.*Choose from 1 to 3"):
        BertScorer(encoder)
    with pytest.raises(UsageError, match="no layer 4"):
        BertScorer(encoder, layer=4)

"""The .pte in ExecuTorch's runtime, and its tokenizer."""

import re
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deploy.runtime import PteModel, generate
from deploy.tokenizer import DeviceTokenizer, harmless
from finetune.bpe import TINY_TOKENIZER
from finetune.chat import Turn
from finetune.sampling import sampler
from finetune.tokenizer import SPECIAL_TOKENS, encode_chat, load_tokenizer
from schemas.errors import CurateError
from tests.deploy.conftest import Deployed

LLAMA_3 = Path(__file__).parents[3] / "shared" / "data" / "tokenizer" / "tokenizer.model"
TURNS = [
    Turn("system", "You listen."),
    Turn("user", " I have not slept.\n\nNot at all <|eot_id|>… "),
    Turn("assistant", "Since when? 🌙"),
    Turn("user", "Seit 14 Tagen"),
]


@pytest.fixture(params=[TINY_TOKENIZER, LLAMA_3], ids=["tiny", "llama 3"])
def tokenizer_file(request: pytest.FixtureRequest) -> Path:
    if not request.param.is_file():
        pytest.skip("Llama 3's tokenizer is not at ../shared/data/tokenizer")
    return Path(request.param)


@pytest.fixture
def model(deployed: Deployed) -> PteModel:
    return PteModel(deployed.path / "model.pte")


def test_the_phone_reads_a_conversation_as_training_did(tokenizer_file: Path) -> None:
    tokenizer = DeviceTokenizer(tokenizer_file)
    chat = tokenizer.chat_format(None)
    ids = [chat.begin_of_text] + [token for turn in TURNS for token in tokenizer.turn(turn.role, turn.content, chat)]
    assert ids == encode_chat(load_tokenizer(tokenizer_file), TURNS).ids


def test_executorch_s_tokenizers_give_the_same_ids(tokenizer_file: Path) -> None:
    from pytorch_tokenizers import CppTiktoken
    from pytorch_tokenizers.constants import LLAMA_SPECIAL_TOKENS

    assert tuple(LLAMA_SPECIAL_TOKENS) == SPECIAL_TOKENS
    on_the_phone = CppTiktoken(LLAMA_SPECIAL_TOKENS, 0, 1)
    on_the_phone.load(str(tokenizer_file))
    trained = load_tokenizer(tokenizer_file)
    text = "I don't know, it's 3 in the morning – müde… 🌙"
    assert on_the_phone.encode(text, 1, 0) == trained.encode(text, add_bos=True, add_eos=False)
    assert on_the_phone.encode("<|eot_id|>") == [trained.eot_id]  # the trap that the card warns of
    assert on_the_phone.vocab_size() == trained.vocab_size


@given(st.lists(st.sampled_from(["<|", "|>", "<|eot_id|>", "<", "|", "eot_id", " ", "a", "<|begin_of_text|>", "🌙"])))
def test_what_a_user_says_is_the_same_on_the_phone_and_never_a_special_token(parts: list[str]) -> None:
    from pytorch_tokenizers import CppTiktoken
    from pytorch_tokenizers.constants import LLAMA_SPECIAL_TOKENS

    tokenizer = DeviceTokenizer(TINY_TOKENIZER)
    chat = tokenizer.chat_format(None)
    # Runs of spaces before a word are cut differently by the C++ tokenizer, which the page for the app team tells.
    text = harmless(re.sub(" +", " ", "".join(parts)), chat)
    on_the_phone = CppTiktoken(LLAMA_SPECIAL_TOKENS, 0, 1)
    on_the_phone.load(str(TINY_TOKENIZER))
    ids = on_the_phone.encode(text)
    assert ids == tokenizer.encode(text)
    assert all(token < chat.ordinary_tokens for token in ids)


@given(text=st.text())
def test_pieces_add_up_to_the_text(text: str) -> None:
    tokenizer = DeviceTokenizer(TINY_TOKENIZER)
    assert "".join(tokenizer.pieces(tokenizer.encode(text), tokenizer.chat_format(None))) == text


def test_a_character_comes_whole_or_as_one_replacement() -> None:
    tokenizer = DeviceTokenizer(TINY_TOKENIZER)
    chat = tokenizer.chat_format(None)
    moon = tokenizer.encode("🌙")
    assert len(moon) == 4  # a token a byte
    assert list(tokenizer.pieces(moon, chat)) == ["🌙"]
    assert list(tokenizer.pieces(moon[:3], chat)) == ["\ufffd"]
    assert list(tokenizer.pieces([chat.end_of_turn, *tokenizer.encode("a")], chat)) == ["a"]


def test_the_cache_changes_nothing(model: PteModel) -> None:
    tokens = torch.randint(1024, (60,), generator=torch.Generator().manual_seed(0)).tolist()
    at_once = model.logits(tokens)
    again = model.logits(tokens)
    other_branch = model.logits([*tokens[:20], 5, 6, 7])
    back = model.logits(tokens)
    one_by_one = [model.logits([*tokens[:i], tokens[i]]) for i in range(60)][-1]
    assert at_once.shape == (model.vocab_size,) == (1280,)
    assert torch.equal(at_once, again)
    assert torch.equal(at_once, back)
    assert torch.allclose(at_once, one_by_one, atol=1e-4)
    assert not torch.allclose(at_once, other_branch, atol=1e-2)


def test_the_context_is_filled_to_the_last_token(model: PteModel) -> None:
    assert model.context == 160
    model.logits([1] * 160)
    with pytest.raises(CurateError, match="161 tokens do not fit into a context of 160"):
        model.logits([1] * 161)


def test_greedy_and_seeded_sampling_repeat(model: PteModel) -> None:
    def run(temperature: float, top_p: float, seed: int) -> list[int]:
        choose = sampler(temperature, top_p, seed)
        return list(generate(model, [1024, 50, 60], max_new_tokens=12, stop=(), choose=choose))

    assert run(0, 0.9, 1) == run(0, 0.9, 2)
    assert run(1.5, 1.0, 1) == run(1.5, 1.0, 1)
    assert run(1.5, 1.0, 1) != run(1.5, 1.0, 2)
    assert run(1.5, 0.0, 1) == run(0, 0.9, 1)  # a nucleus of one token


def test_the_nucleus_holds_the_likeliest_tokens_only() -> None:
    logits = torch.tensor([0.1, 0.2, 0.4, 0.3]).log()
    choose = sampler(1.0, 0.6, seed=0)
    assert {choose(logits) for _ in range(200)} == {2, 3}


def test_stop_tokens_end_and_are_not_said(model: PteModel) -> None:
    first = next(generate(model, [1024], max_new_tokens=1, stop=(), choose=sampler(0, 1, None)))
    assert list(generate(model, [1024], max_new_tokens=9, stop=(first,), choose=sampler(0, 1, None))) == []


def test_a_file_that_is_no_model_is_one_clear_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.pte").write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(CurateError, match=r"model.pte: ExecuTorch cannot load the model"):
        PteModel(tmp_path / "model.pte")
    assert capfd.readouterr() == ("", "")

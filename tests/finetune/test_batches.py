"""Packed or filled up, with the small tokenizer or Llama 3's: the same loss, and of the assistant's words alone."""

import random
from pathlib import Path

import pytest
import torch

from finetune.architecture import Architecture
from finetune.batches import IGNORED, attend_within_documents, batches, pack, pad, trained_tokens
from finetune.bpe import TINY_TOKENIZER
from finetune.chat import Chat, Turn
from finetune.config import resolve_config
from finetune.data import Conversation, Sample, tokenise
from finetune.models import build, random_weights
from finetune.network import Network
from finetune.tiny import TINY_ARCHITECTURE
from finetune.tokenizer import llama_chat

LLAMA_3 = Path(__file__).parents[3] / "shared" / "data" / "tokenizer" / "tokenizer.model"
TALKS = [
    [("system", "You listen."), ("user", "I am tired."), ("assistant", "Since when? Tell me more about it.")],
    [("user", "My sister left."), ("assistant", "You miss her."), ("user", "Yes."), ("assistant", "What do you miss?")],
    [("user", "Hello"), ("assistant", "Hello. What brings you here today?")],
    [("user", "I failed the exam, again, and nobody knows."), ("assistant", "That is a lot to carry alone.")],
    [("user", "Nothing helps, <|eot_id|> nothing."), ("assistant", "Nothing so far.")],
]


@pytest.fixture(scope="module", params=["tiny", "llama 3"])
def chat_and_network(request: pytest.FixtureRequest) -> tuple[Chat, Network]:
    architecture: Architecture = TINY_ARCHITECTURE
    tokenizer = TINY_TOKENIZER
    if request.param == "llama 3":
        if not LLAMA_3.is_file():
            pytest.skip("Llama 3's tokenizer is not at ../shared/data/tokenizer: its licence keeps it out of this code")
        architecture = TINY_ARCHITECTURE.model_copy(update={"vocab_size": 128_256, "hidden_size": 32})
        tokenizer = LLAMA_3
    # Ten times the usual spread: weights of a model that has learned are larger, and wrong masks show.
    weights = {name: 10 * weight for name, weight in random_weights(architecture, seed=1).items()}
    return llama_chat(tokenizer, architecture.vocab_size), Network(build(architecture, weights))


@pytest.fixture
def samples(chat_and_network: tuple[Chat, Network]) -> list[Sample]:
    records = [
        {"item_id": str(i), "content_hash": "f", "messages": [{"role": r, "content": c} for r, c in talk]}
        for i, talk in enumerate(TALKS)
    ]
    return tokenise([Conversation.model_validate(record) for record in records], chat_and_network[0], 2048)


def gradient_of(parameter: torch.nn.Parameter) -> torch.Tensor:
    assert parameter.grad is not None
    return parameter.grad


def test_packed_filled_up_and_one_by_one_give_the_same_loss_and_gradient(
    chat_and_network: tuple[Chat, Network], samples: list[Sample]
) -> None:
    network = chat_and_network[1].requires_grad_(True)
    layouts = [[pack(samples)], [pad(samples, pad_id=7)], [pack([sample]) for sample in samples]]
    losses, gradients = [], []
    for layout in layouts:
        network.zero_grad()
        loss = sum(network(batch) for batch in layout) / trained_tokens(samples)
        loss.backward()
        losses.append(loss.item())
        gradients.append(torch.cat([gradient_of(parameter).flatten() for parameter in network.parameters()]))
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    assert losses[0] == pytest.approx(losses[2], abs=1e-5)
    for gradient in gradients[1:]:
        assert (gradient - gradients[0]).abs().max() < 1e-4 * gradients[0].abs().max()


def test_the_loss_is_that_of_plain_cross_entropy(chat_and_network: tuple[Chat, Network], samples: list[Sample]) -> None:
    network = chat_and_network[1]
    expected = 0.0
    for sample in samples:
        logits = network.decoder(torch.tensor([sample.ids]))[0].log_softmax(-1)
        expected -= sum(
            logits[i - 1, token].item()
            for i, (token, used) in enumerate(zip(sample.ids, sample.in_loss, strict=True))
            if used
        )
    assert network(pack(samples)).item() == pytest.approx(expected, rel=1e-5)


def test_no_conversation_reads_its_neighbour(chat_and_network: tuple[Chat, Network], samples: list[Sample]) -> None:
    chat, network = chat_and_network
    other = samples[0]._replace(ids=[chat.pad_id] * len(samples[0].ids), in_loss=[False] * len(samples[0].ids))
    rest = samples[1:]
    alone, beside = network(pack(rest)).item(), network(pack([other, *rest])).item()
    assert alone == pytest.approx(beside, rel=1e-6)


def test_only_the_assistant_s_words_are_labels(chat_and_network: tuple[Chat, Network], samples: list[Sample]) -> None:
    chat = chat_and_network[0]
    for batch in (pack(samples), pad(samples, chat.pad_id)):
        learned = [chat.decode(row[row != IGNORED].tolist()) for row in batch.labels]
        spoken = ["".join(words for role, words in talk if role == "assistant") for talk in TALKS]
        assert "".join(learned) == "".join(spoken)


def test_every_label_is_the_next_token_of_its_own_conversation(samples: list[Sample]) -> None:
    batch = pack(samples)
    tokens, labels, positions = (tensor[0].tolist() for tensor in batch[:3])
    place = 0
    assert batch.documents is not None
    for sample, length in zip(samples, batch.documents, strict=True):
        assert length == len(sample.ids) - 1
        assert tokens[place : place + length] == sample.ids[:-1]
        assert positions[place : place + length] == list(range(length))
        expected = [i if used else IGNORED for i, used in zip(sample.ids[1:], sample.in_loss[1:], strict=True)]
        assert labels[place : place + length] == expected
        place += length
    assert place == len(tokens)


def test_passes_keep_within_their_tokens_and_lose_nobody(samples: list[Sample]) -> None:
    many = random.Random(0).choices(samples, k=60)
    config = resolve_config("full", {"batch_size": 2, "max_sequence_length": 60})
    packed = batches(many, config, pad_id=0)
    assert all(batch.tokens.numel() <= 120 for batch in packed)
    assert sum(len(batch.documents or ()) for batch in packed) == 60
    filled = batches(many, config.model_copy(update={"packing": False}), pad_id=0)
    assert len(filled) == 30 > len(packed)
    assert sum(b.labels.ne(IGNORED).sum() for b in packed) == sum(b.labels.ne(IGNORED).sum() for b in filled)


def test_a_prompt_ends_where_the_assistant_begins(chat_and_network: tuple[Chat, Network]) -> None:
    chat = chat_and_network[0]
    asked = chat.prompt([Turn("user", "Hello")])
    whole = chat.encode([Turn("user", "Hello"), Turn("assistant", "Hi")])
    assert whole.ids[: len(asked)] == asked
    assert not any(whole.in_loss[: len(asked)])
    assert all(whole.in_loss[len(asked) :])


def test_attention_without_documents_is_torchtune_s(samples: list[Sample]) -> None:
    decoder = build(TINY_ARCHITECTURE, random_weights(TINY_ARCHITECTURE, seed=1))
    tokens = torch.tensor([[1, 2, 3, 4]])
    before = decoder(tokens)
    attend_within_documents(decoder)
    assert torch.equal(decoder(tokens), before)

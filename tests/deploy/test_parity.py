"""The gate: what is on the phone is what was trained, or there is no bundle."""

import shutil
from pathlib import Path

import pytest
import torch

from curation.workspace import Workspace
from deploy import Chat, bundle, deploy
from deploy.agreement import EAGER_LIMIT, EagerParity, Limits, Parity, agreement
from deploy.export_pte import export_pte
from deploy.llama_export import WEIGHTS, compare_eager, convert
from deploy.manifest import ChatFormat, Quantisation
from deploy.parity import measure
from deploy.prompts import PROMPTS, prompts
from deploy.quiet import quiet
from deploy.reference import as_on_the_phone
from deploy.tokenizer import DeviceTokenizer
from deploy.trained import Trained
from finetune.bpe import TINY_TOKENIZER
from schemas.errors import Refused
from tests.deploy.conftest import Deployed

SOUND = EagerParity(positions=1, max_abs_logit_difference=0.0)


@pytest.fixture(scope="module")
def asked() -> list[list[int]]:
    """Prompts for the tiny model in a context of 160."""
    tokenizer = DeviceTokenizer(TINY_TOKENIZER)
    return prompts(tokenizer, tokenizer.chat_format("You listen."), 152)


def test_prompts_are_many_and_fit(asked: list[list[int]]) -> None:
    assert len(asked) == PROMPTS >= 200
    assert max(map(len, asked)) <= 152
    assert len({tuple(ids) for ids in asked}) == PROMPTS


def test_a_bundle_says_how_near_it_came(deployed: Deployed) -> None:
    parity = Parity.model_validate_json((deployed.path / "parity.json").read_bytes())
    assert parity.prompts >= 200
    assert parity.eager.max_abs_logit_difference <= EAGER_LIMIT
    assert parity.prefill.positions == parity.prompts
    assert parity.decode.positions == 7 * parity.prompts
    for part in (parity.prefill, parity.decode):
        assert part.mean_kl < 2e-5  # a tenth of what is allowed
        assert part.top1 >= 0.99
        assert part.max_abs_logit_difference > 0  # it was measured
    assert parity.unquantised.mean_kl > 100 * parity.decode.mean_kl  # quantisation costs something
    assert parity.refusals() == []


@pytest.mark.slow
def test_what_was_trained_under_rounding_is_met(trained: Workspace) -> None:
    """The adapter apart, against the very model that training computed. (A merged one: ``test_whole_way``.)"""
    made = deploy(trained, "rounded", max_context=160)
    assert made.manifest.lineage.method == "qat-lora"
    assert made.manifest.quantisation.adapter_apart
    assert made.manifest.quantisation.scales == "min-max"
    assert made.parity.eager.max_abs_logit_difference <= EAGER_LIMIT
    assert made.parity.decode.mean_kl < 1e-4
    assert "".join(Chat(made.path).reply("I feel alone.", temperature=0, max_new_tokens=4))


def test_a_stale_model_is_caught(deployed: Deployed, asked: list[list[int]]) -> None:
    """The .pte of one run against the checkpoint of another."""
    other = Trained(weights=deployed.workspace.runs / "adapted" / "checkpoint")
    parity = measure(deployed.path / "model.pte", other, Quantisation(), asked[:20], SOUND)
    assert len(parity.refusals()) >= 3
    assert "in prefill, a divergence of" in parity.refusals()[0]


def test_scales_chosen_otherwise_are_caught(deployed: Deployed, asked: list[list[int]]) -> None:
    checkpoint = Trained(weights=deployed.workspace.runs / "first" / "checkpoint")
    parity = measure(deployed.path / "model.pte", checkpoint, Quantisation(scales="min-max"), asked[:20], SOUND)
    assert parity.refusals()


def test_what_the_gate_refuses_leaves_no_bundle(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stale conversion on the whole way: the export gives the .pte of another model than the run's."""

    trained = deployed.workspace

    def stale(model: Trained, output: Path, **options: object) -> EagerParity:
        shutil.copyfile(trained.bundles / "phone" / "model.pte", output)
        return SOUND

    monkeypatch.setattr(bundle, "export_pte", stale)
    with pytest.raises(Refused, match="runs/adapted: the model on the phone is not the one that was trained") as caught:
        deploy(trained, "adapted", name="stale", max_context=160)
    assert caught.value.exit_code == 3
    assert not (trained.bundles / "stale").exists()


def test_a_conversion_is_compared_before_it_is_quantised(
    trained: Workspace, tmp_path: Path, asked: list[list[int]]
) -> None:
    checkpoint = Trained(weights=trained.runs / "first" / "checkpoint")
    with quiet():
        shape = convert(checkpoint, tmp_path)
        right = compare_eager(checkpoint, tmp_path, asked[:4])
    assert right.max_abs_logit_difference <= EAGER_LIMIT

    weights = torch.load(tmp_path / WEIGHTS)
    name = "layers.0.attention.wq.weight"
    # Rotary pairs as Hugging Face orders them: halves of a head, where Meta has neighbours.
    halves = weights[name].view(shape.num_attention_heads, shape.head_dim // 2, 2, shape.hidden_size)
    weights[name] = halves.transpose(1, 2).reshape(shape.hidden_size, shape.hidden_size)
    torch.save(weights, tmp_path / WEIGHTS)
    with quiet():
        permuted = compare_eager(checkpoint, tmp_path, asked[:4])
    assert permuted.max_abs_logit_difference > 100 * EAGER_LIMIT


def test_a_wrong_conversion_ends_before_the_long_part(
    trained: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[list[int]]
) -> None:
    """The process of the export finds the difference and leaves; the gate says so."""
    found = EagerParity(positions=4, max_abs_logit_difference=0.5)

    def compared(folder: Path, *_: object) -> tuple[int, str]:
        (folder / "eager.json").write_text(found.model_dump_json())
        return 0, ""

    monkeypatch.setattr("deploy.export_pte._run_in", compared)
    with pytest.raises(Refused, match="a logit differs by 0.5, 0.0001 is allowed"):
        export_pte(
            Trained(weights=trained.runs / "first" / "checkpoint"),
            tmp_path / "model.pte",
            context=160,
            quantisation=Quantisation(),
            prompts=asked[:1],
        )
    assert list(tmp_path.iterdir()) == []


def test_limits_name_what_does_not_hold() -> None:
    same = [torch.randn(4, 50, generator=torch.Generator().manual_seed(0))]
    assert Limits().broken(agreement(same, same)) == []
    other = [torch.randn(4, 50, generator=torch.Generator().manual_seed(1))]
    assert len(Limits().broken(agreement(same, other))) == 3
    nothing = [torch.full((4, 50), float("nan"))]
    assert "divergence of nan" in Limits().broken(agreement(same, nothing))[0]


def test_the_chat_says_what_the_eager_model_says(deployed: Deployed, asked: list[list[int]]) -> None:
    """Greedy tokens of the bundle's chat on fixed prompts, against torchtune with the phone's rounding."""
    model = as_on_the_phone(Trained(weights=deployed.workspace.runs / "first" / "checkpoint"), Quantisation())
    tokenizer = DeviceTokenizer(deployed.path / "tokenizer.model")
    chat: ChatFormat = deployed.manifest.chat
    for message in ("I cannot sleep.", "My brother and I argue every time.", "Was kann ich tun?", "Who could listen?"):
        prompt = [chat.begin_of_text, *tokenizer.turn("system", "You listen.", chat)]
        prompt += [*tokenizer.turn("user", message, chat), *tokenizer.header("assistant", chat)]
        said: list[int] = []
        while len(said) < 20:
            with torch.no_grad():
                token = int(model(torch.tensor([prompt + said]))[0, -1].argmax())
            if token in chat.stop:
                break
            said.append(token)
        expected = "".join(tokenizer.pieces(said, chat))
        assert "".join(Chat(deployed.path).reply(message, temperature=0, max_new_tokens=20)) == expected

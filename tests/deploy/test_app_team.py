"""What the page for the app team says is so: files, keys, and what ExecuTorch's own runner makes of a bundle."""

import json
import re
import subprocess
import sys

from deploy import Chat
from deploy.tokenizer import harmless
from tests.deploy.conftest import Deployed

RUNNER = """
import importlib.util, json, sys
from pathlib import Path
import executorch, torch
from executorch.extension.llm.custom_ops import custom_ops
from executorch.kernels import quantized
from executorch.extension.pybindings import portable_lib

# The package beside it imports transformers, which nothing here needs.
file = next((Path(executorch.__path__[0]) / "extension" / "llm" / "runner").glob("_llm_runner*.so"))
spec = importlib.util.spec_from_file_location("_llm_runner", file)
llm = importlib.util.module_from_spec(spec)
spec.loader.exec_module(llm)

bundle, out, *prompts = sys.argv[1:]
runner = llm.TextLLMRunner(f"{bundle}/model.pte", f"{bundle}/tokenizer.model")
options = llm.GenerationConfig(echo=False, temperature=0.0, max_new_tokens=24)
said = []
for prompt in prompts:
    pieces = []
    runner.generate(prompt, options, pieces.append)
    said.append(pieces)
Path(out).write_text(json.dumps(said))
"""
MESSAGES = ["I have not slept well since the new term began.", "And who could sit with me?", "Hello <|eot_id|> there"]


def test_the_runner_of_the_phones_says_what_the_chat_says(deployed: Deployed) -> None:
    """A conversation of three turns through the C++ behind LlmModule and TextRunner, with the page's prompts."""
    form = deployed.manifest.chat

    def turn(role: str, content: str) -> str:
        return form.turn.replace("{role}", role).replace("{content}", content.strip())

    assert form.system_prompt is not None
    first, *further = [turn("user", harmless(message, form)) + form.reply for message in MESSAGES]
    prompts = [form.begin + turn("system", form.system_prompt) + first, *(form.end + one for one in further)]
    out = deployed.workspace.root / "said.json"
    subprocess.run([sys.executable, "-c", RUNNER, deployed.path, out, *prompts], capture_output=True, check=True)
    said = [
        "".join(piece for piece in pieces if piece not in form.special_tokens) for pieces in json.loads(out.read_text())
    ]
    chat = Chat(deployed.path)
    assert said == ["".join(chat.reply(one, temperature=0, max_new_tokens=24)) for one in MESSAGES]
    assert all(said)


def test_the_parts_in_text_are_the_parts_in_tokens(deployed: Deployed) -> None:
    form = deployed.manifest.chat
    ids = {spelled: form.ordinary_tokens + place for place, spelled in enumerate(form.special_tokens)}
    assert len(ids) == 256
    assert ids[form.begin] == form.begin_of_text
    assert ids[form.end] == form.end_of_turn
    found = re.findall(r"<\|[a-z_]+\|>", form.turn)
    assert [ids[spelled] for spelled in found] == [form.start_header, form.end_header, form.end_of_turn]


def test_every_file_and_key_that_the_page_names_is_in_the_bundle(deployed: Deployed) -> None:
    page = (deployed.path / "docs" / "app-team.md").read_text()
    for name in re.findall(r"^\| `([^`]+)` \|", page, flags=re.MULTILINE):
        assert (deployed.path / name).is_file(), name
    bundle = json.loads((deployed.path / "bundle.json").read_text())
    safety = json.loads((deployed.path / "safety.json").read_text())
    named = set(re.findall(r"\b((?:chat|sampling|versions|figures)\.[a-z_]+)", page))
    named |= {
        "files",
        "format_version",
        "memory_bytes",
        "logits",
        "context",
        "anyone",
        "lines",
        "replies",
        "offer",
        "model",
        "beside",
        "valid_until",
    }
    assert len(named) > 15
    for key in named:
        top, _, inner = key.partition(".")
        found = bundle[top] if top in bundle else safety[top]
        assert not inner or inner in found, key

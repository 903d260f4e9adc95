"""The same weights give the same numbers in Hugging Face's transformers, in both directions.

transformers lies in a folder beside the environment, not in it: presidio imports it wherever it is found, which costs
every command seconds. `make test` puts it there.
"""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from finetune.architecture import Architecture
from finetune.models import build, open_model, random_weights, read_weights, save_model
from finetune.tiny import TINY_ARCHITECTURE
from tests.finetune.conftest import write_tiny_qwen
from tests.finetune.with_transformers import needs_transformers, run_with_transformers

LENGTH = 200

# Reads a model by transformers alone, computes its logits, and writes the model again as transformers writes it.
SCRIPT = """
import sys
from pathlib import Path
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM
from tests.finetune.with_transformers import needs_transformers, run_with_transformers
for folder in map(Path, sys.argv[1:]):
    model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float32, attn_implementation="eager")
    tokens = torch.load(folder / "tokens.pt")
    with torch.no_grad():
        save_file({"logits": model(tokens).logits}, folder / "logits.safetensors")
    model.save_pretrained(folder / "again")
"""


def tied(architecture: Architecture, is_tied: bool) -> Architecture:
    return architecture.model_copy(update={"tie_word_embeddings": is_tied})


@pytest.mark.slow
def test_logits_equal_those_of_transformers(tmp_path: Path) -> None:
    needs_transformers()
    folders = {name: tmp_path / name for name in ("llama", "llama-untied", "qwen")}
    for name, folder in folders.items():
        folder.mkdir()
        architecture = tied(TINY_ARCHITECTURE, name != "llama-untied")
        if name == "qwen":
            architecture = write_tiny_qwen(folder)
        # Larger than at the start of training, so that attention and positions tell.
        weights = random_weights(architecture, seed=2)
        weights = {key: 4 * weight if weight.dim() == 2 else weight for key, weight in weights.items()}
        tokenizer = [folder / "vocab.json", folder / "merges.txt"] if name == "qwen" else [tmp_path / "tokenizer"]
        (tmp_path / "tokenizer").write_bytes(b"")
        target = folder / "ours"
        save_model(target, architecture, weights, tokenizer)
        generator = torch.Generator().manual_seed(0)
        torch.save(torch.randint(architecture.vocab_size, (2, LENGTH), generator=generator), target / "tokens.pt")
    ours = [folder / "ours" for folder in folders.values()]
    run_with_transformers(SCRIPT, ours)
    for folder in ours:
        theirs = load_file(folder / "logits.safetensors")["logits"]
        assert theirs.std() > 0.5, "logits that say something"
        for path in (folder, folder / "again"):  # from our files, and from those that transformers wrote
            for file in folder.iterdir():
                if file.name.startswith(("tokenizer", "vocab", "merges")) and path != folder:
                    (path / file.name).write_bytes(file.read_bytes())
            model = open_model(path)
            with torch.no_grad():
                logits = build(model.architecture, read_weights(model))(torch.load(folder / "tokens.pt"))
            assert (logits - theirs).abs().max() < 1e-4, path
        config = json.loads((folder / "config.json").read_text())
        assert config["architectures"] == json.loads((folder / "again" / "config.json").read_text())["architectures"]

"""What is loaded to scrub a text, and what is not."""

import subprocess
import sys

SCRUBBED = """
import sys
from curation.pii import scrub_text
from schemas.config import PIIConfig
print(scrub_text("Mail me: ana@example.com", PIIConfig(model="none")).text)
print(sorted({"torch", "transformers"} & sys.modules.keys()))
import torch
print(torch.tensor([1]).sum().item())
"""


def test_scrubbing_loads_no_torch_and_leaves_it_to_who_wants_it() -> None:
    done = subprocess.run([sys.executable, "-c", SCRUBBED], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["Mail me: [EMAIL_1]", "[]", "1"]


SPACY_LATER = """
from curation.pii import scrub_text
from schemas.config import PIIConfig
from schemas.errors import ConfigError
scrub_text("Hello", PIIConfig(model="none"))
import spacy

def load(model):
    from thinc.api import PyTorchWrapper
    PyTorchWrapper(None)

spacy.load = load
try:
    scrub_text("Hello", PIIConfig(model="spacy:of_transformers"))
except ConfigError as error:
    print(error)
"""


def test_a_pipeline_that_comes_too_late_for_torch_says_so() -> None:
    done = subprocess.run([sys.executable, "-c", SPACY_LATER], capture_output=True, text=True, check=True)
    assert "loaded spaCy without it" in done.stdout

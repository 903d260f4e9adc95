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

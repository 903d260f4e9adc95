"""``make ner-model`` from end to end on a small share of the text, twice."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DATA = ROOT / "../shared/data"


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "pii").is_dir(), reason="the labelled text is not in ../shared/data")
@pytest.mark.skipif(not (ROOT / ".venv-ner/made").is_file(), reason="`make ner-model` was never run here: no .venv-ner")
def test_two_short_runs_give_the_same_bytes_and_leave_the_lists_as_they_are(tmp_path: Path) -> None:
    lists = [ROOT / "curation/pii" / name for name in ("ner/gazetteer.txt", "common_words.txt", "surrogates/names.txt")]
    shipped = [file.read_bytes() for file in lists]
    for name in ("first", "second"):
        command = ["make", "ner-model", "SHARE=0.002", f"OUT={tmp_path / name}"]
        made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr[-2000:]
    assert [file.read_bytes() for file in lists] == shipped
    for name in ("model.onnx", "tokenizer.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    assert (tmp_path / "first/tokenizer.json").read_bytes() == (ROOT / "curation/pii/ner/tokenizer.json").read_bytes()

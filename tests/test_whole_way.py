"""The whole way once, through the command line: raw files, build, decisions, export, LoRA, .pte, a reply."""

import csv
import json
from pathlib import Path

import pytest

from tests.conftest import confirm_helplines, curate


def run(*arguments: str | Path) -> str:
    done = curate(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_from_raw_file_to_reply(tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    run("init", home, "--example")
    build = json.loads(run("-C", home, "build-dataset", "--json"))
    assert build["manifest"]["items"] == 47

    sheet = home / "queue.csv"
    run("-C", home, "review", "sheet", sheet)
    rows = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline="")))
    assert rows[0]["risk_level"] != "none"  # the risky ones first
    for row in rows:
        row["verdict"] = "accept"
    rows[-1]["verdict"] = "reject"
    with sheet.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert json.loads(run("-C", home, "review", "decide", sheet, "--reviewer", "clin-1", "--json"))["written"] == 47
    assert "47 decisions is whole" in run("-C", home, "review", "verify")

    exported = json.loads(run("-C", home, "export", "--json"))
    assert sum(exported["examples"].values()) == 46

    trained = json.loads(
        run("-C", home, "finetune", "--model", "tiny", "--run", "first", "--set", "max_steps=60",
            "--set", "learning_rate=1e-2", "--json")
    )["manifest"]  # fmt: skip
    assert trained["last_loss"] < trained["first_loss"] - 0.1
    assert trained["export"]["fingerprint"] == exported["fingerprint"]
    losses = [json.loads(line)["loss"] for line in (home / "runs" / "first" / "metrics.jsonl").read_text().splitlines()]
    assert len(losses) == 60
    assert sum(losses[-10:]) < sum(losses[:10])

    unchecked = curate("-C", home, "deploy", "first")
    assert (unchecked.returncode, "no helplines were confirmed" in unchecked.stderr) == (3, True)
    run("-C", home, "helplines", "GB")
    confirm_helplines(home / "helplines.yaml")
    made = json.loads(run("-C", home, "deploy", "first", "--max-context", "256", "--json"))
    bundle = made["manifest"]
    assert made["parity"]["prompts"] >= 200
    assert bundle["lineage"]["build_id"] == build["manifest"]["build_id"]
    assert (home / "bundles" / "first" / "model.pte").stat().st_size > 100_000

    options = ("--temperature", "0", "--max-new-tokens", "8", "--json")
    reply = json.loads(run("-C", home, "chat", "first", "-m", "I cannot sleep.", *options))
    assert reply["reply"].strip()
    assert reply["help"] is None
    in_danger = json.loads(run("-C", home, "chat", "first", "-m", "i want to kill myself tonight", *options))
    assert "116 123" in in_danger["help"]["lines"][0]["numbers"]

"""The job of a build in Data-Juicer: its mappers, a filter of empty answers, MinHash, its redaction of personal data.

    python by_data_juicer.py RECORDS.jsonl OUT

RECORDS has rows of `id`, `text` and `answer`. Settings are the defaults of its `config_all.yaml`; one process, since
starting others would cost CPU time. OUT gets `kept.jsonl`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

STEPS = [
    {"fix_unicode_mapper": {}},
    {"clean_html_mapper": {}},
    {"whitespace_normalization_mapper": {}},
    {"words_num_filter": {"text_key": "answer", "min_num": 1}},
    {"document_minhash_deduplicator": {}},
    {"clean_links_mapper": {}},
    {"pii_redaction_mapper": {}},
]


def main() -> None:
    records, out = map(Path, sys.argv[1:])
    recipe = {
        "project_name": "build",
        "dataset_path": str(records),
        "export_path": str(out / "kept.jsonl"),
        "np": 1,
        "auto_op_parallelism": False,
        "process": STEPS,
    }
    # JSON is YAML.
    (out / "recipe.yaml").write_text(json.dumps(recipe), encoding="utf-8")
    quiet = {
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_CACHE": str(out / "cache"),
        "DATA_JUICER_CACHE_HOME": str(out / "home"),
    }
    command: list[str | Path] = [Path(sys.executable).with_name("dj-process"), "--config", str(out / "recipe.yaml")]
    subprocess.run(command, check=True, cwd=out, env=os.environ | quiet)


if __name__ == "__main__":
    main()

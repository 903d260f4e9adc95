"""Exit codes and folders: 2 for what was asked wrongly, and -C as git has it."""

from pathlib import Path

import pytest

from curation import Workspace
from tests.conftest import curate


@pytest.mark.parametrize(
    "arguments",
    [
        ["schema", "nope"],
        ["build-dataset", "--engine", "spark"],
        ["build-dataset", "--nope"],
        ["nope"],
        ["review", "sheet", "queue.xlsx"],
        ["finetune", "--model", "tiny", "--method", "qlora"],
        ["finetune", "--model", "tiny", "--set", "epochs"],
    ],
)
def test_wrong_usage_is_exit_code_2(example: Workspace, arguments: list[str]) -> None:
    done = curate("-C", example.root, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_no_workspace_is_exit_code_1_and_one_line(tmp_path: Path) -> None:
    done = curate("-C", tmp_path, "build-dataset")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "Run `curate init DIR` to make a workspace" in line


def test_paths_are_relative_to_the_folder_after_c(tmp_path: Path) -> None:
    assert curate("-C", tmp_path, "init", "inner").returncode == 0
    assert (tmp_path / "inner" / "curate.yaml").is_file()
    assert curate("-C", tmp_path / "nowhere", "init", "inner").returncode == 2


def test_schemas_say_what_each_key_means() -> None:
    import json

    schema = json.loads(curate("schema", "curate-yaml").stdout)
    source = schema["$defs"]["SourceConfig"]["properties"]
    assert source["license"]["description"]
    assert source["encoding"]["description"]

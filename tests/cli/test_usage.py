"""Exit codes and folders: 2 for what was asked wrongly, and -C as git has it."""

import subprocess
import sys
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
        ["scrub", "in.csv", "out.csv", "--mode", "hide"],
        ["scrub", "in.csv", "out.csv", "--model", "best"],
        ["dedup", "in.csv", "out.csv", "--threshold", "60", "--grey-threshold", "70"],
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


def test_a_region_that_is_not_known_names_its_option_and_what_it_takes() -> None:
    done = curate("scrub", "in.csv", "out.csv", "--region", "ZZ")
    assert (done.returncode, done.stderr) == (
        2,
        "curate: field '--region': has a value that is not known. An ISO 3166 code, such as DE; US, GB, CA, AU and IN "
        "if none is given.\n",
    )


INTERRUPTED = """
import sys
import cli.{command} as module
import cli.main
def interrupted(*_, **__):
    raise KeyboardInterrupt
{where} = interrupted
sys.argv = ["curate", *{arguments!r}]
cli.main.main()
"""


WHOLE = "give the command again; a file that was there is whole"


@pytest.mark.parametrize(
    ("command", "where", "arguments", "told"),
    [
        (
            "scrub",
            "import curation.pii; curation.pii.check_scrub",
            ["scrub", "a.csv", "b.csv"],
            WHOLE,
        ),
        (
            "triage",
            "import curation.triage; curation.triage.triage_file",
            ["triage", "a.csv", "b.csv"],
            WHOLE,
        ),
        ("build", "module.Workspace.find", ["build-dataset"], "the same command goes on where it was"),
        ("export", "module.Workspace.find", ["export"], "give the command again"),
        ("export", "cli.main.app", [], "give the command again"),
    ],
)
def test_what_is_said_after_an_interrupt_is_true_of_the_command(
    command: str, where: str, arguments: list[str], told: str
) -> None:
    program = INTERRUPTED.format(command=command, where=where, arguments=arguments)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert f"curate: stopped; {told}" in done.stderr

"""What commands print of a build and of how far it is; JSON for programs; and what is not installed, with its mend."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.output import pace, print_json
from schemas.errors import MissingExtra
from tests.conftest import MakeWorkspace, curate


def test_dates_and_paths_are_texts(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"day": date(2024, 1, 2), "places": [Path("a/b")]})
    assert json.loads(capsys.readouterr().out) == {"day": "2024-01-02", "places": ["a/b"]}


def test_the_presets_are_printed_for_programs() -> None:
    done = CliRunner().invoke(app, ["presets", "--json"])
    assert done.exit_code == 0
    assert {"name", "about", "entry"} == json.loads(done.stdout)[0].keys()


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no extra were installed."""
    for name in ("scipy", "statsmodels", "krippendorff", "label_studio_sdk", "rouge_score"):
        monkeypatch.setitem(sys.modules, name, None)
        for module in [one for one in sys.modules if one.startswith(f"{name}.")]:
            monkeypatch.delitem(sys.modules, module)


def test_the_raters_that_a_study_needs_are_counted_without_extras(base: None) -> None:
    done = CliRunner().invoke(app, ["study", "power", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["raters_for_difference"] == 27


def test_what_needs_an_extra_says_so(base: None, tmp_path: Path) -> None:
    from annotations.study.statistics import holm, signed_rank
    from finetune.evaluation.replies import _rouge_l
    from finetune.evaluation.results import mcnemar

    (tmp_path / "curate.yaml").write_text("name: test\nsources: []\n")
    for ask, extra in (
        (lambda: holm([0.1]), "review"),
        (lambda: signed_rank([1.0, 2.0]), "review"),
        (lambda: mcnemar(1, 2), "eval"),
        (lambda: _rouge_l("a", "b"), "eval"),
    ):
        with pytest.raises(MissingExtra, match=rf"pip install -e '\.\[{extra}\]'"):
            ask()
    served = CliRunner().invoke(app, ["-C", str(tmp_path), "review", "serve"])
    assert isinstance(served.exception, MissingExtra)
    assert not (tmp_path / ".curate" / "label-studio").exists()


def test_the_pace_is_that_since_the_start() -> None:
    assert pace(1000, 4000, 100.0) == "10/s 0:05:00"
    assert pace(5, 20, 10.0) == "0.5/s 0:00:30"
    assert pace(500, None, 0.5) == "1,000/s"
    assert pace(0, 4000, 60.0) == ""


def test_a_build_tells_the_field_and_where_the_rows_stand(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace([("How can I sleep?", "Get up at a fixed hour."), ("How can I rest?", " ")])
    said = curate("-C", workspace.root, "build-dataset").stdout
    assert "│ answer │ is blank │" in said
    result = json.loads(curate("-C", workspace.root, "build-dataset", "--json").stdout)
    assert f"its mend: {result['folder']}/quarantine.jsonl" in said
    assert Path(result["folder"]).is_absolute()
    assert Path(result["report"]).is_file()

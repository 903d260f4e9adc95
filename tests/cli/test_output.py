"""What is printed for programs is JSON whatever is in it, and a part that is not installed is named with its mend."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.output import print_json
from schemas.errors import MissingExtra


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

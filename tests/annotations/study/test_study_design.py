"""Who compares what: balanced, blind, and the same each time."""

from collections import Counter
from pathlib import Path

import pytest

from annotations.study import Prompt, Rater, Study, parse_raters, read_prompts, write_study
from annotations.study.design import comparisons, task_data
from annotations.study.files import read_study
from annotations.study.form import study_form
from curation.workspace import Workspace
from schemas.errors import ConfigError, CurateError

MODELS = ("runs/plain", "runs/tuned", "bundles/phone")


def study(prompts: int = 12, raters: int = 6, models: tuple[str, ...] = MODELS) -> Study:
    return Study(
        name="pilot",
        prompts=tuple(Prompt(id=f"p{i}", text=f"I feel low, for the {i}th time.") for i in range(prompts)),
        models=models,
        raters=tuple(Rater(alias=f"r-{i}", group="student" if i % 2 else "professional") for i in range(raters)),
    )


def replies(one: Study) -> dict[tuple[str, str], str]:
    return {(model, p.id): f"Reply {i} to {p.id}." for i, model in enumerate(one.models) for p in one.prompts}


def test_every_rater_sees_every_prompt_once() -> None:
    found = comparisons(study(), "secret")
    assert Counter((one.rater, one.prompt) for one in found) == {
        (f"r-{r}", f"p{p}"): 1 for r in range(6) for p in range(12)
    }
    assert all(one.left != one.right for one in found)


def test_pairs_and_sides_come_up_equally_often() -> None:
    found = comparisons(study(), "secret")
    sides = Counter((one.left, one.right) for one in found)
    assert len(sides) == 6
    assert set(sides.values()) == {12}
    for alias in ("r-0", "r-3"):
        own = [one for one in found if one.rater == alias]
        assert set(Counter(frozenset((one.left, one.right)) for one in own).values()) == {4}
        assert all(3 <= count <= 5 for count in Counter(one.left for one in own).values())


def test_the_same_study_is_laid_out_the_same_and_raters_see_prompts_in_their_own_order() -> None:
    assert comparisons(study(), "secret") == comparisons(study(), "secret")
    found = comparisons(study(), "secret")
    orders = {alias: [one.prompt for one in found if one.rater == alias] for alias in ("r-0", "r-1")}
    assert orders["r-0"] != orders["r-1"]


def test_a_rater_more_changes_nothing_for_the_others() -> None:
    few, more = comparisons(study(raters=5), "secret"), comparisons(study(raters=6), "secret")
    assert [one for one in more if one.rater != "r-5"] == few


def test_no_task_and_no_form_names_a_model() -> None:
    one = study()
    shown = [task_data(one, each, 1, replies(one)) for each in comparisons(one, "secret")]
    for text in [study_form(one), *(value for data in shown for value in data.values())]:
        assert not any(part in text for model in MODELS for part in (model, model.split("/")[1]))


def test_consent_comes_first_and_nothing_is_chosen_beforehand() -> None:
    form = study_form(study())
    assert form.index('name="consent"') < form.index('name="prompt"')
    assert "selected=" not in form
    assert "defaultValue" not in form


def test_label_studio_takes_the_form() -> None:
    from label_studio_sdk.label_interface.interface import LabelInterface

    LabelInterface(study_form(study())).validate()  # type: ignore[no-untyped-call]


def test_a_reply_that_names_its_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "curate.yaml").write_text("")
    one = study()
    told = replies(one) | {("runs/tuned", "p3"): "I am Tuned, a model."}
    with pytest.raises(ConfigError, match="p3 holds the name of a model"):
        write_study(Workspace(tmp_path), one, told)
    assert not (tmp_path / "studies" / "pilot").exists()


def test_an_empty_reply_is_refused(tmp_path: Path) -> None:
    (tmp_path / "curate.yaml").write_text("")
    one = study()
    with pytest.raises(ConfigError, match="no reply to prompt p3"):
        write_study(Workspace(tmp_path), one, replies(one) | {("runs/tuned", "p3"): "  "})


def test_the_key_lies_apart_from_the_study_and_is_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "curate.yaml").write_text("")
    workspace, one = Workspace(tmp_path), study()
    folder = write_study(workspace, one, replies(one))
    _, _, secret = read_study(workspace, "pilot")
    assert not any(secret in file.read_text() for file in folder.iterdir())
    assert (tmp_path / ".curate/studies/pilot/secret").stat().st_mode & 0o777 == 0o600


def test_an_unknown_study_is_answered_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "curate.yaml").write_text("")
    workspace, one = Workspace(tmp_path), study()
    write_study(workspace, one, replies(one))
    with pytest.raises(CurateError, match="The studies are pilot"):
        read_study(workspace, "pilott")


def test_prompts_are_read_from_lines_or_records(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("I cannot sleep.\n\nMy brother left.\n")
    (tmp_path / "b.jsonl").write_text('{"id": "x", "text": "I cannot sleep."}\n')
    assert [prompt.id for prompt in read_prompts(tmp_path / "a.txt")] == ["prompt-1", "prompt-3"]
    assert read_prompts(tmp_path / "b.jsonl") == (Prompt(id="x", text="I cannot sleep."),)
    (tmp_path / "c.jsonl").write_text('{"id": "x", "text": "canary"\n')
    with pytest.raises(CurateError, match=r"c\.jsonl, row 1: not a prompt") as raised:
        read_prompts(tmp_path / "c.jsonl")
    assert "canary" not in str(raised.value)


def test_raters_have_an_alias_and_perhaps_a_group() -> None:
    assert parse_raters(["s-01:student", "x"]) == (Rater(alias="s-01", group="student"), Rater(alias="x"))
    with pytest.raises(ConfigError, match="alias:group"):
        parse_raters(["Dr. Jane Doe"])

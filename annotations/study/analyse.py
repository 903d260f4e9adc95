"""From the answers to results: a file for programs and a page for people."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from annotations.study.answers import unblinded
from annotations.study.design import comparisons
from annotations.study.files import read_study, study_folder
from annotations.study.report import report
from annotations.study.server import read_given
from annotations.study.statistics import StudyResults, results
from curation.workspace import Workspace, write_whole
from schemas.errors import CurateError


class Analysed(BaseModel):
    """What an analysis found and where it lies."""

    model_config = ConfigDict(frozen=True)

    path: Path
    """The page."""
    results: StudyResults


def analyse_study(workspace: Workspace, name: str) -> Analysed:
    """Lifts the blind on the answers pulled so far and writes ``results.json`` and ``report.html``.

    Raises:
        CurateError: If there is no such study, or nobody has answered.
    """
    study, _, secret = read_study(workspace, name)
    asked = comparisons(study, secret)
    answers = read_given(workspace, name)
    if not answers.given:
        raise CurateError(
            "nobody has answered yet", file=name, mend=f"Run `curate study pull {name}` once raters have begun."
        )
    ratings, preferences = unblinded(study, asked, answers.given)
    found = results(study, ratings, preferences, asked=len(asked), withdrawn=answers.withdrawn)
    folder = study_folder(workspace, name)
    write_whole(folder / "results.json", found.model_dump_json(indent=2) + "\n")
    write_whole(folder / "report.html", report(study, found))
    return Analysed(path=folder / "report.html", results=found)

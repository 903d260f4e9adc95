"""The page has its style and script inside, tells what the build holds, and shows no text as anything but text."""

import base64
import hashlib
import re
from pathlib import Path

import pyarrow as pa

from curation import Build, build_dataset
from curation.report import report_html
from tests.conftest import MakeWorkspace


def page_of(build: Build) -> str:
    return report_html(build.manifest, build.items(), build.removed(), build.pairs(), build.quarantined())


def cells(html: str) -> list[list[str]]:
    """The rows of all tables as plain text."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, flags=re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_the_page_names_no_address_to_load_from(page: Path) -> None:
    html = page.read_text()
    assert not re.search(r"""(src|href)=["'](?!#)""", html)
    assert "url(" not in html
    assert "@import" not in html


def test_only_the_pages_own_script_may_run(page: Path) -> None:
    html = page.read_text()
    [script] = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html
    assert "default-src 'none'" in html


def test_the_same_build_has_the_same_page_however_its_rows_lie_in_memory(built: Build, page: Path) -> None:
    items = built.items()
    chunked = pa.concat_tables([items.slice(start, 5) for start in range(0, len(items), 5)])
    again = report_html(built.manifest, chunked, built.removed(), built.pairs(), built.quarantined())
    assert again == page.read_text()


def test_what_the_page_counts_is_what_the_manifest_counts(built: Build, page: Path) -> None:
    rows = cells(page.read_text())
    for counts in (built.manifest.pii, built.manifest.risk, built.manifest.cleaned, built.manifest.residual_risk):
        for name, number in counts.items():
            assert any(row[0] == name and row[-1] == f"{number:,}" for row in rows), name
    for source in built.manifest.sources:
        assert any(row[0] == source.source_id and row[-1] == str(source.items) for row in rows)


def test_every_quarantined_record_stands_there_with_its_mend(built: Build, page: Path) -> None:
    rows = cells(page.read_text().replace("&#39;", "'"))
    for one in built.quarantined():
        assert [one.file, str(one.row), one.field, one.message, one.mend] in rows


HOSTILE = """</script><img src=x onerror="hacked=1"> <!--since:review--><b>' {{ 7 * 7 }} &lt;i&gt;"""


def hostile_page(build: Build) -> str:
    """The page as it would be if every text of the build were hostile."""

    def of(table: pa.Table, *columns: str) -> pa.Table:
        for name in columns:
            place = table.schema.get_field_index(name)
            texts = [text and f"{HOSTILE} {text}" for text in table[name].to_pylist()]
            table = table.set_column(place, table.schema.field(place), pa.array(texts, pa.string()))
        return table

    manifest = build.manifest.model_copy(update={"name": HOSTILE, "cleaned": {HOSTILE: 1}})
    faults = [one.model_copy(update={"message": HOSTILE, "field": HOSTILE}) for one in build.quarantined()]
    texts = ("question", "answer", "topic")
    return report_html(manifest, of(build.items(), *texts), of(build.removed(), *texts), build.pairs(), faults)


def test_no_text_is_taken_for_html(built: Build) -> None:
    html = hostile_page(built)
    assert html.count("onerror") > 20
    assert "<img" not in html
    assert html.count("</script>") == 1
    assert html.count("<!--since:review-->") == 1
    assert "&lt;b&gt;&#39; {{ 7 * 7 }} &amp;lt;i&amp;gt;" in html


def test_examples_of_personal_data_show_its_kind_and_never_what_stands_in_its_place(
    make_workspace: MakeWorkspace,
) -> None:
    pairs = [("Hi, my name is Sarah and I cannot sleep.", "Call me on 202-555-0143 and we find a way to rest, Sarah.")]
    workspace = make_workspace(pairs, pii={"mode": "surrogate"})
    build_dataset(workspace)
    html = (workspace.builds / (workspace.builds / "latest").read_text().strip() / "report.html").read_text()
    assert "<mark>[PERSON]</mark> and I cannot sleep" in html
    assert "<mark>[PHONE]</mark>" in html
    assert "Sarah" not in html
    assert "0143" not in html

"""What results depend on is found by following imports, so that no stale result is used again."""

from curation.code import code_files


def test_a_step_depends_on_what_it_imports_and_on_the_data_beside_it() -> None:
    files = code_files("curation.cleaning.clean")
    assert {"curation.cleaning.rules", "curation.validate", "schemas.items", "curation.table"} <= set(files)
    assert "curation.cleaning/task_chatter.txt" in files


def test_a_step_does_not_depend_on_its_neighbours() -> None:
    assert not any(name.startswith(("curation.pii", "curation.report")) for name in code_files("curation.dedup.sign"))


def test_a_build_depends_on_all_that_it_writes_with() -> None:
    assert {"curation.report/page.html.j2", "curation.split", "curation.content"} <= set(code_files("curation.build"))

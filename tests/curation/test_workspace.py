"""Folders appear whole or not at all, and what stood there is never lost."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from curation.workspace import Workspace, whole_file, whole_folder, write_whole
from schemas.errors import ConfigError, CurateError


def test_a_workspace_is_found_from_inside_it(tmp_path: Path) -> None:
    (tmp_path / "curate.yaml").touch()
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert Workspace.find(tmp_path / "a" / "b").root == tmp_path


def test_no_workspace_is_one_line_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no curate\.yaml here or in a folder above\. Run `curate init DIR`"):
        Workspace.find(tmp_path)


def test_nothing_appears_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyError), whole_folder(tmp_path / "new") as folder:
        (folder / "file").touch()
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_the_old_folder_stands_when_its_replacement_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "export"
    old.mkdir()
    (old / "file").write_text("old")
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.suffix == ".partial":
            raise OSError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="no"), whole_folder(old, replace=True) as folder:
        (folder / "file").write_text("new")
    assert (old / "file").read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


def test_what_bars_the_writing_is_named_as_the_user_knows_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CurateError, match=rf"^{tmp_path}/file: File exists"):
        write_whole(tmp_path / "file" / "new.txt", "new")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CurateError, match=rf"^{tmp_path}/folder: Is a directory"):
        write_whole(tmp_path / "folder", "new")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.fixture
def barred() -> Iterator[Path]:
    """A folder into which nobody may write, seen by a process that this holds for: root is barred by nothing."""
    with TemporaryDirectory() as outer:  # and not below a folder that root alone may enter
        Path(outer).chmod(0o755)
        folder = Path(outer) / "barred"
        folder.mkdir(mode=0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            os.seteuid(user)


def test_a_folder_that_bars_the_writing_is_named_with_its_mend(barred: Path) -> None:
    told = rf"^{barred}: Permission denied\. Change its permissions"
    with pytest.raises(CurateError, match=told):
        write_whole(barred / "new.txt", "new")
    with pytest.raises(CurateError, match=told), whole_folder(barred / "new"):
        pass
    assert list(barred.iterdir()) == []


def test_another_files_error_is_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole_folder(tmp_path / "new"):
        (tmp_path / "elsewhere").read_text()


def test_what_a_killed_process_set_aside_is_put_back(tmp_path: Path) -> None:
    process = os.fork()
    if process == 0:
        os._exit(0)
    os.waitpid(process, 0)
    for what in ("partial", "old"):
        (tmp_path / f".export.{process}.0123abcd.{what}").mkdir()
        (tmp_path / f".export.{process}.0123abcd.{what}" / what).touch()
    with pytest.raises(CurateError, match="is there already"), whole_folder(tmp_path / "export"):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["export", "old"]


def test_what_a_killed_process_left_of_a_file_is_cleared_away(tmp_path: Path) -> None:
    process = os.fork()
    if process == 0:
        with whole_file(tmp_path / "out[1].jsonl") as partial:
            partial.write_text("originals")
            os._exit(0)
    os.waitpid(process, 0)
    (tmp_path / f".out[1].{os.getpid()}.0123abcd.jsonl").touch()  # of a process that runs
    (tmp_path / ".out[1].mine.jsonl").touch()
    assert len(list(tmp_path.iterdir())) == 3
    write_whole(tmp_path / "out[1].jsonl", "new")
    left = {".out[1].mine.jsonl", f".out[1].{os.getpid()}.0123abcd.jsonl", "out[1].jsonl"}
    assert {path.name for path in tmp_path.iterdir()} == left

"""The engine computes what it has not seen, once, and keeps it."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest

from curation.engine import LocalEngine
from curation.engine import engine as engine_module
from curation.engine import local as local_engine
from curation.long_tables import mapped
from curation.step import FAULT_COLUMN
from schemas.config import Section


class ShoutConfig(Section):
    mark: str = "!"


class Shout:
    """Upper-cases a text; faults on an empty one."""

    name: ClassVar[str] = "shout"
    reads: ClassVar[tuple[str, ...]] = ("text",)
    writes: ClassVar[pa.Schema] = pa.schema([("text", pa.string())])
    libraries: ClassVar[tuple[str, ...]] = ("pyarrow",)

    def __init__(self, config: ShoutConfig | None = None) -> None:
        self.config = config or ShoutConfig()

    def __call__(self, rows: pa.Table) -> pa.Table:
        texts = rows["text"].to_pylist()
        faults = [None if text else {"field": "text", "message": "is empty", "mend": "Fill it in."} for text in texts]
        shouted = [text.upper() + self.config.mark for text in texts]
        return pa.table([pa.array(shouted), pa.array(faults, FAULT_COLUMN.type)], names=["text", "fault"])


def rows(*texts: str) -> pa.Table:
    return pa.table({"id": list(range(len(texts))), "text": list(texts)})


def test_a_step_rewrites_its_columns_and_keeps_the_others_in_order(tmp_path: Path) -> None:
    result = LocalEngine(tmp_path).run(Shout(), rows("b", "a"))
    assert result.kept.to_pylist() == [{"id": 0, "text": "B!"}, {"id": 1, "text": "A!"}]


def test_a_row_with_a_fault_is_set_apart_as_it_came_in(tmp_path: Path) -> None:
    result = LocalEngine(tmp_path).run(Shout(), rows("a", "", "b"))
    assert result.kept["id"].to_pylist() == [0, 2]
    (faulty,) = result.faulty.to_pylist()
    assert (faulty["id"], faulty["text"], faulty["fault"]["message"]) == (1, "", "is empty")


def test_only_rows_whose_content_is_new_are_computed(tmp_path: Path) -> None:
    first = LocalEngine(tmp_path).run(Shout(), rows("a", "b"))
    second = LocalEngine(tmp_path).run(Shout(), rows("c", "b", "a", "c"))
    assert (first.work.computed, first.work.reused) == (2, 0)
    assert (second.work.computed, second.work.reused) == (1, 3)
    assert second.kept["text"].to_pylist() == ["C!", "B!", "A!", "C!"]


def test_another_configuration_computes_anew(tmp_path: Path) -> None:
    LocalEngine(tmp_path).run(Shout(), rows("a"))
    result = LocalEngine(tmp_path).run(Shout(ShoutConfig(mark="?")), rows("a"))
    assert result.work.computed == 1
    assert result.kept["text"].to_pylist() == ["A?"]


def test_no_rows_are_no_trouble(tmp_path: Path) -> None:
    result = LocalEngine(tmp_path).run(Shout(), rows("a").slice(1))
    assert len(result.kept) == len(result.faulty) == 0


def test_rows_are_taken_in_the_order_asked_for_and_lie_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SLICE_ROWS", 2)
    with LocalEngine(tmp_path) as engine:
        some = engine.spooled([rows("a", "b"), rows("c", "d", "e")])
        before = set(engine.passing.iterdir())
        assert engine.taken(some, np.array([4, 0, 3]))["text"].to_pylist() == ["e", "a", "d"]
        assert len(set(engine.passing.iterdir()) - before) == 1
        none = engine.taken(some, np.array([], np.int64))
        assert (len(none), none.schema) == (0, some.schema)


def test_a_text_that_left_its_source_leaves_the_cache(tmp_path: Path) -> None:
    with LocalEngine(tmp_path) as engine:
        engine.run(Shout(), rows("gone", "stays"))
    (folder,) = tmp_path.glob("shout/*")
    (folder / "0123.partial").write_bytes(b"GONE, half written when the process was killed")
    with LocalEngine(tmp_path) as engine:
        own = engine.passing / "spilt"
        own.mkdir()
        assert engine.run(Shout(), rows("stays", "new")).work.computed == 1
        engine.prune()
        assert own.is_dir()
    kept = [mapped(file) for file in folder.iterdir()]
    assert sorted(text for table in kept for text in table["text"].to_pylist()) == ["NEW!", "STAYS!"]


@pytest.mark.slow
def test_worker_processes_give_what_one_process_gives(tmp_path: Path) -> None:
    many = rows(
        *(f"text {number % 4_500}" for number in range(local_engine.CHUNK_ROWS * (local_engine.POOL_CHUNKS + 2)))
    )
    with LocalEngine(tmp_path / "one", workers=1) as one, LocalEngine(tmp_path / "two", workers=2) as two:
        assert one.run(Shout(), many).kept == two.run(Shout(), many).kept

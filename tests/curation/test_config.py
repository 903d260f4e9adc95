"""``curate.yaml``: what is read from it; tests/bad_files has what is said where it is wrong."""

from datetime import date
from pathlib import Path

import pytest

from curation.config import load_config
from curation.workspace import Workspace
from schemas.errors import ConfigError


def written(folder: Path, text: str) -> Workspace:
    (folder / "curate.yaml").write_text(text, encoding="utf-8")
    return Workspace(folder)


def test_a_preset_gives_what_is_not_said(tmp_path: Path) -> None:
    workspace = written(tmp_path, "name: test\nsources:\n  - {id: talks, preset: esconv, path: a.json}\n")
    [source] = load_config(workspace).sources
    assert (source.id, source.kind, source.license, source.cleaning) == (
        "talks",
        "dialogue",
        "CC-BY-NC-4.0",
        ["task_chatter"],
    )


def test_what_is_said_outweighs_the_preset_inside_of_map_as_well(tmp_path: Path) -> None:
    text = """
name: test
sources:
  - id: talks
    preset: esconv
    path: a.json
    license: MIT
    collected: 2021-05-01
    map:
      topic: emotion_type
      turns: {strategy: null, roles: {helper: supporter}}
"""
    [source] = load_config(written(tmp_path, text)).sources
    assert (source.license, source.collected, source.map.topic) == ("MIT", date(2021, 5, 1), "emotion_type")
    assert source.map.turns is not None
    assert (source.map.turns.path, source.map.turns.strategy) == ("dialog", None)
    assert source.map.turns.roles == {"seeker": "seeker", "supporter": "supporter", "helper": "supporter"}


def test_byte_order_mark_and_aliases_are_read(tmp_path: Path) -> None:
    text = """\ufeffname: test
sources:
  - &one {id: a, path: a.csv, kind: qa, map: {question: q, answer: a}, license: mit, origin: human}
  - {<<: *one, id: b}
"""
    assert [(source.id, source.license) for source in load_config(written(tmp_path, text)).sources] == [
        ("a", "MIT"),
        ("b", "MIT"),
    ]


def test_aliases_cannot_be_made_to_fill_the_memory(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(ConfigError, match="repeats itself too often"):
        load_config(written(tmp_path, "\n".join(lines)))


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"curate\.yaml: there is no such file\. Run `curate init DIR`"):
        load_config(Workspace(tmp_path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: test\n", "curate.yaml, line 1, field 'sources': is missing. Add `sources:`."),
        ("name: test\nsources:\n", "line 2, field 'sources': should be a list, and is empty."),
        (
            "name: test\nsources: [a]\n",
            "line 2, field 'sources.0': should be a mapping of keys to values, and is text.",
        ),
        (
            "name: 5\nsources: []\n",
            "line 1, field 'name': should be text, and is a number (and 1 more: sources). Put it in quotation marks.",
        ),
        (
            "name: a\nreview:\n  reviewers: {Dr. Weiss: reviewer}\nsources: []\n",
            "line 3, field 'review.reviewers.Dr. Weiss': is no reviewer's alias: letters,",
        ),
        ("1: a\n", "line 1: has a key that is not text."),
        ("[a]: b\n", "line 1: has a key that is not text."),
        ("name: a\npii: {regions: [UK]}\nsources: []\n", "there is no region 'UK' (did you mean GB?)"),
        ("name: a\nsources: []\n", "line 2, field 'sources': is empty. Add one to it."),
        (
            "name: a\ndedup: {threshold: 5}\nsources: []\n",
            "line 2, field 'dedup.threshold': input should be greater than",
        ),
        ("name: a: b\n", "line 1: a colon stands where none may. Put a text that holds a colon in quotation marks."),
        ("name: a\n---\nname: b\n", "line 2: is no YAML"),
        ("name: !!python/object:os.system {}\n", "line 1: is no YAML"),
        ("name: 'a\x07'\n", "line 1: has a character that YAML does not allow."),
        ("name: &a [*a]\n", "is nested too deeply"),
    ],
)
def test_message(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, text))
    assert message in str(caught.value)

"""YAML with the line of every key, so that what is wrong with a value can be said where it stands."""

from pathlib import Path as FilePath
from typing import Any, NamedTuple

import yaml

from schemas.errors import YamlError

Path = tuple[int | str, ...]
"""The way to a value: keys of mappings and places in lists."""

_MAX_DEPTH = 30
_MAX_NODES = 100_000
"""More than a configuration has: a few aliases in a row can stand for billions of values."""


class Located(NamedTuple):
    """A mapping read from YAML.

    Args:
        value: The mapping.
        lines: For every value, by its path, the line of its key, from 1.
    """

    value: dict[str, Any]
    lines: dict[Path, int]

    def known(self, path: Path) -> Path:
        """The longest beginning of ``path`` that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return path

    def line(self, path: Path) -> int:
        """The line of the key at ``path``, which must stand in the file."""
        return self.lines.get(path, 1)


def read_yaml(path: FilePath, name: str) -> Located:
    """Reads a YAML file that holds one mapping.

    Args:
        path: The file.
        name: How messages call it.

    Raises:
        YamlError: If it cannot be read, is no YAML, is no mapping or has a key twice.
    """
    text = _text(path, name)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            raise YamlError("is empty", file=name, mend="Run `curate init` in a new folder for one to start from.")
        if not isinstance(node, yaml.MappingNode):
            raise YamlError("is not a mapping of keys to values", file=name, row=1, mend="Begin with `name:`.")
        lines: dict[Path, int] = {(): 1}
        _locate(node, (), lines, name)
        return Located(yaml.safe_load(text), lines)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, name) from None
    except yaml.reader.ReaderError as error:
        raise YamlError(
            "has a character that YAML does not allow",
            file=name,
            row=text.count("\n", 0, error.position) + 1,
            mend="Take the character out.",
        ) from None
    except RecursionError:
        raise _too_much(name, None) from None
    except ValueError:
        # Of a scalar that looks like a date or a number and is none, such as 2024-13-01.
        raise YamlError(
            "has a date or a number that does not exist", file=name, mend="Correct it, or put it in quotation marks."
        ) from None


def _text(path: FilePath, name: str) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise YamlError("there is no such file", file=name, mend="Run `curate init DIR` to make a workspace.") from None
    except OSError as error:
        raise YamlError(f"cannot be read ({error.strerror})", file=name, mend="Check its permissions.") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlError(
            "is not UTF-8", file=name, row=content.count(b"\n", 0, error.start) + 1, mend="Save it as UTF-8."
        ) from None


def _locate(node: yaml.Node, path: Path, lines: dict[Path, int], name: str) -> None:
    if len(path) > _MAX_DEPTH or len(lines) > _MAX_NODES:
        raise _too_much(name, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for place, entry in enumerate(node.value):
            lines[*path, place] = entry.start_mark.line + 1
            _locate(entry, (*path, place), lines, name)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, _key(key, name))
            line = key.start_mark.line + 1
            if here in lines and here[-1] != "<<":
                raise YamlError(
                    f"is there twice; the first is in line {lines[here]}",
                    file=name,
                    row=line,
                    field=".".join(map(str, here)),
                    mend="Remove one of the two.",
                )
            lines[here] = line
            _locate(value, here, lines, name)


def _key(node: yaml.Node, name: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
        raise YamlError(
            "has a key that is not text",
            file=name,
            row=node.start_mark.line + 1,
            mend="Put the key in quotation marks.",
        )
    return str(node.value)


def _syntax_error(error: yaml.MarkedYAMLError, name: str) -> YamlError:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "it is not well-formed"
    if "'\\t'" in problem:
        what, mend = "a line is indented by a tab", "Indent by spaces."
    elif "mapping values are not allowed" in problem:
        what, mend = "a colon stands where none may", "Put a text that holds a colon in quotation marks."
    else:
        what, mend = f"is no YAML: {problem}", "Correct the line, or the one above it."
    return YamlError(what, file=name, row=mark.line + 1 if mark else None, mend=mend)


def _too_much(name: str, row: int | None) -> YamlError:
    return YamlError(
        "is nested too deeply, or repeats itself too often", file=name, row=row, mend="Write it out without aliases."
    )

"""``curate.yaml`` into a validated configuration, or an error that names line, key and mend."""

import re
import typing
from collections.abc import Sequence
from itertools import islice
from typing import Any, Literal

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from curation.cleaning.rules import SOURCE_RULES
from curation.remote import check_address, is_remote
from curation.sources.columns import close_name
from curation.sources.presets import load_preset, preset_names
from curation.sources.text import check_encoding
from curation.workspace import CONFIG_NAME, Workspace
from curation.yaml_text import Located, Path, read_yaml
from schemas.config import Raw, WorkspaceConfig
from schemas.errors import ConfigError, YamlError
from schemas.language import MEND as LANGUAGE_MEND
from schemas.licenses import spdx

_DEEP = ("map",)
"""The keys of a source of which a preset gives what is not said here; of the others it gives all or nothing."""


def load_config(workspace: Workspace) -> WorkspaceConfig:
    """Reads ``curate.yaml``, fills its sources in from their presets and validates it.

    Raises:
        YamlError: If it cannot be read or says what cannot be done. ``row`` is the line, ``field`` the key.
    """
    located = read_yaml(workspace.config_file, CONFIG_NAME)
    raw = _with_presets(located)
    try:
        config = WorkspaceConfig.model_validate(raw)
    except ValidationError as error:
        raise _config_error(error, located) from None
    for place, source in enumerate(config.sources):
        for number, rule in enumerate(source.cleaning):
            if rule not in SOURCE_RULES:
                mend = f"There are: {', '.join(SOURCE_RULES)}."
                raise _at(located, ("sources", place, "cleaning", number), f"there is no cleaning rule '{rule}'", mend)
        if source.path is not None and "\0" in source.path:
            raise _at(located, ("sources", place, "path"), "has a NUL character", "Take it out.")
        if source.path is not None and is_remote(source.path):
            try:
                check_address(source.path)
            except ConfigError as error:
                raise _at(located, ("sources", place, "path"), error.what, error.mend or "") from None
        try:
            check_encoding(source.encoding)
        except ConfigError as error:
            path: Path = ("sources", place, "encoding")
            raise _at(located, path, error.what, error.mend or "") from None
    return config


def _with_presets(located: Located) -> Raw:
    raw = located.value
    sources = raw.get("sources")
    if not isinstance(sources, list):
        return raw
    return {**raw, "sources": [_with_preset(source, place, located) for place, source in enumerate(sources)]}


def _with_preset(source: Any, place: int, located: Located) -> Any:
    if not isinstance(source, dict) or source.get("preset") is None:
        return source
    name, known = source["preset"], preset_names()
    if name not in known:
        near = close_name(name, known) if isinstance(name, str) else None
        mend = f"Did you mean '{near}'?" if near else f"There are: {', '.join(known)}."
        raise _at(located, ("sources", place, "preset"), f"there is no preset '{name}'", mend)
    return _merged(load_preset(name).entry, source, _DEEP)


def _merged(under: Raw, over: Raw, deep: Sequence[str] | None) -> Raw:
    """``under`` with what ``over`` says; of the keys ``deep`` (all of them, where it is None) also inside."""
    merged = {**under, **over}
    for key, value in over.items():
        if (deep is None or key in deep) and isinstance(value, dict) and isinstance(under.get(key), dict):
            merged[key] = _merged(under[key], value, None)
    return merged


def _config_error(error: ValidationError, located: Located) -> YamlError:
    faults = error.errors(include_url=False)
    unknown = [fault for fault in faults if fault["type"] == "extra_forbidden"]
    # A misspelt key shows as an unknown one and a missing one: the unknown one is what the user wrote.
    first = min(unknown or faults, key=lambda fault: located.line(located.known(fault["loc"])))
    what, mend = _explained(first)
    others = len(faults) - len(unknown or faults[:1])
    if others and not unknown:
        places = (".".join(map(str, _plain(fault["loc"]))) for fault in faults if fault is not first)
        what += f" (and {others} more: {', '.join(islice(places, 5))})"
    return _at(located, first["loc"], what, mend)


def _at(located: Located, loc: Path, what: str, mend: str) -> YamlError:
    path = _plain(loc)
    known = located.known(path)
    return YamlError(
        what, file=CONFIG_NAME, row=located.line(known), field=".".join(map(str, path)) or None, mend=mend or None
    )


def _plain(loc: Path) -> Path:
    """A place in the configuration without the marks that pydantic sets: of a value's type, or for a key."""
    return tuple(part for part in loc if not (isinstance(part, str) and re.fullmatch(r"str|list\[.*\]|\[key\]", part)))


def _explained(fault: ErrorDetails) -> tuple[str, str]:
    """What is wrong, and how to mend it."""
    kind, loc = fault["type"], _plain(fault["loc"])
    key = loc[-1] if loc else ""
    if kind == "extra_forbidden":
        known = _keys(loc[:-1])
        near = close_name(str(key), known)
        mend = f"Did you mean '{near}'?" if near else f"Known here: {', '.join(known)}."
        return f"there is no setting '{key}'", mend
    if kind == "missing":
        return "is missing", f"Add `{key}:`."
    if kind in (
        "string_type",
        "bool_type",
        "bool_parsing",
        "list_type",
        "dict_type",
        "model_type",
        "model_attributes_type",
    ):
        return f"should be {_EXPECTED[kind]}, and is {_kind(fault['input'])}", _type_mend(kind, fault["input"])
    if kind in ("too_short", "string_too_short"):
        return "is empty", "Add one to it." if kind == "too_short" else "Give it a value."
    if kind == "literal_error":
        expected = str(fault.get("ctx", {}).get("expected", ""))
        near = close_name(str(fault["input"]), re.findall(r"'([^']*)'", expected))
        return f"should be {expected}", f"Did you mean '{near}'?" if near else "Use one of these."
    message = fault["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:], _value_mend(str(key), fault["input"])


_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
}


def _kind(value: Any) -> str:
    names = {type(None): "empty", bool: "true or false", str: "text", list: "a list", dict: "a mapping"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "a date")


def _type_mend(kind: str, value: Any) -> str:
    if kind == "string_type":
        return (
            "Give it a value."
            if value is None
            else "Put it in quotation marks."
            if not isinstance(value, dict | list)
            else "Give one text."
        )
    if kind == "list_type":
        return "Write its entries each on a line that begins with `- `."
    return "Write its keys under it, indented." if kind.startswith(("model", "dict")) else "Write true or false."


def _value_mend(key: str, value: Any) -> str:
    if key == "license" and isinstance(value, str):
        try:
            return f"Did you mean '{spdx(re.sub(r'[ _]+', '-', value.strip()))}'?"
        except ValueError:
            return "https://spdx.org/licenses lists them."
    return _MENDS.get(key, "Correct it in curate.yaml.")


_MENDS = {
    "id": "Rename it.",
    "sources": "Give each source its own id.",
    "language": LANGUAGE_MEND,
    "delimiter": 'Give one character, such as ";" or "\\t".',
    "collected": "Write a date as 2024-05-31.",
}


def _keys(loc: Path) -> list[str]:
    """The keys that the configuration has at ``loc``."""
    model: Any = WorkspaceConfig
    for part in loc:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(part)
            model = _model(field.annotation) if field else None
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _model(annotation: Any) -> Any:
    """The model in an annotation such as ``list[SourceConfig]`` or ``TurnMapping | None``."""
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, BaseModel) else None
    if typing.get_origin(annotation) is Literal:
        return None
    return next((found for one in typing.get_args(annotation) if (found := _model(one)) is not None), None)

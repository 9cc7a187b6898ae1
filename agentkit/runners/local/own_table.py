"""One table of the user's models file, checked and made an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...errors import ConfigurationError
from ...generation import Sampling, SamplingOptions
from .entry import Entry, Licence
from .in_place import InPlace
from .repository import HubRepository
from .source import Source

SAMPLING = tuple(name for name in SamplingOptions.__annotations__ if name != "max_tokens")
"""What may stand in `sampling`."""


class Table(BaseModel):
    """What may stand in a table."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    path: str | None = Field(None, min_length=1)
    repo: str | None = Field(None, pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str | None = Field(None, min_length=1)
    only: list[str] = []
    aliases: list[str] = []
    licence: str | None = None
    licence_url: str | None = None
    template: str | None = None
    quantization: Literal["awq", "int8"] | None = None
    context: int | None = Field(None, ge=32, le=10_000_000)
    max_tokens: int | None = Field(None, ge=1, le=10_000_000)
    sampling: dict[str, Any] = {}


def entry_of(file: Path, name: str, table: Mapping[str, Any], known: Mapping[str, Entry]) -> Entry:
    """The entry that a table describes.

    Args:
        file: The file that it is in.
        name: Its name: a new model's, or an id or alias of the catalogue.
        table: Key -> value.
        known: The catalogue, by id.

    Raises:
        ConfigurationError: A key is unknown, or a value is wrong.
    """
    try:
        given = Table.model_validate(table)
    except ValidationError as error:
        raise _wrong(file, name, table, error) from None
    _check_sampling(file, name, given.sampling)
    _check_template(file, name, given.template, known)
    base = next((entry for entry in known.values() if _is_named(entry, name)), None)
    source = _source(file, name, given, base)
    if base is None:
        return _changed(Entry(name, Licence("not stated"), source), given)
    if source != base.source and not isinstance(base.source, type(source)):
        base = replace(base, architecture=None, quantization=None)
    return _changed(replace(base, source=source), given)


def _check_sampling(file: Path, name: str, sampling: Mapping[str, Any]) -> None:
    unknown = next((key for key in sampling if key not in SAMPLING), None)
    if unknown is not None:
        raise _at(file, name, f"sampling.{unknown}", "is not known", f"There is: {', '.join(SAMPLING)}.")
    try:
        Sampling(**sampling)
    except ConfigurationError as error:
        raise _at(file, name, "sampling", error.message) from error


def _source(file: Path, name: str, given: Table, base: Entry | None) -> Source:
    if given.path is not None:
        if given.repo or given.revision or given.only:
            raise _at(file, name, "path", "stands beside 'repo', 'revision' or 'only'", "Keep one kind.")
        return InPlace((file.parent / Path(given.path).expanduser()).absolute())
    there = base.source if base else None
    if given.repo is not None:
        return HubRepository(given.repo, given.revision or "main", tuple(given.only))
    if isinstance(there, HubRepository):
        return replace(there, revision=given.revision or there.revision, only=tuple(given.only) or there.only)
    if there is None or given.revision or given.only:
        raise _at(
            file,
            name,
            "path",
            "is missing, and 'repo', too",
            "Give path = a GGUF file or a checkpoint's folder, or repo = 'owner/name' on the model hub.",
        )
    return there


def _changed(entry: Entry, given: Table) -> Entry:
    licence = Licence(given.licence, given.licence_url) if given.licence else entry.licence
    sampling: Any = {**entry.sampling, **given.sampling}
    return replace(
        entry,
        licence=licence,
        aliases=(*entry.aliases, *given.aliases),
        template=given.template or entry.template,
        quantization=given.quantization or entry.quantization,
        context=given.context or entry.context,
        max_tokens=given.max_tokens or entry.max_tokens,
        max_tokens_streaming=given.max_tokens or entry.max_tokens_streaming,
        sampling=sampling,
    )


def _is_named(entry: Entry, name: str) -> bool:
    return name.casefold() in (known.casefold() for known in (entry.id, *entry.aliases))


def _check_template(file: Path, name: str, template: str | None, known: Mapping[str, Entry]) -> None:
    names = sorted({entry.template for entry in known.values() if entry.template})
    if template is not None and template not in names:
        raise _at(file, name, "template", f"{template!r} is not known", f"There is: {', '.join(names)}.")


def _wrong(file: Path, name: str, table: Mapping[str, Any], error: ValidationError) -> ConfigurationError:
    first = error.errors(include_url=False)[0]
    key = ".".join(map(str, first["loc"]))
    if first["type"] != "extra_forbidden":
        return _at(file, name, key, f"{first['input']!r}: {first['msg'][:1].lower()}{first['msg'][1:]}")
    if isinstance(table.get(key), dict):
        return _at(file, name, key, "is a table", f'A name with a dot stands in quotes: [models."{name}.{key}"].')
    return _at(file, name, key, "is not known", f"There is: {', '.join(Table.model_fields)}.")


def _at(file: Path, name: str, key: str, what: str, hint: str = "Change it there.") -> ConfigurationError:
    return ConfigurationError(f"{str(file)!r}, [models.{name}], {key!r} {what.rstrip('.')}.", hint=hint)

"""Opaque paging tokens: where the last page ended, not how many rows came before it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

import orjson
from fastapi import Query

from api.formats import IncidentToken, ZoneToken
from api.problems import Problem, bad_parameter
from grid_data.incidents import Part, Position

__all__ = ["AfterIncident", "AfterZone", "incident_token", "read_incident_token", "read_zone_token", "token"]

_KINDS: Mapping[Part, str] = {"newest": "incidents", "due": "due", "without_clock": "without-clock"}
AFTER: Final = Query(description="`next` of the page before, unchanged.")
AfterIncident = Annotated[IncidentToken | None, AFTER]
AfterZone = Annotated[ZoneToken | None, AFTER]


def token(kind: str, *key: str | int) -> str:
    """A token for the row with this key in lists of this kind."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *key])).decode().rstrip("=")


def _read(kind: str, given: str, *types: type) -> list[str | int]:
    try:
        padded = given + "=" * (-len(given) % 4)
        parts: list[str | int] = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        found, *key = parts
    except (binascii.Error, ValueError, TypeError):
        raise _refused() from None
    if found != kind or [type(part) for part in key] != list(types):
        raise _refused()
    return key


def _refused() -> Problem:
    return bad_parameter(
        "after", "不是本列表给出的翻页标记", "not a token this list gave out", code="bad-token"
    )


def incident_token(last: Position | None) -> str | None:
    """A token for where a page of incidents ended."""
    return None if last is None else token(_KINDS[last.part], last.at, last.id)


def read_incident_token(given: str | None) -> Position | None:
    """Where the page before ended; the next one goes on in its order."""
    if given is None:
        return None
    for part, kind in _KINDS.items():
        try:
            at, key = _read(kind, given, str, int)
        except Problem:
            continue
        if 0 <= int(key) < 2**63 and _is_moment(part, str(at)):
            return Position(part, str(at), int(key))
    raise _refused()


def _is_moment(part: Part, text: str) -> bool:
    if text == "infinity":
        return part == "due"
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def read_zone_token(given: str | None) -> tuple[int, str] | None:
    """Layer precedence key and code of the last zone of the page before."""
    if given is None:
        return None
    layer, code = _read("zones", given, int, str)
    if not 0 <= int(layer) < 2**63 or "\x00" in str(code):
        raise _refused()
    return int(layer), str(code)

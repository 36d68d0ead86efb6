"""Opaque paging tokens: where the last page ended, not how many rows came before it."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Final

import orjson
from fastapi import Query

from api.formats import IncidentToken, ZoneToken
from api.problems import Problem, bad_parameter

__all__ = ["AfterIncident", "AfterZone", "read_incident_token", "read_zone_token", "token"]

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


def read_incident_token(given: str | None) -> tuple[datetime, int] | None:
    """Report time and key of the last incident of the page before."""
    if given is None:
        return None
    at, key = _read("incidents", given, str, int)
    try:
        parsed = datetime.fromisoformat(str(at))
    except ValueError:
        raise _refused() from None
    if parsed.tzinfo is None or not 0 <= int(key) < 2**63:
        raise _refused()
    return parsed, int(key)


def read_zone_token(given: str | None) -> tuple[int, str] | None:
    """Layer precedence key and code of the last zone of the page before."""
    if given is None:
        return None
    layer, code = _read("zones", given, int, str)
    if not 0 <= int(layer) < 2**63 or "\x00" in str(code):
        raise _refused()
    return int(layer), str(code)

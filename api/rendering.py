"""Documents on their way out: JSON written once, by the database where it is large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi.responses import JSONResponse

from governance.incidents.answers import Answer

__all__ = ["JsonText", "answer_json", "json_bytes", "json_page"]


def answer_json(answer: Answer) -> bytes:
    """An answer as UTF-8 JSON: what ``model_dump_json`` says, in a third of the time.

    Answers have no serialisers of their own, so their fields are all there is to write.
    """
    return orjson.dumps(answer, default=vars, option=orjson.OPT_UTC_Z)


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """A document as UTF-8 JSON."""
    return orjson.dumps(document)


class JsonText(JSONResponse):
    """JSON that is text already (most lists are built in SQL and pass through untouched)."""

    def render(self, content: str | bytes) -> bytes:
        """The text as it is."""
        return content if isinstance(content, bytes) else content.encode()


def json_page(items: Sequence[str], following: str | None) -> JsonText:
    """A page of a list from items that are JSON texts already."""
    return JsonText(f'{{"items":[{",".join(items)}],"next":{orjson.dumps(following).decode()}}}')

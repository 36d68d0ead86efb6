"""Hand-overs between the city and 110, in both directions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from gis.words import Words
from governance.access import Actor, Role
from governance.incidents.answers import Answer
from governance.patrols.errors import TaskMissing, TaskRefused
from grid_data.database import Connection
from grid_data.history import add_history
from grid_data.transfers import lock_transfer, reply_to_transfer, transfer_rows

__all__ = ["Transfer", "Transfers", "list_transfers", "reply"]

DESK = (Role.ACCEPTOR, Role.DISPATCHER, Role.SORTER, Role.DISTRICT_LEAD, Role.ADMINISTRATOR)


class Transfer(Answer):
    """One hand-over; `in` are incidents whose source is 110, with the number they have there."""

    transfer: Annotated[int | None, Field(description="Key of a hand-over to 110, for its reply.")]
    direction: Literal["in", "out"]
    number: str
    reference: Annotated[str | None, Field(description="The number there.")]
    at: datetime
    by: str
    reason: str | None
    reply: str | None
    replied_at: datetime | None
    replied_by: str | None
    state: str
    urgency: str
    text: str


class Transfers(Answer):
    """Hand-overs, the newest first."""

    items: list[Transfer]
    next: tuple[datetime, str] | None


async def list_transfers(
    connection: Connection,
    *,
    direction: str | None,
    reference: str | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> Transfers:
    """Hand-overs in one or both directions, the newest first."""
    found: list[dict[str, Any]] = await transfer_rows(
        connection, direction=direction, reference=reference, before=before, limit=limit + 1
    )
    items = [Transfer(**row) for row in found[:limit]]
    more = (items[-1].at, items[-1].number) if len(found) > limit else None
    return Transfers(items=items, next=more)


async def reply(
    connection: Connection, actor: Actor, transfer: int, *, text: str, reference: str | None
) -> None:
    """Note what 110 answered to a hand-over; the same again changes nothing.

    Raises
    ------
    TaskMissing, TaskRefused
    """
    if actor.role not in DESK:
        words = Words("110 的回复由受理、派遣席位登记", "the desk notes what 110 answers")
        raise TaskRefused("wrong-role", words)
    row = await lock_transfer(connection, transfer)
    if row is None:
        raise TaskMissing(Words(f"没有转交记录 {transfer}", f"no hand-over {transfer}"))
    if row["reply"] == text:
        return
    if row["replied_at"] is not None:
        words = Words("该转交已有回复", "this hand-over has been answered")
        raise TaskRefused("answered", words, field="transfer")
    if reference is not None and row["reference"] not in (None, reference):
        words = Words(f"接警编号为 {row['reference']}", f"its reference is {row['reference']}")
        raise TaskRefused("other-reference", words, field="reference")
    await reply_to_transfer(connection, transfer, reply=text, reference=reference, by=actor.name)
    after = {"transfer": transfer, "reference": reference or row["reference"], "reply": text}
    await add_history(connection, actor.name, "transfer.reply", incident_id=row["incident_id"], after=after)

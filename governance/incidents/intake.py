"""Intake: one report becomes one stored, routed incident in one transaction.

Routing reads, then one statement writes everything and goes to the server together with COMMIT: of two
reports at once, one waits for the other's number only as long as the server writes. A report that fails
changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import orjson
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from governance.access import Principal
from governance.attachments.files import check_named
from governance.casework.clocks import Subject, reported_clocks
from governance.casework.names import Flow
from governance.deadlines.book import deadline_book
from governance.errors import CityMissing, ConflictingReport, InvalidValue
from governance.incidents.answers import HistoryEntry, Incident
from governance.incidents.routing import Question, Routed, question_ahead, route
from governance.incidents.stored import as_reported, get_incident
from grid_data.attachments import digests_of, lock_named
from grid_data.city import City
from grid_data.database import Ask, Connection, Database, enter, last, one
from grid_data.routing import ASKED, Ahead, Asked, asked_of, asked_parameters, route_covered

FUTURE_TOLERANCE = timedelta(minutes=5)
"""Clocks of sources may run this much ahead; a later report time is an error."""


@dataclass(frozen=True)
class Reporter:
    """Who reported; kept apart from the incident."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None

    def says_something(self) -> bool:
        """Whether there is anything to keep."""
        return any((self.name, self.phone, self.email))


@dataclass(frozen=True)
class Report:
    """What a source sends. Coordinates are in the declared system; None where no place was given."""

    category: str
    text: str
    source: str
    source_ref: str | None = None
    lon: float | None = None
    lat: float | None = None
    crs: str = "wgs84"
    accuracy_m: float | None = None
    address: str | None = None
    appeal_kind: str | None = None
    urgency: str | None = None
    reported_at: datetime | None = None
    reporter: Reporter | None = None
    attachments: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class ReportOutcome:
    """The incident, and whether this report created it or repeated an earlier one."""

    incident: Incident
    created: bool


@asynccontextmanager
async def report_transaction(
    database: Database, principal: Principal, sent: Report
) -> AsyncIterator[tuple[Connection, Asked]]:
    """A transaction for a report, in its turn, and what is read at its beginning; both for `report`.

    Raises
    ------
    CityMissing
    """
    async with database.intake:
        now = datetime.now(UTC)
        asks = [Ask(ASKED, asked_parameters(sent.category))]
        question = _ahead(database, sent, now)
        if question is not None:
            # Who is responsible does not depend on who reports.
            asks.append(Ask(route_covered(), question, everything=True))
        async with database.transaction_asking_all(principal, asks, plans="generic") as (connection, rows):
            try:
                asked = asked_of(rows[0])
            except LookupError as error:
                raise CityMissing(str(error)) from error
            _remember(database, sent, asked)
            ahead = Ahead(question, rows[1]) if question is not None else None
            yield connection, replace(asked, now=now, ahead=ahead)


@dataclass
class _Known:
    """What reports told of a database the last time: its city, and keys of categories."""

    city: City
    categories: dict[str, int]


_known: WeakKeyDictionary[Database, _Known] = WeakKeyDictionary()
"""Says what to ask ahead, never what is so: the transaction reads both again."""


def _remember(database: Database, sent: Report, asked: Asked) -> None:
    known = _known.setdefault(database, _Known(asked.city, {}))
    known.city = asked.city
    if asked.category is not None:
        known.categories[sent.category] = asked.category["category_id"]


def _ahead(database: Database, sent: Report, now: datetime) -> dict[str, Any] | None:
    """The question about the place of a report that can go out before the city is read."""
    known = _known.get(database)
    category_id = known.categories.get(sent.category) if known else None
    if known is None or category_id is None:
        return None
    return question_ahead(_question(sent, now), known.city.frame, category_id)


def _question(sent: Report, now: datetime) -> Question:
    return Question(sent.lon, sent.lat, sent.crs, sent.accuracy_m, sent.category, _reported_at(sent, now))


def _reported_at(sent: Report, now: datetime) -> datetime:
    return (sent.reported_at or now).astimezone(UTC)


async def report(
    connection: Connection, principal: Principal, sent: Report, asked: Asked | None = None
) -> ReportOutcome:
    """Store and route a report, or recognise it as sent before; it is committed when this returns.

    Raises
    ------
    UnknownCategory, UnknownSystem, CityMissing
    InvalidValue
        The report lies in the future.
    ConflictingReport
        The source sent this reference before with other content.
    """
    now = asked.now if asked is not None and asked.now is not None else datetime.now(UTC)
    reported_at = _reported_at(sent, now)
    if reported_at > now + FUTURE_TOLERANCE:
        raise InvalidValue("the report lies in the future", field="reported_at")
    routed = await route(connection, _question(sent, now), asked)
    values = _incident_values(sent, routed, reported_at)
    answer = routed.answer
    book = await deadline_book(connection, asked.book if asked else None)
    written = {
        "clock": reported_clocks(
            book,
            Subject(
                values["category_id"],
                Flow(values["appeal_kind"]),
                values["urgency"],
                sent.source,
                values["organisation_id"],
            ),
            reported_at=reported_at,
            now=now,
        ),
        "routing": routing_values(routed),
        "reporter": vars(sent.reporter) if sent.reporter and sent.reporter.says_something() else None,
        "actor": principal.name,
        "history": {
            "state": "reported",
            "source": sent.source,
            "responsible": answer.responsible.code if answer.responsible else None,
            "place_problem": answer.place_problem.code if answer.place_problem else None,
        },
    }
    row = await _store(connection, principal, sent, values | written)
    if row is None:
        return await _sent_before(connection, sent)
    told = HistoryEntry(
        seq=row["seq"], at=row["at"], actor=principal.name, action="incident.report", reason=None
    )
    return ReportOutcome(as_reported(sent.source_ref, routed, {**values, **row}, told), created=True)


async def _store(
    connection: Connection, principal: Principal, sent: Report, written: dict[str, Any]
) -> DictRow | None:
    """Write a report with what it names, and commit; None, in an open transaction, when it was sent before.

    Raises
    ------
    AttachmentNotFree
        Nothing was written.
    """
    if not sent.attachments:
        row = await last(connection, "intake/store", {"sent": Jsonb(written, dumps=orjson.dumps)})
        if row is None:
            await enter(connection, principal)
        return row
    written["history"]["attachments"] = [str(key) for key in sent.attachments]
    row = await one(connection, "intake/store", {"sent": Jsonb(written, dumps=orjson.dumps)})
    if row is not None:
        # A failure takes the report back: nothing is committed yet.
        await check_named(connection, sent.attachments)
        named = {"number": row["number"], "ids": list(sent.attachments)}
        await last(connection, "attachments/attach_to_number", named)
    return row


async def _sent_before(connection: Connection, sent: Report) -> ReportOutcome:
    """The incident of a report that its source sent before.

    Raises
    ------
    ConflictingReport
        It said something else then.
    """
    row = await one(
        connection, "intake/incident_by_source_ref", {"source": sent.source, "source_ref": sent.source_ref}
    )
    if row is None:
        # Somebody else's, and not seen: that it is there is all that can be said.
        raise ConflictingReport(
            f"{sent.source} sent reference {sent.source_ref!r} before", field="source_ref"
        )
    told: list[tuple[str, Any, Any]] = [
        ("category", sent.category, row["category"]),
        ("text", sent.text, row["text"]),
        ("address", sent.address, row["address"]),
        ("place", (sent.lon, sent.lat), (row["original_lon"], row["original_lat"])),
        ("crs", sent.crs if sent.lon is not None else None, row["original_crs"]),
        ("accuracy_m", sent.accuracy_m, row["accuracy_m"]),
    ]
    # What the report left to defaults cannot contradict.
    if sent.appeal_kind is not None:
        told.append(("appeal_kind", sent.appeal_kind, row["appeal_kind"]))
    if sent.urgency is not None:
        told.append(("urgency", sent.urgency, row["urgency"]))
    if sent.reported_at is not None:
        told.append(("reported_at", sent.reported_at, row["reported_at"]))
    for field, now, before in told:
        if now != before:
            raise ConflictingReport(
                f"{sent.source} sent reference {sent.source_ref!r} before as {row['number']}, "
                f"with another {field}",
                field=field,
            )
    if sent.attachments:
        # A photo may have been sent again, and has got another id: its content counts.
        again = {each["sha256"] for each in await lock_named(connection, sent.attachments)}
        if not again <= await digests_of(connection, row["number"]):
            raise ConflictingReport(
                f"{sent.source} sent reference {sent.source_ref!r} before as {row['number']}, "
                "with other attachments",
                field="attachments",
            )
    incident = await get_incident(connection, row["number"])
    assert incident is not None
    return ReportOutcome(incident, created=False)


def _incident_values(sent: Report, routed: Routed, reported_at: datetime) -> dict[str, Any]:
    """The columns of ``incident`` but for its number, which district and day give with the statement."""
    category = routed.category
    assert category is not None
    answer, found = routed.answer, routed.place
    winner = found.winner if found else None
    zones = found.zones if found else []
    return {
        "district": routed.city.code,
        "day": reported_at.astimezone(ZoneInfo(routed.city.timezone)).date(),
        "source": sent.source,
        "source_ref": sent.source_ref,
        "appeal_kind": sent.appeal_kind or category.appeal_kind or "livelihood",
        "category_id": category.id,
        "text": sent.text,
        "address": sent.address,
        "lon": routed.lon,
        "lat": routed.lat,
        "accuracy_m": sent.accuracy_m,
        "place_problem": answer.place_problem.code if answer.place_problem else None,
        "original_lon": sent.lon,
        "original_lat": sent.lat,
        "original_crs": sent.crs if sent.lon is not None else None,
        "urgency": sent.urgency or category.urgency,
        "reported_at": reported_at,
        "organisation_id": winner["organisation_id"] if winner else None,
        "land_unit_id": found.land_unit_id if found else None,
        "base_grid_id": next((z["zone_id"] for z in zones if z["kind"] == "base_grid"), None),
        "zone_ids": [z["zone_id"] for z in zones if z["zone_id"] is not None],
        "facility_id": found.facility["id"] if found and found.facility else None,
    }


def routing_values(routed: Routed, method: Literal["sql", "memory"] = "sql") -> dict[str, Any]:
    """The columns of ``routing`` for an answer: identifiers, and evidence only where it says something."""
    answer, found = routed.answer, routed.place
    winner = found.winner if found else None
    evidence: dict[str, dict[str, Any]] = {}
    per_layer = Counter(zone.layer for zone in answer.zones)
    for zone in answer.zones:
        told: dict[str, Any] = {}
        if zone.method != "inside":
            told["method"] = zone.method
        if zone.near_border:
            told["near_border"] = True
        if zone.distance_m is not None:
            told["distance_m"] = zone.distance_m
        if zone.candidates:
            told["candidates"] = [candidate.code for candidate in zone.candidates]
        if told:
            # Layers that allow many zones at a place name the zone as well.
            several = per_layer[zone.layer] > 1 and zone.zone is not None
            evidence[f"{zone.layer}:{zone.zone.code}" if several and zone.zone else zone.layer] = told
    return {
        "at": answer.at,
        "method": method,
        "zone_version_ids": [zone.version for zone in answer.zones if zone.version is not None],
        "border_evidence": evidence,
        "land_unit_id": found.land_unit_id if found else None,
        "facility_id": found.facility["id"] if found and found.facility else None,
        "facility_distance_m": round(found.facility["distance_m"], 3) if found and found.facility else None,
        "rule_id": winner["rule_id"] if winner else None,
        "organisation_id": winner["organisation_id"] if winner else None,
        "supporting_ids": [s["id"] for s in found.supporting_of(winner)] if found else [],
        "runners_up": [
            {
                "rule": runner.rule,
                "organisation": runner.organisation.code if runner.organisation else None,
                "lost_by": runner.lost_by,
            }
            for runner in answer.runners_up
        ],
    }

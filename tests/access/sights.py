"""People with a sight of their own over the small sample, and what each should see by the definition."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg
from hypothesis import strategies as st
from psycopg.rows import dict_row
from starlette.requests import Request
from starlette.testclient import TestClient

from api.app import create_app
from governance.access import Grant, Permission, Principal, Role, Sight
from governance.settings import Settings

__all__ = [
    "Incident",
    "Injected",
    "World",
    "owner",
    "scatter",
    "sights",
    "somebody_who_sees",
    "world",
    "world_server",
]

ALL = frozenset(Permission)


@dataclass(frozen=True)
class Incident:
    """What decides who sees an incident, and what it is found by."""

    id: int
    number: str
    zone_ids: frozenset[int]
    organisation_id: int | None
    concerned_ids: frozenset[int]
    account_id: int | None
    is_open: bool
    state: str
    place: tuple[float, float] | None
    reported_at: Any


@dataclass(frozen=True, repr=False)
class World:
    """All incidents of a database, read as its owner, and the zones and organisations sights are made of."""

    url: str
    incidents: tuple[Incident, ...]
    zones: dict[tuple[str, str], int]
    below: dict[int, frozenset[int]]
    organisations: dict[str, int]
    organisations_below: dict[int, frozenset[int]]

    def __repr__(self) -> str:
        return f"World({len(self.incidents)} incidents)"

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Numbers of all incidents."""
        return frozenset(each.number for each in self.incidents)

    def seen(self, sight: Sight) -> list[Incident]:
        """The definition, row by row."""
        return [each for each in self.incidents if sight.sees(each)]

    def region(self, zone_id: int, **more: Any) -> Sight:
        """The sight of whom one zone was granted."""
        return Sight(zones=self.below[zone_id], roots=frozenset({zone_id}), **more)

    def department(self, organisation_id: int, **more: Any) -> Sight:
        """The sight of whom one organisation was granted."""
        return Sight(organisations=self.organisations_below[organisation_id], **more)


@contextmanager
def owner(url: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A connection with all rights, to look behind the answers."""
    with psycopg.connect(url, row_factory=dict_row, autocommit=True) as connection:
        yield connection


def world(url: str) -> World:
    """Read everything that sights are decided by."""
    with owner(url) as connection:
        incidents = tuple(
            Incident(
                row["id"],
                row["number"],
                frozenset(row["zone_ids"]),
                row["organisation_id"],
                frozenset(row["concerned_ids"]),
                row["account_id"],
                row["is_open"],
                row["state"],
                None if row["lon"] is None else (row["lon"], row["lat"]),
                row["reported_at"],
            )
            for row in connection.execute(
                """SELECT id, number, zone_ids, organisation_id, concerned_ids, account_id, is_open, state,
                          ST_X(place) AS lon, ST_Y(place) AS lat, reported_at FROM incident ORDER BY id"""
            )
        )
        zones = {
            (row["layer"], row["code"]): row["id"]
            for row in connection.execute(
                """SELECT layer.code AS layer, zone.code, zone.id FROM zone JOIN layer ON layer.id = layer_id
                   WHERE layer.active AND zone.retired_at IS NULL"""
            )
        }
        below = {
            row["id"]: frozenset(row["below"])
            for row in connection.execute("SELECT id, zones_below(ARRAY[id]) AS below FROM zone")
        }
        organisations = {
            row["code"]: row["id"] for row in connection.execute("SELECT code, id FROM organisation")
        }
        organisations_below = {
            row["id"]: frozenset(row["below"])
            for row in connection.execute(
                "SELECT id, organisations_below(ARRAY[id]) AS below FROM organisation"
            )
        }
    return World(url, incidents, zones, below, organisations, organisations_below)


def sights(city: World) -> st.SearchStrategy[Sight]:
    """Any sight: zones of any layers with what lies below or without, organisations, an account."""
    zone = st.sampled_from(sorted(city.zones.values()))
    organisation = st.sampled_from(sorted(city.organisations.values()))

    def made(roots: list[int], organisations: list[int], account: int | None, nested: bool) -> Sight:
        none: frozenset[int] = frozenset()
        zones = none.union(*(city.below[root] if nested else {root} for root in roots))
        held = none.union(*(city.organisations_below[each] for each in organisations))
        return Sight(zones=zones, roots=frozenset(roots), organisations=held, account=account)

    return st.builds(
        made,
        st.lists(zone, max_size=3),
        st.lists(organisation, max_size=2),
        st.one_of(st.none(), st.integers(901, 911)),
        st.booleans(),
    )


def scatter(url: str, seed: int = 7) -> None:
    """Give the sample what sights differ by: cases that others worked on, reports of accounts."""
    choose = random.Random(seed)
    with owner(url) as connection:
        organisations = [row["id"] for row in connection.execute("SELECT id FROM organisation ORDER BY id")]
        ids = [row["id"] for row in connection.execute("SELECT id FROM incident ORDER BY id")]
        for incident in choose.sample(ids, 300):
            connection.execute(
                "INSERT INTO work_order (incident_id, organisation_id, kind, opened_at, closed_at)"
                " VALUES (%s, %s, 'supporting', now(), now())",
                (incident, choose.choice(organisations)),
            )
        for account in range(901, 911):
            connection.execute(
                "UPDATE incident SET account_id = %s WHERE id = ANY (%s)", (account, choose.sample(ids, 12))
            )
        connection.execute("ANALYZE incident")


def somebody_who_sees(
    sight: Sight, *, permissions: frozenset[Permission] = ALL, role: Role = Role.DISPATCHER, name: str = "li"
) -> Principal:
    """A principal of a sight, with every door open unless said otherwise."""
    return Principal(name, sight, permissions, (Grant(role, None),))


class Injected:
    """A gate that lets in whom a test says."""

    def __init__(self) -> None:
        self.current: Principal | None = None

    async def principal(self, request: Request) -> Principal | None:
        """Whom the test said last."""
        return self.current

    async def entered(self, request: Request) -> None:
        """Nobody has a session."""

    def forget(self) -> None:
        """There is nothing to forget."""


@contextmanager
def world_server(url: str, **settings: Any) -> Iterator[tuple[TestClient, Injected]]:
    """The server over a world; the gate says for whom the next requests are."""
    app = create_app(Settings(database_url=url, access="accounts", **settings))
    with TestClient(app, headers={"Accept-Language": "en"}, raise_server_exceptions=False) as client:
        gate = Injected()
        app.state.gate = gate
        yield client, gate

"""Every door shows the same rows, by the definition: lists, counts, tiles, search, files, live events."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import mapbox_vector_tile
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from governance.access import Sight
from tests.access.sights import Injected, World, owner, sights, somebody_who_sees, world_server

CHINA = ZoneInfo("Asia/Shanghai")
OVERVIEW = "/tiles/{}/0/0/0.mvt"
"""The tile that holds everything: up to zoom 14 incidents are counted."""


@dataclass(frozen=True, repr=False)
class Served:
    city: World
    client: TestClient
    gate: Injected

    def __repr__(self) -> str:
        return f"Served({self.city!r})"

    def get(self, sight: Sight, path: str, **query: object) -> object:
        """A JSON document, asked by somebody of a sight."""
        self.gate.current = somebody_who_sees(sight)
        answer = self.client.get(path, params=query)  # type: ignore[arg-type]
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def bytes(self, sight: Sight, path: str, **query: object) -> bytes:
        """The bytes of an answer."""
        self.gate.current = somebody_who_sees(sight)
        answer = self.client.get(path, params=query)  # type: ignore[arg-type]
        assert answer.status_code in (200, 204), (path, answer.text)
        return answer.content


@pytest.fixture(scope="module")
def served(seen_city: World) -> Iterator[Served]:
    with world_server(seen_city.url) as (client, gate):
        yield Served(seen_city, client, gate)


FEW = settings(
    max_examples=4,
    # Examples ask a server: what fails is told as it is, a smaller one would take minutes.
    phases=[Phase.explicit, Phase.generate],
)
"""Each example asks a dozen doors of a running server."""


def listed(served: Served, sight: Sight, **query: object) -> set[str]:
    """Numbers of all pages of the list."""
    found: set[str] = set()
    after: dict[str, object] = {}
    while True:
        page = served.get(sight, "/api/incidents", limit=500, **query, **after)
        assert isinstance(page, dict)
        found |= {item["number"] for item in page["items"]}
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def counted(tile: bytes, layer: str) -> int:
    """Incidents that the clusters of a tile stand for."""
    if not tile:
        return 0
    features = mapbox_vector_tile.decode(tile).get(layer, {"features": []})["features"]
    return sum(each["properties"]["count"] for each in features)


@FEW
@given(data=st.data())
def test_lists_counts_tiles_search_and_files_show_the_rows_of_the_definition(
    served: Served, data: st.DataObject
) -> None:
    city = served.city
    sight, wanted = data.draw(sights(city)), data.draw(st.sampled_from(city.incidents))
    seen = city.seen(sight)
    numbers = {each.number for each in seen}
    still_open = {each.number for each in seen if each.is_open}
    placed = [each for each in seen if each.place is not None]

    assert listed(served, sight) == numbers
    assert listed(served, sight, order="due") == still_open

    statistics = served.get(sight, "/api/statistics/incidents", layer="base_grid")
    assert isinstance(statistics, dict)
    assert (statistics["total"], statistics["located"]) == (len(seen), len(placed))
    summary = served.get(sight, "/api/dispatch/summary")
    assert isinstance(summary, dict)
    assert summary["total"] == len(still_open)
    assert summary["queue"]["unassigned"] == sum(
        each.state in ("reported", "accepted", "verified", "filed") for each in seen
    )

    assert counted(served.bytes(sight, OVERVIEW.format("incidents"), state="all"), "incidents") == len(placed)
    open_placed = [each for each in placed if each.is_open]
    assert counted(served.bytes(sight, OVERVIEW.format("open_incidents")), "clusters") == len(open_placed)

    found = served.get(sight, "/api/search", q=wanted.number)
    assert isinstance(found, dict)
    hits = {item["code"] for item in found["items"] if item["type"] == "incident"}
    assert hits == {wanted.number} & numbers

    text = served.bytes(sight, "/api/exports/incidents.csv", codes="true", about="false").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {number for row in rows for number in row.values() if number in city.numbers} == numbers
    assert len(rows) == len(seen)

    query = {
        "area": {"zones": [{"layer": "district", "code": "370212"}]},
        "from": "2000-01-01",
        "to": "2100-01-01",
    }
    answer = served.client.post("/api/zone-query", json=query)
    assert answer.status_code == 200, answer.text
    inside = city.zones["district", "370212"]
    assert answer.json()["incidents"]["total"] == sum(inside in each.zone_ids for each in seen)


@FEW
@given(data=st.data())
def test_rankings_count_the_rows_of_the_definition(served: Served, data: st.DataObject) -> None:
    city = served.city
    sight, level = data.draw(sights(city)), data.draw(st.sampled_from(["street", "community", "grid"]))
    last = datetime.now(CHINA).date() + timedelta(days=1)
    first = last - timedelta(days=data.draw(st.integers(1, 1098)))
    # Figures are kept of zones and of who leads; who helps in a case, or reported it, sees the case alone.
    seen = [
        each
        for each in city.incidents
        if first <= each.reported_at.astimezone(CHINA).date() < last
        and (sight.everything or sight.zones & each.zone_ids or each.organisation_id in sight.organisations)
    ]

    # A question counts some of what waits, and says whether all is counted.
    answer: Any = {"waiting": True}
    while answer["waiting"]:
        answer = served.get(sight, "/api/rankings", level=level, **{"from": first, "to": last})
    assert answer["total"]["figures"]["reported"] == len(seen)
    counted_in = {
        city.zones[answer["layer"], row["zone"]["code"]]: row["figures"]["reported"] for row in answer["rows"]
    }
    there = Counter(zone for each in seen for zone in each.zone_ids if zone in counted_in)
    assert {zone: count for zone, count in counted_in.items() if count} == dict(there)
    no_place = answer["nowhere"]["figures"]["reported"] if answer["nowhere"] else 0
    assert no_place == sum(each.place is None for each in seen)


@FEW
@given(data=st.data())
def test_details_and_live_events_tell_of_the_rows_of_the_definition(
    served: Served, data: st.DataObject
) -> None:
    city = served.city
    sight = data.draw(sights(city))
    numbers = {each.number for each in city.seen(sight)}
    some = st.lists(st.sampled_from(city.incidents), min_size=12, max_size=12, unique_by=lambda each: each.id)
    told = data.draw(some)
    with owner(city.url) as connection:
        [stand] = connection.execute("SELECT coalesce(max(seq), 0) AS seq FROM history")
        for incident in told:
            connection.execute(
                "INSERT INTO history (actor, action, incident_id) VALUES ('other', 'incident.note', %s)",
                (incident.id,),
            )
    stream = served.bytes(sight, "/api/events", after=str(stand["seq"]), follow="false").decode()
    heard = [json.loads(line) for line in re.findall(r"event: change\ndata: (.*)", stream)]
    assert [event["incident"] for event in heard] == [each.number for each in told if each.number in numbers]
    served.gate.current = somebody_who_sees(sight)
    for incident in told[:4]:
        for path in ("/api/incidents/{}", "/api/cases/{}", "/api/incidents/{}/nearby"):
            status = served.client.get(path.format(incident.number)).status_code
            assert status == (200 if incident.number in numbers else 404), path


def test_a_tag_changes_with_what_is_seen_and_not_with_what_others_do(served: Served) -> None:
    """Neither the tag of a tile nor that of a shared answer tells that something happened out of sight."""
    city = served.city
    street = city.region(min(key for (layer, _), key in city.zones.items() if layer == "subdistrict"))
    served.gate.current = somebody_who_sees(street)
    paths = (
        OVERVIEW.format("incidents"),
        OVERVIEW.format("open_incidents"),
        "/tiles/facilities/15/27354/12860.mvt",
    )

    def tags() -> list[str | None]:
        return [served.client.get(path).headers.get("etag") for path in paths]

    before = tags()
    hidden = next(each for each in city.incidents if not street.sees(each) and each.is_open and each.place)
    shown = next(each for each in city.seen(street) if each.is_open and each.place)

    def ended(incident: int, state: str) -> None:
        with owner(city.url) as connection:
            connection.execute("UPDATE incident SET state = %s WHERE id = %s", (state, incident))
            connection.execute(
                "INSERT INTO history (actor, action, incident_id) VALUES ('x', 'incident.note', %s)",
                (incident,),
            )

    ended(hidden.id, "closed")
    assert tags() == before
    ended(shown.id, "closed")
    after = tags()
    assert after[:2] != before[:2]
    for incident in (hidden, shown):
        ended(incident.id, incident.state)
    # One that has left is not shown any longer, though nothing else has changed.
    assert tags() == before

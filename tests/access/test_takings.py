"""What leaves by accounts: files, links, subscriptions show what their maker sees, and end with the maker."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from api.download import Download
from api.gate import StillIn
from api.limiter import Limiter
from api.problems import Problem
from governance.access import PERMISSIONS, Permission, Principal, Role, Sight
from governance.access.scopes import ScopeGiven
from governance.exports import Export
from grid_data.cluster.private import Cluster
from tests.access.people import EVERYWHERE, enter, entries, make_accounts, server, somebody
from tests.access.sights import Injected, World, world
from tests.api.problems import assert_problem
from tests.support import databases

Json = dict[str, Any]
HERE, THERE = "370212002", "370212004"


@pytest.fixture(scope="module")
def city(cluster: Cluster) -> Iterator[World]:
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as made:
        make_accounts(
            made,
            somebody("root", (Role.ADMINISTRATOR, EVERYWHERE)),
            somebody("here", (Role.STREET_LEAD, ScopeGiven(region=f"subdistrict:{HERE}"))),
            somebody("there", (Role.STREET_LEAD, ScopeGiven(region=f"subdistrict:{THERE}"))),
            somebody("moving", (Role.STREET_LEAD, ScopeGiven(region=f"subdistrict:{HERE}"))),
            somebody("leaving", (Role.STREET_LEAD, ScopeGiven(region=f"subdistrict:{HERE}"))),
        )
        yield world(made)


@pytest.fixture(scope="module")
def client(city: World) -> Iterator[TestClient]:
    with server(city.url) as started:
        app: Any = started.app
        app.state.share_limiter = Limiter(burst=1000, per_minute=1000)
        yield started


@pytest.fixture(scope="module")
def root(client: TestClient) -> TestClient:
    return enter(client, "root")


def of_street(city: World, code: str) -> set[str]:
    """Numbers of the incidents of a street, by the definition."""
    return {each.number for each in city.seen(city.region(city.zones["subdistrict", code]))}


def taken(browser: TestClient, **query: str) -> tuple[set[str], str]:
    """Numbers in an export, and what is said above its heading."""
    answer = browser.get("/api/exports/incidents.csv", params={"codes": "true", **query})
    assert answer.status_code == 200, answer.text
    lines = answer.content.decode("utf-8-sig").splitlines(keepends=True)
    told = "".join(line for line in lines if line.startswith("#"))
    rows = csv.DictReader(
        io.StringIO("".join(line for line in lines if not line.startswith("#")), newline="")
    )
    return {row["number"] for row in rows}, told


def link(browser: TestClient, query: str = "") -> Json:
    body = {
        "title": "本街道",
        "query": query,
        "expires_at": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }
    answer = browser.post("/api/share-links", json=body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def granted(root: TestClient, name: str) -> str:
    """The address of the grant an account has."""
    (grant,) = root.get(f"/api/accounts/{name}").json()["grants"]
    return f"/api/accounts/{name}/grants/{grant['id']}"


# --- files --------------------------------------------------------------------------------------------------


def test_a_file_holds_what_its_taker_sees_and_says_who_that_was(client: TestClient, city: World) -> None:
    for name, street in (("here", HERE), ("there", THERE)):
        numbers, told = taken(enter(client, name))
        assert numbers == of_street(city, street)
        assert name in told
        actor, entry = entries(city.url, "export.download")[-1]
        assert (actor, entry["rows"], entry["format"]) == (name, len(numbers), "csv")


@pytest.mark.parametrize("foreign", ["zone=subdistrict:" + THERE, "q=", "bbox=120.0,35.9,121.0,36.5"])
def test_a_filter_leads_to_nothing_of_others(client: TestClient, city: World, foreign: str) -> None:
    name, _, value = foreign.partition("=")
    mine = of_street(city, HERE)
    other = min(of_street(city, THERE) - mine)
    numbers, _ = taken(enter(client, "here"), **{name: value or other})
    assert numbers <= mine
    assert other not in numbers


def test_no_file_waits_on_the_server_for_somebody_else(client: TestClient) -> None:
    browser = enter(client, "here")
    app: Any = client.app
    answer = browser.get("/api/exports/incidents.gpkg")
    assert answer.status_code == 200
    name = answer.headers["content-disposition"].partition("''")[2]
    assert not list(app.state.exports.folder.glob("export-*"))
    assert enter(client, "there").get(f"/api/exports/{name}").status_code == 404


def test_a_file_after_a_change_of_scope_holds_what_is_seen_then(
    client: TestClient, root: TestClient, city: World
) -> None:
    browser = enter(client, "moving")
    assert taken(browser)[0] == of_street(city, HERE)
    shared, filtered = link(browser), link(browser, f"zone=subdistrict:{HERE}")
    before = granted(root, "moving")
    after = {"role": "street_lead", "scope": {"region": f"subdistrict:{THERE}"}}
    assert root.post("/api/accounts/moving/grants", json=after).status_code == 200
    assert root.delete(before).status_code == 204
    assert taken(browser)[0] == of_street(city, THERE)
    # What was shared before shows no more than that, either.
    assert totals(client, shared, filtered) == [len(of_street(city, THERE)), 0]


def totals(client: TestClient, *links: Json) -> list[int]:
    return [client.get(f"/api/share/{each['token']}").json()["figures"]["total"] for each in links]


# --- links and subscriptions --------------------------------------------------------------------------------


def test_links_and_subscriptions_are_their_makers(client: TestClient, root: TestClient) -> None:
    here, there = enter(client, "here"), enter(client, "there")
    made = link(here)
    body = {"recipient": "li@example.org", "query": ""}
    subscribed = here.post("/api/report-subscriptions", json=body).json()
    for listing, key in (("/api/share-links", made["id"]), ("/api/report-subscriptions", subscribed["id"])):
        assert key in {each["id"] for each in here.get(listing).json()["items"]}
        assert there.get(listing).json()["items"] == []
        foreign, absent = there.delete(f"{listing}/{key}"), there.delete(f"{listing}/4611686018427387000")
        assert foreign.status_code == absent.status_code == 404
        assert foreign.text.replace(str(key), "N") == absent.text.replace("4611686018427387000", "N")
        # Whoever keeps accounts has no part in it.
        assert root.delete(f"{listing}/{key}").status_code == 403
        assert here.delete(f"{listing}/{key}").status_code == 204
    assert_problem(client.get(f"/api/share/{made['token']}"), 404, "not-found")


def test_a_link_shows_nothing_while_its_maker_may_not_share_or_is_out(
    client: TestClient, root: TestClient, city: World
) -> None:
    made = link(enter(client, "leaving"))
    assert totals(client, made) == [len(of_street(city, HERE))]
    assert root.post("/api/accounts/leaving/disable").status_code == 200
    closed = client.get(f"/api/share/{made['token']}")
    assert_problem(closed, 404, "not-found")
    assert closed.text == client.get(f"/api/share/{'x' * 43}").text
    assert root.post("/api/accounts/leaving/enable").status_code == 200
    assert totals(client, made) == [len(of_street(city, HERE))]
    worker = {"role": "grid_worker", "scope": {"region": f"subdistrict:{HERE}"}}
    assert root.post("/api/accounts/leaving/grants", json=worker).status_code == 200
    before = [
        each["id"]
        for each in root.get("/api/accounts/leaving").json()["grants"]
        if each["role"] != "grid_worker"
    ]
    assert root.delete(f"/api/accounts/leaving/grants/{before[0]}").status_code == 204
    # A worker sees the same and shares nothing.
    assert_problem(client.get(f"/api/share/{made['token']}"), 404, "not-found")


def test_a_link_that_has_expired_shows_nothing_to_its_maker_either(client: TestClient, city: World) -> None:
    browser = enter(client, "here")
    made = link(browser)
    with psycopg.connect(city.url, autocommit=True) as connection:
        connection.execute(
            "UPDATE share_link SET created_at = now() - interval '2 days', expires_at = now() WHERE id = %s",
            (made["id"],),
        )
    for visitor in (client, browser):
        assert_problem(visitor.get(f"/api/share/{made['token']}"), 404, "not-found")


# --- while it is sent ---------------------------------------------------------------------------------------

STREET = Principal("li", Sight(zones=frozenset({1, 2})), PERMISSIONS[Role.STREET_LEAD])


class Downloading:
    """An export of three pieces, and a gate that changes its mind after some of them."""

    def __init__(self, after: int, then: Principal | None) -> None:
        self.after, self.then = after, then
        self.sent: list[Message] = []
        self.ended = False
        self.gate = Injected()
        self.gate.current = STREET

    @asynccontextmanager
    async def opening(self) -> AsyncIterator[Export]:
        async def pieces() -> AsyncIterator[bytes]:
            for number in range(3):
                if number >= self.after:
                    self.gate.current = self.then
                yield b"piece %d;" % number

        try:
            yield Export(3, "a.csv", pieces())
        finally:
            self.ended = True

    async def run(self) -> bytes:
        app = SimpleNamespace(state=SimpleNamespace(gate=self.gate))
        route = SimpleNamespace(path="/api/exports/incidents.{format}")
        request = Request({"type": "http", "method": "GET", "headers": [], "app": app, "route": route})
        seconds = iter(range(0, 1000, 10))
        still = StillIn(request, STREET, clock=lambda: next(seconds))

        async def receive() -> Message:
            import asyncio

            return await asyncio.Event().wait()  # type: ignore[return-value]

        async def send(message: Message) -> None:
            self.sent.append(message)

        await Download(self.opening(), "text/csv", still)({"type": "http"}, receive, send)
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def complete(self) -> bool:
        return not self.sent[-1].get("more_body", False)


NARROWER = Principal("li", Sight(zones=frozenset({1})), PERMISSIONS[Role.STREET_LEAD])
NO_EXPORT = Principal("li", STREET.sight, STREET.permissions - {Permission.EXPORT})
WIDER = Principal("li", Sight(zones=frozenset({1, 2, 3})), STREET.permissions)


async def test_a_file_goes_on_while_its_taker_sees_as_much_as_before() -> None:
    download = Downloading(1, WIDER)
    assert await download.run() == b"piece 0;piece 1;piece 2;"
    assert download.complete


@pytest.mark.parametrize("then", [None, NARROWER, NO_EXPORT])
async def test_a_file_breaks_off_when_its_taker_is_out_or_sees_less(then: Principal | None) -> None:
    download = Downloading(1, then)
    assert await download.run() == b"piece 0;"
    assert not download.complete, "a file that ends as if it were whole would be taken for all there is"
    assert download.ended


async def test_a_file_that_was_made_is_not_sent_to_who_was_shut_out_meanwhile() -> None:
    download = Downloading(0, None)
    with pytest.raises(Problem):
        await download.run()
    assert download.sent == []
    assert download.ended

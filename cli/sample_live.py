"""``gridgov sample live``: reports arrive and people work at a running server, so that its map is alive.

It is a client like any other: everything goes through the public HTTP interface.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import typer

from cli.console import in_words, out, say
from cli.import_run import fail

__all__ = ["NEXT", "Simulation", "live"]

# What usually follows in a state, tried in this order: action, role, organisation (None: who leads), and what
# is said with it.
NEXT: Mapping[str, tuple[tuple[str, str, str | None, Mapping[str, Any]], ...]] = {
    "reported": (("accept", "acceptor", "LS-ZX", {}),),
    "accepted": (
        ("file", "acceptor", "LS-ZX", {}),
        ("verify", "supervisor", "LS", {"note": "现场核实，情况属实"}),
        ("dispatch", "dispatcher", "LS-ZX", {}),
    ),
    "verified": (("file", "acceptor", "LS-ZX", {}),),
    "filed": (("dispatch", "dispatcher", "LS-ZX", {}),),
    "dispatched": (("start", "officer", None, {}),),
    "handling": (("feed_back", "officer", None, {"result": "已处置完毕，现场恢复正常"}),),
    "fed_back": (("check_pass", "supervisor", "LS", {}), ("check_pass", "acceptor", "LS-ZX", {})),
    "checked": (
        ("evaluate", "acceptor", "LS-ZX", {"satisfaction": "satisfied"}),
        ("close", "acceptor", "LS-ZX", {}),
    ),
    "evaluated": (("close", "acceptor", "LS-ZX", {}),),
}
ACTORS = {
    "acceptor": "王受理", "dispatcher": "李派遣", "supervisor": "钱监督", "officer": "赵处置",
    "grid_worker": "孙网格",
}  # fmt: skip
SOURCES = ("hotline", "app", "grid_worker", "patrol", "video")
ARRIVING = 0.4
"""Share of events that are new reports; the others are steps of open cases."""
HOW_TO_LET_IT_IN = (
    "gridgov token add live --everything --on-behalf --permission incidents_read "
    "--permission incidents_report --permission cases_step --permission tasks_read --permission tasks_answer"
)
"""Makes a token that may do what is done here."""
ANSWERING = 0.1
"""Share of events that are receipts of urgent tasks."""


@dataclass
class Simulation:
    """Events at a server, drawn with a seed; counts what it has done.

    Parameters
    ----------
    server
        Address, http or https, without a slash at the end.
    token
        A token that speaks for people; an open server asks for none.
    """

    server: str
    draw: random.Random
    done: dict[str, int] = field(default_factory=dict)
    known: list[dict[str, Any]] = field(default_factory=list)
    token: str | None = None

    def _headers(self) -> dict[str, str]:
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}

    def ask(self, path: str, **asked: Any) -> Any:
        """What the server answers to a question."""
        query = f"?{urlencode(asked, doseq=True)}" if asked else ""
        asking = Request(f"{self.server}{path}{query}", headers=self._headers())  # noqa: S310
        with urlopen(asking, timeout=30) as answer:  # noqa: S310 # nosec B310
            return json.load(answer)

    def send(self, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and answer of something done; a refusal is an answer, too."""
        kind = {"Content-Type": "application/json", **self._headers()}
        asked = Request(f"{self.server}{path}", json.dumps(body).encode(), kind, method="POST")  # noqa: S310
        try:
            with urlopen(asked, timeout=30) as answer:  # noqa: S310 # nosec B310
                return answer.status, json.load(answer)
        except HTTPError as refused:
            return refused.code, json.load(refused)

    def event(self) -> str | None:
        """Let something happen; what it was, None if nothing could."""
        drawn = self.draw.random()
        if drawn < ARRIVING:
            told = self.report()
        elif drawn < ARRIVING + ANSWERING:
            told = self.answer_task() or self.step()
        else:
            told = self.step() or self.report()
        if told is not None:
            self.done[told] = self.done.get(told, 0) + 1
        return told

    def report(self) -> str | None:
        """Somebody reports what was reported somewhere before, a few metres away."""
        if not self.known:
            items = self.ask("/api/incidents", limit=500)["items"]
            self.known = [item for item in items if item["place"]]
        if not self.known:
            return None
        model = self.draw.choice(self.known)
        lon, lat = model["place"]["coordinates"]
        moved = [
            round(lon + self.draw.uniform(-4e-4, 4e-4), 7),
            round(lat + self.draw.uniform(-3e-4, 3e-4), 7),
        ]
        now = datetime.now(UTC)
        body = {
            "category": model["category"]["key"],
            "place": {"type": "Point", "coordinates": moved},
            "crs": "wgs84",
            "accuracy_m": round(self.draw.uniform(3, 25), 1),
            "text": model["text"],
            "address": model["address"],
            "source": self.draw.choice(SOURCES),
            "source_ref": f"LIVE-{now:%Y%m%d%H%M%S%f}-{self.draw.randrange(10**6):06d}",
        }
        status, _ = self.send("/api/incidents", body)
        return "report" if status == 201 else None

    def step(self) -> str | None:
        """Somebody takes the usual next step of some open case."""
        items = self.ask(
            "/api/incidents", state="open", limit=100, order=self.draw.choice(("due", "newest"))
        )["items"]
        for item in self.draw.sample(items, min(len(items), 4)):
            number = item["number"]
            case = self.ask(f"/api/cases/{quote(number)}")
            if case["suspended_since"] or case["objection"]:
                continue
            for action, role, organisation, said in NEXT.get(case["state"], ()):
                lead = case["lead"]["code"] if case["lead"] else None
                body = {
                    "by": ACTORS[role], "role": role, "organisation": organisation or lead, "action": action,
                    "revision": case["revision"], **said,
                }  # fmt: skip
                status, _ = self.send(f"/api/cases/{quote(number)}/steps", body)
                if status == 200:
                    return action
        return None

    def answer_task(self) -> str | None:
        """A grid answers an open urgent task."""
        tasks = self.ask("/api/urgent-tasks", state=["open", "overdue"], limit=20)["items"]
        if not tasks:
            return None
        code = self.draw.choice(tasks)["code"]
        receipts = self.ask(f"/api/urgent-tasks/{code}")["receipts"]
        waiting = [each for each in receipts if each["state"] in ("waiting", "acknowledged")]
        if not waiting:
            return None
        receipt = self.draw.choice(waiting)
        action = "acknowledge" if receipt["state"] == "waiting" else "done"
        body = {
            "by": ACTORS["grid_worker"], "role": "community_lead", "grid": receipt["grid"]["code"],
            "action": action,
        }  # fmt: skip
        status, _ = self.send(f"/api/urgent-tasks/{code}/receipts", body)
        return f"task_{action}" if status == 200 else None


def live(
    url: Annotated[
        str, typer.Option("--url", metavar="ADDRESS", help="The running server.")
    ] = "http://127.0.0.1:8000",
    rate: Annotated[
        float, typer.Option("--rate", metavar="N", min=0.1, max=600, help="Events a minute.")
    ] = 20.0,
    minutes: Annotated[
        float | None, typer.Option("--minutes", metavar="N", min=0, help="For so long; until Ctrl-C.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="The same seed draws the same.")] = None,
    token: Annotated[
        str | None,
        typer.Option(
            "--token", metavar="TOKEN", envvar="GRIDGOV_TOKEN", help="A token that speaks for people."
        ),
    ] = None,
) -> None:
    """Let reports arrive and people work at a running demo, through its HTTP interface."""
    if not url.startswith(("http://", "https://")):
        raise typer.BadParameter("--url: http(s)://...")
    draw = random.Random(seed)  # noqa: S311 # nosec B311 - a demo, no secret
    simulation = Simulation(url.rstrip("/"), draw, token=token)
    try:
        me = simulation.ask("/api/me")
    except (URLError, OSError):
        fail(f"{url} 没有服务器在运行", f"there is no server at {url}")
    if not me["on_behalf"]:
        fail(
            f"须用 --token 给出可代人办理的令牌：{HOW_TO_LET_IT_IN}",
            f"give --token a token that speaks for people: {HOW_TO_LET_IT_IN}",
        )
    say(in_words(f"每分钟 {rate:g} 件；按 Ctrl-C 停止", f"{rate:g} events a minute; Ctrl-C stops it"))
    until = None if minutes is None else time.monotonic() + minutes * 60
    try:
        while until is None or time.monotonic() < until:
            began = time.monotonic()
            told = simulation.event()
            if told is not None:
                say(told)
            pause = 60 / rate * simulation.draw.uniform(0.5, 1.5) - (time.monotonic() - began)
            left = pause if until is None else min(pause, until - time.monotonic())
            time.sleep(max(left, 0))
    except KeyboardInterrupt:
        pass
    except (URLError, OSError):
        fail("服务器已不可达", "the server cannot be reached any more")
    counted = ", ".join(f"{name} {n}" for name, n in sorted(simulation.done.items())) or "–"
    out.print(counted, soft_wrap=True)

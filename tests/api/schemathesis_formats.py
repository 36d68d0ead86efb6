"""Values that exist, for the formats of the API description; Schemathesis loads this as its hooks.

Without them a random category key would be refused, rightly, and no report would ever be accepted.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen
from zlib import crc32

import schemathesis
from hypothesis import strategies as st

from tests.support.pictures import encoded, scene

TAKING_TEXTS = ("/api/share-links", "/api/report-subscriptions", "/api/webhooks")
PICTURE = encoded("PNG", scene(8, 8))


def register(server: str) -> None:
    """Read from a running server what exists there, and offer that for each format."""

    def get(path: str) -> Any:
        with urlopen(f"{server}{path}") as response:
            return json.load(response)

    def post(path: str, body: Any) -> Any:
        asked = Request(
            f"{server}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        with urlopen(asked) as response:
            return json.load(response)

    def upload() -> str:
        """A photo that nothing names yet."""
        parts = (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n',
            b"\r\n--x--\r\n",
        )
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        asked = Request(f"{server}/api/attachments", parts[0] + PICTURE + parts[1], kind, method="POST")
        with urlopen(asked) as response:
            return str(json.load(response)["id"])

    grid = get("/api/zones?layer=base_grid&limit=1")["items"][0]
    area = {"layer": "community", "code": grid["parent"]}
    draft = post("/api/plans", {"layer": "base_grid", "name": {"zh": "草案"}, "area": area, "by": "规划员"})
    search = post(f"/api/plans/{draft['code']}/proposals", {"options": {"seconds": 0.01}})
    units = get(f"/api/plans/{draft['code']}/units")["units"]["id"]
    chief = {"by": "周指挥", "role": "administrator"}
    task = post("/api/urgent-tasks", {
        **chief, "title": {"zh": "任务"}, "text": {"zh": "内容"}, "due_at": "2999-01-01T00:00:00Z",
        "area": {"zones": [f"base_grid:{grid['code']}"]},
    })  # fmt: skip
    text = post("/api/guidance", {
        **chief, "category": "GRIDGOV social:social:S08", "owner": "LS", "title": {"zh": "说明"},
        "text": {"zh": "内容"}, "review_on": "2999-01-01",
    })  # fmt: skip
    account = post("/api/accounts", {"name": "known"})
    formats: dict[str, list[str]] = {
        "account-name": [account["name"]],
        "task-code": [task["code"]],
        "guidance-code": [text["code"]],
        "plan-code": [draft["code"]],
        "job-key": [search["job"]],
        "category-key": [category["key"] for category in get("/api/categories")["items"]],
        "organisation-code": [organisation["code"] for organisation in get("/api/organisations")["items"]],
        "layer-code": [layer["code"] for layer in get("/api/layers")["items"]],
        "zone-key": [f"{zone['layer']}:{zone['code']}" for zone in get("/api/zones?limit=200")["items"]],
        "region-code": [zone["code"] for zone in get("/api/zones?layer=community&limit=20")["items"]],
        "incident-number": [incident["number"] for incident in get("/api/incidents?limit=20")["items"]],
        "incident-page-token": [get("/api/incidents?limit=3")["next"]],
        "event-cursor": ["0", "1", "9~3-5~8", "9000000000000000000"],
        "zone-page-token": [get("/api/zones?limit=3")["next"]],
        "attachment-id": [upload() for _ in range(30)],
        "incident-query": ["", "state=open&urgency=urgent", "q=%E8%B7%AF&from=2026-01-01"],
        "webhook-url": ["https://example.org/hook", "https://hooks.example.org:8443/a?b=c"],
        "soon": [(datetime.now(UTC) + timedelta(days=days)).isoformat() for days in (1, 30, 89)],
        "coordinate-system": ["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:4549", "EPSG:3857"],
        "moment": ["2025-12-31", "2026-03-01T08:00:00+08:00", "0001-01-01", "9999-12-31T23:59:59.999999Z"],
        "edition": ["2025-12-31", "2026-03-01T08:00:00+08:00", "0001-01-01", "plan:NOBODY"],
        "past-date-time": ["2026-03-01T08:00:00+08:00", "1949-10-01T00:00:00Z", "2025-02-03T04:05:06.789Z"],
        "any-date-time": ["2026-03-01T08:00:00+08:00", "2999-12-31T00:00:00Z", "1949-10-01T00:00:00Z"],
        "bbox": ["120.1,36,121,37", "170,-10,-170,10", "-180,-90,180,90", "120.4,36.1,120.4,36.1"],
    }
    for name, values in formats.items():
        schemathesis.openapi.format(name, st.sampled_from(values))
    seen: Counter[tuple[str, ...]] = Counter()

    @schemathesis.hook
    def filter_case(_context: Any, case: Any) -> bool:
        """Of cases that break (or keep) one rule of one field in one way, the first and every twelfth.

        A field of a body is sent with each of five wrong types, a list with each of forty known items; the
        rule is broken by any of them. Which ones are kept differs by field, so each type is tried somewhere.
        """
        # In a form everything is text: a number breaks no rule there.
        if case.path == "/api/attachments" and isinstance(case.body, dict):
            return not any(isinstance(value, int | float) for value in case.body.values())
        how = getattr(case.meta.phase.data, "scenario", None)
        if how is None:
            return True
        about = case.meta.phase.data
        rule = (case.method, case.path, str(how), str(about.parameter), about.description)
        seen[rule] += 1
        number = seen[rule] - 1
        return number == 0 or (number + crc32(repr(rule).encode())) % 12 == 0

    known = formats["organisation-code"]
    numbers = formats["incident-number"]

    @schemathesis.hook
    def before_call(_context: Any, case: Any, _options: Any) -> None:
        """Items of a list are drawn without regard to their format: put codes there that exist."""
        # A stream that is followed has no end.
        if case.path == "/api/events":
            case.query = {**(case.query or {}), "follow": "false"}
        # What a description cannot say: a figure of the rankings is asked for with its days.
        counted = {"counted", "counted_from", "counted_to"}
        if case.query and counted & case.query.keys() and not counted <= case.query.keys():
            case.query = {name: value for name, value in case.query.items() if name not in counted}
        # A file of a few rows says as much as one of all.
        if case.path == "/api/exports/incidents.{format}" and case.query is not None:
            case.query.setdefault("q", numbers[0])
        if not isinstance(case.body, dict):
            return
        # What a description cannot say: which texts are filters, and which addresses lie outside.
        for name, longest, known_text in (
            ("query", 4000, "state=open"),
            ("url", 2000, "https://example.org/hook"),
        ):
            text = case.body.get(name)
            fits = isinstance(text, str) and len(text) <= longest and "\0" not in text
            if fits and case.path.startswith(TAKING_TEXTS):
                case.body[name] = known_text
        # What a description cannot say: an incident is no duplicate of itself.
        if case.path.endswith("/duplicates") and case.body.get("other") == case.path_parameters.get("number"):
            case.body["other"] = next(each for each in numbers if each != case.body["other"])
        # What a description cannot say: the lower end of a band is not above the upper one.
        for holder in (case.body, case.body.get("options")):
            band = holder.get("band") if isinstance(holder, dict) else None
            if isinstance(band, dict) and all(type(band.get(end)) in (int, float) for end in ("min", "max")):
                band["min"], band["max"] = sorted((band["min"], band["max"]))
        # Searches take all cores as long as they are told to, or ten seconds.
        options: Any = case.body.get("options")
        if case.path.endswith("/proposals"):
            options = case.body.setdefault("options", {})
            if isinstance(options, dict):
                options.setdefault("seconds", 0.02)
        seconds: Any = options.get("seconds") if isinstance(options, dict) else None
        if type(seconds) in (int, float) and 0.02 < seconds <= 120:
            options["seconds"] = 0.02
        if isinstance(case.body.get("units"), list):
            case.body["units"] = [
                units[each % len(units)] if type(each) is int and 0 < each < 2**62 else each
                for each in case.body["units"]
            ]
        if isinstance(case.body.get("supporting"), list):
            case.body["supporting"] = [
                known[len(code) % len(known)] if isinstance(code, str) and code and "\0" not in code else code
                for code in case.body["supporting"]
            ]
            # What a description cannot say: nobody supports nobody.
            if "organisation" in case.body and case.body["organisation"] is None:
                case.body["supporting"] = []


# Set where Schemathesis runs; without it this is a module like any other.
if "GRIDGOV_TEST_SERVER" in os.environ:
    register(os.environ["GRIDGOV_TEST_SERVER"])

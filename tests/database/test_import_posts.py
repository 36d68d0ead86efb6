"""Posts from files: who works in which grid, and how to reach them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grid_data.database import Database
from tests.support.importing import bring, codes, look, row_counts, write_csv
from tests.support.toy_city import STREET

ONE, TWO = f"{STREET}001001", f"{STREET}001002"


async def posts(database: Database) -> list[tuple[Any, ...]]:
    """Grid, kind, person, name, telephone, organisation and days of each post, in Shanghai."""
    found = await look(
        database,
        """SELECT right(zone.code, 6) AS grid, post.kind, person.code AS person, person.name, person.phone,
                  organisation.code AS organisation,
                  (lower(post.valid) AT TIME ZONE 'Asia/Shanghai')::date::text AS begins,
                  (upper(post.valid) AT TIME ZONE 'Asia/Shanghai')::date::text AS ends
           FROM post JOIN zone ON zone.id = post.zone_id LEFT JOIN person ON person.id = post.person_id
           LEFT JOIN organisation ON organisation.id = post.organisation_id
           ORDER BY post.id""",
    )
    return [tuple(row.values()) for row in found]


def row(zone: str, kind: str, person: str | None, name: str | None = None, **more: Any) -> dict[str, Any]:
    blank = {"phone": None, "organisation": "GOV", "valid_from": "2026-01-01", "valid_to": None}
    return {"zone": zone, "kind": kind, "person": person, "name": name} | blank | more


async def test_posts_come_with_their_persons_and_the_same_file_changes_nothing(
    toy_database: Database, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path,
        [
            row(ONE, "网格长", "W1", "王网格", phone="13800000001"),
            row(TWO, "grid_lead", "W1", valid_to="2026-03-01"),
            row(ONE, "part_time", None),
            row(ONE, "part_time", None),
        ],
    )
    report = await bring(toy_database, "posts", path)
    assert codes(report) == []
    assert report.plan.new == 4
    stored = await posts(toy_database)
    assert stored == [
        ("001001", "grid_lead", "W1", "王网格", "13800000001", "GOV", "2026-01-01", None),
        ("001002", "grid_lead", "W1", "王网格", "13800000001", "GOV", "2026-01-01", "2026-03-01"),
        ("001001", "part_time", None, None, None, "GOV", "2026-01-01", None),
        ("001001", "part_time", None, None, None, "GOV", "2026-01-01", None),
    ]
    before = await row_counts(toy_database)
    again = await bring(toy_database, "posts", path)
    assert (again.plan.unchanged, again.stored) == (4, False)
    assert await row_counts(toy_database) == before


async def test_posts_end_vacancies_are_filled_and_telephones_change(
    toy_database: Database, tmp_path: Path
) -> None:
    first = [row(ONE, "police", "W1", "甲", phone="1"), row(ONE, "part_time", None), row(TWO, "police", "W1")]
    await bring(toy_database, "posts", write_csv(tmp_path, first))
    then = [
        row(ONE, "police", "W1", phone="2", valid_to="2026-06-01"),
        row(ONE, "police", "W2", "乙", valid_from="2026-06-01"),
        row(ONE, "part_time", "W3", "丙"),
        row(TWO, "police", "W1"),
    ]
    dry = await bring(toy_database, "posts", write_csv(tmp_path, then), dry_run=True)
    # The other post of somebody who is rung otherwise is told as changed too.
    assert (dry.plan.new, dry.plan.changed, dry.stored) == (1, 3, False)
    report = await bring(toy_database, "posts", write_csv(tmp_path, then))
    assert codes(report) == []
    assert [each[1:5] + each[6:] for each in await posts(toy_database)] == [
        ("police", "W1", "甲", "2", "2026-01-01", "2026-06-01"),
        ("part_time", "W3", "丙", None, "2026-01-01", None),
        ("police", "W1", "甲", "2", "2026-01-01", None),
        ("police", "W2", "乙", None, "2026-06-01", None),
    ]


async def test_what_a_file_does_not_say_is_kept(toy_database: Database, tmp_path: Path) -> None:
    await bring(toy_database, "posts", write_csv(tmp_path, [row(ONE, "police", "W1", "甲", phone="1")]))
    bare = [{"zone": ONE, "kind": "police", "person": "W1"}]
    again = await bring(toy_database, "posts", write_csv(tmp_path, bare))
    assert (again.plan.new, again.plan.changed, again.plan.unchanged) == (0, 0, 1)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([row("X", "police", "W1", "甲")], [("unknown_zone", 2)]),
        ([row(ONE, "police", "W1", "甲", layer="parish")], [("unknown_layer", 2)]),
        ([row(ONE, "chief", "W1", "甲")], [("unknown_value", 2)]),
        ([row(ONE, "police", "W1", "甲", organisation="NO")], [("unknown_organisation", 2)]),
        ([row(ONE, "police", "W1")], [("unknown_person", 2)]),
        ([row(ONE, "police", None, "甲")], [("missing_value", 2)]),
        ([row(ONE, "police", "W1", "甲"), row(TWO, "police", "W1", "乙")], [("person_differs", 3)]),
        ([row(ONE, "police", "W1", "甲", valid_to="2025-01-01")], [("bad_period", 2)]),
        ([row(ONE, "police", "W1", "甲", valid_from="soon")], [("not_a_time", 2)]),
        ([row(ONE, "police", "W1", "甲"), row(ONE, "police", "W1", "甲", valid_from="2026-05-01")],
         [("overlap", 3)]),
    ],
)  # fmt: skip
async def test_bad_posts_are_told_and_nothing_is_stored(
    toy_database: Database, tmp_path: Path, rows: list[dict[str, Any]], found: list[tuple[str, int]]
) -> None:
    before = await row_counts(toy_database)
    good = row(TWO, "full_time", "W9", "好")
    report = await bring(toy_database, "posts", write_csv(tmp_path, [*rows, good]))
    assert codes(report) == found
    assert await row_counts(toy_database) == before

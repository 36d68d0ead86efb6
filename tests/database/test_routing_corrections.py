"""A border drawn better is a correction: both routings use the newest drawing for every moment it holds."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import geopandas as gpd
import pandas as pd

from governance.access import OPERATOR
from governance.incidents.routing import Question, explain
from governance.incidents.stored import get_incident
from grid_data.bulk import zones as bulk_zones
from grid_data.bulk.incidents import store_incidents
from grid_data.database import Database
from tests.support.incident_frames import incident_frame
from tests.support.toy_city import SINCE, box, multi

LON, LAT = 120.405, 36.1155  # between the old border of the police zones (36.115) and the corrected one
EARLIER = datetime(2024, 6, 1, tzinfo=UTC)


async def test_the_corrected_border_answers_for_the_past_too(toy_database: Database) -> None:
    number = count()

    async def police(at: datetime) -> str:
        async with toy_database.transaction(OPERATOR) as connection:
            dry = await explain(connection, Question(LON, LAT, at=at))
            ref = f"{at:%Y}-{next(number)}"
            await store_incidents(
                connection, incident_frame([(LON, LAT)], [ref], reported_at=pd.Timestamp(at), state_since=at)
            )
            cursor = await connection.execute("SELECT number FROM incident WHERE source_ref = %s", (ref,))
            row = await cursor.fetchone()
            assert row is not None
            stored = await get_incident(connection, row["number"])
            assert stored is not None
        found = []
        for routing in (dry, stored.routing):
            found += [zone.zone.code for zone in routing.zones if zone.layer == "police" and zone.zone]
        assert [dry.method, stored.routing.method] == ["sql", "memory"]
        assert found[0] == found[1]
        return found[0]

    assert await police(EARLIER) == "P-NORTH"
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            """UPDATE zone_version SET recorded = tstzrange(lower(recorded), now())
               WHERE layer_id = (SELECT id FROM layer WHERE code = 'police')"""
        )
        frame = gpd.GeoDataFrame(
            {
                "code": ["P-SOUTH", "P-NORTH"],
                "name_zh": ["南警区", "北警区"],
                "organisation": ["PO1", "PO2"],
                "valid_from": SINCE,
                "valid_to": pd.NaT,
                "geometry": [multi(box(0, 0, 4, 1.6)), multi(box(0, 1.6, 4, 2.4))],
            },
            crs=4326,
        )
        await bulk_zones.store_zone_versions(connection, "police", frame, parent_layer=None)
    assert await police(EARLIER) == "P-SOUTH"
    assert await police(datetime(2026, 6, 1, tzinfo=UTC)) == "P-SOUTH"

"""A database with a city in it goes down to the first schema and up again, and answers as before."""

from __future__ import annotations

import psycopg
import pytest

from grid_data.cluster.private import Cluster
from migrations.run import downgrade, revisions, upgrade
from tests.support import databases

DERIVED = b"""
SELECT (SELECT count(*) FROM zone_piece),
       (SELECT sum(ST_Area(shape)) FROM zone_piece) / (SELECT sum(ST_Area(lattice)) FROM zone_version),
       (SELECT count(DISTINCT version_id) FROM zone_piece) = (SELECT count(*) FROM zone_version),
       (SELECT count(*) FROM zone_border_piece),
       (SELECT array_agg(ST_AsText(extent) ORDER BY id) FROM layer)
"""


@pytest.fixture
def small_city(cluster: Cluster) -> str:
    """Address of a copy of the small sample for this test alone."""
    return databases.laoshan_template(cluster)


def test_what_is_derived_from_zones_is_made_for_those_that_are_there(
    cluster: Cluster, small_city: str
) -> None:
    with databases.copy_of(cluster, small_city) as url:
        with psycopg.connect(url) as connection:
            before = connection.execute(DERIVED).fetchone()
        assert before is not None
        assert before[1] == pytest.approx(1, rel=1e-9)
        assert before[2] is True
        downgrade(url, revisions()[0])
        upgrade(url)
        with psycopg.connect(url) as connection:
            after = connection.execute(DERIVED).fetchone()
        assert after == (before[0], pytest.approx(before[1]), *before[2:])

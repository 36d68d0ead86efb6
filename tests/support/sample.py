"""The small sample of Laoshan, loaded as the demo loads it."""

from __future__ import annotations

import anyio

from governance.access import OPERATOR
from grid_data.bulk.sample import load_sample
from grid_data.database import Database
from grid_data.sample import generate


def load_small_sample(url: str) -> None:
    """Generate the small sample and load it into a migrated, empty database."""

    async def load() -> None:
        database = Database(url, size=1, statement_timeout_s=0)
        await database.open()
        async with database.transaction(OPERATOR) as connection:
            await load_sample(connection, generate(small=True))
        await database.close()

    anyio.run(load)

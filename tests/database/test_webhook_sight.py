"""Webhooks tell only what their owner sees when it is sent."""

from __future__ import annotations

import pytest

from governance.access import VISITOR, Permission
from governance.owners import Owners
from governance.webhooks.delivering import Deliverer, spread
from grid_data.database import Database
from tests.support.receiver import Receiver, receiving
from tests.support.webhooks import (
    EAST,
    FAST,
    WEST,
    happens,
    hook,
    person,
    reported,
    run_until,
    states,
)


async def own_hook(database: Database, url: str, account_id: int) -> int:
    owners = Owners(database)
    me = await owners.principal(account_id, Permission.WEBHOOKS_MANAGE, Permission.INCIDENTS_READ)
    assert me is not None
    key, _ = await hook(database, url, me=me)
    return key


async def test_only_what_its_owner_sees_is_told(toy_database: Database, receiver: Receiver) -> None:
    account = await person(toy_database, "west", "officer", "community:370212001001")
    await own_hook(toy_database, receiver.url, account)
    # What nobody's account made is told nothing where people sign in.
    with receiving() as nobodys:
        await hook(toy_database, nobodys.url)
        west, east = await reported(toy_database, WEST), await reported(toy_database, EAST)
        await happens(toy_database, east, "accept")
        await happens(toy_database, west, "accept")
        strict = Deliverer(toy_database, Owners(toy_database), FAST)
        await run_until(strict, lambda: len(receiver.taken()) == 2)
        assert not await strict.step()
        await strict._sender.close()
        assert nobodys.heard == []
    numbers = {each.document["incident"]["number"] for each in receiver.taken()}
    async with toy_database.transaction(VISITOR) as connection:
        row = await (
            await connection.execute("SELECT number FROM incident WHERE id = %s", (west,))
        ).fetchone()
    assert row is not None
    assert numbers == {row["number"]}


@pytest.mark.parametrize("change", ["disabled", "moved"])
async def test_what_is_out_of_sight_by_the_time_it_is_sent_is_withheld(
    toy_database: Database, receiver: Receiver, change: str
) -> None:
    account = await person(toy_database, "west", "officer", "community:370212001001")
    key = await own_hook(toy_database, receiver.url, account)
    incident = await reported(toy_database, WEST)
    assert await spread(toy_database, Owners(toy_database)) > 0
    async with toy_database.maintenance() as connection:
        if change == "disabled":
            await connection.execute("UPDATE account SET disabled_at = now() WHERE id = %s", (account,))
        else:
            await connection.execute(
                "UPDATE incident SET zone_ids = '{}', organisation_id = NULL, base_grid_id = NULL"
                " WHERE id = %s",
                (incident,),
            )
    strict = Deliverer(toy_database, Owners(toy_database), FAST)
    await strict.step()
    await strict.settled()
    await strict._sender.close()
    assert receiver.heard == []
    assert await states(toy_database, key) == [("incident.report", "withheld", 1)]

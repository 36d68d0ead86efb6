"""What ``gridgov up`` says about accounts: how to make the first one, and those of the demo."""

from __future__ import annotations

import anyio

from cli.console import in_words, say

__all__ = ["FIRST", "say_first_account"]

FIRST = "gridgov user add admin --role administrator --everything"
"""Makes the first administrator; the page of sign-in tells the same."""


def say_first_account(url: str, *, demo: bool) -> None:
    """Make the accounts of the demo; where there is no account yet, say which command makes the first."""
    accounts, own = anyio.run(_accounts, url, demo)
    if demo and accounts > own:
        say(
            in_words(
                f"演示账号 {accounts - own} 个，列于登录页",
                f"{accounts - own} demo accounts, listed where one signs in",
            )
        )
    elif own == 0:
        say(
            in_words(
                f"还没有账号；第一个管理员：[bold]{FIRST}[/bold]",
                f"there is no account yet; the first administrator: [bold]{FIRST}[/bold]",
            )
        )


async def _accounts(url: str, demo: bool) -> tuple[int, int]:
    from governance.access.demo import add_demo_accounts
    from governance.access.passwords import Passwords
    from grid_data.accounts import count_accounts
    from grid_data.database import Database
    from grid_data.sign_in import Gate

    database = Database(url, size=1)
    await database.open()
    try:
        async with database.transaction(Gate("operator")) as connection:
            if demo:
                await add_demo_accounts(connection, Passwords(), "operator")
            return await count_accounts(connection)
    finally:
        await database.close()

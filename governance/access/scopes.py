"""Where a role is held, as people write it, and as it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from gis.words import Words
from governance.access.errors import AccountRefused
from grid_data.accounts import StoredScope, organisation_id, zone_id
from grid_data.database import Connection

__all__ = ["ScopeGiven", "stored_scope"]


@dataclass(frozen=True)
class ScopeGiven:
    """One scope. Exactly one of these is given; zones are written ``layer:code``.

    Attributes
    ----------
    everything
        The whole city.
    region
        A zone with all that lies below it today.
    organisation
        Code of an organisation; with all below it.
    zones
        Single zones, mostly of specialist layers.
    posts
        The zones of the posts that the account's person holds, whenever it is asked.
    """

    everything: bool = False
    region: str | None = None
    organisation: str | None = None
    zones: tuple[str, ...] = ()
    posts: bool = False

    @property
    def count(self) -> int:
        """How many are given."""
        return sum(
            (
                self.everything,
                self.region is not None,
                self.organisation is not None,
                bool(self.zones),
                self.posts,
            )
        )

    def told(self) -> dict[str, object]:
        """What is given, for the history."""
        fields = {
            "everything": self.everything, "region": self.region, "organisation": self.organisation,
            "zones": list(self.zones), "posts": self.posts,
        }  # fmt: skip
        return {name: value for name, value in fields.items() if value}


async def stored_scope(
    connection: Connection, given: ScopeGiven, *, field: str = "scope", needed: bool = True
) -> StoredScope:
    """A scope with identifiers of the database.

    Parameters
    ----------
    needed
        Whether one has to be given; a token without one sees nothing.

    Raises
    ------
    AccountRefused
        None or several are given, or one names what there is not today.
    """
    if given.count > 1 or (needed and given.count == 0):
        raise AccountRefused(
            Words(
                "须且只能给出一种范围：全部、区域、部门、专业网格或岗位",
                "give exactly one scope: everything, a region, an organisation, zones or posts",
            ),
            field=field,
        )
    organisation = None
    if given.organisation is not None:
        organisation = await organisation_id(connection, given.organisation)
        if organisation is None:
            raise AccountRefused(
                Words(f"没有部门 {given.organisation}", f"there is no organisation {given.organisation}"),
                field=f"{field}.organisation",
            )
    region = None if given.region is None else await _zone(connection, given.region, f"{field}.region")
    zones = [await _zone(connection, key, f"{field}.zones") for key in given.zones]
    return StoredScope(
        everything=given.everything,
        region_zone_id=region,
        organisation_id=organisation,
        zone_ids=tuple(sorted(set(zones))) or None,
        posts=given.posts,
    )


async def _zone(connection: Connection, key: str, field: str) -> int:
    layer, _, code = key.partition(":")
    found = await zone_id(connection, layer, code)
    if found is None:
        raise AccountRefused(
            Words(f"没有网格或区域 {key}", f"there is no zone {key} (written layer:code)"), field=field
        )
    return found[0]

"""What a plan means for each organisation, in words: told when it is scheduled, takes effect or goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gis.words import Words
from governance.planning.editions import Edition
from governance.planning.judged import Judged
from governance.planning.states import Action
from grid_data.city import city_timezone
from grid_data.database import Connection
from grid_data.planning.edition_writing import add_notices, organisations_told
from grid_data.planning.publishing import told_before, zone_codes

__all__ = ["tell"]

KINDS = {
    Action.SCHEDULE: "scheduled",
    Action.PUBLISH: "published",
    Action.TAKE_EFFECT: "published",
    Action.WITHDRAW: "withdrawn",
    Action.FAIL: "failed",
    Action.ROLL_BACK: "rolled_back",
    Action.RETURN: "rolled_back",
    Action.ANNOUNCE: "rollback_scheduled",
    Action.KEEP: "rollback_withdrawn",
    Action.STAY: "rollback_failed",
}
SENTENCES = {
    "scheduled": Words("方案 {code}《{zh}》定于 {at} 生效", "plan {code} ({en}) takes effect at {at}"),
    "published": Words("方案 {code}《{zh}》自 {at} 起生效", "plan {code} ({en}) is in force since {at}"),
    "withdrawn": Words("方案 {code}《{zh}》已撤回，不再生效", "plan {code} ({en}) is withdrawn"),
    "failed": Words(
        "方案 {code}《{zh}》未能按期生效", "plan {code} ({en}) could not take effect as announced"
    ),
    "rolled_back": Words("方案 {code}《{zh}》自 {at} 起回退", "plan {code} ({en}) is rolled back since {at}"),
    "rollback_scheduled": Words(
        "方案 {code}《{zh}》定于 {at} 回退", "plan {code} ({en}) is rolled back at {at}"
    ),
    "rollback_withdrawn": Words("方案 {code}《{zh}》不再回退", "plan {code} ({en}) is not rolled back"),
    "rollback_failed": Words(
        "方案 {code}《{zh}》未能按期回退", "plan {code} ({en}) could not be rolled back as announced"
    ),
}
SHOWN = 6
TOLD_BEFORE = ("withdrawn", "failed", "rollback_scheduled", "rollback_withdrawn", "rollback_failed")
"""Whoever was told of the plan is told."""


async def tell(
    connection: Connection,
    plan: Mapping[str, Any],
    action: Action,
    judged: Judged | None,
    edition: Edition | None,
    at: datetime,
) -> int:
    """Tell everybody concerned of what was done with a plan; how many were told.

    Concerned is who answers for a grid that changes or governs a region above it, and who gains or loses open
    incidents. Whoever was told of a plan is told when it goes.
    """
    kind = KINDS[action]
    zones = _zones(judged, edition)
    told = await organisations_told(connection, zones) if zones else {}
    if kind in TOLD_BEFORE:
        told = {
            organisation: told.get(organisation, [])
            for organisation in await told_before(connection, plan["id"])
        }
    comes: dict[int, int] = {}
    goes: dict[int, int] = {}
    for (before, after), n in (edition.incidents.flows if edition else {}).items():
        goes[before] = goes.get(before, 0) + n
        comes[after] = comes.get(after, 0) + n
    vacant = Counter(post.to_zone for post in edition.posts if not post.filled) if edition else Counter()
    codes = await zone_codes(connection, zones)
    clock = ZoneInfo(await city_timezone(connection))
    sentence = SENTENCES[kind]
    words = {
        "code": plan["code"], "zh": plan["name_zh"], "en": plan["name_en"] or plan["name_zh"],
        "at": f"{at.astimezone(clock):%Y-%m-%d %H:%M}",
    }  # fmt: skip
    notices = {}
    for organisation in sorted({*told, *comes, *goes} - {0}):
        mine = sorted(codes[zone] for zone in told.get(organisation, ()) if zone in codes)
        arriving, leaving = comes.get(organisation, 0), goes.get(organisation, 0)
        zh, en = sentence.zh.format_map(words), sentence.en.format_map(words)
        if mine:
            zh += f"；涉及网格 {_listed(mine, '、')}"
            en += f"; grids concerned: {_listed(mine, ', ')}"
        if arriving or leaving:
            zh += f"；未结事件转入 {arriving} 件、转出 {leaving} 件"
            en += f"; open incidents: {arriving} come, {leaving} go"
        if to_fill := sum(vacant[zone] for zone in told.get(organisation, ())):
            zh += f"；新网格有 {to_fill} 个岗位空缺，待配备人员"
            en += f"; vacant posts in new grids, to be filled: {to_fill}"
        about = {"zones": mine, "incidents_in": arriving, "incidents_out": leaving, "at": at.isoformat()}
        notices[organisation] = (f"{zh}。", f"{en}.", about)
    return await add_notices(connection, plan["id"], kind, notices) if notices else 0


def _zones(judged: Judged | None, edition: Edition | None) -> list[int]:
    if edition is not None:
        return list(edition.zones)
    if judged is None:
        return []
    return [zone.zone_id for zone in judged.zones.values() if zone.zone_id is not None]


def _listed(codes: Sequence[str], comma: str) -> str:
    return comma.join(codes[:SHOWN]) + (" …" if len(codes) > SHOWN else "")

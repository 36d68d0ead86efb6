"""The reason of a routing in words: one readable sentence in each language, from codes and names.

Words are made when asked, from what is stored; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from governance.answers import FacilityFound, Name, Named, ZoneFound


@dataclass(frozen=True)
class Decision:
    """What decided: the winning rule with the names it speaks of."""

    rule: str
    assign_to: str
    category: Name | None
    layer: str | None
    layer_name: Name | None


def reason_codes(
    zones: Sequence[ZoneFound], decision: Decision | None, responsible: Named | None, problem: str | None
) -> list[str]:
    """What happened, as codes in a stable order, for programs and filters."""
    codes = [f"place:{problem}"] if problem else []
    codes += [f"{zone.layer}:{zone.method}" for zone in zones if zone.method != "inside"]
    codes += [f"{zone.layer}:near_border" for zone in zones if zone.near_border]
    if decision is None:
        codes.append("rule:none")
    else:
        codes += [f"rule:{decision.rule}", f"assign_to:{decision.assign_to}"]
        if decision.category is None:
            codes.append("fallback")
    if responsible is None:
        codes.append("unassigned")
    return codes


def reason_words(
    zones: Sequence[ZoneFound],
    decision: Decision | None,
    responsible: Named | None,
    facility: FacilityFound | None,
    problem: Name | None,
) -> Name:
    """The same in words."""
    if problem is not None:
        return Name(
            zh=f"{problem.zh}未确定位置，待人工定位后分派。",
            en=f"{problem.en} The place is unknown; the incident waits for locating before it is assigned.",
        )
    zh, en = [], []
    for zone in zones:
        note = _border_note(zone)
        if note:
            zh.append(note.zh)
            en.append(note.en or "")
    ruling = _ruling(zones, decision, responsible, facility)
    zh.append(ruling.zh)
    en.append(ruling.en or "")
    return Name(zh="".join(zh), en=" ".join(en))


def _english(name: Name) -> str:
    return name.en or name.zh


def _border_note(zone: ZoneFound) -> Name | None:
    if zone.zone is None:
        if zone.kind in ("base_grid", "region"):
            return Name(
                zh=f"不在任何{zone.layer_name.zh}内。",
                en=f"It lies in no {_english(zone.layer_name).lower()}.",
            )
        return None
    layer_zh, layer_en, code = zone.layer_name.zh, _english(zone.layer_name).lower(), zone.zone.code
    if zone.method == "on_border" and zone.candidates:
        return Name(
            zh=f"正在{layer_zh}的共用边界上，按编码最小者归入 {code}。",
            en=f"It lies exactly on a shared border of the {layer_en} layer; "
            f"the lowest code, {code}, takes it.",
        )
    if zone.method == "nearest":
        distance = f"{zone.distance_m:.1f}"
        return Name(
            zh=f"不在{layer_zh}内，归入 {distance} 米外最近的 {code}。",
            en=f"No zone of the {layer_en} layer covers it; the nearest, {code}, is {distance} m away.",
        )
    if zone.near_border and zone.kind == "base_grid":
        distance = f"{zone.distance_m:.1f}"
        return Name(
            zh=f"距{layer_zh}边界仅 {distance} 米，宜核对位置。",
            en=f"It is only {distance} m from the {layer_en} border; the place should be checked.",
        )
    return None


def _ruling(
    zones: Sequence[ZoneFound],
    decision: Decision | None,
    responsible: Named | None,
    facility: FacilityFound | None,
) -> Name:
    if decision is None or responsible is None:
        return Name(
            zh="没有适用的规则，转分拣席处理。", en="No rule applies; it is queued for the sorting desk."
        )
    who_zh, who_en = responsible.name.zh, _english(responsible.name)
    what_zh = f"“{decision.category.zh}”类" if decision.category else "其他规则未涉及的"
    what_en = f"“{_english(decision.category)}”" if decision.category else "what no other rule covers"
    if decision.assign_to == "zone_organisation":
        ground = next((zone for zone in zones if zone.layer == decision.layer and zone.zone), None)
        name_zh = ground.zone.name.zh if ground and ground.zone else ""
        name_en = _english(ground.zone.name) if ground and ground.zone else ""
        layer_zh = decision.layer_name.zh if decision.layer_name else ""
        layer_en = _english(decision.layer_name).lower() if decision.layer_name else ""
        return Name(
            zh=f"规则 {decision.rule}：{what_zh}事项由所在{layer_zh}“{name_zh}”的责任单位{who_zh}负责。",
            en=f"Rule {decision.rule} gives {what_en} to the organisation of the {layer_en} zone "
            f"“{name_en}”: {who_en}.",
        )
    if decision.assign_to in ("facility_owner", "facility_maintainer") and facility is not None:
        role_zh = "权属单位" if decision.assign_to == "facility_owner" else "养护单位"
        role_en = "owner" if decision.assign_to == "facility_owner" else "maintainer"
        metres = f"{facility.distance_m:.1f}"
        return Name(
            zh=f"规则 {decision.rule}：{what_zh}事项由涉及设施 {facility.code}（{facility.name.zh}，"
            f"距离 {metres} 米）的{role_zh}{who_zh}负责。",
            en=f"Rule {decision.rule} gives {what_en} to the {role_en} of facility {facility.code} "
            f"({_english(facility.name)}, {metres} m away): {who_en}.",
        )
    return Name(
        zh=f"规则 {decision.rule}：{what_zh}事项由{who_zh}负责。",
        en=f"Rule {decision.rule} gives {what_en} to {who_en}.",
    )

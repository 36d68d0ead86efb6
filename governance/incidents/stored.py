"""An incident as stored: read back with the routing it got, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gis.rules.assignment import Decision
from governance.incidents.answers import (
    CategoryName,
    FacilityFound,
    HistoryEntry,
    Incident,
    Located,
    Name,
    Named,
    Original,
    Point,
    Routing,
    RuleFound,
    RunnerUp,
    ZoneFound,
)
from governance.incidents.reasons import decide_among, place_problem, reason_codes, reason_words
from governance.incidents.routing import Routed, escalation
from grid_data.database import Connection, one


async def get_incident(connection: Connection, number: str) -> Incident | None:
    """The incident of a number as far as the principal may see it, or None."""
    row = await one(connection, "intake/incident_by_number", {"number": number})
    if row is None:
        return None
    located = row["lon"] is not None
    routing = _routing(row)
    return Incident(
        number=row["number"],
        category=CategoryName(key=row["category"], name=Name(zh=row["category_zh"], en=row["category_en"])),
        state=row["state"],
        urgency=row["urgency"],
        text=row["text"],
        address=row["address"],
        place=routing.place,
        place_status="located" if located else "unlocated",
        reported_at=row["reported_at"],
        base_grid=next((z.zone for z in routing.zones if z.kind == "base_grid"), None),
        responsible=row["responsible"],
        source=row["source"],
        appeal_kind=row["appeal_kind"],
        source_ref=row["source_ref"],
        accuracy_m=row["accuracy_m"],
        original=None
        if row["original_lon"] is None
        else Original(coordinates=[row["original_lon"], row["original_lat"]], crs=row["original_crs"]),
        place_problem=routing.place_problem,
        located=Located(at=row["located_at"], by=row["located_by"]) if row["located_at"] else None,
        state_since=row["state_since"],
        recorded_at=row["recorded_at"],
        routing=routing,
        override=row["override"],
        history=[HistoryEntry.model_validate(entry) for entry in row["history"] or []],
    )


def as_reported(
    source_ref: str | None, routed: Routed, values: Mapping[str, Any], told: HistoryEntry
) -> Incident:
    """The incident of a report just stored, as `get_incident` would read it back.

    Parameters
    ----------
    values
        What was written into ``incident``, with ``number``, ``state_since`` and ``recorded_at``.
    """
    category, answer = routed.category, routed.answer
    assert category is not None
    return Incident(
        number=values["number"],
        category=CategoryName(key=category.key, name=category.name),
        state="reported",
        urgency=values["urgency"],
        text=values["text"],
        address=values["address"],
        place=answer.place,
        place_status=answer.place_status,
        reported_at=values["reported_at"],
        base_grid=next((zone.zone for zone in answer.zones if zone.kind == "base_grid"), None),
        responsible=answer.responsible,
        source=values["source"],
        appeal_kind=values["appeal_kind"],
        source_ref=source_ref,
        accuracy_m=values["accuracy_m"],
        original=None
        if values["original_lon"] is None
        else Original(
            coordinates=[values["original_lon"], values["original_lat"]], crs=values["original_crs"]
        ),
        place_problem=answer.place_problem,
        located=None,
        state_since=values["state_since"],
        recorded_at=values["recorded_at"],
        routing=answer,
        history=[told],
    )


def _routing(row: dict[str, Any]) -> Routing:
    told = [(zone["precedence"], _zone(zone)) for zone in row["zones"] or []]
    told += [(layer["precedence"], _outside(layer)) for layer in row["outside_layers"] or []]
    zones = [zone for _, zone in sorted(told, key=lambda pair: pair[0])]
    problem = place_problem(row["place_problem"]) if row["place_problem"] else None
    facility = row["facility"] and FacilityFound.model_validate(
        {**row["facility"], "distance_m": round(row["facility_distance_m"], 3)}
    )
    responsible = row["computed"] and Named.model_validate(row["computed"])
    rule = row["rule"]
    decision = None
    if problem is None:
        subject = Name(zh=row["category_zh"], en=row["category_en"])
        fitting = (
            [_fitting(rule, zones, responsible)] if rule else [_leading_nowhere(r) for r in row["runners_up"]]
        )
        decision = decide_among(fitting, subject)
    names = row["runner_up_names"] or {}
    return Routing(
        at=row["at"],
        place=Point(coordinates=[row["lon"], row["lat"]]) if row["lon"] is not None else None,
        place_status="located" if row["lon"] is not None else "unlocated",
        place_problem=problem,
        method=row["method"],
        land_unit=row["land_unit"],
        zones=zones,
        facility=facility,
        responsible=responsible,
        supporting=[Named.model_validate(organisation) for organisation in row["supporting"] or []],
        rule=rule
        and RuleFound(
            code=rule["rule"], note=_name(rule["note"]), category=rule["category"], layer=rule["layer"]
        ),
        reason=reason_words(zones, decision, problem),
        reason_codes=_codes(zones, decision, problem.code if problem else None, row["runners_up"]),
        runners_up=[
            RunnerUp(
                rule=runner["rule"],
                organisation=Named(code=runner["organisation"], name=names[runner["organisation"]])
                if runner["organisation"]
                else None,
                lost_by=runner["lost_by"],
            )
            for runner in row["runners_up"]
        ],
        escalation=escalation(row["zones"] or []),
        fallback=bool(rule) and rule["category"] is None,
    )


def _fitting(rule: dict[str, Any], zones: list[ZoneFound], responsible: Named | None) -> dict[str, Any]:
    """The rule that decided, as if it were the only one that fits."""
    there = [zone.zone for zone in zones if zone.layer == rule["layer"] and zone.zone]
    # A layer may answer with several zones: the one the rule names, else the lowest code, which comes first.
    ground = next((zone for zone in there if rule["zone"] in (None, zone.code)), None)
    return {
        **rule,
        "zone": ground.code if ground else None,
        "zone_name": ground.name.model_dump() if ground else None,
        "organisation": responsible.code if responsible else None,
        "organisation_name": responsible.name.model_dump() if responsible else None,
    }


def _leading_nowhere(runner: dict[str, Any]) -> dict[str, Any]:
    """A rule that fitted when none led to an organisation; only its code was worth keeping."""
    nothing = dict.fromkeys(
        (
            "organisation",
            "organisation_name",
            "category",
            "category_name",
            "layer",
            "layer_name",
            "zone",
            "zone_name",
            "note",
        )
    )
    plain = {
        "assign_to": "organisation",
        "priority": 0,
        "category_depth": 0,
        "layer_depth": 0,
        "names_zone": False,
    }
    return {**nothing, **plain, "rule": runner["rule"]}


def _codes(
    zones: list[ZoneFound], decision: Decision | None, problem: str | None, runners: list[dict[str, Any]]
) -> list[str]:
    codes = reason_codes(zones, decision, problem)
    if decision is not None and decision.winner is not None and runners:
        codes.append(f"won_by:{runners[0]['lost_by']}")
    return codes


def _zone(row: dict[str, Any]) -> ZoneFound:
    evidence = row["evidence"] or {}
    method = evidence.get("method", "inside")
    return ZoneFound(
        layer=row["layer"],
        layer_name=row["layer_name"],
        kind=row["kind"],
        zone=Named(code=row["code"], name=row["name"]),
        version=row["version"],
        valid_from=row["valid_from"],
        method=method,
        on_border=method == "on_border",
        near_border=evidence.get("near_border", False),
        distance_m=evidence.get("distance_m"),
        candidates=row["candidates"],
        organisation=row["organisation"],
    )


def _outside(layer: dict[str, Any]) -> ZoneFound:
    return ZoneFound(
        layer=layer["layer"],
        layer_name=layer["layer_name"],
        kind=layer["kind"],
        zone=None,
        version=None,
        valid_from=None,
        method="outside",
        on_border=False,
        near_border=False,
        distance_m=None,
        candidates=[],
        organisation=None,
    )


def _name(name: dict[str, str | None] | None) -> Name | None:
    return Name.model_validate(name) if name and name.get("zh") else None

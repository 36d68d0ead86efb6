"""Both sides of a case: zones on each side of a border, who else might be responsible, what was disputed.

A place near a border is as much its neighbour's as it is inaccurate. Whoever hands a case over, objects or
adjudicates sees here who answers on either side, how far the border is, and what each has said so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from gis.zone_layer import NEAR_M
from governance.casework.answers import Objection
from governance.incidents.answers import Answer, Name, Named, Point, RunnerUp
from grid_data.case_sides import borders_near, dispute_steps, organisations_named, sides_of_case
from grid_data.database import Connection
from grid_data.routing import uncertainty_m

__all__ = ["BorderSides", "CaseSides", "Dispute", "Party", "Side", "get_sides"]

Why = Literal[
    "responsible", "leads", "supports", "worked", "zone", "other_side", "runner_up", "objects", "proposed"
]


class Side(Answer):
    """A zone at a border."""

    zone: Named
    organisation: Named | None
    distance_m: Annotated[float, Field(description="From the place to the border of this zone, in metres.")]


class BorderSides(Answer):
    """A layer in which the place is near a border: the zone it was routed to, and those on the other side."""

    layer: Named
    own: Side | None
    others: Annotated[list[Side], Field(description="The nearest first.")]
    within_accuracy: Annotated[
        bool,
        Field(description="The border is nearer than the place is accurate: it may lie on the other side."),
    ]
    decides: Annotated[bool, Field(description="The rule that decided looks at this layer.")]


class Dispute(Answer):
    """An objection, what was decided about it, a hand-over, or an order that was sent back."""

    seq: int
    at: datetime
    by: str
    role: str | None
    organisation: str | None
    kind: Literal["object", "adjudicate", "hand_over", "send_back"]
    reason: str | None
    lead_before: Named | None
    lead_after: Annotated[
        Named | None, Field(description="After an objection: who should lead, in its view.")
    ]


class Party(Answer):
    """An organisation that a case concerns, and why."""

    organisation: Named
    why: list[Why]


class CaseSides(Answer):
    """Between whom a case lies."""

    number: str
    place: Point | None
    accuracy_m: Annotated[float, Field(description="How far off the place may be, in metres.")]
    at: Annotated[datetime | None, Field(description="The moment whose zones are told: that of the routing.")]
    responsible: Named | None
    lead: Named | None
    is_border_case: Annotated[
        bool,
        Field(description="The border is within the accuracy of the place, in any layer."),
    ]
    borders: Annotated[
        list[BorderSides], Field(description="Layers with a border within 30 m or the accuracy.")
    ]
    runners_up: list[RunnerUp]
    parties: Annotated[
        list[Party], Field(description="Every organisation on some side, who is responsible first.")
    ]
    objection: Objection | None
    disputes: list[Dispute]
    hand_overs: int
    send_backs: int


async def get_sides(connection: Connection, number: str) -> CaseSides | None:
    """Both sides of a case; None if there is none of this number."""
    row = await sides_of_case(connection, number)
    if row is None:
        return None
    accuracy = uncertainty_m(row["place_accuracy_m"], row["original_crs"] or "wgs84")
    near: list[Mapping[str, Any]] = []
    if row["lon"] is not None and row["at"] is not None:
        reach = max(NEAR_M, accuracy)
        near = list(await borders_near(connection, row["lon"], row["lat"], row["at"], reach))
    steps = await dispute_steps(connection, row["id"])
    runners = row["runners_up"] or []
    codes = {runner["organisation"] for runner in runners}
    for step in steps:
        codes |= {(step["before"] or {}).get("lead"), (step["after"] or {}).get("lead"), _proposed(step)}
        codes.add((step["after"] or {}).get("organisation"))
    ids = {row["organisation_id"], row["lead_id"], *row["supporting_ids"], *row["concerned_ids"]}
    known = await organisations_named(
        connection, sorted(ids - {None}), sorted(code for code in codes if code is not None)
    )
    by_id = {each["id"]: _named(each) for each in known}
    by_code = {each["code"]: _named(each) for each in known}
    borders = _borders(row, near, accuracy)
    told = _Parties()
    told.add(by_id.get(row["organisation_id"]), "responsible")
    told.add(by_id.get(row["lead_id"]), "leads")
    for border in borders:
        if border.own is not None:
            told.add(border.own.organisation, "zone")
        for side in border.others:
            told.add(side.organisation, "other_side")
    for runner in runners:
        told.add(by_code.get(runner["organisation"]), "runner_up")
    for key in row["supporting_ids"]:
        told.add(by_id.get(key), "supports")
    for key in row["concerned_ids"]:
        told.add(by_id.get(key), "worked")
    objection = row["objection"] and Objection.model_validate(row["objection"])
    if objection is not None:
        told.add(by_code.get(objection.organisation or ""), "objects")
        told.add(by_code.get(objection.proposes or ""), "proposed")
    return CaseSides(
        number=row["number"],
        place=None if row["lon"] is None else Point(coordinates=[row["lon"], row["lat"]]),
        accuracy_m=accuracy,
        at=row["at"],
        responsible=by_id.get(row["organisation_id"]),
        lead=by_id.get(row["lead_id"]),
        is_border_case=any(border.within_accuracy for border in borders),
        borders=borders,
        runners_up=[
            RunnerUp(
                rule=runner["rule"],
                organisation=by_code.get(runner["organisation"]),
                lost_by=runner["lost_by"],
            )
            for runner in runners
        ],
        parties=told.parties(),
        objection=objection,
        disputes=[_dispute(step, by_code) for step in steps],
        hand_overs=row["hand_overs"],
        send_backs=row["send_backs"],
    )


class _Parties:
    """Organisations in the order of their coming, each with its reasons."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[Named, list[Why]]] = {}

    def add(self, organisation: Named | None, why: Why) -> None:
        if organisation is not None:
            reasons = self._found.setdefault(organisation.code, (organisation, []))[1]
            if why not in reasons:
                reasons.append(why)

    def parties(self) -> list[Party]:
        return [Party(organisation=each, why=why) for each, why in self._found.values()]


def _borders(row: Mapping[str, Any], near: list[Mapping[str, Any]], accuracy: float) -> list[BorderSides]:
    own = set(row["zone_version_ids"] or ())
    layers: dict[str, list[Mapping[str, Any]]] = {}
    for zone in near:
        layers.setdefault(zone["layer"], []).append(zone)
    found = []
    for layer, zones in layers.items():
        others = [_side(zone) for zone in zones if zone["version_id"] not in own]
        mine = [_side(zone) for zone in zones if zone["version_id"] in own]
        # The edge of what a layer covers has nobody on its other side.
        if not others:
            continue
        found.append(
            BorderSides(
                layer=Named(code=layer, name=Name(zh=zones[0]["layer_zh"], en=zones[0]["layer_en"])),
                own=mine[0] if mine else None,
                others=others,
                within_accuracy=others[0].distance_m < accuracy,
                decides=layer == row["rule_layer"],
            )
        )
    return found


def _side(zone: Mapping[str, Any]) -> Side:
    return Side(
        zone=_named(zone),
        organisation=None
        if zone["organisation"] is None
        else Named(
            code=zone["organisation"], name=Name(zh=zone["organisation_zh"], en=zone["organisation_en"])
        ),
        distance_m=round(zone["distance_m"], 3),
    )


def _proposed(step: Mapping[str, Any]) -> str | None:
    objection = (step["after"] or {}).get("objection") or {}
    proposes: str | None = objection.get("proposes")
    return proposes


def _dispute(step: Mapping[str, Any], by_code: Mapping[str, Named]) -> Dispute:
    before: Mapping[str, Any] = step["before"] or {}
    after: Mapping[str, Any] = step["after"] or {}
    lead_after = _proposed(step) if step["action"] == "object" else after.get("lead")
    return Dispute.model_validate(
        {
            "seq": step["seq"],
            "at": step["at"],
            "by": step["by"],
            "role": after.get("role"),
            "organisation": after.get("organisation"),
            "kind": step["action"],
            "reason": after.get("reason"),
            "lead_before": by_code.get(before.get("lead") or ""),
            "lead_after": by_code.get(lead_after or ""),
        }
    )


def _named(row: Mapping[str, Any]) -> Named:
    return Named(code=row["code"], name=Name(zh=row["name_zh"], en=row["name_en"]))

"""The reason of a routing in words: one readable text in each language, from codes and names.

Which rule decides, and its sentence, is :mod:`gis.rules.assignment`'s; what stands on, near or beyond a
border is added here. Words are made when asked, from what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gis.places import PROBLEMS
from gis.rules.assignment import Candidate, Decision, Party, decide
from gis.words import Words
from governance.incidents.answers import Name, PlaceProblem, ZoneFound

_NONE_GIVEN = Words("未提供位置。", "No place was given.")


def place_problem(code: str) -> PlaceProblem:
    """A place problem with its words."""
    words = _NONE_GIVEN if code == "none_given" else PROBLEMS[code]  # type: ignore[index]
    return PlaceProblem.model_validate({"code": code, "message": {"zh": words.zh, "en": words.en}})


def place_problem_words() -> dict[str, dict[str, str]]:
    """The words of every place problem, by code."""
    every: dict[str, Words] = {"none_given": _NONE_GIVEN}
    every.update({str(code): words for code, words in PROBLEMS.items()})
    return {code: words._asdict() for code, words in every.items()}


def candidate(rule: Mapping[str, Any]) -> Candidate:
    """A fitting rule as the database tells it (``rules`` of ``routing/route_place``)."""
    organisation = rule["organisation"]
    return Candidate(
        rule=rule["rule"],
        assign_to=rule["assign_to"],
        organisation=Party(organisation, _words(rule["organisation_name"]) or Words(organisation, ""))
        if organisation
        else None,
        priority=rule["priority"],
        category=rule["category"],
        category_name=_words(rule["category_name"]),
        category_depth=rule["category_depth"],
        layer=rule["layer"],
        layer_name=_words(rule["layer_name"]),
        layer_depth=rule["layer_depth"],
        zone=rule["zone"],
        zone_name=_words(rule["zone_name"]),
        names_zone=rule["names_zone"],
        note=_words(rule["note"]),
    )


def decide_among(rules: Sequence[Mapping[str, Any]], subject: Name | None) -> Decision:
    """The decision among fitting rules, for a category's name."""
    about = Words(subject.zh, subject.en or subject.zh) if subject else None
    return decide([candidate(rule) for rule in rules], subject=about)


def reason_codes(zones: Sequence[ZoneFound], decision: Decision | None, problem: str | None) -> list[str]:
    """What happened, as codes in a stable order, for programs and filters."""
    if problem is not None:
        return [f"place:{problem}", "unassigned"]
    codes = [f"{zone.layer}:{zone.method}" for zone in zones if zone.method != "inside"]
    codes += [f"{zone.layer}:near_border" for zone in zones if zone.near_border]
    return codes + list(decision.reason_codes if decision else ("unassigned",))


def reason_words(zones: Sequence[ZoneFound], decision: Decision | None, problem: PlaceProblem | None) -> Name:
    """The same in words."""
    if problem is not None:
        return Name(
            zh=f"{problem.message.zh}待人工定位后再分派。",
            en=f"{problem.message.en} It waits for a person to locate it before it is assigned.",
        )
    notes = [note for note in map(_border_note, zones) if note]
    if decision is not None:
        notes.append(decision.reason)
    return Name(zh="".join(note.zh for note in notes), en=" ".join(note.en for note in notes))


def _words(name: Mapping[str, str | None] | None) -> Words | None:
    if not name or not name.get("zh"):
        return None
    return Words(name["zh"] or "", name["en"] or name["zh"] or "")


def _border_note(zone: ZoneFound) -> Words | None:
    layer_zh, layer_en = zone.layer_name.zh, (zone.layer_name.en or zone.layer_name.zh).lower()
    if zone.zone is None:
        if zone.kind not in ("base_grid", "region"):
            return None
        return Words(f"不在任何{layer_zh}内。", f"It lies in no {layer_en}.")
    code = zone.zone.code
    if zone.method == "on_border" and zone.candidates:
        return Words(
            f"正在{layer_zh}的共用边界上，按编码最小者归入 {code}。",
            f"It lies exactly on a shared border ({layer_en}); the lowest code takes it: {code}.",
        )
    distance = f"{zone.distance_m or 0:.1f}"
    if zone.method == "nearest":
        return Words(
            f"不在{layer_zh}内，归入 {distance} 米外最近的 {code}。",
            f"No zone covers it ({layer_en}); the nearest, {code}, is {distance} m away.",
        )
    if zone.near_border and zone.kind == "base_grid":
        return Words(
            f"距{layer_zh}边界仅 {distance} 米，宜核对位置。",
            f"It is only {distance} m from the border ({layer_en}); the place should be checked.",
        )
    return None

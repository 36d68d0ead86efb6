"""Checks of a rule by itself: does everything it names exist, and can it ever yield an organisation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gis.rules.findings import MOST_EXAMPLES, Finding, FindingCode, listed
from gis.rules.rule import LayerFacts, Rule, World
from gis.words import Words

__all__ = ["reference_findings"]


def reference_findings(rule: Rule, world: World) -> list[Finding]:
    """Faults of one rule, whatever the other rules say."""
    return [*_category(rule, world), *_ground(rule, world), *_organisations(rule, world)]


def _finding(
    rule: Rule, code: FindingCode, field: str, zh: str, en: str, about: Iterable[tuple[str, Words]] = ()
) -> Finding:
    things = list(about)
    return Finding(
        code,
        Words(f"规则 {rule.code}：{zh}", f"rule {rule.code}: {en}"),
        rule=rule.code,
        field=field,
        examples=tuple(things[:MOST_EXAMPLES]),
        count=len(things),
    )


def _category(rule: Rule, world: World) -> Iterator[Finding]:
    if rule.category is not None and rule.category not in world.categories:
        yield _finding(
            rule,
            "unknown_category",
            "category",
            f"没有类别 {rule.category}",
            f"there is no category {rule.category}",
        )
        return
    if rule.assign_to not in ("facility_owner", "facility_maintainer") or rule.category is None:
        return
    below = [key for key in world.categories if rule.category in world.line(key)]
    without = [key for key in below if not world.categories[key].about_component]
    if len(without) == len(below):
        yield _finding(
            rule,
            "no_facility",
            "assign_to",
            "此类别不涉及任何部件，得不出设施的权属或养护单位",
            "no component is concerned in this category, so no facility and no owner can be found",
        )
    # A class is no incident's usual category, and is about no component by itself.
    elif minor := [key for key in without if key != rule.category]:
        yield _finding(
            rule,
            "some_without_facility",
            "assign_to",
            f"有 {len(minor)} 个类别不涉及部件，规则在其中不起作用",
            f"{len(minor)} categories are about no component; there the rule yields nobody",
            [(key, world.categories[key].name) for key in minor],
        )


def _ground(rule: Rule, world: World) -> Iterator[Finding]:
    if rule.layer is None:
        if rule.zone is not None or rule.assign_to == "zone_organisation":
            field = "zone" if rule.zone is not None else "assign_to"
            yield _finding(rule, "layer_missing", "layer", f"{field} 需要图层", f"{field} needs a layer")
        return
    layer = world.layers.get(rule.layer)
    if layer is None:
        yield _finding(
            rule, "unknown_layer", "layer", f"没有图层 {rule.layer}", f"there is no layer {rule.layer}"
        )
        return
    if not layer.routed:
        yield _finding(
            rule,
            "inactive_layer",
            "layer",
            f"图层 {rule.layer} 不参与分派",
            f"the layer {rule.layer} takes no part in routing",
        )
    elif rule.zone is not None:
        yield from _zone(rule, layer)
    elif not layer.zones:
        yield _finding(
            rule,
            "empty_layer",
            "layer",
            f"图层 {rule.layer} 没有网格",
            f"the layer {rule.layer} has no zones",
        )
    elif rule.assign_to == "zone_organisation":
        yield from _zone_organisations(rule, layer)


def _zone(rule: Rule, layer: LayerFacts) -> Iterator[Finding]:
    assert rule.zone is not None
    if rule.zone in layer.gone and rule.zone not in layer.zones:
        yield _finding(
            rule,
            "retired_zone",
            "zone",
            f"图层 {rule.layer} 的 {rule.zone} 已撤销",
            f"{rule.zone} of the layer {rule.layer} is retired",
        )
    elif rule.zone not in layer.zones:
        yield _finding(
            rule,
            "unknown_zone",
            "zone",
            f"图层 {rule.layer} 中没有区域 {rule.zone}",
            f"the layer {rule.layer} has no zone {rule.zone}",
        )
    elif rule.assign_to == "zone_organisation" and layer.zones[rule.zone] is None:
        yield _finding(
            rule,
            "no_zone_organisation",
            "assign_to",
            f"{rule.zone} 没有责任单位",
            f"no organisation answers for {rule.zone}",
        )


def _zone_organisations(rule: Rule, layer: LayerFacts) -> Iterator[Finding]:
    without = sorted(zone for zone in layer.zones if zone not in layer.with_organisation)
    if len(without) == len(layer.zones):
        yield _finding(
            rule,
            "no_zone_organisation",
            "assign_to",
            f"图层 {rule.layer} 的网格都没有责任单位",
            f"no zone of the layer {rule.layer} has an organisation that answers for it",
        )
    elif without:
        some = listed(without)
        yield _finding(
            rule,
            "some_zones_without_organisation",
            "assign_to",
            f"图层 {rule.layer} 有 {len(without)} 个网格没有责任单位（{some.zh}）",
            f"{len(without)} zones of the layer {rule.layer} have no organisation ({some.en})",
            [(zone, Words(zone, zone)) for zone in without],
        )


def _organisations(rule: Rule, world: World) -> Iterator[Finding]:
    if rule.assign_to == "organisation" and rule.organisation is None:
        yield _finding(
            rule, "organisation_missing", "organisation", "没有指明负责单位", "no organisation is named"
        )
    elif rule.assign_to != "organisation" and rule.organisation is not None:
        yield _finding(
            rule,
            "organisation_superfluous",
            "organisation",
            f"assign_to 为 {rule.assign_to} 时不指明单位",
            f"with assign_to {rule.assign_to} no organisation is named",
        )
    named = [("organisation", rule.organisation), *(("supporting", code) for code in rule.supporting)]
    for field, code in named:
        if code is not None and code not in world.organisations:
            yield _finding(
                rule, "unknown_organisation", field, f"没有单位 {code}", f"there is no organisation {code}"
            )
    if rule.organisation is not None and rule.organisation in rule.supporting:
        yield _finding(
            rule,
            "support_is_lead",
            "supporting",
            f"{rule.organisation} 既牵头又配合",
            f"{rule.organisation} both leads and supports",
        )

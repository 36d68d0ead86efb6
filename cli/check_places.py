"""``gridgov check places``: fallback coordinates that incidents of many addresses share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from cli.check_layers import Output, write
from cli.console import in_words, out
from cli.import_run import fail, in_database
from gis.words import Words
from governance.settings import Settings

if TYPE_CHECKING:
    from governance.incidents.place_answers import FallbackPlace, PlaceCheck

__all__ = ["check_places"]

LOOKING = Words("检查中", "checking")


def check_places(
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Keep what is found and withdraw the places of its incidents."),
    ] = False,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="LON,LAT", help="This coordinate is a fallback.")
    ] = None,
    refute: Annotated[
        str | None, typer.Option("--refute", metavar="LON,LAT", help="This coordinate is a real place.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="How you know; for --confirm and --refute.")
    ] = None,
    output_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text, json or geojson.")
    ] = "text",
    output: Output = None,
) -> None:
    """Find coordinates that incidents of many different addresses share: what a geocoder falls back to.

    Without options nothing is changed. Ends with 1 when something is found.
    """
    if output_format not in ("text", "json", "geojson"):
        raise typer.BadParameter("--format: text | json | geojson")
    if confirm is not None or refute is not None:
        if apply or (confirm is not None and refute is not None):
            raise typer.BadParameter("--apply | --confirm | --refute")
        _decide("confirmed" if confirm is not None else "refuted", confirm or refute or "", reason)
        return
    from governance.access import OPERATOR
    from governance.incidents.fallback_places import check_places as check

    rule = Settings().fallback_rule
    found = in_database(lambda connection, _: check(connection, OPERATOR, rule, apply=apply), LOOKING)
    if output_format == "json":
        write(found.model_dump(mode="json"), output)
    elif output_format == "geojson":
        write(_features(found), output)
    if output_format == "text" or output is not None:
        _print(found)
    if found.suspects:
        raise typer.Exit(1)


def _decide(state: Literal["confirmed", "refuted"], place: str, reason: str | None) -> None:
    from governance.access import OPERATOR
    from governance.errors import GovernanceError
    from governance.incidents.fallback_places import decide_place

    try:
        lon, lat = (float(number) for number in place.split(","))
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            raise ValueError
    except ValueError:
        raise typer.BadParameter(in_words(f"应为 LON,LAT：{place}", f"LON,LAT expected: {place}")) from None
    if not reason:
        raise typer.BadParameter(in_words("请用 --reason 说明理由", "say why with --reason"))
    try:
        decided = in_database(
            lambda connection, _: decide_place(connection, OPERATOR, lon, lat, state, reason), LOOKING
        )
    except GovernanceError as error:
        fail(error.message, error.message)
    if state == "confirmed":
        zh = f"{decided.key}：确认为兜底坐标，{decided.waiting} 件待定位"
        en = f"{decided.key}: confirmed, {decided.waiting} incident(s) wait for locating"
    else:
        zh = f"{decided.key}：确有其地，其事件的位置已恢复"
        en = f"{decided.key}: refuted, its incidents have their places back"
    out.print(in_words(zh, en), soft_wrap=True)


def _features(found: PlaceCheck) -> dict[str, Any]:
    features = []
    for place in found.suspects:
        properties = place.model_dump(mode="json")
        features.append({"type": "Feature", "geometry": properties.pop("place"), "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def _print(found: PlaceCheck) -> None:
    zh = (
        f"{found.incidents:,} 件有位置的事件，{found.coordinates} 个多件共用的坐标，"
        f"{len(found.suspects)} 个疑为兜底坐标"
    )
    en = (
        f"{found.incidents:,} incidents with a place, {found.coordinates} shared coordinate(s), "
        f"{len(found.suspects)} suspected"
    )
    out.print(escape(in_words(zh, en)), soft_wrap=True)
    if found.suspects:
        table = Table(box=None, pad_edge=False)
        for heading in ("坐标", "place"), ("件", "incidents"), ("占比", "share"), ("不同地址", "addresses"):
            table.add_column(in_words(*heading), justify="right", no_wrap=True)
        table.add_column(in_words("矛盾", "contradict"), justify="right", no_wrap=True)
        table.add_column(in_words("例", "examples"), overflow="fold")
        for place in found.suspects:
            table.add_row(*_cells(place))
        out.print(table)
    if found.applied:
        out.print(
            in_words(
                f"{found.withdrawn} 件转入待定位", f"{found.withdrawn} incident(s) wait for locating now"
            ),
            soft_wrap=True,
        )
    elif found.suspects:
        out.print(
            in_words("未作改动；--apply 予以标记", "nothing changed; --apply marks them"), soft_wrap=True
        )


def _cells(place: FallbackPlace) -> tuple[str, ...]:
    assert place.addresses is not None
    return (
        place.key,
        f"{place.incidents:,}",
        f"{(place.share or 0) * 100:.2g} %",
        f"{place.addresses.different:,} ({place.addresses.effective:g})",
        f"{place.addresses.contradicting:,} / {place.addresses.checked:,}",
        escape("; ".join(place.examples[:3])),
    )

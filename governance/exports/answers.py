"""Answers to questions as tables: a ranking, with the shapes of its zones."""

from __future__ import annotations

from collections.abc import Mapping

from gis.words import Words
from governance.exports.subjects import Subject
from governance.incidents.answers import Name
from governance.supervision.rankings import RankingAnswer, RankingRow
from grid_data.database import Connection, rows
from grid_data.exporters.columns import Column, Language, Row

__all__ = ["ranking_table"]


async def ranking_table(
    connection: Connection, answer: RankingAnswer, language: Language
) -> tuple[Subject, list[Row]]:
    """A ranking as a table: a row per zone with every figure and rate, and those of the span compared with.

    At the end what lies elsewhere, what has no place, and the sum.
    """
    compared = answer.compared_with is not None
    columns = [
        Column("zone", Words("编码", "code")),
        Column("name", Words("名称", "name")),
    ]
    for figure in answer.figures:
        columns.append(Column(figure.code, _words(figure.name), "integer"))
        if compared:
            columns.append(Column(f"{figure.code}_before", _before(figure.name), "integer"))
    for rate in answer.rates:
        columns.append(Column(rate.code, _words(rate.name), "number"))
        if compared:
            columns.append(Column(f"{rate.code}_before", _before(rate.name), "number"))
    codes = [row.zone.code for row in answer.rows if row.zone is not None]
    found = await rows(connection, "exports/shapes", {"layer": answer.layer, "codes": codes})
    shapes: Mapping[str, bytes] = {each["code"]: each["shape"] for each in found}
    listed = [_row(answer, row, None, language, shapes) for row in answer.rows]
    for special, words in (
        (answer.elsewhere, Words("其他位置", "elsewhere")),
        (answer.nowhere, Words("未定位", "without a place")),
        (answer.total, Words("合计", "total")),
    ):
        if special is not None:
            listed.append(_row(answer, special, words, language, shapes))
    subject = Subject("rankings", Words("排名", "Ranking"), tuple(columns), "MultiPolygon", "", "", "")
    return subject, listed


def _row(
    answer: RankingAnswer,
    row: RankingRow,
    words: Words | None,
    language: Language,
    shapes: Mapping[str, bytes],
) -> Row:
    compared = answer.compared_with is not None
    zone = None if words is not None else row.zone
    name = words if words is not None else _words(row.zone.name) if row.zone else Words("", "")
    values: list[object] = [zone.code if zone else None, getattr(name, language)]
    for figure in answer.figures:
        values.append(row.figures.get(figure.code))
        if compared:
            values.append((row.before or {}).get(figure.code))
    for rate in answer.rates:
        values.append(row.rates.get(rate.code))
        if compared:
            values.append((row.rates_before or {}).get(rate.code))
    return (*values, shapes.get(zone.code) if zone else None)


def _words(name: Name) -> Words:
    return Words(name.zh, name.en or name.zh)


def _before(name: Name) -> Words:
    return Words(f"{name.zh}（上年）", f"{name.en or name.zh}, a year before")

"""A report from its question to the file, written into the history as any export is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gis.words import Words
from governance.access import Principal
from governance.exports.export import Export, Exports, file_name, told
from governance.reports.document import report_pdf
from governance.reports.facts import ReportFacts, read_facts
from governance.reports.font import report_font
from grid_data.database import Connection
from grid_data.exporters.columns import Language
from grid_data.incidents import IncidentFilter

__all__ = ["TITLE", "ReportAsked", "facts_of", "report_begun"]

TITLE = Words("事件报告", "Incident report")


@dataclass(frozen=True)
class ReportAsked:
    """A report as it was asked for; ``query`` and ``filters`` say the filter for programs and for people."""

    filter: IncidentFilter
    query: str
    filters: Sequence[tuple[Words, Words]]
    language: Language
    title: Words = TITLE


async def facts_of(connection: Connection, me: Principal, asked: ReportAsked) -> ReportFacts:
    """What the report tells, in a transaction of whom it is for."""
    return await read_facts(connection, asked.filter, asked.title, me.name, asked.query, asked.filters)


@asynccontextmanager
async def report_begun(
    exports: Exports, me: Principal, asked: ReportAsked, font: Path | None
) -> AsyncIterator[Export]:
    """A report as PDF.

    Raises
    ------
    ExportsBusy
        Too many exports are under way.
    FontMissing
        There is no font to write it in.
    """
    found = report_font(font)
    async with exports.turn():
        async with exports.database.transaction(me) as connection:
            facts = await facts_of(connection, me, asked)
            await told(connection, me.name, "report", "pdf", asked.query, facts.about.rows)
        content = await asyncio.to_thread(report_pdf, facts, found, asked.language)
        yield Export(facts.about.rows, file_name(facts.about, "report", "pdf"), _whole(content))


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content

"""``gridgov rules``: assignment rules read, checked, changed, and tried on past incidents."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer

from cli.console import in_words, out
from cli.import_run import fail, in_database
from cli.rule_report import (
    print_findings,
    print_json,
    print_outcome,
    print_rule,
    print_rules,
    print_trial,
)
from gis.rules.rule import MOST_PRIORITY
from gis.words import Words

if TYPE_CHECKING:
    from gis.rules.rule import Rule
    from governance.rules.answers import Outcome
    from governance.rules.drafts import Change
    from grid_data.database import Connection

__all__ = ["rules"]

Answer = TypeVar("Answer")
WORKING = Words("读取规则", "reading the rules")
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]

rules = typer.Typer(
    name="rules",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Assignment rules: which organisation answers for what, where.",
)

Json = Annotated[bool, typer.Option("--json", help="The answer as JSON, as over HTTP.")]
At = Annotated[
    datetime | None, typer.Option("--at", metavar="DATE", formats=FORMATS, help="As of this moment; now.")
]
Begins = Annotated[
    datetime | None,
    typer.Option(
        "--from", metavar="DATE", formats=FORMATS, help="When it begins to hold (city's time zone); now."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be; store nothing.")]
Code = Annotated[str, typer.Argument(metavar="CODE", help="Code of the rule.")]
File = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV with a header; docs/rules.md lists the columns.")
]


@rules.command("list")
def list_(
    at: At = None,
    category: Annotated[
        str | None, typer.Option("--category", metavar="KEY", help="Only rules that may decide for it.")
    ] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="CODE", help="Only rules that name it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the rules in the order in which they decide."""
    from governance.rules.stored import list_rules

    async def work(connection: Connection) -> None:
        moment = await _moment(connection, at)
        found = await list_rules(connection, at=moment, category=category, organisation=organisation)
        print_json(found) if as_json else print_rules(found.items)

    _run(work)


@rules.command("show")
def show(code: Code, as_json: Json = False) -> None:
    """One rule with its versions and who changed it when."""
    from governance.rules.stored import get_rule

    rule = _run(lambda connection: get_rule(connection, code))
    if rule is None:
        fail(f"没有规则 {code}", f"no rule {code}")
    print_json(rule) if as_json else print_rule(rule)


@rules.command("check")
def check(as_json: Json = False) -> None:
    """Check the rules in force: dangling, unreachable, ambiguous ones, and categories left out.

    Ends with 1 when there is an error.
    """
    from governance.rules.changes import current_faults

    found = _run(current_faults)
    print_json(found) if as_json else print_findings(
        [finding.model_copy(update={"new": True}) for finding in found.findings]
    )
    if any(finding.level == "error" for finding in found.findings):
        raise typer.Exit(1)


@rules.command("save")
def save(
    code: Code,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="WHAT",
            help="organisation, zone_organisation, facility_owner or facility_maintainer.",
        ),
    ] = "organisation",
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="CODE", help="Who, when --to is organisation.")
    ] = None,
    category: Annotated[
        str | None,
        typer.Option("--category", metavar="KEY", help="Root of a category subtree; any without it."),
    ] = None,
    layer: Annotated[str | None, typer.Option("--layer", help="Only in this layer's zones.")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="Only in this zone of the layer.")] = None,
    supporting: Annotated[
        list[str] | None, typer.Option("--supporting", metavar="CODE", help="Supports; repeat as needed.")
    ] = None,
    priority: Annotated[
        int,
        typer.Option(
            "--priority",
            min=-MOST_PRIORITY,
            max=MOST_PRIORITY,
            help="The higher wins among equally specific.",
        ),
    ] = 0,
    note_zh: Annotated[str | None, typer.Option("--note-zh", help="What it says, in Chinese.")] = None,
    note_en: Annotated[str | None, typer.Option("--note-en", help="The same in English.")] = None,
    begins: Begins = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Add a rule, or let another version follow the one in force; the options are the whole rule."""
    from typing import get_args

    from gis.rules.assignment import AssignTo
    from gis.rules.rule import RULE_CODE, Rule
    from governance.rules.drafts import Save

    if not re.fullmatch(RULE_CODE, code):
        raise typer.BadParameter("CODE: A-Z a-z 0-9 . _ - , a capital letter or digit first")
    if to not in get_args(AssignTo):
        raise typer.BadParameter(f"--to: {' | '.join(get_args(AssignTo))}")
    rule = Rule(
        code,
        to,  # type: ignore[arg-type]
        organisation,
        category,
        layer,
        zone,
        tuple(sorted(set(supporting or ()))),
        priority,
        Words(note_zh, note_en or "") if note_zh else None,
    )
    _change(lambda _: [Save(rule)], begins, dry_run, as_json)


@rules.command("remove")
def remove(code: Code, begins: Begins = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """End a rule; it stays readable, and what it decided stays decided."""
    from governance.rules.drafts import Remove

    _change(lambda _: [Remove(code, None)], begins, dry_run, as_json)


@rules.command("import")
def import_(
    file: File,
    apply: Annotated[
        bool, typer.Option("--apply", help="Put it into force; without it, only a dry run.")
    ] = False,
    end_missing: Annotated[
        bool, typer.Option("--end-missing", help="End the rules that the file lacks.")
    ] = False,
    begins: Begins = None,
    as_json: Json = False,
) -> None:
    """Make the rules those of a table, in one transaction; equal rules are left alone. First a dry run."""
    found = _read_table(file)
    from governance.rules.files import as_changes

    async def changes(connection: Connection) -> list[Change]:
        return await as_changes(connection, found, end_missing=end_missing)

    _change(changes, begins, not apply, as_json)


@rules.command("export")
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="CSV to write; standard output without it.")
    ] = None,
    at: At = None,
) -> None:
    """Write the rules in force as a table that `gridgov rules import` reads."""
    from governance.rules.files import write_rules
    from grid_data.rules import current_moment, rule_of, rule_versions

    async def work(connection: Connection) -> list[Rule]:
        moment = await _moment(connection, at) or await current_moment(connection)
        return [rule_of(row) for row in await rule_versions(connection, at=moment)]

    found = _run(work)
    text = io.StringIO(newline="")
    write_rules(found, text)
    if file is None:
        out.print(text.getvalue(), end="", soft_wrap=True, markup=False)
    else:
        file.write_text(text.getvalue(), encoding="utf-8")
        out.print(in_words(f"{file}：{len(found)} 条规则", f"{file}: {len(found)} rules"), soft_wrap=True)


@rules.command("simulate")
def simulate(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help='Changes: a CSV table of rules, or JSON {"changes": [...]} as over HTTP.'
        ),
    ],
    last: Annotated[
        int, typer.Option("--last", min=1, max=1_000_000, help="So many of the newest incidents.")
    ] = 10_000,
    reported_from: Annotated[
        datetime | None,
        typer.Option(
            "--from", metavar="DATE", formats=FORMATS, help="Only incidents reported then or later."
        ),
    ] = None,
    reported_to: Annotated[
        datetime | None,
        typer.Option("--to", metavar="DATE", formats=FORMATS, help="Only incidents reported before."),
    ] = None,
    end_missing: Annotated[
        bool, typer.Option("--end-missing", help="The rules that a CSV lacks are ended.")
    ] = False,
    sample: Annotated[
        int, typer.Option("--sample", min=0, max=500, help="Incidents to be told one by one.")
    ] = 5,
    as_json: Json = False,
) -> None:
    """Try changed rules on past incidents: who would move from whom to whom. Nothing is written."""
    is_json = file.suffix.lower() == ".json"
    table = None if is_json else _read_table(file)
    listed = _read_changes(file) if is_json else []
    from governance.rules.files import as_changes, with_versions
    from governance.rules.trials import try_changes

    async def work(connection: Connection) -> None:
        if table is None:
            changes = await with_versions(connection, listed)
        else:
            changes = await as_changes(connection, table, end_missing=end_missing)
        trial = await try_changes(
            connection,
            changes,
            last=last,
            from_time=await _moment(connection, reported_from),
            to_time=await _moment(connection, reported_to),
            sample=sample,
        )
        print_json(trial) if as_json else print_trial(trial)

    _run(work, Words("模拟", "simulating"))


def _run(work: Callable[[Connection], Awaitable[Answer]], doing: Words = WORKING) -> Answer:
    """Work in one transaction; what cannot be done is said in one line."""
    from governance.errors import GovernanceError, RulesChanged, RulesRefused

    try:
        return in_database(lambda connection, _: work(connection), doing)
    except RulesChanged as refused:
        fail("；".join(words.zh for _, _, words in refused.stale), str(refused))
    except RulesRefused as refused:
        fail("；".join(words.zh for _, _, _, words in refused.faults), str(refused))
    except GovernanceError as error:
        fail(error.message, error.message)


def _change(
    changes: Callable[[Connection], Awaitable[list[Change]] | list[Change]],
    begins: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    from governance.access import OPERATOR
    from governance.rules.changes import change_rules
    from governance.rules.files import with_versions
    from grid_data.rules import lock_rules

    async def work(connection: Connection) -> Outcome:
        await lock_rules(connection)
        wanted = changes(connection)
        told = await with_versions(connection, wanted if isinstance(wanted, list) else await wanted)
        return await change_rules(
            connection, OPERATOR, told, await _moment(connection, begins), dry_run=dry_run
        )

    outcome = _run(work)
    print_json(outcome) if as_json else print_outcome(outcome)
    if outcome.refused:
        raise typer.Exit(1)


async def _moment(connection: Connection, given: datetime | None) -> datetime | None:
    """A moment; without an offset in the city's time zone."""
    from grid_data.city import city_timezone

    if given is None or given.tzinfo is not None:
        return given
    return given.replace(tzinfo=ZoneInfo(await city_timezone(connection)))


def _read_table(file: Path) -> list[Rule]:
    from governance.rules.files import read_rules
    from grid_data.importers.delimiter import delimiter_of

    content = _content(file)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        fail(f"{file.name} 既不是 UTF-8 也不是 GB 18030", f"{file.name} is neither UTF-8 nor GB 18030")
    found, faults = read_rules(io.StringIO(text, newline=""), delimiter_of(file))
    if faults:
        fail(
            "；".join(f"第 {fault.row} 行 {fault.field or ''}：{fault.message.zh}" for fault in faults),
            "; ".join(f"row {fault.row} {fault.field or ''}: {fault.message.en}" for fault in faults),
        )
    return found


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        reason = problem.strerror or str(problem)
        fail(f"无法读取 {file}：{reason}", f"{file} cannot be read: {reason}")


def _read_changes(file: Path) -> list[Change]:
    from pydantic import ValidationError

    from api.rule_bodies import ChangeFile

    try:
        return ChangeFile.model_validate(json.loads(_content(file))).plain()
    except ValidationError as wrong:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors())
        fail(told, told)
    except ValueError as problem:
        fail(f"{file.name} 不是有效的 JSON：{problem}", f"{file.name} is no valid JSON: {problem}")

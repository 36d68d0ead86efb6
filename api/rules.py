"""Assignment rules: which organisation answers for what, where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.dependencies import At, Transaction, known_parameters, moment
from api.field_errors import FieldError
from api.formats import NOT_NUL, CategoryKey, Moment, OrganisationCode
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from api.rule_bodies import DraftSet, NewRule, RuleEdit, TrialBody
from gis.rules.rule import RULE_CODE
from governance.access import Permission, Principal
from governance.errors import RulesChanged, RulesRefused
from governance.incidents.answers import Name
from governance.rules.answers import Findings, Outcome, RuleDetail, Rules, Trial
from governance.rules.changes import change_rules, current_faults
from governance.rules.drafts import Change, Remove, Save
from governance.rules.stored import get_rule, list_rules
from governance.rules.trials import try_changes
from grid_data.organisations import organisation_subtree

router = APIRouter(tags=["rules"], dependencies=[Depends(known_parameters)])

RuleCode = Annotated[str, Path(pattern=RULE_CODE, examples=["R001"])]


@router.get(
    "/api/rules",
    summary="List rules",
    responses=problems(
        "bad-parameter", "unknown-parameter", "unknown-category", "unknown-organisation", "database-away"
    ),
)
async def read_rules(
    connection: Transaction,
    at: At = None,
    category: Annotated[
        CategoryKey | None,
        Query(
            description="Only rules that may decide for this category.",
            examples=["GB/T 47678.5-2026:matter:06010"],
        ),
    ] = None,
    organisation: Annotated[
        OrganisationCode | None,
        Query(
            description="Only rules that name this organisation, leading or supporting.", examples=["LS-CG"]
        ),
    ] = None,
) -> Rules:
    """Rules in force at a moment, in the order in which they decide: the most specific first.

    Without `at`, rules that begin later are listed too (`state: scheduled`).
    """
    if organisation is not None and not await organisation_subtree(connection, organisation):
        unknown = Name(zh="没有这个部门", en="no such organisation")
        raise Problem(
            "unknown-organisation", unknown, FieldError("organisation", unknown, "unknown-organisation")
        )
    return await list_rules(
        connection, at=await moment(connection, at, "at"), category=category, organisation=organisation
    )


@router.get(
    "/api/rules/checks",
    summary="Check the rules in force",
    responses=problems("unknown-parameter", "database-away", "too-slow"),
)
async def read_checks(connection: Transaction) -> Findings:
    """Rules that name what does not exist, can never decide or tie, and categories that no rule names."""
    return await current_faults(connection)


@router.get(
    "/api/rules/{code}",
    summary="One rule",
    responses={
        200: {"headers": {"ETag": {"description": "The `version`.", "schema": {"type": "string"}}}},
        **problems("bad-parameter", "unknown-parameter", "not-found", "database-away"),
    },
)
async def read_rule(connection: Transaction, code: RuleCode, response: Response) -> RuleDetail:
    """A rule with all its versions and who changed it when."""
    rule = await _existing(connection, code)
    response.headers["ETag"] = f'"{rule.version}"'
    return rule


WRITING = (
    "bad-parameter", "unknown-parameter", "rule-changed", "rules-refused", "too-large", "database-away",
    "too-slow",
)  # fmt: skip
DryRun = Annotated[
    bool, Query(description="Check everything, answer what would be, store nothing; faults are findings.")
]


@router.post("/api/rules", status_code=201, summary="Add a rule", responses=problems(*WRITING))
async def add_rule(connection: Transaction, me: Me, body: NewRule) -> Outcome:
    """Add a rule, checked together with all others; `POST /api/rules/apply?dry_run=true` only checks."""
    return await _change(connection, me, [Save(body.rule.rule())], body.begins, dry_run=False)


@router.post("/api/rules/apply", summary="Put a set of changes into force", responses=problems(*WRITING))
async def apply_changes(connection: Transaction, me: Me, body: DraftSet, dry_run: DryRun = False) -> Outcome:
    """All changes or none, at one moment, with one entry in the history.

    The changed set is checked as a whole: new errors refuse it (409 `rules-refused`), and so does a rule that
    somebody else changed since you read it (409 `rule-changed`).
    """
    return await _change(connection, me, body.plain(), body.begins, dry_run)


@router.post(
    "/api/rules/simulate",
    summary="Try changed rules on incidents",
    responses=problems(
        "bad-parameter", "unknown-parameter", "rule-changed", "too-large", "database-away", "too-slow"
    ),
)
async def simulate_changes(connection: Transaction, me: Me, body: TrialBody) -> Trial:
    """What a changed rule set would move among the newest incidents, before it holds. Nothing is written.

    Faults of the changed rules are findings; a rule that names what does not exist fits nowhere. `sample` and
    `points` are told to who may read incidents.
    """
    try:
        trial = await try_changes(
            connection,
            body.plain(),
            last=body.last,
            from_time=body.reported_from,
            to_time=body.reported_to,
            sample=body.sample,
            most_points=body.points,
        )
    except RulesChanged as refusal:
        raise rules_problem(refusal) from refusal
    if me.may_throughout(Permission.INCIDENTS_READ):
        return trial
    nowhere = trial.points.model_copy(update={"features": []})
    return trial.model_copy(update={"sample": [], "points": nowhere, "points_left_out": 0})


@router.put("/api/rules/{code}", summary="Change a rule", responses=problems(*WRITING, "not-found"))
async def change_rule(
    connection: Transaction, me: Me, code: RuleCode, body: RuleEdit, dry_run: DryRun = False
) -> Outcome:
    """End the version you read and let another follow; nothing is overwritten."""
    if (await _existing(connection, code)).version == body.version and body.rule.code != code:
        other = Name(zh="与地址中的编码不符", en="differs from the code in the address")
        raise Problem("rule-changed", other, FieldError("rule.code", other, "rule-changed"))
    return await _change(
        connection, me, [Save(replace(body.rule.rule(), code=code), body.version)], body.begins, dry_run
    )


@router.delete("/api/rules/{code}", summary="End a rule", responses=problems(*WRITING, "not-found"))
async def remove_rule(
    connection: Transaction,
    me: Me,
    code: RuleCode,
    version: Annotated[
        str, Query(max_length=200, pattern=NOT_NUL, description="`version` of the rule as you read it.")
    ],
    from_: Annotated[
        Moment | None, Query(alias="from", description="When it ends; default now.", examples=["2027-01-01"])
    ] = None,
    dry_run: DryRun = False,
) -> Outcome:
    """End a rule. It stays readable, and what it decided stays decided."""
    await _existing(connection, code)
    return await _change(
        connection, me, [Remove(code, version)], await moment(connection, from_, "from"), dry_run
    )


async def _existing(connection: Transaction, code: str) -> RuleDetail:
    rule = await get_rule(connection, code)
    if rule is None:
        raise Problem("not-found", Name(zh=f"没有规则 {code}", en=f"no rule {code}"))
    return rule


async def _change(
    connection: Transaction, me: Principal, changes: Sequence[Change], begins: datetime | None, dry_run: bool
) -> Outcome:
    try:
        return await change_rules(connection, me, changes, begins, dry_run=dry_run)
    except (RulesChanged, RulesRefused) as refusal:
        raise rules_problem(refusal) from refusal


def rules_problem(refusal: RulesChanged | RulesRefused) -> Problem:
    """The refusal of a change, naming each change and field at fault."""
    errors = []
    if isinstance(refusal, RulesChanged):
        for position, _, words in refusal.stale:
            name = Name(zh=words.zh, en=words.en)
            errors.append(FieldError(f"changes.{position}.version", name, "rule-changed"))
    else:
        for change, field, code, words in refusal.faults:
            at = "changes" if change is None else f"changes.{change}"
            inside = "" if field is None else f".{field}" if field == "from" else f".rule.{field}"
            errors.append(FieldError(f"{at}{inside}", Name(zh=words.zh, en=words.en), code))
    detail = Name(
        zh="；".join(error.message.zh for error in errors),
        en="; ".join(error.message.en or "" for error in errors),
    )
    return Problem(refusal.code, detail, *errors)

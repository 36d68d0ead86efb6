"""Assignment rules: which organisation answers for what, where."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.dependencies import At, Transaction, known_parameters, moment
from api.field_errors import FieldError
from api.formats import NOT_NUL, CategoryKey, OrganisationCode
from api.openapi import problems
from api.problems import Problem
from governance.answers import Name
from governance.rule_answers import RuleDetail, Rules
from governance.rules import get_rule, list_rules
from grid_data.organisations import organisation_subtree

router = APIRouter(tags=["rules"], dependencies=[Depends(known_parameters)])

RuleCode = Annotated[str, Path(max_length=40, pattern=NOT_NUL, examples=["R001"])]


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
    "/api/rules/{code}",
    summary="One rule",
    responses={
        200: {"headers": {"ETag": {"description": "The `version`.", "schema": {"type": "string"}}}},
        **problems("bad-parameter", "unknown-parameter", "not-found", "database-away"),
    },
)
async def read_rule(connection: Transaction, code: RuleCode, response: Response) -> RuleDetail:
    """A rule with all its versions and who changed it when."""
    rule = await get_rule(connection, code)
    if rule is None:
        raise Problem("not-found", Name(zh=f"没有规则 {code}", en=f"no rule {code}"))
    response.headers["ETag"] = f'"{rule.version}"'
    return rule

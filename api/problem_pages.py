"""The kinds of problems, for programs and for people who follow a problem's ``type``."""

from __future__ import annotations

from html import escape
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse

from api.dependencies import known_parameters
from api.openapi import problems
from api.problems import PROBLEMS, Problem, ProblemType
from api.schemas import ProblemKind, ProblemKinds
from governance.incidents.answers import Name

router = APIRouter(tags=["problems"], dependencies=[Depends(known_parameters)])


def _kind(problem: ProblemType) -> ProblemKind:
    return ProblemKind(
        code=problem.code,
        type=problem.type,
        status=problem.status,
        title=problem.title,
        description=problem.description,
    )


@router.get("/api/problems", summary="All kinds of problems", responses=problems("unknown-parameter"))
async def list_problems() -> ProblemKinds:
    """Every kind of problem this server answers with, with its status and what it means."""
    return ProblemKinds(items=[_kind(problem) for problem in PROBLEMS.values()])


@router.get(
    "/problems/{code}",
    summary="One kind of problem, as a page",
    response_class=HTMLResponse,
    responses=problems("unknown-parameter", "not-found"),
)
async def read_problem(
    code: Annotated[str, Path(max_length=60, examples=["bad-parameter"])],
) -> HTMLResponse:
    """Where a problem's `type` leads: what it means, in Chinese and English."""
    problem = PROBLEMS.get(code)
    if problem is None:
        raise Problem("not-found", Name(zh=f"没有问题类型 {code}", en=f"no problem type {code}"))
    paragraphs = "".join(
        f'<section lang="{tag}"><h2>{escape(title)}</h2><p>{escape(text)}</p></section>'
        for tag, title, text in (
            ("zh", problem.title.zh, problem.description.zh),
            ("en", problem.title.en or "", problem.description.en or ""),
        )
    )
    return HTMLResponse(
        '<!doctype html><html lang="zh"><head><meta charset="utf-8">'
        f"<title>{escape(problem.code)}</title></head>"
        f"<body><h1>{problem.status} <code>{escape(problem.code)}</code></h1>{paragraphs}</body></html>"
    )

"""Proposals for a plan: what is searched, and the answer in the plan's own units and zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from gis.propose.options import ImpossibleOptions, ProposeOptions
from gis.redraw.steps import RedrawRefused
from gis.words import Words
from governance.incidents.answers import Answer, Name
from governance.planning.errors import ImpossibleProposal, MoveRefused, PlanNotDraft
from governance.planning.plans import planned
from governance.planning.proposal_jobs import Job, JobState, ProposalJobs, TooManyJobs
from grid_data.database import Connection, rows
from grid_data.planning.stored import read_draft, unit_of_building

__all__ = ["Asked", "ProposalJob", "job_answer", "start_proposals"]


@dataclass(frozen=True)
class Asked:
    """What a planner asks of proposals, by codes and identifiers; see `gis.propose.ProposeOptions`.

    Linked are units by their identifier, or those that buildings stand on, by the building's code.
    ``band`` None is the plan's. Locked and exempt zones of the plan stay as they are, whatever is asked.
    """

    communities: Sequence[str] | None
    band: tuple[int, int] | None
    roads: float
    compactness: float
    stay: float
    change_budget: float | None
    locked: Sequence[int]
    must_link: Sequence[tuple[int | str, int | str]]
    cannot_link: Sequence[tuple[int | str, int | str]]
    proposals: int
    seed: int
    seconds: float


LEAST_LIMIT_S = 1.0
"""A shorter search is not cut off by the clock."""


class ProposalFigures(Answer):
    """Figures of a proposal; shares are 0..1."""

    zones: int
    in_band_share: float
    feasible_in_band_share: float = Field(
        description="Of zones in communities whose total can be divided within the band."
    )
    connected_share: float
    nested_share: float
    mean_polsby_popper: float
    p10_polsby_popper: float
    min: int
    max: int
    spread: float
    moved_share: float
    untouched_share: float
    street_share: float
    seconds: float


class Assignment(Answer):
    """Units and their zones, to be taken over by a move of kind `assign`."""

    units: list[int]
    zones: list[int]


class Reason(Answer):
    """Why a zone is out of the band."""

    zone: int
    code: str
    text: Name


class ProposalAnswer(Answer):
    """One proposal. Zones are the plan's own numbers; numbers that it does not have are new zones."""

    number: int
    name: Name
    measures: ProposalFigures
    assignment: Assignment
    explained: list[Reason]


class ProposalJob(Answer):
    """A search for proposals: how far it is, and what it found. ``revision`` is what the plan was then."""

    job: str
    plan: str
    revision: int
    state: JobState
    progress: float
    proposals: list[ProposalAnswer]
    failure: Name | None


async def start_proposals(connection: Connection, jobs: ProposalJobs, code: str, asked: Asked) -> Job:
    """Read a draft, and begin to search.

    Raises
    ------
    PlanMissing, PlanNotDraft
    MoveRefused
        A unit that is not part of the plan is linked, or a zone is locked that it does not have.
    ImpossibleProposal
        A community is not part of the plan, the wishes contradict each other, or too many searches are under
        way.
    """
    plan = await planned(connection, code)
    if plan["state"] != "draft":
        raise PlanNotDraft(plan["state"])
    chosen = await _communities(connection, plan["id"], asked.communities)
    draft = (await read_draft(connection, plan)).draft
    numbers = frozenset(
        number for number, each in enumerate(draft.communities) if chosen is None or each in chosen
    )
    must = await _units(connection, plan["id"], asked.must_link)
    cannot = await _units(connection, plan["id"], asked.cannot_link)
    band = asked.band or (plan["band_min"], plan["band_max"])
    try:
        for number in asked.locked:
            draft.living(number)
        options = ProposeOptions(
            minimum=band[0],
            maximum=band[1],
            roads=asked.roads,
            compactness=asked.compactness,
            stay=asked.stay,
            change_budget=asked.change_budget,
            locked=frozenset(asked.locked)
            | {number for number, zone in draft.zones.items() if zone.lock != "none"},
            exempt=frozenset(number for number, zone in draft.zones.items() if zone.exempt),
            must_link=tuple(_pair(draft.rows_of(pair).tolist()) for pair in must),
            cannot_link=tuple(_pair(draft.rows_of(pair).tolist()) for pair in cannot),
            communities=numbers if draft.nested else None,
            first_number=draft.next_number,
            proposals=asked.proposals,
            seed=asked.seed,
            seconds=asked.seconds,
            # Somebody waits for it; very short searches end by their work.
            limit_s=max(asked.seconds, LEAST_LIMIT_S),
        )
        options.check_units(len(draft.ids))
    except RedrawRefused as refusal:
        raise MoveRefused(refusal) from refusal
    except ImpossibleOptions as problem:
        raise ImpossibleProposal(problem.words) from problem
    concerned = np.isin(draft.graph.community, list(numbers))
    try:
        return jobs.start(Job(code, plan["revision"], draft.ids, concerned), draft, options)
    except TooManyJobs as problem:
        words = Words("正在搜索的任务过多，请稍后再试", "too many searches are under way; try again shortly")
        raise ImpossibleProposal(words) from problem


async def _units(
    connection: Connection, plan: int, pairs: Sequence[tuple[int | str, int | str]]
) -> list[tuple[int, int]]:
    """Pairs with the units of the plan that buildings stand on.

    Raises
    ------
    MoveRefused
        A building stands on none.
    """
    known: dict[str, int] = {}
    for code in {each for pair in pairs for each in pair if isinstance(each, str)}:
        unit = await unit_of_building(connection, plan, code)
        if unit is None:
            raise MoveRefused(
                RedrawRefused(
                    "no-building", f"方案中没有楼栋 {code}", f"no building {code} stands in the plan"
                )
            )
        known[code] = unit
    one_each = [(known[each] if isinstance(each, str) else each) for pair in pairs for each in pair]
    return list(zip(one_each[::2], one_each[1::2], strict=True))


def _pair(found: Sequence[int]) -> tuple[int, int]:
    """Two rows; the same unit named twice stays a pair, which the options refuse."""
    return (found[0], found[-1])


async def _communities(connection: Connection, plan: int, codes: Sequence[str] | None) -> set[int] | None:
    """Identifiers of communities of a plan; None: all.

    Raises
    ------
    ImpossibleProposal
    """
    if codes is None:
        return None
    found = await rows(connection, "plans/communities", {"plan": plan, "codes": list(codes)})
    if missing := sorted(set(codes) - {row["code"] for row in found}):
        words = Words(f"方案中没有社区 {missing[0]}", f"the plan has no community {missing[0]}")
        raise ImpossibleProposal(words)
    return {row["id"] for row in found}


def job_answer(job: Job) -> ProposalJob:
    """A search as it is answered."""
    return ProposalJob(
        job=job.key,
        plan=job.plan,
        revision=job.revision,
        state=job.state,
        progress=round(job.progress, 4),
        proposals=[
            ProposalAnswer(
                number=each.number,
                name=Name(zh=each.name.zh, en=each.name.en),
                measures=ProposalFigures.model_validate(each.measures.document()),
                assignment=Assignment(
                    units=job.units[job.concerned].tolist(), zones=each.zone[job.concerned].tolist()
                ),
                explained=[
                    Reason(zone=why.zone, code=why.code, text=Name(zh=why.text.zh, en=why.text.en))
                    for why in each.explained
                ],
            )
            for each in (job.proposals if job.state == "done" else ())
        ],
        failure=None if job.failure is None else Name(zh=job.failure.zh, en=job.failure.en),
    )

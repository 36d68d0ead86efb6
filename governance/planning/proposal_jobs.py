"""Searches for proposals, in threads of the server process: started, watched, cancelled, forgotten in time.

A search needs a plan as it was read and no database. Its answer is kept for an hour in the process that made
it; a proposal becomes part of the plan only when it is taken over as a move.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gis.measures import NOWHERE
from gis.propose.options import Cancelled, ImpossibleOptions, ProposeOptions
from gis.propose.proposal import NO_ZONE, Proposal
from gis.redraw.draft import Draft
from gis.unit_graph import UnitGraph
from gis.words import Words

__all__ = ["Job", "ProposalJobs", "TooManyJobs"]

log = logging.getLogger(__name__)

JobState = Literal["running", "done", "failed", "cancelled"]
MOST_AT_ONCE = 8
"""Jobs that run or wait; a search takes all cores, so more would only be slower."""
KEPT_S = 3600.0


class TooManyJobs(Exception):
    """As many searches as may run or wait are under way."""


@dataclass(eq=False)
class Job:
    """One search.

    Attributes
    ----------
    units
        Identifiers of the units searched, in the order of the proposals' zones.
    failure
        Why it failed, for people.
    """

    plan: str
    revision: int
    units: NDArray[np.int64]
    concerned: NDArray[np.bool_]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: JobState = "running"
    progress: float = 0.0
    proposals: Sequence[Proposal] = ()
    failure: Words | None = None
    ended: float | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Ask the search to stop; it does so within a fraction of a second."""
        self._stop.set()

    def search(self, draft: Draft, options: ProposeOptions) -> None:
        """Search; every outcome is kept in the job."""
        # Loaded with the first search: its compiled loops.
        from gis.propose.run import propose

        current = np.where(draft.zone == NOWHERE, NO_ZONE, draft.zone).astype(np.int32)
        try:
            if self._stop.is_set():
                raise Cancelled
            graph, today, wishes = self._asked(draft.graph, current, options)
            found = propose(graph, today, wishes, progress=self._tell, cancelled=self._stop.is_set)
            self.proposals = found if graph is draft.graph else [self._whole(each, current) for each in found]
        except Cancelled:
            self.state = "cancelled"
        except ImpossibleOptions as problem:
            self.failure, self.state = problem.words, "failed"
        except Exception:
            log.exception("the search for proposals of %s failed", self.plan)
            self.failure = Words(
                "搜索出错，细节见服务器日志", "the search failed; details are in the server's log"
            )
            self.state = "failed"
        else:
            self.progress, self.state = 1.0, "done"
        self.ended = time.monotonic()

    def _asked(
        self, graph: UnitGraph, current: NDArray[np.int32], options: ProposeOptions
    ) -> tuple[UnitGraph, NDArray[np.int32], ProposeOptions]:
        """The communities asked for, alone: in the figures of a city what differs in one would drown."""
        here = self.concerned
        links = (*options.must_link, *options.cannot_link)
        if here.all() or not all(here[one] and here[two] for one, two in links):
            return graph, current, options
        row = (np.cumsum(here) - 1).tolist()
        wishes = replace(
            options,
            must_link=tuple((row[one], row[two]) for one, two in options.must_link),
            cannot_link=tuple((row[one], row[two]) for one, two in options.cannot_link),
        )
        return graph.part(here), current[here], wishes

    def _whole(self, found: Proposal, current: NDArray[np.int32]) -> Proposal:
        """A proposal of a part, with the rest as it is."""
        zone = current.copy()
        zone[self.concerned] = found.zone
        return replace(found, zone=zone)

    def _tell(self, share: float) -> None:
        self.progress = max(self.progress, min(1.0, float(share)))


class ProposalJobs:
    """The searches of a server process, one after the other."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="proposals")
        self._jobs: dict[str, Job] = {}

    def start(self, job: Job, draft: Draft, options: ProposeOptions) -> Job:
        """Put a search into the queue.

        Raises
        ------
        TooManyJobs
        """
        now = time.monotonic()
        kept = {
            key: each for key, each in self._jobs.items() if each.ended is None or now - each.ended < KEPT_S
        }
        if sum(each.ended is None for each in kept.values()) >= MOST_AT_ONCE:
            raise TooManyJobs
        self._jobs = {**kept, job.key: job}
        self._pool.submit(job.search, draft, options)
        return job

    def get(self, plan: str, key: str) -> Job | None:
        """A search of a plan; None when there is none, or it ended long ago."""
        job = self._jobs.get(key)
        return job if job is not None and job.plan == plan else None

    def close(self) -> None:
        """Stop all searches and wait for them."""
        for job in self._jobs.values():
            job.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

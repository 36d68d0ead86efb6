"""Background tasks: what is due when, and the worker that does it.

The queue is Procrastinate's, in PostgreSQL, in the schema ``task_queue``. A due task is put into it once for
each moment it is due, however many workers run, and one worker does it; when that one dies, another takes it
over. What a task does to our tables it does through `Database.transaction`, all or nothing, and doing it
again does no harm.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from governance.access import NIGHTLY
from governance.attachments.files import remove_unnamed
from governance.casework.lapsing import lapse_evaluations
from governance.deadlines.watch import watch_clocks
from governance.incidents.fallback_places import check_places
from governance.owners import Owners
from governance.patrols.urgent_tasks import remind_of_due
from governance.planning.tasks import publish_due_plans
from governance.reports.weekly import send_due_reports
from governance.supervision.figure_counting import count_all
from governance.supervision.queue_alarm import watch_queue
from governance.task_plan import TaskPlan
from governance.webhooks.delivering import Deliverer
from grid_data.attachment_files import AttachmentFiles
from grid_data.bulk.zones_stood_in import keep_what_came_into_force
from grid_data.city import city_timezone, readiness
from grid_data.database import Database
from grid_data.webhooks import forget_old

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.worker import Worker

__all__ = ["BackgroundWorker", "TaskWorker"]

log = logging.getLogger(__name__)

SCHEMA = "-c search_path=task_queue"
LONGEST_S = 3600.0
"""Seconds a statement of a task may take."""
CAUGHT_UP_S = 24 * 3600.0
"""A task that was due while no worker ran is done at the next start, if it is not older than this."""
KEPT_H = 24 * 7
"""Hours for which finished tasks are kept, for whoever looks what happened."""
AGAIN_S = 5.0
HOURLY = "7 * * * *"
HOURS_BACK = 49
"""What came into force within two days is looked at: as long may no worker run."""
DELIVERIES_KEPT_D = 30
"""Days for which deliveries that ended are kept."""


def make_app(url: str, database: Database, plan: TaskPlan) -> App:
    """The tasks and the queue they are in."""
    from procrastinate import App, PsycopgConnector, RetryStrategy

    connector = PsycopgConnector(conninfo=url, kwargs={"options": SCHEMA}, min_size=1, max_size=4)
    app = App(connector=connector, periodic_defaults={"max_delay": CAUGHT_UP_S})

    @app.periodic(cron=plan.check_places_at, periodic_id="nightly")
    @app.task(name="check_places", lock="check_places", retry=RetryStrategy(max_attempts=3, wait=60))
    async def due_check(timestamp: int) -> str:
        """Withdraw the places of incidents at fallback coordinates."""
        async with database.transaction(NIGHTLY) as connection:
            _, city = await readiness(connection)
            if city is None:
                return "no city"
            found = await check_places(connection, NIGHTLY, plan.rule, apply=True)
        return f"{len(found.suspects)} places, {found.withdrawn} incidents"

    @app.periodic(cron=plan.publish_plans_at, periodic_id="publish_plans")
    @app.task(name="publish_plans", lock="publish_plans")
    async def publish_plans(timestamp: int) -> str:
        """Put scheduled plans into force whose moment has come."""
        done = await publish_due_plans(database)
        return ", ".join(f"{each.code}: {each.state}" for each in done)

    @app.periodic(cron=plan.lapse_at, periodic_id="lapse_evaluations")
    @app.task(name="lapse_evaluations", lock="lapse_evaluations")
    async def lapse(timestamp: int) -> str:
        """Record evaluations that did not come in time."""
        return f"{await lapse_evaluations(database, silence=plan.silence)} cases"

    @app.periodic(cron=plan.clean_attachments_at, periodic_id="clean_attachments")
    @app.task(name="clean_attachments", lock="clean_attachments")
    async def clean_attachments(timestamp: int) -> str:
        """Remove photos and files that nothing names."""
        if plan.attachments is None:
            return "no place"
        files = AttachmentFiles(plan.attachments)
        return f"{await remove_unnamed(database, files, plan.orphan_hours)} files"

    @app.periodic(cron=plan.remind_tasks_at, periodic_id="remind_tasks")
    @app.task(name="remind_tasks", lock="remind_tasks")
    async def remind_tasks(timestamp: int) -> str:
        """Remind grids that have not finished an urgent task whose moment has come."""
        async with database.transaction(NIGHTLY) as connection:
            done = await remind_of_due(connection)
        return ", ".join(f"{code}: {kind}, {grids} grids" for code, kind, grids in done)

    @app.periodic(cron=plan.watch_clocks_at, periodic_id="watch_clocks")
    @app.task(name="watch_clocks", lock="watch_clocks")
    async def watch(timestamp: int) -> str:
        """Tell of cases that are due soon or late."""
        found = await watch_clocks(database, escalate=plan.escalate_late)
        return ", ".join(f"{kind}: {number}" for kind, number in found.noticed.items())

    @app.periodic(cron=plan.watch_queue_at, periodic_id="watch_queue")
    @app.task(name="watch_queue", lock="watch_queue")
    async def look_at_queue(timestamp: int) -> str:
        """Raise and lower the alarm of the queue."""
        return ", ".join(await watch_queue(database, plan.alarm_limits))

    @app.periodic(cron=HOURLY, periodic_id="keep_places")
    @app.task(name="keep_places", lock="keep_places")
    async def keep_places(timestamp: int) -> str:
        """Find anew what stands in zones of an edition whose day has come."""
        async with database.transaction(NIGHTLY) as connection:
            return f"{await keep_what_came_into_force(connection, HOURS_BACK)} facilities and buildings"

    @app.periodic(cron=plan.count_figures_at, periodic_id="count_figures")
    @app.task(name="count_figures", lock="count_figures")
    async def count_figures(timestamp: int) -> str:
        """Count again what has changed, for rankings."""
        return f"{await count_all(database)} incidents"

    @app.periodic(cron=plan.send_reports_at, periodic_id="send_reports")
    @app.task(name="send_reports", lock="send_reports")
    async def send_reports(timestamp: int) -> str:
        """Send the weekly reports that are due."""
        return await send_due_reports(database, owners_of(database, plan), plan.mail)

    @app.periodic(cron=plan.forget_deliveries_at, periodic_id="forget_deliveries")
    @app.task(name="forget_deliveries", lock="forget_deliveries")
    async def forget_deliveries(timestamp: int) -> str:
        """Remove deliveries of webhooks that ended long ago."""
        async with database.transaction(NIGHTLY) as connection:
            return f"{await forget_old(connection, DELIVERIES_KEPT_D)} deliveries"

    @app.periodic(cron=plan.take_over_at, periodic_id="take_over")
    @app.task(name="take_over", lock="take_over")
    async def take_over(timestamp: int) -> None:
        """Put tasks of dead workers back into the queue, and forget old ones."""
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=plan.stalled_s):
            await app.job_manager.retry_job(job)
        await app.job_manager.delete_old_jobs(
            nb_hours=KEPT_H, include_failed=True, include_cancelled=True, include_aborted=True
        )
        await keep_time(app, database)

    return app


def owners_of(database: Database, plan: TaskPlan) -> Owners:
    """Whose sight it has what the program sends by itself."""
    return Owners(database, open=plan.open_access, demo=plan.demo)


async def keep_time(app: App, database: Database) -> None:
    """Let the cron expressions mean the city's clock; the library takes them as UTC."""
    from croniter import croniter

    async with database.transaction(NIGHTLY) as connection:
        zone = ZoneInfo(await city_timezone(connection))
    for due in app.periodic_registry.periodic_tasks.values():
        # A cached property of a frozen object: what stands there is used. The moment only tells the zone.
        due.__dict__["croniter"] = croniter(due.cron, start_time=datetime.now(zone))


class TaskWorker:
    """Does what is due until it is stopped; a lost database is waited for."""

    def __init__(self, url: str, plan: TaskPlan) -> None:
        self._url = url
        self._plan = plan
        self._worker: Worker | None = None
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Let the task under way end, at most for a moment, and stop; from any thread."""
        self._stopping.set()
        if (worker := self._worker) is not None:
            worker.stop()

    async def run(self, *, patience_s: float | None = None, stop_on: Iterable[signal.Signals] = ()) -> None:
        """Work.

        Parameters
        ----------
        patience_s
            How long a task under way may go on after `stop`, in seconds; then it is broken off, nothing of it
            is kept, and it is done again at the next start. None: until it is done.
        stop_on
            Signals that stop it; only in the main thread.
        """
        for number in stop_on:
            asyncio.get_running_loop().add_signal_handler(number, self.stop)
        while not self._stopping.is_set():
            try:
                await self._work(patience_s)
            except Exception:
                log.exception("the worker of background tasks failed; it starts again in %g s", AGAIN_S)
            waited = 0.0
            while not self._stopping.is_set() and waited < AGAIN_S:
                await asyncio.sleep(0.1)
                waited += 0.1

    async def _work(self, patience_s: float | None) -> None:
        from procrastinate.worker import Worker

        database = Database(self._url, size=2, statement_timeout_s=LONGEST_S)
        sending = Database(self._url, size=4)
        await database.open()
        await sending.open()
        deliverer = Deliverer(sending, owners_of(sending, self._plan), self._plan.webhooks)
        delivering = asyncio.create_task(deliverer.run())
        try:
            app = make_app(self._url, database, self._plan)
            await keep_time(app, database)
            async with app.open_async():
                self._worker = Worker(
                    app,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=patience_s,
                    update_heartbeat_interval=self._plan.heartbeat_s,
                    stalled_worker_timeout=self._plan.stalled_s,
                )
                running = asyncio.ensure_future(self._worker.run())
                # A stop that came before the worker listened must not be lost.
                while self._stopping.is_set() and not running.done():
                    self._worker.stop()
                    await asyncio.sleep(0.1)
                await running
        finally:
            self._worker = None
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)
            await sending.close()
            await database.close()


class BackgroundWorker:
    """A `TaskWorker` in a thread of a server."""

    def __init__(self, url: str, plan: TaskPlan, *, patience_s: float = 2.0) -> None:
        self._worker = TaskWorker(url, plan)
        self._patience_s = patience_s
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._worker.run(patience_s=patience_s)), name="tasks", daemon=True
        )

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and wait until it has; a task under way is broken off after a moment."""
        self._worker.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=self._patience_s + 8)

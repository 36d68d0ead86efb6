"""`gridgov sample live`: a client of the public interface that reports and works, and does nothing else."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
import uvicorn

from api.app import create_app
from cli.sample_live import NEXT, Simulation
from governance.access import Role
from governance.casework.names import OPEN, Action
from governance.settings import Settings
from grid_data.cluster.private import Cluster
from tests.support import databases


@pytest.fixture
def served(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Address of a server over a sample of its own, and of its database."""
    template = databases.laoshan_template(cluster)
    with databases.copy_of(cluster, template) as url, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = create_app(Settings(database_url=url))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", url
        server.should_exit = True
        thread.join(timeout=120)


def test_the_usual_steps_are_steps_of_the_table() -> None:
    assert {state.value for state in OPEN} == set(NEXT)
    for steps in NEXT.values():
        for action, role, _, _ in steps:
            assert Action(action)
            assert Role(role)


def test_reports_arrive_and_cases_move(served: tuple[str, str]) -> None:
    address, url = served
    simulation = Simulation(address, random.Random(7))
    with psycopg.connect(url, autocommit=True) as connection:

        def counts() -> tuple[int, int]:
            row = connection.execute(
                """SELECT (SELECT count(*) FROM incident), (SELECT count(*) FROM history
                   WHERE action LIKE 'incident.%' AND action <> 'incident.report')"""
            ).fetchone()
            assert row is not None
            return row[0], row[1]

        incidents, steps = counts()
        happened = [simulation.event() for _ in range(25)]
        assert None not in happened
        reports = simulation.done["report"]
        assert 3 <= reports <= 20
        assert counts() == (incidents + reports, steps + 25 - reports)

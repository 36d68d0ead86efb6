"""``gridgov route`` killed, run again, run twice at a time; and what memory it takes.

What is killed, held or measured is a process of its own; what nobody disturbs runs in this one.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.support.databases import ROOT
from tests.support.held_parts import holding
from tests.support.point_files import places, write_layers, write_points

N = 60_000
ENGLISH = {"LC_ALL": "C.UTF-8", "COLUMNS": "200"}
ENVIRONMENT = os.environ | ENGLISH | {"PYTHONPATH": str(ROOT)}
COMMAND = [
    sys.executable,
    "-c",
    "import tests.support.held_parts; from cli.main import main; main()",
    "route",
]
# So many parts may a run finish beyond those that are waited for: anywhere there it is killed.
BEYOND = 15


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two layers, points, and the answers of a run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("town")
    write_layers(folder)
    write_points(folder / "points.csv", np.arange(N), *places(N))
    assert run(folder, folder / "points.csv", "-o", folder / "whole.csv") == (0, "")
    return folder


@pytest.fixture(scope="module")
def interrupted(town: Path) -> Path:
    """The parts of a run over the points that was killed."""
    kill_after(2, town, town / "points.csv", "-o", town / "killed.csv")
    return town / "killed.csv.parts"


def words_of(folder: Path, words: tuple[str | Path, ...], rows: int = 1000) -> list[str]:
    """Arguments: two layers of a folder, small batches."""
    layers = [f"grid={folder / 'grid.gpkg'}", f"police={folder / 'police.geojson'}:name"]
    return [*map(str, words), "--layer", layers[0], "--layer", layers[1], "--batch-rows", str(rows)]


def start(folder: Path, *words: str | Path, held: dict[str, str]) -> subprocess.Popen[str]:
    """The command in a process of its own, which is held in the middle."""
    return subprocess.Popen(
        [*COMMAND, *words_of(folder, words)],
        env=ENVIRONMENT | held, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code, and what was said about an earlier run."""
    _, said = process.communicate()
    return process.returncode, about_earlier(said)


def run(folder: Path, *words: str | Path) -> tuple[int, str]:
    """The command in this process: exit code, and what was said about an earlier run."""
    done = CliRunner().invoke(app, ["route", *words_of(folder, words)], env=ENGLISH)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, about_earlier(done.stderr)


def about_earlier(said: str) -> str:
    """What is said of an earlier run, or of another one; not what files are read and how."""
    about_files = re.compile(r"· (points|layer \w+): |.*EPSG")
    return "\n".join(line for line in said.splitlines() if not about_files.match(line)).strip()


def finished(parts: Path) -> int:
    """How many parts are finished."""
    return len(list(parts.glob("part-*.json")))


def wait_for_parts(process: subprocess.Popen[str], parts: Path, number: int) -> None:
    """Until so many parts are finished."""
    while finished(parts) < number:
        assert process.poll() is None, process.communicate()
        time.sleep(0.002)


def kill_after(number: int, folder: Path, *words: str | Path) -> int:
    """Start the command, kill it without warning once so many parts are finished; how many there are."""
    out = Path(words[words.index("-o") + 1])
    parts = out.with_name(f"{out.name}.parts")
    process = start(folder, *words, held=holding(number + BEYOND, parts / "never"))
    wait_for_parts(process, parts, number)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    return finished(parts)


@pytest.mark.parametrize(("ending", "kills"), [(".csv", (2, 20)), (".gpkg", (20,))])
def test_a_killed_run_goes_on_and_loses_and_doubles_nothing(
    town: Path, tmp_path: Path, ending: str, kills: tuple[int, ...]
) -> None:
    out = tmp_path / f"out{ending}"
    parts = tmp_path / f"out{ending}.parts"
    done = 0
    for number in kills:
        done = kill_after(number, town, town / "points.csv", "-o", out)
        assert number <= done < N // 1000
        assert not out.exists()
    code, said = run(town, town / "points.csv", "-o", out)
    assert (code, said) == (0, f"· {done * 1000:,} rows are finished already, going on")
    assert not parts.exists()
    if ending == ".csv":
        assert out.read_bytes() == (town / "whole.csv").read_bytes()
    else:
        import pyogrio

        assert pyogrio.read_dataframe(out)["id"].astype(int).tolist() == list(range(N))


def test_an_interrupted_run_goes_on(town: Path, tmp_path: Path) -> None:
    out, go_on = tmp_path / "out.csv", tmp_path / "go on"
    running = start(town, town / "points.csv", "-o", out, held=holding(3, go_on))
    wait_for_parts(running, tmp_path / "out.csv.parts", 3)
    running.send_signal(signal.SIGINT)
    go_on.touch()
    _, said = running.communicate()
    assert running.returncode not in (0, -signal.SIGKILL), said
    assert "Traceback" not in said
    assert not out.exists()
    code, said = run(town, town / "points.csv", "-o", out)
    assert code == 0
    assert "rows are finished already, going on" in said
    assert out.read_bytes() == (town / "whole.csv").read_bytes()


def test_another_job_begins_anew_and_says_why(town: Path, interrupted: Path, tmp_path: Path) -> None:
    out, parts = tmp_path / "out.csv", tmp_path / "out.csv.parts"
    shutil.copytree(interrupted, parts)
    kill_after(30, town, town / "points.csv", "-o", out, "--crs", "gcj02")
    code, said = run(town, town / "points.csv", "-o", out)
    assert (code, said) == (0, "· not the run that was interrupted (crs): starting anew")
    assert out.read_bytes() == (town / "whole.csv").read_bytes()


def test_a_changed_file_of_points_begins_anew(town: Path, tmp_path: Path) -> None:
    points, out = tmp_path / "p.csv", tmp_path / "out.csv"
    points.write_bytes((town / "points.csv").read_bytes())
    kill_after(2, town, points, "-o", out)
    with points.open("a") as file:
        file.write("new,x,120.5,36.2\n")
    code, said = run(town, points, "-o", out)
    assert (code, said) == (0, "· not the run that was interrupted (points): starting anew")
    assert len(pd.read_csv(out)) == N + 1


def test_restart_throws_away_what_is_finished(town: Path, interrupted: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    shutil.copytree(interrupted, tmp_path / "out.csv.parts")
    code, said = run(town, town / "points.csv", "-o", out, "--restart")
    assert (code, said) == (0, "· not the run that was interrupted (--restart): starting anew")
    assert out.read_bytes() == (town / "whole.csv").read_bytes()


def test_two_runs_at_a_time_do_not_mix(town: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    go_on = tmp_path / "go on"
    first = start(town, town / "points.csv", "-o", out, held=holding(2, go_on))
    wait_for_parts(first, tmp_path / "out.csv.parts", 2)
    code, said = run(town, town / "points.csv", "-o", out)
    assert code == 1
    assert re.search(r"another process is writing .*out\.csv\.parts", said)
    go_on.touch()
    assert finish(first) == (0, "")
    assert out.read_bytes() == (town / "whole.csv").read_bytes()


def test_a_folder_with_other_files_is_left_alone(town: Path, tmp_path: Path) -> None:
    (tmp_path / "out.csv.parts").mkdir()
    (tmp_path / "out.csv.parts" / "precious.txt").write_text("mine")
    code, said = run(town, town / "points.csv", "-o", tmp_path / "out.csv")
    assert code == 1
    assert "holds other files (precious.txt)" in said
    assert (tmp_path / "out.csv.parts" / "precious.txt").read_text() == "mine"


# The peak of a run, as the process itself finds it at its end: what the system says of one that has ended
# begins with the memory of the one that started it. Small pieces are read, so that a small file has as many
# of them in memory as a large one.
MEASURED = """
import grid_data.point_files.csv_source as csv_source
from cli.main import main
csv_source._BLOCK = 1 << 18
try:
    main()
finally:
    print(open("/proc/self/status").read())
"""
# What is given back is given back at once: the peak is the same each time, to a megabyte.
PLAIN_MEMORY = {"MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}


def peak_mb(folder: Path, *words: str | Path) -> float:
    """Greatest memory of a run, MB."""
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, "route", *words_of(folder, words, 10_000)],
        env=ENVIRONMENT | PLAIN_MEMORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"^VmHWM:\s+(\d+) kB$", ran.stdout, re.MULTILINE)
    assert ran.returncode == 0, ran.stderr
    assert found
    return int(found[1]) / 1024


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_memory_does_not_grow_with_the_points(town: Path, tmp_path: Path, ending: str) -> None:
    peaks = []
    for number in (100_000, 500_000):
        lon, lat = places(number)
        table = pa.table({"id": np.arange(number), "lon": lon, "lat": lat})
        path = tmp_path / f"points{ending}"
        if ending == ".csv":
            csv.write_csv(table, path)
        else:
            pq.write_table(table, path, row_group_size=50_000)
        peaks.append(peak_mb(town, path, "-o", tmp_path / f"out{number}{ending}"))
    # So many rows more are 40 MB as numbers alone, and 80 MB with their answers.
    assert peaks[1] - peaks[0] < 20, peaks

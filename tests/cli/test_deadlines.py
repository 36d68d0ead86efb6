"""``gridgov deadlines fit`` and ``check`` as they are typed: what is learnt, how well, and what is wrong."""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from grid_data.default_deadlines import read_calendars
from tests.support.databases import ROOT
from tests.support.deadline_cases import (
    Due,
    Office,
    changed,
    hours,
    make,
    natural_days,
    work_days,
    work_hours,
    write,
)

Json = dict[str, Any]
BOSTON = ROOT / "tests" / "fixtures" / "boston" / "cases_2022-01.csv"
US = frozenset(
    date.fromisoformat(day)
    for day in (
        "2023-01-02", "2023-01-16", "2023-02-20", "2023-05-29", "2023-06-19", "2023-07-04", "2023-09-04",
        "2023-10-09", "2023-11-10", "2023-11-23", "2023-12-25", "2024-01-01", "2024-01-15", "2024-02-19",
        "2024-05-27", "2024-06-19", "2024-07-04", "2024-09-02", "2024-10-14", "2024-11-11", "2024-11-28",
        "2024-12-25", "2025-01-01",
    )
)  # fmt: skip
CHINA = {date.fromisoformat(day["date"]): day["kind"] for day in read_calendars()}
AMERICAN = Office(holidays=US)
CHINESE = Office(
    ((time(8), time(12)), (time(14), time(18))),
    frozenset(day for day, kind in CHINA.items() if kind == "holiday"),
    frozenset(day for day, kind in CHINA.items() if kind == "workday"),
)
HERE = datetime(2024, 1, 1)  # noqa: DTZ001 - local times


def of_office(office: Office, closes: time) -> dict[str, Due]:
    """Limits of every kind, 26 of them."""
    rules: dict[str, Due] = {f"{n} days": work_days(office, n) for n in (1, 2, 3, 5, 10, 15, 30)}
    rules |= {f"{n} working hours": work_hours(office, n) for n in (1, 2, 4, 6, 12)}
    rules |= {f"{n} days of 8 hours": work_hours(office, 8 * n) for n in (1, 2, 5)}
    rules |= {f"{n} hours, next opening": work_hours(office, n, opening=True) for n in (1.5, 4)}
    rules |= {f"{n} days from any time": work_days(office, n, rolled=False) for n in (2, 5)}
    rules |= {f"{n} days, by closing": work_days(office, n, end=closes) for n in (3, 7)}
    rules |= {f"{n} hours": hours(n) for n in (2.5, 36)}
    rules |= {f"{n} natural days": natural_days(n) for n in (7, 30)}
    rules |= {"10 natural days, by midnight": natural_days(10, time(23, 59, 59))}
    return rules


def calendar_file(path: Path, days: dict[date, str]) -> Path:
    lines = [f"{day},{kind},a name" for day, kind in sorted(days.items())]
    path.write_text("date,kind,name\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(*words: object) -> Any:
    return CliRunner().invoke(
        app, ["deadlines", *map(str, words)], env={"LC_ALL": "C.UTF-8", "COLUMNS": "200"}
    )


def fitted(folder: Path, cases: Path, *options: object) -> Json:
    """Fit and answer what it says."""
    answer = run("fit", cases, "-o", folder / "limits.csv", "--json", *options)
    assert answer.exit_code == 0, answer.output
    told: Json = json.loads(answer.stdout)
    return told


def checked(folder: Path, cases: Path, *options: object) -> Json:
    answer = run("check", cases, "--limits", folder / "limits.csv", "--json", *options)
    assert answer.exit_code == 0, answer.output
    told: Json = json.loads(answer.stdout)
    return told


def halves(folder: Path, rules: dict[str, Due], **wanted: Any) -> tuple[Path, Path, float]:
    """Cases in two files, and the share of usable ones that any rule can explain."""
    made = make(rules, **wanted)
    middle = len(made.rows) // 2
    one = write(folder / "one.csv", made.rows[:middle])
    other = write(folder / "other.csv", made.rows[middle:])
    usable = sum(
        fitted_row["due"][:2] == "20"
        and "T" not in fitted_row["due"]
        and fitted_row["due"] >= fitted_row["reported"]
        for fitted_row in made.rows
    )
    return one, other, made.clean / usable


@pytest.mark.parametrize("given", [True, False], ids=["hours given", "hours looked for"])
@pytest.mark.parametrize("city", ["american", "chinese"])
def test_limits_learnt_from_one_half_explain_the_other(tmp_path: Path, city: str, given: bool) -> None:
    """Within 2 % of what can be explained: 15 % of the due dates are not as any rule makes them."""
    if city == "american":
        office, days, window = AMERICAN, dict.fromkeys(US, "holiday"), "08:30-17:00"
        rules, first = of_office(office, time(17)), datetime(2023, 1, 1)  # noqa: DTZ001
    else:
        office, days, window = CHINESE, CHINA, "08:00-12:00,14:00-18:00"
        rules, first = of_office(office, time(18)), HERE
    one, other, best = halves(tmp_path, rules, first=first, per_category=160)
    options = ["--calendar", calendar_file(tmp_path / "calendar.csv", days)]
    options += ["--window", window] if given else []
    told = fitted(tmp_path, one, *options)
    assert told["windows"] == [window]
    assert told["corrected_days"] == []
    found = checked(tmp_path, other, *options)
    assert found["equal_dates_share"] >= 0.98 * best
    assert found["equal_minutes_share"] >= 0.85


@pytest.mark.parametrize(
    ("name", "rule", "kind", "amount"),
    [
        ("opening", work_days(AMERICAN, 3), "work_day", 3),
        ("business", work_hours(AMERICAN, 6), "work_hour", 6),
        ("eight", work_hours(AMERICAN, 24), "work_day", 3),
        ("same time", work_days(AMERICAN, 4, rolled=False), "work_day", 4),
        ("hours", hours(2.5), "urgent_hour", 2.5),
        ("natural", natural_days(14), "natural_day", 14),
    ],
)
def test_kind_and_amount_are_learnt(tmp_path: Path, name: str, rule: Due, kind: str, amount: float) -> None:
    made = make({name: rule}, per_category=120, messy=0.1)
    fitted(
        tmp_path, write(tmp_path / "cases.csv", made.rows), "--window", "08:30-17:00",
        "--calendar", calendar_file(tmp_path / "calendar.csv", dict.fromkeys(US, "holiday")),
    )  # fmt: skip
    with (tmp_path / "limits.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["category"], line["kind"], float(line["amount"])) for line in lines[:1]] == [
        (name, kind, amount)
    ]
    assert lines[0]["meaning_zh"]
    assert lines[0]["meaning_en"]


def test_a_limit_that_changed_has_two_periods(tmp_path: Path) -> None:
    turn = datetime(2024, 1, 15)  # noqa: DTZ001
    made = make({"C": changed(turn, work_days(AMERICAN, 3), work_days(AMERICAN, 5))}, per_category=300)
    options = ("--window", "08:30-17:00", "--calendar",
               calendar_file(tmp_path / "calendar.csv", dict.fromkeys(US, "holiday")))  # fmt: skip
    told = fitted(tmp_path, write(tmp_path / "cases.csv", made.rows), *options)
    with (tmp_path / "limits.csv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["category"] == "C"]
    assert [float(line["amount"]) for line in lines] == [3, 5]
    since = datetime.fromisoformat(lines[1]["since"])
    assert abs(since - turn) < timedelta(days=15)
    assert lines[0]["until"] == lines[1]["since"]
    assert told["equal_dates_share"] > 0.9


def test_a_calendar_that_is_not_followed_is_left_aside(tmp_path: Path) -> None:
    rules = {f"{n}": work_days(Office(), n) for n in (1, 2, 5, 10)}
    made = make(rules, messy=0)
    options = ("--window", "08:30-17:00", "--calendar",
               calendar_file(tmp_path / "calendar.csv", dict.fromkeys(US, "holiday")))  # fmt: skip
    told = fitted(tmp_path, write(tmp_path / "cases.csv", made.rows), *options)
    assert told["equal_dates_share"] == 1.0


def test_holidays_nobody_named_are_found(tmp_path: Path) -> None:
    rules = {f"{n}": work_days(AMERICAN, n) for n in (1, 2, 3, 5, 10)}
    one, other, best = halves(tmp_path, rules, per_category=600)
    told = fitted(tmp_path, one, "--window", "08:30-17:00")
    found = {date.fromisoformat(day["date"]) for day in told["corrected_days"]}
    # Few cases say anything of the first and the last days.
    assert {day for day in US if date(2023, 1, 9) < day < date(2024, 12, 15)} <= found <= US
    # The file of limits carries them.
    assert checked(tmp_path, other, "--window", "08:30-17:00")["equal_dates_share"] >= 0.98 * best


def test_due_times_of_a_real_system_are_explained(tmp_path: Path) -> None:
    """Boston's: a calendar with Martin Luther King's Day is given, and was not followed."""
    days = {date(2022, 1, 1): "holiday", date(2022, 1, 17): "holiday", date(2022, 2, 21): "holiday"}
    told = fitted(tmp_path, BOSTON, "--calendar", calendar_file(tmp_path / "calendar.csv", days))
    assert (told["cases"], told["used"], told["skipped"]) == (94, 89, {"no_due": 5})
    assert told["windows"] == ["08:30-17:00"]
    assert told["equal_dates_share"] == 1.0
    assert told["equal_minutes_share"] == 1.0
    with (tmp_path / "limits.csv").open(encoding="utf-8", newline="") as file:
        lines = {line["category"]: line for line in csv.DictReader(file)}
    assert (lines["Graffiti Removal"]["amount"], lines["Graffiti Removal"]["kind"]) == ("45", "work_day")
    assert (lines["Rodent Activity"]["amount"], lines["Rodent Activity"]["kind"]) == ("30", "natural_day")


def test_files_as_programs_write_them_are_read(tmp_path: Path) -> None:
    """A byte order mark, another order of columns, more columns, quotes, empty lines, offset, fractions."""
    path = tmp_path / "cases.csv"
    path.write_bytes(
        '\ufeff"Due","note","CATEGORY","Reported","id"\r\n'
        '"2024-06-03T12:00:00.000","one, two","路灯","2024-06-01T12:00:00.000","1"\r\n'
        "\r\n"
        '2024-06-04 12:00,"a\nbreak",路灯,2024-06-02 12:00,2\r\n'
        ",,,,\r\n"
        "2024-06-05T12:00:00+08:00,,路灯,2024-06-03T12:00:00+08:00,3\r\n".encode()
    )
    told = fitted(tmp_path, path)
    assert (told["cases"], told["used"], told["equal_minutes_share"]) == (3, 3, 1.0)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_encodings_of_spreadsheets_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(
        "id;reported;due;category\n1;2024-06-01 12:00;2024-06-03 12:00;路灯损坏\n", encoding=encoding
    )
    assert fitted(tmp_path, path)["categories"][0]["category"] == "路灯损坏"


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_bytes(bytes(range(256)) * 4)
    answer = run("fit", tmp_path / "cases.csv", "-o", tmp_path / "limits.csv")
    assert (answer.exit_code, "is no text" in answer.output) == (1, True)


def test_every_case_that_is_not_used_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(
        "id,reported,due,category\n"
        "1,2024-06-01 12:00,2024-06-03 12:00,A\n"
        "2,2024-06-01 12:00,,A\n"
        "3,2024-06-01 12:00,06/03/2024,A\n"
        "4,2024-06-04 12:00,2024-06-03 12:00,A\n"
        "5,,2024-06-03 12:00,A\n"
        "6,yesterday,2024-06-03 12:00,A\n"
        "7,2024-06-01 12:00,2024-06-03 12:00,\n"
        "8,2024-06-02 12:00\n",
        encoding="utf-8",
    )
    told = fitted(tmp_path, path)
    assert told["skipped"] == {
        "no_due": 1, "bad_due": 1, "due_before_reported": 1, "no_reported": 1, "bad_reported": 1,
        "no_category": 2,
    }  # fmt: skip
    assert {(fault["line"], fault["reason"]) for fault in told["faults"]} >= {
        (4, "bad_due"),
        (9, "no_category"),
    }
    answer = run("check", path, "--limits", tmp_path / "limits.csv")
    assert "the due time cannot be read (line 4)" in answer.output


def test_categories_nobody_saw_take_the_limit_of_most(tmp_path: Path) -> None:
    made = make({"A": natural_days(2), "B": natural_days(2)}, messy=0, per_category=20)
    fitted(tmp_path, write(tmp_path / "cases.csv", made.rows))
    rows = [{**row, "category": "new"} for row in made.rows[:5]]
    told = checked(tmp_path, write(tmp_path / "new.csv", rows))
    assert (told["by_default"], told["equal_dates_share"]) == (5, 1.0)


def test_limits_written_by_hand_need_three_columns(tmp_path: Path) -> None:
    (tmp_path / "limits.csv").write_text("category,kind,amount\nA,work_hour,4\n", encoding="utf-8")
    # A Friday afternoon; the same with other hours, and a category without a limit.
    rows = [
        {"id": "1", "reported": "2024-06-07 16:00", "due": "2024-06-10 10:00", "category": "A"},
        {"id": "2", "reported": "2024-06-07 16:00", "due": "2024-06-10 10:00", "category": "B"},
    ]
    cases = write(tmp_path / "cases.csv", rows)
    told = checked(tmp_path, cases)
    assert (told["equal_minutes"], told["without_limit"], told["equal_dates_share"]) == (1, 1, 0.5)
    assert checked(tmp_path, cases, "--window", "09:00-17:00")["equal_minutes"] == 0


@pytest.mark.parametrize(
    ("cases", "options", "said"),
    [
        ("id,reported,category\n1,2024-06-01,A\n", [], "has no column due"),
        ("id,reported,due,category\n", [], "there are no cases"),
        ("id,reported,due,category\n1,2024-06-01,,A\n", [], "no case can be used"),
        ("id,reported,due,category\n1,2024-06-01,2024-06-02,A\n", ["--window", "17-8"], "--window"),
        (
            "id,reported,due,category\n1,2024-06-01,2024-06-02,A\n",
            ["--calendar", "nowhere.csv"],
            "cannot be read",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, cases: str, options: list[str], said: str
) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(cases, encoding="utf-8")
    answer = run("fit", path, "-o", tmp_path / "limits.csv", *options)
    assert answer.exit_code == 1
    assert said in answer.output
    assert not (tmp_path / "limits.csv").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2024-13-01,holiday,x", "line 2"),
        ("2024-05-01,feast,x", "line 2"),
        ("2024-05-01,holiday,x\n2024-05-01,workday,y", "line 3"),
    ],
)
def test_a_bad_calendar_names_the_line(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "calendar.csv").write_text(f"date,kind,name\n{line}\n", encoding="utf-8")
    answer = run("fit", BOSTON, "-o", tmp_path / "limits.csv", "--calendar", tmp_path / "calendar.csv")
    assert answer.exit_code == 1
    assert said in answer.output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("A,work_weeks,4,", "kind"),
        ("A,work_hour,many,", "amount"),
        ("A,work_hour,-1,", "amount"),
        (",work_hour,4,", "category"),
        ("A,work_hour,4,25:00-26:00", "windows"),
    ],
)
def test_a_bad_file_of_limits_names_line_and_column(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "limits.csv").write_text(f"category,kind,amount,windows\n{line}\n", encoding="utf-8")
    answer = run("check", BOSTON, "--limits", tmp_path / "limits.csv")
    assert answer.exit_code == 1
    assert "line 2" in answer.output
    assert said in answer.output


def test_a_hundred_thousand_cases_take_seconds_and_no_database(tmp_path: Path) -> None:
    rules = of_office(AMERICAN, time(17))
    made = make(rules, per_category=80, messy=0.1)
    rows = [{**row, "id": f"{row['id']}-{n}"} for n in range(50) for row in made.rows]
    cases = write(tmp_path / "cases.csv", rows)
    assert len(rows) > 100_000
    words = [sys.executable, "-c", "from cli.main import main; main()", "deadlines", "fit", str(cases)]
    words += ["-o", str(tmp_path / "limits.csv"), "--window", "08:30-17:00", "--json"]
    # Nowhere a database: the command must not look for one.
    environment = os.environ | {"GRIDGOV_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    answer = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["equal_dates_share"] > 0.85
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began < 60

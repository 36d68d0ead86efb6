"""A reader of the history gets every committed entry once, whatever the order of commits and of its looks."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from grid_data.event_cursor import WRITTEN_SPANS, Cursor, Ledger

# What happens next: a writer draws a number, commits, is rolled back; the reader looks. With a look: how many
# of the next steps happen before its second and its third reading.
ACTIONS = st.sampled_from(["draw", "draw", "commit", "roll back", "look"])
STEPS = st.lists(st.tuples(ACTIONS, st.integers(0, 8)), max_size=80)


@dataclass
class World:
    """Writers, each with numbers drawn and not committed; what is committed; and what a reader was told."""

    drawn: int = 0
    open: dict[str, list[int]] = field(default_factory=dict)
    committed: set[int] = field(default_factory=set)
    told: list[int] = field(default_factory=list)
    serial: int = 0
    waiting: list[tuple[str, int]] = field(default_factory=list)

    def run(self, steps: list[tuple[str, int]], ledger: Ledger) -> None:
        """Let everything happen."""
        self.waiting = steps[::-1]
        while self.waiting:
            self.step(*self.waiting.pop(), ledger)

    def meanwhile(self, count: int) -> None:
        """Let writers act in the middle of a look."""
        for _ in range(min(count, len(self.waiting))):
            action, who = self.waiting.pop()
            if action != "look":
                self.step(action, who, Ledger())

    def step(self, action: str, who: int, ledger: Ledger) -> None:
        """Let one thing happen."""
        names = sorted(self.open)
        if action == "draw":
            if who >= len(names):
                self.serial += 1
                name = f"{who}/{self.serial}"
            else:
                name = names[who]
            self.drawn += 1
            self.open.setdefault(name, []).append(self.drawn)
        elif action == "look":
            self.look(ledger, who // 3, who % 3)
        elif names:
            numbers = self.open.pop(names[who % len(names)])
            self.committed.update(numbers if action == "commit" else ())

    def look(self, ledger: Ledger, before_second: int = 0, before_third: int = 0) -> None:
        """What a reader does, and how much happens between its three readings."""
        ledger.drawn(self.drawn)
        if ledger.quiet:
            return
        self.meanwhile(before_second)
        cursor = ledger.cursor
        found = sorted(number for number in self.committed if not cursor.knows(number))
        ledger.came(found)
        self.told += found
        self.meanwhile(before_third)
        if not ledger.quiet:
            ledger.open_writers(frozenset(self.open))


@given(STEPS)
def test_everything_committed_is_told_once(steps: list[tuple[str, int]]) -> None:
    world, ledger = World(), Ledger()
    world.run(steps, ledger)
    for name in list(world.open):
        world.committed.update(world.open.pop(name))
    # Who waits looks until nothing is missing; three looks are enough when nobody writes.
    for _ in range(3):
        world.look(ledger)
    assert sorted(world.told) == sorted(world.committed)
    assert ledger.quiet
    assert ledger.cursor.missing == ()


@given(STEPS)
def test_a_number_is_waited_for_as_long_as_its_writer_is_there(steps: list[tuple[str, int]]) -> None:
    world, ledger = World(), Ledger()
    world.run(steps, ledger)
    for _ in range(3):
        world.look(ledger)
    open_numbers = {number for numbers in world.open.values() for number in numbers}
    assert {number for number in open_numbers if ledger.cursor.knows(number)} == set()
    assert ledger.quiet == (not open_numbers)
    # And no longer.
    missing = {number for first, last in ledger.cursor.missing for number in range(first, last + 1)}
    if not open_numbers:
        assert missing == set()


@given(STEPS, STEPS)
def test_a_cursor_leads_to_exactly_what_was_not_told(
    before: list[tuple[str, int]], after: list[tuple[str, int]]
) -> None:
    world, ledger = World(), Ledger()
    world.run(before, ledger)
    left_with = Cursor.read(str(ledger.cursor))
    assert left_with == ledger.cursor
    known = set(world.told)
    world.run(after, ledger)
    rest = {number for number in world.committed if not left_with.knows(number)}
    assert rest == world.committed - known


@given(st.lists(st.integers(1, 60), unique=True))
def test_a_cursor_knows_what_it_saw(numbers: list[int]) -> None:
    cursor = Cursor()
    for number in numbers:
        cursor = cursor.seen(number)
        assert cursor.seen(number) == cursor
    assert {n for n in range(1, 61) if cursor.knows(n)} == set(numbers)
    assert Cursor.read(str(cursor)) == cursor


def test_with_many_gaps_it_falls_back_below_the_lowest() -> None:
    cursor = Cursor()
    for number in range(1, 4 * WRITTEN_SPANS, 2):
        cursor = cursor.seen(number)
    written = Cursor.read(str(cursor))
    assert written == Cursor(1)


@settings(max_examples=200)
@given(st.text(alphabet="0123456789~- x", max_size=30))
def test_any_text_is_a_cursor_or_none(text: str) -> None:
    cursor = Cursor.read(text)
    if cursor is not None:
        assert Cursor.read(str(cursor)) == cursor
        assert all(first <= last < cursor.high for first, last in cursor.missing)

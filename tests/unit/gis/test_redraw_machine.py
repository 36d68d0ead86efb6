"""Two planners on one plan: whatever they do, the units stay one coverage with the same sums."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import shapely
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gis.coverage import is_valid_coverage
from gis.lattice import to_lattice
from gis.measures import NOWHERE
from gis.redraw.draft import Draft
from gis.redraw.ground import move_border, split_by_line, transfer_building
from gis.redraw.moves import assign, change_zone, dissolve, merge, new_zone, paint
from gis.redraw.numbering import renumber
from gis.redraw.parts import split_into_parts
from gis.redraw.pieces import Contents, Division, Footprint, completed
from gis.redraw.steps import RedrawRefused, Step, clashes
from gis.redraw.undo import Made, turned
from tests.support.redraw_city import SIDE, SOUTH, SRID, WEST, town

places = st.tuples(st.floats(-0.4, 4.4), st.floats(-0.4, 3.4))
fraction = st.floats(0, 0.999)


class Planning(RuleBasedStateMachine):
    """The plan as the server keeps it, and a second planner who works on what was read some steps ago."""

    @initialize()
    def start(self) -> None:
        self.draft, contents = town()
        self.first = self.draft
        self.contents: dict[int, Contents] = dict(contents)
        self.made: list[Made] = []
        self.log: list[Step] = []
        self.stale: tuple[Draft, int] = (self.draft, 0)
        self.next_id = 500
        self.ground = shapely.coverage_union_all(to_lattice(self.draft.shapes))
        self.codes: dict[str, int] = {}

    # What is there to choose from

    def some_unit(self, draft: Draft, share: float) -> int:
        rows = np.flatnonzero(draft.zone != NOWHERE)
        return int(draft.ids[rows[int(share * len(rows))]])

    def some_zone(self, draft: Draft, share: float) -> int:
        numbers = sorted(number for number, zone in draft.zones.items() if not zone.dissolved)
        return numbers[int(share * len(numbers))]

    def buildings(self, draft: Draft) -> dict[int, tuple[Footprint, ...]]:
        return {
            unit: tuple(one.buildings)
            for unit, one in self.contents.items()
            if unit in draft.row and draft.zone[draft.row[unit]] != NOWHERE
        }

    # Moves

    def keep(self, step: Step) -> None:
        self.draft = self.draft.made(step)
        self.log.append(step)
        self.made.append(Made(len(self.made) + 1, False, step))

    def attempt(self, move: Any) -> None:
        try:
            self.keep(move(self.draft))
        except RedrawRefused:
            return

    @rule(unit=fraction, zone=fraction)
    def paint(self, unit: float, zone: float) -> None:
        self.attempt(lambda draft: paint(draft, [self.some_unit(draft, unit)], self.some_zone(draft, zone)))

    @rule(unit=fraction)
    def new_zone(self, unit: float) -> None:
        self.attempt(lambda draft: new_zone(draft, [self.some_unit(draft, unit)], "新网格"))

    @rule(one=fraction, other=fraction)
    def merge(self, one: float, other: float) -> None:
        self.attempt(lambda draft: merge(draft, [self.some_zone(draft, one)], self.some_zone(draft, other)))

    @rule(zone=fraction)
    def dissolve(self, zone: float) -> None:
        self.attempt(lambda draft: dissolve(draft, self.some_zone(draft, zone)))

    @rule(zone=fraction, parts=st.integers(2, 3))
    def split_parts(self, zone: float, parts: int) -> None:
        self.attempt(lambda draft: split_into_parts(draft, self.some_zone(draft, zone), parts))

    @rule(zone=fraction, lock=st.sampled_from(["none", "none", "out", "in", "both"]))
    def lock(self, zone: float, lock: Any) -> None:
        self.attempt(lambda draft: change_zone(draft, "lock", self.some_zone(draft, zone), lock=lock))

    @rule(zone=fraction, name=st.sampled_from(["甲网格", "乙网格"]))
    def rename(self, zone: float, name: str) -> None:
        self.attempt(
            lambda draft: change_zone(draft, "rename", self.some_zone(draft, zone), name=(name, None))
        )

    @rule()
    def back_to_the_beginning(self) -> None:
        rows = np.flatnonzero((self.draft.zone != NOWHERE) & (self.draft.counts.base > 0))
        units, zones = self.draft.ids[rows].tolist(), self.draft.counts.base[rows].tolist()
        self.attempt(lambda draft: assign(draft, units, zones))

    @rule()
    def renumber(self) -> None:
        boxes = shapely.bounds(self.draft.shapes)
        names = {1000: "370212001001", 1001: "370212001002"}
        self.attempt(lambda draft: renumber(draft, boxes, names, self.codes))

    def divide(self, move: Any) -> None:
        try:
            division: Division = move(self.draft)
            held = {unit: self.contents[unit] for unit in division.cuts.parent.values()}
            wider, step, pieces = completed(self.draft, division, held, SRID)
            wider.made(step)
        except RedrawRefused:
            return
        given = {piece.number: self.next_id + at for at, piece in enumerate(pieces)}
        self.next_id += len(pieces)
        ids = np.array([given.get(unit, unit) for unit in wider.ids.tolist()])
        self.draft = Draft(
            ids, wider.graph, wider.communities, wider.zone, wider.counts, wider.zones, wider.next_number,
            wider.nested, wider.shapes,
        )  # fmt: skip
        for piece in pieces:
            shape = to_lattice(piece.shape)
            old = self.contents[piece.parent]
            mine = tuple(each for each in old.buildings if shape.intersection(each.shape).area > 0)
            assert len(mine) == piece.buildings
            self.contents[given[piece.number]] = Contents(
                mine, old.incidents[: piece.incidents_year], old.facilities[: piece.facilities]
            )
        self.keep(step.renamed(given))

    @rule(zone=fraction, drawn=st.lists(places, min_size=2, max_size=3), cut=st.booleans())
    def split_line(self, zone: float, drawn: list[tuple[float, float]], cut: bool) -> None:
        line = shapely.LineString([((WEST + x * SIDE) / 1e7, (SOUTH + y * SIDE) / 1e7) for x, y in drawn])
        self.divide(
            lambda draft: split_by_line(
                draft, self.some_zone(draft, zone), line, self.buildings(draft), cut=cut
            )
        )

    @rule(one=fraction, other=fraction, drawn=st.lists(places, min_size=2, max_size=3))
    def border(self, one: float, other: float, drawn: list[tuple[float, float]]) -> None:
        line = shapely.LineString([((WEST + x * SIDE) / 1e7, (SOUTH + y * SIDE) / 1e7) for x, y in drawn])
        self.divide(
            lambda draft: move_border(
                draft, (self.some_zone(draft, one), self.some_zone(draft, other)), line, self.buildings(draft)
            )
        )

    @rule(unit=fraction, zone=fraction, which=fraction)
    def transfer_building(self, unit: float, zone: float, which: float) -> None:
        def move(draft: Draft) -> Division:
            here = self.contents[self.some_unit(draft, unit)].buildings
            code = here[int(which * len(here))].code if here else "?"
            return transfer_building(draft, code, self.some_zone(draft, zone), self.buildings(draft))

        self.divide(move)

    # The other planner

    @rule()
    def read(self) -> None:
        self.stale = (self.draft, len(self.made))

    @rule(unit=fraction, zone=fraction)
    def paint_on_what_was_read(self, unit: float, zone: float) -> None:
        """The second planner's move is made on the plan as it is, unless both touched the same."""
        seen, since = self.stale
        try:
            wanted = paint(seen, [self.some_unit(seen, unit)], self.some_zone(seen, zone))
        except RedrawRefused:
            return
        others = [made.step for made in self.made[since:]]
        try:
            step = paint(self.draft, wanted.units, wanted.after[0] or 0)
            after = self.draft.made(step)
        except RedrawRefused:
            return
        units, attributes = clashes(step, others)
        if units or attributes:
            assert any(set(wanted.units) & (set(other.units) | other.ground) for other in others)
            return
        # Nobody touched it since: it is where the planner saw it.
        assert step.before == wanted.before
        self.keep(step)
        assert after.zone[after.row[wanted.units[0]]] == wanted.after[0]

    # Back and again

    @precondition(lambda self: any(not made.undone for made in self.made))
    @rule(which=fraction)
    def undo(self, which: float) -> None:
        done = [made for made in self.made if not made.undone]
        self.turn(done[-1 - int(which * which * len(done))], again=False, last=which == 0)

    @precondition(lambda self: any(made.undone for made in self.made))
    @rule(which=fraction)
    def redo(self, which: float) -> None:
        undone = [made for made in self.made if made.undone]
        self.turn(undone[int(which * len(undone))], again=True)

    def turn(self, made: Made, *, again: bool, last: bool = False) -> None:
        found = turned(made, self.draft, self.made, again=again)
        if found.units or found.attributes:
            return
        try:
            self.draft = self.draft.made(found.step)
        except RedrawRefused:
            # A lock, or units that others have painted into a zone that would be no more.
            return
        self.log.append(found.step)
        self.made[made.seq - 1] = Made(made.seq, not again, made.step)

    # What always holds

    @invariant()
    def units_are_one_coverage_with_the_same_sums(self) -> None:
        draft, first = self.draft, self.first
        rows = np.flatnonzero(draft.zone != NOWHERE)
        assert draft.shapes is not None
        shapes = draft.shapes[rows]
        assert is_valid_coverage(shapes)
        assert shapely.equals(shapely.coverage_union_all(to_lattice(shapes)), self.ground)
        for name in ("households", "residents", "buildings"):
            assert getattr(draft.graph, name)[rows].sum() == getattr(first.graph, name).sum()
        for name in ("incidents_year", "facilities"):
            assert getattr(draft.counts, name)[rows].sum() == getattr(first.counts, name).sum()

    @invariant()
    def zones_hold_whole_units_of_their_community(self) -> None:
        draft = self.draft
        for row in np.flatnonzero(draft.zone != NOWHERE).tolist():
            zone = draft.zones[int(draft.zone[row])]
            assert not zone.dissolved
            assert zone.community == draft.community_of(row)

    @invariant()
    def codes_are_never_given_twice(self) -> None:
        for number, zone in self.draft.zones.items():
            if zone.code is not None:
                assert self.codes.setdefault(zone.code, number) == number

    @invariant()
    def the_steps_lead_to_where_the_plan_is(self) -> None:
        """Replaying everything that was done, from the first, gives every unit's zone."""
        zone = {int(unit): int(number) for unit, number in zip(self.first.ids, self.first.zone, strict=True)}
        for step in self.log:
            for unit, before, after in zip(step.units, step.before, step.after, strict=True):
                assert zone.get(unit, NOWHERE) == (before or NOWHERE)
                zone[unit] = after or NOWHERE
        now = {unit: int(self.draft.zone[row]) for unit, row in self.draft.row.items()}
        assert {unit: number for unit, number in zone.items() if number} == {
            u: n for u, n in now.items() if n
        }


TestPlanning = Planning.TestCase
# Shrinking takes minutes and says little: a failing run is printed as it was.
TestPlanning.settings = settings(
    max_examples=30,
    stateful_step_count=20,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)

"""What all table modules share: one metadata object, naming of constraints, frequent columns.

The tables describe the schema only. Run-time SQL lives in ``grid_data/sql``; triggers, functions and
grants, which SQLAlchemy does not describe, live in ``migrations/functions``.
"""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Column, Computed, Identity, Index, MetaData, Text, text
from sqlalchemy.dialects.postgresql import TSTZRANGE

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

FROM_NOW_ON = text("tstzrange(now(), NULL)")
"""Default of a recorded range: known from this transaction on, until something better is recorded."""


def identity() -> Column[int]:
    """Surrogate key. BY DEFAULT, so that COPY may bring identifiers reserved beforehand."""
    return Column("id", BigInteger, Identity(always=False), primary_key=True)


def reference(name: str, key: str, *, nullable: bool = True, primary_key: bool = False) -> Column[int]:
    """A key whose rows are checked once per statement by triggers, not by a foreign key.

    ``key`` reads ``table.column``. For tables that take a million rows at a time; see
    ``docs/decisions/0010-references-per-statement.md``.
    """
    return Column(
        name,
        BigInteger,
        nullable=nullable and not primary_key,
        primary_key=primary_key,
        autoincrement=False,
        info={"refers_to": key},
    )


def name_columns(*, chinese_required: bool = True) -> tuple[Column[str], Column[str]]:
    """A Chinese and an English name; Chinese comes first, English may be missing."""
    return Column("name_zh", Text, nullable=not chinese_required), Column("name_en", Text)


def valid_range() -> Column[object]:
    """When something holds in the world; half open, ``[from, to)``."""
    return Column("valid", TSTZRANGE, nullable=False)


def recorded_range() -> Column[object]:
    """When the database knew it; a correction closes this range and leaves ``valid`` alone."""
    return Column("recorded", TSTZRANGE, nullable=False, server_default=FROM_NOW_ON)


def geometry(kind: str, *, nullable: bool = False, name: str = "geom") -> Column[object]:
    """Geometry in EPSG:4326, longitude first, coordinates on the lattice of 1e-7 degree."""
    return Column(name, Geometry(kind, srid=4326, spatial_index=False), nullable=nullable)


def lattice_geometry(kind: str) -> Column[object]:
    """``geom`` in whole lattice steps (degree x 1e7): predicates on it are exact integer arithmetic."""
    return Column(
        "lattice",
        Geometry(kind, srid=0, spatial_index=False),
        Computed("ST_SnapToGrid(ST_SetSRID(ST_Scale(geom, 1e7, 1e7), 0), 1)", persisted=True),
    )


def spatial_index(table: str, column: str = "geom") -> Index:
    """GiST index with a stated name (GeoAlchemy's automatic one would be created twice by Alembic)."""
    return Index(f"ix_{table}_{column}", column, postgresql_using="gist")


def one_of(column: str, *values: str) -> str:
    """SQL of a check that a column holds one of some values."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"

"""Shapes of the read side as the API description shows them; the documents themselves come from SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from governance.incidents.answers import IncidentInList, Name, Named
from governance.planning.answers import Conflict

LonLat = Annotated[list[float], Field(min_length=2, max_length=2, examples=[[120.4691, 36.1075]])]
Bounds = Annotated[
    list[float],
    Field(min_length=4, max_length=4, description="West, south, east, north.",
          examples=[[120.39, 36.05, 120.72, 36.34]]),
]  # fmt: skip
LayerKind = Literal["region", "base_grid", "specialist", "jurisdiction", "context"]


class Document(BaseModel):
    """Base of all documents: nothing unknown in them."""

    model_config = ConfigDict(extra="forbid")


class Dataset(Document):
    """Where part of the data comes from, and on what terms."""

    code: str
    title: Name
    notice: Name
    licence: str | None
    attribution: str | None
    synthetic: bool


class City(Document):
    """The city this server serves."""

    code: Annotated[str, Field(examples=["370212"])]
    name: Name
    centre: LonLat
    zoom: float
    bounds: Bounds
    timezone: Annotated[str, Field(examples=["Asia/Shanghai"])]
    attribution: Name
    datasets: list[Dataset]


class Layer(Document):
    """A layer of zones; ``edition`` counts its changes."""

    code: Annotated[str, Field(examples=["police"])]
    name: Name
    kind: LayerKind
    cardinality: Literal["exactly_one", "at_most_one", "many"]
    parent: str | None
    precedence: int
    depth: int
    zones: Annotated[int, Field(description="Zones valid now.")]
    edition: int
    synthetic: bool
    tiles: Annotated[str, Field(description="Address of the TileJSON.", examples=["/tiles/police.json"])]


class Layers(Document):
    """All active layers, in order of precedence."""

    items: list[Layer]


class ZoneInList(Document):
    """A zone as lists show it; ``parent`` is a code of the parent layer."""

    layer: str
    code: str
    name: Name
    parent: str | None
    centre: LonLat
    bounds: Bounds


class ZonePage(Document):
    """One page of zones."""

    items: list[ZoneInList]
    next: Annotated[str | None, Field(description="Give it as `after` to get the next page.")]


class ZoneParent(Document):
    """The zone around a zone."""

    layer: str
    code: str
    name: Name


class Post(Document):
    """A post in a zone; without a person it is vacant."""

    kind: Literal["grid_lead", "police", "full_time", "part_time", "trade", "window"]
    person: str | None
    organisation: Named | None


class ZoneVersion(Document):
    """One version of a zone: its shape and name over a time."""

    id: int
    valid_from: datetime
    valid_to: datetime | None
    plan: str | None


class LineageStep(Document):
    """What a plan made of a zone, or a zone of."""

    kind: Literal["unchanged", "split", "merged", "irregular"]
    from_: Annotated[str | None, Field(alias="from")]
    to: str | None
    plan: Annotated[str | None, Field(description="Null: a plan that the one who asks does not see.")]
    households: Annotated[int | None, Field(description="Null: not told, as for the zone.")]


class Zone(Document):
    """A zone as it was at the moment asked about."""

    layer: str
    code: str
    name: Name
    retired: bool
    parent: ZoneParent | None
    organisation: Named | None
    valid_from: datetime
    valid_to: datetime | None
    bounds: Bounds
    centre: LonLat
    area_m2: float
    households: Annotated[
        int | None,
        Field(
            description="Null: not told. Of other people's zones nothing is told, nor of a few households."
        ),
    ]
    residents: Annotated[int | None, Field(description="As `households`.")]
    buildings: Annotated[int | None, Field(description="Null: the zone is not one of yours.")]
    posts: list[Post]
    versions: list[ZoneVersion]
    lineage: list[LineageStep]
    geometry: Annotated[
        dict[str, Any] | None, Field(description="GeoJSON MultiPolygon; only with `geometry=true`.")
    ] = None


class Category(Document):
    """A category; its key is `standard_ref:kind:code`."""

    key: Annotated[str, Field(examples=["GB/T 47678.5-2026:matter:06010"])]
    standard_ref: str
    kind: Literal["component", "matter", "social"]
    code: str
    name: Name
    parent: str | None
    level: int
    time_limit: str | None
    urgency: Literal["normal", "urgent"]


class Categories(Document):
    """All categories, each class before its minor classes."""

    items: list[Category]


class Region(Document):
    """The zone an organisation governs."""

    layer: str
    code: str


class Organisation(Document):
    """An organisation in the tree."""

    code: str
    name: Name
    kind: Literal["government", "street", "community", "admin", "utility", "squad"]
    parent: str | None
    region: Region | None


class Organisations(Document):
    """All organisations."""

    items: list[Organisation]


class Hit(Document):
    """Something found by search."""

    type: Literal["zone", "incident", "address", "facility", "road"]
    layer: str | None
    code: str
    label: Name
    detail: Name
    point: LonLat | None
    bounds: Bounds | None


class Hits(Document):
    """What was found, best first."""

    items: list[Hit]


class IncidentPage(Document):
    """One page of incidents, newest first."""

    items: list[IncidentInList]
    next: Annotated[str | None, Field(description="Give it as `after` to get the next page.")]


class ZoneCount(Document):
    """Incidents of one zone."""

    code: str
    name: Name
    total: int
    open: int
    urgent: int


class NotLocated(Document):
    """Incidents without a believed place, by reason: in no zone's count."""

    total: int
    reasons: Annotated[
        dict[str, int],
        Field(description="By code of `place_problem`; reasons without incidents are left out."),
    ]


class IncidentStatistics(Document):
    """Incidents counted by the zones of a layer.

    ``located`` and ``not_located.total`` add up to ``total``. Where the layer has one zone at a place, the
    zones' totals and ``no_zone`` (located outside all zones of the layer) add up to ``located``.
    """

    layer: str
    total: int
    located: int
    no_zone: int
    not_located: NotLocated
    zones: Annotated[list[ZoneCount], Field(description="Zones with incidents, by code.")]


class VectorLayer(Document):
    """A layer inside a vector tile."""

    id: str
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str]


class TileJson(Document):
    """TileJSON 3.0.0."""

    tilejson: Literal["3.0.0"] = "3.0.0"
    name: str
    description: str
    version: str
    scheme: Literal["xyz"] = "xyz"
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: Bounds
    attribution: str
    vector_layers: list[VectorLayer]


class ProblemField(Document):
    """One field at fault: dots lead into the body."""

    field: str
    message: str
    code: str


class ProblemDocument(BaseModel):
    """RFC 9457 problem details."""

    type: Annotated[str, Field(examples=["/problems/bad-parameter"])]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    code: str
    errors: list[ProblemField]
    conflicts: Annotated[
        list[Conflict] | None, Field(description="Only of `plan-conflict`: what somebody else changed.")
    ] = None


class ProblemKind(Document):
    """A documented kind of problem."""

    code: str
    type: str
    status: int
    title: Name
    description: Name


class ProblemKinds(Document):
    """All kinds of problems this server answers with."""

    items: list[ProblemKind]


class Health(Document):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(Document):
    """Whether requests can be served, and what is missing if not."""

    status: Literal["ready", "not_ready"]
    database: Literal["ok", "away"]
    migrations: Annotated[str, Field(description="`ok`, or what the schema stands at and what is expected.")]
    city: Annotated[str | None, Field(description="Code of the city loaded.")]

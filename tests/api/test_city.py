"""City, layers, categories, organisations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg

from api.schemas import Categories, City, Layers, Organisations

Get = Callable[..., dict[str, Any]]


def test_city(get: Get) -> None:
    city = City.model_validate(get("/api/city"))
    west, south, east, north = city.bounds
    assert west < city.centre[0] < east
    assert south < city.centre[1] < north
    assert city.code == "370212"
    assert city.attribution.en is not None
    assert "OpenStreetMap" in city.attribution.en
    assert any(dataset.synthetic for dataset in city.datasets)


def test_layers(get: Get, database: psycopg.Connection) -> None:
    layers = Layers.model_validate(get("/api/layers")).items
    codes = [layer.code for layer in layers]
    assert {"district", "subdistrict", "community", "base_grid", "police"} <= set(codes)
    assert [layer.precedence for layer in layers] == sorted(layer.precedence for layer in layers)
    for layer in layers:
        row = database.execute(
            "SELECT count(DISTINCT v.zone_id) FROM zone_version v JOIN layer l ON l.id = v.layer_id"
            " WHERE l.code = %s AND v.valid @> now() AND upper_inf(v.recorded)",
            (layer.code,),
        ).fetchone()
        assert row is not None
        assert layer.zones == row[0] > 0
        assert layer.tiles == f"/tiles/{layer.code}.json"
    parents = {layer.code: layer.parent for layer in layers}
    assert parents["base_grid"] == "community"


def test_categories(get: Get) -> None:
    categories = Categories.model_validate(get("/api/categories")).items
    keys = [category.key for category in categories]
    assert len(keys) == len(set(keys)) > 100
    seen: set[str] = set()
    for category in categories:
        assert category.key == f"{category.standard_ref}:{category.kind}:{category.code}"
        assert category.parent is None or category.parent in seen, "a class comes before its minor classes"
        seen.add(category.key)


def test_organisations(get: Get) -> None:
    organisations = Organisations.model_validate(get("/api/organisations")).items
    codes = {organisation.code for organisation in organisations}
    assert len(codes) == len(organisations) > 5
    assert all(organisation.parent is None or organisation.parent in codes for organisation in organisations)
    assert any(organisation.region for organisation in organisations)

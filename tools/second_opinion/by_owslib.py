"""The same capabilities, read by OWSLib. Values that OWSLib does not read are absent, and not compared."""

from __future__ import annotations

import warnings
from typing import Any

from owslib.map.wms111 import WebMapService_1_1_1
from owslib.map.wms130 import WebMapService_1_3_0
from owslib.wmts import WebMapTileService

Json = dict[str, object]

NOWHERE = "http://example.org/"
"""An address that OWSLib requires; it sends no request to it, because it gets the document."""


def dimensions(layer: Any) -> list[Json]:
    """The dimensions of WMS 1.3.0 and WMTS; from WMS 1.1.1 OWSLib reads only the times."""
    of = dict(getattr(layer, "dimensions", None) or {})
    if not of and getattr(layer, "timepositions", None):
        of = {"time": {"values": layer.timepositions, "default": layer.defaulttimeposition}}
    read = [
        {"name": name, "default": data.get("default") or None, "extent": ",".join(data["values"])}
        for name, data in of.items()
        if data.get("values")
    ]
    return sorted(read, key=lambda dimension: str(dimension["name"]).lower())


def box(layer: Any) -> list[float] | None:
    edges = getattr(layer, "boundingBoxWGS84", None)
    return None if edges is None else list(edges)


def wms(document: bytes, version: str) -> Json:
    reader = WebMapService_1_3_0 if version == "1.3.0" else WebMapService_1_1_1
    service = reader(NOWHERE, version=version, xml=document)
    layers = [
        {
            "name": layer.name,
            "title": layer.title,
            "crs": sorted(layer.crsOptions),
            "styles": {name: style.get("legend") for name, style in layer.styles.items()},
            "box": box(layer),
            "dimensions": dimensions(layer),
        }
        for layer in service.contents.values()
    ]
    formats = service.getOperationByName("GetMap").formatOptions
    return {"service": "wms", "title": service.identification.title or "", "formats": formats, "layers": layers}


def matrix(level: Any) -> list[object]:
    sizes = (level.tilewidth, level.tileheight, level.matrixwidth, level.matrixheight)
    return [level.identifier, level.scaledenominator, *level.topleftcorner, *sizes]


def wmts_layer(layer: Any) -> Json:
    default = [name for name, style in layer.styles.items() if style["isDefault"]] or list(layer.styles)
    return {
        "name": layer.name,
        "title": layer.title,
        "box": box(layer),
        "formats": layer.formats,
        "styles": {name: style.get("legend") for name, style in layer.styles.items()},
        "default_style": default[0] if default else None,
        "dimensions": dimensions(layer),
        "limits": {
            name: {
                limits.tilematrix: [limits.mintilecol, limits.maxtilecol, limits.mintilerow, limits.maxtilerow]
                for limits in link.tilematrixlimits.values()
            }
            for name, link in layer.tilematrixsetlinks.items()
        },
    }


def wmts(document: bytes) -> Json:
    service = WebMapTileService(NOWHERE, xml=document)
    sets = {
        name: {"crs": matrices.crs, "matrices": [matrix(level) for level in matrices.tilematrix.values()]}
        for name, matrices in service.tilematrixsets.items()
    }
    title = service.identification.title if service.identification else ""
    return {"service": "wmts", "title": title, "layers": [*map(wmts_layer, service.contents.values())], "sets": sets}


def read(document: bytes, service: object, version: str) -> Json:
    """The document as OWSLib reads it, or the error with which OWSLib fails."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return wmts(document) if service == "wmts" else wms(document, version)
    # Every exception counts as OWSLib's answer: it has no exception of its own for a document that it cannot read.
    except Exception as error:  # noqa: BLE001
        return {"problem": f"{type(error).__name__}: {error}"}

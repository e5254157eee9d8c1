"""Reads the capabilities of a WMS or WMTS, element by element, by the letter of the standards (OGC 01-068r3, 06-042, 07-057r7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterator

from lxml import etree

from instants import axis

Element = etree._Element
Json = dict[str, object]

TIME_UNITS = "ISO8601"
MOST = {"width_max": "MaxWidth", "height_max": "MaxHeight", "layers_max": "LayerLimit"}


def root(document: bytes) -> Element:
    """The document's root. The parser loads nothing from outside, and recovers from errors at which a strict parser stops."""
    at = document.find(b"<")
    # Bytes before the first tag (a byte-order mark, a blank line) are not part of the document.
    parser = etree.XMLParser(recover=True, no_network=True, load_dtd=False, resolve_entities=False, huge_tree=False)
    return etree.fromstring(document[at:], parser)


def name_of(element: Element) -> str:
    """The local name; empty for comments and processing instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: Element | None, name: str) -> Iterator[Element]:
    return (child for child in (() if element is None else element) if name_of(child) == name)


def child(element: Element | None, *path: str) -> Element | None:
    for name in path:
        element = next(children(element, name), None)
    return element


def words(element: Element | None) -> str:
    """The text of an element, each run of white space replaced by one blank."""
    return "" if element is None else " ".join("".join(element.itertext(with_tail=False)).split())


def attribute(element: Element, name: str) -> str:
    return " ".join(element.get(name, "").split())


def legend(style: Element) -> str | None:
    """The address of a style's first legend: in WMS in an inner element, in WMTS in an attribute of `LegendURL` itself."""
    element = child(style, "LegendURL", "OnlineResource")
    if element is None:
        element = child(style, "LegendURL")
    return None if element is None else element.get("{http://www.w3.org/1999/xlink}href", "").strip() or None


@dataclass
class Inherited:
    """The values that a layer inherits from its parent layers (OGC 06-042, table 7)."""

    crs: set[str] = field(default_factory=set)
    styles: dict[str, str | None] = field(default_factory=dict)
    """The address of the legend by style."""
    box: list[float] | None = None
    attribution: str | None = None
    opaque: bool = False
    dimensions: dict[str, Json] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)
    """Units by name: 1.1.1 declares a dimension in one element and gives its values in another one, perhaps of a child layer."""


def box_of(layer: Element) -> list[float] | None:
    geographic, degrees = child(layer, "EX_GeographicBoundingBox"), child(layer, "LatLonBoundingBox")
    if geographic is not None:
        edges = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
        texts = [words(child(geographic, edge)) for edge in edges]
    elif degrees is not None:
        texts = [degrees.get(edge, "") for edge in ("minx", "miny", "maxx", "maxy")]
    else:
        return None
    try:
        return [float(text) for text in texts]
    except ValueError:
        return None


def is_true(value: str | None) -> bool:
    return value in ("1", "true")


def dimension(name: str, units: str, default: str, extent: str, nearest: str | None = None) -> Json:
    is_time = name.lower() == "time" or units.upper().replace(" ", "").replace("-", "") == TIME_UNITS
    return {
        "name": name,
        "units": units,
        "default": default or None,
        "nearest_value": is_true(nearest),
        "extent": extent,
        "axis": axis(extent) if is_time else None,
    }


def by_name(dimension: Json) -> str:
    return str(dimension["name"]).lower()


def dimensions(layer: Element, here: Inherited) -> None:
    """The dimensions of a layer, which replace inherited ones of the same name. If a layer has two of one name, the first counts."""
    own: dict[str, Json] = {}
    for element in children(layer, "Dimension"):
        name, units = attribute(element, "name"), element.get("units", "")
        here.declared[name.lower()] = units
        if extent := words(element):
            of = dimension(name, units, attribute(element, "default"), extent, element.get("nearestValue"))
            own.setdefault(name.lower(), of)
    for element in children(layer, "Extent"):
        name = attribute(element, "name")
        if extent := words(element):
            units = here.declared.get(name.lower(), "")
            of = dimension(name, units, attribute(element, "default"), extent, element.get("nearestValue"))
            own.setdefault(name.lower(), of)
    here.dimensions.update(own)


def wms_layers(layer: Element, around: Inherited) -> Iterator[Json]:
    """This layer, if it has a name, and its child layers, in the order of the document."""
    codes = [words(code) for tag in ("CRS", "SRS") for code in children(layer, tag)]
    styles = {words(child(style, "Name")): legend(style) for style in children(layer, "Style")}
    here = Inherited(
        crs=around.crs | {code for text in codes for code in text.split()},
        styles=around.styles | {name: legend for name, legend in styles.items() if name},
        box=box_of(layer) or around.box,
        attribution=words(child(layer, "Attribution", "Title")) or around.attribution,
        opaque=is_true(layer.get("opaque")) if "opaque" in layer.attrib else around.opaque,
        dimensions=dict(around.dimensions),
        declared=dict(around.declared),
    )
    dimensions(layer, here)
    if name := words(child(layer, "Name")):
        yield {
            "name": name,
            "title": words(child(layer, "Title")) or name,
            "crs": sorted(here.crs),
            "styles": here.styles,
            "box": here.box,
            "attribution": here.attribution,
            "opaque": here.opaque,
            "dimensions": sorted(here.dimensions.values(), key=by_name),
        }
    for inner in children(layer, "Layer"):
        yield from wms_layers(inner, here)


def wms(document: Element) -> Json:
    capability, service = child(document, "Capability"), child(document, "Service")
    layers = [found for layer in children(capability, "Layer") for found in wms_layers(layer, Inherited())]
    most = {name: words(child(service, tag)) for name, tag in MOST.items()}
    return {
        "service": "wms",
        "version": document.get("version", ""),
        "title": words(child(service, "Title")),
        "formats": [words(text) for text in children(child(capability, "Request", "GetMap"), "Format")],
        **{name: int(number) if number.isdigit() and int(number) else None for name, number in most.items()},
        "layers": layers,
    }


def wmts_dimension(element: Element) -> Json:
    values = [words(value) for value in children(element, "Value")]
    identifier, units = words(child(element, "Identifier")), words(child(element, "UOM"))
    return dimension(identifier, units, words(child(element, "Default")), ",".join(filter(None, values)))


def limits(link: Element) -> Json:
    names = ("MinTileCol", "MaxTileCol", "MinTileRow", "MaxTileRow")
    levels = children(child(link, "TileMatrixSetLimits"), "TileMatrixLimits")
    return {words(child(level, "TileMatrix")): [int(words(child(level, name))) for name in names] for level in levels}


def wmts_layer(layer: Element) -> Json:
    styles = {words(child(style, "Identifier")): style for style in children(layer, "Style")}
    default = [name for name, style in styles.items() if style.get("isDefault") == "true"] or list(styles)
    box, corners = child(layer, "WGS84BoundingBox"), ("LowerCorner", "UpperCorner")
    edges = [float(number) for corner in corners for number in words(child(box, corner)).split()]
    return {
        "name": words(child(layer, "Identifier")),
        "title": words(child(layer, "Title")) or words(child(layer, "Identifier")),
        "box": edges if len(edges) == 4 else None,
        "formats": [words(text) for text in children(layer, "Format")],
        "styles": {name: legend(style) for name, style in styles.items() if name},
        "default_style": default[0] if default else None,
        "dimensions": sorted(map(wmts_dimension, children(layer, "Dimension")), key=by_name),
        "limits": {words(child(link, "TileMatrixSet")): limits(link) for link in children(layer, "TileMatrixSetLink")},
    }


def matrix(level: Element) -> list[object]:
    """Name, scale denominator, corner as written, width and height of a tile, columns and rows."""
    corner = [float(number) for number in words(child(level, "TopLeftCorner")).split()]
    sizes = [int(words(child(level, name))) for name in ("TileWidth", "TileHeight", "MatrixWidth", "MatrixHeight")]
    return [words(child(level, "Identifier")), float(words(child(level, "ScaleDenominator"))), *corner, *sizes]


def wmts(document: Element) -> Json:
    contents = child(document, "Contents")
    sets = {
        words(child(matrices, "Identifier")): {
            "crs": words(child(matrices, "SupportedCRS")),
            "matrices": [matrix(level) for level in children(matrices, "TileMatrix")],
        }
        for matrices in children(contents, "TileMatrixSet")
    }
    return {
        "service": "wmts",
        "version": document.get("version", ""),
        "title": words(child(document, "ServiceIdentification", "Title")),
        "layers": [wmts_layer(layer) for layer in children(contents, "Layer")],
        "sets": sets,
    }


def read(document: bytes) -> Json:
    """The result for a whole document."""
    top = root(document)
    return wmts(top) if name_of(top) == "Capabilities" else wms(top)

"""A second opinion on recorded capabilities: read by OWSLib, by PROJ, and by a reader that follows the letter of the standards.

    capabilities.py FOLDER

prints, as JSON, for each NAME.xml.gz in it: {NAME: {"reading", "owslib", "north_first", "east_first"}}

It shares no code with Mapreel. `crates/mapreel/tests/all/second_opinion.rs` compares the results.
"""

from __future__ import annotations

import gzip
import json
import sys
from functools import cache
from pathlib import Path

import by_owslib
import pyproj
import reading

Json = dict[str, object]


NORTHERLY = ("northing", "southing", "latitude", "geodetic latitude")


@cache
def is_north_first(code: str) -> bool | None:
    """Whether the EPSG registry (PROJ's copy) has northing or latitude as first axis; None for an unknown code."""
    try:
        crs = pyproj.CRS.from_user_input("OGC:" + code.replace(":", "") if code.startswith("CRS:") else code)
    except pyproj.exceptions.CRSError:
        return None
    axes = crs.axis_info[:2]
    if len(axes) < 2 or not (crs.is_projected or crs.is_geographic):
        return None
    # In a polar CRS both axes point north, or both south; only their names distinguish them.
    lie_apart = {axes[0].direction, axes[1].direction} & {"east", "west"}
    return axes[0].direction in ("north", "south") if lie_apart else axes[0].name.lower().startswith(NORTHERLY)


def opinion(document: bytes) -> Json:
    read = reading.read(document)
    codes = {code for layer in read["layers"] for code in layer.get("crs", [])} if read["version"] == "1.3.0" else set()
    order = {code: is_north_first(code) for code in sorted(codes)}
    return {
        "reading": read,
        "owslib": by_owslib.read(document, read["service"], str(read["version"])),
        "north_first": [code for code, north in order.items() if north],
        "east_first": [code for code, north in order.items() if north is False],
    }


def main(folder: str) -> None:
    documents = sorted(Path(folder).glob("*.xml.gz"))
    opinions = {path.name.removesuffix(".xml.gz"): opinion(gzip.decompress(path.read_bytes())) for path in documents}
    json.dump(opinions, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main(*sys.argv[1:])

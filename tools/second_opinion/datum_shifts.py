"""The coordinates that PROJ gives to places of WGS 84 in projected CRSs. `tests/all/registry.rs` compares Mapreel's with them.

Reads EPSG codes from standard input, one a line. Writes a line for each code and each of some places in its area of use:
`code longitude latitude x y ballpark`, x before y and towards east and north; `ballpark` is 1 where PROJ knows of no
transformation between the datums. PROJ uses no shift grids, unless they are installed.

    seq 20000 33000 | tools/venv/bin/python tools/second_opinion/datum_shifts.py
"""

import sys
import warnings

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

STEPS = (0.02, 0.25, 0.5, 0.75, 0.98)


def places(area):
    west, east = area.west, area.east if area.east > area.west else area.east + 360
    for v in STEPS:
        for u in STEPS:
            longitude = west + u * (east - west)
            yield (longitude + 180) % 360 - 180, area.south + v * (area.north - area.south)


def rows(code):
    crs = CRS.from_epsg(code)
    if crs.area_of_use is None:
        return
    to_crs = Transformer.from_crs(4326, crs, always_xy=True)
    for longitude, latitude in places(crs.area_of_use):
        try:
            x, y = to_crs.transform(longitude, latitude, errcheck=True)
        except ProjError:
            continue
        ballpark = "allpark" in to_crs.get_last_used_operation().description
        print(code, longitude, latitude, x, y, int(ballpark))


def main():
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        try:
            rows(int(line))
        except (CRSError, ProjError):
            continue


if __name__ == "__main__":
    main()

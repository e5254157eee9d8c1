"""Writes areas.bin: where the projected CRSs of the EPSG registry are used.

    pip install pyproj && python3 convert.py

The EPSG Dataset is owned by the International Association of Oil & Gas Producers (IOGP) and may be used freely under its
terms of use (https://epsg.org/terms-of-use.html); pyproj brings it as PROJ has it. Each record has five little-endian numbers of 16
bits, in order of the first: the code, then west, south, east and north in tenths of a degree, rounded outwards. East runs past 180
where the area crosses the date line.
"""

import math
import pathlib
import struct

import pyproj
from pyproj.database import query_crs_info

records = []
for crs in query_crs_info(auth_name="EPSG", pj_types=["PROJECTED_CRS"], allow_deprecated=True):
    area = crs.area_of_use
    if area is None or int(crs.code) > 65535:
        continue
    east = area.east + 360 if area.east < area.west else area.east
    edges = [math.floor(area.west * 10), math.floor(area.south * 10), math.ceil(east * 10), math.ceil(area.north * 10)]
    records.append((int(crs.code), *edges))
records.sort()
pathlib.Path(__file__).with_name("areas.bin").write_bytes(b"".join(struct.pack("<H4h", *record) for record in records))
print(f"{len(records)} areas; PROJ {pyproj.proj_version_str}")

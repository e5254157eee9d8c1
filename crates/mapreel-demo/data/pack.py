#!/usr/bin/env python3
"""Makes sst_2018_2019.bin: the sea surface temperature of 24 months, from NOAA's ERSSTv5 (public domain).

    ./pack.py sst.mnmean.nc     writes sst_2018_2019.bin beside itself; needs Python's numpy and netCDF4

The NetCDF file is offered by NOAA's Physical Sciences Laboratory, Boulder, Colorado, at
https://psl.noaa.gov/data/gridded/data.noaa.ersst.v5.html ("sst.mnmean.nc"; a file of these years alone serves as well), made of
what NCEI publishes at https://www.ncei.noaa.gov/products/extended-reconstructed-sst. To be cited: Huang, B., et al., 2017: Extended
Reconstructed Sea Surface Temperature, Version 5 (ERSSTv5), J. Climate 30, 8179-8205, doi:10.1175/JCLI-D-16-0836.1.

The file is raw DEFLATE over two lists. Cells are 2 degrees wide and stand in rows from 88° S to 88° N, in a row from 180° W to
178° E, by their centres.

1. One bit for each cell, the first in the highest bit of a byte: whether ERSSTv5 has a temperature there.
2. For each month from January 2018 to December 2019, for each cell, the temperature in twentieths of a degree Celsius: as the
   difference to the month before (the first month: to 0), of that the difference to the row to the south, and of that the
   difference to the cell to the west. Numbers are LEB128, zigzag-encoded.

Cells of land have the temperature of a membrane that is held by the sea around it (Laplace's equation), so that the sea goes on
smoothly under the coast; the coast itself is drawn from Natural Earth.
"""
import pathlib, sys, zlib

import netCDF4
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
FIRST, MONTHS = (2018, 1), 24
STEP_C = 0.05


def months(path):
    """Temperatures in degrees Celsius, months by rows from the south by columns from 180° W; land is NaN."""
    with netCDF4.Dataset(path) as data:
        dates = netCDF4.num2date(data["time"][:], data["time"].units, only_use_cftime_datetimes=False)
        first = [(date.year, date.month) for date in dates].index(FIRST)
        lat, lon = np.asarray(data["lat"][:]), (np.asarray(data["lon"][:]) + 180) % 360 - 180
        sst = data["sst"][first : first + MONTHS].filled(np.nan).astype(float)
    sst = sst[:, np.argsort(lat)][:, :, np.argsort(lon)]
    assert sst.shape == (MONTHS, 89, 180) and sorted(lat)[0] == -88 and sorted(lon)[0] == -180
    return sst


def under_land(month, land):
    """The month with its land filled: each cell the mean of its four neighbours."""
    filled = np.where(land, np.nanmean(month), month)
    for _ in range(20000):
        padded = np.vstack([filled[:1], filled, filled[-1:]])
        mean = (padded[:-2] + padded[2:] + np.roll(filled, 1, 1) + np.roll(filled, -1, 1)) / 4
        after = np.where(land, mean, filled)
        if np.abs(after - filled).max() < 1e-4:
            break
        filled = after
    return filled


def leb128(number, out):
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)


def main():
    sst = months(sys.argv[1])
    land = np.isnan(sst[0])
    assert (np.isnan(sst) == land).all(), "the coast of the grid must be the same in all months"
    steps = np.rint(np.stack([under_land(month, land) for month in sst]) / STEP_C).astype(int)
    for axis in range(3):
        steps = np.diff(steps, axis=axis, prepend=0)
    out = bytearray(np.packbits(~land).tobytes())
    for step in steps.ravel():
        leb128(int(2 * step if step >= 0 else -2 * step - 1), out)
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = compressor.compress(bytes(out)) + compressor.flush()
    (HERE / "sst_2018_2019.bin").write_bytes(packed)
    print(f"sst_2018_2019.bin: {len(packed)} bytes")


if __name__ == "__main__":
    main()

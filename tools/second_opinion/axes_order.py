"""The order and direction of axes in the EPSG registry, from PROJ's copy of it.

Without arguments: for each projected CRS (and the projected part of each compound one) a line `code first second names`,
such as `3035 north east Y,X`. For `crates/mapreel/tests/all/registry.rs`, which compares Mapreel's order with it.

With `--rust` and EPSG codes on standard input: the tables of those codes, as
`crates/mapreel-geo/src/place/axes_table.rs` has them.

    tools/venv/bin/python tools/second_opinion/axes_order.py
"""

import sys
import warnings

import pyproj
from pyproj import CRS
from pyproj.database import get_codes, get_database_metadata
from pyproj.enums import PJType
from pyproj.exceptions import CRSError

HEAD = """//! The order of axes of projected CRSs: runs of EPSG codes, first and last.
//!
//! From the EPSG registry {version} of {date} as PROJ {proj} has it, by `tools/second_opinion/axes_order.py --rust`;
//! `tests/all/registry.rs` holds it against that.

"""


def axes(code):
    """The first two axes of a projected CRS, or of the projected part of a compound one."""
    try:
        crs = CRS.from_epsg(code)
    except CRSError:
        return None
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if not crs.is_projected:
        return None
    return crs.axis_info[:2]


def is_northing_first(first, second):
    return (first.direction, second.direction) == ("north", "east")


def is_west_or_south(first, second):
    """Whether an axis points west or south. Both axes of a polar CRS may point south: such a CRS counts as usual."""
    directions = {first.direction, second.direction}
    return "west" in directions or ("south" in directions and directions != {"south"})


def runs(codes, belongs):
    """Runs of codes for which `belongs` is true; a code for which it is false ends a run."""
    found = []
    open_run = False
    for code in codes:
        pair = axes(code)
        if pair is None:
            continue
        if not belongs(*pair):
            open_run = False
        elif open_run:
            found[-1][1] = code
        else:
            found.append([code, code])
            open_run = True
    return found


def table(name, about, found):
    lines = [f"    [{first}, {last}]," for first, last in found]
    return "\n".join([f"/// {about}", f"pub(crate) const {name}: [[u16; 2]; {len(found)}] = [", *lines, "];", ""])


def rust():
    codes = sorted(int(line) for line in sys.stdin)
    version, date = get_database_metadata("EPSG.VERSION"), get_database_metadata("EPSG.DATE")
    parts = [
        HEAD.format(version=version, date=date, proj=pyproj.proj_version_str)[:-1],
        table("NORTHING_FIRST", "The first axis points to the north and the second to the east.", runs(codes, is_northing_first)),
        table("WEST_OR_SOUTH", "An axis points to the west or the south, and not because all do at the pole.", runs(codes, is_west_or_south)),
    ]
    print("\n".join(parts), end="")


def facts():
    codes = get_codes("EPSG", PJType.PROJECTED_CRS) + get_codes("EPSG", PJType.COMPOUND_CRS)
    for code in sorted(int(code) for code in codes):
        pair = axes(code)
        if pair is not None:
            first, second = pair
            print(code, first.direction, second.direction, f"{first.abbrev},{second.abbrev}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    rust() if "--rust" in sys.argv else facts()

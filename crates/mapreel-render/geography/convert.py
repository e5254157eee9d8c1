#!/usr/bin/env python3
"""Makes land, coastline and borders for the binary from Natural Earth (public domain), as npm's world-atlas carries it.

    ./convert.py            writes 110m.bin and 50m.bin beside itself; needs npm on the PATH

A file is raw DEFLATE over three lists: land rings, coastlines, borders. A list is its length, then its lines; a line is
its length, then its positions, each as the difference to the one before (the first to 0, 0) in thousandths of a degree,
longitude before latitude. Numbers are LEB128, differences zigzag-encoded.

Lines that cross ±180 are unwrapped: their longitudes go on past 180, so that nothing has to be cut and a map over the
date line shows no seam. A ring round a pole is closed along the pole.
"""
import json, pathlib, subprocess, tarfile, tempfile, zlib
from collections import Counter

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = "world-atlas@2.0.2"


def arcs(topology):
    """TopoJSON: quantised, delta-encoded arcs to degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        yield line


def polygons(geometry):
    """Every polygon, as its rings (the outer one first), as lists of arc numbers (~n: arc n backwards)."""
    kind = geometry["type"]
    if kind == "GeometryCollection":
        for member in geometry["geometries"]:
            yield from polygons(member)
    elif kind == "MultiPolygon":
        yield from geometry["arcs"]
    elif kind == "Polygon":
        yield geometry["arcs"]


def rings(geometry):
    for polygon in polygons(geometry):
        yield from polygon


def joined(ring, lines):
    out = []
    for number in ring:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        out.extend(line[1:] if out else line)
    return out


def unwrapped(line):
    """Longitudes without jumps: each is within 180 degrees of the one before."""
    out, shift, before = [], 0.0, None
    for x, y in line:
        if before is not None:
            while x + shift - before > 180:
                shift -= 360
            while x + shift - before < -180:
                shift += 360
        before = x + shift
        out.append((before, y))
    return out


def centred(line, longitude):
    """The line moved by whole worlds so that its middle is nearest to a longitude."""
    middle = (min(x for x, _ in line) + max(x for x, _ in line)) / 2
    shift = round((longitude - middle) / 360) * 360
    return [(x + shift, y) for x, y in line]


def areas(topology):
    """The rings of all land, each unwrapped and closed, each hole in the same copy of the world as its outer ring."""
    lines = list(arcs(topology))
    for polygon in polygons(topology["objects"]["land"]):
        outer, *holes = [closed(unwrapped(joined(ring, lines))) for ring in polygon]
        outer = centred(outer, 0)
        middle = (min(x for x, _ in outer) + max(x for x, _ in outer)) / 2
        yield outer
        yield from (centred(hole, middle) for hole in holes if hole)


def closed(ring):
    """A ring round a pole ends 360 degrees from where it began: closed along the pole, a degree wider on both sides so
    that neighbouring copies overlap. Other rings as they are; rings within a hundredth of a degree of the pole vanish."""
    turns = ring[-1][0] - ring[0][0]
    if abs(turns) < 180:
        return ring
    if all(abs(y) > 89.9 for _, y in ring):
        return []
    east = 1 if turns > 0 else -1
    (x0, y0), (x1, y1) = ring[0], ring[-1]
    pole = 90 if y0 > 0 else -90
    return [(x0 - east, y0), *ring, (x1 + east, y1), (x1 + east, pole), (x0 - east, pole), (x0 - east, y0)]


def without_cut(line):
    """The parts of a line that do not run along ±180 or round the pole: those are cuts, not coasts."""
    part = []
    for a, b in zip(line, line[1:]):
        on_cut = abs(abs(a[0]) - 180) < 1e-6 and abs(abs(b[0]) - 180) < 1e-6 or a[1] < -89.9 and b[1] < -89.9
        if on_cut:
            if len(part) > 1:
                yield part
            part = []
        else:
            part = (part or [a]) + [b]
    if len(part) > 1:
        yield part


def lines_of(topology, name, shared):
    """Arcs that bound one polygon (coasts) or, `shared`, two of them (borders)."""
    used = Counter()
    for geometry in topology["objects"][name]["geometries"]:
        members = Counter(a if a >= 0 else ~a for ring in rings(geometry) for a in ring)
        if shared:
            used.update(set(members))
        else:
            used.update(members)
    everything = list(arcs(topology))
    for number, count in sorted(used.items()):
        if (count >= 2) == shared:
            for part in without_cut(everything[number]):
                yield centred(unwrapped(part), 0)


def leb128(n, out):
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)


def zigzag(n):
    return n << 1 if n >= 0 else (-n << 1) - 1


def encoded(lists):
    out = bytearray()
    for lines in lists:
        quantised = []
        for line in lines:
            points = [(round(x * 1000), round(y * 1000)) for x, y in line]
            points = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
            if len(points) > 1:
                quantised.append(points)
        leb128(len(quantised), out)
        for points in quantised:
            leb128(len(points), out)
            before = (0, 0)
            for point in points:
                for axis in (0, 1):
                    leb128(zigzag(point[axis] - before[axis]), out)
                before = point
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(bytes(out)) + compressor.flush()


def main():
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True, text=True)
        with tarfile.open(pathlib.Path(folder) / packed.stdout.split()[-1]) as archive:
            read = lambda name: json.load(archive.extractfile(f"package/{name}.json"))
            for scale in ("110m", "50m"):
                land, countries = read(f"land-{scale}"), read(f"countries-{scale}")
                data = encoded([
                    list(areas(land)),
                    list(lines_of(land, "land", shared=False)),
                    list(lines_of(countries, "countries", shared=True)),
                ])
                (HERE / f"{scale}.bin").write_bytes(data)
                print(f"{scale}.bin: {len(data)} bytes")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""A second opinion on where features are drawn: shapely says which places lie in a ring or near a line, pyproj projects them.

    rings.py make FOLDER SEED COUNT    writes one request for each CRS, COUNT features over all of them
    rings.py judge FOLDER              compares the films FOLDER/CODE.gif, drawn from these requests, with the results of shapely and pyproj

Each frame of a film shows one feature: a ring of any width and shape, with or without holes, round a pole, wider than the
world, cut at ±180 as RFC 7946 (3.1.9) requires, or a line with steps of any length. Edges are straight in longitude and latitude.
"""
import json, math, pathlib, random, subprocess, sys

import numpy, pyproj, shapely
from shapely import affinity
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon, box, mapping, shape

# Maps as requests have them; with poles, ±180, edges of the globe and antipodes on them.
MAPS = {
    "EPSG:3857": {"bbox": [-170, -70, 190, 75], "width": 220},
    "EPSG:4326": {"bbox": [-265, -90, 95, 90], "width": 220},
    "EPSG:3413": {"bbox": [-180, 35, 180, 90], "width": 180},
    "EPSG:3031": {"bbox": [-180, -90, 180, -20], "width": 180},
    "EPSG:3035": {"bbox": [-8.6e6, -9.7e6, 17.2e6, 16.1e6], "bbox_crs": "EPSG:3035", "width": 190},
    "EPSG:8857": {"bbox": [-17.5e6, -8.6e6, 17.5e6, 8.6e6], "bbox_crs": "EPSG:8857", "width": 230},
    "EPSG:32633": {"bbox": [-8, -20, 38, 70], "width": 130},
    "EPSG:3978": {"bbox": [-6.5e6, -5e6, 6.5e6, 7e6], "bbox_crs": "EPSG:3978", "width": 180},
}
CYLINDRICAL = {"EPSG:3857", "EPSG:4326"}
WORLD = box(-540, -90, 540, 90)
# Places nearer to an edge than this, in pixels, are not compared: the edge goes through their pixel, or through the one beside it.
EDGE_PX = 1.5
# The width of lines: 3, for text of 13 pixels; the smallest text has 10.5.
LINE_PX = 3 * 10.5 / 13
COLOUR = "#d00000"


def star(rng, wide):
    """A ring of any shape round a place."""
    while True:
        x, y = rng.uniform(-200, 200), rng.uniform(-75, 75)
        across, up = (rng.uniform(5, 300), rng.uniform(5, 120)) if wide else (rng.uniform(3, 60), rng.uniform(3, 40))
        angles = sorted(rng.uniform(0, 2 * math.pi) for _ in range(rng.randint(4, 40)))
        reach = [rng.uniform(0.3, 1) for _ in angles]
        polygon = Polygon([(x + across * r * math.cos(a), y + up * r * math.sin(a)) for a, r in zip(angles, reach)])
        if polygon.is_valid:
            return polygon


def band(rng):
    """A ring with ragged edges round the world or a part of it, to a pole or not."""
    west = rng.choice([-180, -180, rng.uniform(-300, 100)])
    east = rng.choice([180, west + 360, west + rng.uniform(60, 480)])
    columns = [west + (east - west) * i / 24 for i in range(25)]
    south = [(x, rng.uniform(-80, 20)) for x in columns]
    north = [(x, rng.uniform(30, 85)) for x in columns]
    kind = rng.randrange(3)
    if kind == 0:
        north = [(west, 90), (east, 90)]
    elif kind == 1:
        south = [(west, -90), (east, -90)]
    return Polygon(south + north[::-1])


def rectangle(rng):
    west = rng.choice([-180, -540, rng.uniform(-250, 150)])
    east = rng.choice([180, 540, west + rng.uniform(1, 400)])
    south = rng.choice([-90, rng.uniform(-89, 60)])
    north = rng.choice([90, south + rng.uniform(1, 149)])
    return box(west, south, max(east, west + 1), min(north, 90))


def cut(rng):
    """A ring across the antimeridian, cut into two parts that do not cross it (RFC 7946, 3.1.9)."""
    whole = affinity.translate(star(rng, False), 180)
    east = affinity.translate(whole.intersection(box(180, -90, 540, 90)), -360)
    return whole.intersection(box(-180, -90, 180, 90)).union(east)


def ring(rng):
    """A valid polygon as GeoJSON may have it."""
    while True:
        kind = rng.randrange(8)
        if kind < 3:
            polygon = star(rng, kind > 0)
        elif kind == 3:
            polygon = cut(rng)
        elif kind == 4:
            polygon = rectangle(rng).difference(star(rng, True))
        elif kind == 5:
            polygon = rectangle(rng)
        else:
            polygon = band(rng)
        if not polygon.is_valid:
            continue
        polygon = shapely.set_precision(polygon.intersection(WORLD), 1e-4)
        if isinstance(polygon, (Polygon, MultiPolygon)) and polygon.is_valid and polygon.area > 1:
            return polygon


def line(rng):
    """A line with steps of any length."""
    places = [(rng.uniform(-200, 200), rng.uniform(-85, 85))]
    for _ in range(rng.randint(1, 6)):
        reach = rng.choice([20, 120, 350])
        x, y = places[-1][0] + rng.uniform(-reach, reach), rng.uniform(-89, 89)
        places.append((min(max(x, -540), 540), y))
    return LineString([(round(x, 4), round(y, 4)) for x, y in places])


def make(folder, seed, count):
    rng = random.Random(seed)
    each = -(-count // len(MAPS))
    for code, described in MAPS.items():
        features = []
        for frame in range(each):
            geometry = line(rng) if frame % 3 == 2 else ring(rng)
            style = {"stroke": COLOUR, "stroke-width": 3} if frame % 3 == 2 else {"fill": COLOUR, "fill-opacity": 1, "stroke-opacity": 0}
            properties = {"time": f"2000-01-{frame // 24 + 1:02}T{frame % 24:02}:00:00Z", **style}
            features.append({"type": "Feature", "properties": properties, "geometry": mapping(geometry)})
        last = features[-1]["properties"]["time"]
        request = {
            "map": {**described, "crs": code},
            "times": f"2000-01-01T00:00:00Z/{last}/PT1H",
            "layers": [{
                "type": "geojson", "time_property": "time", "keep": "PT1H",
                "data": {"type": "FeatureCollection", "features": features},
            }],
        }
        name = code.replace(":", "-")
        (folder / f"{name}.json").write_text(json.dumps(request))


class Map:
    """The pixels of a map and the places that they show, by PROJ."""

    def __init__(self, code, manifest, rng):
        self.is_cylindrical = code in CYLINDRICAL
        self.left, self.top, self.width, self.height = manifest["layout"]["map"]
        self.bbox = manifest["map"]["bbox"]
        self.rx, self.ry = manifest["map"]["resolution"]
        self.plane = pyproj.Transformer.from_crs("EPSG:4326", code, always_xy=True)
        self.unit = 20037508.342789244 / 180 if code == "EPSG:3857" else 1.0
        step, off = 3, rng.randrange(3)
        rows, columns = numpy.meshgrid(range(off, self.height, step), range(off, self.width, step), indexing="ij")
        self.rows, self.columns = rows.ravel(), columns.ravel()
        self.centres = numpy.column_stack([self.columns + 0.5, self.rows + 0.5])
        self.lon, self.lat, self.there = self.places(self.centres)
        # Beside the edge of the globe its outline is drawn.
        self.clear = numpy.ones(len(self.centres), bool)
        for dx in (-2.5, 0, 2.5):
            for dy in (-2.5, 0, 2.5):
                self.clear &= self.places(self.centres + [dx, dy])[2] == self.there

    def places(self, pixels):
        """Longitude and latitude of pixels, and whether the pixels are on the globe."""
        x = self.bbox[0] + pixels[:, 0] * self.rx
        y = self.bbox[3] - pixels[:, 1] * self.ry
        lon, lat = self.plane.transform(x, y, direction="INVERSE")
        again = numpy.column_stack(self.plane.transform(lon, lat))
        if self.is_cylindrical:
            lon = x / self.unit
            return lon, lat, numpy.abs(lat) <= 90
        with numpy.errstate(invalid="ignore"):
            near = numpy.hypot(again[:, 0] - x, again[:, 1] - y) < 10
        return lon, lat, near & numpy.isfinite(lon)

    def pixels(self, lon, lat):
        if self.is_cylindrical:
            lat = numpy.clip(lat, -89.9, 89.9) if self.unit != 1.0 else lat
            _, y = self.plane.transform(numpy.zeros_like(lon), lat)
            x = lon * self.unit
        else:
            x, y = self.plane.transform(lon, lat)
        return numpy.column_stack([(x - self.bbox[0]) / self.rx, (self.bbox[3] - y) / self.ry])

    def lines(self, lines):
        """Lines, given in degrees, as pixels of the map, cut where the projection is cut; `None` if none comes near the map."""
        runs = []
        for places in lines:
            dense = [places[:1]]
            for a, b in zip(places, places[1:]):
                steps = max(1, math.ceil(max(abs(b - a)) / 0.2))
                dense.append(a + (b - a) * (numpy.arange(1, steps + 1) / steps)[:, None])
            dense = numpy.concatenate(dense)
            copies = [-720, -360, 0, 360, 720] if self.is_cylindrical else [0]
            for shift in copies:
                pixels = self.pixels(dense[:, 0] + shift, dense[:, 1])
                side = self.width + self.height
                good = numpy.isfinite(pixels).all(axis=1) & (numpy.abs(pixels) < 5 * side).all(axis=1)
                leaps = numpy.hypot(*numpy.diff(numpy.nan_to_num(pixels, posinf=0, neginf=0), axis=0).T) > side / 8
                edges = numpy.flatnonzero(leaps | ~good[1:] | ~good[:-1]) + 1
                runs += [run for run, ok in zip(numpy.split(pixels, edges), numpy.split(good, edges)) if len(run) > 1 and ok.all()]
        near = box(-20, -20, self.width + 20, self.height + 20)
        runs = [run for run in map(LineString, runs) if run.intersects(near)]
        return MultiLineString(runs) if runs else None

    def within(self, lines, distance):
        if lines is None:
            return numpy.zeros(len(self.centres), bool)
        shapely.prepare(lines)
        return shapely.dwithin(lines, shapely.points(self.centres), distance)


def polygons_of(geometry):
    return list(geometry.geoms) if isinstance(geometry, MultiPolygon) else [geometry]


def wrong_of_ring(geometry, where, drawn):
    inside = numpy.zeros(len(where.lon), bool)
    shapely.prepare(geometry)
    west, _, east, _ = geometry.bounds
    for shift in (-720, -360, 0, 360, 720):
        lon = where.lon + shift
        near = where.there & (lon >= west) & (lon <= east)
        inside[near] |= shapely.contains_xy(geometry, lon[near], where.lat[near])
    rings = [ring for polygon in polygons_of(geometry) for ring in (polygon.exterior, *polygon.interiors)]
    judged = where.clear & ~where.within(where.lines([numpy.array(ring.coords) for ring in rings]), EDGE_PX)
    return judged, judged & (drawn != inside), inside


def wrong_of_line(geometry, where, drawn):
    lines = where.lines([numpy.array(geometry.coords)])
    on, near = where.within(lines, LINE_PX / 2 - 0.75), where.within(lines, LINE_PX / 2 + 0.9)
    judged = where.clear & where.there & (on | ~near)
    return judged, judged & (drawn != on), on


def frames(film):
    probe = ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", film]
    width, height = map(int, subprocess.run(probe, check=True, capture_output=True, text=True).stdout.strip().split(","))
    decode = ["ffmpeg", "-v", "error", "-i", film, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(decode, check=True, capture_output=True).stdout
    return numpy.frombuffer(raw, numpy.uint8).reshape(-1, height, width, 3)


def judge(folder):
    rng, failed = random.Random(1), 0
    for code in MAPS:
        name = code.replace(":", "-")
        request = json.loads((folder / f"{name}.json").read_text())
        where = Map(code, json.loads((folder / f"{name}.manifest.json").read_text()), rng)
        features = request["layers"][0]["data"]["features"]
        film = frames(folder / f"{name}.gif")
        if len(film) != len(features):
            sys.exit(f"{code}: {len(film)} frames for {len(features)} features")
        places, bad, filled = 0, [], 0
        for number, (feature, frame) in enumerate(zip(features, film)):
            geometry = shape(feature["geometry"])
            drawn = frame[where.rows + where.top, where.columns + where.left, 1] < 128
            of_kind = wrong_of_line if isinstance(geometry, LineString) else wrong_of_ring
            judged, wrong, inside = of_kind(geometry, where, drawn)
            places += judged.sum()
            filled += (judged & inside).sum()
            if wrong.any():
                bad.append((number, int(wrong.sum()), [int(v) for v in where.centres[wrong][0]]))
        print(f"{code}: {len(features) - len(bad)} of {len(features)} features right, {places} places judged, {filled} of them drawn")
        for number, count, pixel in bad[:5]:
            print(f"    frame {number + 1}: {count} places wrong, one of them {pixel}")
        failed += len(bad)
    print(f"{failed} features drawn otherwise than shapely has them")
    return 1 if failed else 0


if __name__ == "__main__":
    command, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "make":
        make(folder, int(sys.argv[3]), int(sys.argv[4]))
    else:
        sys.exit(judge(folder))

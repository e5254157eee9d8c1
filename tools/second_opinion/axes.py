#!/usr/bin/env python3
"""A second opinion on time axes: makes random axes, and finds by enumeration which times they have.

    axes.py make SEED AXES LAYERS NOW    requests of so many layers each, and the expected results, as JSON
    axes.py judge < PAIRS                [expected, text] pairs: which texts are not the time that was expected

Shares no code and no algorithm with Mapreel: strptime reads dates, a loop walks intervals step by step until they end,
and times are searched in the resulting list. Only the standard library is used.
"""

import bisect
import calendar
import datetime
import json
import random
import re
import sys

UTC = datetime.timezone.utc
NOW_WORDS = ("current", "now", "present")

# The forms of a day in ISO 8601.
DAYS = [
    (r"\d{4}-\d\d-\d\d", "%Y-%m-%d"),
    (r"\d{8}", "%Y%m%d"),
    (r"\d{4}-\d{3}", "%Y-%j"),
    (r"\d{7}", "%Y%j"),
    (r"\d{4}-W\d\d-\d", "%G-W%V-%u"),
    (r"\d{4}W\d{3}", "%GW%V%u"),
]
CLOCK = re.compile(r"(\d\d)(?::?(\d\d)(?::?(\d\d)(\.\d+)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?")
DURATION = re.compile(
    r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)


class Unreadable(Exception):
    pass


# ---- reading ----------------------------------------------------------------------------------------------------------


def read_day(text):
    for form, pattern in DAYS:
        if re.fullmatch(form, text, re.ASCII):
            day = datetime.datetime.strptime(text, pattern)
            if "%j" in pattern and day.strftime(pattern) != text:
                raise ValueError("no such day")
            return day
    raise ValueError("not a day")


def read_moment(text, now):
    if text in NOW_WORDS:
        return now
    try:
        if re.fullmatch(r"\d{4}", text):
            return datetime.datetime(int(text), 1, 1, tzinfo=UTC)
        if re.fullmatch(r"\d{4}-\d\d", text):
            return datetime.datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
        if re.fullmatch(r"\d{4}-W\d\d", text):
            return datetime.datetime.strptime(text + "-1", "%G-W%V-%u").replace(tzinfo=UTC)
        day, _, clock = text.partition("T")
        moment = read_day(day)
        if not clock and "T" in text:
            raise ValueError("no clock time")
        if clock:
            match = CLOCK.fullmatch(clock)
            if not match:
                raise ValueError("not a clock time")
            hour, minute, second, fraction, zone = match.groups()
            if hour == "24":
                if int(minute or 0) or int(second or 0) or float(fraction or 0):
                    raise ValueError("later than midnight")
                moment, hour = moment + datetime.timedelta(days=1), 0
            moment = moment.replace(hour=int(hour), minute=int(minute or 0), second=int(second or 0))
            moment += datetime.timedelta(seconds=float(fraction or 0))
            if zone and zone != "Z":
                digits = zone[1:].replace(":", "").ljust(4, "0")
                east = datetime.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
                moment += east if zone[0] == "-" else -east
        return moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as why:
        raise Unreadable(str(why)) from why


def read_duration(text):
    """A duration as a number of months, and the rest as a timedelta."""
    match = DURATION.fullmatch(text)
    if not match:
        raise Unreadable("not a duration")
    years, months, weeks, days, hours, minutes, seconds = [float(part or 0) for part in match.groups()]
    if years * 12 + months > 120_000:
        raise Unreadable("too long")
    try:
        rest = datetime.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError as why:
        raise Unreadable("too long") from why
    return int(years * 12 + months), rest


def later(moment, duration, times):
    """A moment so many durations later, all counted from the moment itself; months first, one after another."""
    months, rest = duration
    year, month = moment.year, moment.month
    for _ in range(abs(months * times)):
        month += 1 if times > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day) + rest * times


class Axis:
    """The times of an axis as a list, and stretches in which every moment is a time."""

    def __init__(self, extent, now):
        self.now, self.ignored, self.stretches = now, 0, []
        times = set()
        for entry in extent.split(","):
            try:
                times.update(self.read(entry.strip()))
            except Unreadable:
                self.ignored += 1
        self.times = sorted(times)

    def read(self, entry):
        parts = entry.split("/")
        if len(parts) == 1:
            return [read_moment(entry, self.now)]
        if len(parts) == 3 and parts[0].startswith("R"):
            if not re.fullmatch(r"R\d+", parts[0]) or int(parts[0][1:]) == 0:
                raise Unreadable("no number")
            start, step = read_moment(parts[1], self.now), read_duration(parts[2])
            if step == (0, datetime.timedelta()):
                raise Unreadable("no step")
            return [later(start, step, n) for n in range(int(parts[0][1:]))]
        if len(parts) > 3:
            raise Unreadable("too many parts")
        start, end = parts[:2]
        if DURATION.fullmatch(start):
            end = read_moment(end, self.now)
            start = later(end, read_duration(start), -1)
        elif DURATION.fullmatch(end):
            start = read_moment(start, self.now)
            end = later(start, read_duration(end), 1)
        else:
            start, end = read_moment(start, self.now), read_moment(end, self.now)
        if end < start:
            raise Unreadable("backwards")
        step = read_duration(parts[2]) if len(parts) == 3 else (0, datetime.timedelta())
        if step == (0, datetime.timedelta()):
            self.stretches.append((start, end))
            return []
        times = []
        while later(start, step, len(times)) <= end:
            times.append(later(start, step, len(times)))
        return times

    def previous(self, moment):
        index = bisect.bisect_right(self.times, moment)
        found = self.times[index - 1 : index] if index else []
        found += [min(moment, end) for start, end in self.stretches if start <= moment]
        return max(found, default=None)

    def next(self, moment):
        found = self.times[bisect.bisect_left(self.times, moment) :][:1]
        found += [max(moment, start) for start, end in self.stretches if end >= moment]
        return min(found, default=None)

    def chosen(self, moment, rule, within):
        """The time of the axis that a layer shows for a frame's time."""
        before, after = self.previous(moment), self.next(moment)
        if rule == "exact":
            found = before if before == moment else None
        elif rule == "previous":
            found = before
        else:
            both = [time for time in (before, after) if time is not None]
            found = min(both, key=lambda time: (abs(time - moment), time), default=None)
        if found is None or (within is not None and abs(found - moment) > within):
            return None
        return found

    def default(self, named):
        """The time of an image whose request names none, and whether the server's default had to be refused."""
        refused = False
        if named and named not in NOW_WORDS:
            try:
                moment = read_moment(named, self.now)
                if self.previous(moment) == moment:
                    return moment, False
            except Unreadable:
                pass
            refused = True
        return self.previous(self.now) or self.next(self.now), refused


# ---- making -----------------------------------------------------------------------------------------------------------

PERIODS = (
    ["P1M", "P2M", "P1Y", "P3M", "P0.5D", "P1D", "P7D", "P1W", "P2W", "PT6H", "PT12H", "PT3H30M", "PT90M", "P10D", "P30DT12H"]
    + ["P1M15D", "P1Y1M1D", "P0M7D", "P1M2W", "P1W3D", "P0Y0M1DT0H0M0S", "P0Y3M0D", "P2M10DT6H", "P1Y2W", "PT36H", "P1DT0.5S"]
)
BAD = ["bad", "default", "-0044-03-15", "-4712-01-01T00:00:00Z", "2020-13-01", "20200230", "2021-366", "2021-W54-1", "null"]
BAD += ["2020-01-01/2019-01-01/P1D", "2020-01-01/2020-02-01/P1X", "2020-01-01/2020-02-01/-P1D", "a/b/c/d", "R0/2020-01-01/P1D"]
BAD += ["2000-01-01/2000-01-02/P99999999999999999999D", "2020-01-01T25:00Z", "2020-01-01T24:01Z", "2020-1-1", "//", "P1D", "202001"]


def write(rng, moment, whole_days):
    """A time in one of its forms."""
    days = ["%Y-%m-%d", "%Y%m%d", "%Y-%j", "%Y%j", "%G-W%V-%u", "%GW%V%u"]
    if whole_days and rng.random() < 0.5:
        if moment.hour == moment.minute == moment.second == 0:
            return moment.strftime(rng.choice(days))
    if moment.hour == moment.minute == moment.second == 0 and rng.random() < 0.1:
        return (moment - datetime.timedelta(days=1)).strftime("%Y-%m-%dT24:00Z")
    day = moment.strftime(rng.choices(days, [6, 2, 1, 1, 1, 1])[0])
    is_basic = "-" not in day
    clock = "%H%M%S" if is_basic else "%H:%M:%S"
    if moment.second == 0 and rng.random() < 0.4:
        clock = "%H%M" if is_basic else "%H:%M"
    elif not is_basic and rng.random() < 0.3:
        clock += ".000"
    return day + "T" + moment.strftime(clock) + rng.choice(["Z", "Z", ""])


def make_entry(rng, base, now, words):
    """One readable entry near a moment."""
    start = base + datetime.timedelta(days=rng.randrange(-300, 300))
    if rng.random() < 0.5:
        start += datetime.timedelta(minutes=30 * rng.randrange(48))
    period, count = rng.choice(PERIODS), rng.randrange(1, 40)
    kind = rng.choices(["value", "interval", "length", "back", "repeat", "rolling", "every", "future", "word"],
                          [6, 9, 2, 2, 2, 2, 1, 1, 1 if words else 0])[0]
    end = later(start, read_duration(period), count)
    if kind == "value":
        return write(rng, start, True)
    if kind == "interval":
        # The end may lie behind the last step.
        end += datetime.timedelta(hours=rng.choice([0, 0, 0, 1, 5]))
        return f"{write(rng, start, True)}/{write(rng, end.replace(microsecond=0), False)}/{period}"
    if kind == "length":
        return f"{write(rng, start, True)}/P{rng.randrange(1, 90)}D/{period}"
    if kind == "back":
        return f"P{rng.randrange(1, 4)}M/{write(rng, start, True)}/{period}"
    if kind == "repeat":
        return f"R{count}/{write(rng, start, True)}/{period}"
    if kind == "rolling":
        days = rng.randrange(3, 100)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        first = (today - datetime.timedelta(days=days)).strftime(rng.choice(["%Y-%m-%d", "%Y%m%d", "%Y-%m-%dT%H:%M:%SZ"]))
        return f"{first}/{rng.choice(NOW_WORDS)}/{rng.choice(['P1D', 'P2D', 'P1W', 'P1M1D'])}"
    if kind == "every":
        return f"{write(rng, start, True)}/{write(rng, start + datetime.timedelta(days=count), False)}"
    if kind == "future":
        return f"{now.year + 3}-01-01/{now.year + 3}-03-01/P1W"
    return "current"


def make_axis(rng, base, now, words):
    entries = [make_entry(rng, base, now, words) for _ in range(rng.choice([1, 1, 2, 3, 5, 8]))]
    entries += [rng.choice(BAD) for _ in range(rng.choice([0, 0, 1, 3]))]
    rng.shuffle(entries)
    return rng.choice([",", ", "]).join(entries)


def make_default(rng, axis):
    kind = rng.choice(["none", "none", "on", "off", "now", "bad"])
    if kind == "on" and axis.times:
        return write(rng, rng.choice(axis.times).replace(microsecond=0), True)
    if kind == "off":
        return "1901-02-03T04:05:06Z"
    return {"now": "current", "bad": "default"}.get(kind)


def text(moment, now=None):
    if moment is None:
        return None
    return "now" if moment == now else moment.isoformat().replace("+00:00", "Z")


def make_request(rng, number, layers, now):
    kind = ["list", "last", "list", "none", "next", "list"][number % 6]
    base = datetime.datetime(rng.randrange(1950, 2024), rng.randrange(1, 13), 1, tzinfo=UTC)
    # `current` alone is another moment in each run, so it cannot be a frame's time.
    axes, extents = [], []
    while len(axes) < layers:
        extent = make_axis(rng, base, now, kind in ("list", "none"))
        axis = Axis(extent, now)
        if axis.times or axis.stretches:
            axes.append(axis)
            extents.append(extent)
    frames, times = [None], None
    if kind in ("last", "next"):
        count, candidates = rng.randrange(2, 6), []
        for index, axis in enumerate(axes):
            past = [time for time in axis.times if (time <= now) == (kind == "last")]
            if past and not axis.stretches:
                candidates.append((index, past[-count:] if kind == "last" else past[:count]))
        if candidates:
            index, frames = rng.choice(candidates)
            times = {kind: count, "of": f"Axis {index}"}
        else:
            kind = "list"
    if kind == "list":
        chosen = set()
        while len(chosen) < 5:
            axis = rng.choice(axes)
            past = [time for time in axis.times if time < now - datetime.timedelta(days=2)]
            if past and rng.random() < 0.9:
                chosen.add(rng.choice(past))
            else:
                chosen.add(base + datetime.timedelta(hours=rng.randrange(-8000, 8000)))
        frames = sorted(chosen)
        times = [text(frame) for frame in frames]
    described = []
    for extent, axis in zip(extents, axes):
        rule = rng.choice(["exact", "nearest", "previous"]) if times else "exact"
        within = rng.choice([None, None, None, 48, 900]) if rule != "exact" else None
        default = make_default(rng, axis)
        shown, refused = axis.default(default)
        hours = None if within is None else datetime.timedelta(hours=within)
        used = [shown] if not times else [axis.chosen(frame, rule, hours) for frame in frames]
        described.append({
            "extent": extent,
            "default": default,
            "time": rule,
            "within": None if within is None else f"PT{within}H",
            "used": [text(moment, now) for moment in used],
            "ignored": axis.ignored,
            "refused": refused and not times,
        })
    return {"times": times, "frames": [text(frame) for frame in frames], "layers": described}


def make(seed, count, layers, now):
    rng = random.Random(seed)
    now = read_moment(now, None)
    return [make_request(rng, number, layers, now) for number in range(count // layers)]


def judge(pairs):
    """The pairs whose text is not the expected time."""
    wrong = []
    for expected, found in pairs:
        if expected is None or found is None:
            fits = expected == found
        elif expected == "now":
            fits = found in NOW_WORDS
        else:
            try:
                fits = read_moment(found, None) == read_moment(expected, None)
            except Unreadable:
                fits = False
        if not fits:
            wrong.append([expected, found])
    return wrong


if __name__ == "__main__":
    if sys.argv[1] == "make":
        json.dump(make(int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]), sys.stdout)
    else:
        json.dump(judge(json.load(sys.stdin)), sys.stdout)

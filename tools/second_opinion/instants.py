"""Reads the time axis of a dimension with dateutil and calendar arithmetic, by another algorithm than Mapreel's."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Iterator, NamedTuple

from dateutil.parser import isoparse
from dateutil.relativedelta import relativedelta

COUNTED_MAX = 20_000
"""The most times that are enumerated to find duplicates."""

PERIOD = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


class Interval(NamedTuple):
    """An interval from a start to an end; without a period every moment between them is a time."""

    start: datetime
    end: datetime
    months: int
    exact: timedelta

    @property
    def is_continuous(self) -> bool:
        return not self.months and not self.exact

    def at(self, step: int) -> datetime:
        return self.start + relativedelta(months=self.months * step) + self.exact * step

    def steps(self) -> int:
        """The number of steps after the start that are not later than the end."""
        if not self.months:
            return (self.end - self.start) // self.exact
        step = 0
        while self.at(step + 1) <= self.end:
            step += 1
        return step


def instant(text: str) -> datetime:
    """A time as a server writes it; without a zone it is in UTC."""
    at = isoparse(text.strip())
    return at.astimezone(timezone.utc) if at.tzinfo else at.replace(tzinfo=timezone.utc)


def interval(start: str, end: str, period: str) -> Interval:
    months, exact = 0, timedelta()
    if period not in ("", "0", "PT0S", "P0D"):
        parts = PERIOD.fullmatch(period)
        if not parts or period.endswith("T") or period == "P":
            raise ValueError(f"`{period}` is not a period")
        of = {name: float(value) for name, value in parts.groupdict().items() if value}
        months = int(of.pop("years", 0) * 12 + of.pop("months", 0))
        exact = timedelta(**of)
    return Interval(instant(start), instant(end), months, exact)


def entries(text: str) -> Iterator[datetime | Interval]:
    for entry in filter(None, (part.strip() for part in text.split(","))):
        start, *rest = (part.strip() for part in entry.split("/"))
        if rest:
            end, period = (*rest, "")[:2]
            yield interval(start, end, period)
        else:
            yield instant(start)


def written(at: datetime) -> str:
    """A time as RFC 3339 in UTC, with a fraction only if it is not zero."""
    fraction = f".{at.microsecond:06d}".rstrip("0") if at.microsecond else ""
    return at.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def axis(text: str) -> dict[str, object]:
    """The first time, the last, and their number; `count` is None if every moment between them is a time."""
    try:
        read = list(entries(text))
    except (ValueError, OverflowError):
        return {"problem": True}
    if not read:
        return {"problem": True}
    single = {entry for entry in read if isinstance(entry, datetime)}
    intervals = [entry for entry in read if isinstance(entry, Interval)]
    if any(entry.end < entry.start for entry in intervals):
        return {"problem": True}
    steps = [0 if entry.is_continuous else entry.steps() for entry in intervals]
    last = [entry.end if entry.is_continuous else entry.at(n) for entry, n in zip(intervals, steps)]
    count: int | None = len(single) + sum(steps) + len(steps)
    if any(entry.is_continuous for entry in intervals):
        count = None
    elif count <= COUNTED_MAX:
        all_times = single | {entry.at(n) for entry, most in zip(intervals, steps) for n in range(most + 1)}
        count = len(all_times)
    ends = [*single, *last]
    starts = [*single, *(entry.start for entry in intervals)]
    return {"first": written(min(starts)), "last": written(max(ends)), "count": count}

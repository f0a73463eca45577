"""Times are whole milliseconds since 1970, UTC."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}


def read(text):
    """RFC 3339, as `simulate` writes it."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)


def length(text):
    """`45d`, `2h`, `250ms`; None for `off`."""
    if text == "off":
        return None
    digits = "".join(c for c in text if c.isdigit())
    return int(digits) * UNITS[text[len(digits):]]


def moment(ms):
    """A time as the report shows it: to the second."""
    return (EPOCH + timedelta(seconds=ms // SECOND)).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(ms):
    return moment(ms)[:10]


def monday(ms):
    """When the week of a time begins: Monday, UTC."""
    days = ms // DAY
    # The first of January 1970 was a Thursday.
    return (days - (days + 3) % 7) * DAY


class Office:
    """When an office is open: `office_hours`, `weekdays`, `holidays`, `time_zone`."""

    def __init__(self, spec):
        hours = spec["office_hours"]
        self.opens, self.closes = time.fromisoformat(hours["from"]), time.fromisoformat(hours["to"])
        days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        self.weekdays = {days.index(day) for day in spec.get("weekdays", days[:5])}
        self.holidays, self.zone = spec.get("holidays", []), ZoneInfo(spec["time_zone"])

    def hours_of(self, date):
        """From when until when it is open on a day; the clock goes forward and back."""
        is_holiday = str(date) in self.holidays or str(date)[5:] in self.holidays
        if date.weekday() not in self.weekdays or is_holiday:
            return 0, 0
        opens, closes = (datetime.combine(date, at, self.zone) for at in (self.opens, self.closes))
        return tuple((at - EPOCH) // timedelta(milliseconds=1) for at in (opens, closes))

    def after(self, at, length):
        """When it will have been open for so long since then."""
        date = (EPOCH + timedelta(milliseconds=at)).astimezone(self.zone).date()
        while True:
            opens, closes = self.hours_of(date)
            opens = max(opens, at)
            if closes > opens:
                if closes - opens >= length:
                    return opens + length
                length -= closes - opens
            date += timedelta(days=1)

"""Times are whole milliseconds since 1970, UTC."""

from datetime import datetime, timedelta, timezone

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

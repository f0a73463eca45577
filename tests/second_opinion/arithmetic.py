"""Shares and how far they can be trusted, sums of money by currency, quantiles."""

import math
from collections import Counter, defaultdict

import times

Z = 1.959963984540054


def share(part, whole):
    return part / whole if whole > 0 else None


def trust(part, whole):
    """On how many cases a rate rests, and Wilson's interval at 95 %."""
    if whole <= 0:
        return {"cases": max(0, whole)}
    rate, square = min(max(part, 0), whole) / whole, Z * Z
    middle = rate + square / (2 * whole)
    half = Z * math.sqrt(rate * (1 - rate) / whole + square / (4 * whole * whole))
    ends = [(middle - half) / (1 + square / whole), (middle + half) / (1 + square / whole)]
    return {"cases": whole, "interval": [max(0.0, ends[0]), min(1.0, ends[1])]}


def cases(number):
    return {"cases": number}


def untold(number, why):
    """There is no figure, and why."""
    return {"cases": number, "why": why}


def too_young(number, missing_ms):
    days = (max(1, missing_ms) - 1) // times.DAY + 1
    why = f"too young to tell (first figure in {days} {'day' if days == 1 else 'days'})"
    return {"cases": number, "why": why, "first_figure_in_days": days}


def money(amounts):
    """Sums by currency of (amount, currency); cents don't add up in binary, thousandths do."""
    sums = defaultdict(int)
    for amount, currency in amounts:
        if amount is not None:
            sums[currency or "-"] += round(amount * 1_000)
    return {currency: sum_ / 1_000 for currency, sum_ in sums.items()}


def less(all_, part):
    """What is left of amounts; what comes to nothing is left out."""
    left = {currency: round(all_.get(currency, 0.0) - part.get(currency, 0.0), 3) for currency in {*all_, *part}}
    return {currency: amount for currency, amount in left.items() if amount}


def per(sums, heads):
    return {currency: amount / heads for currency, amount in sums.items()} if heads else {}


def quantile(times_ms, part):
    """Read from buckets of an eighth of a power of two, as if the times in one were spread evenly over it. It is right within a
    tenth: that is looked at here."""
    if not times_ms:
        return None
    buckets, before, wanted = Counter(bucket(ms) for ms in times_ms), 0, part * len(times_ms)
    for number, here in sorted(buckets.items()):
        if before + here >= wanted:
            begins, ends = begins_at(number), begins_at(number + 1)
            read = int(begins + (ends - begins) * (wanted - before) / here)
            exact = sorted(times_ms)[max(0, math.ceil(wanted) - 1)]
            assert abs(read - exact) <= 0.125 * max(read, exact) + 1, (read, exact)
            return read
        before += here
    return None


def bucket(ms):
    ms = max(1, ms)
    power = ms.bit_length() - 1
    return 8 * power + int((ms / 2**power - 1) * 8)


def begins_at(number):
    return 2.0 ** (number // 8) * (1 + number % 8 / 8)

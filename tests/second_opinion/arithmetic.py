"""Shares, sums of money by currency, quantiles."""

import math
from collections import defaultdict


def share(part, whole):
    return part / whole if whole > 0 else None


def money(amounts):
    """Sums by currency of (amount, currency); cents don't add up in binary, thousandths do."""
    sums = defaultdict(int)
    for amount, currency in amounts:
        if amount is not None:
            sums[currency or "-"] += round(amount * 1_000)
    return {currency: sum_ / 1_000 for currency, sum_ in sums.items()}


def per(sums, heads):
    return {currency: amount / heads for currency, amount in sums.items()} if heads else {}


def quantile(values, part):
    """The value below which this part of them lies: exact, where the report is right within a tenth."""
    if not values:
        return None
    values = sorted(values)
    return values[min(len(values) - 1, max(0, math.ceil(part * len(values)) - 1))]

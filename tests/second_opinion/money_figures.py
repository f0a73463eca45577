"""Carts, customers, where they came from."""

from collections import Counter, defaultdict

import times
from arithmetic import cases, money, per, quantile, share, trust

def cart_figures(diary):
    count = Counter()
    weeks = defaultdict(Counter)
    for what, number, at in diary.carts:
        count[what] += number
        weeks[times.monday(at)][what] += number
    steps = Counter(step for step, *_ in diary.reminders)
    first = [r for r in diary.reminders if r[0] == 1]
    skipped = [o for o in diary.outcomes if o[0] == "cart.skipped" and o[3] == 1]
    in_time = [r for r in diary.recoveries if not r[0]]
    late = [r for r in diary.recoveries if r[0]]
    reversed_ = [o for o in diary.outcomes if o[0] == "cart.reversed"]
    for what, episodes in (
        ("abandoned", [r[1] for r in first] + [o[2] for o in skipped]),
        ("reminded", [r[1] for r in first]),
    ):
        for episode in episodes:
            count[what] += 1
            weeks[times.monday(episode)][what] += 1
    for _, way, episode, number, _, _ in in_time:
        count["recovered"] += number
        for column in ("recovered", "recovered_attributed" if way else "recovered_unattributed"):
            weeks[times.monday(episode)][column] += number

    def worth(rows):
        return money((r[4], r[5]) for r in rows)

    def number(rows):
        return sum(r[3] for r in rows)

    ended = count["ordered"] + count["emptied"] + count["forgotten"] + count["came to nothing"]
    # Quick ends alone say nothing of how carts end.
    young = count["opened"] > ended and not count["forgotten"]
    why = "too young to tell (no cart has been left for so long yet that it counts as forgotten)"
    not_ordered = {"cases": ended, "why": why} if young else trust(ended - count["ordered"], ended)
    by = {way: [r for r in in_time if r[1] == way] for way in ("click", "open", None)}
    columns = ("opened", "abandoned", "reminded", "recovered", "recovered_attributed", "recovered_unattributed")
    attributed, started, bought = by["click"] + by["open"], count["checkout started"], count["checkout ordered"]
    return {
        "opened": count["opened"],
        "ordered": count["ordered"],
        "emptied": count["emptied"],
        "forgotten": count["forgotten"],
        "came_to_nothing": count["came to nothing"],
        "still_open": count["opened"] - ended,
        "not_ordered_rate": None if young else share(ended - count["ordered"], ended),
        "not_ordered_rate_trust": not_ordered,
        "trade_abandonment_rate": share(count["opened"] - count["ordered"], count["opened"]),
        "trade_abandonment_rate_trust": trust(count["opened"] - count["ordered"], count["opened"]),
        "checkouts_started": started,
        "checkouts_ordered": bought,
        "checkout_abandonment_rate": share(started - bought, started),
        "checkout_abandonment_rate_trust": trust(started - bought, started),
        "abandoned": count["abandoned"],
        "abandoned_per_cart": share(count["abandoned"], count["opened"]),
        "reminded": count["reminded"],
        "recovered": count["recovered"],
        "recovery_rate": share(count["recovered"], count["reminded"]),
        "recovery_rate_trust": trust(count["recovered"], count["reminded"]),
        "recovered_attributed": number(attributed),
        "attributed_recovery_rate": share(number(attributed), count["reminded"]),
        "attributed_recovery_rate_trust": trust(number(attributed), count["reminded"]),
        "recovered_attributed_value": worth(attributed),
        "recovered_unattributed": number(by[None]),
        "recovered_unattributed_value": worth(by[None]),
        "recovered_late": number(late),
        "recovered_late_value": worth(late),
        "recovered_by_click": number(by["click"]),
        "recovered_by_open": number(by["open"]),
        "reversed": len(reversed_),
        "abandoned_value": money([(r[2], r[3]) for r in first] + [(o[4], o[5]) for o in skipped]),
        "recovered_value": worth(in_time),
        "recovered_by_click_value": worth(by["click"]),
        "recovered_by_open_value": worth(by["open"]),
        "reversed_value": worth(reversed_),
        "reminders": [steps[n] for n in range(1, max(steps, default=0) + 1)],
        "outcomes": [[*what, n] for what, n in sorted(Counter((o[0], o[1]) for o in diary.outcomes).items())],
        "weeks": [
            {"begins": times.day(monday), **{column: week[column] for column in columns}}
            for monday, week in sorted(weeks.items()) if any(week[column] for column in columns) or week
        ],
    }


def left_of(order):
    return None if order.total is None else order.total - order.refunded


def customer_figures(people, diary):
    customers = [p for p in people if p.orders.standing()]
    orders = [order for p in customers for order in p.orders.standing()]
    spent = money((left_of(o), o.currency) for o in orders)
    priced = [o for o in orders if o.total is not None]
    closed = [(min(o.placed for o in p.orders.standing()) - p.first_seen) for p in customers]
    repeaters = sum(len(p.orders.standing()) > 1 for p in customers)
    weeks = defaultdict(list)
    for order in orders:
        weeks[times.monday(order.placed)].append(order)
    return {
        "customers": len(customers),
        "orders": len(orders),
        "repeaters": repeaters,
        "repeat_rate": share(repeaters, len(customers)),
        "repeat_rate_trust": trust(repeaters, len(customers)),
        "spent": spent,
        "lifetime_value": per(spent, len(customers)),
        "average_order": per(spent, len(priced)),
        "average_order_trust": cases(len(priced)),
        "days_to_close_mean": sum(ms // times.SECOND for ms in closed) * times.SECOND / times.DAY / len(closed) if closed else None,
        "ms_to_close_median": quantile(closed, 0.5),
        "ms_to_close_p90": quantile(closed, 0.9),
        "time_to_close_trust": time_to_close_trust(closed, diary),
        "weeks": [
            {
                "begins": times.day(monday),
                "orders": len(of_week),
                "again": sum(o.again for o in of_week),
                "value": money((left_of(o), o.currency) for o in of_week),
            }
            for monday, of_week in sorted(weeks.items())
        ],
    }


def time_to_close_trust(closed, diary):
    """A young shop knows only those who were quick."""
    about = cases(len(closed))
    if closed and diary.until - diary.since < max(14 * times.DAY, 2 * quantile(closed, 0.9)):
        about["why"] = "of those who have ordered so far: what is counted is short, slower ones are still to come"
    return about


def source_figures(people, kind):
    """By the first of the kind that the prospect came by, and by the newest before each order."""
    first = defaultdict(list)
    for person in people:
        first[person.sources[kind][0] if person.sources[kind] else None].append(person)
    orders = [order for person in people for order in person.orders.standing()]
    last = defaultdict(list)
    for order in orders:
        last[order.last[kind]].append(order)
    if not set(first) - {None}:
        return []
    rows = []
    for name in {*first, *last}:
        here = first.get(name, [])
        customers = [p for p in here if p.orders.standing()]
        bought = [o for p in customers for o in p.orders.standing()]
        rows.append({
            "name": name,
            "prospects": len(here),
            "customers": len(customers),
            "repeaters": sum(len(p.orders.standing()) > 1 for p in customers),
            "orders": len(bought),
            "conversion": share(len(customers), len(here)),
            "conversion_trust": trust(len(customers), len(here)),
            "spent": money((left_of(o), o.currency) for o in bought),
            "last_touch_orders": len(last.get(name, [])),
            "last_touch_value": money((left_of(o), o.currency) for o in last.get(name, [])),
            "cost": None,
            "cost_per_prospect": None,
            "cost_per_customer": None,
        })
    return rows

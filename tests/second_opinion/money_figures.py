"""Carts, customers, where they came from, pipeline and forecast."""

from collections import Counter, defaultdict

import times
from arithmetic import money, per, quantile, share
from names import names, plain

WINS = names("Order Completed", "Contract Signed", "Deal Won", "Opportunity Won")
ASKS = names(
    "Product Added", "Wishlist Product Added to Cart", "Cart Viewed", "Cart Updated", "Cart Emptied", "Cart Cleared",
    "Checkout Started", "Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered", "Payment Failed",
    "Demo Requested", "Quote Requested", "Proposal Sent", "Price Negotiated", "Survey Answered",
)


def cart_figures(diary):
    count = Counter()
    weeks = defaultdict(Counter)
    for what, number, at in diary.carts:
        count[what] += number
        weeks[times.monday(at)][what] += number
    steps = Counter(step for step, *_ in diary.reminders)
    first = [r for r in diary.reminders if r[0] == 1]
    skipped = [o for o in diary.outcomes if o[0] == "cart.skipped" and o[3] == 1]
    recovered = [o for o in diary.outcomes if o[0] == "cart.recovered"]
    reversed_ = [o for o in diary.outcomes if o[0] == "cart.reversed"]
    for what, episodes in (
        ("abandoned", [r[1] for r in first] + [o[2] for o in skipped]),
        ("reminded", [r[1] for r in first]),
        ("recovered", [o[2] for o in recovered]),
    ):
        for episode in episodes:
            count[what] += 1
            weeks[times.monday(episode)][what] += 1

    def worth(outcomes):
        return money((o[4], o[5]) for o in outcomes)

    ended = count["ordered"] + count["emptied"] + count["forgotten"]
    by = {way: [o for o in recovered if o[6] == way] for way in ("click", "open")}
    columns = ("opened", "abandoned", "reminded", "recovered")
    return {
        "opened": count["opened"],
        "ordered": count["ordered"],
        "emptied": count["emptied"],
        "forgotten": count["forgotten"],
        "still_open": count["opened"] - ended,
        "not_ordered_rate": share(ended - count["ordered"], ended),
        "abandoned": count["abandoned"],
        "abandonment_rate": share(count["abandoned"], count["opened"]),
        "reminded": count["reminded"],
        "recovered": count["recovered"],
        "recovery_rate": share(count["recovered"], count["reminded"]),
        "recovered_by_click": len(by["click"]),
        "recovered_by_open": len(by["open"]),
        "reversed": len(reversed_),
        "abandoned_value": money([(r[2], r[3]) for r in first] + [(o[4], o[5]) for o in skipped]),
        "recovered_value": money([(o[4], o[5]) for o in recovered] + [(-(o[4] or 0), o[5]) for o in reversed_]),
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


def customer_figures(people):
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
        "spent": spent,
        "lifetime_value": per(spent, len(customers)),
        "average_order": per(spent, len(priced)),
        "days_to_close_mean": sum(ms // times.SECOND for ms in closed) * times.SECOND / times.DAY / len(closed) if closed else None,
        "ms_to_close_median": quantile(closed, 0.5),
        "ms_to_close_p90": quantile(closed, 0.9),
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
            "spent": money((left_of(o), o.currency) for o in bought),
            "last_touch_orders": len(last.get(name, [])),
            "last_touch_value": money((left_of(o), o.currency) for o in last.get(name, [])) if name is not None else {},
            "cost": None,
            "cost_per_prospect": None,
            "cost_per_customer": None,
        })
    return rows


def pipeline_figures(model, people, diary, customers):
    number = len(model.axes) - 1
    axis = model.axes[number]

    def earliest(meant, below):
        return min((m.to for m in axis.moves if m.condition.names & meant and m.to < below), default=None)

    won_at = earliest(WINS, len(axis.stages))
    if not won_at:
        return None
    open_from = earliest(ASKS, won_at)
    open_from = won_at - 1 if open_from is None else open_from
    is_open = range(open_from, won_at)
    moves = [(m[1], m[2]) for m in diary.moves if m[0] == axis.name]
    opportunities = sum(p.tracks[number].stage in is_open for p in people)
    won = sum((origin is None or origin < won_at) and to is not None and to >= won_at for origin, to in moves)
    lost = sum(origin in is_open and (to is None or to < open_from) for origin, to in moves)
    rate, cycle = share(won, won + lost), customers["days_to_close_mean"] or None
    forecast = {}
    for currency, average in customers["average_order"].items() if rate is not None else ():
        expected = opportunities * rate * average
        forecast[currency] = {"average_value": average, "expected": expected, "per_day": expected / cycle if cycle else None}
    return {
        "axis": axis.name,
        "open_from": axis.stages[open_from],
        "won_at": axis.stages[won_at],
        "opportunities": opportunities,
        "won": won,
        "lost": lost,
        "win_rate": rate,
        "cycle_days": cycle,
        "money": forecast,
    }


assert plain("Product Removed") not in ASKS

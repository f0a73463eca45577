"""Opportunities: opened by coming into the open stages, won or lost by leaving them; counted by the week in which they were opened."""

import times
from arithmetic import money, per, quantile, share, too_young, trust, untold
from names import names

WINS = names("Order Completed", "Contract Signed", "Deal Won", "Opportunity Won")
ASKS = names(
    "Product Added", "Wishlist Product Added to Cart", "Cart Viewed", "Cart Updated", "Cart Emptied", "Cart Cleared",
    "Checkout Started", "Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered", "Payment Failed",
    "Demo Requested", "Quote Requested", "Proposal Sent", "Price Negotiated",
)
LEAST = 10
LEAST_WAIT = 7 * times.DAY


class Pipeline:
    """Which stages are open, and which one is won."""

    def __init__(self, axes, spec):
        self.axis = axes[-1]
        stages = self.axis.stages
        self.won = stages.index(spec["stage"]) if "stage" in spec else self.earliest(WINS, len(stages))
        if "open" in spec:
            self.open = range(stages.index(spec["open"]), self.won)
        elif self.won:
            first = self.earliest(ASKS, self.won)
            self.open = range(self.won - 1 if first is None else first, self.won)

    def earliest(self, meant, below):
        return min((m.to for m in self.axis.moves if m.condition.names & meant and m.to < below), default=None)


class Opportunity:
    """`opened`: when it was; `since`: since when it has been open on the way that its person went in the end."""

    def __init__(self, opened):
        self.opened, self.since, self.closed, self.won = opened, opened, None, None

    def close(self, since, at, won):
        self.since, self.closed, self.won = since, at, won

    @property
    def took(self):
        return max(0, self.closed - self.since)


class Opportunities:
    """Those of one person."""

    def __init__(self, pipeline):
        self.pipeline, self.all, self.won_directly = pipeline, [], 0

    def since(self, stops, otherwise):
        """Since when it has been open that goes through these stages; an order that came to nothing never closed it."""
        since, taken_back = None, False
        for stop in reversed(stops):
            if taken_back and stop.stage >= self.pipeline.won:
                continue
            if stop.stage not in self.pipeline.open:
                break
            since, taken_back = stop.entered, stop.by == "order-reversed"
            if stop.by == "re-entered":
                break
        return otherwise if since is None else since

    def moved(self, origin, to, way, at, stayed, track):
        won, open_ = self.pipeline.won, self.pipeline.open
        was_won, is_won = origin is not None and origin >= won, to is not None and to >= won
        if to in open_ and origin not in open_:
            if way == "order-reversed" and was_won:
                # The order that won it came to nothing: it has been open all the time.
                self.all[-1].close(None, None, None)
            else:
                self.all.append(Opportunity(at))
        elif origin in open_ and to not in open_:
            self.all[-1].close(self.since(track.way, at - stayed), at, is_won)
        elif way == "onward" and is_won and not was_won or (way == "entered" and is_won):
            self.won_directly += 1
        elif way == "order-reversed" and was_won and not is_won:
            self.won_directly -= 1

    def look_up(self, track):
        """Since when what is open has been so."""
        if self.all and self.all[-1].closed is None:
            self.all[-1].since = self.since(track.way, self.all[-1].opened)


def pipeline_figures(model, people, diary, average_order, priced_orders):
    pipeline = model.pipeline
    if not pipeline.won:
        return None
    axis, won_at, open_ = pipeline.axis, pipeline.won, pipeline.open
    number = model.axes.index(axis)
    for person in people:
        person.opportunities.look_up(person.tracks[number])
    moves = [m[1:4] for m in diary.moves if m[0] == axis.name]
    opportunities = sum(p.tracks[number].stage in open_ for p in people)
    taken_back = sum(way == "order-reversed" and origin >= won_at > to for origin, to, way in moves)
    won = sum((origin is None or origin < won_at) and to is not None and to >= won_at for origin, to, _ in moves) - taken_back
    everything = [o for p in people for o in p.opportunities.all]
    cohort, members, about = cohort_of(everything, diary)
    rate = share(cohort["won"], cohort["opened"]) if "why" not in about else None
    winners = [o for o in members if o.won]
    seconds = sum(o.took // times.SECOND for o in winners)
    cycle = seconds * times.SECOND / times.DAY / len(winners) if rate is not None and winners else None
    expected_wins = None
    if rate is not None:
        ages = [age(o.since, diary.until) for o in everything if o.closed is None]
        expected_wins = min(opportunities, sum(chance(members, cohort["still_open"], at) for at in ages))

    def beside(cases):
        return {**{key: value for key, value in about.items() if key != "interval"}, "cases": cases}

    return {
        "axis": axis.name,
        "open_from": axis.stages[open_[0]],
        "won_at": axis.stages[won_at],
        "opportunities": opportunities,
        "won": won,
        "lost": sum(origin in open_ and (to is None or to < open_[0]) for origin, to, _ in moves),
        "won_directly": sum(p.opportunities.won_directly for p in people),
        "cohort": cohort,
        "win_rate": rate,
        "win_rate_trust": about,
        "cycle_days": cycle,
        "cycle_days_trust": beside(len(winners)),
        "expected_wins": expected_wins,
        "expected_wins_trust": beside(opportunities),
        "money": {
            currency: forecast(average, opportunities, expected_wins, cycle, rate, about, priced_orders)
            for currency, average in average_order.items()
        },
    }


def forecast(average, opportunities, expected_wins, cycle, rate, about, priced_orders):
    most = opportunities * average
    expected = None if expected_wins is None else expected_wins * average
    interval = None
    if expected is not None:
        low, high = about["interval"]
        interval = [expected * low / rate, min(most, expected * high / rate)] if rate > 0 and expected > 0 else [0.0, most * high]
    per_day = None if expected is None or cycle is None else expected / max(1.0, cycle)
    unit, days = (None, None) if per_day is None else ("day", 1) if cycle < 14 else ("week", 7) if cycle < 60 else ("month", 30)
    return {
        "average_value": average,
        "average_value_trust": {"cases": priced_orders},
        "pipeline_value": most,
        "expected": expected,
        "expected_interval": interval,
        "per_day": per_day,
        "velocity": None if per_day is None else per_day * days,
        "velocity_per": unit,
    }


def cohort_of(everything, diary):
    """Those opened in weeks that ended long enough ago; and how far their rate can be trusted."""
    wins = [o.took for o in everything if o.won]
    closed = wins if len(wins) >= LEAST else [o.took for o in everything if o.closed is not None]
    all_closed = sum(o.closed is not None for o in everything)
    pace = quantile(closed, 0.9) if len(closed) >= LEAST else None
    wait = max(LEAST_WAIT, pace or 0)

    def matures_at(opened):
        return times.monday(opened) + times.WEEK + wait

    # What was won or lost lies in the week since which it was open as far as a record knows.
    opened = sum(matures_at(o.opened) <= diary.until for o in everything)
    members = [o for o in everything if matures_at(o.since) <= diary.until]
    young = [times.monday(o.opened) for o in everything if matures_at(o.opened) > diary.until]
    won, lost = sum(o.won is True for o in members), sum(o.won is False for o in members)
    cohort = {
        "matured_after_days": wait / times.DAY if pace is not None else None,
        "opened_before": times.day(min(young)) if young else None,
        "opened": opened,
        "won": won,
        "lost": lost,
        "still_open": max(0, opened - won - lost),
    }
    if not everything:
        return cohort, members, untold(0, "no opportunity was opened")
    # A young shop knows only the fast ones: the pace is believed once half as long again has been watched.
    watched = pace + pace // 2 - (diary.until - diary.since) if pace is not None else 0
    missing = max(min(matures_at(o.opened) for o in everything) - diary.until, watched)
    if missing > 0:
        return cohort, members, too_young(opened, missing)
    if pace is None:
        return cohort, members, untold(opened, f"too few to tell (won or lost were {all_closed}, at least {LEAST} are needed)")
    if opened < LEAST:
        return cohort, members, untold(opened, f"too few to tell (had the time were {opened}, at least {LEAST} are needed)")
    return cohort, members, trust(won, opened)


def age(opened, until):
    """From the middle of the day on which it was opened (of what had passed of it)."""
    begins = opened // times.DAY * times.DAY
    return max(0, until - (begins + max(begins, min(begins + times.DAY, until))) // 2)


def chance(cohort, still_open, at):
    """How likely one of this age is still won: of the cohort's that were open so long, the share won later. Times are counted in
    classes that begin at 0, 1, 2, 4, 8, … hours; of the class in which the age lies, the share of it that lies after."""
    begins, ends = class_of(at)
    left = (ends - at) / (ends - begins)

    def later(took):
        first = class_of(took)[0]
        return 1.0 if first > begins else left if first == begins else 0.0

    won = sum(later(o.took) for o in cohort if o.won)
    lost = sum(later(o.took) for o in cohort if o.won is False)
    return won / (won + lost + still_open) if won + lost + still_open > 0 else 0.0


def class_of(ms):
    hours = ms // times.HOUR
    if hours < 1:
        return 0, times.HOUR
    begins = 2 ** (hours.bit_length() - 1)
    return begins * times.HOUR, 2 * begins * times.HOUR

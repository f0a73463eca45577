"""Stages of an axis: which move an event makes, and when a stage goes stale."""

import times
from names import ORDERED, plain
from rules import Condition, Count, passes


class Move:
    def __init__(self, number, spec, stages):
        self.number = number
        self.to = stages.index(spec["to"])
        origin = spec.get("from", [])
        self.origin = [stages.index(s) for s in ([origin] if isinstance(origin, str) else origin)]
        self.condition = Condition(spec)
        self.count = Count(spec) if "times" in spec else None
        self.sessions = spec.get("sessions", 0)
        self.cart = spec.get("cart", {})

    def leads_on_from(self, stage):
        """With `from` only from there; without it from any earlier stage, or from none."""
        if self.origin:
            return stage in self.origin and stage != self.to
        return stage is None or stage < self.to

    def beats(self, other):
        """One that names its `from` goes before one that doesn't, else the furthest."""
        return (bool(self.origin), self.to) > (bool(other.origin), other.to)


class Axis:
    """`[journey]` or `[funnel]` of a model."""

    def __init__(self, name, spec):
        self.name, self.stages = name, spec["stages"]
        self.moves = [Move(n, move, self.stages) for n, move in enumerate(spec["moves"])]
        self.stale = self.read_stale(spec.get("stale", {}))
        closed_by = spec.get("closed_by", [])
        self.closed_by = {plain(name) for name in ([closed_by] if isinstance(closed_by, str) else closed_by)}
        # Whoever lapses goes back, and whoever is won back goes on, wherever the stage stands in the list.
        self.lapsed = self.stages.index(spec["lapse"]["to"]) if "lapse" in spec else None
        if "lapse" in spec:
            lapse = times.length(spec["lapse"]["after"]), self.lapsed
            self.stale.update({self.stages.index(stage): lapse for stage in spec["lapse"]["from"]})

    def read_stale(self, spec):
        """Stage: after how long it goes stale, and where to."""
        if "after" in spec:
            spared = [*spec.get("except", []), spec["to"]]
            spec = {stage: spec for stage in self.stages[self.stages.index(spec["to"]):] if stage not in spared}
        return {self.stages.index(s): (times.length(r["after"]), self.stages.index(r["to"])) for s, r in spec.items()}


class Stop:
    def __init__(self, stage, entered, by, way=None):
        self.stage, self.entered, self.by, self.how = stage, entered, by, way


class Track:
    """One person on one axis. `tell` hears of every move."""

    def __init__(self, axis, tell):
        self.axis, self.tell = axis, tell
        self.stage = self.entered = None
        self.met = {}
        # One journey after the other: when this one began, when it was closed, and those before it.
        self.began, self.closed, self.journeys = None, None, []
        # The stages gone through: which, when, by what event (None: by time).
        self.way = []

    def take(self, event, sessions, held, session_gap):
        """One event moves an axis at most once: a move that names its `from` goes before others, then the one that leads furthest."""
        if self.journeys and event.at < self.began:
            return
        anew = self.closed is not None and event.at > self.closed + session_gap
        closes = event.name in self.axis.closed_by
        # An order of a journey that is closed begins none; but whoever lapsed is won back by it.
        leads_anew = anew and (not closes or self.stage == self.axis.lapsed is not None)
        best = None
        for move in self.axis.moves:
            if not move.condition.holds(event):
                continue
            if move.cart and not all(passes(held[what], tests) for what, tests in move.cart.items()):
                continue
            # Counts go on wherever the person stands.
            if move.count and not move.count.met(self.met.setdefault(move.number, []), event):
                continue
            if sessions < move.sessions or not (move.leads_on_from(self.stage) or (leads_anew and not move.origin)):
                continue
            # A late event doesn't move back what a later one moved forward.
            if self.stage is not None and move.to < self.stage and event.at < self.entered:
                continue
            if best is None or move.beats(best):
                best = move
        if best and anew and not best.origin and not closes:
            self.journeys.append((self.began, self.closed))
            self.began, self.closed = max(event.at, self.entered), None
            self.enter(best.to, event.at, "next-journey", event.name)
        elif best:
            self.enter(best.to, event.at, self.way_to(best.to), event.name)
        if closes and self.stage is not None:
            self.closed = max(self.closed or 0, event.at)

    def way_to(self, to):
        if self.stage is None:
            return "entered"
        return "onward" if self.stage == self.axis.lapsed or (to >= self.stage and to != self.axis.lapsed) else "back"

    def enter(self, to, at, way, by=None):
        # Nobody leaves a stage before entering it.
        at_least = at if self.entered is None else max(at, self.entered)
        self.tell(self.axis, self.stage, to, way, at, at_least - (at_least if self.entered is None else self.entered), at_least)
        self.stage, self.entered = to, at_least
        self.began = at_least if self.began is None else self.began
        self.way.append(Stop(to, at_least, by if way != "order-reversed" else way, way))

    def stale_at(self, last_activity):
        """So long after the newest of entry and activity."""
        if self.stage not in self.axis.stale or self.closed is not None:
            return None
        after, _ = self.axis.stale[self.stage]
        return max(self.entered, last_activity if last_activity is not None else self.entered) + after

    def go_stale(self, at):
        self.enter(self.axis.stale[self.stage][1], at, "stale")

    def leave(self, at):
        """Disqualified: it stands nowhere. Where it stood is kept for the way back."""
        stood = self.stage
        if stood is not None:
            self.tell(self.axis, stood, None, "disqualified", at, max(0, at - self.entered), at)
        self.stage = self.entered = None
        return stood

    def come_back(self, stood, was_there, at, since, event, person):
        """To where it stood, or where the event leads from there; who stood somewhere and is led nowhere begins anew."""
        silent, self.tell = self.tell, lambda *_: None
        if stood is not None:
            self.stage, self.entered = stood, at
            self.way.append(Stop(stood, at, "re-entered"))
        stops = len(self.way)
        if event is not None:
            self.take(event, person.sessions, person.held, person.model.session_gap)
        if stood is not None and len(self.way) > stops:
            # It never stood where it would have resumed: the event led on at once.
            del self.way[-2]
        if self.way and self.stage is not None:
            self.way[-1].by = "re-entered"
        if self.stage is None and was_there:
            self.enter(0, at, "re-entered", "re-entered")
        self.tell = silent
        if self.stage is not None:
            self.tell(self.axis, None, self.stage, "re-entered", at, at - since if was_there else 0, at)

    def undo(self, order, standing, at, sessions):
        """An order came to nothing. What other events and time brought about stays, and the orders that still stand make the moves
        whose rules they meet. Whoever came in by this order alone goes to the first stage."""
        if ORDERED in self.axis.closed_by:
            self.reopen(order, [other.placed for other in standing])
        if any(stop.by == ORDERED for stop in self.way):
            place = self.without(sorted(standing, key=lambda o: o.placed), sessions)
            to = place.stage if place else 0
            if to != self.stage:
                self.enter(to, at, "order-reversed")
            elif place:
                self.entered = self.way[-1].entered = place.entered
                self.way[-1].by = place.by
        for number in self.met:
            self.met[number] = [hit for hit in self.met[number] if hit[0] != order.placed]

    def reopen(self, order, placed):
        """A journey that only this order closed goes on."""

        def others(begin, end):
            return max((at for at in placed if begin <= at < end), default=None)

        if self.closed == order.placed:
            self.closed = others(self.began, float("inf"))
        for n, (began, closed) in enumerate(self.journeys):
            if closed != order.placed:
                continue
            after = self.journeys[n + 1][0] if n + 1 < len(self.journeys) else self.began
            other = others(began, after)
            if other is not None:
                self.journeys[n] = began, other
                return
            if n + 1 < len(self.journeys):
                self.journeys[n + 1] = began, self.journeys[n + 1][1]
            else:
                self.began = began
            del self.journeys[n]
            return

    def without(self, orders, sessions):
        place, before = None, None
        for stop in self.way:
            while orders and orders[0].placed < stop.entered:
                place = self.moved_by(orders.pop(0), place, sessions) or place
            came_forward = before is None or before.stage < stop.stage
            begins = stop.how == "next-journey" and stop.entered in [self.began, *(began for began, _ in self.journeys[1:])]
            if stop.how == "stale" and stop.stage == self.axis.lapsed:
                leads_on = place is not None and self.axis.stale.get(place.stage, (0, None))[1] == stop.stage
            elif came_forward or place is None:
                leads_on = place is None or stop.stage > place.stage
            else:
                leads_on = stop.how != "next-journey" and stop.stage < place.stage
            if (begins and self.journeys) or (stop.by not in (ORDERED, "order-reversed") and leads_on):
                place = stop
            before = stop
        for order in orders:
            place = self.moved_by(order, place, sessions) or place
        return place

    def moved_by(self, order, place, sessions):
        """Where an order that stands leads from there."""
        best = None
        for move in self.axis.moves:
            if not move.condition.holds(order.event) or move.condition.any or sessions < move.sessions:
                continue
            hits = [hit for hit in self.met.get(move.number, []) if hit[0] <= order.placed]
            if move.count and not move.count.enough(hits, order.placed):
                continue
            if move.leads_on_from(place.stage if place else None) and (best is None or move.beats(best)):
                best = move
        return Stop(best.to, order.placed, ORDERED) if best else None

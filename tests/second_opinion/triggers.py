"""Triggers of absence: after this, if not that, within so long, at most so often. `[[triggers]]` of a model."""

import tomllib
from pathlib import Path

import times
from basket import what
from names import CART, ORDERED, SHOWS_CART, plain
from rules import Condition, Count

PUT_IN_CART = SHOWS_CART | {plain("Product Added"), plain("Wishlist Product Added to Cart")}
VIEWED = plain("Product Viewed")


class Trigger:
    def __init__(self, spec):
        self.name = spec["name"]
        after = spec.get("after", {})
        self.after, self.count = Condition(after), Count(after) if "times" in after else None
        self.after_stage, self.after_label = spec.get("after_stage"), spec.get("after_label")
        self.unless = Condition(spec["unless"]) if "unless" in spec else None
        stages = spec.get("unless_stage", [])
        self.unless_stages = [stages] if isinstance(stages, str) else stages
        self.within, self.restart, self.same = times.length(spec["within"]), spec.get("restart", False), spec.get("same")
        number, _, length = spec["at_most"].split() if "at_most" in spec else ("0", "", "0s")
        self.at_most = (int(number), times.length(length)) if "at_most" in spec else None
        self.interest = [(kind, times.length(spec[key])) for kind, key in (("viewed", "if_viewed"), ("carted", "if_carted")) if key in spec]
        self.mail = spec.get("mail", True)
        self.not_with_open_cart, self.after_visit = spec.get("not_with_open_cart", False), spec.get("after_visit", False)

    def subjects(self, event):
        """What the event is about, as far as the trigger compares it."""
        if self.same is None:
            return [None]
        if self.same == "product_id":
            return list(dict.fromkeys(what(product)[0] for product in event.products()))
        value = event.get(self.same)
        return [] if value is None else [value]


def read(spec, folder):
    wanted, ready = spec.get("ready_triggers", []), []
    if wanted:
        with open(Path(folder).parent / "triggers" / "ready.toml", "rb") as file:
            ready = [one for one in tomllib.load(file)["triggers"] if one["name"] in wanted]
    return [Trigger(one) for one in ready + spec.get("triggers", [])]


class Pending:
    def __init__(self, trigger, subject, since, by):
        self.trigger, self.subject, self.since, self.by = trigger, subject, since, by
        # Not before then: it waits for the end of a visit.
        self.waits = 0


class Triggers:
    def __init__(self, person, triggers, tell):
        self.person, self.triggers, self.tell = person, triggers, tell
        self.pending, self.left, self.met = [], [], {}
        self.products = {"viewed": {}, "carted": {}}

    def take(self, event, reached):
        """`reached`: stages and labels that the event led to."""
        for trigger in self.triggers:
            if trigger.unless and trigger.unless.holds(event):
                subjects = trigger.subjects(event)
                everything = trigger.same is None or (event.name == ORDERED and not subjects)
                self.end(trigger, None if everything else subjects, event.at)
        self.learn(event)
        self.hear(reached, event.at)
        for trigger in self.triggers:
            if not trigger.after.names or not trigger.after.holds(event):
                continue
            if trigger.count and not trigger.count.met(self.met.setdefault(trigger.name, []), event):
                continue
            for subject in trigger.subjects(event):
                if self.is_of_interest(trigger, event):
                    self.arm(trigger, subject, event.at, event.name)

    def hear(self, reached, at):
        for trigger in self.triggers:
            if any(name in trigger.unless_stages for name in reached):
                self.end(trigger, None, at)
            if any(name in reached for name in (trigger.after_stage, trigger.after_label) if name):
                self.arm(trigger, None, at, None)

    def learn(self, event):
        """Products that were viewed, or put into a cart, and not bought since."""
        ids = [what(product)[0] for product in event.products()]
        if event.name == ORDERED:
            for known in self.products.values():
                for product in list(known):
                    if product in ids or not ids:
                        del known[product]
        kind = "viewed" if event.name == VIEWED else "carted" if event.name in PUT_IN_CART & CART else None
        if kind:
            for product in ids:
                self.products[kind].pop(product, None)
                self.products[kind][product] = event.at
                if len(self.products[kind]) > 16:
                    del self.products[kind][next(iter(self.products[kind]))]

    def is_of_interest(self, trigger, event):
        ids = [what(product)[0] for product in event.products()]
        return not trigger.interest or any(
            self.products[kind].get(product, -within) >= event.at - within for kind, within in trigger.interest for product in ids
        )

    def arm(self, trigger, subject, at, by):
        for pending in self.pending:
            if (pending.trigger, pending.subject) == (trigger, subject):
                if trigger.restart and at > pending.since:
                    pending.since, pending.by, pending.waits = at, by, 0
                return
        self.pending.append(Pending(trigger, subject, at, by))
        if len(self.pending) > 16:
            mine = [p for p in self.pending[:-1] if p.trigger is trigger]
            self.pending.remove(min(mine, key=lambda p: p.since) if mine else self.pending[-1])

    def end(self, trigger, subjects, at):
        self.pending = [
            p for p in self.pending if p.trigger is not trigger or p.since > at or (subjects is not None and p.subject not in subjects)
        ]

    def undo(self, order):
        """What waited because of an order that came to nothing."""
        self.pending = [p for p in self.pending if not (p.by == ORDERED and p.since == order.placed)]

    def timers(self):
        for pending in self.pending:
            yield max(pending.waits, pending.since + pending.trigger.within), lambda at, p=pending: self.fire(p, at)

    def fire(self, pending, at):
        self.pending.remove(pending)
        trigger, person = pending.trigger, self.person
        if person.is_disqualified:
            return
        if trigger.at_most:
            number, length = trigger.at_most
            if sum(name == trigger.name and left > at - length for name, left in self.left) >= number:
                return
        if trigger.not_with_open_cart and person.carts.open_carts():
            return
        ends = (person.last_activity or 0) + person.model.session_gap
        if trigger.after_visit and at < ends:
            pending.waits = ends
            self.pending.append(pending)
            return
        if trigger.mail and person.mail.withheld:
            return
        self.left.append((trigger.name, at))
        self.tell.triggers[trigger.name] += 1

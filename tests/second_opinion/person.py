"""One person: what is known, what is pending, and what an event changes."""

import checkout
import names
from carts import Carts
from disqualified import Disqualified
from journey import Track
from leads import Lead
from mail import Mail
from opportunities import Opportunities
from orders import News, Orders
from people import Traits
from score import Score
from triggers import Triggers

# An order that is told again, or that came to nothing, makes no rule act.
NO_RULES = ("void", "retold")


class Person:
    def __init__(self, model, diary):
        self.model, self.diary = model, diary
        self.seen = set()
        self.first_seen = self.last_seen = self.last_activity = self.last_at_the_shop = None
        self.sessions, self.attempt = 0, None
        self.orders = Orders(model.cart.payment_window)
        self.mail = Mail()
        self.carts = Carts(self, model.cart, model.session_gap, diary)
        self.reached = []
        self.opportunities = Opportunities(model.pipeline)
        self.tracks = [Track(axis, self.moved) for axis in model.axes]
        self.sources = {"source": [], "campaign": []}
        self.traits, self.persona = Traits(), model.people.persona(Traits())
        self.score, self.label_changes = Score(model.score), None
        self.score.relabel(0)
        self.triggers = Triggers(self, model.triggers, diary)
        self.lead = Lead(self, model.hand_over, diary) if model.hand_over else None
        self.disqualified = Disqualified(self, model.disqualify)

    @property
    def is_disqualified(self):
        return self.disqualified.since is not None

    def moved(self, axis, origin, to, way, at, stayed, entered):
        self.diary.moved(axis, origin, to, way, at, stayed)
        if axis is self.model.pipeline.axis and self.model.pipeline.won:
            self.opportunities.moved(origin, to, way, entered, stayed, self.tracks[self.model.axes.index(axis)])
        if to is not None:
            self.reached.append(axis.stages[to])

    # Time.

    def pass_time(self, until, and_then=False):
        """What is due fires, the earliest first, before `until` (or at it, too)."""
        while True:
            due = min(self.timers(), key=lambda timer: timer[0], default=None)
            if due is None or due[0] > until or (due[0] == until and not and_then):
                return
            at, fire = due
            self.diary.covers(at)
            self.reached = []
            fire(at)
            self.triggers.hear(self.reached, at)
            if self.lead and fire != self.lead.fire and not self.is_disqualified:
                self.lead.watch(at)

    def timers(self):
        for track in self.tracks:
            at = track.stale_at(self.last_activity)
            if at is not None:
                yield at, track.go_stale
        if self.label_changes is not None:
            yield self.label_changes, self.relabel
        yield from self.carts.timers()
        yield from self.triggers.timers()
        yield from self.disqualified.timers()
        if self.lead:
            yield from self.lead.timers()

    # Events.

    def take(self, event):
        if event.message in self.seen:
            return
        self.seen.add(event.message)
        sent = self.carts.reminders()
        by_machine = self.mail.made_by_machine(event, sent)
        self.see(event, by_machine)
        if by_machine:
            return
        self.diary.covers(event.at)
        self.reached = []
        if self.traits.learn(event):
            self.persona = self.model.people.persona(self.traits)
            self.score.fits(self.model.people.fit(self.traits))
        is_sale = self.model.won.is_sale(event)
        news = self.orders.hear(event, is_sale)
        # Contracts concern no cart.
        about_carts = News("none") if is_sale else news
        if news.kind == "taken back":
            self.undo(news.order, event)
        self.come_by(event, news)
        reason = self.mail.hear(event)
        self.check_out(event, about_carts)
        self.carts.take(event, about_carts)
        self.mail.note(event, self.carts.reminders(), self.model.cart.campaigns)
        if reason:
            self.carts.end_all(event, reason)
        if self.lead:
            self.lead.sample(max(event.at, self.last_seen))
        if news.kind not in NO_RULES:
            self.act(event)
            self.relabel(event.at)
            self.triggers.take(event, self.reached)
            self.settle(event, news)
        self.touched(event)

    def settle(self, event, news):
        """What sales has to do with it: hand-overs, answers, what is won and lost."""
        answer = self.lead.take(event, news.kind == "placed") if self.lead else None
        if self.model.pipeline.won and not self.is_disqualified:
            self.model.won.settle(event, news, answer, self.tracks[self.model.axes.index(self.model.pipeline.axis)])

    def see(self, event, by_machine):
        self.first_seen = event.at if self.first_seen is None else min(self.first_seen, event.at)
        self.last_seen = max(self.last_seen or 0, event.at)
        if by_machine or not names.is_activity(event):
            return
        if self.last_activity is None or event.at > self.last_activity + self.model.session_gap:
            self.sessions += 1
        self.last_activity = max(self.last_activity or 0, event.at)
        if event.name in names.AT_THE_SHOP:
            self.last_at_the_shop = max(self.last_at_the_shop or 0, event.at)

    def check_out(self, event, news):
        """A visit stands at the furthest step of the checkout that it reached; it goes on by reaching a further one, or by ordering."""
        step = checkout.ORDERED if news.kind == "placed" else checkout.step_of(event)
        at = self.attempt
        if step is None or (at and event.at < at.since):
            return
        same_visit = at and at.visit == self.sessions
        if same_visit and step <= at.step:
            return
        if same_visit:
            self.diary.checkout.append((at.step, at.since, True))
        if step != checkout.ORDERED:
            self.diary.checkout.append((step, event.at, False))
        self.attempt = checkout.Attempt(step, event.at, self.sessions)

    def act(self, event):
        self.held = self.carts.held() if self.model.asks_for_cart else None
        if self.disqualified.take(event):
            return
        self.score.take(event)
        for track in self.tracks:
            track.take(event, self.sessions, self.held, self.model.session_gap)

    def relabel(self, at):
        """Judges the label, and finds when it changes by itself; only where something depends on it."""
        if not self.model.asks_for_labels:
            return
        at = max(at, self.last_seen)
        if not self.score.is_new and (self.label_changes is None or at < self.label_changes):
            return
        self.score.is_new = False
        before = self.score.label
        if self.score.relabel(at) and (before is None or (self.score.label or 0) > before):
            self.reached.append(self.score.name())
        self.label_changes = self.score.changes_at(at, self.model.lowest_label)

    def undo(self, order, event):
        """An order came to nothing: everybody stands where they would without it."""
        self.triggers.undo(order)
        for track in self.tracks:
            if track.stage is not None:
                track.undo(order, self.orders.standing(), event.at, self.sessions)

    def come_by(self, event, news):
        """Sources and campaigns that events name; an order's last touch is the newest before it."""
        campaign = event.context.get("campaign") or {}
        for kind, key in (("source", "source"), ("campaign", "name")):
            if campaign.get(key):
                self.sources[kind].append(campaign[key].strip()[:64])
        if news.kind == "placed":
            news.order.last = {kind: all_names[-1] if all_names else None for kind, all_names in self.sources.items()}

    def is_content(self, event):
        """An event that a model names and that is about something made to be read, seen or heard."""
        is_made = any(word in names.CONTENT for word in event.title.lower().split())
        return is_made and event.name not in names.KNOWN and event.name in self.model.event_names

    def touched(self, event):
        """What the seller made that reached somebody: content and campaigns."""
        if event.name in names.MAIL and event.name != names.DELAYED:
            what = "campaign"
        elif event.name in names.VIEWS or self.is_content(event):
            what = "content"
        else:
            return
        journey = next((track for track in self.tracks if track.axis.name == "journey"), None)
        if journey and journey.stage is not None:
            self.diary.touch(self.persona, journey.stage, what)

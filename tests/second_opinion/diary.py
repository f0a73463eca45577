"""What happened, fact by fact. The figures are made of it at the end."""

from collections import Counter


class Diary:
    def __init__(self):
        self.since = self.until = None
        self.moves = []
        # Steps of checkouts: which, since when, reached or left onward.
        self.checkout = []
        self.touches, self.triggers = Counter(), Counter()
        self.leads, self.answers, self.passed, self.answer_times = Counter(), Counter(), Counter(), []
        self.carts, self.reminders, self.outcomes, self.reversals = [], [], [], []

    def covers(self, at):
        self.since = at if self.since is None else min(self.since, at)
        self.until = at if self.until is None else max(self.until, at)

    def moved(self, axis, origin, to, way, at, stayed):
        self.moves.append((axis.name, origin, to, way, at, stayed))

    def touch(self, persona, stage, what):
        self.touches[persona, stage, what] += 1

    def cart(self, what, number, at):
        if number:
            self.carts.append((what, number, at))

    def reminder(self, step, episode, cart):
        self.reminders.append((step, episode, cart.value(), cart.currency))

    def outcome(self, kind, reason, episode, cart, step=None, by=None, worth=None):
        value, currency = worth or (cart.value(), cart.currency)
        self.outcomes.append((kind, reason, episode, step, value, currency, by))

    def reversal(self, reason, episode, value, currency):
        self.outcomes.append(("cart.reversed", reason, episode, None, value, currency, None))

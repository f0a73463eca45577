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
        self.carts, self.reminders, self.outcomes = [], [], []
        # Late or not, what it follows from, the episode, +1 or -1 (0: only worth less), what it is worth.
        self.recoveries = []

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

    def outcome(self, kind, reason, episode, cart, step=None):
        self.outcomes.append((kind, reason, episode, step, cart.value(), cart.currency))

    def recovered(self, past):
        kind = "cart.recovered-late" if past.is_late else "cart.recovered"
        self.outcomes.append((kind, "ordered", past.episode, None, past.value, past.currency))
        self.recoveries.append((past.is_late, past.by, past.episode, 1, past.value, past.currency))

    def reversal(self, past, reason, value, whole):
        self.outcomes.append(("cart.reversed", reason, past.episode, None, value, past.currency))
        self.recoveries.append((past.is_late, past.by, past.episode, -int(whole), -(value or 0), past.currency))

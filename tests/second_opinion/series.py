"""The reminders of a cart that was left: `[cart]` of a model."""

import times

REMINDED = "abandoned"
FAILED = "payment-failed"


class CartRules:
    def __init__(self, spec):
        def length(key, default):
            return times.length(spec.get(key, default))

        self.steps = [times.length(step) for step in spec.get("steps", ["1h", "24h", "72h"])]
        self.idle_on_site = spec.get("idle_on", "site") == "site"
        self.order_clears = spec.get("order_clears", "cart")
        self.cooldown = length("cooldown", "7d")
        self.forget_after = length("forget_after", "10d")
        self.grace = length("grace", "0s")
        self.click_window = length("click_window", "5d")
        self.open_window = length("open_window", "1d")
        self.payment_window = length("payment_window", "24h")
        self.late_window = length("late_window", "30d")
        self.order_ends_cooldown = spec.get("order_ends_cooldown", True)
        self.campaigns = spec.get("campaigns")
        least = spec.get("min_value")
        self.is_worth_it = (lambda value: value > 0) if least is None else (lambda value: least == "off" or value >= least)
        if spec.get("series", "prospect") != "prospect" or "not_by" in spec:
            raise ValueError("series for each cart and orders from elsewhere are not in here")


class Sent:
    """A reminder that left, and what a person did with it."""

    def __init__(self, step, episode, left):
        self.step, self.episode, self.left = step, episode, left
        self.opened = self.clicked = None
        # Its series was cancelled: nothing is recovered by it any more.
        self.void = False

    def may_lead_to(self, ordered):
        return not self.void and self.left <= ordered


class Series:
    """Idle, armed (nothing left yet), running, complete (the last step is done) or ended."""

    def __init__(self, sent=None):
        self.state = "idle"
        self.why = REMINDED
        self.episode = self.abandoned = self.last_step = None
        self.last_left = False
        self.done = 0
        self.sent = sent or []
        # What was in the cart when its reminders left: recovered is what of these is bought.
        self.goods = set()

    @property
    def is_live(self):
        return self.state in ("armed", "running")

    def due(self, rules, idle_since):
        """The latest of what the rules name; None: no step is pending."""
        if not self.is_live:
            return None
        idle = max(self.episode, idle_since if idle_since is not None else self.episode)
        at = idle + rules.steps[0]
        if self.done:
            delay, before = rules.steps[self.done], rules.steps[self.done - 1]
            at = max(at, self.abandoned + delay)
            if self.last_left:
                at = max(at, self.last_step + delay - before)
        return at + rules.grace

    def arm(self, at, why):
        sent, goods = self.sent, self.goods
        self.__init__(sent)
        self.goods = goods
        self.state, self.why, self.episode = "armed", why, at

    def step(self, rules, idle_since, at, left):
        """One more step left or was skipped; its number."""
        if self.done == 0:
            self.abandoned = max(self.episode, idle_since if idle_since is not None else self.episode)
        self.done += 1
        self.last_step, self.last_left = at, left
        self.state = "complete" if self.done == len(rules.steps) else "running"
        return self.done

    def void(self, which=lambda sent: True):
        for sent in filter(which, self.sent):
            sent.void = True
        if all(sent.void for sent in self.sent):
            self.goods = set()


def attribution(sent, ordered, rules):
    """What an order follows from: a click within its window before it, else an open within its own, else nothing."""

    def any_within(window, what):
        moments = [(getattr(s, what), s.left) for s in sent if not s.void and getattr(s, what) is not None]
        return window is not None and any(left <= at <= ordered <= at + window for at, left in moments)

    if any_within(rules.click_window, "clicked"):
        return "click"
    return "open" if any_within(rules.open_window, "opened") else None

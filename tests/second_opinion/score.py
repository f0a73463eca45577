"""Points that fade, and the label that they earn. `[score]` of a model."""

import times
from rules import Condition

MINUTE = times.MINUTE


class Group:
    def __init__(self, spec):
        self.name, self.cap = spec["name"], spec.get("cap")
        self.half_life = times.length(spec["half_life"])
        self.rules = [ScoreRule(rule) for rule in spec["rules"]]


class ScoreRule:
    def __init__(self, spec):
        self.condition, self.points = Condition(spec), spec["points"]
        self.at_most = None
        if "at_most" in spec:
            number, _, length = spec["at_most"].split()
            self.at_most = int(number), times.length(length)


class ScoreRules:
    def __init__(self, spec):
        self.groups = [Group(group) for group in spec.get("groups", [])]
        self.cap = spec.get("cap")
        asks = [(name, line if isinstance(line, dict) else {"score": line}) for name, line in spec.get("labels", {}).items()]
        self.labels = [(name, ask.get("score", 0), ask) for name, ask in asks]


class Score:
    """The score of one person by one model."""

    def __init__(self, rules):
        self.rules = rules
        self.points = {group.name: (0.0, 0) for group in rules.groups}
        self.uses = {}
        self.fit = 0.0
        self.label = None
        self.since = None
        # What was given or taken since the label was judged last.
        self.is_new = True

    def fits(self, points):
        self.is_new |= points != self.fit
        self.fit = points

    def take(self, event):
        """Adds what the event gives; whether it gave anything."""
        gave = False
        for group in self.rules.groups:
            for number, rule in enumerate(group.rules):
                if rule.condition.holds(event) and self.may_use((group.name, number), rule.at_most, event.at):
                    self.add(group, rule.points, event.at)
                    gave = True
        return gave

    def may_use(self, rule, at_most, at):
        """A period begins with the first use after the last one ended."""
        if at_most is None:
            return True
        number, length = at_most
        since, used = self.uses.get(rule, (None, 0))
        if since is None or at >= since + length:
            since, used = at, 0
        if used >= number:
            return False
        self.uses[rule] = since, used + 1
        return True

    def add(self, group, points, at):
        self.is_new = True
        held, as_of = self.points[group.name]
        if at >= as_of:
            held, as_of = held * fade(group, at - as_of) + points, at
        else:
            held += points * fade(group, as_of - at)
        self.points[group.name] = (held if group.cap is None else min(held, group.cap)), as_of

    def of_group(self, group, at):
        held, as_of = self.points[group.name]
        return held * fade(group, at - as_of)

    def engagement(self, at):
        return sum(self.of_group(group, at) for group in self.rules.groups)

    def total(self, at):
        total = self.engagement(at) + self.fit
        return total if self.rules.cap is None else min(total, self.rules.cap)

    def keep(self, share, at):
        """A reset: so much of every group's points stays."""
        self.is_new = True
        for group in self.rules.groups:
            self.points[group.name] = self.of_group(group, at) * share, max(at, self.points[group.name][1])

    # Labels: reached at their line, kept until the score is below it by 1 %, at least half a point, and was so a minute before.

    def label_at(self, at):
        now = self.total(at)
        place = self.earned(now, at)
        if self.label is not None and (place is None or place < self.label):
            kept = self.earned(max(now, self.total(at - MINUTE)), at)
            place = kept if kept is None or kept < self.label else self.label
        return place

    def earned(self, score, at):
        for place in reversed(range(len(self.rules.labels))):
            _, line, ask = self.rules.labels[place]
            if self.label is not None and place <= self.label:
                line -= max(abs(line) * 0.01, 0.5)
            if score >= line and self.meets(ask, place, at):
                return place
        return None

    def meets(self, ask, place, at):
        """A fit and an engagement besides; the fit has no margin, for it doesn't fade."""
        line = ask.get("engagement", float("-inf"))
        if self.label is not None and place <= self.label:
            line -= max(abs(line) * 0.01, 0.5)
        return self.fit >= ask.get("fit", float("-inf")) and self.engagement(at) >= line

    def relabel(self, at):
        """Judges anew; whether another label came of it."""
        before, self.label = self.label, self.label_at(at)
        if before != self.label:
            self.since = at
        return before != self.label

    def changes_at(self, at, lowest):
        """When the label changes with no event: the first instant, found by halving. Below the lowest that anything asks for it matters to
        nobody, unless points that were taken fade, and lift it."""
        is_lifted = any(points < 0 for points, _ in self.points.values())
        if not self.rules.labels or (not is_lifted and (self.label is None or self.label < lowest)):
            return None
        step, low = times.MINUTE, at
        while step < 4_000 * times.DAY:
            if self.label_at(low + step) != self.label:
                high = low + step
                while high - low > 1:
                    middle = (low + high) // 2
                    if self.label_at(middle) != self.label:
                        high = middle
                    else:
                        low = middle
                return high
            low, step = low + step, step * 1.5 // 1
            low, step = int(low), int(step)
        return None

    def name(self):
        return self.rules.labels[self.label][0] if self.label is not None else None


def fade(group, elapsed):
    return 1.0 if group.half_life is None else 0.5 ** (elapsed / group.half_life)

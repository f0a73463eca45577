"""Between marketing and sales: `[hand_over]` of a model."""

import times
from rules import Condition

ANSWERS = {
    "accepted": "Lead Accepted", "rejected": "Lead Rejected", "recycled": "Lead Recycled", "lost": "Lead Lost",
    "won": "Lead Won", "no-show": "Lead No-Show",
}
MQL, SQL = "MQL", "SQL"
WITH_SALES = ("waiting", "reminded", "working")


class HandOverRules:
    def __init__(self, spec):
        mql, sql = spec["mql"], spec.get("sql", {})
        self.lines = [(SQL, sql.get("label")), (MQL, mql["label"])]
        self.sla = {MQL: times.length(mql["sla"]), SQL: times.length(sql.get("sla", mql["sla"]))}
        self.grace = times.length(mql.get("grace", "24h"))
        self.age = times.length(sql.get("age", "90d"))
        self.again_after = times.length(spec.get("again_after", "30d"))
        self.reset = spec.get("reset", {"keep": 0.5})
        self.reason = spec.get("reason", "reason")
        own = spec.get("answers", {})
        self.answers = [(name, Condition(as_spec(own.get(name, event)))) for name, event in ANSWERS.items()]

    def answer(self, event):
        return next((name for name, condition in self.answers if condition.holds(event)), None)

    def keeps(self, why):
        return self.reset.get(why, self.reset).get("keep", 1.0)


def as_spec(on):
    return on if isinstance(on, dict) else {"on": on}


class Lead:
    """One person's lead: with marketing (free, back, won) or with sales (waiting, reminded, working)."""

    def __init__(self, person, rules, tell):
        self.person, self.rules, self.tell = person, rules, tell
        self.stand, self.level = "free", None
        self.handed_over = self.due = self.answer = None
        self.answered = self.again_from = 0
        self.below = False
        self.origin = ()

    @property
    def is_with_sales(self):
        return self.stand in WITH_SALES

    def wanted(self):
        """For which line the label is enough; for none while nobody is handed over."""
        if self.person.is_disqualified:
            return None
        labels = [name for name, _, _ in self.person.score.rules.labels]
        place = self.person.score.label
        for level, label in self.rules.lines:
            if label is not None and place is not None and place >= labels.index(label):
                return level
        return None

    def become(self, stand):
        if stand == "waiting" and not self.is_with_sales:
            self.tell.leads["handed over"] += 1
        if self.stand in ("waiting", "reminded", "back") and stand in ("working", "won"):
            self.tell.leads["taken"] += 1
        self.stand = stand

    def count(self, what, number=1):
        """How far hand-overs got, by the first source and the persona that it had then."""
        for by, name in self.origin:
            self.tell.passed[by, name, what] += number

    def say(self, what, reason=""):
        self.tell.answers[self.level, what, reason] += 1

    def take(self, event):
        if self.person.is_disqualified:
            if self.is_with_sales:
                self.give_back(event.at, "returned", "disqualified")
            return
        self.hear(event)
        self.watch(event.at)

    def watch(self, at):
        """Hands over when the label says so and it may be."""
        level = self.wanted()
        if self.stand == "free" and level:
            self.hand_over(level, at)
        elif self.stand in ("waiting", "reminded") and level == SQL and self.level == MQL:
            self.level = SQL
            self.due = min(self.due, at + self.rules.sla[SQL])
            self.count("mql_to_sql")
            self.say("handed-over")
        elif self.stand in ("back", "won"):
            if level is None:
                self.below, self.due = True, None
            elif self.below and at >= self.again_from:
                self.hand_over(level, at)
            elif self.below:
                self.due = self.again_from

    def hand_over(self, level, at):
        self.become("waiting")
        self.level, self.handed_over, self.due = level, at, at + self.rules.sla[level]
        self.answer, self.answered, self.below = None, 0, False
        sources = self.person.sources["source"]
        self.origin = (("source", sources[0] if sources else None), ("persona", self.person.persona))
        self.count(level.lower())
        self.say("handed-over")

    def give_back(self, at, what, reason):
        if self.stand == "won":
            self.count("won", -1)
        self.count("mql_back" if self.level == MQL and self.stand != "won" else "sql_back")
        self.become("back")
        self.answer = None if what == "returned" else what
        self.due, self.below, self.again_from = None, False, at + self.rules.again_after
        self.say(what, reason)
        if what != "returned":
            self.say("returned")

    def go_back(self, at, why, what, reason):
        self.give_back(at, what, reason)
        self.person.score.keep(self.rules.keeps(why), at)
        self.person.relabel(at)

    def hear(self, event):
        answer = self.rules.answer(event)
        if not answer or self.stand == "free" or event.at < max(self.handed_over, self.answered):
            return
        if (self.stand, answer) in (("working", "accepted"), ("won", "accepted"), ("won", "no-show"), ("won", "won")):
            return
        refused = answer in ("rejected", "recycled", "lost")
        if self.stand == "back" and self.answer and (refused or answer == "no-show"):
            return
        if self.answer is None:
            self.tell.answer_times.append(max(0, event.at - self.handed_over))
            self.tell.leads["answered in time"] += self.stand == "waiting"
        self.answered, self.answer = event.at, answer
        reason = str(event.get(self.rules.reason) or "").strip()
        if refused and self.stand != "back":
            self.go_back(event.at, answer, answer, reason)
            return
        was_back = self.stand == "back"
        if answer in ("accepted", "won"):
            if was_back:
                self.count("mql_back" if self.level == MQL else "sql_back", -1)
            if self.level == MQL:
                self.count("mql_to_sql")
            if answer == "won":
                self.count("won")
        if answer == "won":
            self.become("won")
            self.due, self.below, self.again_from = None, False, event.at + self.rules.again_after
        elif answer == "accepted":
            self.become("working")
            self.due = None if self.rules.age is None else event.at + self.rules.age
        elif answer == "no-show" and self.stand in ("waiting", "reminded"):
            self.become("waiting")
            self.due = event.at + self.rules.sla[self.level]
        self.say(answer, reason)
        if answer == "accepted" and (was_back or self.level == MQL):
            self.handed_over = event.at if was_back else self.handed_over
            self.level = SQL
            self.say("handed-over")

    def timers(self):
        if self.due is not None:
            yield self.due, self.fire

    def fire(self, at):
        self.due = None
        if self.stand == "waiting":
            self.become("reminded")
            self.due = at + self.rules.grace
            self.say("reminded")
        elif self.stand == "reminded":
            self.go_back(at, "no-answer", "returned", "no-answer")
        elif self.stand == "working":
            self.go_back(at, "aged", "returned", "aged")
        self.watch(at)

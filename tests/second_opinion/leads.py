"""Between marketing and sales: `[hand_over]` of a model."""

import times
from names import SALES
from rules import Condition
from times import Office

ANSWERS = {
    "accepted": "Lead Accepted", "rejected": "Lead Rejected", "recycled": "Lead Recycled", "lost": "Lead Lost",
    "won": "Lead Won", "no-show": "Lead No-Show",
}
MQL, SQL = "MQL", "SQL"
WITH_SALES = ("waiting", "reminded", "working")
# Nobody of sales has said anything: it takes nothing and starts no waiting time.
SILENCE = ("no-answer", "aged")


class HandOverRules:
    def __init__(self, spec, labels):
        mql, sql = spec["mql"], spec.get("sql", {})
        self.lines = [(SQL, sql.get("label")), (MQL, mql["label"])]
        self.sla = {MQL: times.length(mql["sla"]), SQL: times.length(sql.get("sla", mql["sla"]))}
        self.grace = times.length(mql.get("grace", "24h"))
        self.age = times.length(sql.get("age", "90d"))
        self.again_after = times.length(spec.get("again_after", "30d"))
        asks = labels[mql["label"]] if isinstance(labels[mql["label"]], dict) else {"score": labels[mql["label"]]}
        rise = spec.get("again_rise", asks.get("score", 0) / 5)
        self.again_rise, self.fit = (None if rise == "off" else rise), asks.get("fit", float("-inf"))
        self.hand_raise = Condition(as_spec(spec.get("hand_raise", [])))
        self.hand_raise_waits, self.customers = spec.get("hand_raise_waits", True), spec.get("customers", False)
        self.out_too = spec.get("disqualified_accounts", False)
        self.office = Office(spec) if "office_hours" in spec else None
        self.reset, self.reason = spec.get("reset", {"keep": 0.5}), spec.get("reason", "reason")
        own = spec.get("answers", {})
        self.answers = [(name, Condition(as_spec(own.get(name, event)))) for name, event in ANSWERS.items()]

    def answer(self, event):
        return next((name for name, condition in self.answers if condition.holds(event)), None)

    def keeps(self, why):
        if why in SILENCE:
            return self.reset.get(why, {"keep": 1.0}).get("keep", 1.0)
        return self.reset.get(why, self.reset).get("keep", 1.0)

    def after(self, at, length):
        """So long after, or so long of the time in which the office is open."""
        return at + length if self.office is None else self.office.after(at, length)


def as_spec(on):
    return on if isinstance(on, dict) else {"on": on}


class Lead:
    """One person's lead: with marketing (free, back, won) or with sales (waiting, reminded, working)."""

    def __init__(self, person, rules, tell):
        self.person, self.rules, self.tell = person, rules, tell
        self.stand, self.level = "free", None
        self.handed_over = self.due = self.answer = None
        self.answered = self.again_from = 0
        # Since it went back: the lowest engagement, and what has spoken for it anew.
        self.lowest, self.below, self.risen, self.raised = 0.0, False, False, False
        # Of this hand-over: sales said something, took it; sales found it by itself.
        self.spoken = self.taken = self.found = False
        # Why leads of the company are not handed over, and why this one was held back.
        self.barred = self.held = None
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

    @property
    def is_customer(self):
        return not self.rules.customers and self.has_bought

    @property
    def has_bought(self):
        """And is a customer still: who was led back by an event is none any more."""
        if self.stand != "won" and not self.person.orders.standing():
            return False
        pipeline, after = self.person.model.pipeline, None
        if not pipeline.won:
            return True
        track = self.person.tracks[self.person.model.axes.index(pipeline.axis)]
        for stop in reversed(track.way):
            if stop.stage >= pipeline.won:
                return after is None or after.how != "back"
            after = stop
        return True

    # What is counted.

    def count(self, what, number=1):
        """How far hand-overs got, by the first source and the persona that it had then; what sales found is no hand-over."""
        for by, name in self.origin:
            if not self.found or what.startswith("found"):
                self.tell.passed[by, name, what] += number

    def say(self, what, reason=""):
        self.tell.answers[self.level, what, reason] += 1

    # Over to sales.

    def sample(self, at):
        """Points fade: before an event is when the engagement is lowest."""
        if self.stand in ("back", "won") and not self.person.is_disqualified:
            self.lowest = min(self.lowest, self.person.score.engagement(at))

    def take(self, event, is_sale):
        """The answer of sales, if the event is one that counts."""
        if self.person.is_disqualified:
            if self.is_with_sales:
                self.give_back(event.at, "returned", "disqualified")
            return None
        answer = self.hear(event, is_sale)
        if self.rules.hand_raise.holds(event) and self.person.score.fit >= self.rules.fit and self.stand in ("back", "won"):
            self.raised = True
            if not self.rules.hand_raise_waits and not self.is_customer:
                self.hand_over(MQL, event.at)
        self.watch(event.at)
        return answer

    def watch(self, at):
        """Hands over when the label says so and it may be."""
        level = self.wanted()
        if self.stand in ("waiting", "reminded"):
            if (level, self.level) == (SQL, MQL):
                self.level = SQL
                self.due = min(self.due, self.rules.after(at, self.rules.sla[SQL]))
                self.count("mql_to_sql")
                self.say("handed-over")
        elif self.is_customer or self.is_with_sales:
            return
        elif self.stand == "free":
            if level:
                self.hand_over(level, at)
            else:
                self.held = None
        else:
            self.watch_again(level, at)

    def watch_again(self, level, at):
        engagement = self.person.score.engagement(at)
        self.lowest = min(self.lowest, engagement)
        if level is None:
            self.below, self.risen = True, False
        elif self.below or (self.rules.again_rise is not None and engagement - self.lowest >= self.rules.again_rise - 1e-6):
            self.risen = True
        self.due = None
        if self.risen or self.raised:
            if at >= self.again_from:
                self.hand_over(level or MQL, at)
            else:
                self.due = self.again_from
        else:
            self.held = None

    def hear_of_company(self, at):
        """Its company bars its leads, or does no more."""
        if self.person.is_disqualified:
            return
        if self.barred is None:
            self.watch(at)
        elif self.barred == "account-disqualified" and self.stand in ("waiting", "reminded"):
            # Sales needn't answer any more; it is as good as before.
            self.give_back(at, "returned", self.barred)
            self.again_from, self.below, self.risen, self.held = at, True, True, self.barred

    def hand_over(self, level, at):
        if self.barred:
            self.due = None
            if self.held != self.barred:
                self.held = self.barred
                self.tell.answers[level, "held-back", self.held] += 1
            return
        self.held = None
        self.stand, self.found = "waiting", False
        self.tell.leads["handed over"] += 1
        self.level, self.handed_over, self.due = level, at, self.rules.after(at, self.rules.sla[level])
        self.answer, self.answered = None, 0
        self.spoken = self.taken = self.below = self.risen = self.raised = False
        self.comes_from()
        self.count(level.lower())
        self.say("handed-over")

    def comes_from(self):
        sources = self.person.sources["source"]
        self.origin = (("source", sources[0] if sources else None), ("persona", self.person.persona))

    # Back to marketing.

    def give_back(self, at, what, reason):
        if self.stand == "won":
            # It came to nothing.
            self.tell.answers[self.level, "won", ""] -= 1
        self.count("mql_back" if self.level == MQL else "sql_back")
        self.stand = "back"
        self.answer = None if what == "returned" else what
        self.due = None
        self.settle(at if reason in SILENCE and what == "returned" else at + self.rules.again_after, at)
        self.say(what, reason)
        if what != "returned":
            self.say("returned")

    def settle(self, again_from, at):
        """Nothing that was before speaks for handing it over again."""
        self.below = self.risen = self.raised = False
        self.again_from, self.lowest = again_from, self.person.score.engagement(at)

    def go_back(self, at, why, what, reason):
        self.give_back(at, what, reason)
        self.person.score.keep(self.rules.keeps(why), at)
        self.person.relabel(at)
        self.lowest = self.person.score.engagement(at)

    # What sales says, and sales.

    def hear(self, event, is_sale):
        said = self.rules.answer(event)
        answer = "won" if is_sale else said
        if not answer or not self.counts(answer, event):
            return None
        if self.stand == "free" and answer != said:
            # It bought by itself: no lead that sales ever had.
            return None
        if self.stand == "free":
            self.find(event.at)
        elif not self.spoken:
            self.spoken = True
            self.tell.answer_times.append(max(0, event.at - self.handed_over))
            self.tell.leads["answered in time"] += self.stand == "waiting"
        before, self.answered, self.answer = self.answer, event.at, answer
        reason = str(event.get(self.rules.reason) or "").strip()
        if answer in ("rejected", "recycled", "lost"):
            if self.stand == "back":
                self.say(answer, reason)
            else:
                self.go_back(event.at, answer, answer, reason)
        else:
            self.keep(answer, reason, event.at, before)
        return answer

    def counts(self, answer, event):
        """Not what is old, said twice, or refuses what was never handed over."""
        refuses = answer in ("rejected", "recycled", "no-show")
        if self.stand == "free":
            return not refuses
        if event.at < max(self.handed_over, self.answered):
            return False
        if self.stand == "won" and answer == "lost" and self.person.orders.standing()[-1].event.name in SALES:
            raise ValueError("what sales won and lost again is not in here")
        # A sale that stands is not refused.
        if self.stand == "won" or (self.stand, answer) == ("working", "accepted"):
            return False
        return not (self.stand == "back" and self.answer and (refuses or answer == "lost"))

    def find(self, at):
        """Sales has or had it without a hand-over."""
        self.found, self.level, self.handed_over = True, SQL, at
        self.spoken = self.taken = True
        self.comes_from()
        self.count("found")

    def keep(self, answer, reason, at, before):
        was_back = self.stand == "back"
        if answer in ("accepted", "won"):
            if was_back and before == "lost":
                self.tell.answers[self.level, "lost", ""] -= 1
            if was_back:
                self.count("mql_back" if self.level == MQL else "sql_back", -1)
            if self.level == MQL:
                self.count("mql_to_sql")
            if not self.taken:
                self.taken = True
                self.tell.leads["taken"] += 1
        is_new = was_back or self.level == MQL or (self.found and self.stand == "free")
        if answer == "won":
            self.count("found_won" if self.found else "won")
            self.stand, self.due = "won", None
            self.settle(at + self.rules.again_after, at)
        elif answer == "accepted":
            self.stand = "working"
            self.due = None if self.rules.age is None else at + self.rules.age
        elif self.stand in ("waiting", "reminded"):
            self.stand, self.due = "waiting", self.rules.after(at, self.rules.sla[self.level])
        self.say(answer, reason)
        if answer == "accepted" and is_new:
            self.handed_over = at if was_back else self.handed_over
            self.level = SQL
            self.say("handed-over")

    def timers(self):
        if self.due is not None:
            yield self.due, self.fire

    def fire(self, at):
        self.due = None
        if self.stand == "waiting":
            self.stand = "reminded"
            self.due = self.rules.after(at, self.rules.grace)
            self.say("reminded")
        elif self.stand == "reminded":
            self.go_back(at, "no-answer", "returned", "no-answer")
        elif self.stand == "working":
            self.go_back(at, "aged", "returned", "aged")
        self.watch(at)

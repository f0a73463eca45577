"""No buyer, for now, and back again: `[disqualify]` and `[re_entry]` of a model."""

import times
from rules import Condition


class DisqualifyRules:
    def __init__(self, spec):
        self.out = [Condition(rule) for rule in spec.get("disqualify", {}).get("rules", [])]
        back = spec.get("re_entry", {})
        self.back = [Condition(rule) for rule in back.get("rules", [])]
        self.after = times.length(back.get("after", "off"))
        self.anew, self.reset = back.get("to", "resume") == "anew", back.get("score", "keep") == "reset"


class Disqualified:
    def __init__(self, person, rules):
        self.person, self.rules = person, rules
        self.since, self.returned = None, 0
        self.stood = []

    def take(self, event):
        """Whether nothing else of the event counts: it takes out, or leaves out, or brings back."""
        if self.since is not None:
            if event.at >= self.since and any(rule.holds(event) for rule in self.rules.back):
                self.bring_back(event.at, event)
            return True
        if event.at >= self.returned and any(rule.holds(event) for rule in self.rules.out):
            self.since = event.at
            self.stood = [track.leave(event.at) for track in self.person.tracks]
            return True
        return False

    def bring_back(self, at, event=None):
        since, self.since, self.returned = self.since, None, at
        if self.rules.reset:
            self.person.score.keep(0.0, at)
        if event:
            self.person.score.take(event)
        for track, stood in zip(self.person.tracks, self.stood):
            track.come_back(None if self.rules.anew else stood, stood is not None, at, since, event, self.person)
        self.person.relabel(at)

    def timers(self):
        if self.since is not None and self.rules.after is not None:
            yield self.since + self.rules.after, self.bring_back

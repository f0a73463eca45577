"""Companies behind the buyers and their buying groups: `[accounts]` of a model, and the figures of accounts."""

import unicodedata
from collections import defaultdict

import times
from arithmetic import share, trust
from names import plain
from rules import Condition, all_pass

LEGAL_FORMS = ("pteltd", "pvtltd", "ltd", "gmbh", "inc", "llc", "ag", "ab", "sas", "sl", "srl", "bv")
GROUP, TRAIT, MAIL = 3, 2, 1
KEPT_EMPTY = 30 * times.DAY


def letters(name):
    """No case, no accents, no signs."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else "" if c == "." else " " for c in bare).split()


def of_name(name):
    """The account that a company's name means, with `join = "names-and-domains"`."""
    words = letters(name)
    while len(words) > 1:
        form = next((n for n in (2, 1) if len(words) > n and "".join(words[-n:]) in LEGAL_FORMS), 0)
        if not form:
            break
        words = words[:-form]
    return "".join(words)


def of_domain(domain):
    """acme.com is Acme."""
    return "".join(letters(domain.split(".")[-2]))


class AccountRules:
    def __init__(self, spec):
        if spec.get("join") != "names-and-domains" or "roles" in spec["consensus"] or "aliases" in spec or "score" in spec:
            raise ValueError("other ways to join companies and to agree are not in here")
        self.stage, self.of, self.deciders = (spec["consensus"].get(key) for key in ("stage", "of", "deciders"))
        self.roles = spec.get("roles", [])
        self.out = Condition(spec.get("disqualified", {"on": "Account Disqualified"}))
        self.back = Condition(spec.get("reopened", {"on": "Account Reopened"}))

    def role(self, traits):
        return next((role["name"] for role in self.roles if all_pass(role["where"], traits.get)), None)


def claim(event):
    """What an event says of the company: how sure, and which account."""
    if event.call == "group":
        name = event.traits.get("name") or event.group
        return (GROUP, of_name(name)) if name else None
    traits = event.traits or event.context.get("traits") or {}
    if traits.get("company"):
        return TRAIT, of_name(traits["company"])
    if "@" in traits.get("email", ""):
        return MAIL, of_domain(traits["email"].rpartition("@")[2])
    return None


class Accounts:
    """All companies: who belongs to which since when, and which is out as a whole."""

    def __init__(self, rules):
        self.rules = rules
        # Person = (how sure, said when, account). Account = when the last one left it, or whether and since when it is out.
        self.of, self.left, self.out = {}, {}, {}
        # Account = who bought; why its people are not handed over.
        self.buyers, self.bars = defaultdict(set), {}

    def before(self, person, event):
        """Where the person belongs, and whether that company is out: a hand-over by this very event asks."""
        said = claim(event)
        if said:
            sure, account = said
            before = self.of.get(person, (0, 0, None))
            if (sure, event.at) >= before[:2]:
                self.of[person] = sure, event.at, account
                if before[2] not in (None, account):
                    self.left[before[2]] = event.at
        if person in self.of:
            for rule, is_out in ((self.rules.out, True), (self.rules.back, False)):
                if rule.holds(event):
                    self.out[self.of[person][2]] = is_out
        return self.hear(person, event.at)

    def after(self, person, heard, at):
        """Somebody may have bought; those hear it who belong to the company."""
        account = self.of.get(person, (0, 0, None))[2]
        if account is not None:
            bought = person.lead and person.lead.has_bought
            (self.buyers[account].add if bought else self.buyers[account].discard)(person)
            heard += self.hear(person, at)
        for lead in heard:
            lead.hear_of_company(at)

    def hear(self, person, at):
        """Whose company bars their leads now and did not, or the other way round."""
        account = self.of.get(person, (0, 0, None))[2]
        if account is None or not person.lead:
            return []
        rules, bar = person.lead.rules, None
        if self.buyers[account] and not rules.customers:
            bar = "account-customer"
        if self.out.get(account) and not rules.out_too:
            bar = "account-disqualified"
        heard = [person] if self.bars.get(account) == bar else [p for p, (*_, a) in self.of.items() if a == account]
        self.bars[account] = bar
        for one in heard:
            if one is not person:
                one.pass_time(at, and_then=True)
        heard = [one.lead for one in heard if one.lead.barred != bar]
        for lead in heard:
            lead.barred = bar
        return heard

    def figures(self, model, until):
        groups = defaultdict(list)
        for person, (*_, account) in self.of.items():
            groups[account].append(person)
        for account, left in self.left.items():
            if account not in groups and until < left + KEPT_EMPTY:
                groups[account] = []
        number = next(n for n, axis in enumerate(model.axes) if axis.name == "journey")
        stages = model.axes[number].stages
        agree = {account for account, group in groups.items() if not self.out.get(account) and self.agrees(group, number, stages)}
        out = {account for account in groups if self.out.get(account)}
        stands = {account: stage_of(group, number, len(stages)) for account, group in groups.items()}
        asked = len(groups) - len(out)
        return [{
            "model": model.name,
            "accounts": len(groups),
            "open": asked - len(agree),
            "consensus": len(agree),
            "disqualified": len(out),
            "members": sum(map(len, groups.values())),
            "consensus_rate": share(len(agree), asked),
            "consensus_rate_trust": trust(len(agree), asked),
            "journey": [
                {"stage": name, "accounts": sum(at == n for at in stands.values()), "consensus": sum(stands[a] == n for a in agree)}
                for n, name in enumerate(stages)
            ],
            "funnel": [],
        }]

    def agrees(self, group, number, stages):
        """All deciders that are known have come so far, `of` of them at least."""
        wanted = stages.index(self.rules.stage)
        asked = [p for p in group if not p.is_disqualified]
        if self.rules.deciders is not None:
            asked = [p for p in asked if self.rules.role(p.traits) in self.rules.deciders]
        agreed = sum(p.tracks[number].stage is not None and p.tracks[number].stage >= wanted for p in asked)
        return agreed >= self.rules.of and (self.rules.deciders is None or agreed == len(asked))


def stage_of(group, number, stages):
    """The furthest stage that more than half of the members have come to."""
    at = [p.tracks[number].stage for p in group if not p.is_disqualified]
    reached = [n for n in range(stages) if 2 * sum(s is not None and s >= n for s in at) > len(at)]
    return max(reached, default=None)

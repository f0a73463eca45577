"""Who somebody is: traits, persona, fit. `[[personas]]` and `[fit]` of a model."""

import tomllib
from pathlib import Path

from events import deep
from rules import all_pass
from titles import TRAITS as TITLES


class PeopleRules:
    def __init__(self, spec, folder):
        self.personas = spec.get("personas", [])
        fit = spec.get("fit", {})
        include = fit.get("include", [])
        self.fit_rules = list(fit.get("rules", []))
        for name in [include] if isinstance(include, str) else include:
            with open(Path(folder).parent / "fit" / f"{name}.toml", "rb") as file:
                self.fit_rules += tomllib.load(file)["rules"]
        self.cap = fit.get("cap")

    def persona(self, traits):
        """The first that fits; one without `where` fits everybody."""
        return next((p["name"] for p in self.personas if all_pass(p.get("where", {}), traits.get)), None)

    def fit(self, traits):
        points = sum(rule["points"] for rule in self.fit_rules if all_pass(rule["where"], traits.get))
        return float(points if self.cap is None else min(points, self.cap))


class Traits:
    """What was said of a person, and with `group.` in front of the company. The newest by the event's time counts."""

    def __init__(self):
        self.said = []

    def learn(self, event):
        if event.call == "group":
            self.said.append((event.at, "group.", event.traits))
        elif event.traits or event.context.get("traits"):
            self.said.append((event.at, "", event.traits or event.context["traits"]))
        else:
            return False
        self.said.sort(key=lambda one: one[0])
        return True

    def get(self, name):
        if name in TITLES:
            return self.title()
        prefix = "group." if name.startswith("group.") else ""
        for _, about, traits in reversed(self.said):
            if about == prefix:
                value = deep(traits, name.removeprefix(prefix))
                if value is not None:
                    return value
        return None

    def title(self):
        """Under whichever name it was said last."""
        for _, about, traits in reversed(self.said):
            said = next((deep(traits, name) for name in TITLES if deep(traits, name)), None) if not about else None
            if said:
                return said
        return None

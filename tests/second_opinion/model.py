"""A model file, as far as the figures need it."""

import tomllib
from pathlib import Path

import dictionary
import times
import triggers
from companies import AccountRules
from disqualified import DisqualifyRules
from journey import Axis
from leads import HandOverRules
from names import plain
from opportunities import Pipeline
from people import PeopleRules
from score import ScoreRules
from series import CartRules
from won import WonRules

SHIPPED = Path(__file__).parents[2] / "config" / "models"


class Model:
    def __init__(self, path):
        with open(path, "rb") as file:
            spec = tomllib.load(file)
        self.spec, self.name = spec, spec["name"]
        self.session_gap = times.length(spec.get("session_gap", "30m"))
        self.axes = [Axis(name, spec[name]) for name in ("journey", "funnel") if name in spec]
        self.pipeline = Pipeline(self.axes, spec.get("won", {}))
        self.cart = CartRules(spec.get("cart", {}))
        self.asks_for_cart = any(move.cart for axis in self.axes for move in axis.moves)
        self.personas = [persona["name"] for persona in spec.get("personas", [])]
        self.people = PeopleRules(spec, SHIPPED)
        self.score = ScoreRules(spec.get("score", {}))
        self.triggers = triggers.read(spec, SHIPPED)
        self.hand_over = HandOverRules(spec["hand_over"], spec["score"]["labels"]) if "hand_over" in spec else None
        self.accounts = AccountRules(spec["accounts"]) if "accounts" in spec else None
        answer = self.hand_over.answer if self.hand_over else lambda event: None
        self.won = WonRules(spec.get("won", {}), self.pipeline, answer)
        self.disqualify = DisqualifyRules(spec)
        asked = [label for _, label in self.hand_over.lines] if self.hand_over else []
        asked += [trigger.after_label for trigger in self.triggers]
        places = [n for n, (name, *_) in enumerate(self.score.labels) if name in asked]
        self.asks_for_labels, self.lowest_label = bool(places), min(places, default=0)
        self.event_names = {plain(name) for name in named(spec)}.union(*(t.after.names for t in self.triggers))
        self.heard = dictionary.heard_as(self.event_names)


def named(spec):
    """Every event that some rule of the model names."""
    if isinstance(spec, list):
        for one in spec:
            yield from named(one)
    elif isinstance(spec, dict):
        for key, value in spec.items():
            if key == "on" and value != "*":
                yield from [value] if isinstance(value, str) else value
            else:
                yield from named(value)

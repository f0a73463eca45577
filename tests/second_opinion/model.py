"""A model file, as far as the figures need it."""

import tomllib

import times
from journey import Axis
from names import plain
from series import CartRules


class Model:
    def __init__(self, path):
        with open(path, "rb") as file:
            spec = tomllib.load(file)
        self.spec, self.name = spec, spec["name"]
        self.session_gap = times.length(spec.get("session_gap", "30m"))
        self.axes = [Axis(name, spec[name]) for name in ("journey", "funnel") if name in spec]
        self.cart = CartRules(spec.get("cart", {}))
        self.asks_for_cart = any(move.cart for axis in self.axes for move in axis.moves)
        self.personas = [persona["name"] for persona in spec.get("personas", [])]
        self.event_names = {plain(name) for name in named(spec)}


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

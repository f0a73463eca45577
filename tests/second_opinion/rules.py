"""What a rule of a model listens to: `on`, `where`, `times` with `within`, `same` and `distinct`."""

import re

import answers
import times
import titles
from names import is_by_buyer, plain


def numeric(value):
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def equals(value, wanted):
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(wanted, (int, float)):
        return numeric(value) == wanted
    return value == wanted


def in_range(compare):
    def test(value, bound):
        number = numeric(value)
        return number is not None and compare(number, bound)

    return test


TESTS = {
    "equals": equals,
    "one_of": lambda value, all_wanted: any(equals(value, wanted) for wanted in all_wanted),
    "prefix": lambda value, text: isinstance(value, str) and value.startswith(text),
    "contains": lambda value, text: isinstance(value, str) and text in value,
    "regex": lambda value, pattern: isinstance(value, str) and re.search(pattern, value) is not None,
    "at_least": in_range(lambda number, bound: number >= bound),
    "at_most": in_range(lambda number, bound: number <= bound),
    "more_than": in_range(lambda number, bound: number > bound),
    "less_than": in_range(lambda number, bound: number < bound),
    "exists": lambda value, wanted: (value is not None) == wanted,
    "not": lambda value, tests: not passes(value, tests),
    "seniority": titles.has_seniority,
    "function": titles.has_function,
    "answer": answers.means,
    "months": lambda value, tests: (months := answers.months(value)) is not None and passes(months, tests),
}


def passes(value, tests):
    """A bare value means equals, a list one of; of several tests all must hold."""
    if isinstance(tests, list):
        return TESTS["one_of"](value, tests)
    if not isinstance(tests, dict):
        return equals(value, tests)
    return all(TESTS[name](value, wanted) for name, wanted in tests.items())


def all_pass(where, look_up):
    return all(passes(look_up(name), tests) for name, tests in where.items())


class Condition:
    """`on` and `where`."""

    def __init__(self, spec):
        on = spec.get("on", [])
        self.any = on == "*"
        self.names = {plain(name) for name in ([on] if isinstance(on, str) else on)}
        self.where = spec.get("where", {})

    def names_it(self, event):
        return event.name in self.names

    def holds(self, event):
        if self.any:
            heard = is_by_buyer(event)
        else:
            heard = event.name in self.names
        return heard and all_pass(self.where, event.get)


class Count:
    """How often a rule has been met by one person: is this the n-th time?"""

    def __init__(self, spec):
        self.times = spec["times"]
        self.within = times.length(spec["within"]) if "within" in spec else None
        self.same, self.distinct = spec.get("same"), spec.get("distinct")

    def met(self, seen, event):
        """`seen`: what was met before, kept by the caller for each person."""
        same = event.get(self.same) if self.same else None
        other = self.value_of(event, self.distinct) if self.distinct else None
        if self.distinct and other is None:
            return False
        near = [(a, s, o) for a, s, o in seen if s == same and (self.within is None or abs(a - event.at) <= self.within)]
        if self.distinct:
            number = len({o for _, _, o in near} | {other})
        else:
            number = len(near) + 1
        seen.append((event.at, same, other))
        return number >= self.times

    def enough(self, seen, at):
        """Whether what was met is enough at a time."""
        return len([a for a, _, _ in seen if self.within is None or at - a <= self.within]) >= self.times

    @staticmethod
    def value_of(event, name):
        if name == "product_id":
            products = event.products()
            if len(products) == 1:
                return products[0].get("product_id") or products[0].get("sku")
        return event.get(name)

"""Raw events as `simulate` writes them, in the order in which they are taken in."""

import heapq
import json

import times
from names import names, plain

SKEW = 5 * times.MINUTE
ABOUT_PRODUCTS = names("Product Added", "Product Removed", "Product Viewed", "Cart Updated", "Wishlist Product Added to Cart",
                       "Product Added to Wishlist", "Reviews Viewed", "Product Clicked", "Product Shared", "Product Reviewed",
                       "Price Dropped", "Back In Stock")
ORDER_IDS = ("order_id", "contract_id", "deal_id", "opportunity_id")

# What pages are for, by the first part of the path that is one of these: those that shops of `simulate` have.
PAGE_KINDS = {
    "pricing": "pricing", "plans": "pricing", "magazine": "magazine", "blog": "magazine", "resources": "magazine", "help": "help",
    "support": "help", "careers": "careers", "jobs": "careers", "case-studies": "case-study", "customers": "case-study",
    "compare": "comparison", "comparison": "comparison", "solutions": "solution",
}


def page_kind(path):
    return next((PAGE_KINDS[part] for part in path.split("/") if part in PAGE_KINDS), None)


def stars(rating):
    """On a scale of one to five: the smallest of 5, 10 and 100 that holds it."""
    if not isinstance(rating, (int, float)):
        return None
    return next((rating * 5 / best for best in (5, 10, 100) if 0 <= rating <= best), None)


class Event:
    def __init__(self, topic, raw, heard):
        if "sentAt" in raw:
            raise ValueError("clocks that have to be corrected are not in here")
        self.topic = topic
        self.person = raw.get("userId") or raw["anonymousId"]
        call = raw.get("type", "track")
        self.title = raw["event"] if call == "track" else call
        self.name = heard.get(plain(self.title), plain(self.title))
        self.recorded = times.read(raw["receivedAt"])
        self.at = times.read(raw["timestamp"])
        if self.at > self.recorded + SKEW:
            self.at = self.recorded
        self.message = (raw["messageId"], self.name)
        self.context = raw.get("context") or {}
        self.properties = raw.get("properties") or {}
        self.traits = raw.get("traits") or {}
        self.call, self.group = call, raw.get("groupId")

    def get(self, name):
        """A property by its name; a dot goes deeper. Those of `identify` and `group` are its traits."""
        if name == "page_kind" and self.call in ("page", "screen") and name not in self.properties:
            return page_kind(self.properties.get("path") or "")
        if name == "stars":
            return stars(self.properties.get("rating"))
        return deep(self.traits if self.call in ("identify", "group") else self.properties, name)

    @property
    def cart_id(self):
        return self.properties.get("cart_id")

    @property
    def order_id(self):
        return next((str(self.properties[k]) for k in ORDER_IDS if k in self.properties), None)

    @property
    def value(self):
        return next((float(self.properties[k]) for k in ("value", "total", "revenue") if k in self.properties), None)

    @property
    def currency(self):
        return self.properties.get("currency")

    @property
    def has_list(self):
        return isinstance(self.properties.get("products"), list)

    def products(self):
        if self.has_list:
            return self.properties["products"]
        return [self.properties] if self.name in ABOUT_PRODUCTS and "product_id" in self.properties else []


def deep(table, name):
    if name in table:
        return table[name]
    for part in name.split("."):
        if not isinstance(table, dict) or part not in table:
            return None
        table = table[part]
    return table


def read(inputs, heard):
    """Each topic in the order of its records' times; of several topics the event that happened first is taken first."""
    topics = []
    for topic, path in inputs:
        with open(path, encoding="utf-8") as lines:
            topics.append(sorted((Event(topic, json.loads(line), heard) for line in lines), key=lambda e: e.recorded))
    return heapq.merge(*topics, key=lambda e: e.at)

"""Orders: told many times, counted once. Each is known by its id; what is told again changes only what is new in it."""

from basket import quantity, what
from names import ORDERED, plain

UPDATED, CANCELLED, REFUNDED = plain("Order Updated"), plain("Order Cancelled"), plain("Order Refunded")
PAYMENT_FAILED = plain("Payment Failed")
UNWANTED = ("customer", "fraud", "inventory", "staff", "out of stock", "changed mind", "buyer", "duplicate")
UNPAID = ("unpaid", "not paid", "payment", "declined", "time limit", "timeout", "expired")
SAME_WITHIN = 10 * 60 * 1_000
SAME_SALE_WITHIN = 30 * 24 * 60 * 60 * 1_000


class Order:
    def __init__(self, event, again):
        self.id, self.placed, self.told = event.order_id, event.at, event.at
        self.total, self.currency, self.again = event.value, event.currency, again
        self.content = content(event)
        self.refunded, self.standing = 0.0, "stands"
        # Carts that it took, and those of them in a checkout; what it was before it came to nothing.
        self.carts = self.checkouts = 0
        self.before = None
        self.event = event


class News:
    """What an event means to the orders that are known."""

    def __init__(self, kind, order=None, by=None):
        self.kind, self.order, self.by = kind, order, by
        self.placed = order.placed if order else None


def content(event):
    if not event.products() and event.value is None:
        return None
    return sorted(map(what, event.products())), event.value


def amount(event):
    """What a refund names, else what its products come to."""
    if event.value is not None:
        return abs(event.value)
    priced = [float(p["price"]) * quantity(p) for p in event.products() if "price" in p]
    return sum(priced) if priced else None


class Orders:
    def __init__(self, payment_window):
        self.payment_window = payment_window
        self.all, self.refunds = [], set()

    def standing(self):
        return [order for order in self.all if order.standing == "stands"]

    def find(self, event):
        if event.order_id is not None:
            for order in reversed(self.all):
                if order.id == event.order_id:
                    return order
        mine = content(event)
        for order in reversed(self.all):
            near = abs(order.placed - event.at) <= SAME_WITHIN and (order.id is None or event.order_id is None)
            if mine is not None and near and order.content == mine:
                return order
        return None

    def hear(self, event, is_sale=False):
        if event.name == ORDERED:
            return self.place(event)
        if is_sale:
            return self.sell(event)
        known = self.find(event) if event.order_id is not None else None
        if event.name == UPDATED:
            return self.update(known, event) if known else News("none")
        if event.name == PAYMENT_FAILED:
            if known is None or known.standing != "stands" or not 0 <= event.at - known.placed <= self.payment_window:
                return News("none")
            return self.take_back(known, event, "failed")
        if event.name == CANCELLED:
            return self.take_back(known, event, "cancelled") if known else News("none")
        if event.name == REFUNDED:
            return self.refund(known, event)
        return News("none")

    def place(self, event):
        known = self.find(event)
        if known and known.standing == "stands":
            return self.update(known, event)
        if known and (event.at < known.told or known.standing == "refunded"):
            return News("void")
        if known:
            self.all.remove(known)
        order = Order(event, again=bool(self.standing()))
        order.before = known
        self.all.append(order)
        return News("placed", order)

    def sell(self, event):
        """A contract, or what sales won. Without an id on either side it is the sale of the same worth, as far as both say it."""
        known = self.find(event) if event.order_id is not None else None
        for order in self.standing() if known is None else []:
            near = abs(order.placed - event.at) < SAME_SALE_WITHIN and (order.id is None or event.order_id is None)
            if near and (order.total is None or event.value is None or order.total == event.value):
                known = order
        if known:
            return self.update(known, event)
        order = Order(event, again=bool(self.standing()))
        self.all.append(order)
        return News("placed", order)

    def update(self, order, event):
        if order.standing != "stands":
            return News("void")
        order.told = max(order.told, event.at)
        order.id = order.id or event.order_id
        if event.value is not None:
            order.total, order.currency = event.value, order.currency or event.currency
        return News("retold", order)

    def refund(self, order, event):
        refund = (event.order_id, event.properties.get("refund_id") or (amount(event), event.at))
        if refund in self.refunds:
            return News("void")
        self.refunds.add(refund)
        if order is None:
            return News("none")
        part = amount(event)
        left = None if order.total is None else order.total - order.refunded
        if part is None or (left is not None and part >= left):
            return self.take_back(order, event, "refunded")
        if order.standing != "stands":
            return News("void")
        order.refunded += part
        return News("refunded in part", order, "refunded")

    def take_back(self, order, event, why):
        if event.at < order.placed:
            return News("none")
        stood, order.standing = order.standing == "stands", why
        order.told = max(order.told, event.at)
        return News("taken back", order, why) if stood else News("void")


def is_unwanted(event):
    """Whether the customer or the shop didn't want the order, as the reason of a cancellation says."""
    reason = str(event.properties.get("cancel_reason") or event.properties.get("reason") or "").lower()
    return not any(word in reason for word in UNPAID) and any(word in reason for word in UNWANTED)

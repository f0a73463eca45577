"""The carts of a person: which one an event is about, what it does to it, and what becomes of its series."""

import times
from basket import Basket, quantity, what
from names import ORDERED, SHOWS_CART, names, plain
from orders import is_unwanted
from series import FAILED, REMINDED, Sent, Series, attribution

ADDED = names("Product Added", "Wishlist Product Added to Cart")
REMOVED = plain("Product Removed")
EMPTIED = names("Cart Emptied", "Cart Cleared")
CHECKOUT_STARTED = plain("Checkout Started")
PAYMENT_FAILED = plain("Payment Failed")
CHECKOUT_STEPS = names("Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered")


class PastOrder:
    """What an order took from a cart, and the reminders that it followed."""

    def __init__(self, event, cart, lines, followed, value):
        self.order_id, self.at, self.cart_id, self.episode = event.order_id, event.at, cart.id, cart.series.episode
        self.lines, self.sent, self.value = lines, followed, value
        self.currency = event.currency or cart.currency


class Carts:
    def __init__(self, person, rules, session_gap, tell):
        self.person, self.rules, self.session_gap, self.tell = person, rules, session_gap, tell
        self.all, self.past = [], []
        self.cooldown_from, self.cooldown_told = None, True
        self.bought_until, self.bought = None, []

    # What is there.

    def open_carts(self):
        return [cart for cart in self.all if cart.lines]

    def checkouts(self):
        return sum(cart.in_checkout for cart in self.open_carts())

    def held(self):
        """What the cart touched last of those with something in it holds."""
        cart = max(self.open_carts(), key=lambda c: c.touched, default=None)
        if cart is None:
            return {"lines": 0, "quantity": 0, "value": None}
        return {"lines": len(cart.lines), "quantity": sum(line.quantity for line in cart.lines), "value": cart.value()}

    def named(self, cart_id):
        return next((cart for cart in self.all if cart.id == cart_id), None)

    def concerned(self, event):
        """By its id; without one the cart touched last."""
        if event.cart_id is not None:
            return self.named(event.cart_id)
        return max(self.all, key=lambda c: c.touched, default=None)

    def make(self, cart_id, at):
        cart = Basket(cart_id, at)
        cart.series = Series()
        self.all.append(cart)
        return cart

    # What an event does.

    def take(self, event, news):
        before, checkouts = len(self.open_carts()), self.checkouts()
        if event.name in ADDED:
            self.change(event)
        elif event.name == REMOVED or event.name in EMPTIED:
            self.change(event)
        elif event.name in SHOWS_CART and event.has_list:
            self.change(event)
            if event.name == CHECKOUT_STARTED:
                self.check_out(event)
        elif event.name == CHECKOUT_STARTED or event.name in CHECKOUT_STEPS:
            self.check_out(event)
        elif event.name in SHOWS_CART:
            self.touch(event)
        elif event.name == PAYMENT_FAILED:
            self.check_out(event)
            self.payment_failed(event)
        elif event.name == ORDERED and news.kind in ("placed", "retold"):
            self.order(event, news)
        elif news.kind in ("taken back", "refunded in part"):
            self.take_back(event, news)
        now = len(self.open_carts())
        if now > before:
            self.tell.cart("opened", now - before, event.at)
        elif now < before:
            self.tell.cart("ordered" if event.name == ORDERED else "emptied", before - now, event.at)
        self.tell.cart("checkout started", max(0, self.checkouts() - checkouts), event.at)
        if event.name == ORDERED:
            self.tell.cart("checkout ordered", max(0, checkouts - self.checkouts()), event.at)

    def touch(self, event):
        cart = self.concerned(event)
        if cart:
            self.lead_to(cart, event)
            cart.touched = max(cart.touched, event.at)

    def check_out(self, event):
        """A checkout concerns the cart that it names, else the one touched last."""
        cart = self.concerned(event) or max(self.all, key=lambda c: c.touched, default=None)
        if cart:
            self.lead_to(cart, event)
            cart.in_checkout = bool(cart.lines)
            cart.touched = max(cart.touched, event.at)

    def change(self, event):
        shows = event.name in SHOWS_CART
        cart = self.concerned(event)
        if cart is None and not event.products():
            return
        if event.name not in EMPTIED and event.name != REMOVED and self.is_stale_page(event, shows):
            return
        if cart is None and shows:
            cart = self.renamed(event)
        cart = cart or self.make(event.cart_id, event.at)
        had_lines = bool(cart.lines)
        gained = False
        if event.name in ADDED:
            gained = cart.add(event)
        elif event.name == REMOVED:
            cart.remove(event)
        else:
            gained = cart.show(event)
        cart.touched = max(cart.touched, event.at)
        if had_lines and not cart.lines:
            cart.skip_told = cart.in_checkout = False
            self.end(cart, event, "emptied")
        elif gained:
            self.arm(cart, event, REMINDED)
        else:
            self.lead_to(cart, event)

    def renamed(self, event):
        """An unknown id under which every line of an open cart is shown is that cart's new id."""
        shown = {what(product) for product in event.products()}
        same = [c for c in self.open_carts() if c.touched <= event.at and all(line.what in shown for line in c.lines)]
        cart = max(same, key=lambda c: c.touched, default=None)
        if cart and event.cart_id is not None:
            cart.id = event.cart_id
        return cart

    def is_stale_page(self, event, shows):
        """The very lines that an order took less than a session before."""
        if self.bought_until is None or not event.products():
            return False
        until = self.bought_until + (self.session_gap - 1 if shows else 0)
        bought = dict(self.bought)
        return event.at <= until and all(quantity(p) <= bought.get(what(p), 0) for p in event.products())

    # Series.

    def lead_to(self, cart, event):
        """The one series of a person goes with the cart touched last."""
        if not cart.lines or cart.series.is_live:
            return
        other = next((c for c in self.all if c.series.is_live), None)
        if other and other.touched <= event.at:
            moved = other.series
            moved.sent = cart.series.sent + moved.sent
            cart.series, other.series = moved, Series()

    def arm(self, cart, event, why):
        self.lead_to(cart, event)
        if any(c is not cart and c.series.is_live for c in self.all):
            return
        series = cart.series
        if series.state == "armed":
            series.why = why if why == FAILED else series.why
            return
        if series.state == "running" and (why != FAILED or series.why == FAILED):
            return
        if any(event.at < sent.left for sent in series.sent):
            return
        withheld = self.person.mail.withheld
        if withheld:
            self.skip(cart, event, withheld)
            return
        cools = self.rules.cooldown is not None and self.cooldown_from is not None
        if why != FAILED and cools and event.at < self.cooldown_from + self.rules.cooldown:
            if not self.cooldown_told:
                self.cooldown_told = True
                self.tell.outcome("cart.skipped", "cooldown", event.at, cart)
            return
        value = cart.value()
        if value is not None and not self.rules.is_worth_it(value):
            self.skip(cart, event, "min-value")
            return
        cart.skip_told = False
        if series.state == "running":
            self.tell.outcome("cart.cancelled", FAILED, series.episode, cart)
        series.arm(event.at, why)

    def skip(self, cart, event, reason):
        if not cart.skip_told:
            cart.skip_told = True
            self.tell.outcome("cart.skipped", reason, event.at, cart)

    def end(self, cart, event, reason):
        recalled = self.recall(cart, event, reason)
        series = cart.series
        state, series.state = series.state, {"armed": "idle", "running": "ended"}.get(series.state, series.state)
        if not recalled and (state == "running" or (state == "armed" and reason != "emptied")):
            self.tell.outcome("cart.cancelled", reason, series.episode, cart)

    def end_all(self, event, reason):
        for cart in self.all:
            self.end(cart, event, reason)

    def recall(self, cart, event, reason):
        too_soon = [sent for sent in cart.series.sent if event.at < sent.left]
        if too_soon:
            self.tell.outcome("cart.recalled", reason, cart.series.episode, cart)
            cart.series.sent = [sent for sent in cart.series.sent if sent not in too_soon]
        return bool(too_soon)

    def idle_since(self):
        return self.person.last_activity if self.rules.idle_on_site else self.person.last_at_the_shop

    def timers(self):
        """Everything that waits: when, and what then."""
        for cart in list(self.all):
            due = cart.series.due(self.rules, self.idle_since())
            if due is not None:
                yield due, lambda at, cart=cart: self.remind(cart, at)
            if self.rules.forget_after is not None:
                yield cart.touched + self.rules.forget_after, lambda at, cart=cart: self.forget(cart, at)

    def remind(self, cart, at):
        value = cart.value()
        worth = value is None or self.rules.is_worth_it(value)
        series = cart.series
        first = not any(sent.episode == series.episode for sent in series.sent)
        step = series.step(self.rules, self.idle_since(), at, worth)
        if not worth:
            self.tell.outcome("cart.skipped", "min-value", series.episode, cart, step=step)
            return
        series.sent.append(Sent(step, series.episode, at))
        if first:
            self.cooldown_from, self.cooldown_told = at, False
        self.tell.reminder(step, series.episode, cart)

    def forget(self, cart, at):
        self.all.remove(cart)
        if cart.lines:
            self.tell.cart("forgotten", 1, at)
        state = cart.series.state
        if state in ("running", "complete") or (state in ("armed", "idle") and cart.series.sent):
            self.tell.outcome("cart.expired", "forgotten", cart.series.episode, cart)

    # Orders.

    def order(self, event, news):
        products, own = event.products(), self.named(event.cart_id) if event.cart_id is not None else None
        if own is None and (event.cart_id is not None or not self.all):
            self.make(event.cart_id, event.at)
        until = min(event.at, news.placed) if news.kind == "retold" else event.at
        if until % times.SECOND == 0:
            until += times.SECOND - 1
        about = []
        for cart in self.all:
            has_some = not products or not cart.lines or cart.holds_any(products, until)
            if not products:
                whole = self.rules.order_clears == "cart" and own in (None, cart)
                concerned = own in (None, cart)
            else:
                whole = self.rules.order_clears == "cart" and (cart is own or (own is None and has_some))
                concerned = True
            about.append((cart, whole, concerned, has_some))
        mailed = [(c.series.sent[-1].left if c.series.sent else -1, -n) for n, (c, _, con, some) in enumerate(about) if con and some]
        credited = -max(mailed)[1] if mailed else None
        all_taken = []
        for n, (cart, whole, concerned, has_some) in enumerate(about):
            if concerned:
                all_taken += self.order_on(cart, event, (whole, has_some, until, n == credited, news.kind == "retold"))
        if news.kind != "retold":
            self.remember_bought(until, all_taken, products)

    def remember_bought(self, until, taken, products):
        if self.bought_until is not None and self.bought_until + self.session_gap <= until:
            self.bought = []
        self.bought_until = max(self.bought_until or 0, until)
        self.bought += [(line.what, line.quantity) for line in taken] + [(what(p), quantity(p)) for p in products]

    def order_on(self, cart, event, how):
        whole, has_some, until, credited, again = how
        taken = cart.take(event.products(), until, whole)
        is_news = bool(taken) or (whole and not again)
        if whole or is_news:
            cart.touched = max(cart.touched, event.at)
        series = cart.series
        past = PastOrder(event, cart, taken, [], None)
        if is_news and (whole or not cart.lines or not series.is_live):
            recalled = self.recall(cart, event, "ordered")
            concerned = series.episode is None or series.episode <= max(event.at, until)
            is_bought = has_some or not whole
            if is_bought and any(sent.left <= event.at for sent in series.sent):
                by = attribution(series.sent, event.at, self.rules)
                value = event.value if credited else None
                currency = event.currency or cart.currency
                self.tell.outcome("cart.recovered", "ordered", series.episode, cart, by=by, worth=(value, currency))
                past.sent, series.sent = series.sent, []
                past.value = value
            elif series.state == "running" and concerned and not recalled:
                self.tell.outcome("cart.cancelled", "ordered", series.episode, cart)
            if concerned:
                cart.series = Series(series.sent if is_bought else [])
        if past.lines or past.sent:
            self.past.append(past)
        return taken

    def payment_failed(self, event):
        """Before its order: the cart is reminded of it. After it: what the order took comes back."""
        failed = [p for p in self.past if event.order_id is not None and p.order_id == event.order_id and p.at <= event.at]
        if not failed:
            cart = self.concerned(event)
            if cart and any(line.added <= event.at for line in cart.lines):
                self.arm(cart, event, FAILED)
            return
        for past in failed:
            self.bring_back(past, event, FAILED)

    def bring_back(self, past, event, reason):
        self.past.remove(past)
        if past.sent:
            self.reverse(past, reason, past.value)
        if not past.lines or event.at > past.at + self.rules.payment_window:
            return
        cart = self.named(past.cart_id) or self.make(past.cart_id, event.at)
        cart.lines += [line for line in past.lines if all(li.what != line.what for li in cart.lines)]
        cart.series.sent = past.sent + cart.series.sent
        cart.in_checkout = True
        cart.touched = max(cart.touched, event.at)
        self.bought_until, self.bought = None, []
        self.arm(cart, event, FAILED)

    def take_back(self, event, news):
        """Cancelled or refunded: what counted as recovered is taken back, all of it or in part."""
        if news.by == "failed":
            self.payment_failed(event)
            return
        reason = news.by
        for past in [p for p in self.past if event.order_id is not None and p.order_id == event.order_id and p.at <= event.at]:
            if news.by == "cancelled" and not is_unwanted(event) and event.at <= past.at + self.rules.payment_window:
                self.bring_back(past, event, reason)
            elif past.sent:
                part = past.value if news.by == "cancelled" or event.value is None else abs(event.value)
                part = None if past.value is None or part is None else min(part, past.value)
                self.reverse(past, reason, part)
                past.value = None if part is None or past.value - part < 0.01 else past.value - part
                past.sent = past.sent if past.value is not None else []

    def reverse(self, past, reason, value):
        self.tell.reversal(reason, past.episode, value, past.currency)

"""The carts of a person: which one an event is about, what it does to it, and what becomes of its series."""

import times
from basket import Basket, quantity, wanted_by, what
from names import ORDERED, SHOWS_CART, names, plain
from orders import is_unwanted
from series import FAILED, REMINDED, Sent, Series, attribution

ADDED = names("Product Added", "Wishlist Product Added to Cart")
REMOVED = plain("Product Removed")
EMPTIED = names("Cart Emptied", "Cart Cleared")
CHECKOUT_STARTED = plain("Checkout Started")
PAYMENT_FAILED = plain("Payment Failed")
CHECKOUT_STEPS = names("Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered")


NOTHING = object()


def share_of(goods, event, taken):
    """What of an order is of these goods: its value if it has no others, else what its lines of them cost."""
    if not goods:
        return event.value
    rows = [(what(p), p.get("price"), quantity(p)) for p in event.products()]
    prices = {line.what: line.price for line in taken}
    rows = rows or [(line.what, line.price, line.quantity) for line in taken]
    own = [(prices.get(key) if price is None else float(price), number) for key, price, number in rows if key in goods]
    if not own:
        return NOTHING
    if len(own) == len(rows) or event.value is None:
        return event.value
    if any(price is None for price, _ in own):
        return event.value
    return min(max(0.0, event.value), sum(price * number for price, number in own))


class PastOrder:
    """What an order took from a cart, and the reminders that it followed."""

    def __init__(self, event, cart_id, currency, lines):
        self.order_id, self.at, self.cart_id = event.order_id, event.at, cart_id
        self.lines, self.currency = lines, event.currency or currency
        self.episode = self.value = self.by = self.forgotten = None
        self.sent, self.goods = [], set()

    @property
    def is_late(self):
        return self.forgotten is not None and self.at >= self.forgotten.at


class Forgotten:
    """A cart that was reminded of and is forgotten: its goods may be bought all the same, late."""

    def __init__(self, cart, at):
        self.id, self.at, self.currency, self.value = cart.id, at, cart.currency, cart.value()
        self.sent, self.goods = [sent for sent in cart.series.sent if not sent.void], cart.series.goods
        self.episode = self.sent[-1].episode if self.sent else None


class Carts:
    def __init__(self, person, rules, session_gap, tell):
        self.person, self.rules, self.session_gap, self.tell = person, rules, session_gap, tell
        self.all, self.past, self.forgotten = [], [], []
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

    def reminders(self):
        return [sent for one in [*(c.series for c in self.all), *self.forgotten] for sent in one.sent if not sent.void]

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
            if news.kind == "retold":
                self.lower(event, news)
        elif news.kind == "retold":
            self.lower(event, news)
        elif news.kind in ("taken back", "refunded in part"):
            self.take_back(event, news)
        now, checkouts_now = len(self.open_carts()), self.checkouts()
        self.tell.cart("opened", max(0, now - before), event.at)
        self.tell.cart("checkout started", max(0, checkouts_now - checkouts), event.at)
        if event.name == ORDERED:
            self.ordered(news, max(0, before - now), max(0, checkouts - checkouts_now))
        else:
            self.tell.cart("emptied", max(0, before - now), event.at)
        if news.kind == "taken back":
            self.come_to_nothing(event, news.order, max(0, now - before), max(0, checkouts_now - checkouts))

    def ordered(self, news, carts, checkouts):
        """Carts that an order took. One that came to nothing and is placed again has those that went with it."""
        order = news.order
        if news.kind == "placed" and order.before:
            self.tell.cart("came to nothing", -order.before.carts, order.before.placed)
            carts, checkouts = carts + order.before.carts, checkouts + order.before.checkouts
        if news.kind in ("placed", "retold"):
            order.carts, order.checkouts = order.carts + carts, order.checkouts + checkouts
            self.tell.cart("ordered", carts, order.placed)
            self.tell.cart("checkout ordered", checkouts, order.placed)

    def come_to_nothing(self, event, order, back, checkouts_back):
        """What an order took is not ordered: it is open again, as it was before, or gone."""
        back, checkouts_back = min(back, order.carts), min(checkouts_back, order.checkouts)
        self.tell.cart("ordered", -order.carts, order.placed)
        self.tell.cart("checkout ordered", -order.checkouts, order.placed)
        self.tell.cart("opened", -back, event.at)
        self.tell.cart("checkout started", -checkouts_back, event.at)
        order.carts, order.checkouts = order.carts - back, order.checkouts - checkouts_back
        self.tell.cart("came to nothing", order.carts, order.placed)

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
            moved.goods |= cart.series.goods
            cart.series, other.series = moved, Series()

    def heir(self, cart, at, ends_pause):
        """The cart that the one series goes back to when this one ends: the filled one touched last that had none of its own."""
        if not cart.series.is_live:
            return None
        cools = self.rules.cooldown is not None and self.cooldown_from is not None and at < self.cooldown_from + self.rules.cooldown
        if cart.series.done == 0 and cools and not ends_pause:
            return None

        def may(other):
            worth = other.value() is None or self.rules.is_worth_it(other.value())
            return other is not cart and other.lines and other.series.state == "idle" and worth

        return max((other for other in reversed(self.all) if may(other)), key=lambda c: c.touched, default=None)

    def go_back(self, cart, heir):
        moved = cart.series
        moved.sent, moved.why = heir.series.sent + moved.sent, REMINDED
        moved.goods |= heir.series.goods
        heir.series, cart.series = moved, Series()

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
        heir = self.heir(cart, event.at, False) if reason == "emptied" else None
        if heir:
            self.go_back(cart, heir)
            return
        series = cart.series
        state, series.state = series.state, {"armed": "idle", "running": "ended"}.get(series.state, series.state)
        if state != "running" and reason == "hard-bounce":
            # What nobody opened or clicked never arrived.
            series.void(lambda sent: sent.opened is None and sent.clicked is None)
        if not recalled and (state == "running" or (state == "armed" and reason != "emptied")):
            self.tell.outcome("cart.cancelled", reason, series.episode, cart)
        if state == "running":
            # What is told as cancelled is never told as recovered.
            series.void()

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
        series.goods |= {line.what for line in cart.lines}
        if first:
            self.cooldown_from, self.cooldown_told = at, False
        self.tell.reminder(step, series.episode, cart)

    def forget(self, cart, at):
        heir = self.heir(cart, at, False)
        self.all.remove(cart)
        if cart.lines:
            self.tell.cart("forgotten", 1, at)
        state = cart.series.state
        left = [sent for sent in cart.series.sent if not sent.void]
        if state in ("armed", "running", "complete") or (state == "idle" and left):
            self.tell.outcome("cart.expired", "forgotten", cart.series.episode, cart)
            if left and cart.series.goods and self.rules.late_window is not None:
                self.forgotten = [*self.forgotten[-3:], Forgotten(cart, at)]
        if heir:
            # What left is told with this cart; what is still to come is for the other one.
            cart.series.sent, cart.series.goods = [], set()
            self.go_back(cart, heir)

    # Orders.

    def order(self, event, news):
        products, own = event.products(), self.named(event.cart_id) if event.cart_id is not None else None
        if own is None and (event.cart_id is not None or not self.all):
            self.make(event.cart_id, event.at)
        until = min(event.at, news.placed) if news.kind == "retold" else event.at
        if until % times.SECOND == 0:
            until += times.SECOND - 1
        about, wanted = [], wanted_by(products, self.all, until, news.kind == "retold")
        for cart in self.all:
            has_some = not products or not cart.lines or cart.holds_any(wanted, until)
            if not products:
                whole = self.rules.order_clears == "cart" and own in (None, cart)
                concerned = own in (None, cart)
            else:
                whole = self.rules.order_clears == "cart" and (cart is own or (own is None and has_some))
                concerned = True
            about.append((cart, whole, concerned, has_some))
        worth = self.worth(event, about, until, wanted)
        all_taken = []
        # The cart with the series comes last: by then it is known whether another one still has something in it.
        for cart, whole, concerned, has_some in sorted(about, key=lambda row: row[0].series.is_live):
            if concerned:
                how = whole, wanted, until, worth.get(cart, NOTHING), news.kind == "retold"
                all_taken += self.order_on(cart, event, how)
        if news.kind == "retold":
            return
        self.remember_bought(until, all_taken, products)
        if not worth:
            self.order_of_forgotten(event, all_taken)
        live = any(cart.series.is_live for cart in self.all)
        if self.rules.order_ends_cooldown and not live and self.cooldown_from is not None and self.cooldown_from <= until:
            self.cooldown_from, self.cooldown_told = None, False

    def worth(self, event, about, until, wanted):
        """By cart: what of the order is of goods that it was reminded of. Its value counts once, first for the cart mailed last."""
        mailed = []
        for number, (cart, whole, concerned, has_some) in enumerate(about):
            left = [sent.left for sent in cart.series.sent if sent.may_lead_to(event.at)]
            if concerned and left and (has_some or not whole):
                mailed.append((-max(left), number, cart, whole))
        worth, left = {}, event.value
        for _, _, cart, whole in sorted(mailed, key=lambda row: row[:2]):
            every = whole or not event.products()
            taken = [line for line in cart.lines if line.added <= until and (every or cart.means(wanted, line))]
            if not taken and not whole:
                continue
            share = share_of(cart.series.goods, event, taken)
            if share is NOTHING:
                continue
            if share is not None and left is not None:
                share = min(share, left)
                left -= share
            worth[cart] = share
        return worth

    def order_of_forgotten(self, event, taken):
        """An order of the goods of a cart that was forgotten, not too long after its last reminder: late, and none of the recovered."""
        self.forgotten = [f for f in self.forgotten if event.at <= f.sent[-1].left + self.rules.late_window]
        bought = []
        for cart in self.forgotten:
            share = event.value if cart.value is None or event.value is None else min(event.value, cart.value)
            if event.products() or taken:
                share = share_of(cart.goods, event, taken)
            if share is not NOTHING and any(sent.may_lead_to(event.at) for sent in cart.sent):
                bought.append((cart, share))
        if bought:
            cart, share = max(bought, key=lambda one: one[0].sent[-1].left)
            self.forgotten = [f for f in self.forgotten if all(f is not one for one, _ in bought)]
            past = PastOrder(event, cart.id, cart.currency, [])
            past.episode, past.sent, past.goods, past.value, past.forgotten = cart.episode, cart.sent, cart.goods, share, cart
            self.recovered(past)
            self.past.append(past)

    def recovered(self, past):
        past.by = attribution(past.sent, past.at, self.rules)
        self.tell.recovered(past)

    def remember_bought(self, until, taken, products):
        if self.bought_until is not None and self.bought_until + self.session_gap <= until:
            self.bought = []
        self.bought_until = max(self.bought_until or 0, until)
        self.bought += [(line.what, line.quantity) for line in taken] + [(what(p), quantity(p)) for p in products]

    def order_on(self, cart, event, how):
        whole, wanted, until, share, again = how
        followed = share is not NOTHING
        taken = cart.take(event.products(), wanted, until, whole)
        is_news = bool(taken) or (whole and not again)
        if whole or is_news:
            cart.touched = max(cart.touched, event.at)
        series = cart.series
        past = PastOrder(event, cart.id, cart.currency, taken)
        past.episode = series.episode
        if is_news and (whole or not cart.lines or not series.is_live):
            recalled = self.recall(cart, event, "ordered")
            heir = self.heir(cart, event.at, self.rules.order_ends_cooldown)
            concerned = series.episode is None or series.episode <= max(event.at, until)
            if followed:
                past.sent, series.sent = [sent for sent in series.sent if sent.may_lead_to(event.at)], []
                past.episode, past.goods, past.value = past.sent[-1].episode, series.goods, share
                series.goods = set()
                self.recovered(past)
            elif series.state == "running" and concerned and not recalled and not heir:
                self.tell.outcome("cart.cancelled", "ordered", series.episode, cart)
            if concerned and heir:
                self.go_back(cart, heir)
            elif concerned:
                cart.series = Series()
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
            self.tell.reversal(past, reason, past.value, whole=True)
        if past.forgotten is not None:
            self.forgotten.append(past.forgotten)
            return
        if not past.lines or event.at > past.at + self.rules.payment_window:
            return
        cart = self.named(past.cart_id) or self.make(past.cart_id, event.at)
        cart.lines += [line for line in past.lines if all(li.what != line.what for li in cart.lines)]
        cart.series.sent = past.sent + cart.series.sent
        cart.series.goods |= past.goods
        cart.in_checkout = True
        cart.touched = max(cart.touched, event.at)
        self.bought_until, self.bought = None, []
        self.arm(cart, event, FAILED)

    def meant(self, event):
        """The orders that an event is about and that counted as recovered."""
        return [p for p in self.past if event.order_id is not None and p.order_id == event.order_id and p.at <= event.at]

    def take_back(self, event, news):
        """Cancelled or refunded: what counted as recovered is taken back, all of it or in part."""
        if news.by == "failed":
            self.payment_failed(event)
            return
        for past in self.meant(event):
            is_gone = news.order.standing != "stands"
            if news.by == "cancelled" and not is_unwanted(event) and event.at <= past.at + self.rules.payment_window:
                self.bring_back(past, event, news.by)
            elif past.sent:
                left = None
                if not is_gone and past.value is not None:
                    left = min(past.value, news.order.total - news.order.refunded)
                self.less(past, left, news.by)

    def lower(self, event, news):
        """An order that is told again is worth less than what counts as recovered."""
        for past in self.meant(event):
            left = None if news.order.total is None else news.order.total - news.order.refunded
            if past.sent and left is not None and past.value is not None and past.value - left >= 0.01:
                self.less(past, left, "order-changed")

    def less(self, past, left, reason):
        """So much of it is left; None, or less than a cent: nothing."""
        whole = left is None or left < 0.01
        gone = None if past.value is None else past.value - (0.0 if whole else left)
        if not whole and (gone is None or gone < 0.01):
            return
        self.tell.reversal(past, reason, gone, whole)
        past.value = None if whole else left
        past.sent = [] if whole else past.sent

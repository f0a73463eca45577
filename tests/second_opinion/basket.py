"""What lies in a cart: lines of products. Late events never undo what a later one decided."""


def what(product):
    """The product, and what is bought of it: `sku`, else `variant`, where given beside `product_id`."""
    product_id = product.get("product_id") or product.get("sku")
    sku = product.get("sku") if product.get("sku") != product_id else None
    return str(product_id), sku or product.get("variant") or None


def fits(one, other):
    """The same as far as both say it."""
    return one[0] == other[0] and (one[1] is None or other[1] is None or one[1] == other[1])


def quantity(product):
    return float(product.get("quantity", 1))


class Line:
    def __init__(self, product, at):
        self.what, self.quantity, self.added = what(product), quantity(product), at
        self.describe(product)

    def describe(self, product):
        self.price = float(product["price"]) if "price" in product else getattr(self, "price", None)

    def add_more(self, product):
        """The same thing again in one list: each piece costs what all of them do on average."""
        price = float(product["price"]) if "price" in product else None
        if self.price is None or price is None:
            self.price = price if self.price is None else self.price
        elif price != self.price:
            self.price = (self.price * self.quantity + price * quantity(product)) / (self.quantity + quantity(product))
        self.quantity += quantity(product)


class Basket:
    def __init__(self, cart_id, at):
        self.id, self.touched = cart_id, at
        self.lines, self.cleared, self.removed = [], None, {}
        self.currency = None
        self.skip_told = self.in_checkout = False

    def find(self, wanted):
        same = [line for line in self.lines if line.what == wanted] or [line for line in self.lines if fits(wanted, line.what)]
        return max(same, key=lambda line: line.added, default=None)

    def value(self):
        """Price times quantity of the lines whose price is known; nothing when none is."""
        priced = [line.price * line.quantity for line in self.lines if line.price is not None]
        return sum(priced) if priced else None

    def add(self, event):
        """Whether it gained something."""
        if self.cleared is not None and event.at < self.cleared:
            return False
        gained = False
        for product in event.products():
            key = what(product)
            if any(event.at < self.removed.get(k, event.at) for k in (key, (key[0], None))):
                continue
            self.currency = self.currency or product.get("currency") or event.currency
            line = self.find(key)
            if line is None:
                self.lines.append(Line(product, event.at))
            else:
                line.quantity += quantity(product)
                if event.at >= line.added:
                    line.added = event.at
                    line.describe(product)
            gained = True
        return gained

    def remove(self, event):
        for product in event.products():
            key = what(product)
            if any(event.at < self.removed.get(k, event.at) for k in (key, (key[0], None))):
                continue
            line = self.find(key)
            if line is None:
                self.removed[key] = event.at
            elif "quantity" in product and line.quantity > quantity(product):
                line.quantity -= quantity(product)
            elif event.at >= line.added:
                self.lines.remove(line)
                self.removed[line.what] = event.at

    def show(self, event):
        """A snapshot replaces the lines; whether it brought a new line or a higher quantity. An old one changes nothing."""
        known = [line.added for line in self.lines] + list(self.removed.values()) + [self.cleared or 0]
        if event.at < max(known):
            return False
        old, self.lines, gained = self.lines, [], False
        for product in event.products():
            if quantity(product) <= 0:
                continue
            self.currency = self.currency or product.get("currency") or event.currency
            key = what(product)
            again = next((line for line in self.lines if line.what == key), None)
            if again:
                again.add_more(product)
                continue
            before = next((line for line in old if line.what == key), None) or next((li for li in old if fits(key, li.what)), None)
            line = Line(product, event.at)
            if before:
                old.remove(before)
                if line.quantity <= before.quantity:
                    line.added = before.added
            gained |= before is None or line.quantity > before.quantity
            self.lines.append(line)
        self.cleared = event.at
        self.removed.clear()
        return gained

    def take(self, products, wanted, until, whole):
        """What an order takes: everything that was put in until then, or only what is wanted."""

        def is_taken(line):
            return line.added <= until and (whole or any(fits(key, line.what) for key in wanted))

        taken = [line for line in self.lines if is_taken(line)]
        self.lines = [line for line in self.lines if not is_taken(line)]
        if whole:
            self.cleared = max(self.cleared or 0, until + 1)
        else:
            self.removed.update({what(product): until + 1 for product in products})
        if not self.lines:
            self.skip_told = self.in_checkout = False
        return taken

    def holds_any(self, wanted, until):
        return any(line.added <= until and fits(key, line.what) for line in self.lines for key in wanted)

    @staticmethod
    def means(wanted, line):
        return any(fits(key, line.what) for key in wanted)


def wanted_by(products, baskets, until, again):
    """What an order takes: its products; of those that lie in no basket as they were bought, any form. Not when it comes again."""
    keys = [what(product) for product in products]
    lines = [line for basket in baskets for line in basket.lines if line.added <= until]
    others = [key for key in keys if not again and not any(fits(key, line.what) for line in lines)]
    return keys + [(key[0], None) for key in others]

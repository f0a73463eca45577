"""Consent, and what opens and clicks are a person's. `[contact]` and `[machines]` of a model, as far as `simulate` needs them."""

import times
from names import AFTER_ORDER, BOUNCED, CALLS, COMPLAINED, ORDERED, SUBSCRIBED, UNSUBSCRIBED, plain

DELIVERED = (plain("Email Delivered"), plain("Email Sent"))
OPENED, CLICKED = plain("Email Opened"), plain("Email Link Clicked")
# Whoever sends them, these are a person's.
NEVER_A_MACHINES = {ORDERED, BOUNCED, COMPLAINED} | AFTER_ORDER | UNSUBSCRIBED | CALLS
SOON_OPENED = 5 * times.SECOND
SOON_CLICKED = 10 * times.SECOND
CLICKS_AT_ONCE = 5 * times.SECOND


# Names of the mail or campaign, and the words by which one says that it reminds of a cart.
MAIL_NAMES = ("email_id", "campaign_id", "campaign_name", "email_subject")
CART_WORDS = ("cart", "basket", "checkout", "warenkorb", "panier", "carrito", "carrello")
REMINDER_WORDS = ("abandon", "remind", "recover", "forgot", "erinner", "abbrech", "abbruch", "vergessen", "relance")


def is_of_reminders(event, campaigns):
    named = [plain(event.properties[name]) for name in MAIL_NAMES if event.properties.get(name)]
    if campaigns is not None:
        return not named or any(plain(name) in named for name in campaigns)
    return not named or any(
        any(word in name for word in CART_WORDS) and any(word in name for word in REMINDER_WORDS) for name in named
    )


class Mail:
    def __init__(self):
        self.withheld, self.since = None, None
        self.delivered = None
        self.clicks = []

    def made_by_machine(self, event, sent):
        """A program that calls itself a bot, an open or click too soon after the delivery of its mail, or clicks of several links at once."""
        if event.name not in NEVER_A_MACHINES and any(word in event.context.get("userAgent", "").lower() for word in ("bot/", "crawler")):
            return True
        mail = event.properties.get("email_id") or event.properties.get("campaign_id")
        if event.name in DELIVERED:
            self.delivered = (event.at, mail)
            return False
        if event.name not in (OPENED, CLICKED):
            return False
        after = event.at - self.delivered[0] if self.delivered and self.delivered[1] == mail else None
        if event.name == OPENED:
            return after is not None and 0 <= after <= SOON_OPENED
        if after is not None and 0 <= after <= SOON_CLICKED:
            return True
        link = event.properties.get("link_url") or event.properties.get("link_id")
        self.clicks = [(at, li) for at, li in self.clicks if event.at - at <= CLICKS_AT_ONCE] + [(event.at, link)]
        if len({li for _, li in self.clicks}) < 2:
            return False
        for one in sent:
            if one.clicked in [at for at, _ in self.clicks]:
                one.clicked = None
        return True

    @staticmethod
    def note(event, sent, campaigns):
        """An open or click belongs to the last reminder that left before it, unless it names a mail or campaign that is none."""
        if event.name in (OPENED, CLICKED) and is_of_reminders(event, campaigns):
            before = [one for one in sent if one.may_lead_to(event.at)]
            if before:
                last = max(before, key=lambda one: one.left)
                setattr(last, "opened" if event.name == OPENED else "clicked", event.at)

    def hear(self, event):
        """The reason for which consent is withdrawn by this event, if so."""
        if self.withheld == "hard-bounce" and event.at > self.since and event.name in (DELIVERED[0], OPENED, CLICKED):
            self.withheld, self.since = None, event.at
        reason = None
        if event.name in UNSUBSCRIBED and "list_id" not in event.properties:
            reason = "unsubscribed"
        elif event.name == COMPLAINED:
            reason = "complained"
        elif event.name == BOUNCED and event.properties.get("bounce_type") == "hard":
            reason = "hard-bounce"
        elif event.name in SUBSCRIBED:
            self.withheld, self.since = None, event.at
        if reason and not (reason == "hard-bounce" and self.withheld):
            self.withheld, self.since = reason, event.at
        return reason

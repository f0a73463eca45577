"""What kinds of events there are. Names are compared without case, blanks, underscores and hyphens."""


def plain(name):
    return "".join(c for c in name if c.isalnum()).lower()


def names(*all_names):
    return frozenset(plain(name) for name in all_names)


VIEWS = names("page", "screen")
CALLS = names("identify", "group", "alias")
SITE = names(
    "Products Searched", "Product List Viewed", "Product List Filtered", "Promotion Viewed", "Promotion Clicked",
    "Product Clicked", "Product Viewed", "Coupon Entered", "Coupon Applied", "Coupon Denied", "Coupon Removed",
    "Product Added to Wishlist", "Product Removed from Wishlist", "Product Shared", "Cart Shared", "Product Reviewed",
)
SHOWS_CART = names("Cart Viewed", "Cart Updated", "Checkout Started")
CHECKOUT = names("Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered", "Payment Failed")
CART = names("Product Added", "Wishlist Product Added to Cart", "Product Removed", "Cart Line Set", "Cart Emptied", "Cart Cleared") | SHOWS_CART
ORDERED = plain("Order Completed")
AFTER_ORDER = names("Order Updated", "Order Cancelled", "Order Refunded")
MAIL = names("Email Delivered", "Email Opened", "Email Link Clicked", "Email Sent", "Email Delayed")
DELAYED = plain("Email Delayed")
BOUNCED = plain("Email Bounced")
COMPLAINED = plain("Email Marked as Spam")
UNSUBSCRIBED = names("Unsubscribed", "Email Unsubscribed")
SUBSCRIBED = names("Subscribed", "Resubscribed", "Email Subscribed", "Email Resubscribed")
SALES = names(
    "Lead Accepted", "Lead Rejected", "Lead Recycled", "Lead Won", "Lead Lost", "Lead No-Show", "Lead Disqualified",
    "Lead Requalified",
)

AT_THE_SHOP = CART | CHECKOUT | {ORDERED}
WITHOUT_ACTIVITY = CALLS | AFTER_ORDER | MAIL | {BOUNCED, COMPLAINED} | UNSUBSCRIBED | SUBSCRIBED | SALES
KNOWN = VIEWS | SITE | AT_THE_SHOP | WITHOUT_ACTIVITY


# What is a sale, besides orders.
CONTRACT = plain("Contract Signed")

# What the shop and its systems do, though nobody laid the names down.
SELLERS = names("Price Dropped", "Back In Stock", "Proposal Sent", "Trial Ended", "Order Shipped")
# Words for what somebody made to be read, seen or heard.
CONTENT = (
    "paper", "guide", "book", "ebook", "webinar", "video", "podcast", "article", "blog", "brochure", "datasheet", "report", "study", "studies",
    "course", "lesson", "tutorial", "documentation", "checklist", "infographic", "presentation", "magazine", "story", "reviews",
)


def is_by_buyer(event):
    """What `on = "*"` hears: deeds of the buyer."""
    read = event.name in names("Email Opened", "Email Link Clicked")
    return is_activity(event) or event.name in SUBSCRIBED or read


def is_activity(event):
    """Whether the event shows that the person is there."""
    if event.name in KNOWN:
        return event.name not in WITHOUT_ACTIVITY
    return event.topic != "email" and event.name not in SELLERS

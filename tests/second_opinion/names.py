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
CART = names("Product Added", "Wishlist Product Added to Cart", "Product Removed", "Cart Emptied", "Cart Cleared") | SHOWS_CART
ORDERED = plain("Order Completed")
AFTER_ORDER = names("Order Updated", "Order Cancelled", "Order Refunded")
MAIL = names("Email Delivered", "Email Opened", "Email Link Clicked", "Email Sent", "Email Delayed")
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


def is_activity(event):
    """Whether the event shows that the person is there."""
    if event.name in KNOWN:
        return event.name not in WITHOUT_ACTIVITY
    return event.topic != "email"

"""What people answer in forms, as a seller reads it. Those that shops of `simulate` have; any other is refused."""

ANSWERS = {
    "yes": ["yes", "approved", "planned"],
    "no": ["no budget", "not yet", "i am only looking", "no plans"],
    "unknown": ["unknown", "noch offen"],
    "amount": ["15000", "$50k", "€20,000", "10.000 – 25.000 €"],
    "decides": ["ceo", "i decide", "decision maker", "i am the final decision maker"],
    "influences": ["i recommend", "part of the committee", "influencer", "my manager decides", "einkauf entscheidet"],
    "high": ["critical", "high", "urgent", "asap", "immediately"],
    "medium": ["medium", "nice to have"],
    "low": ["low", "just curious", "planned for next year"],
    "other": ["we lose leads every week"],
}
# The longest time that is named, in months.
MONTHS = {
    "immediately": 0, "asap": 0, "0-3 months": 3, "0–3 months": 3, "this quarter": 3, "next quarter": 6, "3–6 months": 6, "6-12 months": 12,
    "this year": 12, "next year": 24, "no plans": None,
}
MEANS = {words: meaning for meaning, all_words in ANSWERS.items() for words in all_words}


def means(answer, wanted):
    if answer is None:
        return False
    return MEANS[str(answer).strip().lower()] in ([wanted] if isinstance(wanted, str) else wanted)


def months(answer):
    return None if answer is None else MONTHS[str(answer).strip().lower()]

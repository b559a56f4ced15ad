"""The commands, each with the options of its own; what all of them share is the frame's."""

# Those that ask a shop a question and tell the answer in every form, in the order in which help lists them; of two
# words the first names a group.
QUESTIONS = (
    "segment", "churn", "referral-report", "check", "explain", "retention", "funnel", "activation", "value", "winback",
    "movement", "acquisition", "profile", "points", "levels", "monitor", "risk", "report", "campaign template",
    "campaign plan", "campaign evaluate", "campaign learn", "campaign power", "campaign list", "campaign show",
)  # fmt: skip
# Lists that leave the house, and what is remembered of those they reached.
CONTACTS = ("export", "suppress", "forget", "contacts", "audit")
COMMANDS = (*QUESTIONS[:3], *CONTACTS, *QUESTIONS[3:], "run", "init", "demo", "config show", "cache")
GROUPS = {
    "campaign": "Plan a campaign within a budget and with proof, and read what it brought.",
    "config": "The settings of this shop.",
}

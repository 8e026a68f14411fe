"""Every write in the system, by name: ask policy, change, one ledger line, in one transaction.

The shape of each: keyword-only, verb first, the time is an argument (`at`), a refusal is a sentence for the screen.
"""

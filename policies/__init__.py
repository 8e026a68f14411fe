"""What ought to happen: plain Python, values in, answers out. No Django, no clock, no settings."""

"""Every read longer than a line. Nothing here writes."""

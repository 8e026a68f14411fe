"""What is on record, how it is written, how it is read."""

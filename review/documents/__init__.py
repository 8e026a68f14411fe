"""Files out: the open catalogue as PDF and CSV, sealed as a release bundle. Knows nothing of the database."""

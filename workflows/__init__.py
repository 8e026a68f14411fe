"""Who does what, in which order: Viewflow lives only here."""

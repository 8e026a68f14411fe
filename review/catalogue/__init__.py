"""The porch: the open catalogue for the public.

An app with its own models and its own database, fed by release bundles and by nothing else. It imports nothing else
of the house, so that it can stand alone on the far side of an air gap.
"""

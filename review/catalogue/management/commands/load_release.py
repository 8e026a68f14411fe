"""`manage.py load_release BUNDLE`: publish_release under its former name."""

from review.catalogue.management.commands.publish_release import Command

__all__ = ["Command"]

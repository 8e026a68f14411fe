"""The desks: open the door, clean the form, call one operation."""

from workflows.views.countersign import countersign
from workflows.views.reconcile import reconcile
from workflows.views.release import release
from workflows.views.review import review
from workflows.views.sign_off import sign_off

__all__ = ["countersign", "reconcile", "release", "review", "sign_off"]

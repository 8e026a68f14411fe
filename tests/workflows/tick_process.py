"""A tick in a process of its own, a few clocks at a time: python -m tests.workflows.tick_process DAY. Says when it begins."""

import os
import sys
from datetime import date

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()

    from django.utils import timezone

    from workflows import ticking

    ticking.AT_ONCE = 3
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    ticking.tick(at=timezone.now(), today=date.fromisoformat(sys.argv[1]))

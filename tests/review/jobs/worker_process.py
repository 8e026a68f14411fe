"""`manage.py work`, knowing the kinds of the tests: python -m tests.review.jobs.worker_process [options of work]."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()

    from django.core.management import call_command

    from review.jobs.kinds import KINDS
    from tests.review.jobs import kinds_of_tests

    KINDS.update(kinds_of_tests.KINDS)
    call_command("work", *sys.argv[1:])

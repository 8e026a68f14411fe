"""What the list of work reads by: the running clock of a task, and who finished which task when."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("workflows", "0003_cases_of_the_mechanism"), ("review", "0007_kept_by_triggers")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX workflows_clock_of_task ON review_clock (subject, due_on) WHERE ended_at IS NULL",
            "DROP INDEX workflows_clock_of_task",
        ),
        migrations.RunSQL(
            "CREATE INDEX workflows_done_by ON viewflow_task (owner_id, finished) "
            "WHERE status = 'DONE' AND flow_task_type = 'HUMAN'",
            "DROP INDEX workflows_done_by",
        ),
    ]

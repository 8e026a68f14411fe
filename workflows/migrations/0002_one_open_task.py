"""One open task a process, node and token (docs/decisions/0002), and the indexes that the list of work reads."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial"), ("viewflow", "0015_task_scheduled")]

    operations = [
        migrations.RunSQL(
            "CREATE UNIQUE INDEX workflows_one_open_task ON viewflow_task (process_id, flow_task, token) "
            "WHERE status IN ('NEW', 'ASSIGNED', 'STARTED', 'SCHEDULED')",
            "DROP INDEX workflows_one_open_task",
        ),
        migrations.RunSQL(
            "CREATE INDEX workflows_open_queue ON viewflow_task (owner_permission, owner_permission_obj_pk, created) "
            "WHERE status = 'NEW' AND flow_task_type = 'HUMAN'",
            "DROP INDEX workflows_open_queue",
        ),
        migrations.RunSQL(
            "CREATE INDEX workflows_open_inbox ON viewflow_task (owner_id, created) WHERE status = 'ASSIGNED'",
            "DROP INDEX workflows_open_inbox",
        ),
    ]

"""manage.py tick: what happens because time passes. Safe to run as often as wanted, by several machines at once."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from workflows.ticking import tick


class Command(BaseCommand):
    help = (
        "Remind, escalate and lapse what is due today; bring back what is to be assessed again; send waiting mails."
    )

    def handle(self, *args, **options):
        done = tick(at=timezone.now(), today=timezone.localdate())
        self.stdout.write(
            f"提醒和升级 {done.fired} 次，其中逾期办结 {done.lapsed} 件；重新审核 {done.brought_back} 批，再次移送"
            f" {done.asked_again} 件；接收网上申请 {done.taken_in} 件；寄出邮件 {done.mailed} 封。 {done.fired} rungs fired, {done.lapsed} pieces of work"
            f" ended by time; {done.brought_back} batches brought back, {done.asked_again} referrals asked again;"
            f" {done.taken_in} requests of visitors taken in; {done.mailed} mails sent."
        )
        if done.failed:
            names = ", ".join(done.failed)
            raise CommandError(f"未能办成：{names}。其余照办。 These failed: {names}. The others were done.")

"""Addresses of the pages that are no task."""

from django.urls import path

from review.views.agencies import agencies, agency
from review.views.appearance import appearance
from review.views.audit import audit, audit_batch, audit_entry, follow
from review.views.batches import batch, batches
from review.views.corrections import correction
from review.views.due import due, due_download, due_entries
from review.views.exports import export
from review.views.help import glossary, help_index, help_role, parts, tours_seen
from review.views.holdings import holdings_entry, holdings_fonds, holdings_list, note_event
from review.views.intakes import give_up, intake, intakes, read, receive, report, save, undo
from review.views.jobs import job, job_progress
from review.views.ledger import ledger_download, ledger_lines
from review.views.limits import change_limit, deliveries, limits
from review.views.notices import mail_address, notices, read_notices
from review.views.objects import object_image, show_object
from review.views.papers import make_package, package, package_file, paper, returned_file
from review.views.policies import policies, rule, ruleset
from review.views.policy_drafts import begin_draft, draft
from review.views.policy_files import draft_file
from review.views.policy_impacts import adopt_draft, adopt_shipped, draft_impact, impact_sheet
from review.views.procedure import procedure, proposal, propose
from review.views.proposals import proposals, settle
from review.views.quality import quality
from review.views.questions import questions
from review.views.redacted_copies import redacted_copy, redacted_copy_file, redacted_copy_page
from review.views.redactions import redaction, redaction_entry, redaction_page, redactions
from review.views.referrals import referrals
from review.views.releases import releases
from review.views.source import source
from review.views.standing_in import standing_in
from review.views.unit_answers import unit_answers

urlpatterns = [
    path("batches/", batches, name="batches"),
    path("batches/<str:number>/", batch, name="batch"),
    path("batches/<str:number>/deliveries/", deliveries, name="deliveries"),
    path("batches/<str:number>/papers/<str:kind>/<str:key>/", paper, name="paper"),
    path("batches/<str:number>/packages/<int:pk>/", package, name="package"),
    path("batches/<str:number>/packages/<int:pk>/make/", make_package, name="make-package"),
    path("batches/<str:number>/packages/<int:pk>/<str:what>/", package_file, name="package-file"),
    path("batches/<str:number>/returned/<int:pk>/<str:what>/", returned_file, name="returned-file"),
    path("holdings/<str:code>/export/", export, name="export"),
    path("objects/<int:pk>/<int:page>/", show_object, name="object-page"),
    path("objects/<int:pk>/<int:page>/image/", object_image, name="object-image"),
    path("intakes/", intakes, name="intakes"),
    path("intakes/receive/", receive, name="receive-intake"),
    path("intakes/<int:pk>/", intake, name="intake"),
    path("intakes/<int:pk>/read/", read, name="read-intake"),
    path("intakes/<int:pk>/save/", save, name="save-intake"),
    path("intakes/<int:pk>/give-up/", give_up, name="give-up-intake"),
    path("intakes/<int:pk>/undo/", undo, name="undo-intake"),
    path("intakes/<int:pk>/report/", report, name="intake-report"),
    path("proposals/", proposals, name="proposals"),
    path("proposals/<int:pk>/settle/", settle, name="settle-proposal"),
    path("jobs/<int:pk>/", job, name="job"),
    path("jobs/<int:pk>/progress/", job_progress, name="job-progress"),
    path("policies/", policies, name="policies"),
    path("policies/drafts/", begin_draft, name="begin-draft"),
    path("policies/drafts/<int:pk>/", draft, name="draft"),
    path("policies/drafts/<int:pk>/files/<str:name>/", draft_file, name="draft-file"),
    path("policies/drafts/<int:pk>/impact/", draft_impact, name="draft-impact"),
    path("policies/drafts/<int:pk>/impact/<str:kind>/", impact_sheet, name="impact-sheet"),
    path("policies/drafts/<int:pk>/adopt/", adopt_draft, name="adopt-draft"),
    path("policies/<str:number>/adopt/", adopt_shipped, name="adopt-ruleset"),
    path("policies/<str:number>/", ruleset, name="ruleset"),
    path("policies/<str:number>/<str:code>/", rule, name="rule"),
    path("due/", due, name="due"),
    path("due/entries/", due_entries, name="due-entries"),
    path("due/sheet/", due_download, name="due-sheet"),
    path("holdings/", holdings_list, name="holdings"),
    path("holdings/<str:code>/", holdings_fonds, name="holdings-fonds"),
    path("holdings/<str:code>/<int:pk>/", holdings_entry, name="holdings-entry"),
    path("holdings/<str:code>/<int:pk>/event/", note_event, name="note-event"),
    path("agencies/", agencies, name="agencies"),
    path("agencies/<path:code>/", agency, name="agency"),
    path("quality/", quality, name="quality"),
    path("redactions/", redactions, name="redactions"),
    path("redactions/entries/<int:pk>/", redaction_entry, name="redaction-entry"),
    path("redactions/copies/<int:pk>/", redacted_copy, name="redacted-copy"),
    path("redactions/copies/<int:pk>/file/", redacted_copy_file, name="redacted-copy-file"),
    path("redactions/copies/<int:pk>/pages/<int:page>/", redacted_copy_page, name="redacted-copy-page"),
    path("redactions/<int:pk>/", redaction, name="redaction"),
    path("redactions/<int:pk>/pages/<int:page>/", redaction_page, name="redaction-page"),
    path("referrals/", referrals, name="referrals"),
    path("limits/", limits, name="limits"),
    path("limits/<int:pk>/", change_limit, name="change-limit"),
    path("notices/", notices, name="notices"),
    path("notices/read/", read_notices, name="read-notices"),
    path("notices/address/", mail_address, name="mail-address"),
    path("procedure/", procedure, name="procedure"),
    path("procedure/propose/", propose, name="propose-procedure"),
    path("procedure/<int:number>/", proposal, name="procedure-proposal"),
    path("appearance/", appearance, name="appearance"),
    path("help/", help_index, name="help"),
    path("help/glossary/", glossary, name="glossary"),
    path("help/parts/", parts, name="parts"),
    path("help/seen/", tours_seen, name="tours-seen"),
    path("help/roles/<str:code>/", help_role, name="help-role"),
    path("releases/", releases, name="releases"),
    path("batches/<str:number>/questions/", questions, name="questions"),
    path("releases/<str:number>/correction/", correction, name="correction"),
    path("audit/", audit, name="audit"),
    path("audit/follow/", follow, name="audit-follow"),
    path("audit/entries/<int:pk>/", audit_entry, name="audit-entry"),
    path("audit/batches/<str:number>/", audit_batch, name="audit-batch"),
    path("ledger/", ledger_lines, name="ledger"),
    path("ledger/lines.<str:kind>", ledger_download, name="ledger-download"),
    path("standing-in/", standing_in, name="standing-in"),
    path("answers/", unit_answers, name="own-answers"),
    path("answers/<path:code>/", unit_answers, name="unit-answers"),
    path("source/", source, name="source"),
]

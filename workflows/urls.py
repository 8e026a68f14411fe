"""Addresses of the desks. A task's address holds its number only; its node decides the desk."""

from django.urls import path

from workflows.asking import transfers
from workflows.flagging import flag, suspension, suspensions
from workflows.planning import begin_plan, cut_line, plan, plan_progress, start_batch
from workflows.receiving import letter, one_request, register, requests, review_on_demand
from workflows.views.door import open_task
from workflows.views.managing import manage, manage_task
from workflows.views.my_work import my_work
from workflows.views.overview import overview, overview_desk, overview_pdf, overview_sheet
from workflows.views.paper_answer import paper_answer
from workflows.views.release import made_catalogue
from workflows.views.search import search

urlpatterns = [
    path("", my_work, name="my-work"),
    path("work/<int:pk>/", open_task, name="task"),
    path("work/<int:pk>/catalogue/", made_catalogue, name="made-catalogue"),
    path("search/", search, name="search"),
    path("managing/", manage, name="manage"),
    path("managing/<int:pk>/", manage_task, name="manage-task"),
    path("flag/", flag, name="flag"),
    path("suspensions/", suspensions, name="suspensions"),
    path("suspensions/<str:number>/", suspension, name="suspension"),
    path("requests/", requests, name="requests"),
    path("requests/register/", register, name="register-request"),
    path("requests/<str:number>/", one_request, name="request"),
    path("requests/<str:number>/letter/", letter, name="request-letter"),
    path("requests/<str:number>/review/", review_on_demand, name="review-on-demand"),
    path("paper/<int:pk>/", paper_answer, name="paper-answer"),
    path("overview/", overview, name="overview"),
    path("overview/sheet/", overview_sheet, name="overview-sheet"),
    path("overview/paper/", overview_pdf, name="overview-pdf"),
    path("overview/at/<str:name>/", overview_desk, name="overview-desk"),
    path("plan/", plan, name="plan"),
    path("plan/<str:code>/start/", start_batch, name="start-batch"),
    path("plans/", begin_plan, name="begin-plan"),
    path("plans/<str:number>/", plan_progress, name="plan-progress"),
    path("plans/<str:number>/<int:position>/cut/", cut_line, name="cut-line"),
    path("transfers/", transfers, name="transfers"),
]

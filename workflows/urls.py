"""Addresses of the desks. A task's address holds its number only; its node decides the desk."""

from django.urls import path

from workflows.planning import plan, start_batch
from workflows.views.door import open_task
from workflows.views.my_work import my_work

urlpatterns = [
    path("", my_work, name="my-work"),
    path("work/<int:pk>/", open_task, name="task"),
    path("plan/", plan, name="plan"),
    path("plan/<str:code>/start/", start_batch, name="start-batch"),
]

"""Who acts when a command writes: always a person, never "the system"."""

from django.core.management.base import CommandError

from review.models import Fonds, Person


def acting_planner(fonds: Fonds, username: str | None) -> Person:
    """The person named, else the only planner of the fonds. Raises CommandError where neither tells who it is."""
    if username:
        person = Person.objects.filter(username=username).first()
        if person is None:
            raise CommandError(f"没有用户“{username}”。 There is no person “{username}”.")
        return person
    planners = list(Person.objects.filter(groups__name=f"planner:{fonds.code}", is_active=True).order_by("username"))
    if len(planners) != 1:
        names = ", ".join(person.username for person in planners) or "—"
        raise CommandError(
            f"请用 --by 写明由谁办理；全宗 {fonds.code} 的计划员：{names}。"
            f" Say with --by who does it; the planners of fonds {fonds.code}: {names}."
        )
    return planners[0]

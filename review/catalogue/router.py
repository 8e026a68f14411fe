"""Which database holds what: released copies in `catalogue`, everything else never there."""

from django.db.models import Model

ALIAS = "catalogue"


class CatalogueRouter:
    """Sends the models of the app `catalogue` to the database of that name, and keeps all others out of it."""

    def db_for_read(self, model: type[Model], **hints: object) -> str | None:
        return ALIAS if model._meta.app_label == "catalogue" else None

    db_for_write = db_for_read

    def allow_relation(self, left: Model, right: Model, **hints: object) -> bool | None:
        if "catalogue" in (left._meta.app_label, right._meta.app_label):
            return left._meta.app_label == right._meta.app_label
        return None

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return (db == ALIAS) == (app_label == "catalogue")

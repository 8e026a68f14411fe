"""Scenes of countersign packages, and of the password typed again."""

from review.operations import packaging, reauthenticating
from review.queries.packages import newest_package
from review.readers.package_answers import read_package
from tests import filled_packages
from tests.review.scenes import Scene
from tests.world import NOW, TODAY


def _take_back(world, batch):
    package = newest_package(filled_packages.asked_of(batch))
    path = filled_packages.answered(package, world.folder / "sheet.xlsx", filled_packages.OBJECT)
    packaging.take_back_package(
        package=package,
        filled=read_package(path),
        file=filled_packages.came_back(path),
        letter=filled_packages.letter(world.folder),
        by=world["reconciler"],
        at=NOW,
        today=TODAY,
    )


def _attach(world, batch):
    asked = filled_packages.asked_of(batch)
    packaging.attach_letter(
        countersignature=asked,
        letter=filled_packages.letter(world.folder),
        by=world.people.units[asked.agency_id],
        at=NOW,
    )


SCENES = {
    "packaging.attach_letter": Scene("countersign", _attach),
    "packaging.make_package": Scene("countersign", filled_packages.made),
    "packaging.take_back_package": Scene("countersign", _take_back, before=filled_packages.made),
    "reauthenticating.prove": Scene(
        None, lambda w, _b: reauthenticating.prove(by=w["confirmer"], right=lambda: False, at=NOW)
    ),
}

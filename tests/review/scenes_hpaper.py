"""Scenes of countersign packages."""

from review.operations import packaging
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


SCENES = {
    "packaging.make_package": Scene("countersign", filled_packages.made),
    "packaging.take_back_package": Scene("countersign", _take_back, before=filled_packages.made),
}

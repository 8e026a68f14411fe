"""Each import contract is broken on purpose, in a copy, and the breach is caught by that contract."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

# contract: (file of the copy, the forbidden import written at its end)
BREACHES = {
    "The floors: config -> workflows -> review -> policies": ("policies/dates.py", "import review.models"),
    "Inside review, each module in its place": ("review/models/holdings.py", "import review.access"),
    "Inside workflows, each module in its place": ("workflows/forms.py", "import workflows.nodes"),
    "Operations do not call one another": ("review/operations/signing.py", "import review.operations.titling"),
    "The porch imports nothing else of the house": ("review/catalogue/models.py", "import review.models"),
    "Only releasing hands the porch a bundle": ("review/queries/editions.py", "import review.catalogue.models"),
    "django-guardian only in access": ("review/operations/appointing.py", "import guardian.shortcuts"),
    "WeasyPrint only in documents": ("review/views/batches.py", "import weasyprint"),
    "Viewflow only in workflows": ("review/queries/progress.py", "import viewflow.workflow"),
    "Policies are plain Python": ("policies/roles.py", "import django.conf"),
    "Readers, documents and sample know nothing of the database": (
        "review/readers/delimited.py",
        "import review.models",
    ),
}
# A module that nobody placed breaks the exhaustive contracts.
UNPLACED = {
    "Inside review, each module in its place": "review/helpers.py",
    "Inside workflows, each module in its place": "workflows/helpers.py",
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("house")
    for name in ("config", "workflows", "review", "policies"):
        shutil.copytree(
            settings.BASE_DIR / name,
            target / name,
            ignore=shutil.ignore_patterns("fonts", "static", "words", "locale"),
        )
    shutil.copy(settings.BASE_DIR / "pyproject.toml", target)
    return target


def lint(folder: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_every_contract_has_a_breach():
    text = (settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8")
    for name in BREACHES:
        assert f'name = "{name}"' in text
    assert text.count("[[tool.importlinter.contracts]]") == len(BREACHES)


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_of_each_contract_is_caught(copy, contract):
    file, line = BREACHES[contract]
    path = copy / file
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(f"{before}\n\n{line}\n", encoding="utf-8")
        assert f"{contract} BROKEN" in lint(copy)
    finally:
        path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("contract", UNPLACED)
def test_a_module_that_nobody_placed_is_caught(copy, contract):
    path = copy / UNPLACED[contract]
    try:
        path.write_text('"""A drawer."""\n', encoding="utf-8")
        assert f"{contract} BROKEN" in lint(copy)
    finally:
        path.unlink()


def test_the_copy_without_a_breach_keeps_every_contract(copy):
    assert f"{len(BREACHES)} kept, 0 broken" in lint(copy)

"""What the documentation names is there: links, commands, settings, and every name of the glossary."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
PAGES = [*READMES, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def broken_links(page: Path) -> list[str]:
    """The relative links of a page that lead to no file or folder."""
    text = re.sub(r"`[^`]*`", "", page.read_text(encoding="utf-8"))
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    own = [link for link in links if not link.startswith(("http:", "https:", "#"))]
    return [link for link in own if not (page.parent / unquote(link.partition("#")[0])).exists()]


def named_paths(page: Path) -> set[str]:
    """The paths from the project's root that a page names as code: `review/access.py`, `workflows/views/`."""
    top = "|".join(sorted(path.name for path in ROOT.iterdir() if path.is_dir() and path.name.isidentifier()))
    return set(re.findall(rf"`((?:{top})/[\w./-]*)`", page.read_text(encoding="utf-8"))) - MADE_UP


# Paths of the invented stage in how-to-add-a-step, and folders that a run makes.
MADE_UP = {
    "policies/sampling.py", "review/operations/sampling.py", "workflows/views/sampling.py",
    "templates/workflows/sampling.html", "var/releases", "var/releases/2026-1", "var/secret_key",
    "var/seal", "var/seal/authority.pem", "var/public_secret_key",
    "workflows/flows.opening.OpeningFlow.reconcile",
}  # fmt: skip


def glossary() -> list[tuple[str, str]]:
    """Each name of the glossary with the file that it is said to be in."""
    rows = re.findall(
        r"^\|[^|]+\|[^|]+\|([^|]+)\| `([^`]+)` \|$", (ROOT / "docs/glossary.md").read_text("utf-8"), re.M
    )
    return [(name, where) for names, where in rows for name in re.findall(r"`(\w+)`", names)]


@each_page
def test_every_link_leads_somewhere(page):
    assert not broken_links(page)


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("[here](page.md#part) [there](https://example.org/) [nowhere](no-such-page.md)", encoding="utf-8")
    assert broken_links(page) == ["no-such-page.md"]


@each_page
def test_every_path_named_is_there(page):
    assert not [path for path in named_paths(page) if not (ROOT / path).exists()]


@each_page
def test_every_command_named_is_there(page):
    text = page.read_text(encoding="utf-8")
    commands = set(re.findall(r"manage\.py ([a-z_]+)", text))
    assert commands <= set(get_commands()), commands - set(get_commands())
    scripts = set(re.findall(r"\bscript/([a-z_]+(?:\.py)?)", text))
    assert not [name for name in scripts if not (ROOT / "script" / name).exists()]


@pytest.mark.parametrize(("name", "where"), glossary())
def test_every_name_of_the_glossary_is_where_it_says(name, where):
    assert re.search(rf"\b{name}\b", (ROOT / where).read_text(encoding="utf-8")), f"{name} is not in {where}"


def test_the_glossary_is_read():
    assert len(glossary()) > 60


@pytest.mark.parametrize("readme", READMES, ids=lambda page: page.name)
def test_both_readmes_list_every_setting_and_no_other(readme):
    outside = r"(?:QIFENG|DATABASE|CATALOGUE_DATABASE)_[A-Z_]+"
    told = set(re.findall(rf"`({outside})`", readme.read_text(encoding="utf-8")))
    settings = "".join((ROOT / "config" / name).read_text(encoding="utf-8") for name in ("settings.py", "public.py"))
    read = set(re.findall(rf'"({outside})"', settings))
    assert told == read


@pytest.mark.parametrize("readme", READMES, ids=lambda page: page.name)
def test_both_readmes_name_every_option_of_the_demonstration(readme):
    text = readme.read_text(encoding="utf-8")
    usage = re.findall(r"\[(--[a-z-]+)", (ROOT / "script" / "demo").read_text(encoding="utf-8"))
    assert usage
    assert not [option for option in usage if f"`{option}" not in text]


def test_the_map_names_every_import_contract():
    names = re.findall(
        r'\[\[tool\.importlinter\.contracts\]\]\nname = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8")
    )
    text = (ROOT / "docs/map.md").read_text(encoding="utf-8")
    assert names
    assert not [name for name in names if name not in text]


def test_dependencies_gives_a_reason_for_every_package():
    packages = re.findall(
        r'^    "([a-z][a-z0-9-]+)', (ROOT / "pyproject.toml").read_text("utf-8").partition("[build-system]")[0], re.M
    )
    text = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    assert packages
    assert not [name for name in packages if not re.search(rf"\b{name}\b", text)]

"""The page docs/traceability.md: each article that the code cites, where it is done, and which tests show it.

Read from the files of the project itself: docstrings and sentences of policies, docstrings above them, the articles of
rules, the basis of procedures. Files in, a page out; nothing of the database.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from policies.citations import Citation, citations_in
from policies.laws import INSTRUMENTS, MARKS

CODE = ("policies", "review/operations", "review/queries", "review/models", "review/documents", "workflows")
WITH_SENTENCES = ("policies", "review/documents")  # there texts count too: what a screen or a form says of an article
SKIPPED = ("migrations", "policies/laws.py", "policies/citations.py", "review/documents/traceability.py")
POLICY = re.compile(r"house policy|is policy|are policy|policy, not law|本馆政策|为政策")
SHOWN = 4  # test modules named for a place; the others are found from these


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is cited: its file, what in it, the text, and the words by which a test would mention it."""

    path: str
    name: str
    text: str
    known_as: tuple[str, ...]

    @property
    def policy(self) -> bool:
        """Whether the text says that it is house policy, in whole or in part."""
        return bool(POLICY.search(self.text))


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything cited, with its places and their tests; and what leads nowhere."""

    cited: dict[Citation, list[tuple[Place, tuple[str, ...]]]]
    lost: list[str]


def places_of(root: Path) -> Iterator[Place]:
    """Every text of the project that may cite, in the order of its files."""
    for folder in CODE:
        for path in sorted((root / folder).rglob("*.py")):
            where = path.relative_to(root).as_posix()
            if not any(part in where for part in SKIPPED):
                yield from _of_module(path, where)
    for path in sorted((root / "templates").rglob("*.html")):
        where = path.relative_to(root).as_posix()
        address = path.stem.replace("_", "-")  # pages are named as their templates
        asked = (f'reverse("{address}"', f'reverse("catalogue:{address}"')
        yield Place(where, "", path.read_text(encoding="utf-8"), (*asked, where.removeprefix("templates/")))
    for path in sorted((root / "policies" / "rulesets").glob("*/*.yaml")):
        yield from _of_rules(path, path.relative_to(root).as_posix())
    for path in sorted((root / "policies" / "procedures").glob("*.yaml")):
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        text = f"{read['basis']['zh']} {read['basis']['en']}"
        yield Place(path.relative_to(root).as_posix(), "basis", text, ("shipped(", "read_procedure("))


def _of_module(path: Path, where: str) -> Iterator[Place]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = where.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    as_module = (module,)
    if text := ast.get_docstring(tree):
        yield Place(where, "", text, as_module)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            text = ast.get_docstring(node)
            if text:
                yield Place(where, node.name, text, (node.name, module))
    if not where.startswith(WITH_SENTENCES):
        return
    seen: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            seen.add(ast.get_docstring(node, clean=False) or "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in seen:
            seen.add(node.value)
            yield Place(where, "", node.value, as_module)


def _of_rules(path: Path, where: str) -> Iterator[Place]:
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    if isinstance(read, dict) and isinstance(read.get("article"), dict):
        basis = (read.get("closure") or {}).get("basis", "") if isinstance(read.get("closure"), dict) else ""
        said = "The term is house policy." if basis == "policy" else ""
        for text in read["article"].values():
            yield Place(where, str(read.get("id", "")), f"{text} {said}", ("must_match",))


def trace(root: Path) -> Trace:
    """Follow every citation of the project to its article, and every place to the tests that mention it."""
    tests = Tests(root)
    cited: dict[Citation, list[tuple[Place, tuple[str, ...]]]] = {}
    lost: list[str] = []
    about: dict[str, list[Citation]] = {}  # what was cited in a file so far: an article that names no law means it
    for place in places_of(root):
        found, nowhere = citations_in(place.text, about=about.get(place.path, ()))
        about.setdefault(place.path, []).extend(found)
        lost += [f"{_named(place)}: “{one.text}”: {one.why}" for one in nowhere]
        if not found:
            continue
        shown_by = tests.of(place)
        if not shown_by:
            lost.append(f"{_named(place)}: no test mentions it")
        for citation in found:
            cited.setdefault(citation, []).append((place, shown_by))
    return Trace(cited, lost)


class Tests:
    """The tests of the project and what each mentions. Scenes of operations count: a test walks through all of them."""

    def __init__(self, root: Path) -> None:
        files = sorted({*(root / "tests").rglob("test_*.py"), *(root / "tests").rglob("scenes_*.py")})
        self._texts = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}
        self._importers = _importers(root)
        self._modules = {
            _module_of(path, root): path.read_text(encoding="utf-8")
            for folder in ("review", "workflows")
            for path in sorted((root / folder).rglob("*.py"))
        }
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, place: Place) -> tuple[str, ...]:
        """The tests that mention a place: by its own name, by its module's, or by a module that stands on it."""
        for words in place.known_as:
            if found := self._mention(words):
                return found
        module = place.known_as[-1]
        near = self._showing(module) if module.endswith(".html") else list(self._importers.get(module, ()))
        for importer in [*near, *(far for one in near for far in self._importers.get(one, ()))]:
            if found := self._mention(importer):
                return found
        return ()

    def _showing(self, template: str) -> list[str]:
        """The modules that show a template, and those that stand on them."""
        showing = [module for module, text in self._modules.items() if template in text]
        return [*showing, *(one for module in showing for one in self._importers.get(module, ()))]

    def _mention(self, words: str) -> tuple[str, ...]:
        if words not in self._known:
            package, _, name = words.rpartition(".")
            pattern = rf"\b{re.escape(words)}\b" if words[-1].isalnum() else re.escape(words)
            if package:  # from review.operations import planning, signing
                pattern += rf"|from {re.escape(package)} import (?:\([^)]*|[^\n]*)\b{name}\b"
            found = re.compile(pattern)
            self._known[words] = tuple(path for path, text in self._texts.items() if found.search(text))
        return self._known[words]


def _module_of(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix().removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _importers(root: Path) -> Mapping[str, list[str]]:
    """Which modules of the house import which: module -> those that stand on it, in the order of their files."""
    found: dict[str, list[str]] = {}
    for folder in ("policies", "review", "workflows"):
        for path in sorted((root / folder).rglob("*.py")):
            own = _module_of(path, root)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module:
                    for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                        if own not in found.setdefault(name, []):
                            found[name].append(own)
    return found


def _named(place: Place) -> str:
    return f"{place.path}: {place.name}" if place.name else place.path


def page(found: Trace) -> str:
    """The page, as it is committed and compared."""
    lines = [
        "# Traceability",
        "",
        "Made by `manage.py trace_law` from the code; `--check` fails when it is out of date, when a citation leads nowhere,",
        "or when no test mentions the place. Marks say how well we know the text of an instrument:"
        + "".join(f" {mark}, {said.en};" for mark, said in MARKS.items()).rstrip(";")
        + ". “policy” stands where the place itself says that it is house policy and not law, in whole or in part.",
        "",
    ]
    for kind, title in (("law", "Laws, regulations and measures"), ("standard", "Standards")):
        lines += [f"## {title}", ""]
        for code, law in INSTRUMENTS.items():
            articles = sorted((c for c in found.cited if c.instrument == code), key=lambda c: c.article or 0)
            if law.kind != kind or not articles:
                continue
            named = law.name.zh if law.name.zh == law.name.en else f"{law.name.zh} · {law.name.en}"
            lines += [f"### {named} [{law.mark}]", "", "| article | where it is done | shown by |", "|---|---|---|"]
            for citation in articles:
                lines += _rows(citation, found.cited[citation])
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _rows(citation: Citation, places: Iterable[tuple[Place, tuple[str, ...]]]) -> list[str]:
    """One row a folder of rules or a module: its functions, and the tests of all of them."""
    law = INSTRUMENTS[citation.instrument]
    number = "—" if citation.article is None else str(citation.article)
    if citation.article is not None and law.mark_of(citation.article) != law.mark:
        number += f" [{law.mark_of(citation.article)}]"
    by_file: dict[str, tuple[dict[str, None], dict[str, None], list[bool]]] = {}
    for place, tests in places:
        in_rules = place.path.startswith("policies/rulesets/") and place.path.endswith(".yaml")
        file = place.path.rpartition("/")[0] + "/" if in_rules else place.path
        names, shown, policy = by_file.setdefault(file, ({}, {}, []))
        if place.name:
            names[f"{place.name} (policy)" if in_rules and place.policy else place.name] = None
        shown.update(dict.fromkeys(tests))
        policy.append(place.policy and not in_rules)
    rows = []
    for file, (names, shown, policy) in by_file.items():
        where = f"`{file}`" + (f": {', '.join(names)}" if names else "") + (" · **policy**" if any(policy) else "")
        told = ", ".join(f"`{name}`" for name in list(shown)[:SHOWN]) + (
            f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
        )
        rows.append(f"| {number} | {where} | {told} |")
        number = ""
    return rows

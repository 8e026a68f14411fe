"""The source of what runs here, as AGPL-3.0 section 13 asks: offered on every page, to everyone."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest

# Named one by one, so that a database or a password beside the code is never swept in.
PARTS = (
    "LICENSE", "README.md", "README.zh-CN.md", "CONTRIBUTING.md", "manage.py", "pyproject.toml", "requirements.lock",
    "requirements-test.lock", "requirements-full.lock", "config", "workflows", "review", "policies", "templates",
    "tests", "script", "docs", "bench", ".ci", ".gitignore",
)  # fmt: skip


def source(request: HttpRequest) -> FileResponse:
    """A .tar.gz of the project as it stands on this server, made once after each start of a new version."""
    newest = max(int(path.stat().st_mtime) for part in PARTS for path in _files(Path(settings.BASE_DIR) / part))
    archive = settings.VAR_DIR / f"qifeng-source-{newest}.tar.gz"
    if not archive.exists():
        draft = archive.with_suffix(f".{id(request)}.draft")
        with tarfile.open(draft, "w:gz", compresslevel=5) as tar:
            for part in PARTS:
                path = Path(settings.BASE_DIR) / part
                if path.exists():
                    tar.add(path, arcname=f"qifeng/{part}", filter=_only_source)
        draft.rename(archive)
    return FileResponse(archive.open("rb"), as_attachment=True, filename="qifeng-source.tar.gz")


def _files(path: Path) -> Iterator[Path]:
    """The file itself, or every file below the folder; nothing where neither is there."""
    if path.is_dir():
        yield from (file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    elif path.exists():
        yield path


def _only_source(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leaves out compiled files and says nothing of who owns the files here."""
    if "__pycache__" in member.name or member.name.endswith(".pyc"):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member

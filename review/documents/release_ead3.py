"""EAD3 of what a release opens, one finding aid for each fonds: public fields of opened entries and nothing else.

lxml, element by element, is too slow for a million entries: it writes the frame, and the components, which are
a few elements of escaped text, are written between its tags as they come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from policies.sentences import Sentence
from review.documents.entries_jsonl import Row
from review.documents.exports.ead3 import EAD3
from review.documents.exports.ead_components import Writing

# What a path, or a disk of another system, takes for something else.
_STRANGE = re.compile(r'^\.|[/\\~:*?"<>|]')
_ISO = re.compile(r"[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_MORE = {"\r": "&#13;", "\t": "&#9;"}

_OPEN = Sentence("本目录所列档案自{on}起向社会开放。", "The records listed here are open to the public from {on}.")
_EARLY = Sentence("提前开放。", "Opened early.")
_IN_PART = Sentence("部分开放：提供经遮盖的复制件。", "Open in part: a redacted copy is provided.")


class Frame(NamedTuple):
    """What stands in every finding aid of a release."""

    number: str
    archives: Sentence
    issued_on: date
    code_version: str


def ead3_name(code: str) -> str:
    """The file of a fonds in the bundle: its code, in which the few signs that a path cannot have are written ~HEX~."""
    return f"ead3/{_STRANGE.sub(lambda sign: f'~{ord(sign[0]):X}~', code)}.xml"


class Ead3Files:
    """The finding aids being written into `folder`, one after the other as the rows come; `fonds`: codes with titles."""

    def __init__(self, folder: Path, frame: Frame, fonds: Sequence[tuple[str, str]]) -> None:
        self._folder, self._frame = folder, frame
        self._waiting = dict(fonds)
        self._open = ExitStack()
        self._file: object = None
        self._fonds: str | None = None
        self._series = ""
        (folder / "ead3").mkdir(exist_ok=True)

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows, those of one fonds together, and in it those of one series."""
        parts: list[str] = []
        for row in rows:
            if row.fonds_code != self._fonds:
                self._put(parts)
                self._begin(row.fonds_code)
            if row.series_title != self._series:
                parts.append(self._turn_to(row.series_title))
            parts.append(_component(row))
        self._put(parts)

    def close(self) -> None:
        """Finish the last one, and write those of fonds of which nothing came."""
        self._end()
        for code in list(self._waiting):
            self._begin(code)
            self._end()

    def abandon(self) -> None:
        """Let the file that is open go as it is."""
        self._open.close()

    def _begin(self, code: str) -> None:
        self._end()
        self._fonds = code
        title = self._waiting.pop(code)
        file = self._open.enter_context((self._folder / ead3_name(code)).open("wb"))
        self._file = self._open.enter_context(_finding_aid(file, self._frame, code, title))

    def _end(self) -> None:
        if self._fonds is not None:
            self._put([self._turn_to("")])
        self._open.close()
        self._fonds = None

    def _turn_to(self, series: str) -> str:
        """The tags that end the series before and begin this one; "" is none."""
        ended = "</c>\n" if self._series else ""
        self._series = series
        if not series:
            return ended
        return f'{ended}<c level="series"><did><unittitle>{_text(series)}</unittitle></did>\n'

    def _put(self, parts: list[str]) -> None:
        if parts:
            self._file.write("".join(parts).encode())  # type: ignore[attr-defined]
            parts.clear()


def _component(row: Row) -> str:
    said = ""
    if row.responsible_body:
        said += f"<origination><name><part>{_text(row.responsible_body)}</part></name></origination>"
    if row.date:
        normal = f' normal="{row.date}"' if _ISO.fullmatch(row.date) else ""
        said += f"<unitdate{normal}>{_text(row.date)}</unitdate>"
    if row.extent:
        said += f"<physdesc>{_text(row.extent)}</physdesc>"
    if row.redacted_copy:
        said += f'<dao daotype="derived" href="../copies/{row.redacted_copy}.pdf"></dao>'
    access = f"{_EARLY} " if row.early_opening else ""
    access += str(_IN_PART) if row.redacted_copy else ""
    if access:
        access = f"<accessrestrict><p>{_text(access.strip())}</p></accessrestrict>"
    return (
        f'<c level="otherlevel" otherlevel="entry"><did><unitid>{_text(row.reference_code)}</unitid>'
        f"<unittitle>{_text(row.public_title)}</unittitle>{said}</did>{access}</c>\n"
    )


@contextmanager
def _finding_aid(file: object, frame: Frame, code: str, title: str) -> Iterator[object]:
    """The file with everything but its components; what is written to it inside the `with` stands in <dsc>."""
    with etree.xmlfile(file, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{EAD3.namespace}}}ead", nsmap={None: EAD3.namespace}):
            ead = Writing(xml, EAD3)
            _control(ead, frame, code, title)
            with ead.inside("archdesc", level="fonds"):
                with ead.inside("did"):
                    for name in (frame.archives.zh, frame.archives.en):
                        ead.named("repository", "corpname", text=name)
                    ead.text("unitid", code)
                    ead.text("unittitle", title)
                ead.lines("accessrestrict", str(_OPEN.filled(on=frame.issued_on)))
                with ead.inside("dsc", dsctype="combined"):
                    xml.write("\n")
                    xml.flush()  # what lxml holds back belongs before what is written past it
                    yield file


def _control(ead: Writing, frame: Frame, code: str, title: str) -> None:
    day = frame.issued_on.isoformat()
    with ead.inside("control", langencoding="iso639-2b", scriptencoding="iso15924", dateencoding="iso8601"):
        ead.text("recordid", f"{frame.number}/{code}")
        with ead.inside("filedesc"):
            with ead.inside("titlestmt"):
                ead.text("titleproper", f"{title or code} {frame.number}")
            with ead.inside("publicationstmt"):
                for name in (frame.archives.zh, frame.archives.en):
                    ead.text("publisher", name)
                ead.text("date", day, normal=day)
        ead.text("maintenancestatus", "", value="new")
        with ead.inside("maintenanceagency"):
            for name in (frame.archives.zh, frame.archives.en):
                ead.text("agencyname", name)
        with ead.inside("languagedeclaration"):
            ead.text("language", "中文", langcode="chi")
            ead.text("script", "汉字", scriptcode="Hani")
        with ead.inside("maintenancehistory"), ead.inside("maintenanceevent"):
            ead.text("eventtype", "", value="created")
            ead.text("eventdatetime", day, standarddatetime=day)
            ead.text("agenttype", "", value="machine")
            ead.text("agent", f"启封 Qifeng {frame.code_version}")


def _text(text: str) -> str:
    return escape(text, _MORE)

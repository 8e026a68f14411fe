"""The last page of a redacted copy: what was withheld, how often, on which grounds and until when. It quotes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from policies.redacting import Mark, label_of, term_days
from policies.sentences import Sentence
from review.documents.papers import Head, Paper, Table, article_said, ground_said, paper_pdf


@dataclass(frozen=True, slots=True)
class Colophon:
    """What the last page says: whose copy this is, made on which day, and the marks it was made from."""

    archives: Sentence
    language: str
    fonds: str
    reference_code: str
    pages: int
    on: date
    marks: tuple[Mark, ...]

    @property
    def title(self) -> str:
        """The title of the file itself: the code of the master and what this is, never the title of the record."""
        return f"{self.reference_code} {_COPY.of(self.language)}"


def colophon_pdf(colophon: Colophon) -> bytes:
    """The last page as a PDF of its own. Raises Refusal where it cannot be set."""
    head = Head(colophon.reference_code, colophon.on, colophon.archives, colophon.language)
    marks = colophon.marks
    return paper_pdf(
        Paper(
            kind="redacted_copy",
            head=head,
            title=head.say(_TITLE),
            paragraphs=(head.say(_WHAT).format(code=colophon.reference_code), head.say(_MASTER)),
            facts=(
                (head.say(_CODE), colophon.reference_code),
                (head.say(_FONDS), colophon.fonds),
                (head.say(_PAGES), str(colophon.pages)),
                (
                    head.say(_WITHHELD),
                    head.say(_PLACES).format(n=len(marks), pages=len({mark.page for mark in marks})),
                ),
            ),
            tables=(_grounds(head, marks),),
            closing=(head.say(_ASK),),
        )
    )


def _grounds(head: Head, marks: Sequence[Mark]) -> Table:
    language = head.language
    columns = ((_PRINTED, 2), (_GROUND, 6), (_ARTICLE, 7), (_NUMBER, 2), (_UNTIL, 5))
    return Table(
        head.say(_CAPTION),
        tuple((head.say(name), share) for name, share in columns),
        tuple(
            (
                label_of(ground),
                ground_said(ground, language),
                article_said(ground, language),
                str(count),
                first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}",
            )
            for ground, (count, first, last) in term_days(marks).items()
        ),
    )


_COPY = Sentence("遮蔽件", "redacted copy")
_TITLE = Sentence("部分开放遮蔽说明", "What is withheld in this copy")
_WHAT = Sentence(
    "本件是档号 {code} 的遮蔽件，供部分开放利用。页面由原件图像重新制作；涂黑之处，原文的图像和文字均已去除，黑框内数字为依据代号。",
    "This is a redacted copy of {code}, for partial opening. Its pages were made anew from images of the master. Where it "
    "is painted black, picture and text are removed; the number in the box is that of the ground.",
)
_MASTER = Sentence(
    "原件仍延期开放。各处遮蔽期满或依据消失后，另行审核开放。",
    "The master remains closed. When a term ends or a ground falls away, it is reviewed again.",
)
_CODE = Sentence("原件档号", "Master")
_FONDS = Sentence("全宗", "Fonds")
_PAGES = Sentence("页数", "Pages")
_WITHHELD = Sentence("遮蔽", "Withheld")
_PLACES = Sentence("{n} 处，涉及 {pages} 页", "{n} places on {pages} pages")
_CAPTION = Sentence("遮蔽依据与期限", "Grounds and terms")
_PRINTED = Sentence("代号", "Printed")
_GROUND = Sentence("依据", "Ground")
_ARTICLE = Sentence("条款", "Article")
_NUMBER = Sentence("处数", "Places")
_UNTIL = Sentence("遮蔽至", "Until")
_ASK = Sentence(
    "如需利用未开放部分，可依档案法第二十九条向本馆提出申请。",
    "Whoever needs what is withheld may ask the archives for it (Archives Law, art. 29).",
)

"""Requests for records that are not open, complaints that they are not, objections to what is: answers and what each needs.

Sources: 档案法 art. 28 (complaint to the archives authority, which investigates and tells the complainant), art. 29 (unopened
records may be used with the archives' consent, where necessary the unit's); 档案法实施条例 art. 34. The days to answer are
house policy (policies/procedure.py). No answer says what a closed record is called.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from policies.sentences import Refusal, Sentence

REQUEST, COMPLAINT, OBJECTION = "request", "complaint", "objection"
OPEN, REVIEW, USE, REFUSED, UPHELD, TAKEN_BACK = "open", "review", "use", "refused", "upheld", "taken_back"

KINDS: dict[str, Sentence] = {
    REQUEST: Sentence("利用申请", "request"),
    COMPLAINT: Sentence("投诉", "complaint"),
    OBJECTION: Sentence("对已公布内容的异议", "objection to what is published"),
}
ANSWERS: dict[str, Sentence] = {
    OPEN: Sentence("已经开放，可以查阅", "It is open already"),
    REVIEW: Sentence("即时开放审核", "Review on demand"),
    USE: Sentence("同意利用，不开放", "May be used without being opened"),
    REFUSED: Sentence("不同意", "Refused"),
    UPHELD: Sentence("投诉成立，重新审核", "Complaint upheld: it is reviewed"),
    TAKEN_BACK: Sentence("已暂停利用，正在复核", "Taken back, and looked at again"),
}
ANSWERS_TO: dict[str, tuple[str, ...]] = {
    REQUEST: (OPEN, REVIEW, USE, REFUSED),
    COMPLAINT: (OPEN, UPHELD, USE, REFUSED),
    OBJECTION: (TAKEN_BACK, REFUSED),
}
ASKS_FOR_REVIEW = (REVIEW, UPHELD)

LETTERS: dict[str, Sentence] = {
    OPEN: Sentence(
        "您所申请的档案已经开放，凭有效证件即可查阅。",
        "The record you ask for is open. Anyone may see it, with a document that shows who one is.",
    ),
    REVIEW: Sentence(
        "您所申请的档案尚未开放。本馆已启动开放审核，审核结果将另行告知。",
        "The record you ask for is not open. The archives begin its review; you will be told the outcome.",
    ),
    USE: Sentence(
        "依照档案法第二十九条、档案法实施条例第三十四条，同意您利用所申请的档案。该档案未因此开放，不得公布或转给他人。",
        "Under art. 29 of the Archives Law and art. 34 of its Implementing Regulations you may use the record. It is not "
        "opened thereby: do not publish it or pass it on.",
    ),
    REFUSED: Sentence(
        "您的申请未获同意，理由如下。",
        "Your request is refused, for the reason below.",
    ),
    UPHELD: Sentence(
        "您的投诉成立。本馆将对有关档案重新进行开放审核，结果另行告知。",
        "Your complaint is upheld. The record will be reviewed; you will be told the outcome.",
    ),
    TAKEN_BACK: Sentence(
        "您提出异议的内容已暂停利用，本馆正在复核，结果另行告知。",
        "What you object to has been taken from public view and is looked at again; you will be told the outcome.",
    ),
}
REMEDY: dict[str, Sentence] = {
    REQUEST: Sentence(
        "您如认为本馆应当开放而不开放，可以向档案主管部门投诉（档案法第二十八条）。",
        "If you think that the archives keep closed what should be open, you may complain to the archives authority "
        "(Archives Law, art. 28).",
    ),
    COMPLAINT: Sentence(
        "您如不服本答复，可以依法申请行政复议或者提起行政诉讼。",
        "If you disagree with this answer, you may apply for administrative reconsideration or go to court, as the law allows.",
    ),
    OBJECTION: Sentence(
        "您如不服本答复，可以依法申请行政复议或者提起行政诉讼。",
        "If you disagree with this answer, you may apply for administrative reconsideration or go to court, as the law allows.",
    ),
}


def check_registration(*, kind: str, asker: str, contact: str, text: str) -> None:
    """Who asks, how to reach them and for what. Raises Refusal."""
    if kind not in KINDS:
        raise Refusal(Sentence("请选择利用申请、投诉或异议。", "Choose a request, a complaint or an objection."))
    if not (asker.strip() and contact.strip() and text.strip()):
        raise Refusal(
            Sentence(
                "须登记申请人、联系方式和申请内容，以便答复。",
                "Register who asks, how to reach them, and what they ask for: otherwise nobody can be answered.",
            )
        )


def check_answer(
    *,
    kind: str,
    answer: str,
    text: str,
    answered: bool,
    is_open: bool | None,
    closed_titles: Iterable[str],
    classified: bool,
) -> None:
    """An answer that may be given passes in silence. Raises Refusal.

    is_open: whether the entry asked for is open, None where none is named; closed_titles: titles that are not public and
    might stand in `text`; classified: a state secret, of which the archives may allow no use (保守国家秘密法 arts. 20, 23).
    """
    if answered:
        raise Refusal(
            Sentence(
                "已经答复，不再更改；如有新情况，请另行登记。", "It is answered. If there is news, register it anew."
            )
        )
    if answer not in ANSWERS_TO[kind]:
        raise Refusal(Sentence("请选择一种答复。", "Choose an answer."))
    if not text.strip():
        raise Refusal(
            Sentence(
                "答复须有说明：拒绝的写明理由，同意利用的写明方式和条件。",
                "An answer is explained: a refusal gives its reason, a permission says how and under which conditions.",
            )
        )
    if answer == OPEN and is_open is not True:
        raise Refusal(
            Sentence(
                "所指条目没有开放，不能这样答复。", "The entry asked for is not open; this cannot be the answer."
            )
        )
    if answer == TAKEN_BACK and is_open is not False:
        raise Refusal(
            Sentence(
                "所指条目尚未暂停利用。请先对该条目提出存疑、撤下公开页面，再作此答复。",
                "The entry is not suspended. First flag it, which takes it from public view; then answer so.",
            )
        )
    if answer in ASKS_FOR_REVIEW and is_open is not False:
        raise Refusal(
            Sentence(
                "启动审核须指明一个尚未开放的条目。请先在登记中查明档号。",
                "A review needs the entry that is asked for, and one that is not open. Find its reference code first.",
            )
        )
    if answer == USE and classified:
        raise Refusal(
            Sentence(
                "密级未解除的档案不得这样提供利用，须先由原定密机关办理解密。",
                "A record that is still classified is not given out so; first its classifier has to declassify it.",
            )
        )
    if said := [title for title in closed_titles if says(text, title)]:
        raise Refusal(
            Sentence(
                f"答复中出现了未开放条目的题名（{len(said)} 处）。请改写：答复只引档号，不引题名。",
                f"The answer says the title of a record that is not open ({len(said)}). Reword it: name the reference code, "
                "never the title.",
            )
        )


def says(text: str, title: str) -> bool:
    """Whether `text` holds `title`, whatever their width, case and white space."""
    return bool(title.strip()) and _folded(title) in _folded(text)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())

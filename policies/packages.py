"""The countersign package (征求意见表) for a unit on another network: what goes out, and what must hold when it comes back.

Answers on paper end in the same opinions as answers at the desk, so the same rules hold. One more: an empty cell is no
answer. Everything that is wrong is said at once, with row, column, value, what is expected and what to do.
Sources: 档案法 art. 30 (会同); 国家档案馆档案开放办法 art. 15 (协商一致).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from policies.catalogue_rows import Complaint, same_code, same_word, shown_value
from policies.countersigning import UnitAnswer, check_answer, is_answer
from policies.dates import parse_date_span
from policies.outcomes import ANSWER_NAMES, GROUNDS, OUTCOME_NAMES, Answer, Outcome
from policies.profiles import Profile
from policies.reviewing import Decision
from policies.sentences import Refusal, Sentence

# The columns of the sheet, in order. The first nine say what is asked and are not to be touched; the last five answer.
COLUMNS: dict[str, Sentence] = {
    "place": Sentence("序号", "No."),
    "reference_code": Sentence("档号", "Reference code"),
    "title": Sentence("题名", "Title"),
    "public_title": Sentence("拟公开题名", "Public title"),
    "date": Sentence("形成日期", "Date"),
    "responsible_body": Sentence("责任者", "Responsible body"),
    "proposal": Sentence("档案馆意见", "The archives propose"),
    "ground": Sentence("依据", "Ground"),
    "reason": Sentence("理由", "Reason"),
    "answer": Sentence("答复", "Answer"),
    "wanted": Sentence("希望结果", "Wanted instead"),
    "wanted_ground": Sentence("希望依据", "Ground wanted"),
    "wanted_day": Sentence("希望开放日期", "Open from"),
    "why": Sentence("答复理由", "Reason of the unit"),
}
ASKED = tuple(COLUMNS)[:9]
ANSWERS = tuple(COLUMNS)[9:]
# What stands above the table: a label, and beside it the value.
HEAD: dict[str, Sentence] = {
    "number": Sentence("函号", "Number"),
    "version": Sentence("版次", "Version"),
    "digest": Sentence("摘要", "Digest"),
    "agency": Sentence("单位", "Unit"),
    "answer_by": Sentence("答复期限", "Answer by"),
    "signed_by": Sentence("答复人", "Answered by"),
}
LONGEST_NAME, LONGEST_REASON = 80, 1_000  # characters; as at the desk


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One entry that the unit is asked about; `key` is its batch entry, which the sheet does not show."""

    key: int
    reference_code: str
    title: str
    public_title: str
    date: str
    responsible_body: str
    proposal: Decision


@dataclass(frozen=True, slots=True)
class Package:
    """What one unit is asked in one round of one batch. A later version has the same number and another content."""

    number: str
    batch: str
    fonds: str
    agency: str
    rows: tuple[PackageRow, ...]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over number, codes, public fields and proposals: what the unit answers to."""
        content = [self.number, self.agency, *([*texts_of(row, n).values()] for n, row in enumerate(self.rows, 1))]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FilledRow:
    """One row of a sheet that came back: its number in the sheet, and its texts by column."""

    row: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FilledPackage:
    """A sheet that came back, as it stands: what it says above its table (field to row and text), and its rows."""

    head: Mapping[str, tuple[int, str]]
    rows: tuple[FilledRow, ...]
    missing: tuple[str, ...] = field(default=())

    def said(self, name: str) -> str:
        return self.head.get(name, (0, ""))[1].strip()


class PackageRefused(Refusal):
    """A sheet that is not taken: every fault of it. Nothing of it is kept."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__(
            Sentence(
                f"答复表未收下，共 {len(complaints)} 处须改正，见下表。没有保存任何答复。",
                f"The sheet was not taken: {len(complaints)} things must be put right, listed below. No answer was saved.",
            )
        )
        self.complaints = tuple(complaints)


def texts_of(row: PackageRow, place: int) -> dict[str, str]:
    """What the sheet says of an entry, by column, in both languages where it is our wording."""
    proposal = row.proposal
    return {
        "place": str(place),
        "reference_code": row.reference_code,
        "title": row.title,
        "public_title": row.public_title,
        "date": row.date,
        "responsible_body": row.responsible_body,
        "proposal": named(OUTCOME_NAMES[proposal.outcome])
        + (f" → {proposal.opens_on.isoformat()}" if proposal.opens_on else ""),
        "ground": ground_in_words(proposal.ground),
        "reason": proposal.reason,
    }


def named(sentence: Sentence) -> str:
    return f"{sentence.zh} {sentence.en}"


def ground_in_words(code: str) -> str:
    """A ground by its name, code and article, for people who do not know the codes."""
    ground = GROUNDS.get(code)
    return f"{ground.name.zh}（{code}，{ground.article.zh}）" if ground else code


def choices(profile: Profile) -> dict[str, dict[str, str]]:
    """For each answer column with a drop-down: what it offers, to the code that it means.

    “Need more time” is not among them: a sheet that comes back is the unit's whole answer.
    """
    return {
        "answer": {named(ANSWER_NAMES[answer]): str(answer) for answer in Answer if is_answer(answer)},
        "wanted": {named(OUTCOME_NAMES[outcome]): str(outcome) for outcome in Outcome},
        "wanted_ground": {
            f"{code} {named(ground.name)}": code
            for code, ground in {**profile.grounds, **profile.early_grounds}.items()
        },
    }


def read_answers(
    asked: Package, version: int, filled: FilledPackage, profile: Profile, *, today: date
) -> tuple[dict[int, UnitAnswer], str]:
    """Every answer of a sheet by batch entry, and who of the unit answered. Raises PackageRefused with all faults.

    `asked` is what the unit is asked now, `version` the newest that it was sent.
    """
    faults = list(_head_faults(asked, version, filled))
    if not faults:
        answers, faults = _table(asked, filled, profile, today)
        faults += _name_faults(filled)
    if faults:
        raise PackageRefused(sorted(faults, key=lambda fault: (fault.row is not None, fault.row or 0)))
    return answers, filled.said("signed_by")


def _head_faults(asked: Package, version: int, filled: FilledPackage) -> Iterator[Complaint]:
    """Whether it is this package at all. Where it is another nothing else is asked of it."""
    for name in filled.missing:
        label = {**HEAD, **COLUMNS}[name]
        yield Complaint(None, named(label), None, _NO_COLUMN.filled(zh=label.zh, en=label.en))
    if filled.missing:
        return
    number, stated, digest = filled.said("number"), filled.said("version"), filled.said("digest")
    if number != asked.number:
        yield _of_head(filled, "number", _OTHER_PACKAGE.filled(number=asked.number, agency=asked.agency))
    elif stated != str(version):
        yield _of_head(filled, "version", _STALE.filled(version=version))
    elif digest != asked.digest:
        yield _of_head(filled, "digest", _OTHER_DIGEST.filled(digest=asked.digest))


def _name_faults(filled: FilledPackage) -> Iterator[Complaint]:
    name = filled.said("signed_by")
    if not name:
        yield _of_head(filled, "signed_by", _NO_NAME)
    elif len(name) > LONGEST_NAME:
        yield _of_head(filled, "signed_by", _LONG.filled(most=LONGEST_NAME))


def _of_head(filled: FilledPackage, name: str, sentence: Sentence) -> Complaint:
    row, text = filled.head.get(name, (0, ""))
    return Complaint(row or None, named(HEAD[name]), shown_value(text), sentence)


def _table(
    asked: Package, filled: FilledPackage, profile: Profile, today: date
) -> tuple[dict[int, UnitAnswer], list[Complaint]]:
    places = {same_code(row.reference_code): place for place, row in enumerate(asked.rows)}
    seen: dict[int, int] = {}
    answers: dict[int, UnitAnswer] = {}
    faults: list[Complaint] = []
    for given in filled.rows:
        code = given.texts.get("reference_code", "")
        place = places.get(same_code(code))
        if place is None:
            faults.append(_at(given, "reference_code", _NOT_ASKED))
        elif place in seen:
            faults.append(_at(given, "reference_code", _TWICE.filled(row=seen[place])))
        else:
            seen[place] = given.row
            row = asked.rows[place]
            faults += _changed(row, place + 1, given)
            answer, wrong = _answer(row, given, profile, today)
            faults += wrong
            if answer is not None:
                answers[row.key] = answer
    for place, row in enumerate(asked.rows):
        if place not in seen:
            faults.append(Complaint(None, named(COLUMNS["reference_code"]), row.reference_code, _GONE))
    return answers, faults


def _changed(row: PackageRow, place: int, given: FilledRow) -> Iterator[Complaint]:
    """The cells that say what is asked are as they went out; the number of the row may change, as rows may be sorted."""
    for column, expected in texts_of(row, place).items():
        found = given.texts.get(column, "")
        if column != "place" and _plain(found) != _plain(expected):
            yield _at(given, column, _IDENTITY.filled(expected=shown_value(expected) or "（空 empty）"))


def _plain(text: str) -> str:
    """As cells are compared: a spreadsheet program may turn line ends and lose outer blanks, nothing else."""
    return " ".join(text.split())


def _answer(
    row: PackageRow, given: FilledRow, profile: Profile, today: date
) -> tuple[UnitAnswer | None, list[Complaint]]:
    faults: list[Complaint] = []
    offered = choices(profile)

    def chosen(column: str) -> str:
        text = given.texts.get(column, "").strip()
        code = _code(offered[column], text)
        if column == "answer" and _code({named(_MORE_TIME): "more"}, text):
            faults.append(_at(given, column, _NOT_AN_ANSWER))
        elif text and not code:
            faults.append(_at(given, column, _NOT_OFFERED.filled(offered=" / ".join(offered[column]))))
        return code

    wanted, ground, reason = chosen("wanted"), chosen("wanted_ground"), given.texts.get("why", "").strip()
    answer = chosen("answer")
    day = _day(given, faults)
    if not given.texts.get("answer", "").strip():
        faults.append(_at(given, "answer", _NO_ANSWER))
    if len(reason) > LONGEST_REASON:
        faults.append(_at(given, "why", _LONG.filled(most=LONGEST_REASON)))
    if faults or not answer:
        return None, faults
    says = Answer(answer)
    faults += _against_answer(given, says, wanted=wanted, ground=ground, day=day, profile=profile, today=today)
    if faults:
        return None, faults
    counter = Decision(Outcome(wanted), ground, day, reason) if wanted else None
    made = UnitAnswer(says, counter, reason)
    try:
        check_answer(row.reference_code, row.proposal, made, today=today)
    except Refusal as refusal:
        return None, [_at(given, "answer", refusal.sentence)]
    return made, []


def _against_answer(
    given: FilledRow, says: Answer, *, wanted: str, ground: str, day: date | None, profile: Profile, today: date
) -> Iterator[Complaint]:
    """What the other cells must hold, or must not, beside this answer."""
    if says is not Answer.AGREE and not given.texts.get("why", "").strip():
        yield _at(given, "why", _NO_REASON)
    if says is Answer.AGREE or not says.says_outcome or (says is Answer.AGREE_IN_PART and not wanted):
        contradicts = _CONTRADICTS.filled(zh=ANSWER_NAMES[says].zh, en=ANSWER_NAMES[says].en)
        for column in ("wanted", "wanted_ground", "wanted_day"):
            if given.texts.get(column, "").strip():
                yield _at(given, column, _NO_WANTED if says is Answer.AGREE_IN_PART else contradicts)
        return
    if not wanted:
        yield _at(given, "wanted", _NO_WANTED)
        return
    deferred, early = wanted in (Outcome.DEFER, Outcome.PARTIAL), wanted == Outcome.OPEN_EARLY
    grounds = profile.grounds if deferred else profile.early_grounds if early else {}
    if grounds and ground not in grounds:
        yield _at(given, "wanted_ground", _NO_GROUND.filled(offered=" / ".join(grounds)))
    elif ground and not grounds:
        yield _at(given, "wanted_ground", _HAS_NO_GROUND)
    if deferred and (day is None or day <= today):
        yield _at(given, "wanted_day", _NO_DAY.filled(today=today.isoformat()))
    elif day and not deferred:
        yield _at(given, "wanted_day", _ONLY_DEFERRED)


def _code(offered: Mapping[str, str], text: str) -> str:
    """The code that a cell means: as the drop-down writes it, or by its code, or by its Chinese or English name alone."""
    said = same_word(_plain(text))
    for shown, code in offered.items():
        names = [shown, code, *_halves(shown.removeprefix(f"{code} "))]
        if said and said in {same_word(name) for name in names}:
            return code
    return ""


def _halves(shown: str) -> tuple[str, str]:
    """The Chinese and the English half of a bilingual name."""
    chinese, _, english = shown.partition(" ")
    return chinese, english


def _day(given: FilledRow, faults: list[Complaint]) -> date | None:
    text = given.texts.get("wanted_day", "").strip()
    if not text:
        return None
    try:
        span = parse_date_span(text)
    except Refusal:
        span = None
    if span is None or span.earliest != span.latest:
        faults.append(_at(given, "wanted_day", _NO_DATE))
        return None
    return span.latest


def _at(given: FilledRow, column: str, sentence: Sentence) -> Complaint:
    return Complaint(given.row, named(COLUMNS[column]), shown_value(given.texts.get(column, "")), sentence)


_NO_COLUMN = Sentence(
    "文件中找不到“{zh}”，不是本系统发出的征求意见表，或表头已被改动。请在原表上填写，重新上传。",
    "“{en}” is not found: this is no sheet of ours, or its headings were changed. Fill in the sheet as it was sent, and "
    "upload that.",
)
_OTHER_PACKAGE = Sentence(
    "应为 {number}（{agency}）。这是另一批次或另一单位的征求意见表。请在该批次的页面上传，或换成正确的文件。",
    "Expected {number} ({agency}). This is the sheet of another batch or another unit. Upload it there, or choose the "
    "right file.",
)
_STALE = Sentence(
    "应为第 {version} 版。送出之后内容有变，旧版答复不能收。请把第 {version} 版发给该单位重新答复。",
    "Expected version {version}. What is asked has changed since; answers to an older version are not taken. Send version "
    "{version} to the unit.",
)
_OTHER_DIGEST = Sentence(
    "应为 {digest}。摘要被改动，或送出之后条目内容有变。请重新生成征求意见表，发给该单位。",
    "Expected {digest}. The digest was changed, or the entries changed since. Make the package anew and send that.",
)
_NO_NAME = Sentence(
    "没有写明答复人。请填写该单位经办人或负责人姓名。", "Nobody is named. Write who of the unit answered."
)
_LONG = Sentence("过长：至多 {most} 个字符。请缩短。", "Too long: {most} characters at most. Shorten it.")
_NOT_ASKED = Sentence(
    "本表没有征求该档号的意见，或档号被改动。请恢复原档号；多出的行请删去。",
    "The unit is not asked about this code, or the code was changed. Put the code back; delete rows that were added.",
)
_TWICE = Sentence(
    "与第 {row} 行是同一条目。每个条目只能有一行。请删去一行。",
    "The same entry as in row {row}. Each entry has one row. Delete one.",
)
_GONE = Sentence(
    "表中缺少该条目。每个条目都须答复。请在原表上补填，重新上传。",
    "This entry is missing from the sheet. Each entry needs its answer. Fill in the sheet as it was sent.",
)
_IDENTITY = Sentence(
    "应为“{expected}”。这一格说明所问的是什么，不得改动。请恢复原样；有意见请写在“答复理由”。",
    "Expected “{expected}”. This cell says what is asked and may not be changed. Put it back; remarks go into the reason.",
)
_NOT_OFFERED = Sentence("不在可选之列。请选：{offered}。", "Not one of the choices. Choose: {offered}.")
_MORE_TIME = ANSWER_NAMES[Answer.NEED_MORE_TIME]
_NOT_AN_ANSWER = Sentence(
    "需延长时间不是答复。请待该单位答复后再上传；需要延长期限的，请在会签任务上办理。",
    "“Need more time” is no answer. Upload the sheet when the unit has answered; its time is extended at the task.",
)
_NO_ANSWER = Sentence(
    "没有答复。空白不等于同意。请从下拉列表中选一项。",
    "No answer. An empty cell is not consent. Choose one of the list.",
)
_NO_REASON = Sentence(
    "除“同意”外，都须写明理由。请在“答复理由”中填写。", "Any answer but “agree” needs its reason. Write it here."
)
_CONTRADICTS = Sentence(
    "答复是“{zh}”，这一格应为空。若另有主张，请把答复改为“不同意”或“部分同意”；否则请清空。",
    "The answer is “{en}”, so this cell has to be empty. If the unit wants something else, answer “object” or “agree in "
    "part”; if not, clear it.",
)
_NO_WANTED = Sentence(
    "没有写明希望如何处理。请从下拉列表中选一项。", "What the unit wants instead is missing. Choose one of the list."
)
_NO_GROUND = Sentence(
    "这样处理须有依据。请从下拉列表中选一项：{offered}。", "This outcome needs its ground. Choose one: {offered}."
)
_HAS_NO_GROUND = Sentence(
    "只有延期和提前开放须选依据。请清空。", "Only a deferral or an early opening has a ground. Clear the cell."
)
_NO_DAY = Sentence(
    "延期开放须写明 {today} 之后的开放日期，如 2036-12-31。",
    "A deferral needs a day after {today}, such as 2036-12-31.",
)
_ONLY_DEFERRED = Sentence("只有延期开放才有日期。请清空。", "Only a deferral has a day. Clear the cell.")
_NO_DATE = Sentence(
    "不是一个确定的日期。应写成 年-月-日，如 2036-12-31。", "Not one day. Write it as YYYY-MM-DD, such as 2036-12-31."
)

"""What a rule is: the schema of one YAML file of a ruleset, and what the parts of a rule must agree on.

A rule names its legal basis, what it looks for, why, its known false alarms, and titles it must and must not match.
Where the law gives no period (years of closure for personal matters, years to the next assessment) the period is
marked `basis: policy`: it is this archives' own, not the law's.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from policies import expressions, sentences
from policies.bounded_patterns import check_bounded
from policies.dates import DateSpan, parse_date_span
from policies.folding import fold
from policies.grounds import EARLY_GROUNDS_OF, GROUNDS_OF, jurisdiction_of
from policies.marks import Level as SecrecyLevel
from policies.number_checks import CHECKS
from policies.outcomes import Suggestion
from policies.person_names import NameWords
from policies.records import Record

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _seen(word: str) -> str:
    if not fold(word).text:
        raise ValueError("the word holds only signs that cannot be seen")
    return word


Word = Annotated[Text, AfterValidator(_seen)]
FieldName = Literal[
    "title", "responsible_body", "agency", "series_title", "notes", "pages", "retention", "classification",
    "access_condition", "span",
]  # fmt: skip
Level = Literal["high", "medium", "low"]  # how much the words alone prove
EXAMPLE_CREATED = "1980-01-01"  # when the record of an example was formed, where the example does not say


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sentence(_Part):
    """A sentence in both languages, as it stands in the file."""

    zh: Text
    en: Text

    @cached_property
    def value(self) -> sentences.Sentence:
        return sentences.Sentence(self.zh, self.en)


class Years(_Part):
    """Closed for so many years from the latest day of creation."""

    years: Annotated[int, Field(ge=1, le=150)]
    basis: Literal["law", "policy"]


class ReviewBy(_Part):
    """Closed, and to be assessed again so many years after the screening (开放办法 art. 17)."""

    review_by: Annotated[int, Field(ge=1, le=25)]
    basis: Literal["law", "policy"]


class Stated(_Part):
    """Closed until the day that the record itself states."""

    until: Literal["stated"]


class Until(_Part):
    """Closed until a day that the rule itself names."""

    until: datetime.date
    basis: Literal["law", "policy"]


class Event(_Part):
    """Closed until so many years after an event, such as a death. While its day is unknown: `unknown` years from creation."""

    event: Literal["death", "declassified", "end_of_service"]
    years: Annotated[int, Field(ge=0, le=150)]
    unknown: Annotated[int, Field(ge=1, le=150)]
    basis: Literal["law", "policy"]


Closure = Years | ReviewBy | Stated | Until | Event


class Lexicon(_Part):
    """Any of `terms`; with `context`, only beside one of those; not inside one of `except`; not beside any of `unless`.

    `terms_from` names a text file of the ruleset's folder with further terms, one a line, in UTF-8; the loader puts them
    into `terms`. `variants: [ocr]` also finds terms of three signs or more in which one sign was misread for a look-alike.
    `whole_words`: for rules in English, words and phrases of every list count only where they stand as whole words.
    """

    kind: Literal["lexicon"]
    terms: tuple[Word, ...] = ()
    terms_from: str = ""
    context: tuple[Word, ...] = ()
    except_: Annotated[tuple[Word, ...], Field(alias="except")] = ()
    unless: tuple[Word, ...] = ()
    variants: tuple[Literal["ocr"], ...] = ()
    whole_words: bool = False

    @model_validator(mode="after")
    def _looks_for_something(self) -> Lexicon:
        if not self.terms and not self.terms_from:
            raise ValueError("a lexicon needs terms, or a file of them in terms_from")
        return self


DOCUMENT_TYPES = frozenset(
    [
        "通知",
        "报告",
        "决定",
        "批复",
        "请示",
        "函",
        "复函",
        "公函",
        "意见",
        "命令",
        "令",
        "公告",
        "通告",
        "通报",
        "议案",
        "纪要",
        "会议纪要",
        "决议",
        "公报",
        "简报",
        "总结",
        "材料",
        "文件",
        "档案",
        "来信",
        "信件",
        "notice",
        "notices",
        "report",
        "reports",
        "letter",
        "letters",
        "minutes",
        "memorandum",
        "memo",
        "correspondence",
        "file",
        "files",
        "document",
    ]
)


def check_evidence(looks_for: Lexicon | Category) -> None:
    """That no term is only the type of a document, which says nothing of what is in it. Raises ValueError."""
    if types := [term for term in looks_for.terms if fold(term).text in DOCUMENT_TYPES and not looks_for.context]:
        raise ValueError(f"{types[0]!r} is a type of document: alone it is no evidence; name a context for it")


class Category(_Part):
    """A category of a list of restricted subjects, by its words. `verified: false`: its wording is not yet checked."""

    kind: Literal["category"]
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}[0-9]{2}$")]
    verified: bool
    terms: Annotated[tuple[Word, ...], Field(min_length=1)]
    context: tuple[Word, ...] = ()
    except_: Annotated[tuple[Word, ...], Field(alias="except")] = ()
    unless: tuple[Word, ...] = ()


class Name(_Part):
    """Any personal name that the name model of the ruleset finds; not inside one of `except`, not beside any of `unless`."""

    kind: Literal["name"]
    except_: Annotated[tuple[Word, ...], Field(alias="except")] = ()
    unless: tuple[Word, ...] = ()


class AgencyIs(_Part):
    """A responsible body or forming unit that is one of `names`, or whose name ends with one of `ending`."""

    kind: Literal["agency"]
    names: tuple[Word, ...] = ()
    ending: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def _looks_for_something(self) -> AgencyIs:
        if not self.names and not self.ending:
            raise ValueError("an agency rule needs names, or endings of names")
        return self


class InScope(_Part):
    """Every record within the rule's `applies_to`."""

    kind: Literal["scope"]


class Expression(_Part):
    """Every record of which a condition in the Common Expression Language is true (policies/expressions.py)."""

    kind: Literal["expression"]
    when: Text

    @field_validator("when")
    @classmethod
    def _a_condition(cls, when: str) -> str:
        expressions.Condition(when)
        return when


class Person(_Part):
    """A plausible personal name at most `within` signs from any of `beside`; the finding is the name."""

    kind: Literal["person"]
    beside: Annotated[tuple[Word, ...], Field(min_length=1)]
    except_: Annotated[tuple[Word, ...], Field(alias="except")] = ()
    unless: tuple[Word, ...] = ()
    within: Annotated[int, Field(ge=1, le=60)] = 20


class Pattern(_Part):
    """Signs of a bounded shape that pass a named check (policies/number_checks.py).

    Looked for where a text holds a run of seven digits, or one of `triggers` (an at sign, the first sign of a plate).
    """

    kind: Literal["pattern"]
    pattern: Text
    check: Text = "none"
    triggers: tuple[Word, ...] = ()

    @field_validator("pattern")
    @classmethod
    def _bounded(cls, pattern: str) -> str:
        check_bounded(pattern)
        return pattern

    @field_validator("check")
    @classmethod
    def _known(cls, check: str) -> str:
        if check not in CHECKS:
            raise ValueError(f"unknown check {check!r}; known are {', '.join(CHECKS)}")
        return check


class Secrecy(_Part):
    """A secrecy mark whose term still runs or cannot be read. `longest`: the term in years where none is stated."""

    kind: Literal["secrecy"]
    longest: dict[SecrecyLevel, int]


class Mark(_Part):
    """A mark that holds any of `words` (whole words, where they are English).

    `dated`: only marks that state a day, never those, or either. Without `words` every mark that states a day.
    """

    kind: Literal["mark"]
    words: tuple[Word, ...] = ()
    dated: Literal["only", "never", "either"] = "either"

    @model_validator(mode="after")
    def _looks_for_something(self) -> Mark:
        if not self.words and self.dated != "only":
            raise ValueError("a mark rule needs words, or dated: only")
        return self


class UnreadMark(_Part):
    """Every mark that no other rule of the ruleset reads and that holds none of the `known` harmless words."""

    kind: Literal["unread_mark"]
    known: tuple[Word, ...]


class Condition(_Part):
    """A fact of the record rather than its words: its period runs, its date is unknown, its title or a page unreadable."""

    kind: Literal["closure_period", "undated", "unreadable_title", "unreadable_page"]


LooksFor = Annotated[
    Lexicon
    | Category
    | Person
    | Name
    | Pattern
    | AgencyIs
    | InScope
    | Expression
    | Secrecy
    | Mark
    | UnreadMark
    | Condition,
    Field(discriminator="kind"),
]


class AppliesTo(_Part):
    """To which records a rule applies: all that agree with every line given. Codes and titles are compared folded.

    `fonds`: codes. `reference_codes`: how they begin. `series`: words of the series titles above. `created`: latest year.
    """

    fonds: tuple[Word, ...] = ()
    reference_codes: tuple[Word, ...] = ()
    series: tuple[Word, ...] = ()
    created_from: int | None = None
    created_to: int | None = None

    @model_validator(mode="after")
    def _says_something(self) -> AppliesTo:
        if not self.model_fields_set:
            raise ValueError("applies_to needs fonds, reference_codes, series or years; leave it out for all records")
        return self


class Example(_Part):
    """A record to try a rule on. A bare string in the file is its title."""

    title: str = "示例题名"
    responsible_body: str = ""
    series_title: str = ""
    notes: str = ""
    retention: str = ""
    classification: str = ""
    access_condition: str = ""
    reference_code: str = ""
    fonds: str = ""
    agency: str = ""
    pages: tuple[str, ...] = ()
    created: str = EXAMPLE_CREATED

    @model_validator(mode="before")
    @classmethod
    def _title_alone(cls, value: object) -> object:
        return {"title": value} if isinstance(value, str) else value

    @field_validator("created")
    @classmethod
    def _a_date(cls, created: str) -> str:
        parse_date_span(created)
        return created

    @property
    def shown(self) -> str:
        """The example in one line: its title, or the fields it sets."""
        said = self.model_dump(exclude_defaults=True)
        return self.title if set(said) <= {"title"} else ", ".join(f"{name}: {value}" for name, value in said.items())

    @property
    def record(self) -> Record:
        values = self.model_dump(exclude={"created"})
        return Record(span=self.span, **values)

    @property
    def span(self) -> DateSpan | None:
        return parse_date_span(self.created)


class Rule(_Part):
    """One rule, frozen. Its id is permanent."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]{3}$")]
    title: Sentence
    why: Sentence
    article: Sentence
    ground: str
    suggests: Suggestion
    closure: Closure | None = None
    fields: tuple[FieldName, ...] = ("title", "series_title", "notes")
    looks_for: LooksFor
    applies_to: AppliesTo | None = None
    level: Level = "medium"
    false_alarms: Sentence
    must_match: tuple[Example, ...]
    must_not_match: tuple[Example, ...]
    never_public: bool = False
    status: Literal["draft", "adopted", "withdrawn"]
    author: Text
    date: datetime.date

    @field_validator("closure", mode="before")
    @classmethod
    def _none(cls, value: object) -> object:
        return None if value == "none" else value

    @model_validator(mode="before")
    @classmethod
    def _agencies_stand_in_their_fields(cls, values: object) -> object:
        """An agency rule reads the names of agencies, where it does not say which."""
        sought = values.get("looks_for") if isinstance(values, dict) else None
        if isinstance(values, dict) and isinstance(sought, dict) and sought.get("kind") == "agency":
            return {"fields": ("responsible_body", "agency"), **values}
        return values

    @field_validator("must_match", "must_not_match")
    @classmethod
    def _with_examples(cls, value: tuple[Example, ...]) -> tuple[Example, ...]:
        if not value:
            raise ValueError("the list is empty: a rule without examples on both sides is not loaded")
        return value

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Rule:
        jurisdiction = jurisdiction_of(self.id)
        known, early = GROUNDS_OF.get(jurisdiction, {}), EARLY_GROUNDS_OF.get(jurisdiction, {})
        if self.ground and self.ground not in known and self.ground not in early:
            raise ValueError(f"unknown ground {self.ground!r}; known are {', '.join((*known, *early))}")
        if (self.ground in early) != (self.suggests is Suggestion.OPEN_EARLY):
            raise ValueError("an early category suggests open_early, and nothing else does")
        if self.suggests is Suggestion.DEFER and (self.ground not in known or self.closure is None):
            raise ValueError("a deferral needs a ground and a stated period (years, until or review_by)")
        if (
            isinstance(self.looks_for, Category)
            and not self.looks_for.verified
            and self.suggests is not Suggestion.LOOK
        ):
            raise ValueError("a category whose wording is not checked may only suggest: look")
        if isinstance(self.looks_for, Lexicon | Category):
            check_evidence(self.looks_for)
        if isinstance(self.looks_for, (Mark, Secrecy)) and self.applies_to is not None:
            # Out of its scope a mark would count as read by this rule, and by none: it would fail open.
            raise ValueError("a rule that reads marks has no applies_to: a mark counts wherever it stands")
        if isinstance(self.looks_for, InScope) and self.applies_to is None:
            raise ValueError("a scope rule needs applies_to")
        if self.suggests is Suggestion.OPEN:
            raise ValueError("no rule suggests open: what no rule finds is left to the reviewers")
        return self


@dataclass(frozen=True)
class Ruleset:
    """A numbered, frozen set of rules. `digest`: SHA-256 of the list of its files' SHA-256 sums, in hex.

    `name_model`: the digest of the name model that its rules of kind name were made with; `base`: the ruleset it began as;
    `examples_on`: the day as of which its examples are tried, where that is not the day of its adoption.
    """

    number: str
    title: sentences.Sentence
    jurisdiction: str
    adopted: datetime.date
    adopted_by: sentences.Sentence
    digest: str
    rules: tuple[Rule, ...]
    name_words: NameWords
    name_model: str = ""
    base: str = ""
    examples_on: datetime.date | None = None

    @property
    def example_day(self) -> datetime.date:
        """The day as of which its examples are tried: terms run out, and an example is written for a day."""
        return self.examples_on or self.adopted

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

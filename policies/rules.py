"""What a rule is: the schema of one YAML file of a ruleset, and what the parts of a rule must agree on.

A rule names its legal basis, what it looks for, why, its known false alarms, and titles it must and must not match.
Where the law gives no period (years of closure for personal matters, years to the next assessment) the period is
marked `basis: policy`: it is this archives' own, not the law's.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from policies import sentences
from policies.dates import DateSpan, parse_date_span
from policies.marks import Level
from policies.number_checks import CHECKS
from policies.outcomes import EARLY_GROUNDS, GROUNDS, Suggestion
from policies.person_names import NameWords
from policies.records import Record

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
FieldName = Literal[
    "title", "responsible_body", "series_title", "notes", "retention", "classification", "access_condition", "span"
]  # fmt: skip
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


Closure = Years | ReviewBy | Stated


class Lexicon(_Part):
    """Any of `terms`; with `context`, only beside one of those; not inside one of `except`; not beside any of `unless`."""

    kind: Literal["lexicon"]
    terms: Annotated[tuple[Text, ...], Field(min_length=1)]
    context: tuple[Text, ...] = ()
    except_: Annotated[tuple[Text, ...], Field(alias="except")] = ()
    unless: tuple[Text, ...] = ()


class Person(_Part):
    """A plausible personal name at most `within` signs from any of `beside`; the finding is the name."""

    kind: Literal["person"]
    beside: Annotated[tuple[Text, ...], Field(min_length=1)]
    except_: Annotated[tuple[Text, ...], Field(alias="except")] = ()
    unless: tuple[Text, ...] = ()
    within: Annotated[int, Field(ge=1, le=60)] = 20


class Pattern(_Part):
    """Digits of a bounded shape that pass a named check (policies/number_checks.py)."""

    kind: Literal["pattern"]
    pattern: Text
    check: Text = "none"

    @field_validator("pattern")
    @classmethod
    def _bounded(cls, pattern: str) -> str:
        re.compile(pattern)
        bare = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "_", pattern)
        if re.search(r"[*]|(?<!\()\+|\{\d*,\}|\(\?P=", bare) or re.search(r"\\[1-9]", pattern):
            raise ValueError("the pattern must be bounded: no *, no +, no {n,}, no back reference")
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
    longest: dict[Level, int]


class Mark(_Part):
    """A mark that holds any of `words` (whole words, where they are English).

    `dated`: only marks that state a day, never those, or either. Without `words` every mark that states a day.
    """

    kind: Literal["mark"]
    words: tuple[Text, ...] = ()
    dated: Literal["only", "never", "either"] = "either"

    @model_validator(mode="after")
    def _looks_for_something(self) -> Mark:
        if not self.words and self.dated != "only":
            raise ValueError("a mark rule needs words, or dated: only")
        return self


class UnreadMark(_Part):
    """Every mark that no other rule of the ruleset reads and that holds none of the `known` harmless words."""

    kind: Literal["unread_mark"]
    known: tuple[Text, ...]


class Condition(_Part):
    """A fact of the record rather than its words: the closure period runs, the date is unknown, the title unreadable."""

    kind: Literal["closure_period", "undated", "unreadable_title"]


LooksFor = Annotated[
    Lexicon | Person | Pattern | Secrecy | Mark | UnreadMark | Condition, Field(discriminator="kind")
]


class Example(_Part):
    """A record to try a rule on. A bare string in the file is its title."""

    title: str = "示例题名"
    responsible_body: str = ""
    series_title: str = ""
    notes: str = ""
    retention: str = ""
    classification: str = ""
    access_condition: str = ""
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
        return Record(reference_code="", span=self.span, **values)

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

    @field_validator("must_match", "must_not_match")
    @classmethod
    def _with_examples(cls, value: tuple[Example, ...]) -> tuple[Example, ...]:
        if not value:
            raise ValueError("the list is empty: a rule without examples on both sides is not loaded")
        return value

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Rule:
        if self.ground and self.ground not in GROUNDS and self.ground not in EARLY_GROUNDS:
            raise ValueError(f"unknown ground {self.ground!r}; known are {', '.join((*GROUNDS, *EARLY_GROUNDS))}")
        if (self.ground in EARLY_GROUNDS) != (self.suggests is Suggestion.OPEN_EARLY):
            raise ValueError("an early category suggests open_early, and nothing else does")
        if self.suggests is Suggestion.DEFER and (self.ground not in GROUNDS or self.closure is None):
            raise ValueError("a deferral needs a ground and a stated period (years, until or review_by)")
        if self.suggests is Suggestion.OPEN:
            raise ValueError("no rule suggests open: what no rule finds is left to the reviewers")
        return self


@dataclass(frozen=True)
class Ruleset:
    """A numbered, frozen set of rules. `digest`: SHA-256 of the list of its files' SHA-256 sums, in hex."""

    number: str
    title: sentences.Sentence
    jurisdiction: str
    adopted: datetime.date
    adopted_by: sentences.Sentence
    digest: str
    rules: tuple[Rule, ...]
    name_words: NameWords

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

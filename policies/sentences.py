"""Sentences a clerk understands, in Chinese and in English, side by side so that neither can be missing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in both languages of the screens; `zh` is shown first."""

    zh: str
    en: str

    def filled(self, **values: object) -> Sentence:
        """The same sentence with its `{places}` filled. A place without a value raises KeyError."""
        return Sentence(self.zh.format(**values), self.en.format(**values))

    def of(self, language: str) -> str:
        """The sentence in `language` ("en", "en-gb" ...: English; anything else: Chinese)."""
        return self.en if language.lower().startswith("en") else self.zh

    def __str__(self) -> str:
        return f"{self.zh} {self.en}"


class Refusal(Exception):
    """An act that policy does not allow, with the sentence that says why and what to do next."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence

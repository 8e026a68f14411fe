"""Lists of terms beside the rules: UTF-8, one term a line; what begins with # is a comment, an empty line is passed over."""

from __future__ import annotations

from policies.folding import fold
from policies.rulesets.documents import refused, text_of


def read_terms(name: str, content: bytes) -> tuple[str, ...]:
    """The terms of a file, in order. Raises Refusal, with file and line, for a wrong encoding, a term twice or no term."""
    text = text_of(name, content)
    line_of: dict[str, int] = {}
    terms: list[str] = []
    for number, written in enumerate(text.split("\n"), start=1):
        term = written.removesuffix("\r")
        if not term or term.startswith("#"):
            continue
        folded = fold(term).text
        if not folded:
            raise refused(
                name,
                number,
                "该行只有空格或看不见的字符；请写词语或留空行",
                "the line holds only spaces or signs that cannot be seen; write a term or leave it empty",
            )
        if folded in line_of:
            raise refused(
                name,
                number,
                f"“{term}”与第 {line_of[folded]} 行重复",
                f"“{term}” stands on line {line_of[folded]} already",
            )
        line_of[folded] = number
        terms.append(term.strip())
    if not terms:
        raise refused(name, 1, "没有一个词语", "it holds no term")
    return tuple(terms)

"""What must hold before entries are published. Everything here is asked again at the last door.

Sources: 档案法 art. 28 and 实施条例 art. 29 (catalogue published with the opening); 开放办法 art. 13 (confirm, then publish).
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.sentences import Refusal, Sentence


def check_release(
    *,
    signed_digest: str | None,
    decisions_digest: str,
    unsettled: Sequence[str],
    public_hits: Sequence[tuple[str, str]],
) -> None:
    """A batch that may be published passes in silence. Raises Refusal.

    signed_digest: digest of the decisions under the standing sign-off, None if there is none;
    decisions_digest: digest of the decisions as they stand now; unsettled: reference codes with an open difference or no
    decision; public_hits: (reference code, words) that may not stand in a public field.
    """
    if signed_digest is None:
        raise Refusal(
            Sentence("本批尚未审定签发，不能公布。", "The batch is not signed off; it cannot be published.")
        )
    if signed_digest != decisions_digest:
        raise Refusal(
            Sentence(
                "审定签发之后意见或公开题名有变动，签发已失效。请退回，重新审定。",
                "Decisions or public titles changed after the sign-off, which is void. Return the batch and sign it again.",
            )
        )
    if unsettled:
        raise Refusal(
            Sentence(
                f"仍有未协商一致的条目：{_some(unsettled)}。", f"Entries are still in dispute: {_some(unsettled)}."
            )
        )
    if public_hits:
        shown = _some([f"{code}（{words}）" for code, words in public_hits])
        raise Refusal(
            Sentence(
                f"公开题名或责任者中有不得公开的内容：{shown}。请退回，改写公开题名。",
                f"A public title or responsible body shows what may not be public: {shown}. "
                "Return the batch and reword the public title.",
            )
        )


def _some(items: Sequence[str]) -> str:
    return "、".join(items[:5]) + (f" …（{len(items)}）" if len(items) > 5 else "")

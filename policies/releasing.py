"""What must hold before entries are published. Everything here is asked again at the last door.

Sources: 档案法 art. 28 and 实施条例 art. 29 (catalogue published with the opening); 开放办法 art. 13 (confirm, then publish).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

from policies.procedure import Signatures
from policies.roles import ROLES
from policies.sentences import Refusal, Sentence


def check_release(
    *,
    signed_digest: str | None,
    decisions_digest: str,
    unsettled: Sequence[str],
    public_hits: Sequence[tuple[str, str]],
    unsigned: Sequence[Signatures] = (),
    unconsented: Sequence[str] = (),
    uncopied: Sequence[str] = (),
    unsampled: bool = False,
) -> None:
    """A batch that may be published passes in silence. Raises Refusal.

    signed_digest: digest of the decisions under the standing sign-off, None if there is none;
    decisions_digest: digest of the decisions as they stand now; unsettled: reference codes with an open difference or no
    decision; public_hits: (reference code, words) that may not stand in a public field; unsigned: the signatures under
    these decisions that the procedure asks for and that are missing; unconsented: reference codes of deferrals that need
    the authority's consent and do not have it (实施条例 art. 31); uncopied: reference codes that are to open in part and have
    no redacted copy that was verified and still counts; unsampled: the procedure asks for a sample and no certificate says
    that one passed.
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
    if unsigned:
        raise Refusal(
            Sentence(
                f"签发人数不足：还须 {missing_names(unsigned).zh}。请退回，或由其补签。",
                f"Signatures are missing: {missing_names(unsigned).en}. Return the batch, or have them sign.",
            )
        )
    if unsampled:
        raise Refusal(
            Sentence(
                "本批没有质量合格证，按办理规程须先抽检。请退回。",
                "The batch has no certificate of its sample, which the procedure asks for. Return it.",
            )
        )
    if unsettled:
        raise Refusal(
            Sentence(
                f"仍有未协商一致的条目：{_some(unsettled)}。", f"Entries are still in dispute: {_some(unsettled)}."
            )
        )
    if unconsented:
        raise Refusal(
            Sentence(
                f"延期开放未经同级档案主管部门同意：{_some(unconsented)}（实施条例第三十一条）。",
                f"Deferrals without the consent of the archives authority: {_some(unconsented)} "
                "(Implementing Regulations, art. 31).",
            )
        )
    check_copies(uncopied)
    if public_hits:
        shown = _some([f"{code}（{words}）" for code, words in public_hits])
        raise Refusal(
            Sentence(
                f"公开题名或责任者中有不得公开的内容：{shown}。请退回，改写公开题名。",
                f"A public title or responsible body shows what may not be public: {shown}. "
                "Return the batch and reword the public title.",
            )
        )


def check_copies(uncopied: Sequence[str]) -> None:
    """What opens in part has a verified redacted copy before anybody signs. Raises Refusal. House policy (redacting.py)."""
    if uncopied:
        raise Refusal(
            Sentence(
                f"部分开放的条目尚无经他人核验的遮蔽件：{_some(uncopied)}。请先制作并核验，或者退回改定。",
                f"Entries that are to open in part have no redacted copy that another person verified: {_some(uncopied)}. "
                "Make and verify it first, or return the batch and decide otherwise.",
            )
        )


def check_correction(
    *, replaced_by: str, closed_again: int, running: Sequence[str], public_hits: Sequence[tuple[str, str]]
) -> None:
    """A corrected edition is issued of the newest one, once everything withdrawn from it is settled. Raises Refusal.

    replaced_by: the number of its corrected edition, "" for the newest; closed_again: entries that it must say no more;
    running: numbers of suspensions that are not decided; public_hits: (reference code, words) that may not be public now.
    """
    if replaced_by:
        raise Refusal(
            Sentence(
                f"本目录已由更正版 {replaced_by} 取代，请对更正版办理。",
                f"This edition is replaced by {replaced_by} already. Correct that one.",
            )
        )
    if running:
        raise Refusal(
            Sentence(
                f"以下暂停利用尚未了结：{_some(running)}。请先恢复或重新限制，再发更正版。",
                f"These suspensions are not settled: {_some(running)}. Restore or close again first, then correct.",
            )
        )
    if not closed_again:
        raise Refusal(
            Sentence(
                "本目录没有重新限制的条目，无须更正。",
                "Nothing of this edition was closed again; there is nothing to correct.",
            )
        )
    if public_hits:
        shown = _some([f"{code}（{words}）" for code, words in public_hits])
        raise Refusal(
            Sentence(
                f"按现行规则，以下条目的公开题名或责任者不宜公开：{shown}。请先对其提出存疑。",
                f"By the rules in force these entries show what may not be public: {shown}. Raise a doubt about them first.",
            )
        )


def signatures_missing(needed: Sequence[Signatures], signers: Sequence[Collection[str]]) -> tuple[Signatures, ...]:
    """Which signatures are still missing; `signers` has for each person that signed the roles they held then.

    One person is one signature, whatever the roles: each of any of the roles asked for must be borne by another person.
    """
    for size in range(1, len(needed) + 1):
        for lines in combinations(needed, size):
            roles = {line.role for line in lines}
            able = sum(bool(roles & set(held)) for held in signers)
            missing = sum(line.needed for line in lines) - able
            if missing > 0:
                return (Signatures(lines[-1].role, missing),)
    return ()


def check_may_sign(*, signed: bool, fills: bool) -> None:
    """Nobody signs twice, nor for a role that is not asked for. Raises Refusal."""
    if signed:
        raise Refusal(
            Sentence(
                "您已在本批签字，还须他人会签。", "You have signed this batch already; the others have yet to sign."
            )
        )
    if not fills:
        raise Refusal(
            Sentence(
                "按办理规程，本批不由您所任岗位签发。",
                "By the procedure, this batch is not signed by a role of yours.",
            )
        )


def missing_names(missing: Sequence[Signatures]) -> Sentence:
    """Missing signatures in words."""
    return Sentence(
        "、".join(f"{ROLES[line.role].name.zh} {line.needed} 人" for line in missing),
        ", ".join(f"{line.needed} × {ROLES[line.role].name.en}" for line in missing),
    )


def _some(items: Sequence[str]) -> str:
    return "、".join(items[:5]) + (f" …（{len(items)}）" if len(items) > 5 else "")

"""Proof of delivery (送达证明): what may be kept as one. House policy: no law on archives says how a unit is served."""

from __future__ import annotations

from datetime import date

from policies.sentences import Refusal, Sentence

WAYS: dict[str, Sentence] = {
    "online": Sentence("在线打开", "opened online"),
    "post": Sentence("邮寄", "by post"),
    "hand": Sentence("专人送达", "by hand"),
    "mail": Sentence("电子邮件", "by e-mail"),
}
BY_HAND = ("post", "hand", "mail")  # what a person records; "online" is noted where the desk is opened


def check_delivery(how: str, *, on: date, asked: date, evidence: str, until: date) -> None:
    """Raise Refusal unless the way is one that a person records, the day is possible and the evidence is named.

    `until` is today, or the day on which the unit's time was over: what came later proves nothing about its silence.
    """
    if how not in BY_HAND:
        raise Refusal(Sentence("请选择送达方式。", "Choose how it was delivered."))
    if not evidence.strip():
        raise Refusal(
            Sentence("请写明送达凭证，如回执编号。", "Name the evidence, such as the number of the receipt.")
        )
    if on > until or on < asked:
        raise Refusal(
            Sentence(
                f"送达日期须在发出之日（{asked}）和 {until} 之间。",
                f"The day of delivery is between the day of asking ({asked}) and {until}.",
            )
        )

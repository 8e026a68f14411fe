"""When digital objects and their text may be attached to an entry.

Source: 保守国家秘密法 art. 31 (no state secret in a system that is not classified). In doubt nothing is attached.
"""

from __future__ import annotations

from policies.sentences import Refusal, Sentence


def check_attaching(reference_code: str, *, stub: bool, secret: bool, decided: bool) -> None:
    """An entry that may get objects passes in silence. Raises Refusal with the sentence for the screen.

    `secret`: it carries a secrecy mark whose term runs or cannot be told. `decided`: an opinion stands on it, or it is
    open or deferred: what was decided was decided on what was there to see.
    """
    if stub or secret:
        raise Refusal(
            Sentence(
                f"“{reference_code}”仍属国家秘密，图像和文本不得进入本系统。请把它的文件夹移出，按保密规定保管。",
                f"“{reference_code}” is still a state secret: neither images nor text may enter this system. "
                "Take its folder away and keep it as the rules on secrets say.",
            )
        )
    if decided:
        raise Refusal(
            Sentence(
                f"“{reference_code}”已有审核意见或已作出决定，不能再挂接新的文件。需要时请先退回初审。",
                f"“{reference_code}” has opinions on it or is decided: no further files may be attached. "
                "Return its batch to first review if they must.",
            )
        )

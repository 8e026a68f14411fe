"""One spelling for matching: full-width signs, odd spaces and the old script are folded, and every offset is kept.

The rules are written once, in simplified script and half-width digits; catalogues are not. What is folded stands for
what was written: the offsets of a hit in the folded text lead back to the words as they stand in the catalogue.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Traditional and older forms of the signs that occur in the rules, each followed by the form the rules are written in.
_OLD_FORMS = (
    "處处審审檢检舉举發发揭揭訴诉訟讼罰罚懲惩開开除除記记過过撤撤銷销職职務务黨党內内隊队員员幹干部部決决刑刑勞劳滿满釋释"
    "獄狱獲获監监殺杀盜盗竊窃貪贪賄贿詐诈騙骗姦奸強强離离婚婚養养繼继遺遗產产傷伤殘残療疗醫医診诊斷断傳传染染瘋疯癲癫"
    "絕绝機机密密級级長长屬属資资撫抚卹恤恤恤金金險险歷历問问題题歸归類类劃划階阶級级錯错誤误運运動动鎮镇壓压肅肃叛叛敵敌"
    "偵侦諜谍報报務务綫线線线邊边談谈條条約约簽签國国際际領领館馆團团僑侨僑侨臺台灣湾統统戰战宗宗教教會会寺寺廟庙經经濟济"
    "學学書书術术藝艺劇剧電电廠厂專专權权利利術术護护衛卫糧粮災灾饑饥餓饿價价產产業业農农計计劃划設设備备圖图紙纸樣样"
    "張张陳陈劉刘楊杨趙赵黃黄吳吴孫孙馬马鄭郑謝谢馮冯蕭萧許许鄧邓葉叶蔣蒋呂吕蘇苏賈贾閻阎陸陆鍾钟譚谭範范韓韩羅罗盧卢龔龚湯汤"
    "顏颜繆缪駱骆藍蓝饒饶麥麦竇窦樓楼師师叢丛榮荣鄒邹鄺邝賴赖龍龙萬万錢钱賀贺畢毕聶聂齊齐莊庄塗涂時时陽阳單单寧宁闞阚車车連连"
    "華华雲云啟启鞏巩烏乌欒栾遲迟儲储倫伦鐘钟鮑鲍韋韦溫温喬乔龐庞蘭兰婁娄歐欧貝贝賓宾閔闵鄔邬酈郦費费釋释蓋盖藺蔺"
    "關关於于給给與与對对將将為为從从個个證证號号碼码聯联絡络話话帳账戶户錄录檔档調调查查結结論论證证明明義义鬥斗爭争複复復复覆复"
    "請请諮咨詢询遷迁協协議议維维穩稳歸归還还認认無无無无爾尔區区縣县鄉乡廳厅總总軍军聽听選选舉举勢势標标準准項项賠赔償偿債债"
    "違违紀纪嚴严慶庆親亲婦妇兒儿顧顾賬账絡络應应極极徵征積积極极營营驗验測测試试"
)
_SIMPLIFIED = {ord(old): new for old, new in zip(_OLD_FORMS[::2], _OLD_FORMS[1::2], strict=True) if old != new}
_CASE_AND_WIDTH = {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
_CASE_AND_WIDTH |= {code: chr(code - 0xFEE0).lower() for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))}
_CASE_AND_WIDTH |= {code: chr(code - 0xFEE0) for code in (*range(0xFF41, 0xFF5B), 0xFF0A, 0xFF0B, 0xFF0D, 0xFF0E)}
_SINGLE = _SIMPLIFIED | _CASE_AND_WIDTH

# Whatever is not written as the rules are: the signs above, spaces, controls, lone surrogates, compatibility forms.
_ODD = re.compile(
    "["
    + re.escape("".join(map(chr, _SINGLE)))
    + "\x00-\x20\x7f-\xa0\xad\u034f\u061c\u1680\u180b-\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    + "\u2e80-\u2fdf\u3000\u3164\u2460-\u249b\ud800-\udfff\uf900-\ufaff\ufe00-\ufe0f\ufeff\uff61-\uffef\ufffd"
    + "\U0002f800-\U0002fa1f]"
)
is_odd = _ODD.search


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as the rules see it. `offsets[i]` is where its i-th sign stands in the original; None: in the same place."""

    text: str
    offsets: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original text of a span, not empty, of the folded one."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


def fold(text: str) -> Folded:
    """The text with width, case, script and compatibility forms made one, and with the spaces inside Chinese dropped.

    A run of spaces between two ASCII signs becomes one space. Control signs and joiners are dropped. A lone surrogate
    becomes U+FFFD. Any string is folded; none raises.
    """
    if is_odd(text) is None:
        return Folded(text)
    text = text.translate(_SINGLE)
    if is_odd(text) is None:
        return Folded(text)
    signs: list[str] = []
    offsets: list[int] = []
    space_at = -1
    for at, sign in enumerate(text):
        for folded in _folded(sign):
            if folded == " ":
                space_at = at
                continue
            if space_at >= 0:
                if signs and signs[-1].isascii() and folded.isascii():
                    signs.append(" ")
                    offsets.append(space_at)
                space_at = -1
            signs.append(folded)
            offsets.append(at)
    return Folded("".join(signs), tuple(offsets))


def _folded(sign: str) -> str:
    if (known := _SINGLE.get(ord(sign))) is not None:
        return known
    if is_odd(sign) is None or sign == "\ufffd":
        return sign
    if sign.isspace():
        return " "
    if "\ud800" <= sign <= "\udfff":
        return "\ufffd"
    if unicodedata.category(sign) in ("Cc", "Cf", "Mn"):
        return ""
    compatible = unicodedata.normalize("NFKC", sign).lower().strip()
    return "".join(_SINGLE.get(ord(each), each) for each in compatible)

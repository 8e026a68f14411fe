"""One spelling for matching: full-width signs, odd spaces and the old script are folded, and every offset is kept.

The rules are written once, in simplified script and half-width digits; catalogues are not. What is folded stands for
what was written: the offsets of a hit in the folded text lead back to the words as they stand in the catalogue.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

# Traditional and older forms of the signs that occur in the rules, each followed by the form the rules are written in.
_OLD_FORMS = (
    "處处審审檢检舉举發发揭揭訴诉訟讼罰罚懲惩開开除除記记過过撤撤銷销職职務务黨党內内隊队員员幹干部部決决刑刑勞劳滿满釋释"
    "獄狱獲获監监殺杀盜盗竊窃貪贪賄贿詐诈騙骗姦奸強强離离婚婚養养繼继遺遗產产傷伤殘残療疗醫医診诊斷断傳传染染瘋疯癲癫"
    "絕绝絶绝機机密密級级長长屬属資资撫抚卹恤恤恤金金險险歷历問问題题歸归類类劃划階阶級级錯错誤误運运動动鎮镇壓压肅肃叛叛敵敌"
    "偵侦諜谍報报務务綫线線线邊边談谈條条約约簽签國国際际領领館馆團团僑侨僑侨臺台灣湾統统戰战宗宗教教會会寺寺廟庙經经濟济"
    "學学書书術术藝艺劇剧電电廠厂專专權权利利術术護护衛卫糧粮災灾饑饥餓饿價价產产業业農农計计劃划設设備备圖图紙纸樣样"
    "張张陳陈劉刘楊杨趙赵黃黄吳吴孫孙馬马鄭郑謝谢馮冯蕭萧許许鄧邓葉叶蔣蒋呂吕蘇苏賈贾閻阎陸陆鍾钟譚谭範范韓韩羅罗盧卢龔龚湯汤"
    "顏颜繆缪駱骆藍蓝饒饶麥麦竇窦樓楼師师叢丛榮荣鄒邹鄺邝賴赖龍龙萬万錢钱賀贺畢毕聶聂齊齐莊庄塗涂時时陽阳單单寧宁闞阚車车連连"
    "華华雲云啟启鞏巩烏乌欒栾遲迟儲储倫伦鐘钟鮑鲍韋韦溫温喬乔龐庞蘭兰婁娄歐欧貝贝賓宾閔闵鄔邬酈郦費费釋释蓋盖藺蔺"
    "關关於于給给與与對对將将為为從从個个證证號号碼码聯联絡络話话帳账戶户錄录檔档調调查查結结論论證证明明義义鬥斗爭争複复復复覆复"
    "請请諮咨詢询遷迁協协議议維维穩稳歸归還还認认無无無无爾尔區区縣县鄉乡廳厅總总軍军聽听選选舉举勢势標标準准項项賠赔償偿債债"
    "違违紀纪嚴严慶庆親亲婦妇兒儿顧顾賬账絡络應应極极徵征積积極极營营驗验測测試试"
    "羈羁異异績绩冊册瀆渎慘惨惡恶態态憤愤懷怀懸悬戀恋戲戏擁拥擊击據据擄掳擔担擠挤擾扰擴扩攜携敗败敘叙數数斂敛斬斩昇升晉晋晝昼暈晕暢畅曆历曉晓曠旷東东枴拐柵栅桿杆棄弃棟栋棧栈構构槍枪槓杠樁桩樂乐樸朴橋桥橫横檯台櫃柜欄栏歡欢歲岁歿殁"
    "毀毁氣气沒没況况洩泄淚泪淨净淪沦淺浅減减渦涡湊凑溝沟滯滞漁渔漢汉漲涨漸渐潑泼潔洁潛潜潰溃澇涝澤泽濁浊濃浓濕湿濫滥濱滨瀉泻灑洒灘滩煉炼煙烟熱热燈灯燒烧爐炉爛烂爺爷牆墙牽牵犧牺狀状狹狭猶犹獎奖獨独獵猎獻献現现環环瑣琐畝亩畫画當当"
    "疊叠瘡疮瘧疟癆痨癒愈癥症癩癞癱瘫皺皱盃杯盡尽盤盘眾众睜睁矯矫砲炮硃朱碩硕確确磚砖礎础礦矿禍祸禦御禮礼稅税種种稱称穀谷窩窝窮穷窯窑競竞筆笔筍笋節节築筑簡简籌筹粵粤糾纠紅红納纳紐纽純纯紗纱紛纷紡纺細细紹绍終终組组絲丝綁绑綜综綠绿"
    "綱纲網网緊紧緒绪緝缉緩缓編编緣缘練练縫缝縮缩縱纵織织繞绕繪绘繫系繳缴續续纏缠罷罢習习聖圣聞闻聰聪聲声聾聋脅胁脈脉脫脱腎肾腦脑腫肿腳脚腸肠膚肤膠胶膽胆臉脸臨临興兴舊旧艙舱艦舰艱艰莖茎萊莱葯药葷荤蒞莅蓆席薦荐薩萨藉借藥药蘊蕴虛虚"
    "虜虏虧亏蟲虫蠻蛮衆众衝冲補补裝装襲袭見见規规視视覺觉覽览觀观觸触訂订訃讣訊讯討讨訓训託托訪访評评詞词詩诗詭诡該该詳详誇夸誌志誘诱語语誠诚誣诬說说誰谁課课誹诽諒谅諭谕諾诺謀谋謊谎謠谣謗谤講讲識识譯译譴谴譽誉讀读變变讓让豐丰豬猪"
    "貞贞負负貢贡貧贫貨货販贩貫贯責责貯贮貴贵買买貸贷貼贴貿贸賊贼賑赈賒赊賜赐賞赏賢贤賣卖賤贱賦赋質质賭赌購购賽赛贈赠贊赞贍赡贓赃贖赎趕赶趨趋跡迹踐践躍跃軌轨軟软較较載载輔辅輕轻輛辆輩辈輪轮輯辑輸输轄辖轉转轟轰辦办辭辞這这進进遊游"
    "達达遠远適适遼辽郵邮鄰邻醜丑醬酱釀酿釁衅針针釣钓鈔钞鈣钙鈴铃鉛铅銀银銅铜銜衔鋒锋鋪铺鋼钢錦锦鍋锅鍛锻鎖锁鏟铲鑄铸鑑鉴鑒鉴鑰钥門门閉闭閒闲間间閘闸閱阅闊阔闖闯陣阵陰阴陝陕隨随隱隐雖虽雙双雜杂難难霧雾靈灵靜静響响頁页頂顶順顺須须"
    "頑顽頒颁頓顿預预頗颇頭头頻频額额願愿顯显風风飛飞飢饥飯饭飲饮飼饲飽饱餉饷餘余饋馈馳驰駁驳駐驻駛驶騎骑騷骚驅驱驚惊髒脏體体髮发鬧闹魚鱼鮮鲜鳥鸟鴨鸭鴉鸦鷄鸡雞鸡鹽盐麗丽黴霉點点齡龄齒齿兇凶兩两冑胄凍冻凱凯別别剛刚剝剥創创勛勋勝胜"
    "勵励勸劝匯汇卻却厭厌參参啓启喚唤喪丧嗎吗嘗尝噸吨嚇吓嚮向囑嘱圍围園园圓圆執执堅坚場场塊块塵尘墊垫墮堕墳坟墾垦壇坛壘垒壞坏壟垄壯壮壽寿夠够夾夹奪夺奮奋妝妆媽妈嬰婴嬸婶宮宫寢寝實实寫写寬宽寶宝尋寻導导屆届屍尸層层屢屡島岛峽峡崗岗"
    "嶺岭巖岩帥帅帶带幣币幫帮庫库廁厕廂厢廢废廣广弔吊彈弹彙汇彥彦後后徑径徹彻恆恒悅悦悶闷愛爱愾忾慣惯慮虑憂忧憐怜憑凭憲宪憶忆懇恳拋抛挾挟捨舍捲卷掃扫掛挂採采揀拣揚扬換换揮挥損损搖摇搗捣搶抢摑掴摯挚撐撑撓挠撥拨撲扑擇择擬拟攔拦攝摄"
    "攤摊攪搅囌苏喫吃姪侄媯妫傭佣傑杰傾倾僅仅僕仆僞伪偽伪僱雇億亿儀仪優优儘尽俠侠倆俩們们倉仓偉伟側侧來来亂乱並并併并佈布佔占亞亚麼么鬍胡厲厉臟脏濬浚溼湿衞卫眞真隣邻羣群峯峰畧略効效奬奖緖绪産产鉤钩繩绳蠶蚕綿绵緻致竄窜滬沪甌瓯瓊琼"
    "瓏珑瑪玛甕瓮硯砚蔭荫薔蔷蘆芦蘋苹蕪芜蘿萝鈞钧銘铭銳锐鋭锐鎧铠鐵铁鏡镜鵬鹏鴻鸿鶴鹤鳳凤龜龟軒轩輝辉煒炜燁烨煥焕瑩莹瑋玮璽玺禎祯禕祎穎颖紳绅綺绮緯纬縝缜繡绣翹翘頤颐驥骥騰腾駿骏駒驹驍骁驤骧謙谦諤谔諫谏詠咏貺贶賡赓贇赟軾轼邁迈遜逊"
    "鄖郧釗钊鈺钰鉅巨銓铨錚铮鎔镕鏞镛鐸铎闓闿闡阐韜韬韞韫頡颉頌颂頎颀飆飙騏骐鯤鲲鱗鳞鸞鸾塤埙壎埙嶠峤嶸嵘嵐岚崢峥彌弥愷恺憫悯撝㧑曄晔暉晖檉柽櫟栎渢沨滄沧滌涤潁颍澮浍濰潍瀟潇灃沣熾炽獅狮琺珐"
)
_SIMPLIFIED = {ord(old): new for old, new in zip(_OLD_FORMS[::2], _OLD_FORMS[1::2], strict=True) if old != new}
_CASE_AND_WIDTH = {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
_CASE_AND_WIDTH |= {code: chr(code - 0xFEE0).lower() for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))}
_CASE_AND_WIDTH |= {
    code: chr(code - 0xFEE0) for code in (*range(0xFF41, 0xFF5B), 0xFF0A, 0xFF0B, 0xFF0D, 0xFF0E, 0xFF20)
}
_SINGLE = _SIMPLIFIED | _CASE_AND_WIDTH

# Whatever is not written as the rules are: the signs above, spaces, controls, lone surrogates, compatibility forms.
_OTHERS = (
    "\x7f-\xa0\xad\u034f\u061c\u1680\u180b-\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u2e80-\u2fdf\u3000\u3164\u2460-\u249b\ud800-\udfff\uf900-\ufaff\ufe00-\ufe0f\ufeff\uff61-\uffef\ufffd"
    "\U0002f800-\U0002fa1f"
)
ODD = re.compile(f"[{re.escape(''.join(map(chr, _SINGLE)))}\x00-\x20{_OTHERS}]")
is_odd = ODD.search
_has_single = re.compile(f"[{re.escape(''.join(map(chr, _SINGLE)))}]").search
# What is left to fold where those are done: all but the single space between two ASCII signs.
_IRREGULAR = re.compile(f"[\x00-\x20{_OTHERS}](?:(?<! )|(?<![!-~] )|(?![!-~]))")
BETWEEN = "\u2588"  # between texts in one piece: not odd; no letter, no digit
_NOTHING, _SEVERAL = 0x110000, 0x110001  # no code points
_LONG = 200  # signs; from there on numpy is the quicker


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as the rules see it, in pieces copied sign by sign: where each begins in it, and in the original text.

    Without pieces every sign stands where it stood.
    """

    text: str
    begins: tuple[int, ...] = ()
    origins: tuple[int, ...] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original text of a span, not empty, of the folded one."""
        return self._origin(start), self._origin(end - 1) + 1

    def _origin(self, at: int) -> int:
        if not self.begins:
            return at
        piece = bisect_right(self.begins, at) - 1
        return self.origins[piece] + at - self.begins[piece]


def fold(text: str) -> Folded:
    """The text with width, case, script and compatibility forms made one, and with the spaces inside Chinese dropped.

    A run of spaces between two ASCII signs becomes one space. Control signs and joiners are dropped. A lone surrogate
    becomes U+FFFD. Any string is folded; none raises.
    """
    if is_odd(text) is None:
        return Folded(text)
    if len(text) > _LONG and (folded := _folded_at_once(text)) is not None:
        return folded
    if _has_single(text) is not None:
        text = text.lower() if text.isascii() else text.translate(_SINGLE)
    irregular = [found.start() for found in _IRREGULAR.finditer(text)]
    if not irregular:
        return Folded(text)
    pieces: list[str] = []
    begins: list[int] = []
    origins: list[int] = []
    length, at, space_at = 0, 0, -1
    for start in (*irregular, len(text)):
        new = [(text[at:start], at)] if start > at else []
        if start < len(text):
            new += [(sign, start) for sign in _folded(text[start])]
        at = start + 1
        for piece, origin in new:
            if piece == " ":
                space_at = origin
                continue
            if space_at >= 0:
                if pieces and pieces[-1][-1] < "\x80" and piece[0] < "\x80":
                    pieces.append(" ")
                    begins.append(length)
                    origins.append(space_at)
                    length += 1
                space_at = -1
            pieces.append(piece)
            begins.append(length)
            origins.append(origin)
            length += len(piece)
    return Folded("".join(pieces), tuple(begins), tuple(origins))


def _folded_at_once(text: str) -> Folded | None:
    """`fold` for all signs at once; None for a text that holds a sign which becomes several."""
    signs = _forms_of(text)
    return None if signs.max() == _SEVERAL else _without(signs, _gone(signs))


class FoldedTexts:
    """`fold` of each of many texts, of all at once. `texts`: as the rules see them."""

    def __init__(self, texts: Sequence[str]) -> None:
        signs = _forms_of(BETWEEN.join((*texts, "")))
        ends = np.cumsum([len(text) + 1 for text in texts])
        several = np.searchsorted(ends, (signs == _SEVERAL).nonzero()[0], side="right")
        self._alone = {number: fold(texts[number]) for number in set(several.tolist())}
        signs[signs == _SEVERAL] = ord(BETWEEN)
        gone = _gone(signs)
        self._whole = _without(signs, gone)
        folded_ends = ends - np.searchsorted(gone, ends)
        self._origins = [0, *ends.tolist()]
        self._begins = [0, *folded_ends.tolist()]
        whole = self._whole.text
        self.texts = [whole[begin : end - 1] for begin, end in zip(self._begins[:-1], self._begins[1:], strict=True)]
        for number, folded in self._alone.items():
            self.texts[number] = folded.text

    def original(self, number: int, start: int, end: int) -> tuple[int, int]:
        """The span in the original of a text of a span, not empty, of the folded one."""
        if number in self._alone:
            return self._alone[number].original(start, end)
        begin, origin = self._begins[number], self._origins[number]
        start, end = self._whole.original(start + begin, end + begin)
        return start - origin, end - origin


def _forms_of(text: str) -> NDArray[np.uint32]:
    return _forms().take(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32))


def _gone(signs: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The places of what vanishes from among signs, each folded by itself."""
    nothing = (signs == _NOTHING).nonzero()[0]
    if not len(nothing):
        return _dropped_spaces(signs)
    seen = (signs != _NOTHING).nonzero()[0]
    gone: NDArray[np.int64] = np.sort(np.concatenate((nothing, seen[_dropped_spaces(signs[seen])])))
    return gone


def _without(signs: NDArray[np.uint32], gone: NDArray[np.int64]) -> Folded:
    if not len(gone):
        return Folded(signs.tobytes().decode("utf-32-le"))
    kept = np.ones(len(signs), dtype=np.bool_)
    kept[gone] = False
    after = (gone[1:] - gone[:-1] != 1).nonzero()[0]  # whatever goes, a piece begins behind its last sign
    after = after if gone[-1] == len(signs) - 1 else np.append(after, len(gone) - 1)
    origins, begins = (gone[after] + 1).tolist(), (gone[after] - after).tolist()
    if gone[0]:
        origins, begins = [0, *origins], [0, *begins]
    return Folded(signs[kept].tobytes().decode("utf-32-le"), tuple(begins), tuple(origins))


def _dropped_spaces(signs: NDArray[np.uint32]) -> NDArray[np.int64]:
    """All spaces but the last one of each run that has a sign of ASCII before it and another after it."""
    spaces: NDArray[np.int64] = (signs == ord(" ")).nonzero()[0]
    if not len(spaces):
        return spaces
    ends = np.append((spaces[1:] - spaces[:-1] != 1).nonzero()[0], len(spaces) - 1)
    firsts, lasts = spaces[np.append([0], ends[:-1] + 1)], spaces[ends]
    before, after = signs.take(firsts - 1, mode="wrap"), signs.take(lasts + 1, mode="wrap")
    stay = (before < 0x80) & (after < 0x80) & (firsts > 0) & (lasts + 1 < len(signs))
    spaces[ends[stay]] = -1
    return spaces[spaces >= 0]


@cache
def _forms() -> NDArray[np.uint32]:
    """What each code point is folded to: a code point, nothing, or several."""
    forms = np.arange(0x110000, dtype=np.uint32)
    for found in ODD.finditer("".join(map(chr, range(0x30000)))):
        form = _folded(found[0])
        forms[found.start()] = ord(form) if len(form) == 1 else _SEVERAL if form else _NOTHING
    return forms


@lru_cache(maxsize=4096)
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

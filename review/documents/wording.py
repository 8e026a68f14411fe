"""The fixed words of the open catalogue, in both languages. They are data of the document, so that a PDF comes out whole
whatever translations a machine has."""

from __future__ import annotations

from datetime import date

from policies.sentences import Sentence

_WORDS = {
    "catalogue": Sentence("开放档案目录", "Open Catalogue"),
    "catalogue_other": Sentence("Open Catalogue", "开放档案目录"),
    "seal": Sentence("开放", "开放"),
    "release": Sentence("第 {number} 号", "Release {number}"),
    "notice": Sentence("开放公告", "Notice of Opening"),
    "notice_basis": Sentence(
        "根据《中华人民共和国档案法》第二十七条、第二十八条，《中华人民共和国档案法实施条例》第二十九条和《国家档案馆档案开放办法》"
        "第十二条、第十三条的规定，下列档案经审核、确认，自{issued_on}起向社会开放，同时公布目录。",
        "Under articles 27 and 28 of the Archives Law of the People’s Republic of China, article 29 of its Implementing "
        "Regulations and articles 12 and 13 of the Measures on Opening Archives of National Archives, the records listed "
        "here have been reviewed and confirmed; they are open to the public from {issued_on}, and this catalogue is "
        "published with them.",
    ),
    "scope": Sentence("开放范围", "What opens"),
    "scope_text": Sentence(
        "本次开放 {fonds} 个全宗、{series} 个类目，共 {opened} 条{years}{early}。",
        "This release opens {opened} entries in {series} series of {fonds} fonds{years}{early}.",
    ),
    "scope_years": Sentence("，形成时间为 {first} 年至 {last} 年", ", formed from {first} to {last}"),
    "scope_year": Sentence("，形成时间为 {first} 年", ", formed in {first}"),
    "scope_early": Sentence(
        "；其中 {early} 条依照《中华人民共和国档案法》第二十七条提前开放",
        "; {early} of them open early under article 27 of the Archives Law",
    ),
    "scope_part": Sentence(
        "；其中 {part} 条部分开放，公布遮蔽有关内容后的副本",
        "; {part} of them open in part, as copies with the closed parts removed",
    ),
    "conditions": Sentence("利用条件", "Conditions of use"),
    "enquiry": Sentence("查阅与咨询", "Enquiry"),
    "complaint": Sentence("意见与投诉", "Objection and complaint"),
    "complaint_text": Sentence(
        "认为本目录所列内容有误或者不宜公开的，请及时告知本馆；认为本馆未按规定开放档案的，可以依照《中华人民共和国档案法》第二十八条"
        "向档案主管部门投诉。",
        "Please tell the archives if anything listed here is wrong or should not be public. Whoever holds that records are "
        "not opened as the rules demand may complain to the archives authority under article 28 of the Archives Law.",
    ),
    "how_to_read": Sentence("凡例", "How to read this catalogue"),
    "read_order": Sentence(
        "条目按全宗、类目编排。每条依次著录档号、题名，其下为责任者、形成时间、数量；未著录的项目从略。左侧小字为形成年份，年份变换时标出。",
        "Entries stand by fonds and series. Each gives its reference code and title, and under it the responsible body, the "
        "date and the extent, where they are on record. The small figure at the left is the year, shown where it changes.",
    ),
    "read_code": Sentence(
        "档号是调阅的唯一依据，调阅时请完整报出。", "Records are asked for by their reference code; please give it whole."
    ),
    "read_title": Sentence(
        "题名为对外公布的题名，可能与原件题名不尽一致。题名照录原文，繁体字、异体字不作改动。",
        "Titles are those released to the public and may differ from the title on the record itself. Their script is kept.",
    ),
    "read_early": Sentence(
        "注“{mark}”者，形成未满二十五年，依法提前开放。",
        "\"{mark}\" marks records opened before twenty-five years have passed.",
    ),
    "read_rare": Sentence(
        "字库未收的字以其统一码编号标明，如〔U+2B740〕。",
        "A character that no font here has is given by its Unicode number, as 〔U+2B740〕.",
    ),
    "read_csv": Sentence(
        "本目录内附数据文件 entries.csv，内容与所列条目相同。用表格软件打开时，请将各列一律按文本导入。",
        "The data file entries.csv attached to this document holds the same entries. Import all of its columns as text.",
    ),
    "read_part": Sentence(
        "注“{part}”者，原件仍不开放，可以阅览遮蔽有关内容后的副本。",
        "\"{part}\" marks records whose originals stay closed; a copy with the closed parts removed may be read.",
    ),
    "early_mark": Sentence("提前开放", "Opened early"),
    "part_mark": Sentence("部分开放", "Opened in part"),
    "figures": Sentence("审核情况", "The review in figures"),
    "column_outcome": Sentence("结果", "Outcome"),
    "column_basis": Sentence("依据", "Legal basis"),
    "column_entries": Sentence("条数", "Entries"),
    "opened": Sentence("开放", "Opened"),
    "opened_early": Sentence("其中提前开放", "of these, opened early"),
    "opened_basis": Sentence("档案法第二十七条、国家档案馆档案开放办法第七条", "Archives Law, art. 27; Measures on opening archives, art. 7"),
    "early_basis": Sentence("档案法第二十七条", "Archives Law, art. 27"),
    "deferred": Sentence("延期开放", "Deferred"),
    "referred": Sentence("移送", "Referred"),
    "referred_basis": Sentence("交由有关单位办理", "to the body that has to decide"),
    "not_due": Sentence("未到期", "Not yet due"),
    "not_due_basis": Sentence("形成未满二十五年（档案法第二十七条）", "not yet twenty-five years old (Archives Law, art. 27)"),
    "reviewed": Sentence("合计", "Total"),
    "contents": Sentence("目次", "Contents"),
    "no_series": Sentence("未分类目", "No series"),
    "entries": Sentence("{n} 条", "{n} entries"),
    "entry": Sentence("{n} 条", "{n} entry"),
    "fonds_label": Sentence("全宗 {code}", "Fonds {code}"),
    "continued": Sentence("（续）", " (continued)"),
    "volume": Sentence("第 {number} 卷 / 共 {of} 卷", "Volume {number} of {of}"),
    "volume_short": Sentence("第 {number} 卷", "Volume {number}"),
    "volumes": Sentence("各卷", "Volumes"),
    "corrects": Sentence(
        "本次发布更正并取代第 {number} 号。第 {number} 号仍予保存，可以核对。",
        "This release corrects and replaces release {number}, which is kept and can still be verified.",
    ),
    "corrects_short": Sentence("更正并取代第 {number} 号", "Corrects and replaces release {number}"),
    "correction": Sentence("更正", "Correction"),
    "closed_label": Sentence("附录", "Appendix"),
    "closed": Sentence("延期开放档案清单", "Records that stay closed"),
    "closed_ground": Sentence("{name}（{article}）", "{name} ({article})"),
    "opens_on": Sentence("{day} 起开放", "opens on {day}"),
    "opens_unknown": Sentence("开放日期未定", "no opening date yet"),
    "index": Sentence("索引", "Indexes"),
    "index_bodies": Sentence("责任者", "Responsible bodies"),
    "index_years": Sentence("形成年份", "Years"),
    "index_note": Sentence("数字为页码。", "Numbers are pages."),
    "by_decade": Sentence("开放条目的形成年代", "Opened entries by decade"),
    "by_outcome": Sentence("审核结果", "Outcomes of the review"),
    "decade": Sentence("{decade} 年代", "{decade}s"),
    "undated": Sentence("年代不详", "undated"),
    "between": Sentence("，", ", "),
    "chart_said": Sentence("{name}：{rows}。", "{name}: {rows}."),
    "verify_at": Sentence("核验网页", "Verification page"),
    "seal_field": Sentence("电子签名", "Electronic signature"),
    "qr_said": Sentence("二维码，指向核验网页 {url}", "QR code of the verification page {url}"),
    "opened_in_part": Sentence("其中部分开放（公布遮蔽副本）", "of these, opened in part (a redacted copy is published)"),
    "notice_file": Sentence("开放公告", "Notice of opening"),
    "none": Sentence("本次没有开放的条目。", "No entry opens in this release."),
    "colophon": Sentence("版本记录", "Colophon"),
    "archives": Sentence("编制单位", "Archives"),
    "number": Sentence("发布编号", "Release"),
    "issued_on": Sentence("发布日期", "Issued"),
    "signed_off": Sentence("签发", "Signed off"),
    "entries_digest": Sentence("条目数据 entries.csv", "Entries, entries.csv"),
    "ruleset": Sentence("审核规则 {number}", "Ruleset {number}"),
    "ledger": Sentence("审核台账第 {line} 行", "Ledger, line {line}"),
    "made_with": Sentence("编制软件", "Made with"),
    "software": Sentence("启封 Qifeng {version}", "Qifeng 启封 {version}"),
    "verify": Sentence(
        "核对方法：取出本文件所附 entries.csv，计算其 SHA-256 摘要，应与上列摘要逐位相同；台账行摘要可向本馆核对。",
        "To verify: save the attached entries.csv and compute its SHA-256 digest; it must equal the one above. The digest "
        "of the ledger line can be confirmed with the archives.",
    ),
    "digest_kind": Sentence("SHA-256，十六进制，四位一组", "SHA-256, hexadecimal, in groups of four"),
}  # fmt: skip


def words(language: str) -> dict[str, str]:
    """Every fixed word of the catalogue in `language`; some have {places} to be filled."""
    return {name: sentence.of(language) for name, sentence in _WORDS.items()}


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def long_date(day: date, language: str) -> str:
    """2026年11月21日, or 21 November 2026: as dates stand in running text."""
    return Sentence(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1]} {day.year}").of(
        language
    )


def grouped(number: int) -> str:
    """12,345"""
    return f"{number:,}"


def in_fours(digest: str) -> str:
    """A digest in groups of four characters, as it is read aloud, eight groups a line."""
    groups = [digest[i : i + 4] for i in range(0, len(digest), 4)]
    return "\n".join(" ".join(groups[i : i + 8]) for i in range(0, len(groups), 8))

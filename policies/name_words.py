"""The words by which a run of signs is told to be, or not to be, the name of a person.

The family names are the commonest of the list in the Chinese Names Corpus (github wainshine/Chinese-Names-Corpus,
Apache-2.0), in the order of their frequency there; everything else was written for this project.
"""

_words = str.split

# At least one bearer in 50,000; then those that are rarer, and believed only where the place speaks for a name.
_FAMILY_NAMES = (
    "王李张刘陈杨黄吴赵周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭肖蔡潘田董袁于余蒋叶杜苏魏程吕丁沈任姚卢钟姜崔谭廖范汪"
    "陆金石戴贾韦夏邱方侯邹熊孟秦白毛江闫薛尹付段雷黎史龙钱贺陶顾龚郝邵万严洪赖武傅莫孔汤向常温康施文牛樊葛邢安齐易乔伍庞颜"
    "倪庄聂章鲁岳翟申殷詹欧耿关覃兰焦俞左柳甘祝包代宁符阮尚舒纪柯梅童毕凌单季成霍苗裴涂谷曲盛冉翁蓝骆路游靳辛管柴蒙鲍华喻祁"
    "房蒲滕萧屈饶解牟艾尤时阳阎穆应农司古吉卓车简连缪项麦褚窦娄戚岑党宫景卜费冷晏卫席柏米隋宗桂瞿全苟楼闵佟臧边卞姬邬师仇栾"
    "丘刁沙商寇荣巫郎桑丛甄敖虞仲池巩明佘查麻苑迟邝封官谈鞠匡惠荆乐冀胥郁南班储芦原栗燕楚鄢扬劳谌奚皮蔺粟冼盘满闻厉伊候仝"
)
FAMILY_NAMES = frozenset(_FAMILY_NAMES)
COMMONEST_FAMILY_NAMES = frozenset(_FAMILY_NAMES[:100])
SELDOM_FAMILY_NAMES = frozenset(
    "和干贡侍卯郜海阚花权强帅屠朴盖练廉禹井巴漆祖丰支狄平计索宣晋占云容敬来扈晁都芮阙戈浦伏薄鹿邸雍辜阿羊母亓裘邰杭赫况那宿鲜逯印隆习"
    "茹诸战慕危玉银亢嵇豆哈湛宾勾茅戎利於呼居揭但尉斯檀衣阴展昝智幸奉植富衡昌巢郦逄寿由竺贝步弓过钮濮水蔚郗荀贲别邴才操畅扶"
    "滑郏矫靖琚蒯旷励雒茆糜宓木綦谯渠眭腾铁宛隗沃毋咸忻续延言尧英庾招訾暴宦汲籍蹇泮郄青释税刑玄郇熬薜仵苌钞瘳钭堵端番藩酆俸"
    "苻洑淦缑虢环稽矍阚郐蒉稂吝宁闾仫乜甯彝溥耆璩荛厍莘师税檀郯遆佗仝禤幺羿裔尹奕粘仉禚邾祖佐亥强富锺闪撒萨"
)
DOUBLE_FAMILY_NAMES = frozenset(
    _words(
        "欧阳 百里 淳于 澹台 东方 独孤 端木 段干 公孙 公羊 公冶 赫连 呼延 皇甫 乐正 令狐 闾丘 慕容 纳兰 南宫 濮阳 亓官 上官 申屠 司空 司寇 "
        "司马 司徒 太史 拓跋 完颜 万俟 尉迟 闻人 巫马 西门 夏侯 鲜于 轩辕 宇文 长孙 钟离 仲孙 诸葛 颛孙 宗政 左丘 爱新觉罗 叶赫那拉"
    )
)

# Grammar, and the last signs of the names of offices: in no given name.
NOT_GIVEN = frozenset(
    "的与及等被了对把给由诉处罚判刑撤局厅厂院校县区市部委员职务任免级室们是我你他她它这那省镇乡村组第个各衔兼"
)
MASKS = "某×x○〇*＊△□"

# Where a name is expected: after these words ...
APPOINTING = _words(
    "任免 任命 免去 聘任 续聘 聘请 授予 追授 追认 追记 晋升 评定 提名 推荐 增补 补选 表彰 嘉奖 奖励 表扬 记功 给予 给以 接受 撤销 开除"
)
INTRODUCING = _words("关于 对 给 就 同意 批准 接受 印发 转发 批转 和 及 、")
SERVING = _words(
    "主任 书记 局长 市长 省长 县长 区长 院长 校长 部长 厅长 处长 主席 总理 委员 专员 经理 董事长 秘书长 参事 馆员 教授 院士"
)
# ... and before these (as a pattern; counts stand between a name and 同志).
COUNTED = "(?:等?[0-9一二三四五六七八九十百千两几]{1,9}[名位个]?|等)"
OFFICES = "长|主任|委员|书记|总理|主席|顾问|参事|专员|馆员|代表|秘书|经理|董事|监事|院士|大使|检察官|法官|校长|司令"
FOLLOWING = (
    rf"{COUNTED}?(?:同志|干部(?!部)|警官|教练员|运动员)|等[0-9一二三四五六七八九十百千两几]{{1,9}}[名位]?人|"
    rf"{COUNTED}[名位](?![牌称字])|等?(?:职务|任职|免职|辞职|离休|退休)|等?任免|的职务|"
    rf"等?(?:追记|记)(?:大功|功|个人|集体|[一二三]等功)|兼任|晋升|任(?=\w{{0,30}}?(?:{OFFICES}))|"
    rf"等?[为任](?=\w{{0,24}}(?:烈士|模范|标兵|先进|英雄|劳动者|{OFFICES}))|(?:武警|人民警察|海关)\w{{0,6}}(?:衔|将|校)|[少中上]将|[大上中少]校|"
    r"(?:荣誉)?称号|先生|女士|[“\"「]"
)
# Before a form of address stands a name, or the family name alone.
ADDRESSES = ("先生", "女士", "小姐", "同志", "夫人")

# What befalls one person, or is kept of one: a name may stand before it, at the head of a title or after a word above.
MATTERS = (
    "病历|住院|离婚|结婚|逝世|讣告|死亡|因公|因病|因工|抚恤|之子|之女|之妻|之夫|夫妇|一家|工资级别|工资审批|入党|入团|转正|退党|档案|履历|鉴定|自传|历史问题|"
    "政治问题|右派|反革命|贪污|受贿|盗窃|诈骗|强奸|杀人|伤害|抢劫|流氓|违法|违纪|犯罪|减刑|假释|判决|上诉|申诉|申请|来信|来访|上访|信访|控告|检举|揭发|平反|复查|"
    "改正|处分|开除|党籍|厂籍|公职|辞去|转业|复员|调动|调离|调任|借调|拟任|烈士|先进事迹|事迹|故居|雕像|墓|与|诉|同志"
)
CONCERNING = _words(
    "患者 病人 罪犯 犯人 被告 被告人 原告 检举 控告 揭发 举报 收养 接收 提拔 逮捕 拘留 判处 记者 教师 战士 民警 烈士 干部 职工 社员 学生 "
    "农民 工人 党员 法官 会计 医生 护士 工程师 作家 演员 总统 大臣 人大常委 董事 监事 总监 歌手 导演 教练 处理 处分 审查 抚恤 救济"
)
# A name of two signs outside a list is believed between such words only.
BESIDE_BEFORE = rf"[^\w]|^|{OFFICES}|{'|'.join(CONCERNING)}|[在由向与的是师员家名位]"
BESIDE_AFTER = (
    rf"[^\w]|$|[副代原前](?:{OFFICES}|省|市|县|局)|省长|市长|县长|区长|局长|{OFFICES}|教授|先生|女士|{MATTERS}|等|的|之|案|老师|医师|"
    r"因|被|不服|受|贪|犯|来函|材料|问题|情况|同学|传|诞辰|任|自|现|曾|男|女|生于|出生|将军|元帅|说|表示|认为|指出|报道|介绍|告诉"
)

# What is named so is a place, a line, a firm or a thing.
PLACE_SIGNS = "河湖港湾岛岭峡沟渠溪镇乡村县市区省州盟旗街巷路桥寺庙塔坝站厂矿店局所校院社部馆司库线带圈氢寨屯"
AFTER_PLACES = _words(
    "口岸 港 河 江 高新 新区 地区 国家 自主 一体化 同城 全域 产业 高速 高铁 铁路 公路 城际 航线 经开 都市 走廊 水库 大桥 机场 电站 电厂 煤矿 油田 "
    "集团 公司 股份 有限 实业 控股 药业 证券 园区 示范区 改革创新 检查站 盆地 流域 平原 草原 山脉 高原 半岛 群岛 海峡 海域 领空 领海 特区 自治 "
    "县 市 区 镇 乡 村 路 站 线 段 片 管道 运河 灌区 景区 风景名胜"
)

# The signs by which foreign names are written.
FOREIGN_SIGNS = frozenset(
    "阿埃艾安昂奥巴班邦鲍贝本比彼别宾波伯博布达戴丹德登迪蒂丁杜多厄恩尔法菲费芬佛弗福富甘冈戈格根古哈海汉豪赫黑亨胡华怀霍基吉加杰金卡凯坎康"
    "考科克肯库奎拉莱兰朗劳勒雷里丽利莉连林龙卢鲁伦罗洛马迈麦曼梅蒙米密明莫默姆穆纳娜南内尼涅努诺欧帕潘佩皮珀普齐奇恰乔切琴让热日若萨塞赛桑瑟森"
    "沙莎舍圣施史舒斯丝司松苏索塔泰坦汤唐特滕提廷通图托瓦万威韦维魏温文沃乌武西希锡夏肖谢辛欣休许雅亚扬耶叶伊英尤约宰泽扎詹珍朱兹佐逊顿延坚娃"
)

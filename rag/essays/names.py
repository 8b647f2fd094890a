"""Is this run of characters the name of a person? Asked of bylines, where a wrong author is worse than none."""

from __future__ import annotations

import re

from rag.essays.text import fold

# The surnames that more than 99 of 100 people bear; rarer ones are mostly ordinary words as well.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾萧肖田董潘袁于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施"
    "文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛"
    "曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席"
    "卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官谈匡惠荆冀胥班储原栗"
    "燕楚鄢劳谌奚皮冼楼盘闻厉伊仝郜海阚花权强帅屠朴盖练廉井祖漆巴丰支国来信"
)
_COMPOUND_SURNAMES = frozenset(
    (
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "夏侯",
        "端木",
        "呼延",
        "南宫",
    )
)
# Characters of offices, papers and places, which given names do without.
_NEVER_GIVEN = frozenset(
    "的了在是与及对不者这那们我你他省市县区乡镇村局部委院校系议员职责报告述节篇目录摘要"
    "企制度规条例办关团队组织级研究析问措施考统设备术质量面号后它各每个并等第"
)
_OFFICE_ENDING = re.compile(r"(?:书记|主任|主席|老师|教授|先生|女士|同志|记者|经理|总理|[厅处科司所站会班社行军股]长)$")
# Two characters in a line of their own are a name only after a surname that begins few words.
_PLAIN_SURNAMES = frozenset(
    "王李张刘陈杨赵吴周徐孙朱胡郭林郑谢罗梁宋唐许韩冯邓曹彭曾萧肖董潘袁蒋蔡余杜叶苏魏吕丁沈姚卢姜崔钟谭汪范廖贾韦付"
    "邹孟熊秦邱尹薛闫阎段侯陶黎贺顾毛郝龚邵钱覃武戴孔汤牛樊葛邢齐伍庞颜倪庄聂鲁岳翟殷詹申欧耿焦俞左柳甘祝尚舒阮柯纪梅"
    "凌霍涂苗曲翁冉骆蓝辛靳柴蒙鲍喻祁蒲屈饶牟艾穆卓缪裴"
)
# Words that begin like a name. One text, split: five hundred quoted words would hide the rest of the module.
_WORDS = frozenset(
    """
    方法 时代 时间 时期 时事 时评 高度 安全 安徽 江苏 江西 江南 云南 海南 海外 海洋
    宁夏 甘肃 甘南 金融 金额 文化 文明 文艺 文章 文学 常识 常态 常规 水利 和平 平安
    平台 农业 农村 农民 商业 商务 商标 成果 成效 成绩 成功 成立 成都 成长 成本 经济
    经验 应用 应对 应急 路径 路线 连续 解放 解读 解析 解决 简介 简历 简报 简析 项目
    管理 管控 强化 强国 权利 权力 权威 全面 全球 全文 全国 国家 国际 国防 国内 信息
    信心 信用 信任 来源 支持 支撑 支部 祖国 阳光 明天 明确 游戏 游记 车辆 单位 符合
    符号 向前 向上 康复 康养 易经 古代 古典 古诗 古今 武汉 温州 兰州 广州 黄河 黄山
    黄金 石油 石家庄 张家口 万物 万象 白皮书 高质量 高标准 高水平 马克思 范文 范围
    史料 史记 史诗 任务 任免 关键 关系 关注 关于 包容 季度 华夏 华人 房屋 房产
    连云港 景区 景观 原因 原则 原文 原理 原标题 边疆 边防 花园 花絮 丰收 丰富 党建
    党员 党章 党课 党支部 党风 党史 程序 严格 严重 严禁 严肃 夏季 秋季 冬季 春季
    金秋 石碑 田园 陆地 毕业 童年 童话 宗旨 宗教 谈话 谈心 谈判 查询 练习 官方 储备
    卫生 卫星 商量 师德 师资 师风 师生 强军 米饭 荣誉 车间 农技 司法 司机 席位 冷静
    冷链 费用 麦田 巩固 惠民 惠农 盘点 伊始 海报 海关 楼市 楼宇 路灯 阳台 成员 雷锋
    雷达 龙头 乔迁 毛泽东 邓小平 习近平 胡锦涛 江泽民 孔子 孟子 庄子 易错 文件 文旅
    文稿 文档 文本 文集 文风 方案 方式 方向 方针 方面 房企 时政 时尚 时刻 明星 明白
    明显 明亮 高原 高山 高铁 高效 高考 高新 高校 高峰 安排 安宁 安居 安顿 安定 白银
    白领 谷物 谷歌 何必 何为 何谓 何以 何处 向阳 向往 余额 余地 莫名 莫非 毕竟 单一
    单纯 尤其 尚未 盛世 盛会 盛况 简单 简约 简洁 简化 简明 管窥 任重 辛勤 辛苦 万一
    万能 万般 万岁 马上 林业 林地 林区 雷雨 温暖 温馨 温度 温情 康庄 舒心 舒适 包装
    包含 包括 应当 应该 解答 解释 解说 解密 解码 连接 连线 通讯
    """.split()  # noqa: SIM905
)
_HAN_NAME = re.compile(r"[\u3400-\u9fff]{2,4}(?:·[\u3400-\u9fff]{1,8})?")


def is_person_name(words: str) -> bool:
    """True for 鲁鸿武, 欧阳小华, 李 明, 艾力·买买提; false for a word, an office, a place, a leader."""
    name = fold(close_up(words))
    if not _HAN_NAME.fullmatch(name):
        return False
    if "·" in name:
        return True
    n_surname = 2 if name[:2] in _COMPOUND_SURNAMES else 1
    if n_surname == 1 and (name[0] not in _SURNAMES or len(name) > 3):
        return False
    given = name[n_surname:]
    if not 1 <= len(given) <= 2 or name in _WORDS or _OFFICE_ENDING.search(name):
        return False
    return not _NEVER_GIVEN.intersection(given)


def is_lone_name(words: str) -> bool:
    """The same of a line that says nothing else, where nothing but the words themselves tells that it is a name."""
    name = close_up(words)
    return is_person_name(name) and (len(name) > 2 or name != words or fold(name[0]) in _PLAIN_SURNAMES)


def close_up(name: str) -> str:
    """李 明 as 李明."""
    return re.sub(r"\s", "", name) if len(name) <= 12 else name

"""Words that tell accessories, in English and Chinese (and a few of German, French and Spanish shops), and words for
whom or what things are used rather than which product they belong to. All folded; patterns without groups."""

from __future__ import annotations


def any_of(*lines: str) -> str:
    """A pattern for any of some words, which may be patterns themselves."""
    return "(?:" + "|".join(word for line in lines for word in line.split()) + ")"


#: What people ask for when they ask for something for a product.
ACCESSORIES = any_of(
    "adapt[eo]r bag band batter(?:y|ie) belt bracket bulb cable cartridge case cassette charger cord cover cradle",
    "dock(?:ing.station)? drum faceplate filter fuser grip handle holder holster hood hose ink knob lamp lens.cap",
    "mount nozzle pad part pouch(?:e)? print.?head protector refill remote replacement ribbon roller seal shell skin",
    "sleeve spare stand strap stylus tape toner tray tripod warrant(?:y|ie) housse coque hülle tasche akku ladegerät",
    "netzteil tinte patrone funda cargador cartucho",
)
ACCESSORIES_ZH = any_of(
    "保护套 保护壳 手机壳 手机套 外壳 壳子 皮套 贴膜 钢化膜 保护膜 充电器 电池 数据线 充电线 硒鼓 墨盒 墨粉",
    "碳粉 滤芯 滤网 配件 支架 底座 表带 背带 镜头盖 遮光罩 遥控器 适配器 内胆包 收纳包 键盘膜",
)

#: What else in a title says that the thing is no main product: parts, papers, services.
LESSER = any_of(
    "accessor(?:y|ies) agreement assembly blade bottle brush(?:es)? card carepaq collector developer docking drawer",
    "duplex extension feeder finisher fuse gasket guarantee imaging kit label maintenance on-?site original paper",
    "photoconductor renewal service shade shel(?:f|ves) spindle stacker supp support svc tube wheel",
)

#: Whom or what something is for, when that is no product.
USES = any_of(
    "m[ae]n wom[ae]n ladies lady gents? kids? boys? girls? child(?:ren)? bab(?:y|ies) toddlers? teens? adults? mom",
    "mum dad mother father wife husband him her them me everyone beginners? seniors? students? travel(?:ling)? home",
    "office outdoors? indoors? camping hiking gym running school work summer winter spring autumn gifts? christmas",
    "birthday party sale sports? sleep(?:ing)? dry oily sensitive",
)
USES_ZH = any_of(
    "男 女 儿童 孩子 小孩 宝宝 婴儿 学生 老人 成人 妈妈 爸爸 情侣 户外 旅行 旅游 家用 办公 夏天 夏季 冬天",
    "冬季 春秋 运动 跑步 送礼 生日 上班 所有 各种",
)

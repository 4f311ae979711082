"""Chinese for the fashion questions: other words than the usual ones, and the labels of kinds and colours.

``OTHER`` is the test of words that no training has seen: it may stand in no dictionary by which captions are made.
:func:`seen` tells which of its words do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchmarks.pictures import CHINESE

#: The words of the fashion questions, as ``benchmarks.pictures`` has them, in other Chinese.
_OTHER = """
men 男士, women 女士, unisex 男女同款, boys 男孩, girls 女孩, black 乌黑, blue 湛蓝, navy 深蓝,
red 鲜红, white 雪白, grey 烟灰, purple 紫罗兰, pink 粉嫩, brown 咖啡色, yellow 明黄, green 翠绿,
olive 军绿, beige 杏色, orange 橘色, maroon 枣红, silver 银灰, charcoal 深灰, tan 驼色,
cream 乳白, shoe 鞋履, casual 日常, sports 健身, formal 商务, tshirt 短袖衫, shirt 衬衣,
sweater 针织衫, watche 腕表, sandal 露趾鞋, flip 夹脚, flop 拖, top 上装, kurta 印度长袍,
kurti 印度短袍, sweatshirt 绒衫, brief 三角裤, trouser 长裤, sock 短袜, cap 鸭舌帽, wallet 皮夹,
sunglasse 墨镜, belt 皮带, short 五分裤, heel 细跟鞋, tie 领呔, jacket 外套, handbag 手袋,
backpack 书包, vest 汗衫, innerwear 贴身, skirt 半身裙, laptop 笔记本, bag 袋, deodorant 香体喷雾,
trunk 四角裤, track 训练, pant 长裤, saree 莎丽, scarve 围脖, jean 丹宁裤, flat 平跟鞋, bra 文胸,
dresse 连身裙, stocking 丝袜
"""
OTHER = dict(re.findall(r"(\w+) (\w+)", _OTHER))

_KINDS = """
Tshirts=T恤; Shirts=衬衫; Casual Shoes=休闲鞋; Sunglasses=太阳镜; Sports Shoes=运动鞋; Watches=手表;
Kurtas=库尔塔长衫; Tops=上衣; Handbags=手提包; Heels=高跟鞋; Flip Flops=人字拖鞋; Sandals=凉鞋; Jeans=牛仔裤;
Formal Shoes=正装鞋; Wallets=钱包; Trousers=裤子; Sweaters=毛衣; Belts=腰带; Sweatshirts=卫衣; Socks=袜子;
Flats=平底鞋; Backpacks=双肩包; Jackets=夹克; Briefs=内裤; Ties=领带; Shorts=短裤; Innerwear Vests=内衣背心;
Caps=帽子; Kurtis=短款库尔塔; Track Pants=运动裤; Perfume and Body Mist=香水; Trunk=平角裤; Dresses=连衣裙;
Earrings=耳环; Deodorant=止汗喷雾; Clutches=手拿包; Tunics=长款上衣; Bra=胸罩; Mufflers=厚围巾; Sarees=纱丽;
Laptop Bag=电脑包; Leggings=打底裤; Scarves=围巾; Skirts=裙子; Nail Polish=指甲油; Duffel Bag=旅行包;
Stockings=长袜; Night suits=睡衣套装; Ring=戒指; Dupatta=印度披巾; Mobile Pouch=手机袋; Capris=七分裤;
Tracksuits=运动套装; Shoe Accessories=鞋配件; Free Gifts=赠品; Pendant=吊坠; Accessory Gift Set=配饰礼盒;
Kurta Sets=库尔塔套装; Necklace and Chains=项链; Messenger Bag=邮差包; Sports Sandals=运动凉鞋; Boxers=四角内裤;
Kajal and Eyeliner=眼线笔; Stoles=披肩; Lipstick=口红; Fragrance Gift Set=香水礼盒; Bangle=手镯; Cufflinks=袖扣;
Compact=粉饼; Nightdress=睡裙; Umbrellas=雨伞; Lounge Shorts=家居短裤; Travel Accessory=旅行配件; Lip Gloss=唇彩;
Highlighter and Blush=腮红; Churidar=印度紧身裤; Camisoles=吊带背心; Lip Liner=唇线笔; Jewellery Set=首饰套装;
Headband=发带; Face Moisturisers=面霜; Lounge Pants=家居裤; Patiala=印度灯笼裤; Bracelet=手链; Hat=礼帽;
Jeggings=牛仔打底裤; Basketballs=篮球; Rompers=连体短裤; Mascara=睫毛膏; Jumpsuit=连体裤; Tablet Sleeve=平板套;
Face Scrub and Exfoliator=磨砂膏; Rucksacks=登山包; Waistcoat=马甲; Foundation and Primer=粉底; Baby Dolls=娃娃裙;
Clothing Set=套装; Shrug=短款开衫
"""
KINDS = dict(re.findall(r"([^=;]+?)=([^=;]+)", _KINDS.replace("\n", " ").replace("; ", ";").strip()))

_COLOURS = """
Black=黑色; Blue=蓝色; White=白色; Brown=棕色; Grey=灰色; Red=红色; Navy Blue=藏青色; Green=绿色; Purple=紫色;
Pink=粉色; Beige=米色; Maroon=酒红色; Silver=银色; Yellow=黄色; Olive=橄榄绿; Orange=橙色; Gold=金色; Cream=奶油色;
Steel=钢色; Multi=彩色; Tan=棕褐色; Charcoal=炭灰色; Khaki=卡其色; Lavender=薰衣草紫; Off White=米白色;
Copper=铜色; Magenta=洋红色; Peach=桃色; Mustard=芥末黄; Teal=青色; Grey Melange=麻灰色; Bronze=青铜色;
Rust=铁锈色; Skin=肤色; Turquoise Blue=绿松石色; Burgundy=勃艮第红; Coffee Brown=咖啡棕; Metallic=金属色;
Taupe=灰褐色; Nude=裸色; Lime Green=青柠绿; Sea Green=海绿色; Fluorescent Green=荧光绿; Mauve=淡紫色;
Mushroom Brown=蘑菇棕; Rose=玫瑰色
"""
COLOURS = dict(re.findall(r"([^=;]+?)=([^=;]+)", _COLOURS.replace("\n", " ").replace("; ", ";").strip()))


def usual(text: str) -> str:
    """A question word by word in the usual Chinese; empty when a word is not in the table."""
    return _in(CHINESE, text)


def other(text: str) -> str:
    """The same in other words."""
    return _in(OTHER, text)


def seen(texts: Iterable[str]) -> list[str]:
    """Words of :data:`OTHER` that stand in some of the texts: of a dictionary, or of the captions of a training."""
    everything = "\n".join(texts)
    return sorted({word for word in OTHER.values() if len(word) > 1 and word in everything})


def _in(table: dict[str, str], text: str) -> str:
    words = [table.get(word, "") for word in text.split()]
    return "".join(words) if all(words) else ""

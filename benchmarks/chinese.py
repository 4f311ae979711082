"""Attribute questions in Chinese: "women navy blue kurta" word by word, where every word is known here."""

from __future__ import annotations

from collections.abc import Mapping

#: The words of the questions as they stand there (their plurals were cut off mechanically: "watche").
NAMES: Mapping[str, str] = {
    "navy blue": "藏青色",
    "flip flop": "人字拖",
    "casual shoe": "休闲鞋",
    "sports shoe": "运动鞋",
    "formal shoe": "正装皮鞋",
    "laptop bag": "电脑包",
    "track pant": "运动裤",
    "men": "男士",
    "women": "女士",
    "boys": "男童",
    "girls": "女童",
    "unisex": "男女通用",
    "black": "黑色",
    "white": "白色",
    "blue": "蓝色",
    "red": "红色",
    "green": "绿色",
    "grey": "灰色",
    "brown": "棕色",
    "purple": "紫色",
    "pink": "粉色",
    "yellow": "黄色",
    "orange": "橙色",
    "olive": "橄榄绿",
    "beige": "米色",
    "maroon": "栗色",
    "charcoal": "炭灰色",
    "tan": "棕褐色",
    "cream": "奶油色",
    "silver": "银色",
    "peach": "桃色",
    "lavender": "淡紫色",
    "copper": "古铜色",
    "bronze": "青铜色",
    "steel": "钢色",
    "multi": "彩色",
    "tshirt": "T恤",
    "shirt": "衬衫",
    "sweater": "毛衣",
    "sweatshirt": "卫衣",
    "sandal": "凉鞋",
    "watche": "手表",
    "top": "上衣",
    "kurta": "印度长衫",
    "kurti": "印度短衫",
    "brief": "内裤",
    "trouser": "长裤",
    "sock": "袜子",
    "cap": "帽子",
    "wallet": "钱包",
    "sunglasse": "太阳镜",
    "belt": "皮带",
    "short": "短裤",
    "heel": "高跟鞋",
    "flat": "平底鞋",
    "tie": "领带",
    "jacket": "夹克",
    "handbag": "手提包",
    "backpack": "双肩包",
    "vest": "背心",
    "skirt": "裙子",
    "trunk": "平角内裤",
    "jean": "牛仔裤",
    "scarve": "围巾",
    "saree": "纱丽",
    "ring": "戒指",
    "pendant": "吊坠",
    "dresse": "连衣裙",
    "clutche": "手拿包",
    "bra": "文胸",
    "tracksuit": "运动套装",
    "stocking": "长筒袜",
    "tunic": "束腰上衣",
    "deodorant": "除臭剂",
    "perfume": "香水",
}


def translated(question: str) -> str | None:
    """The question in Chinese; None when one of its words is not known."""
    rest, said = question.split(), []
    while rest:
        for length in (2, 1):
            name = NAMES.get(" ".join(rest[:length]))
            if name is not None and len(rest) >= length:
                said.append(name)
                rest = rest[length:]
                break
        else:
            return None
    return "".join(said)

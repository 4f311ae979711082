"""Errors that hands make: neighbouring keys, letters turned round, left out or doubled; Chinese characters that sound
or look alike.

The kinds of error in English are the four of Damerau, "A technique for computer detection and correction of spelling
errors" (1964), with insertion and substitution as keyboards make them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from wares.encoders.dictionary import HAN

#: Shorter words are not mistyped: what is left would say nothing.
LEAST_LATIN, LEAST_HAN = 4, 2

_LATIN = re.compile(r"[a-z]+", re.IGNORECASE | re.ASCII)
_HAN = re.compile(f"[{HAN}]+")

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    letter: "".join(
        other
        for near, keys in enumerate(_ROWS)
        for place, other in enumerate(keys)
        # A row stands half a key to the right of the one above it.
        if other != letter and abs(near - row) <= 1 and abs((place + near / 2) - (own + row / 2)) <= 1
    )
    for row, letters in enumerate(_ROWS)
    for own, letter in enumerate(letters)
}

#: Characters of shops that an input method or an eye takes for one another: by sound, then by shape.
_CONFUSED = """
鞋协 衣依 裤库 裙群 帽冒 包饱 宝保 表标 带代袋 巾斤 衫杉 袜林 靴薛 男南 女奴 士土 式试 双霜 肩间 背被 手守
机几 电店 脑恼 耳尔 线现 充冲 器气 灯登 杯悲 壶湖 碗晚 盘盆 椅倚 桌卓 柜贵 沙纱 发法 垫执 毯谈 绒容 棉绵 丝思
皮疲 革格 金今 银根 铁贴 钢刚 玻波 璃离 瓷慈 木本 红洪 绿录 蓝篮 黄皇 黑墨 灰恢 紫柴 粉份 橙澄 棕综 色涩 大太
小少 长常 短矩 新心 薄博 厚后 宽款 松送 紧仅 夏下 冬东 春纯 秋求 季寄 儿而 童同 婴应 孩该 玩完 具其 书舒 笔比
纸低 茶查 酒洒 奶乃 糖塘 盐言 油由 米咪 面免 香相 水永 运晕 动冻 休体 闲贤 跑泡 步部 球求 足族 泳咏 防妨 滑骨
透诱 暖缓 尚上 复夏 古故 简间 约药 韩含 版板 欧殴 美每 风凤 格各 条调 纹文 花华 印引 刺剌 绣秀 蕾雷 连练 套讨
装状 礼札 盒合 品晶 牌排 潮朝 家嫁 居局 贴帖 壳克 架驾 收叔 纳内 护户 肤夫 霜箱 膏高 洗先 洁结 精晴 刀叨 锅祸
床庄 旋漩 膜模 果里 枕忱 竹什
"""
_ALIKE: dict[str, str] = {}
for _group in _CONFUSED.split():
    for _one in _group:
        _ALIKE[_one] = "".join(dict.fromkeys(_ALIKE.get(_one, "") + _group.replace(_one, "")))


def mistyped(word: str, random: Random) -> str | None:
    """The word with one error in it, or None: it is too short, or holds something else than letters."""
    if _LATIN.fullmatch(word) and len(word) >= LEAST_LATIN:
        return _wrong(word.lower(), random, (_neighbour, _turned, _left_out, _doubled), first=1)
    if _HAN.fullmatch(word) and len(word) >= LEAST_HAN:
        return _wrong(word, random, (_alike, _alike, _turned, _left_out), first=0)
    return None


_Error = Callable[[str, int, Random], str]


def _wrong(word: str, random: Random, errors: tuple[_Error, ...], *, first: int) -> str | None:
    """One error at a place from ``first`` on (the first letter of an English word is seldom wrong)."""
    for error in random.sample(errors, len(errors)):
        for place in random.sample(range(first, len(word)), len(word) - first):
            wrong = error(word, place, random)
            if wrong not in ("", word):
                return wrong
    return None


def _neighbour(word: str, place: int, random: Random) -> str:
    return word[:place] + random.choice(_NEIGHBOURS[word[place]]) + word[place + 1 :]


def _alike(word: str, place: int, random: Random) -> str:
    return word[:place] + random.choice(_ALIKE.get(word[place], word[place])) + word[place + 1 :]


def _turned(word: str, place: int, random: Random) -> str:
    return word[:place] + word[place : place + 2][::-1] + word[place + 2 :]


def _left_out(word: str, place: int, random: Random) -> str:
    return word[:place] + word[place + 1 :]


def _doubled(word: str, place: int, random: Random) -> str:
    return word[: place + 1] + word[place:]

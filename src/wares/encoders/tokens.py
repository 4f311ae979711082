"""Text → the tokens that BM25 and the hashed words count.

A text is folded (NFKC, no case, no accents) and cut into chunks; each chunk becomes one or more tokens:

- a word: its English stem (Porter 2) if its letters are Latin, else itself;
- a code: kept whole and never stemmed ("006R90321"); one with joints is kept whole without them beside its pieces
  ("dv7-1211ea" → "dv71211ea", "dv7", "1211ea"), so that every way to write it finds it;
- a number with a unit: the number, and both as one, however they are written ("4 GB", "4gb" → "4", "4gb");
- a run of Chinese: jieba's words in search mode ("连衣裙" → "连衣", "衣裙", "连衣裙"), and the characters of a word
  that its dictionary lacks;
- a run of kana, hangul, Thai, Lao, Burmese or Khmer: its pairs of neighbouring characters.

Everything else (punctuation, emoji, control characters) parts chunks. All functions here are thread-safe.
"""

from __future__ import annotations

import hashlib
import re
import threading
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

#: Changes whenever the tokens of some text do: an index made with another version must be built anew.
VERSION = "1"

#: Only so many characters of a text are read: some thirty pages, far beyond any product.
MAX_CHARS = 100_000

#: A word is cut, and a jointed code is not kept whole, beyond so many characters.
MAX_WORD = 64

#: Function words. They stay in documents (so that "The Who" can be found); a question that says more does without.
STOP_WORDS = frozenset(
    word
    for line in (
        "a an and are as at be but by for from has have i in into is it me my of on or our so some than that the",
        "their them then there these they this to was we were what which will with you your",
        "的 了 和 与 及 或 在 是 也 都 就 而 把 被 给 从 向 对 着 过 之 其 吗 呢 吧 啊",
        "我 你 他 她 它 我们 你们 他们 这 那 这个 那个",
    )
    for word in line.split()
)

# The ways to write a unit of measurement, before the colon the one that is kept.
_UNITS = {
    written: unit
    for line in """
        inch: inches " ''
        ft: feet foot
        yd: yard yards
        mm: ; cm: ; m: ; km: ; mg: ; g: ; kg: ; ml: ; cl:
        oz: ounce ounces
        lb: lbs pound pounds
        l: litre liter litres liters
        gal: gallon gallons
        qt: quart quarts
        kb: ; mb: ; gb: ; tb: ; hz: ; khz: ; mhz: ; ghz: ; mah: ; dpi: ; kw:
        v: volt volts
        w: watt watts
        amp: amps
        mp: megapixel megapixels
        pc: pcs piece pieces
        pk: pack packs
        ct: count
    """.replace(";", "\n").splitlines()
    for unit, _, others in [line.strip().partition(":")]
    for written in [unit, *others.split()]
    if unit
}

_HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PAIRED = r"\u0e01-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3041-\u30ff\u31f0-\u31ff\uac00-\ud7af"
# Letters and digits; the vowel signs of Indic scripts are no letters to `re`.
_LETTER = rf"(?:[^\W_{_HAN}{_PAIRED}]|[\u0900-\u0dff])"
_JOINT = "[-_.'&+]"
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_MEASURE = rf"(?P<number>{_NUMBER})[ -]?(?P<unit>{_UNIT})"

CHUNKS = re.compile(
    rf"{_NUMBER}[ -]?(?:{_UNIT})(?!{_JOINT}?{_LETTER})"
    rf"|\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!{_LETTER})"
    rf"|{_LETTER}+(?:{_JOINT}{_LETTER}+)*"
    rf"|[{_HAN}]+|[{_PAIRED}]+"
)
A_MEASURE = re.compile(_MEASURE)
A_NUMBER = re.compile(_NUMBER)
A_HAN = re.compile(f"[{_HAN}]")
A_PAIR = re.compile(f"[{_PAIRED}]")
JOINTS = re.compile("[-_.&+]")
APOSTROPHE = re.compile(rf"'s(?!{_LETTER})|'")
_ACCENTS = re.compile("[\u0300-\u036f]+")
# NFKC makes letters of the trade marks and two primes of the inch.
_ONE_KIND = str.maketrans(
    dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("’‘ʼ`´", "'") | dict.fromkeys("″“”", '"') | dict.fromkeys("™℠", " ")
)

_own = threading.local()


def tokens(text: str, *, wholes: bool = True) -> list[str]:
    """The tokens of a text in order, with repeats; of a long text, those of its first ``MAX_CHARS`` characters.

    Without ``wholes`` jointed codes are left to their pieces: "dv7-1211ea" → "dv7", "1211ea".
    """
    found: list[str] = []
    for chunk in CHUNKS.findall(fold(text)):
        if len(chunk) > MAX_WORD:
            found += _cut(chunk)
            continue
        cut = _remembered(chunk)
        found += cut if wholes or len(cut) == 1 or not JOINTS.search(chunk) else cut[1:]
    return found


def of_chunk(chunk: str) -> tuple[str, ...]:
    """The tokens of one match of ``CHUNKS``."""
    return _remembered(chunk) if len(chunk) <= MAX_WORD else _cut(chunk)


def telling(said: list[str]) -> list[str]:
    """Tokens without ``STOP_WORDS``; if they are nothing but stop words, all of them."""
    return [token for token in said if token not in STOP_WORDS] or said


def cut(text: str) -> list[str]:
    """A text cut into its Chinese words and what lies between them; joined, they are the text again."""
    pieces: list[str] = jieba().cut(text)
    return pieces


def fold(text: str) -> str:
    """The form in which texts are cut: NFKC, no case, letters without accents, one kind of hyphen and apostrophe."""
    text = text[:MAX_CHARS]
    return text.lower() if text.isascii() else folded(text)[:MAX_CHARS]


def folded(text: str) -> str:
    """As :func:`fold`, of a text that is not ASCII alone or a bit of one."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.translate(_ONE_KIND)).casefold())
    return unicodedata.normalize("NFKC", bare)


def stem(word: str) -> str:
    """The English stem of a word of Latin letters; anything else as it is."""
    if not (word.isascii() and word.isalpha()):
        return word
    if not hasattr(_own, "stemmer"):  # a stemmer serves one thread
        import Stemmer

        _own.stemmer = Stemmer.Stemmer("english", 0)
    stem: str = _own.stemmer.stemWord(word)
    return stem


@lru_cache(maxsize=1 << 16)
def term_id(token: str) -> int:
    """A stable number of 32 bits for a token (BLAKE2b, RFC 7693).

    Two given tokens share a number once in 4.3 thousand million times. Among 100,000 distinct tokens one such pair is
    to be expected: each of the two words then also finds what the other one finds.
    """
    return int.from_bytes(hashlib.blake2b(token.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "little")


def _cut(chunk: str) -> tuple[str, ...]:
    """The tokens of one match of ``CHUNKS``."""
    if A_HAN.match(chunk):
        return tuple(_of_han(chunk))
    if A_PAIR.match(chunk):
        return tuple(map("".join, pairwise(chunk))) or (chunk,)
    return tuple(of_code(APOSTROPHE.sub("", chunk)))


_remembered = lru_cache(maxsize=1 << 16)(_cut)


def _of_han(chunk: str) -> list[str]:
    """Words in search mode. One that is guessed, not in the dictionary, may be cut otherwise elsewhere, and so its
    characters stand beside it."""
    words = jieba()
    found: list[str] = words.cut_for_search(chunk)
    return [
        token for word in found for token in ([word] if len(word) == 1 or words.has_word(word) else [word, *word])
    ]


def of_code(chunk: str) -> list[str]:
    """The tokens of a word, a number, a measure, or several of them jointed."""
    if measure := A_MEASURE.fullmatch(chunk):
        number = measure["number"].replace(",", "")
        return [number, number + _UNITS[measure["unit"]]]
    if A_NUMBER.fullmatch(chunk):
        return [chunk.replace(",", "")]
    pieces = JOINTS.split(chunk)
    if len(pieces) == 1:
        return [stem(chunk[:MAX_WORD])]
    whole = [stem("".join(pieces))] if len(chunk) <= MAX_WORD else []
    return whole + [token for piece in pieces for token in of_code(piece)]


@cache
def jieba() -> Any:
    """The segmenter, loaded with its dictionary when the first Chinese is met."""
    import rjieba

    return rjieba.Jieba()

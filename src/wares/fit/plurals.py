"""English nouns for one and for many, as far as names of goods need it."""

from __future__ import annotations

# Words that are the same for one and for many, or have no one.
_UNCHANGED = frozenset(
    word
    for line in (
        "clothes jeans trousers pants shorts tights leggings scissors pliers glasses sunglasses goggles headphones",
        "earphones earbuds binoculars series chinos pyjamas pajamas briefs boxers sports accessories groceries",
        "clothing bedding lighting flooring shelving gardening cosmetics electronics news tweezers",
        "overalls dungarees joggers hdd ssd gps dice yoghurt hair makeup",
    )
    for word in line.split()
)
# What is spelt otherwise than by rule: many and one.
_ONE = dict(
    pair.split("/")
    for line in (
        "knives/knife scarves/scarf shelves/shelf loaves/loaf leaves/leaf elves/elf wolves/wolf mice/mouse axes/axe",
        "geese/goose children/child lenses/lens cacti/cactus tomatoes/tomato potatoes/potato mangoes/mango",
        "ties/tie pies/pie movies/movie cookies/cookie hoodies/hoodie beanies/beanie brownies/brownie",
        "smoothies/smoothie",
    )
    for pair in line.split()
)
_MANY = {one: many for many, one in _ONE.items()}


def numbers(name: str) -> tuple[str, ...]:
    """An English name as it is, and for one if it is for many, for many if it is for one. What cannot be counted is
    as it is."""
    rest, _, last = name.rpartition(" ")
    if not last.isascii() or not last.isalpha() or len(last) < 3 or last in _UNCHANGED:
        return (name,)
    other = _ONE.get(last) or _MANY.get(last) or _other_number(last)
    return tuple(dict.fromkeys((name, f"{rest} {other}".strip())))


def _other_number(word: str) -> str:
    if word.endswith(("wear", "ware")):
        return word
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        if word.endswith("ies") and len(word) > 4:
            return word[:-3] + "y"
        return word[:-2] if word.endswith(("sses", "shes", "ches", "xes")) else word[:-1]
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "sh", "ch", "x")) else "s")

"""Names of colours as data: what they look like in photographs of goods.

The names are the eleven of Berlin and Kay, "Basic Color Terms" (1969), and six that shops tell apart.
"""

from __future__ import annotations

#: name → sRGB examples, from the pure colour to how a lit and shaded surface of it looks in a photograph.
PROTOTYPES: dict[str, str] = {
    "black": "000000 141416 222224 303032 3c3c3e",
    "grey": "585858 707072 88888a a0a0a2 b4b4b6",
    "white": "ffffff f4f4f4 e6e6e8 d6d6da",
    "red": "e0101c c8141e b01822 f03030 d02040 a03038 c85050",
    "orange": "ff7f00 f28c28 e8601c ffa040 d07040",
    "yellow": "ffe000 ffd83c f6ee50 e0c030 fff08c e0d080",
    "green": "008000 2e8b40 00a550 1e5a32 78b43c 90d060 143c28 6aa880 3a5a40 88a080 a8c090",
    "blue": "0040c0 2060d0 1e3c96 4682c8 5aa0e6 90b8e0 3c5a8c 7890b8 506078 a8bcd0",
    "purple": "7020a0 6a3a8c 8c50b4 501e64 a078c8 b4a0d8 604068 806888",
    "pink": "ff69b4 f0a0b8 e85a96 ffc0cb d81b78 f4b4c4 d890a0 c07088 e8c8cc",
    "brown": "6b3e1e 8b5a2b 503018 7a4a32 a0683c 40261a 584438 786050 98785c 3c3028",
    "beige": "e8d8b8 d8c4a0 c8b090 f0e6d0 d4b996 c8bca8 b8a890",
    "navy": "141c3c 1c2850 101830 1e2a48 282c3c 343c50",
    "maroon": "6a1020 80142c 581422 7c2030 60303a 4c2028",
    "olive": "6b6b2e 80803c 565632 948c5a 6e6650 5c5c44 4c4c38",
    "gold": "d4a437 b88a2c e0bc60 c49a50",
    "teal": "008080 1c9c9c 30b4b4 40d0c8 0c6070 507c80",
}

#: What the square root of a share counts. Shading makes some grey, white and beige out of every colour, while a vivid
#: part, however small, is what the thing is called after. Chosen on one half of a fashion catalogue.
PRIORS: dict[str, float] = {
    "black": 1.2,
    "grey": 0.8,
    "white": 1.0,
    "red": 2.0,
    "orange": 3.0,
    "yellow": 3.0,
    "green": 1.7,
    "blue": 1.7,
    "purple": 2.5,
    "pink": 1.4,
    "brown": 1.2,
    "beige": 0.85,
    "navy": 1.4,
    "maroon": 1.4,
    "olive": 1.2,
    "gold": 0.6,
    "teal": 1.0,
}

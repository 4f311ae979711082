"""How a picture and words share a question: the same search with more and more weight on the picture.

python examples/picture_and_words.py demo-shop demo-shop/question.jpg "blue hoodie"
"""

import sys

import wares


def main(folder: str, picture: str, words: str) -> None:
    with wares.open(folder, create=False) as shop:
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            if share == 0:
                results = shop.search(words, k=1)
            elif share == 1:
                results = shop.search(image=picture, k=1)
            else:
                results = shop.search(words, image=picture, weights={"image": share, "text": 1 - share}, k=1)
            for hit in results.hits:
                why = ", ".join(f"{reason.part} in {reason.channel} {reason.value:+.3f}" for reason in hit.why)
                print(f"picture {share:.0%}: {hit.title} ({why})")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4])
    except wares.WaresError as error:
        sys.exit(f"error: {error}")

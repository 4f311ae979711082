from __future__ import annotations

import numpy as np
from PIL import Image

from wares import media
from wares.media import sheet

BLUE = Image.new("RGB", (400, 100), (0, 0, 255))


def ink(picture):
    """Dark pixels below the pictures: whether something is written there."""
    return int((np.asarray(picture.convert("L"))[220:] < 120).sum())


def test_pictures_stand_in_a_grid_with_captions_below():
    one = media.contact_sheet([(BLUE, "Blue shirt")])
    six = media.contact_sheet([(BLUE, "Blue shirt\nid-1")] * 6, columns=5)
    assert one.mode == "RGB"
    assert six.width > 4 * one.width
    assert six.height > 1.7 * one.height
    assert one.getpixel((one.width // 2, 14 + 110)) == (0, 0, 255)
    assert ink(one) > 50


def test_an_empty_sheet_is_still_a_picture():
    assert media.contact_sheet([]).size[0] > 0


def test_the_longest_caption_and_any_mode_of_picture_fit():
    picture = media.contact_sheet([(BLUE.convert("P"), "word " * 200), (BLUE.convert("LA"), "x" * 500)], columns=2)
    right = np.asarray(picture.convert("L"))[220:, -14:]
    assert (right > 200).all()


def test_a_line_no_font_can_draw_gives_way_to_the_id_or_the_number():
    unknown = "\U000323af"  # the last ideograph of Unicode 15 (2022), which no common font has
    same = [media.contact_sheet([(BLUE, text)]) for text in (f"{unknown}\nsku-7", "sku-7")]
    assert np.array_equal(*map(np.asarray, same))
    same = [media.contact_sheet([(BLUE, text)]) for text in (unknown, "#1")]
    assert np.array_equal(*map(np.asarray, same))


def test_chinese_is_drawn_with_letters_or_not_at_all():
    drawable = sheet._face_for("红色连衣裙", 14) is not None
    chinese = media.contact_sheet([(BLUE, "红色连衣裙")])
    number = media.contact_sheet([(BLUE, "#1")])
    assert np.array_equal(np.asarray(chinese), np.asarray(number)) == (not drawable)


def test_signs_that_cannot_be_drawn_do_not_cost_their_line():
    same = [media.contact_sheet([(BLUE, text)]) for text in ("Blue shirt \U0001f455", "Blue shirt")]
    assert np.array_equal(*map(np.asarray, same))
    assert ink(media.contact_sheet([(BLUE, "Shirt – men’s “classic”")])) > 50

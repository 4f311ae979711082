"""Products that do not come when they are asked for by their own titles and pictures, and why."""

from __future__ import annotations

import pytest

from wares.insight.findable import findable
from wares.merchandising import Desk
from wares.ranking.rules.records import Choice, Rule, Then
from wares.records import Media, Product
from wares.shop import Shop


def lost(found, way="title"):
    return {one.id: one for one in found.lost if one.way == way}


def test_every_product_of_a_sound_catalogue_comes_by_its_title_and_its_picture(shop):
    found = findable(shop)
    assert found.whole and found.tried == found.products == len(shop)
    assert found.tallies["title"].among == found.tallies["title"].asked == len(shop)
    assert found.tallies["picture"].asked == len(shop) - 1  # one has no picture
    assert found.lost == ()


def test_a_product_that_a_rule_hides_is_told_with_the_rule(shop):
    with Desk(shop, "anna") as desk:
        desk.put_rules([Rule(name="no cups", then=Then(hide=(Choice(ids=("cup-red",)),)))])
    told = lost(findable(shop))["cup-red"]
    assert (told.state, told.by) == ("hidden", "no cups")


def test_a_product_that_is_folded_away_is_told_with_what_is_shown_in_its_place(shop: Shop, goods):
    twin = next(product for product in goods if product.id == "cup-red")
    shop.apply(type(shop.settings)(model=shop.settings.model))  # a shop of these tests folds nothing; this one does
    shop.add([Product(id="cup-red-again", title=twin.title, brand=twin.brand, price=twin.price, media=twin.media)])
    folded = [one for one in lost(findable(shop)).values() if one.state == "folded"]
    assert len(folded) == 1
    assert {folded[0].id, folded[0].into} == {"cup-red", "cup-red-again"}


def test_a_product_whose_title_is_noise_is_told(shop: Shop):
    shop.add([Product(id="noise", title="???", description="a thing")])
    told = lost(findable(shop))["noise"]
    assert told.state != "shown" and told.told


def test_a_picture_that_cannot_be_had_is_told_and_stops_nothing(shop: Shop, tmp_path):
    shop.add([Product(id="gone", title="Gone with it", media=(Media(str(tmp_path / "gone.png")),))])
    found = findable(shop)
    assert found.whole
    assert lost(found, "picture")["gone"].state == "unasked"
    assert "gone" not in lost(found)


def test_what_was_begun_goes_on_where_it_stopped(shop: Shop):
    asked: list[int] = []
    first = findable(shop, on_progress=lambda step: asked.append(step.done), stop=lambda: len(asked) >= 4)
    assert first.tried == 4 and not first.whole
    rest = findable(shop, begun=first)
    assert rest.whole and rest.tallies == findable(shop).tallies
    assert rest.tried == len(shop)


def test_a_catalogue_that_changed_meanwhile_is_asked_from_the_beginning(shop: Shop):
    first = findable(shop, seconds=0)
    assert first.tried == 0 and not first.whole
    shop.remove(["plain"])
    again = findable(shop, begun=findable(shop, sample=3))
    assert again.tried == again.products == len(shop)


@pytest.mark.parametrize("most", [1, 5])
def test_a_sample_is_the_same_each_time_and_grows(shop: Shop, most):
    assert findable(shop, sample=most, ways=("title",)).tried == most
    assert findable(shop, sample=most).after <= findable(shop, sample=most + 1).after

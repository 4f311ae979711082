"""Rules, synonyms and stop words, through the forms of the console."""

from __future__ import annotations

import re
import time

RULE = {"as": "form", "do": "save", "name": "mugs first", "enabled": "1", "contains": "shirt", "pin": "mug-red 1"}


def found(shop, text):
    return [hit["id"] for hit in shop.get("/api/v1/search", params={"q": text}).json()["hits"]]


def soon(shop, text, holds):
    """Whether an answer is as it should within the second in which changes of rules and words are noticed."""
    deadline = time.monotonic() + 5
    while not (right := holds(found(shop, text))) and time.monotonic() < deadline:
        time.sleep(0.1)
    return right


def numbers(page):
    return re.findall(r'name="number" value="(\d+)"', page.text)


def test_a_rule_is_kept_and_works_and_the_log_tells_who(post, shop, said, eventually):
    answer = post("/rules/edit", **RULE)
    assert answer.status_code == 200 and said(answer) == "Kept: mugs first"
    assert "mugs first" in answer.text and "local" in answer.text
    assert soon(shop, "shirt", lambda ids: ids[0] == "mug-red")


def test_what_is_wrong_with_a_rule_is_told_in_place_and_nothing_typed_is_lost(post, shop):
    answer = post("/rules/edit", **{**RULE, "filter": "colour = ", "about": "why not"})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text and 'value="why not"' in answer.text
    assert "mugs first" not in shop.get("/console/rules").text


def test_a_rule_of_a_product_that_there_is_not_is_warned_of(post):
    answer = post("/rules/edit", **{**RULE, "do": "check", "pin": "mug-rad 1"})
    assert "the shop has no product" in answer.text and "mug-red" in answer.text


def test_a_rule_is_tried_before_it_is_kept(post, shop):
    answer = post("/rules/edit", **{**RULE, "do": "try", "q": "shirt"})
    assert answer.status_code == 200
    sides = answer.text.split('class="sides"')[1]
    assert sides.index("With rules") < sides.index("Red mug") and "mugs first" in sides
    assert found(shop, "shirt")[0] != "mug-red"


def test_the_form_says_every_action_and_reads_it_back(post, shop):
    everything = {
        **{"exact": "a\nb", "starts": "c", "filter": 'brand = "Acme"', "language": "en", "days": ["mon", "tue"]},
        **{"from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z", "zone": "Europe/Berlin"},
        **{"hour_from": "08:00", "hour_until": "20:00", "priority": "7", "about": "all of it"},
        **{"hide_ids": "lamp-red", "boost_filter": 'brand = "Bolt"', "boost_by": "0.3", "bury_ids": "lamp-blue"},
        **{"bury_by": "0.4", "replace": "mug", "banner_text": "Sale", "banner_url": "https://shop.example/sale"},
    }
    answer = post("/rules/edit", **{**RULE, **everything})
    assert answer.status_code == 200, answer.text
    form = shop.get("/console/rules/edit", params={"name": "mugs first"}).text
    for text in ("Europe/Berlin", "08:00", "0.3", "lamp-blue", "https://shop.example/sale", "brand = &#34;Bolt&#34;"):
        assert text in form
    assert form.count('name="days" value="mon" checked') == 1
    toml = shop.get("/console/rules/export").text
    again = post("/rules/edit", **{"as": "toml", "do": "save", "was": "mugs first", "toml": toml})
    assert again.status_code == 200 and shop.get("/console/rules/export").text == toml


def test_a_rule_under_another_name_takes_the_place_of_the_one_it_was(post, shop):
    post("/rules/edit", **RULE)
    post("/rules/edit", **{**RULE, "was": "mugs first", "name": "mugs above all"})
    export = shop.get("/console/rules/export").text
    assert "mugs above all" in export and "mugs first" not in export


def test_what_the_form_cannot_show_is_edited_as_toml(post, shop):
    toml = (
        '[[rule]]\nname = "two"\n[rule.then]\nboost = [{ids = ["mug-red"], by = 0.1}, {ids = ["mug-blue"], by = 0.2}]'
    )
    assert post("/rules/edit", **{"as": "toml", "do": "save", "toml": toml}).status_code == 200
    page = shop.get("/console/rules/edit", params={"name": "two"}).text
    assert 'name="toml"' in page and "more than the form can show" in page


def test_rules_are_switched_removed_and_the_last_change_is_undone(post, shop):
    post("/rules/edit", **RULE)
    post("/rules/switch", name="mugs first", on="")
    assert soon(shop, "shirt", lambda ids: ids[0] != "mug-red")
    page = post("/rules/remove", name="mugs first")
    assert "There are no rules yet" in page.text
    latest, *earlier = numbers(page)
    refused = post("/rules/undo", number=earlier[0])
    assert refused.status_code == 400 and "has been changed since" in refused.text
    assert "mugs first" in post("/rules/undo", number=latest).text


def test_rules_are_imported_whole_or_not_at_all(post, shop, eventually):
    good = b'[[rule]]\nname = "one"\n[rule.then]\nhide = ["mug-red"]\n'
    bad = good + b'[[rule]]\nname = "two"\n[rule.then]\nhidden = ["mug-red"]\n'
    refused = post("/rules/import", files={"file": ("rules.toml", bad)})
    assert refused.status_code == 400 and "did you mean hide" in refused.text
    assert shop.get("/console/rules/export").text.strip() == "rule = []"
    assert post("/rules/import", files={"file": ("rules.toml", good)}).status_code == 200
    assert soon(shop, "red mug", lambda ids: "mug-red" not in ids)


def test_synonyms_are_added_found_removed_and_undone(post, shop, said, eventually):
    page = post("/synonyms/add", text="beaker => mug", language="en")
    assert "beaker" in page.text
    assert soon(shop, "red beaker", lambda ids: ids[0] == "mug-red")
    assert "beaker" not in shop.get("/console/synonyms", params={"q": "sofa"}).text.split("<tbody>")[0]
    page = post("/synonyms/remove", name="en: beaker => mug")
    assert said(page).startswith("Removed")
    assert "beaker" in post("/synonyms/undo", number=numbers(page)[0]).text


def test_a_synonym_that_cannot_be_is_told_with_what_was_typed(post):
    page = post("/synonyms/add", text="a => b => c")
    assert page.status_code == 400 and "more than one" in page.text and "a =&gt; b =&gt; c" in page.text


def test_stop_words_are_added_and_removed(post):
    page = post("/stop-words/add", word="please", language="en")
    assert page.status_code == 200 and 'value="en: please"' in page.text
    assert 'value="en: please"' not in post("/stop-words/remove", name="en: please").text
    assert post("/stop-words/add", word="", language="en").status_code == 400
    assert post("/stop-words/add", word="x", language="fr").status_code == 400

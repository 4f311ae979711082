"""Which column is which: the names that feeds give their columns, and what is made of them.

Names are compared without regard to how they are joined ("image-link", "imageLink" and "g:Image Link" are one name)
and, where a target takes several columns, without a number at the end ("image 2").
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from wares.catalogue.values import is_sound
from wares.errors import CatalogueError

#: Characters in the name of a column.
MAX_NAME = 200


class Target(msgspec.Struct, frozen=True):
    """What a column can hold. ``names`` in order of trust: of several columns, the first that is not empty counts and
    the others become attributes; with ``several`` all of them count."""

    about: str
    names: tuple[str, ...]
    several: bool = False


def _names(*languages: str) -> tuple[str, ...]:
    return tuple(name for language in languages for name in language.split())


# English, German, French, Spanish, Chinese; written as `plain` writes them.
TARGETS: dict[str, Target] = {
    "id": Target(
        "the product's (or, in a group, the variant's) id",
        _names(
            "id product_id productid item_id sku product_sku article_id",
            "article_number item_number code asin uuid uniq_id",
            "artikelnummer artikel_nr artikelnr produkt_id produktnummer bestellnummer",
            "identifiant reference référence id_produit id_producto referencia código codigo",
            "商品id 商品编号 商品编码 产品id 产品编号 产品编码 编号 货号 sku编号",
        ),
    ),
    "group": Target(
        "the id of the product that the row is a variant of",
        _names(
            "item_group_id parent_sku parent_id parent group_id variant_of is_variant_of parent_product_id",
            "in_product_group_with_id",
            "produktgruppe_id eltern_id vater_artikel id_parent id_padre 商品组id 父商品id 父sku 款号",
        ),
    ),
    "title": Target(
        "the name people know it by",
        _names(
            "title name product_name product_title item_name",
            "titel produktname artikelname artikelbezeichnung bezeichnung",
            "titre nom nom_produit nom_du_produit título titulo nombre nombre_producto nombre_del_producto",
            "标题 商品标题 名称 商品名称 产品名称 商品名 产品名 品名",
        ),
    ),
    "description": Target(
        "free text; HTML is turned into text",
        _names(
            "description product_description body_html long_description body details summary short_description",
            "beschreibung produktbeschreibung artikelbeschreibung langtext kurzbeschreibung",
            "description_du_produit descriptif descripción descripcion",
            "描述 商品描述 产品描述 详情 商品详情 介绍 简介",
        ),
    ),
    "brand": Target(
        "the maker's name",
        _names(
            "brand manufacturer vendor brand_name marke hersteller marque fabricant marca fabricante",
            "品牌 品牌名称 制造商 厂商 生产商",
        ),
    ),
    "category": Target(
        'a path from broad to narrow: "Shoes > Running"',
        _names(
            "category category_path categories product_category product_type google_product_category",
            "kategorie kategorien produktkategorie warengruppe catégorie",
            "categorie catégories categories_produit rayon",
            "categoría categoria categorías categorias 分类 类别 类目 品类 商品分类 商品类别 产品分类",
        ),
    ),
    "price": Target(
        "what it costs",
        _names(
            "price current_price regular_price list_price unit_price selling_price product_price",
            "preis verkaufspreis bruttopreis einzelpreis prix prix_ttc prix_de_vente precio precio_venta pvp",
            "价格 售价 单价 商品价格 零售价 现价",
        ),
    ),
    "sale_price": Target(
        'a lower price now; the other is kept as the attribute "regular_price"',
        _names("sale_price special_price discount_price angebotspreis sonderpreis prix_promo prix_solde"),
    ),
    "sale_dates": Target(
        "when the sale price holds: two ISO 8601 times with a slash between",
        _names("sale_price_effective_date"),
    ),
    "currency": Target(
        "ISO 4217, for prices without one",
        _names("currency currency_code price_currency währung waehrung devise moneda divisa 货币 币种"),
    ),
    "rating": Target(
        "0 to 5",
        _names(
            "rating average_rating rating_value review_rating stars avg_rating bewertung note_moyenne",
            "valoración valoracion calificación calificacion puntuación 评分 星级",
        ),
    ),
    "rating_count": Target(
        "how many people rated",
        _names(
            "rating_count ratings_count review_count reviews_count num_ratings num_reviews number_of_reviews",
            "anzahl_bewertungen nombre_avis número_de_valoraciones 评论数 评价数 评论数量",
        ),
    ),
    "availability": Target(
        "whether it can be bought; also a number in stock",
        _names(
            "availability stock_status in_stock is_in_stock stock",
            "quantity inventory_quantity inventory stock_quantity",
            "verfügbarkeit verfuegbarkeit lagerbestand bestand disponibilité",
            "disponibilite disponibilidad existencias",
            "库存 库存状态 库存数量 是否有货",
        ),
    ),
    "url": Target(
        "the product's page",
        _names(
            "link url product_url product_link page_url produktlink produkt_url lien url_produit enlace",
            "链接 商品链接 产品链接 网址",
        ),
    ),
    "image": Target(
        "pictures: paths or URLs",
        _names(
            "image image_link image_url img img_url picture photo image_path main_image image_src images",
            "pictures photos image_links image_urls additional_image_link additional_image_links additional_images",
            "bild bild_url bilder foto fotos abbildung image_principale imagen imágenes imagenes",
            "图片 主图 商品图片 图片链接 图片地址 产品图片 附图",
        ),
        several=True,
    ),
    "video": Target(
        "videos, and files of their subtitles: paths or URLs",
        _names("video video_link video_url videos 视频 视频链接"),
        several=True,
    ),
    "audio": Target("sounds: paths or URLs", _names("audio audio_link audio_url sound sounds 音频"), several=True),
    "accessory_for": Target(
        "ids of products it belongs to",
        _names(
            "accessory_for is_accessory_for spare_part_for consumable_for",
            "is_accessory_or_spare_part_for is_consumable_for",
            "zubehör_für ersatzteil_für accessoire_pour accesorio_para 适用商品 适用产品",
        ),
        True,
    ),
    "has_accessory": Target(
        "ids of accessories to it",
        _names(
            "accessories accessory_ids accessory_skus has_accessory spare_parts spare_part_ids",
            "zubehör ersatzteile accessoires accesorios 配件 配件id 配件编号",
        ),
        True,
    ),
    "compatible_with": Target(
        "ids of products it works with",
        _names(
            "compatible_with compatible_products compatible_ids compatible_skus works_with",
            "kompatibel_mit compatible_avec compatible_con 兼容商品 兼容产品",
        ),
        True,
    ),
    "part_of_set": Target(
        "ids of the sets it is in",
        _names(
            "part_of_set set_id set_ids in_set bundle bundle_id bundle_ids part_of_bundle in_bundle is_part_of",
            "teil_von_set fait_partie_de parte_de 套装 所属套装 套装id",
        ),
        True,
    ),
    "set_of": Target(
        "ids of what is in it, of a set",
        _names(
            "set_of set_items set_contents bundle_items bundle_contents bundle_skus bundle_of grouped_products",
            "associated_skus has_part has_parts kit_items 套装内容 套装商品",
        ),
        True,
    ),
    "variant_of": Target(
        "ids of the same thing in another colour or size, sold as a product of its own",
        _names("other_variants variant_ids variant_skus sibling_ids sibling_skus sibling_products 同款商品"),
        True,
    ),
    "goes_with": Target(
        "ids of products to wear, use or buy with it",
        _names(
            "goes_with complementary_products cross_sells cross_sell_ids cross_sell_skus crosssell_skus",
            "often_bought_with bought_together frequently_bought_together passt_zu 搭配商品 搭配购买",
        ),
        True,
    ),
    "similar_to": Target(
        "ids of products like it",
        _names(
            "similar_products similar_ids similar_skus similar similar_to is_similar_to substitutes alternatives",
            "up_sells upsells upsell_ids upsell_skus 相似商品 替代商品",
        ),
        True,
    ),
    "related_to": Target(
        "ids of related products",
        _names(
            "related_products related related_ids related_skus related_to is_related_to",
            "ähnliche_produkte produits_associés productos_relacionados 相关商品 相关产品 关联商品",
        ),
        True,
    ),
    "related_product": Target(
        "relations as Google Merchant writes them: accessory:id:A7", ("related_product",), several=True
    ),
    "options": Target("what sets a variant apart: a mapping", ("options",)),
    "attributes": Target("further attributes: a mapping", ("attributes",)),
    "relations": Target("ids by kind of relation: a mapping", ("relations",)),
    "media": Target("media as wares writes them: a list", ("media",), several=True),
    "variants": Target("the variants: a list of mappings", ("variants",)),
}  # fmt: skip

#: Attributes that are text even when all of them are digits, and that usually tell variants apart.
OPTIONS = frozenset(
    _names(
        "size color colour material pattern gender age_group size_type size_system style finish",
        "größe groesse farbe taille couleur matière talla color tamaño 尺码 尺寸 颜色 材质 性别 规格",
    )
)
MODALITIES = ("image", "video", "audio")

_SOURCE = {name: (target, rank) for target, spec in TARGETS.items() for rank, name in enumerate(spec.names)}


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """A column's name as :data:`TARGETS` writes names."""
    name = unicodedata.normalize("NFKC", name).strip().removeprefix("g:")
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold()
    return re.sub(r"[\s\-_.]+", "_", name).strip("_")


def recognise(name: str) -> tuple[str, int] | None:
    """The target of a column and how far down its list of names it stands; None: an attribute."""
    name = plain(name)
    found = _SOURCE.get(name)
    if found is None and name[-1:].isdigit():
        found = _SOURCE.get(name.rstrip("0123456789").rstrip("_"))
        return found if found and TARGETS[found[0]].several else None
    return found


_GROUP = "|".join(name.replace("_", "[ _-]?") for name in TARGETS["group"].names)
#: Where a JSON or XML text names a group: what stands for rows of one product in formats without a header.
GROUP_NAMED = re.compile(rf"[\"<:](?:{_GROUP})[\"\s>]", re.IGNORECASE)


class Columns:
    """Which columns of one feed hold what. Grows as new columns turn up; what is not in ``order`` is an attribute.

    ``chosen`` is the caller's target → column, which wins over recognition. Raises :class:`CatalogueError` when it
    names what is not there, or when no column can be what is ``needed``.
    """

    def __init__(
        self, seen: Iterable[str], chosen: Mapping[str, str] | None = None, needed: Iterable[str] = ("id", "title")
    ) -> None:
        names = list(dict.fromkeys(seen))
        self._chosen = chosen or {}
        _check(self._chosen, names)
        #: (column, target), of every target the most trusted column first.
        self.order = [(column, target) for target, column in self._chosen.items()]
        #: The columns in ``order``.
        self.placed = set(self._chosen.values())
        self.extend(names)
        for need in needed:
            if not self.has(need):
                raise CatalogueError(f"no column is recognised as the {need} among {_listed(names)}; name it in map")

    def has(self, target: str) -> bool:
        """Whether some column holds ``target``."""
        return any(target == placed for _, placed in self.order)

    def extend(self, names: Iterable[str]) -> None:
        """Take in columns that may not have been seen before."""
        ranked: list[tuple[int, str, str]] = []
        for name in names:
            if len(name) > MAX_NAME or not is_sound([name]):
                raise CatalogueError(f"{name[:40]!r} is no name of a column: text of up to {MAX_NAME} characters")
            found = recognise(name) if name not in self.placed else None
            if found and found[0] not in self._chosen:
                ranked.append((found[1], name, found[0]))
        for _, name, target in sorted(ranked):
            self.order.append((name, target))
            self.placed.add(name)


def _check(chosen: Mapping[str, str], names: list[str]) -> None:
    for target, column in chosen.items():
        if target not in TARGETS:
            raise CatalogueError(f"map: {target!r} is nothing a product has{_nearest(target, list(TARGETS))}")
        if column not in names:
            raise CatalogueError(f"map {target}={column}: there is no column {column!r}{_nearest(column, names)}")


def _nearest(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    return f"; did you mean {', '.join(near)}?" if near else f"; there are {_listed(names)}"


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name[:40]) for name in names[:12]) + (" …" if len(names) > 12 else "")

/**
 * <wares-search>: search of a wares shop on any page, in one file.
 *
 *   <script type="module" src="https://search.example/wares-search.js"></script>
 *   <wares-search facets="brand,category" href="/p/{id}"></wares-search>
 *
 * Attributes: server (default: where this file came from), key (a key of scope "search"), facets, where, limit,
 * lang ("en", "zh"), href ("{id}" and "{url}" stand for the product's), placeholder, q.
 * Events, which bubble: wares-results (detail: the answer), wares-hit (detail: the hit; preventDefault() keeps the
 * page where it is), wares-error (detail: the error).
 * Looks: the CSS variables at the top of STYLE, and the parts "box", "hit", "picture", "title", "price", "facet", "chip",
 * "found".
 */

const HOME = new URL(import.meta.url).origin;

const WORDS = {
  en: {
    search: "Search", placeholder: "Search, or drop a picture", picture: "Search by picture, video or sound", remove: "Remove",
    more: "Show more", none: "Nothing was found.", failed: "The search could not be answered.", like: "More like this",
    total: (n) => (n === 1 ? "1 product" : `${n.toLocaleString("en")} products`), image: "Your picture", audio: "Your sound", video: "Your video",
    speak: "Search by speaking", deaf: "The microphone cannot be used.", heard: (text) => `Heard: “${text}”`,
    speech: "said", subtitle: "in the subtitles", screen: "on the screen", label: "on the label", code: "barcode",
    similar: "Like a product", meant: (said, meant) => `Showing results for “${meant}” instead of “${said}”`,
  },
  zh: {
    search: "搜索", placeholder: "搜索，或拖入一张图片", picture: "用图片、视频或声音搜索", remove: "移除",
    more: "显示更多", none: "没有找到商品。", failed: "搜索未能完成。", like: "找相似",
    total: (n) => `${n.toLocaleString("zh")} 件商品`, image: "您的图片", audio: "您的声音", video: "您的视频",
    speak: "语音搜索", deaf: "无法使用麦克风。", heard: (text) => `听到：“${text}”`,
    speech: "语音", subtitle: "字幕", screen: "画面文字", label: "标签文字", code: "条码",
    similar: "与某商品相似", meant: (said, meant) => `已显示“${meant}”的结果（而不是“${said}”）`,
  },
};

const STYLE = `
:host {
  --_accent: var(--wares-accent, #1f5eff); --_ink: var(--wares-ink, #1a1d21); --_soft: var(--wares-soft-ink, #5c6470);
  --_ground: var(--wares-ground, #fff); --_line: var(--wares-line, #d9dde3); --_tile: var(--wares-tile, #f4f5f7);
  --_radius: var(--wares-radius, 10px); --_gap: var(--wares-gap, 16px); --_column: var(--wares-column, 180px);
  display: block; color: var(--_ink); background: var(--_ground); color-scheme: light dark;
  font: var(--wares-font, 16px/1.45 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif);
}
@media (prefers-color-scheme: dark) {
  :host(:not([theme="light"])) {
    --_accent: var(--wares-accent, #8fb0ff); --_ink: var(--wares-ink, #eceef1); --_soft: var(--wares-soft-ink, #a6adb8);
    --_ground: var(--wares-ground, #15171a); --_line: var(--wares-line, #353a42); --_tile: var(--wares-tile, #1f2227);
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, input { font: inherit; color: inherit; }
button { cursor: pointer; background: none; border: 1px solid var(--_line); border-radius: var(--_radius); padding: .45em .9em; min-height: 40px; }
:is(button, input, a):focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
form { position: relative; display: flex; gap: 8px; }
input[type="search"] { flex: 1; min-width: 0; min-height: 44px; padding: .4em .9em; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_ground); }
form.dragged input[type="search"] { border: 2px dashed var(--_accent); }
.go { background: var(--_accent); border-color: var(--_accent); color: var(--_ground); font-weight: 600; }
.camera { width: 44px; padding: 0; display: grid; place-items: center; }
.camera svg { width: 22px; height: 22px; }
.camera[aria-pressed="true"] { background: var(--_accent); color: var(--_ground); }
ul { list-style: none; margin: 0; padding: 0; }
.suggestions { position: absolute; z-index: 9; top: 100%; left: 0; right: 0; margin-top: 4px; background: var(--_ground); border: 1px solid var(--_line); border-radius: var(--_radius); box-shadow: 0 8px 24px #0003; overflow: hidden; }
.suggestions li { padding: .5em .9em; cursor: pointer; display: flex; justify-content: space-between; gap: 1em; }
.suggestions li[aria-selected="true"], .suggestions li:hover { background: var(--_tile); }
.suggestions small { color: var(--_soft); }
.line { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-top: 12px; color: var(--_soft); }
.chip { min-height: 32px; padding: .1em .7em; border-radius: 99px; color: var(--_ink); display: inline-flex; gap: .5em; align-items: center; }
.chip img { width: 22px; height: 22px; object-fit: cover; border-radius: 4px; }
.facets { display: flex; flex-wrap: wrap; gap: 6px 18px; margin-top: 12px; }
.facets div { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
.facets b { font-size: .85em; color: var(--_soft); text-transform: capitalize; }
.facets button { min-height: 30px; padding: .05em .7em; font-size: .9em; }
.facets button[aria-pressed="true"] { border-color: var(--_accent); color: var(--_accent); font-weight: 600; }
.hits { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(var(--_column), 45%), 1fr)); gap: var(--_gap); margin-top: 16px; }
.hit { display: flex; flex-direction: column; gap: 6px; }
.hit a { color: inherit; text-decoration: none; display: grid; gap: 6px; border-radius: var(--_radius); }
.picture { display: block; aspect-ratio: 1; width: 100%; height: auto; object-fit: contain; background: var(--wares-picture, #fff); border: 1px solid var(--_line); border-radius: var(--_radius); }
.title { font-weight: 600; overflow-wrap: anywhere; }
.price, .found { color: var(--_soft); }
.found { font-size: .85em; overflow-wrap: anywhere; }
.found mark { background: none; color: var(--_accent); font-weight: 600; }
.frame { position: relative; }
.frame small { position: absolute; left: 8px; bottom: 8px; padding: 0 .6em; border-radius: 99px; background: #1b1d1f; color: #fff; }
.hit button { align-self: start; min-height: 30px; padding: .1em .7em; font-size: .85em; color: var(--_soft); }
.more { display: block; margin: 24px auto 0; }
.status { min-height: 1.5em; }
`;

const MIC = "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3";
const LONGEST_MS = 15_000;
const CAMERA = "M4 8h3l2-3h6l2 3h3v11H4zM12 17a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z";
let sheet;

/** An element with attributes, listeners (on…) and children; text is set as text, never as HTML. */
function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

/** A text in the quotes of the filter language. */
const quoted = (text) => `"${String(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
/** The condition that a field has one of some values, as the filter language says it. */
const among = (field, values) => (field === "category"
  ? `(${values.map((value) => `category UNDER ${quoted(value)}`).join(" OR ")})`
  : `\`${field.replaceAll("`", "``")}\` IN (${values.map(quoted).join(", ")})`);

const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");

/** "image", "audio" or "video"; "" for other files. */
const kindOf = (file) => /^(image|audio|video)\//.exec(file.type)?.[1] ?? "";

/** An icon of one line. */
function drawn(line) {
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "1.8", "aria-hidden": "true" })) icon.setAttribute(key, value);
  path.setAttribute("d", line);
  icon.append(path);
  return icon;
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** The picture of a hit, of a film that of the moment that matched, with what moves and from when to when. */
function shown(hit, server) {
  const said = (hit.passages ?? []).find((each) => each.modality === "video" && each.passage.start_s != null);
  const part = said ? { start_s: said.passage.start_s, end_s: said.passage.end_s } : hit.media?.segment;
  const film = said?.source || (hit.media?.modality === "video" && hit.media.source);
  if (film) {
    const at = part?.poster_s ?? part?.start_s ?? 0, address = `${server}${film}`;
    const span = part ? `${clock(part.start_s)}–${clock(part.end_s ?? part.start_s)}` : "";
    return { picture: `${address}?at=${at}&w=320`, moving: `${address}?at=${part?.start_s ?? 0}&moving=1`, span };
  }
  const first = hit.media?.modality === "image" && hit.media.source ? hit.media : (hit.product.media ?? []).find((each) => (each.modality ?? "image") === "image");
  return { picture: first ? `${server}${first.source}?w=320` : "" };
}

/** The text of a passage with what was asked for marked. */
function marked({ passage, spans }) {
  const text = [...passage.text], made = []; // places count characters, not halves of them
  const piece = (from, to) => text.slice(from, to).join("");
  let at = 0;
  for (const [start, end] of spans) {
    if (start < at) continue;
    made.push(piece(at, start), make("mark", {}, piece(start, end)));
    at = end;
  }
  return [...made, piece(at)];
}

export class WaresSearch extends HTMLElement {
  static observedAttributes = ["q", "where", "lang", "server", "key"];

  #asked = { text: "", medium: null, like: null, ignore: [], chosen: new Map(), offset: 0 };
  #root;
  #turn = 0;
  #recorder = null;
  #selected = -1;
  #timer;

  constructor() {
    super();
    this.#root = this.attachShadow({ mode: "open" });
    if (!sheet) {
      sheet = new CSSStyleSheet(); // not a <style>: a page's policy may forbid those
      sheet.replaceSync(STYLE);
    }
    this.#root.adoptedStyleSheets = [sheet];
  }

  connectedCallback() {
    this.#build();
    if (this.hasAttribute("q")) this.search(this.getAttribute("q"));
  }

  attributeChangedCallback(name, before, after) {
    if (!this.#root.firstChild || before === after) return; // attributes come before the element is connected
    if (name === "lang") this.#build();
    if (name === "q") this.search(after ?? "");
    else if (this.#asks()) this.#ask();
  }

  /** Ask by words. */
  search(text) {
    this.#asked = { ...this.#asked, text, ignore: [], chosen: new Map(), offset: 0 };
    this.#part("input").value = text;
    return this.#ask();
  }

  /** Ask by a picture, a recording or a video (a File or a Blob of such a type), beside the words that are there. */
  searchFile(file) {
    this.#asked = { ...this.#asked, medium: file, like: null, chosen: new Map(), offset: 0 };
    return this.#ask();
  }

  // -- building ------------------------------------------------------------------------------------------------

  get #words() {
    const lang = this.getAttribute("lang") || document.documentElement.lang || navigator.language || "en";
    return lang.toLowerCase().startsWith("zh") ? WORDS.zh : WORDS.en;
  }

  get #lang() {
    return this.#words === WORDS.zh ? "zh" : "en";
  }

  #part(name) {
    return this.#root.querySelector(`[data-is="${name}"]`);
  }

  #build() {
    const words = this.#words;
    const file = make("input", {
      type: "file", accept: "image/*,video/*,audio/*", hidden: true, tabindex: -1, "aria-hidden": "true",
      onchange: () => file.files[0] && this.searchFile(file.files[0]),
    });
    const input = make("input", {
      type: "search", part: "box", "data-is": "input", role: "combobox", autocomplete: "off", maxlength: 1000,
      placeholder: this.getAttribute("placeholder") || words.placeholder, "aria-label": words.search,
      "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list",
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), onblur: () => setTimeout(() => this.#close(), 150),
      onpaste: (event) => this.#fileOf(event, event.clipboardData),
    });
    const form = make("form", {
      role: "search", "data-is": "form",
      onsubmit: (event) => { event.preventDefault(); this.#close(); this.search(input.value); },
      ondragover: (event) => { event.preventDefault(); form.classList.add("dragged"); },
      ondragleave: () => form.classList.remove("dragged"),
      ondrop: (event) => { form.classList.remove("dragged"); this.#fileOf(event, event.dataTransfer); },
    },
    input,
    make("ul", { class: "suggestions", id: "suggestions", role: "listbox", "data-is": "suggestions", "aria-label": words.search, hidden: true }),
    make("button", { type: "button", class: "camera", "aria-label": words.picture, title: words.picture, onclick: () => file.click() }, drawn(CAMERA)),
    navigator.mediaDevices && "MediaRecorder" in window
      ? make("button", { type: "button", class: "camera", "data-is": "mic", "aria-pressed": "false", "aria-label": words.speak, title: words.speak, onclick: () => this.#speak() }, drawn(MIC))
      : null,
    file,
    make("button", { class: "go" }, words.search));
    this.#root.replaceChildren(
      form,
      make("div", { class: "line", "data-is": "parts", hidden: true }),
      make("div", { class: "facets", "data-is": "facets" }),
      make("p", { class: "line status", role: "status", "aria-live": "polite", "data-is": "status" }),
      make("ul", { class: "hits", "data-is": "hits" }),
      make("button", { class: "more", type: "button", "data-is": "more", hidden: true, onclick: () => this.#further() }, words.more),
    );
    this.lang = this.#lang;
  }

  // -- typing --------------------------------------------------------------------------------------------------

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#suggest(), 120);
  }

  async #suggest() {
    const input = this.#part("input"), list = this.#part("suggestions"), text = input.value;
    if (!text.trim()) return this.#close();
    try {
      const found = await this.#call(`suggest?q=${encodeURIComponent(text)}&limit=8`);
      if (input.value !== text || this.#root.activeElement !== input) return;
      list.replaceChildren(...found.suggestions.map((each, place) => make("li", {
        role: "option", id: `suggestion-${place}`, "aria-selected": "false",
        onmousedown: (event) => { event.preventDefault(); this.#take(each.text); },
      }, each.text, make("small", {}, each.kind === "query" ? "" : each.kind))));
      this.#selected = -1;
      list.hidden = !found.suggestions.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
    } catch { this.#close(); } // a suggestion that fails is none
  }

  #key(event) {
    const list = this.#part("suggestions"), items = [...list.children];
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); return this.#close(); }
    if (event.key === "Enter" && this.#selected >= 0) { event.preventDefault(); return this.#take(items[this.#selected].firstChild.textContent); }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !items.length) return;
    event.preventDefault();
    this.#selected = (this.#selected + step + items.length + (this.#selected < 0 && step < 0 ? 1 : 0)) % items.length;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === this.#selected)));
    this.#part("input").setAttribute("aria-activedescendant", items[this.#selected].id);
  }

  #take(text) {
    this.#close();
    this.search(text);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#selected = -1;
    this.#part("suggestions").hidden = true;
    this.#part("input").setAttribute("aria-expanded", "false");
    this.#part("input").removeAttribute("aria-activedescendant");
  }

  #fileOf(event, data) {
    const file = [...(data?.files ?? [])].find((each) => kindOf(each));
    if (!file) return;
    event.preventDefault();
    this.searchFile(file);
  }

  async #speak() {
    if (this.#recorder) return this.#recorder.stop();
    const button = this.#part("mic"), pieces = [];
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const recorder = this.#recorder = new MediaRecorder(stream);
      recorder.ondataavailable = (event) => pieces.push(event.data);
      recorder.onstop = () => {
        for (const track of stream.getTracks()) track.stop();
        button.setAttribute("aria-pressed", "false");
        this.#recorder = null;
        this.searchFile(new Blob(pieces, { type: recorder.mimeType }));
      };
      recorder.start();
      button.setAttribute("aria-pressed", "true");
      setTimeout(() => recorder.state === "recording" && recorder.stop(), LONGEST_MS);
    } catch {
      this.#part("status").textContent = this.#words.deaf;
    }
  }

  // -- asking --------------------------------------------------------------------------------------------------

  #asks() {
    return Boolean(this.#asked.text || this.#asked.medium || this.#asked.like);
  }

  get #server() {
    return (this.getAttribute("server") || HOME).replace(/\/+$/, "");
  }

  async #call(path, request = {}) {
    const key = this.getAttribute("key");
    const headers = { ...request.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
    const answer = await fetch(`${this.#server}/api/v1/${path}`, { ...request, headers, credentials: "omit" });
    const told = await answer.json().catch(() => null);
    if (answer.ok && told) return told;
    throw Object.assign(new Error(told?.error?.message || this.#words.failed), { status: answer.status, kind: told?.error?.kind });
  }

  #where() {
    const chosen = [...this.#asked.chosen].filter(([, values]) => values.size).map(([field, values]) => among(field, [...values]));
    return [this.getAttribute("where"), ...chosen].filter(Boolean).map((each) => `(${each})`).join(" AND ");
  }

  async #ask(append = false) {
    const turn = ++this.#turn, asked = this.#asked;
    if (!append) asked.offset = 0;
    const question = {
      text: asked.text, where: this.#where(), limit: Number(this.getAttribute("limit")) || 24, offset: asked.offset,
      facets: (this.getAttribute("facets") || "").split(",").map((each) => each.trim()).filter(Boolean),
      ignore: asked.ignore, like: asked.like ? [asked.like.id] : [],
    };
    const form = new FormData();
    form.set("question", JSON.stringify(question));
    if (asked.medium) form.set(kindOf(asked.medium) || "image", asked.medium, "file");
    this.#part("hits").setAttribute("aria-busy", "true");
    try {
      const found = await this.#call("search", { method: "POST", body: form });
      if (turn === this.#turn) this.#show(this.#understood(found), append);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#part("status").textContent = error.message || this.#words.failed;
      this.#tell("wares-error", error);
    } finally {
      if (turn === this.#turn) this.#part("hits").removeAttribute("aria-busy");
    }
  }

  /** What was heard becomes the words, to be changed in the box; the recording is not sent again. */
  #understood(found) {
    const heard = found.heard.map((each) => each.text).filter(Boolean).join(" ");
    if (heard) {
      this.#asked = { ...this.#asked, text: [this.#asked.text, heard].filter(Boolean).join(" "), medium: null };
      this.#part("input").value = this.#asked.text;
    }
    return found;
  }

  #further() {
    this.#asked.offset = this.#part("hits").children.length;
    return this.#ask(true);
  }

  // -- showing -------------------------------------------------------------------------------------------------

  #show(found, append) {
    const words = this.#words, hits = this.#part("hits");
    const items = found.hits.map((hit) => this.#hit(hit));
    append ? hits.append(...items) : hits.replaceChildren(...items);
    this.#part("more").hidden = hits.children.length >= found.total || !found.hits.length;
    const corrected = found.corrections.map((each) => words.meant(each.said, each.meant)).join(" · ");
    this.#part("status").textContent = [found.total ? words.total(found.total) : words.none, ...found.heard.filter((each) => each.text).map((each) => words.heard(each.text)), corrected].filter(Boolean).join(" · ");
    this.#showParts(found);
    this.#showFacets(found);
    this.#tell("wares-results", found);
  }

  #showParts(found) {
    const words = this.#words, asked = this.#asked, parts = this.#part("parts");
    const again = (changes) => { this.#asked = { ...asked, ...changes, offset: 0 }; this.#ask(); };
    const chips = [];
    if (asked.medium) {
      const kind = kindOf(asked.medium) || "image", address = URL.createObjectURL(asked.medium);
      const image = kind !== "image" ? null : make("img", { src: address, alt: "", onload: () => URL.revokeObjectURL(address), onerror: () => URL.revokeObjectURL(address) });
      chips.push(this.#chip(words[kind], () => again({ medium: null }), image));
    }
    if (asked.like) chips.push(this.#chip(`${words.similar}: ${asked.like.title}`, () => again({ like: null })));
    for (const chip of found.chips.filter((each) => each.applied)) {
      chips.push(this.#chip(chip.id, () => again({ ignore: [...asked.ignore, chip.id] })));
    }
    parts.replaceChildren(...chips);
    parts.hidden = !chips.length;
  }

  #chip(text, remove, picture) {
    return make("button", { type: "button", class: "chip", part: "chip", "aria-label": `${this.#words.remove}: ${text}`, onclick: remove }, picture, text, make("span", { "aria-hidden": "true" }, "×"));
  }

  #showFacets(found) {
    const groups = Object.entries(found.facets).map(([field, values]) => {
      const chosen = this.#asked.chosen.get(field) ?? new Set();
      const buttons = values.slice(0, 12).map((each) => make("button", {
        type: "button", part: "facet", "aria-pressed": String(chosen.has(each.value)),
        onclick: () => this.#choose(field, each.value),
      }, `${each.value.replaceAll("/", field === "category" ? " › " : "/")} (${each.count})`));
      return buttons.length ? make("div", { role: "group", "aria-label": field }, make("b", {}, field.replaceAll("_", " ")), ...buttons) : null;
    });
    this.#part("facets").replaceChildren(...groups.filter(Boolean));
  }

  #choose(field, value) {
    const chosen = new Map(this.#asked.chosen), values = new Set(chosen.get(field));
    values.has(value) ? values.delete(value) : values.add(value);
    chosen.set(field, values);
    this.#asked = { ...this.#asked, chosen, offset: 0 };
    this.#ask();
  }

  #hit(hit) {
    const words = this.#words, product = hit.product;
    const variant = (product.variants ?? []).find((each) => each.id === hit.variant);
    const { picture, moving, span } = shown(hit, this.#server);
    const image = picture
      ? make("img", { class: "picture", part: "picture", alt: "", loading: "lazy", width: 320, height: 320, src: picture })
      : make("span", { class: "picture", part: "picture" });
    const move = (on) => { if (moving && !STILL.matches) image.src = on ? moving : picture; };
    const link = make("a", {
      href: this.#address(hit), onclick: (event) => this.#clicked(event, hit),
      onpointerenter: () => move(true), onpointerleave: () => move(false), onfocus: () => move(true), onblur: () => move(false),
    },
      make("span", { class: "frame" }, image, span ? make("small", {}, span) : null),
      make("span", { class: "title", part: "title" }, hit.title),
      ...(hit.passages ?? []).slice(0, 2).map((each) => make("span", { class: "found", part: "found" }, `${words[each.passage.kind] ?? ""}: `, ...marked(each))),
      make("span", { class: "price", part: "price" }, this.#price(variant?.price ?? product.price)));
    return make("li", { class: "hit", part: "hit" }, link, make("button", {
      type: "button", "aria-label": `${words.like}: ${hit.title}`,
      onclick: () => { this.#asked = { ...this.#asked, text: "", medium: null, like: { id: hit.id, title: hit.title }, chosen: new Map(), offset: 0 }; this.#part("input").value = ""; this.#ask(); },
    }, words.like));
  }

  #address(hit) {
    const pattern = this.getAttribute("href");
    const safe = (address) => (/^(https?:)?\/|^[^:]*$/i.test(address) ? address : "#"); // no javascript:
    if (pattern) return safe(pattern.replaceAll("{id}", encodeURIComponent(hit.id)).replaceAll("{url}", hit.product.url ?? ""));
    return safe(hit.product.url || `${this.#server}/product/${encodeURIComponent(hit.id)}`);
  }

  #clicked(event, hit) {
    if (!this.#tell("wares-hit", hit)) event.preventDefault();
  }

  #price(price) {
    if (!price) return "";
    try {
      const format = new Intl.NumberFormat(this.#lang, { style: "currency", currency: price.currency });
      return format.format(price.amount / 10 ** format.resolvedOptions().maximumFractionDigits);
    } catch {
      return String(price.amount / 100);
    }
  }

  #tell(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }
}

customElements.define("wares-search", WaresSearch);

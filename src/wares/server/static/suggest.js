// Suggestions under the search box: a combobox with a list (WAI-ARIA Authoring Practices, "Editable Combobox With
// List Autocomplete"). Without JavaScript it is a plain field.
import { say, text } from "./say.js";

const box = document.querySelector("#q");
const list = document.querySelector("#suggestions");
const ICONS = { query: "search", category: "tag", brand: "tag", product: "shop" };
const WAIT_MS = 90;
let found = [];
let at = -1;
let asked = 0;
let timer;

for (const [name, value] of Object.entries({
  role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
})) box.setAttribute(name, value);

function row(one, index) {
  const item = document.createElement("li");
  item.id = `suggestion-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(icon.namespaceURI, "use");
  use.setAttribute("href", `#i-${ICONS[one.kind] ?? "search"}`);
  icon.append(use);
  const words = document.createElement("span");
  words.className = "text";
  words.textContent = one.text;
  item.append(icon, words);
  if (one.kind !== "query") {
    const kind = document.createElement("span");
    kind.className = "kind";
    kind.textContent = text(`kind_${one.kind}`);
    item.append(kind);
  }
  item.addEventListener("pointerdown", (event) => event.preventDefault());
  item.addEventListener("click", () => take(index));
  return item;
}

function show(suggestions) {
  found = suggestions;
  at = -1;
  list.replaceChildren(...found.map(row));
  open(found.length > 0);
  if (found.length) say("suggestions", { n: found.length });
}

function open(is) {
  list.hidden = !is;
  box.setAttribute("aria-expanded", String(is));
  if (!is) mark(-1);
}

function mark(index) {
  list.children[at]?.setAttribute("aria-selected", "false");
  at = index;
  const item = list.children[at];
  if (item) {
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", item.id);
  } else {
    box.removeAttribute("aria-activedescendant");
  }
}

function take(index) {
  const one = found[index];
  open(false);
  if (one.kind === "product" && one.id) {
    location.assign(`/product/${encodeURIComponent(one.id)}`);
    return;
  }
  box.value = one.text;
  box.form.requestSubmit();
}

async function ask() {
  const number = ++asked;
  const typed = box.value.trim();
  if (!typed) return show([]);
  try {
    const answer = await fetch(`/api/v1/suggest?${new URLSearchParams({ q: typed, limit: "8" })}`);
    const body = answer.ok ? await answer.json() : { suggestions: [] };
    if (number === asked && document.activeElement === box) show(body.suggestions);
  } catch {
    if (number === asked) show([]);
  }
}

box.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
});
box.addEventListener("blur", () => open(false));
box.form.addEventListener("submit", () => { clearTimeout(timer); asked++; open(false); });
box.addEventListener("keydown", (event) => {
  const last = found.length - 1;
  const keys = {
    ArrowDown: () => (list.hidden ? (found.length ? open(true) : ask()) : mark(at >= last ? -1 : at + 1)),
    ArrowUp: () => !list.hidden && mark(at < 0 ? last : at - 1),
    Escape: () => (list.hidden ? (box.value = "") : open(false)),
    Enter: () => (at >= 0 && !list.hidden ? take(at) : null),
  };
  const act = keys[event.key];
  if (!act || event.isComposing) return;
  if (event.key === "Enter" && (list.hidden || at < 0)) return;
  event.preventDefault();
  act();
});

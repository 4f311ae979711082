// Lists that grow while one scrolls. The address names the last page that was reached, and going back finds the same
// cards at the same place.
import { say, tell } from "./say.js";

const hits = document.querySelector("#hits");
let next = document.querySelector("#next");
let loading = false;

if (hits) {
  if (next) next.textContent = next.dataset.more;
  next?.addEventListener("click", (event) => {
    event.preventDefault();
    more(true);
  });
  const kept = recall();
  if (kept) {
    hits.replaceChildren(...parsed(kept.html).children);
    hits.start = kept.first;
    document.querySelector("#previous")?.remove();
    follow(kept.next);
    history.scrollRestoration = "manual";
    requestAnimationFrame(() => scrollTo(0, kept.top));
  }
  if (next && "IntersectionObserver" in window) {
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) more(false);
    }, { rootMargin: "600px" });
    seen.observe(next);
  }
  addEventListener("pagehide", remember);
}

function parsed(html) {
  const body = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html");
  return body.querySelector("ol");
}

async function more(asked) {
  if (loading || !next) return;
  loading = true;
  const waiting = Array.from({ length: 4 }, skeleton);
  hits.append(...waiting);
  const from = hits.querySelectorAll(".card:not(.waiting)").length;
  try {
    const address = new URL(next.href);
    const answer = await fetch(`/more${address.search}`, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const cards = [...page.querySelectorAll("ol > .card")];
    const query = page.querySelector("ol").dataset.query;
    for (const card of cards) card.dataset.query = query;
    for (const one of waiting) one.remove();
    hits.append(...cards);
    history.replaceState(history.state, "", `${location.pathname}${address.search}`);
    follow(page.querySelector("#next")?.getAttribute("href") ?? "");
    say("loaded", { n: cards.length });
    if (asked) hits.children[from]?.querySelector("a")?.focus();
    hits.dispatchEvent(new CustomEvent("grown"));
  } catch {
    for (const one of waiting) one.remove();
    tell("failed");
  }
  loading = false;
}

function follow(href) {
  if (href && next) next.href = href;
  if (!href) {
    next?.parentElement.remove();
    next = null;
  }
}

function skeleton() {
  const card = document.createElement("li");
  card.className = "card waiting";
  card.setAttribute("aria-hidden", "true");
  card.innerHTML = '<div class="frame"></div><div class="told"><div class="line"></div><div class="line"></div></div>';
  return card;
}

// The list as it was is kept with this entry of the history: session storage, by the address.
function key() {
  return `wares:${location.pathname}${location.search}`;
}

function remember() {
  const cards = [...hits.querySelectorAll(".card:not(.waiting)")];
  const html = cards.map((card) => card.outerHTML).join("");
  const kept = { html, next: next?.getAttribute("href") ?? "", top: scrollY, first: hits.start };
  try {
    sessionStorage.setItem(key(), JSON.stringify(kept));
  } catch {
    // Full or forbidden: the page is loaded anew then.
  }
}

function recall() {
  const [entry] = performance.getEntriesByType("navigation");
  if (entry?.type !== "back_forward") return null;
  try {
    return JSON.parse(sessionStorage.getItem(key()) ?? "null");
  } catch {
    return null;
  }
}

// What makes the pages quicker and asks with pictures and voice. Every page works without it.
import "./theme.js";
import "./suggest.js";
import "./picture.js";
import "./film.js";
import "./voice.js";
import "./more.js";
import "./events.js";
import { busy, say } from "./say.js";

// Forms that answer as soon as something is chosen in them; empty fields do not go into the address.
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
document.addEventListener("submit", ({ target }) => {
  for (const field of target.querySelectorAll("input[name], select[name]")) {
    if (!field.value || (field.type === "range" && Number(field.value) === 1)) field.disabled = true;
  }
  busy(true);
});
addEventListener("pageshow", () => {
  busy(false);
  for (const field of document.querySelectorAll("input:disabled, select:disabled")) field.disabled = false;
});

// What folds out over the page folds in again.
const balance = document.querySelector(".balance");
const foldIn = (event) => {
  if (balance?.open && (event.key === "Escape" || (event.type === "click" && !balance.contains(event.target)))) {
    balance.open = false;
    if (event.key) balance.querySelector("summary").focus();
  }
};
document.addEventListener("keydown", foldIn);
document.addEventListener("click", foldIn);

// Choosing a variant changes the page in place.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-variant]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  busy(true);
  try {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".one");
    if (!answer.ok || !next) throw new Error(String(answer.status));
    const name = link.textContent;
    document.querySelector(".one").replaceWith(next);
    history.replaceState(history.state, "", link.href);
    [...next.querySelectorAll("a[data-variant][aria-current]")].find((one) => one.textContent === name)?.focus();
    say(next.querySelector("#price")?.textContent ?? "");
  } catch {
    location.assign(link.href);
  }
  busy(false);
});

const hits = document.querySelector("#hits");
if (hits) setTimeout(() => say("found", { n: Number(hits.dataset.total).toLocaleString(document.documentElement.lang) }), 300);

// Words of the page's language, and how they reach people: read out, or shown for a while.
const words = JSON.parse(document.body.dataset.words);
const live = document.querySelector("#live");
const notice = document.querySelector("#notice");
let timer;

/** The text of a key with its places filled; what is no key is a text itself. */
export const text = (key, places = {}) =>
  (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);

/** Have a text read out. */
export const say = (key, places) => { live.textContent = text(key, places); };

/** Show a text for a while; it is read out too. */
export function tell(key, places) {
  notice.textContent = text(key, places);
  notice.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { notice.hidden = true; }, 8000);
}

/** Whether something is on its way. */
export const busy = (is) => { document.body.classList.toggle("busy", is); };

// Choosing a part of a picture: a frame that is dragged, or moved with the arrow keys.
import { say, text } from "./say.js";

const LEAST = 0.06;
const STEP = 0.02;
const CORNERS = ["nw", "ne", "sw", "se"];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const within = (value, low, high) => Math.min(Math.max(value, low), high);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The box after one of its corners, or all of it ("move"), was moved by (x, y). */
export function moved([l, t, w, h], what, x, y) {
  if (what === "move") return [within(l + x, 0, 1 - w), within(t + y, 0, 1 - h), w, h];
  let [r, b] = [l + w, t + h];
  if (what.includes("w")) l = within(l + x, 0, r - LEAST); else r = within(r + x, l + LEAST, 1);
  if (what.includes("n")) t = within(t + y, 0, b - LEAST); else b = within(b + y, t + LEAST, 1);
  return [l, t, r - l, b - t];
}

/** Ask which part of a picture is meant: "l,t,w,h" as shares of it, "" for all of it, null when nothing was chosen. */
export function choose(src, at) {
  let box = at ? at.split(",").map(Number) : [0.15, 0.15, 0.7, 0.7];
  const corners = CORNERS.map((name) =>
    element("button", { type: "button", "data-corner": name, "aria-label": text(`crop_${name}`) }));
  const cut = element("div", { class: "cut", tabindex: "0", role: "group", "aria-label": text("crop_frame"), "aria-describedby": "crop-help" }, ...corners);
  const picture = element("img", { src, alt: "", draggable: "false" });
  const stage = element("div", { class: "stage" }, picture, cut);
  const act = (name, kind = "") => {
    const button = element("button", { type: "button", class: `button ${kind}` }, text(`crop_${name}`));
    button.addEventListener("click", () => dialog.close(name));
    return button;
  };
  const dialog = element(
    "dialog", { "aria-labelledby": "crop-title" },
    element("h2", { id: "crop-title" }, text("crop_title")),
    element("p", { class: "help", id: "crop-help" }, text("crop_help")),
    stage,
    element("p", { class: "deeds" }, act("cancel"), act("whole"), act("apply", "main")),
  );

  const draw = () => {
    [cut.style.left, cut.style.top, cut.style.width, cut.style.height] = box.map((share) => `${share * 100}%`);
  };
  const change = (what, x, y) => {
    box = moved(box, what, x, y);
    draw();
  };
  stage.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const area = picture.getBoundingClientRect();
    let what = event.target.dataset?.corner ?? (cut.contains(event.target) ? "move" : "");
    let last = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
    if (!what) {
      box = [within(last[0], 0, 1 - LEAST), within(last[1], 0, 1 - LEAST), LEAST, LEAST];
      what = "se";
      draw();
    }
    (event.target.dataset?.corner ? event.target : cut).focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    const drag = (move) => {
      const now = [(move.clientX - area.left) / area.width, (move.clientY - area.top) / area.height];
      change(what, now[0] - last[0], now[1] - last[1]);
      last = now;
    };
    stage.addEventListener("pointermove", drag);
    stage.addEventListener("lostpointercapture", () => stage.removeEventListener("pointermove", drag), { once: true });
  });
  cut.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    change(event.target.dataset.corner ?? "move", arrow[0] * STEP, arrow[1] * STEP);
    say("crop_size", { w: Math.round(box[2] * 100), h: Math.round(box[3] * 100) });
  });

  picture.addEventListener("load", () => {
    stage.style.width = `min(100%, ${(55 * picture.naturalWidth) / picture.naturalHeight}dvh)`;
  });
  document.body.append(dialog);
  draw();
  dialog.showModal();
  cut.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      const crop = box.map((share) => Number(share.toFixed(4))).join(",");
      resolve({ apply: crop, whole: "" }[dialog.returnValue] ?? null);
    });
  });
}

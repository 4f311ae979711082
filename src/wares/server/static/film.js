// Films: a card moves while it is pointed at, and a place that was found begins there in the player on the page.
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

function begin(event) {
  const image = event.target.closest?.(".card")?.querySelector("img[data-moving]");
  if (!image || image.dataset.still || still.matches) return;
  image.dataset.still = image.srcset;
  image.addEventListener("error", () => stop(image), { once: true });
  image.srcset = "";
  image.src = image.dataset.moving;
}

function end(event) {
  const card = event.target.closest?.(".card");
  const image = card?.querySelector("img[data-still]");
  if (!image || card.contains(event.relatedTarget)) return;
  stop(image);
}

function stop(image) {
  if (!image.dataset.still) return;
  image.srcset = image.dataset.still;
  delete image.dataset.still;
}

document.addEventListener("pointerover", begin);
document.addEventListener("focusin", begin);
document.addEventListener("pointerout", end);
document.addEventListener("focusout", end);

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-jump]");
  if (!link) return;
  const [source, moment] = link.getAttribute("href").split("#t=");
  const player = [...document.querySelectorAll(".player")].find((one) => one.getAttribute("src").split("#")[0] === source);
  if (!player) return;
  event.preventDefault();
  player.currentTime = Number(moment);
  player.scrollIntoView({ block: "center" });
  player.play();
});

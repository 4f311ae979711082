// What was seen and what was chosen, for the shop's journal (UBI): by the question's id, without names or cookies.
const hits = document.querySelector("#hits");
const query = hits?.dataset.query;
const silent = navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;
let waiting = [];

const event = (name, card) => ({
  action_name: name,
  query_id: card.dataset.query ?? query,
  timestamp: new Date().toISOString(),
  event_attributes: { object: { object_id: card.dataset.id }, position: { ordinal: Number(card.dataset.place) } },
});

function send() {
  if (waiting.length) {
    const body = new Blob([JSON.stringify(waiting.slice(0, 500))], { type: "application/json" });
    navigator.sendBeacon?.("/api/v1/events", body);
  }
  waiting = [];
}

if (hits && !silent) {
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) {
        seen.unobserve(target);
        waiting.push(event("impression", target));
      }
    }
  }, { threshold: 0.5 });
  const watch = () => {
    for (const card of hits.querySelectorAll(".card:not([data-watched])")) {
      card.dataset.watched = "";
      seen.observe(card);
    }
  };
  watch();
  hits.addEventListener("grown", watch);
  hits.addEventListener("click", ({ target }) => {
    const card = target.closest?.(".card");
    if (!card || !target.closest("a")) return;
    waiting.push(event(target.closest(".act") ? "more_like_this" : "click", card));
    send();
  });
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => document.hidden && send());
}

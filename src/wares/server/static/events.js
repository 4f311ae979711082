// What was shown and what was chosen, for the shop's journal: no names, no cookies, only the question's id.
const hits = document.querySelector("#hits");

function send(events) {
  if (!events.length || navigator.doNotTrack === "1") return;
  const body = new Blob([JSON.stringify({ events })], { type: "application/json" });
  navigator.sendBeacon?.("/api/v1/events", body);
}

if (hits) {
  const query = hits.dataset.query;
  document.addEventListener("click", (event) => {
    const card = event.target.closest?.(".card");
    if (card && hits.contains(card) && event.target.closest("a")) {
      const name = event.target.closest(".act") ? "like" : "click";
      send([{ action_name: name, query_id: query, object_id: card.dataset.id, position: Number(card.dataset.place) }]);
    }
  });
}

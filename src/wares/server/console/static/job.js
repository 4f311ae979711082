// Follows a running job: the server sends its state as events, and the page is loaded again when it has ended.

const place = document.querySelector("[data-job]");
const bar = place.querySelector("progress");
const told = place.querySelector("[data-told]");
const source = new EventSource(place.dataset.job);

function show(event) {
  const { job } = JSON.parse(event.data);
  const progress = job.progress;
  if (progress) {
    if (progress.total) {
      bar.max = progress.total;
      bar.value = progress.done;
    } else bar.removeAttribute("value");
    const share = progress.total ? ` / ${progress.total.toLocaleString()}` : "";
    told.textContent = `${progress.stage}: ${progress.done.toLocaleString()}${share} ${progress.note ?? ""}`;
  }
  if (job.ended) {
    source.close();
    location.reload();
  }
}

for (const name of ["progress", "done", "failed", "cancelled"]) source.addEventListener(name, show);

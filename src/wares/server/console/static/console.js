// What the pages do by themselves when scripts run. Without them everything works by links and forms.

// Long tables can be narrowed by what is typed.
for (const input of document.querySelectorAll("input[data-narrows]")) {
  const rows = document.querySelectorAll(`#${input.dataset.narrows} tbody tr`);
  input.hidden = false;
  input.closest("label").hidden = false;
  input.addEventListener("input", () => {
    const wanted = input.value.toLocaleLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
  });
}

// What cannot be undone asks first.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.asks;
  if (question && !confirm(question)) event.preventDefault();
});

// A job that runs is followed.
if (document.querySelector("[data-job]")) await import("./job.js");

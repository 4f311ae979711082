// Pictures, sounds and videos as questions: picked, photographed, pasted or dropped anywhere; then the part of a
// picture that is meant.
import { search } from "./bring.js";
import { choose } from "./crop.js";
import { busy, text } from "./say.js";

const field = document.querySelector("#picture");
document.body.dataset.drop = text("drop_here");

for (const button of document.querySelectorAll("button[data-picture]")) {
  button.addEventListener("click", () => field.click());
}
field.addEventListener("change", () => {
  if (field.files[0]) search(field.files[0]);
  field.value = "";
});
addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files ?? [])].find((one) => /^(image|audio|video)\//.test(one.type));
  if (file) {
    event.preventDefault();
    search(file);
  }
});

let over = 0;
const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
const dropping = (count) => {
  over = count;
  document.body.classList.toggle("dropping", over > 0);
};
addEventListener("dragenter", (event) => carries(event) && dropping(over + 1));
addEventListener("dragleave", (event) => carries(event) && dropping(Math.max(0, over - 1)));
addEventListener("dragover", (event) => carries(event) && event.preventDefault());
addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  dropping(0);
  if (event.dataTransfer.files[0]) search(event.dataTransfer.files[0]);
});

for (const button of document.querySelectorAll("[data-crop-open]")) {
  button.addEventListener("click", async () => {
    const crop = await choose(button.dataset.src, button.dataset.at);
    if (crop === null) return;
    const address = new URL(location.href);
    address.searchParams.delete("page");
    if (crop) address.searchParams.set("crop", crop);
    else address.searchParams.delete("crop");
    busy(true);
    location.assign(address);
  });
}

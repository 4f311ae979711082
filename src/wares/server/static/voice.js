// A question spoken: recorded here, understood by the server where that is installed.
import { search } from "./bring.js";
import { tell } from "./say.js";

const MOST_MS = 15_000;
const button = document.querySelector("[data-voice]");
let recorder = null;

async function record() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    return tell("no_microphone");
  }
  const pieces = [];
  recorder = new MediaRecorder(stream);
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.addEventListener("stop", () => {
    for (const track of stream.getTracks()) track.stop();
    button.setAttribute("aria-pressed", "false");
    const sound = new Blob(pieces, { type: recorder.mimeType });
    recorder = null;
    search(sound, true);
  });
  recorder.start();
  button.setAttribute("aria-pressed", "true");
  tell("listening");
  setTimeout(() => recorder?.stop(), MOST_MS);
}

if (button) {
  if (!navigator.mediaDevices || !("MediaRecorder" in window)) button.hidden = true;
  button.addEventListener("click", () => (recorder ? recorder.stop() : record()));
}

// The words that were heard stand in the box, to be mended there.
document.querySelector("[data-mend]")?.addEventListener("click", () => {
  const box = document.querySelector("#q");
  box.focus();
  box.select();
});

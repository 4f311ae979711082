// A question spoken: recorded here, understood by the server where that is installed.
import { busy, say, tell } from "./say.js";

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
    ask(sound);
  });
  recorder.start();
  button.setAttribute("aria-pressed", "true");
  say("listening");
  setTimeout(() => recorder?.stop(), MOST_MS);
}

async function ask(sound) {
  const form = new FormData();
  form.set("audio", sound, "question");
  busy(true);
  try {
    const answer = await fetch("/api/v1/hear", { method: "POST", body: form });
    if (answer.status === 501) return tell("no_voice");
    const body = await answer.json();
    if (!answer.ok) return tell(body.error?.message ?? "failed");
    if (body.kind !== "speech") return tell(body.kind === "silence" ? "heard_nothing" : "heard_no_words");
    location.assign(`/?${new URLSearchParams({ q: body.text })}`);
  } catch {
    tell("offline");
  } finally {
    busy(false);
  }
}

if (button) {
  if (!navigator.mediaDevices || !("MediaRecorder" in window)) button.hidden = true;
  button.addEventListener("click", () => (recorder ? recorder.stop() : record()));
}

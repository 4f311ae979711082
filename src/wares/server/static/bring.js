// What is given to search with, brought to the server: pictures and clips are kept there, recordings are heard.
import { busy, say, tell } from "./say.js";

const MOST = 20_000_000;
const MEANWHILE = { image: "looking", video: "watching", audio: "hearing" };
const MISSING = { video: "no_video", audio: "no_voice" };

/** What to search for, as an address says it, by the kind of a file. */
const KINDS = {
  image: async (file) => ({ image: (await post("pictures", file)).picture }),
  video: async (file) => {
    const { clip, modality } = await post("clips", file);
    return { [modality]: clip };
  },
  audio: async (file, spoken) => {
    const heard = await post("hear", file).catch((error) => {
      if (error.status === 501 && !spoken) return { kind: "sound" }; // without what listens it is still a sound
      throw error;
    });
    if (heard.kind === "speech") return { q: heard.text, heard: 1 };
    if (heard.kind === "silence") throw new Error("heard_nothing");
    try {
      return await KINDS.video(file);
    } catch (refused) {
      throw refused.status === 400 ? new Error("heard_no_words") : refused;
    }
  },
};

async function post(path, file) {
  const headers = { "Content-Type": file.type };
  const answer = await fetch(`/api/v1/${path}`, { method: "POST", headers, body: file });
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  throw Object.assign(new Error(body.error?.message), { status: answer.status });
}

/** Search with a picture, a sound or a video; what is said in a sound takes the place of the words. Of what was
    `spoken` the words are wanted, and not its sound alone. */
export async function search(file, spoken = false) {
  const kind = file.type.split("/")[0];
  if (!(kind in KINDS) || !file.size) return tell("no_picture");
  if (file.size > MOST) return tell("too_large");
  busy(true);
  (kind === "image" ? say : tell)(MEANWHILE[kind]);
  try {
    go(await KINDS[kind](file, spoken));
  } catch (error) {
    busy(false);
    if (error.status === 501) tell(MISSING[kind] ?? "failed");
    else tell(error instanceof TypeError ? "offline" : error.message || "failed");
  }
}

function go(part) {
  const address = new URL("/", location.href);
  const asked = new FormData(document.querySelector("form.ask"));
  for (const [name, value] of asked) if (value && ("q" in part || name === "q")) address.searchParams.append(name, value);
  for (const [name, value] of Object.entries(part)) address.searchParams.set(name, value);
  location.assign(address);
}

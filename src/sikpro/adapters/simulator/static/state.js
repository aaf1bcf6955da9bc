// The state of the page, and its requests to /simulator/api; all other modules read it here.
export const at = (id) => document.getElementById(id);

// `chat` is a person's id for the private chat with the bot, or a group's negative id; `actors` has the writer of each.
export const state = {
  people: [], groups: [], chat: null, messages: [], quote: null, editing: null, picked: [], version: "",
  drafts: new Map(), actors: new Map(),
};

export async function call(path, body, method = "POST") {
  const options = body === undefined ? {} : { method, body: body instanceof FormData ? body : JSON.stringify(body) };
  const response = await fetch(`/simulator/api${path}`, options);
  const content = await response.json();
  if (!response.ok) throw new Error(content.detail || "gagal");
  return content;
}

export function toast(text) {
  at("toast").textContent = text;
  at("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { at("toast").hidden = true; }, 4000);
}

export const failed = () => toast("Gagal. Coba lagi; bila tetap gagal, muat ulang halaman.");

export const person = (id) => state.people.find((one) => one.id === id);
export const group = () => state.groups.find((one) => one.id === state.chat);

// The writer in the open chat: its person, or the chosen member of the group.
export function actor() {
  const open = group();
  if (!open) return state.chat;
  const chosen = state.actors.get(open.id);
  return open.members.some((one) => one.id === chosen) ? chosen : open.members[0]?.id ?? null;
}

// The part of a request's body that names the group.
export const where = () => (group() ? { chat: state.chat } : {});

// The composer: the text, its reply target or the message that it changes, and its files.
import { button, make, words } from "./parts.js";
import { actor, at, call, failed, group, state, toast, where } from "./state.js";

const MOST = 10;

export function quote(message, editing = false) {
  state.quote = editing ? null : message;
  if (state.editing && !editing) at("text").value = "";
  state.editing = editing ? message : null;
  at("quote").hidden = !message;
  if (!message) return grow();
  at("quote-who").textContent = editing ? "Edit pesan" : message.sender === "bot" ? "SIKPRO" : message.from.name;
  at("quote-text").textContent = words(message);
  if (editing) at("text").value = message.text;
  grow();
  at("text").focus();
}

export function grow() {
  const text = at("text");
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 180)}px`;
}

export function pick(files) {
  for (const old of state.picked) URL.revokeObjectURL(old.address);
  state.picked = files.slice(0, MOST).map((file) => ({ file, address: URL.createObjectURL(file) }));
  if (files.length > MOST) toast(`Satu album paling banyak ${MOST} foto.`);
  at("picked").hidden = !state.picked.length;
  if (!state.picked.length) at("as-file").checked = false;
  at("text").placeholder = state.picked.length ? "Keterangan foto…" : "Tulis pesan…";
  at("thumbs").replaceChildren(...state.picked.map(({ file, address }) => {
    const image = make("img");
    image.src = address;
    image.alt = file.name;
    const away = button("away", "×", () => pick(state.picked.map((one) => one.file).filter((one) => one !== file)));
    away.setAttribute("aria-label", `Buang ${file.name}`);
    return make("span", "thumb", null, image, away);
  }));
  if (state.picked.length) at("text").focus();
}

async function sendFiles(caption) {
  const files = state.picked.map((one) => one.file), kept = at("as-file").checked;
  const kind = kept ? "document" : files.length > 1 ? "photos" : "photo";
  const path = { document: "documents", photos: "albums", photo: "photos" }[kind];
  const forms = kept ? files.map((file) => [file]) : [files];
  const [user, chat, target] = [actor(), group()?.id, state.quote?.message_id];
  pick([]);
  try {
    for (const [place, part] of forms.entries()) {
      const form = new FormData();
      for (const file of part) form.append(kind, file);
      if (place === 0) form.append("caption", caption);
      if (target) form.append("reply_to", target);
      if (chat) form.append("chat", chat);
      await call(`/chats/${user}/${path}`, form);
    }
  } catch (error) {
    pick(files);
    throw error;
  }
}

export async function say(text) {
  const reply_to = state.quote?.message_id ?? null;
  at("log").scrollTop = at("log").scrollHeight;
  if (state.picked.length) await sendFiles(text);
  else if (state.editing) {
    await call(`/chats/${actor()}/edits`, { text, message_id: state.editing.message_id, ...where() });
  } else await call(`/chats/${actor()}/messages`, { text, reply_to, ...where() });
  quote(null);
}

export async function toggleMenu(show = at("menu").hidden) {
  const commands = show ? await call(`/commands?chat=${state.chat}`).catch(() => []) : [];
  at("menu").hidden = !show;
  at("commands").setAttribute("aria-expanded", String(show));
  at("menu").replaceChildren(...commands.map((line) => button("", null, () => {
    toggleMenu(false);
    say(`/${line.command}`).catch(failed);
  }, make("b", "", `/${line.command}`), make("span", "", line.description))));
  if (show && !commands.length) at("menu").append(make("p", "none", "Bot belum memberi daftar perintah."));
}

export function listen() {
  at("composer").onsubmit = async (event) => {
    event.preventDefault();
    const text = at("text").value;
    const empty = !text.trim() && !state.picked.length && !(state.editing && !state.editing.album && state.editing.photo);
    if (empty) return;
    at("text").value = "";
    grow();
    await say(text).catch(() => { at("text").value = text; grow(); failed(); });
  };
  at("text").oninput = grow;
  at("text").onkeydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      at("composer").requestSubmit();
    } else if (event.key === "Escape") { quote(null); pick([]); }
  };
  at("photo").onchange = () => {
    const files = [...at("photo").files];
    at("photo").value = "";
    if (state.editing) quote(null);
    pick([...state.picked.map((one) => one.file), ...files]);
  };
  at("commands").onclick = () => toggleMenu();
  at("unquote").onclick = () => quote(null);
  at("actor").onchange = () => {
    state.actors.set(state.chat, Number(at("actor").value));
    quote(null);
    dispatchEvent(new Event("actor"));
  };
}

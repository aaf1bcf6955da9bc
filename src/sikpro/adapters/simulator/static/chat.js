// The chat page: it shows what /simulator/api says, and says what the person does. Text goes in as text only.
import { bubble, dayLabel, hue, initials, make, stamp } from "./parts.js";

const api = "/simulator/api";
const at = (id) => document.getElementById(id);
const state = { people: [], user: null, messages: [], quote: null, version: "", drafts: new Map() };

async function call(path, body, method = "POST") {
  const options = body === undefined ? {} : { method, body: body instanceof FormData ? body : JSON.stringify(body) };
  const response = await fetch(api + path, options);
  const content = await response.json();
  if (!response.ok) throw new Error(content.detail || "gagal");
  return content;
}

function toast(text) {
  at("toast").textContent = text;
  at("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { at("toast").hidden = true; }, 4000);
}

const failed = () => toast("Gagal. Coba lagi; bila tetap gagal, muat ulang halaman.");

function showPeople() {
  const wanted = at("find").value.trim().toLowerCase();
  const shown = state.people
    .filter((p) => `${p.name} ${p.technician_code || ""}`.toLowerCase().includes(wanted))
    .sort((a, b) => (b.last?.date || 0) - (a.last?.date || 0) || a.name.localeCompare(b.name));
  const focused = document.activeElement?.dataset?.user;
  at("people").replaceChildren(...shown.map((p) => {
    const name = make("span", "name", p.name);
    if (p.technician_code) name.append(make("span", "code", p.technician_code));
    const text = p.blocked ? "Bot diblokir" : p.last ? (p.last.sender === "person" ? "Anda: " : "") + p.last.text : "Belum ada pesan";
    const row = make("button", "", null, make("span", `avatar hue${hue(p.id)}`, initials(p.name)), name,
      make("time", "", p.last ? stamp(p.last.date) : ""), make("span", "sub", text),
      p.unread ? make("span", "badge", String(p.unread)) : make("span"));
    row.type = "button";
    row.dataset.user = p.id;
    row.setAttribute("aria-current", String(p.id === state.user));
    row.onclick = () => open(p.id);
    return make("li", "", null, row);
  }));
  if (!shown.length) at("people").append(make("li", "none", wanted ? "Tidak ada yang cocok." : "Belum ada orang. Tekan + untuk menambah."));
  if (focused) at("people").querySelector(`[data-user="${focused}"]`)?.focus();
}

function showChat() {
  const person = state.people.find((p) => p.id === state.user);
  at("app").classList.toggle("open", Boolean(person));
  for (const id of ["head", "log", "composer"]) at(id).hidden = !person;
  at("empty").hidden = Boolean(person);
  if (!person) return;
  at("as").textContent = `sebagai ${person.name}${person.technician_code ? " · " + person.technician_code : ""}`;
  at("block").setAttribute("aria-pressed", String(person.blocked));
  at("block").title = person.blocked ? "Buka blokir bot" : "Blokir bot";
  at("block").setAttribute("aria-label", at("block").title);
  at("keys").hidden = !person.keyboard.length;
  at("keys").replaceChildren(...person.keyboard.map((row) => make("div", "", null, ...row.map((key) => {
    const button = make("button", "", key.text);
    button.type = "button";
    button.onclick = () => (key.asks_phone ? call(`/chats/${state.user}/contact`, {}) : say(key.text)).catch(failed);
    return button;
  }))));
}

function showMessages() {
  const log = at("log");
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const known = new Map([...log.children].map((row) => [row.dataset.key, row]));
  let day = "", last = "";
  const rows = [];
  for (const message of state.messages) {
    const today = dayLabel(message.date);
    if (today !== day) {
      rows.push(known.get(`d${today}`) || Object.assign(make("li", "day", null, make("span", "", today))));
      rows.at(-1).dataset.key = `d${today}`;
    }
    const turn = message.sender !== last || today !== day;
    [day, last] = [today, message.sender];
    const target = state.messages.find((m) => m.message_id === message.reply_to);
    const key = JSON.stringify([message, turn, target?.text]);
    let row = known.get(key);
    if (!row) {
      row = bubble(message, target, turn, { press, reply: quote, jump });
      row.dataset.key = key;
    }
    rows.push(row);
  }
  const same = rows.length === log.children.length && rows.every((row, i) => row === log.children[i]);
  if (!same) log.replaceChildren(...rows);
  if (low || log.dataset.user !== String(state.user)) log.scrollTop = log.scrollHeight;
  log.dataset.user = state.user;
}

async function refresh() {
  state.people = await call("/chats");
  const user = state.user;
  if (user !== null) {
    const messages = await call(`/chats/${user}/messages?limit=300`);
    if (user === state.user) {
      state.messages = messages;
      const newest = messages.findLast((m) => m.sender === "bot")?.message_id;
      const me = state.people.find((p) => p.id === user);
      if (newest && me?.unread && !document.hidden) {
        me.unread = 0;
        call(`/chats/${user}/seen`, { message_id: newest }).catch(() => {});
      }
    }
  }
  showPeople();
  showChat();
  showMessages();
}

async function follow() {
  for (;;) {
    try {
      const { version } = await call(`/changes?after=${state.version}`);
      if (version !== state.version) await refresh();
      state.version = version;
      at("link").textContent = "tersambung";
    } catch {
      at("link").textContent = "terputus, mencoba lagi…";
      await new Promise((done) => setTimeout(done, 1500));
    }
  }
}

async function open(user) {
  if (state.user !== null) state.drafts.set(state.user, at("text").value);
  Object.assign(state, { user, messages: [] });
  quote(null);
  at("menu").hidden = true;
  at("text").value = state.drafts.get(user) || "";
  history.replaceState(null, "", user === null ? location.pathname : `#${user}`);
  await refresh().catch(failed);
  grow();
  if (user !== null && matchMedia("(min-width: 721px)").matches) at("text").focus();
}

function quote(message) {
  state.quote = message;
  at("quote").hidden = !message;
  if (!message) return;
  at("quote-who").textContent = message.sender === "bot" ? "SIKPRO" : "Anda";
  at("quote-text").textContent = message.text || "Foto";
  at("text").focus();
}

function jump(id) {
  const row = at("log").querySelector(`[data-id="${id}"]`);
  if (!row) return;
  row.scrollIntoView({ block: "center" });
  row.classList.remove("flash");
  requestAnimationFrame(() => row.classList.add("flash"));
}

function grow() {
  const text = at("text");
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 180)}px`;
}

async function say(text) {
  const reply_to = state.quote?.message_id ?? null;
  at("log").scrollTop = at("log").scrollHeight;
  await call(`/chats/${state.user}/messages`, { text, reply_to });
  quote(null);
}

async function press(message, button, element) {
  const user = state.user;
  element.setAttribute("aria-busy", "true");
  try {
    const { id } = await call(`/chats/${user}/callbacks`, { message_id: message.message_id, data: button.data });
    for (let waited = 0; waited < 10000; waited += 250) {
      const answer = await call(`/chats/${user}/callbacks/${id}`);
      if (answer.answered) {
        if (answer.text) toast(answer.text);
        return;
      }
      await new Promise((done) => setTimeout(done, 250));
    }
    toast("Bot belum menjawab.");
  } catch {
    failed();
  } finally {
    element.removeAttribute("aria-busy");
  }
}

async function toggleMenu(show = at("menu").hidden) {
  const commands = show ? await call("/commands").catch(() => []) : [];
  at("menu").hidden = !show;
  at("commands").setAttribute("aria-expanded", String(show));
  at("menu").replaceChildren(...commands.map((line) => {
    const button = make("button", "", null, make("b", "", `/${line.command}`), make("span", "", line.description));
    button.type = "button";
    button.onclick = () => { toggleMenu(false); say(`/${line.command}`).catch(failed); };
    return button;
  }));
  if (show && !commands.length) at("menu").append(make("p", "none", "Bot belum memberi daftar perintah."));
}

at("composer").onsubmit = async (event) => {
  event.preventDefault();
  const text = at("text").value;
  if (!text.trim()) return;
  at("text").value = "";
  grow();
  await say(text).catch(() => { at("text").value = text; grow(); failed(); });
};
at("text").oninput = grow;
at("text").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    at("composer").requestSubmit();
  } else if (event.key === "Escape") quote(null);
};
at("photo").onchange = async () => {
  const form = new FormData();
  form.append("photo", at("photo").files[0]);
  form.append("caption", at("text").value);
  if (state.quote) form.append("reply_to", state.quote.message_id);
  at("photo").value = "";
  await call(`/chats/${state.user}/photos`, form).then(() => { at("text").value = ""; quote(null); grow(); }, failed);
};
at("commands").onclick = () => toggleMenu();
at("unquote").onclick = () => quote(null);
at("back").onclick = () => open(null);
at("block").onclick = () => {
  const blocked = at("block").getAttribute("aria-pressed") !== "true";
  call(`/chats/${state.user}/block`, { blocked }).then(() => toast(blocked ? "Bot diblokir." : "Blokir dibuka."), failed);
};
at("find").oninput = showPeople;
at("add").onclick = () => { at("person-form").reset(); at("person").showModal(); };
at("person-cancel").onclick = () => at("person").close();
at("person-form").onsubmit = async () => {
  const name = at("person-name").value.trim();
  const technician_code = at("person-code").value.trim().toUpperCase() || null;
  await call("/chats", { name, technician_code }).then((person) => open(person.id), failed);
};
addEventListener("hashchange", () => open(Number(location.hash.slice(1)) || null));
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh().catch(() => {}); });

const first = Number(location.hash.slice(1));
if (first) state.user = first;
follow();

// The chat page: it shows the data of /simulator/api and sends the person's actions. Text is inserted only as text.
import { grow, listen as listenToComposer, pick, quote, say } from "./composer.js";
import { chooseForGroup, chooseForMessage, listen as listenToDialogs } from "./dialogs.js";
import { showList } from "./list.js";
import { bubble, button, dayLabel, hue, initials, make, pill } from "./parts.js";
import { actor, at, call, failed, group, person, state, toast, where } from "./state.js";

function showHead() {
  const one = group() || person(state.chat);
  const inGroup = Boolean(group()), shut = inGroup ? one.deleted || !one.members.length : one?.deactivated;
  at("app").classList.toggle("open", Boolean(one));
  for (const id of ["head", "log", "composer"]) at(id).hidden = !one || (id === "composer" && shut);
  at("empty").hidden = Boolean(one);
  if (!one) return;
  at("head-avatar").className = inGroup ? `avatar small group hue${hue(one.id)}` : "avatar small bot";
  at("head-avatar").textContent = inGroup ? initials(one.name) : "SI";
  at("head-name").textContent = inGroup ? one.name : "SIKPRO";
  const code = one.technician_code ? ` · ${one.technician_code}` : "";
  const inside = inGroup && ["member", "administrator"].includes(one.bot);
  const bot = !inside ? "tanpa bot" : one.bot === "administrator" ? "bot admin" : "dengan bot";
  at("as").textContent = inGroup ? `${one.members.length} anggota, ${one.deleted ? "sudah dihapus" : bot}` : `sebagai ${one.name}${code}`;
  at("block").hidden = inGroup;
  at("more").hidden = !inGroup || one.deleted;
  at("writer").hidden = !inGroup;
  if (inGroup) showWriters(one);
  else {
    at("block").setAttribute("aria-pressed", String(one.blocked));
    at("block").title = one.blocked ? "Buka blokir bot" : "Blokir bot";
    at("block").setAttribute("aria-label", at("block").title);
  }
  const keys = one.keyboard || [];
  at("keys").hidden = !keys.length;
  at("keys").replaceChildren(...keys.map((row) => make("div", "", null, ...row.map((key) => button("", key.text, () =>
    (key.asks_phone ? call(`/chats/${actor()}/contact`, {}) : say(key.text)).catch(failed))))));
}

function showWriters(one) {
  const known = JSON.stringify(one.members);
  if (at("actor").dataset.members !== known) {
    at("actor").replaceChildren(...one.members.map((member) => {
      const option = make("option", "", member.name);
      option.value = member.id;
      return option;
    }));
    at("actor").dataset.members = known;
  }
  at("actor").value = String(actor());
}

// Consecutive messages of one album are one bubble.
function bundles() {
  const found = [];
  for (const message of state.messages) {
    const last = found.at(-1)?.[0];
    if (message.album && last?.album === message.album) found.at(-1).push(message);
    else found.push([message]);
  }
  return found;
}

function look(messages, turn) {
  const [message] = messages, inGroup = Boolean(group());
  const mine = message.sender === "person" && message.from.id === actor();
  const target = state.messages.find((one) => one.message_id === message.reply_to);
  const name = (one) => (one.sender === "bot" ? "SIKPRO" : one.from.id === actor() ? "Anda" : one.from.name);
  return {
    mine, turn,
    who: inGroup && !mine && turn ? { name: name(message), hue: message.sender === "bot" ? "bot" : hue(message.from.id) } : null,
    target: target ? { ...target, who: name(target) } : null,
  };
}

function showMessages() {
  const log = at("log");
  const same = log.dataset.chat === String(state.chat);
  const known = new Map(same ? [...log.children].map((row) => [row.dataset.key, row]) : []);
  let day = "", last = null;
  const rows = [];
  const add = (key, draw) => {
    const row = known.get(key) || draw();
    row.dataset.key = key;
    rows.push(row);
  };
  for (const messages of bundles()) {
    const [message] = messages, today = dayLabel(message.date);
    if (today !== day) add(`d${today}`, () => pill(today));
    if (message.sender === "service") add(`s${message.message_id}`, () => pill(message.text));
    else {
      const how = look(messages, last !== message.from.id || today !== day);
      add(JSON.stringify([messages, how]), () => bubble(messages, how, { press, reply: quote, jump, choose: chooseForMessage }));
    }
    [day, last] = [today, message.sender === "service" ? null : message.from.id];
  }
  const drawn = rows.length === log.children.length && rows.every((row, i) => row === log.children[i]);
  if (!drawn) log.replaceChildren(...rows);
  if (!same) low = true;
  log.dataset.chat = state.chat;
  stayLow();
}

// Keep the newest message visible when pictures load or the composer grows, unless the person reads further up.
let low = true, before = 0;
const stayLow = () => { if (low) at("log").scrollTop = at("log").scrollHeight; };

async function refresh() {
  [state.people, state.groups] = await Promise.all([call("/chats"), call("/groups")]);
  const chat = state.chat, one = group() || person(chat);
  if (one?.migrated_to) return open(one.migrated_to);
  if (one) {
    const path = chat < 0 ? `/groups/${chat}` : `/chats/${chat}`;
    const messages = await call(`${path}/messages?limit=300`);
    if (chat === state.chat) {
      state.messages = messages;
      const newest = messages.findLast((m) => m.sender === "bot")?.message_id;
      if (newest && one.unread && !document.hidden) {
        one.unread = 0;
        call(`${path}/seen`, { message_id: newest }).catch(() => {});
      }
    }
  }
  showList(open);
  showHead();
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

async function open(chat) {
  quote(null);
  pick([]);
  if (state.chat !== null) state.drafts.set(state.chat, at("text").value);
  Object.assign(state, { chat, messages: [] });
  at("menu").hidden = true;
  at("text").value = state.drafts.get(chat) || "";
  history.replaceState(null, "", chat === null ? location.pathname : `#${chat}`);
  await refresh().catch(failed);
  grow();
  if (chat !== null && matchMedia("(min-width: 721px)").matches) at("text").focus();
}

function jump(id) {
  const row = at("log").querySelector(`[data-ids~="${id}"]`);
  if (!row) return;
  row.scrollIntoView({ block: "center" });
  row.classList.remove("flash");
  requestAnimationFrame(() => row.classList.add("flash"));
}

async function press(message, pressed, element) {
  const user = actor();
  element.setAttribute("aria-busy", "true");
  try {
    const { id } = await call(`/chats/${user}/callbacks`, { message_id: message.message_id, data: pressed.data, ...where() });
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

listenToComposer();
listenToDialogs(open);
at("back").onclick = () => open(null);
at("more").onclick = () => chooseForGroup(open);
at("block").onclick = () => {
  const blocked = at("block").getAttribute("aria-pressed") !== "true";
  call(`/chats/${state.chat}/block`, { blocked }).then(() => toast(blocked ? "Bot diblokir." : "Blokir dibuka."), failed);
};
at("find").oninput = () => showList(open);
at("log").onscroll = () => {
  const { scrollTop, scrollHeight, clientHeight } = at("log");
  if (scrollHeight - scrollTop - clientHeight < 80) low = true;
  else if (scrollTop < before) low = false;
  before = scrollTop;
};
at("log").addEventListener("load", stayLow, true);
new ResizeObserver(stayLow).observe(at("log"));
addEventListener("actor", showMessages);
addEventListener("hashchange", () => open(Number(location.hash.slice(1)) || null));
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh().catch(() => {}); });

state.chat = Number(location.hash.slice(1)) || null;
follow();

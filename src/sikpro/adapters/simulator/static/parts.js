// The parts of the chat page: elements made from data, without external markup.
export function make(tag, className = "", text = null, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== null) element.textContent = text;
  element.append(...children);
  return element;
}

export function button(className, text, does, ...children) {
  const element = make("button", className, text, ...children);
  element.type = "button";
  element.onclick = does;
  return element;
}

export const hue = (id) => Math.abs(id) % 7;

export function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("");
}

const clock = new Intl.DateTimeFormat("id", { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat("id", { day: "numeric", month: "long" });
const brief = new Intl.DateTimeFormat("id", { day: "2-digit", month: "2-digit" });
const sameDay = (a, b) => a.toDateString() === b.toDateString();

export const time = (seconds) => clock.format(new Date(seconds * 1000));

export function stamp(seconds) {
  const date = new Date(seconds * 1000);
  return sameDay(date, new Date()) ? clock.format(date) : brief.format(date);
}

export function dayLabel(seconds) {
  const date = new Date(seconds * 1000);
  return sameDay(date, new Date()) ? "Hari ini" : calendar.format(date);
}

export function icon(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(space, "path"));
  svg.firstChild.setAttribute("d", path);
  return svg;
}

export const fileAddress = (id) => `/simulator/api/files/${encodeURIComponent(id)}`;

export const words = (message) => message.text || (message.photo ? "Foto" : message.place ? "Lokasi" : message.document?.name || "Nomor telepon");

function pictures(messages) {
  const photos = messages.filter((message) => message.photo);
  const shown = photos.map((message) => {
    const image = make("img");
    image.src = fileAddress(message.photo);
    image.alt = message.text || "Foto";
    return image;
  });
  return shown.length ? [make("div", photos.length > 1 ? "album" : "", null, ...shown)] : [];
}

function document_(file) {
  const link = make("a", "link", `📎 ${file.name}`);
  link.href = fileAddress(file.file_id);
  link.download = file.name;
  return link;
}

// One bubble of the log: a message, or the messages of an album. `look` sets: mine, turn, who, target.
export function bubble(messages, look, does) {
  const message = messages.find((one) => one.text) || messages[0];
  const box = make("div", "bubble");
  if (look.who) box.append(make("strong", `writer ink${look.who.hue}`, look.who.name));
  if (message.forwarded) box.append(make("span", "forwarded", `Diteruskan dari ${message.forwarded}`));
  if (look.target) {
    const quoted = button("quoted", null, () => does.jump(look.target.message_id),
      make("strong", "", look.target.who), make("span", "", words(look.target).slice(0, 200)));
    box.append(quoted);
  }
  box.append(...pictures(messages));
  if (message.document) box.append(document_(message.document));
  if (message.contact) box.append(make("span", "body", `☎️ ${message.contact.phone}`));
  if (message.place) box.append(make("span", "body", `📍 ${message.venue ? `${message.venue}\n` : ""}${message.place.latitude}, ${message.place.longitude}`));
  if (message.text) box.append(make("span", "body", message.text));
  const ticks = look.mine ? (messages.every((one) => one.read) ? " ✓✓" : " ✓") : "";
  const when = make("span", "stamp", (message.edit_date ? "diedit " : "") + time(message.date) + ticks);
  if (look.mine) when.title = message.read ? "Diterima bot" : "Belum diambil bot, atau bukan untuk bot";
  const reply = button("tool", null, () => does.reply(message), icon("M10 8V4l-7 7 7 7v-4c5 0 8 1.500 11 5-1-6-4-11-11-11z"));
  reply.title = "Balas";
  reply.setAttribute("aria-label", "Balas pesan ini");
  const more = button("tool", null, () => does.choose(messages), icon("M12 5v.01M12 12v.01M12 19v.01"));
  more.firstChild.setAttribute("class", "dots");
  more.title = "Lainnya";
  more.setAttribute("aria-label", "Tindakan untuk pesan ini");
  box.ondblclick = () => { getSelection()?.removeAllRanges(); does.reply(message); };
  let held;
  box.ontouchstart = () => { held = setTimeout(() => does.choose(messages), 500); };
  box.ontouchend = box.ontouchmove = () => clearTimeout(held);
  if (message.reaction) {
    const reaction = make("span", "reaction", message.reaction);
    reaction.title = "Reaksi SIKPRO";
    box.append(reaction);
  }
  box.append(when, make("div", "tools", null, reply, more));
  const row = make("li", `${look.mine ? "mine" : ""}${look.turn ? " turn" : ""}`.trim(), null, box);
  row.dataset.ids = ` ${messages.map((one) => one.message_id).join(" ")} `;
  if (message.buttons.length) {
    row.append(make("div", "inline", null, ...message.buttons.map((line) => make("div", "", null, ...line.map((one) => {
      const element = button("", one.text, () => does.press(message, one, element));
      return element;
    })))));
  }
  return row;
}

export const pill = (text) => make("li", "day", null, make("span", "", text));

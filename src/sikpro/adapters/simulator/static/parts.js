// The parts of the chat page: elements made from data, without any markup from outside.
export function make(tag, className = "", text = null, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== null) element.textContent = text;
  element.append(...children);
  return element;
}

export const hue = (id) => id % 7;

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

function icon(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(space, "path"));
  svg.firstChild.setAttribute("d", path);
  return svg;
}

export function bubble(message, target, turn, does) {
  const mine = message.sender === "person";
  const box = make("div", "bubble");
  if (target) {
    const who = target.sender === "bot" ? "SIKPRO" : "Anda";
    const quoted = make("button", "quoted", null, make("strong", "", who), make("span", "", target.text.slice(0, 200) || "Foto"));
    quoted.type = "button";
    quoted.onclick = () => does.jump(target.message_id);
    box.append(quoted);
  }
  if (message.photo) {
    const image = make("img");
    image.src = `/simulator/api/files/${encodeURIComponent(message.photo)}`;
    image.alt = message.text || "Foto";
    box.append(image);
  }
  if (message.document) {
    const link = make("a", "link", `📎 ${message.document.name}`);
    link.href = `/simulator/api/files/${encodeURIComponent(message.document.file_id)}`;
    link.download = message.document.name;
    box.append(link);
  }
  if (message.contact) box.append(make("span", "body", `☎️ ${message.contact.phone}`));
  if (message.text) box.append(make("span", "body", message.text));
  const ticks = mine ? (message.read ? " ✓✓" : " ✓") : "";
  const when = make("span", "stamp", (message.edit_date ? "diedit " : "") + time(message.date) + ticks);
  if (mine) when.title = message.read ? "Diterima bot" : "Menunggu diambil bot";
  const reply = make("button", "reply", null, icon("M10 8V4l-7 7 7 7v-4c5 0 8 1.500 11 5-1-6-4-11-11-11z"));
  reply.type = "button";
  reply.title = "Balas";
  reply.setAttribute("aria-label", "Balas pesan ini");
  reply.onclick = () => does.reply(message);
  box.ondblclick = () => { getSelection()?.removeAllRanges(); does.reply(message); };
  let held;
  box.ontouchstart = () => { held = setTimeout(() => does.reply(message), 500); };
  box.ontouchend = box.ontouchmove = () => clearTimeout(held);
  box.append(when, reply);
  const row = make("li", `${mine ? "mine" : ""}${turn ? " turn" : ""}`.trim(), null, box);
  row.dataset.id = message.message_id;
  if (message.buttons.length) {
    row.append(make("div", "inline", null, ...message.buttons.map((line) => make("div", "", null, ...line.map((button) => {
      const element = make("button", "", button.text);
      element.type = "button";
      element.onclick = () => does.press(message, button, element);
      return element;
    })))));
  }
  return row;
}

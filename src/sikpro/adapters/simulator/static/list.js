// The list on the left: each person's private chat with the bot, and the groups.
import { hue, initials, make, stamp } from "./parts.js";
import { at, state } from "./state.js";

const alive = (one) => !one.migrated_to;

function preview(one) {
  if (one.deactivated) return "Akun sudah dihapus";
  if (one.blocked) return "Bot diblokir";
  if (one.deleted) return "Grup sudah dihapus";
  if (!one.last) return "Belum ada pesan";
  if (one.last.sender === "service") return one.last.text;
  const who = one.id > 0 ? (one.last.sender === "person" ? "Anda" : "") : one.last.from.name.split(" ")[0];
  return (who ? `${who}: ` : "") + one.last.text;
}

export function showList(open) {
  const wanted = at("find").value.trim().toLowerCase();
  const shown = [...state.people, ...state.groups.filter(alive)]
    .filter((one) => `${one.name} ${one.technician_code || ""}`.toLowerCase().includes(wanted))
    .sort((a, b) => (b.last?.date || 0) - (a.last?.date || 0) || a.name.localeCompare(b.name));
  const focused = document.activeElement?.dataset?.chat;
  at("people").replaceChildren(...shown.map((one) => {
    const name = make("span", "name", one.name);
    if (one.technician_code) name.append(make("span", "code", one.technician_code));
    if (one.id < 0) name.append(make("span", "code", `${one.kind === "group" ? "grup" : "supergrup"} · ${one.members.length}`));
    const avatar = make("span", `avatar hue${hue(one.id)}${one.id < 0 ? " group" : ""}`, initials(one.name));
    const row = make("button", "", null, avatar, name,
      make("time", "", one.last ? stamp(one.last.date) : ""), make("span", "sub", preview(one)),
      one.unread ? make("span", "badge", String(one.unread)) : make("span"));
    row.type = "button";
    row.dataset.chat = one.id;
    row.setAttribute("aria-current", String(one.id === state.chat));
    row.onclick = () => open(one.id);
    return make("li", "", null, row);
  }));
  if (!shown.length) at("people").append(make("li", "none", wanted ? "Tidak ada yang cocok." : "Belum ada orang. Tekan + untuk menambah."));
  if (focused) at("people").querySelector(`[data-chat="${focused}"]`)?.focus();
}

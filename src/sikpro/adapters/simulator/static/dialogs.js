// The dialogs: a new person, a new group, the actions on a message or a group, and the target of a forward.
import { quote } from "./composer.js";
import { button, hue, initials, make } from "./parts.js";
import { actor, at, call, failed, group, state, toast, where } from "./state.js";

function ask(title, lines) {
  at("choice-title").textContent = title;
  at("choice-list").replaceChildren(...lines.map(([text, does, danger]) => button(danger ? "danger" : "", text, () => {
    at("choice").close();
    does();
  })));
  at("choice").showModal();
}

async function forward(messages, to) {
  for (const message of messages) {
    await call(`/chats/${actor()}/forwards`, { message_id: message.message_id, to, ...where() });
  }
  toast("Diteruskan.");
}

function askWhere(messages) {
  const mine = state.groups.filter((one) => !one.migrated_to && !one.deleted && one.members.some((m) => m.id === actor()));
  const send = (to) => () => forward(messages, to).catch(failed);
  ask("Teruskan ke", [["Chat pribadi dengan bot", send(actor())], ...mine.map((one) => [one.name, send(one.id)])]);
}

export function chooseForMessage(messages) {
  const message = messages.find((one) => one.text) || messages[0];
  const own = message.sender === "person" && message.from.id === actor() && !message.contact && !message.place;
  const lines = [["Balas", () => quote(message)]];
  if (own) lines.push([message.photo || message.document ? "Edit keterangan" : "Edit", () => quote(message, true)]);
  lines.push(["Teruskan", () => askWhere(messages)]);
  ask("Pesan ini", lines);
}

export function chooseForGroup(open) {
  const one = group();
  const inside = ["member", "administrator"].includes(one.bot);
  const does = (path, body) => () => call(`/groups/${one.id}/${path}`, body).catch(failed);
  const lines = [];
  if (one.kind === "group") {
    lines.push(["Jadikan supergrup", () => call(`/groups/${one.id}/upgrade`, {}).then((after) => open(after.id), failed)]);
  }
  if (one.bot === "member") lines.push(["Jadikan bot admin", does("bot", { status: "administrator" })]);
  if (one.bot === "administrator") lines.push(["Cabut hak admin bot", does("bot", { status: "member" })]);
  lines.push(inside ? ["Keluarkan bot", does("bot", { status: "kicked" }), true] : ["Masukkan bot", does("bot", { status: "member" })]);
  lines.push(["Hapus grup", does("delete", {}), true]);
  ask(one.name, lines);
}

export function listen(open) {
  at("pin").onclick = () => at("place").showModal();
  at("place-cancel").onclick = () => at("place").close();
  at("place-form").onsubmit = () => {
    const [latitude, longitude] = ["place-latitude", "place-longitude"].map((id) => Number(at(id).value));
    const title = at("place-title").value.trim() || null, reply_to = state.quote?.message_id ?? null;
    call(`/chats/${actor()}/places`, { latitude, longitude, title, reply_to, ...where() }).then(() => quote(null), failed);
  };
  at("choice").onclick = (event) => { if (event.target === at("choice")) at("choice").close(); };
  at("choice-cancel").onclick = () => at("choice").close();
  at("add").onclick = () => { at("person-form").reset(); at("person").showModal(); };
  at("person-cancel").onclick = () => at("person").close();
  at("person-form").onsubmit = async () => {
    const name = at("person-name").value.trim();
    const technician_code = at("person-code").value.trim().toUpperCase() || null;
    await call("/chats", { name, technician_code }).then((person) => open(person.id), failed);
  };
  at("add-group").onclick = () => {
    at("group-form").reset();
    at("members").replaceChildren(...state.people.map((one) => {
      const box = make("input");
      box.type = "checkbox";
      box.value = one.id;
      const name = make("span", "name", one.name, ...(one.technician_code ? [make("span", "code", one.technician_code)] : []));
      return make("label", "", null, box, make("span", `avatar hue${hue(one.id)}`, initials(one.name)), name);
    }));
    at("group").showModal();
  };
  at("group-cancel").onclick = () => at("group").close();
  at("group-form").onsubmit = async (event) => {
    const members = [...at("members").querySelectorAll("input:checked")].map((box) => Number(box.value));
    if (!members.length) {
      event.preventDefault();
      toast("Pilih minimal satu anggota.");
      return;
    }
    await call("/groups", { name: at("group-name").value.trim(), members }).then((made) => open(made.id), failed);
  };
}

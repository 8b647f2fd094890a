// The frame: language, owner key, requests, the notice, the dialog. The other scripts run in the same scope after it.
const app = element.querySelector(".frame");
const find = (selector, root = app) => root.querySelector(selector);
const findAll = (selector, root = app) => [...root.querySelectorAll(selector)];

const language =
  (navigator.languages || [navigator.language || ""])
    .map((tag) => tag.toLowerCase().split("-")[0])
    .find((tag) => tag in props.wording) || "zh";
const words = props.wording[language];
const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

function applyWords() {
  document.documentElement.lang = words.language;
  document.title = `${words.product} · ${words.tagline}`;
  for (const node of findAll("[data-text]")) node.textContent = words[node.dataset.text];
  for (const node of findAll("[data-placeholder]")) node.placeholder = words[node.dataset.placeholder];
  for (const node of findAll("[data-label]")) {
    node.setAttribute("aria-label", words[node.dataset.label]);
    if (node.tagName === "BUTTON") node.title = words[node.dataset.label];
  }
}

// Storage may be forbidden; the page then works until it is closed.
const memory = {};
const kept = {
  get(key) {
    try { return localStorage.getItem(key) ?? memory[key] ?? ""; } catch { return memory[key] ?? ""; }
  },
  set(key, value) {
    memory[key] = value;
    try { localStorage.setItem(key, value); } catch { /* kept in memory */ }
  },
};

// crypto.randomUUID is missing on pages served over plain http to another machine; getRandomValues is not.
function findOwner() {
  let owner = kept.get("wenzheng.owner");
  if (owner.length < 32) {
    owner = [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    kept.set("wenzheng.owner", owner);
  }
  return owner;
}
const owner = findOwner();

class Trouble extends Error {
  constructor(message, hint = "") {
    super(message);
    this.hint = hint;
  }
}

// One request to the server; a Trouble says in the reader's words what went wrong.
async function request(name, fields = {}) {
  const reply = await server[name]({ language, owner, ...fields });
  if (!reply) throw new Trouble(words.offline);
  if (reply.error) throw new Trouble(reply.error, reply.hint);
  return reply;
}

function showNotice(message, hint = "") {
  find(".notice .what").textContent = message;
  find(".notice .hint").textContent = hint;
  find(".notice").hidden = false;
}
const hideNotice = () => { find(".notice").hidden = true; };
const showTrouble = (error) => showNotice(error instanceof Trouble ? error.message : words.failed, error.hint || "");

// The HTML comes from the server, which has escaped every word in it.
function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

const isWide = () => matchMedia("(min-width: 1000px)").matches;

// One dialog for both: a name to edit, or a question to confirm. Resolves to the name, true, or null when cancelled.
function openDialog({ title, text = "", name = null, confirm, danger = false }) {
  const dialog = find(".dialog");
  const input = find("input", dialog);
  find("h2", dialog).textContent = title;
  find("p", dialog).textContent = text;
  find("label", dialog).hidden = name === null;
  input.value = name ?? "";
  find(".confirm", dialog).textContent = confirm;
  find(".confirm", dialog).classList.toggle("danger", danger);
  dialog.returnValue = "";
  dialog.showModal();
  if (name !== null) input.select();
  else find(".cancel", dialog).focus();
  return new Promise((resolve) => {
    const form = find("form", dialog);
    form.onsubmit = (event) => {
      event.preventDefault();
      if (name !== null && !input.value.trim()) return;
      dialog.close("ok");
    };
    input.onkeydown = (event) => {
      if (event.key === "Enter" && isComposing(event)) event.preventDefault();
    };
    find(".cancel", dialog).onclick = () => dialog.close("");
    dialog.onclose = () => resolve(dialog.returnValue !== "ok" ? null : name === null ? true : input.value.trim());
  });
}

// Enter that ends a Chinese input method's composition: keyCode 229 covers browsers that end it before the key.
const isComposing = (event) => event.isComposing || event.keyCode === 229;

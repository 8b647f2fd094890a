// The chat: asking, showing the answer as it grows, stopping, retrying, copying.
const turns = find(".turns");
const scroller = find(".scroll");
const box = find("#question");
const REPLY_SECONDS = 30;
let conversation = kept.get("wenzheng.conversation");
let asking = null;
let serial = 0;

function askQuestion(question, retried = null) {
  if (asking) return;
  if (!question.trim()) {
    showNotice(words.blank);
    box.focus();
    return;
  }
  hideNotice();
  const node = retried ? retried.cloneNode(true) : makePending(question);
  if (retried) {
    find(".answer", node).replaceChildren(makeWaiting());
    retried.replaceWith(node);
  } else {
    turns.append(node);
  }
  keepDraft(question);
  asking = { serial: ++serial, question, node, retried, turn: 0, nShown: 0 };
  showBusy(true);
  followAnswer();
  const fields = { serial, language, owner, conversation, question };
  trigger("submit", retried ? { ...fields, retry: Number(retried.dataset.turn) } : fields);
  waitForReply();
  checkServer(serial);
}

// Gradio does not tell when a question can't be handed over: a server that is gone is noticed here, at once.
async function checkServer(asked) {
  try {
    await request("ping");
  } catch (error) {
    if (asking?.serial === asked && !asking.turn) failAsking(error);
  }
}

function makePending(question) {
  const node = document.createElement("article");
  node.className = "turn";
  const asked = document.createElement("div");
  asked.className = "question";
  asked.textContent = question;
  const answer = document.createElement("div");
  answer.className = "answer";
  answer.append(makeWaiting());
  node.append(asked, answer);
  return node;
}

function makeWaiting() {
  const waiting = document.createElement("p");
  waiting.className = "waiting";
  waiting.textContent = words.searching;
  return waiting;
}

let patience = 0;
function waitForReply() {
  clearTimeout(patience);
  patience = setTimeout(() => failAsking(new Trouble(words.offline)), REPLY_SECONDS * 1000);
}

// Each reply holds the whole turn so far, because the page may be handed only the last of several.
function receiveReply(reply) {
  if (!asking || !reply || reply.serial !== asking.serial) return;
  if (reply.error) {
    failAsking(new Trouble(reply.error, reply.hint));
    return;
  }
  waitForReply();
  keepDraft(box.value);
  setConversation(reply.conversation);
  asking.node = growTurn(asking.node, reply.html);
  Object.assign(asking, { turn: reply.turn, nShown: reply.n_shown });
  if (reply.note) showNotice(reply.note);
  followAnswer();
  if (reply.done) {
    showConversations(reply.conversations);
    openFirstCitation(asking.node);
    endAsking();
  }
}

// Adds what is new and leaves what is there, so that a focused mark keeps its focus while the answer grows.
function growTurn(node, html) {
  const fresh = find(".turn", parse(html));
  const before = find(".statements", node);
  const after = find(".statements", fresh);
  if (!before || !after) {
    node.replaceWith(fresh);
    return fresh;
  }
  before.append(...[...after.children].slice(before.children.length));
  const answer = find(".answer", node);
  answer.append(...[...find(".answer", fresh).children].slice(answer.children.length));
  return node;
}

// Proof is shown without being asked for where there is room; everywhere it is fetched before it is asked for.
function openFirstCitation(node) {
  const trail = findAll(".cite", node).map(readPlace);
  if (!trail.length) return;
  if (isWide()) openPlace(trail[0], readTrail(trail[0].button));
  for (const place of trail.slice(0, 20)) loadView(place, readTrail(place.button));
}

function failAsking(error) {
  if (!asking) return;
  if (asking.retried) asking.node.replaceWith(asking.retried);
  else asking.node.remove();
  if (!asking.retried && !box.value.trim()) {
    box.value = asking.question;
    fitBox();
  }
  endAsking();
  showTrouble(error);
  box.focus();
}

async function stopAsking() {
  if (!asking) return;
  const { turn, nShown, node, retried, question } = asking;
  trigger("stop");
  if (!turn) {
    if (retried) node.replaceWith(retried);
    else node.remove();
    if (!retried) box.value = question;
    endAsking();
    fitBox();
    return;
  }
  endAsking();
  try {
    const reply = await request("stop_turn", { turn, n_shown: nShown });
    node.replaceWith(parse(reply.html));
    showConversations((await request("list_conversations")).conversations);
  } catch (error) {
    showTrouble(error);
  }
}

function endAsking() {
  clearTimeout(patience);
  asking = null;
  showBusy(false);
}

function showBusy(isBusy) {
  turns.setAttribute("aria-busy", String(isBusy));
  find(".send").hidden = isBusy;
  find(".stop").hidden = !isBusy;
  showWelcome();
}

// The question stays in sight: a long answer grows downwards out of view rather than pushing its question away.
function followAnswer() {
  const node = asking?.node;
  if (!node) return;
  const top = scroller.scrollTop + node.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 16;
  scroller.scrollTop = Math.min(top, scroller.scrollHeight);
}

async function copyTurn(button) {
  const text = button.dataset.text;
  let isCopied = false;
  try {
    await navigator.clipboard.writeText(text);
    isCopied = true;
  } catch {
    // The clipboard is closed to pages served over plain http to another machine.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "aside";
    app.append(area);
    area.select();
    isCopied = document.execCommand("copy");
    area.remove();
    button.focus();
  }
  if (!isCopied) return showNotice(words.copy_failed);
  button.textContent = words.copied;
  setTimeout(() => { button.textContent = words.copy; }, 1600);
}

async function showEvidence(details) {
  const evidence = find(".evidence", details);
  if (!details.open || evidence.children.length) return;
  try {
    evidence.replaceChildren(parse((await request("show_evidence", { turn: Number(details.dataset.turn) })).html));
  } catch (error) {
    details.open = false;
    showTrouble(error);
  }
}

turns.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".cite")) openPlace(readPlace(button), readTrail(button));
  else if (button.matches(".source")) {
    const trail = readTrail(button);
    openPlace(trail.find((place) => place.n === Number(button.dataset.n)), trail, button);
  } else if (button.matches(".passage")) openPlace(readPlace(button), [readPlace(button)]);
  else if (button.matches(".place")) openPlace(readPlace(button), []);
  else if (button.matches(".copy")) copyTurn(button);
  else if (button.matches(".retry")) {
    const turn = button.closest(".turn");
    askQuestion(find(".question", turn).textContent, turn);
  }
});
turns.addEventListener("toggle", (event) => event.target.matches(".why") && showEvidence(event.target), true);

// Keys and the question box.
function fitBox() {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
  keepDraft(box.value);
}
// What was typed outlives a reload, and so does a question until its answer is there.
function keepDraft(text) {
  kept.set("wenzheng.draft", text);
}
function sendBox() {
  const question = box.value;
  if (asking || !app.classList.contains("ready")) return;
  if (question.trim()) {
    box.value = "";
    fitBox();
  }
  askQuestion(question);
}
box.addEventListener("input", fitBox);
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
  event.preventDefault();
  sendBox();
});
find(".composer").addEventListener("submit", (event) => {
  event.preventDefault();
  sendBox();
});
find(".composer .stop").addEventListener("click", stopAsking);
find(".notice .dismiss").addEventListener("click", () => { hideNotice(); box.focus(); });

document.addEventListener("keydown", (event) => {
  if (isComposing(event) || event.ctrlKey || event.metaKey || event.altKey || find(".dialog").open) return;
  const isTyping = event.target.closest?.("textarea, input, [contenteditable=true]");
  if (event.key === "Escape") pressEscape();
  else if (isTyping) return;
  else if (event.key === "ArrowLeft") walkTrail(-1);
  else if (event.key === "ArrowRight") walkTrail(1);
  else if (event.key === "/" && app.dataset.sheet !== "open") {
    event.preventDefault();
    box.focus();
  }
});
function pressEscape() {
  if (!find(".outline").hidden) toggleContents(false);
  else if (app.dataset.sheet === "open") closePane();
  else if (app.dataset.menu === "open") toggleMenu(false);
  else if (asking) stopAsking();
}

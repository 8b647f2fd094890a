// The list of conversations: new, switch, rename, delete. Last of the scripts: it starts the page.
const list = find(".conversations");

function showConversations(html) {
  list.replaceChildren(parse(html));
  showConversationName();
}

function showConversationName() {
  let name = "";
  for (const row of findAll("li", list)) {
    const isOpen = row.dataset.conversation === conversation;
    if (isOpen) name = row.dataset.name;
    row.classList.toggle("current", isOpen);
    if (isOpen) find(".open", row).setAttribute("aria-current", "page");
    else find(".open", row).removeAttribute("aria-current");
  }
  find(".conversation-name").textContent = name || words.new;
}

function setConversation(id) {
  conversation = id;
  kept.set("wenzheng.conversation", id);
}

function showWelcome() {
  const isEmpty = !turns.children.length;
  find(".welcome").hidden = !isEmpty;
  app.classList.toggle("empty", isEmpty);
}

function showTranscript(reply) {
  setConversation(reply.conversation);
  turns.replaceChildren(parse(reply.transcript));
  showWelcome();
  showConversationName();
  scroller.scrollTop = scroller.scrollHeight;
}

// An answer on its way belongs to the conversation it was asked in: it is kept there, and no longer shown here.
function leaveAnswer() {
  if (!asking) return;
  endAsking();
}

function startNew() {
  leaveAnswer();
  hideNotice();
  showTranscript({ conversation: "", transcript: "" });
  showShelf();
  toggleMenu(false);
  box.focus();
}

async function openConversation(id) {
  leaveAnswer();
  hideNotice();
  try {
    const reply = await request("open_conversation", { conversation: id });
    showTranscript(reply);
    showShelf();
    toggleMenu(false);
    if (!reply.conversation) showNotice(words.no_conversation);
  } catch (error) {
    showTrouble(error);
  }
}

async function renameConversation(row) {
  const name = await openDialog({ title: words.rename_title, name: row.dataset.name, confirm: words.save });
  if (name === null || name === row.dataset.name) return;
  const fields = { conversation: row.dataset.conversation, name };
  showConversations((await request("rename_conversation", fields)).conversations);
}

async function deleteConversation(row) {
  const choice = { title: words.delete_title, text: `“${row.dataset.name}”\n${words.delete_text}` };
  if (!(await openDialog({ ...choice, confirm: words.delete, danger: true }))) return;
  const id = row.dataset.conversation;
  const reply = await request("delete_conversation", { conversation: id });
  if (id === conversation) startNew();
  showConversations(reply.conversations);
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const row = button?.closest("li");
  if (!row) return;
  if (button.matches(".open")) openConversation(row.dataset.conversation);
  else if (button.matches(".rename")) renameConversation(row).catch(showTrouble);
  else if (button.matches(".delete")) deleteConversation(row).catch(showTrouble);
});
for (const button of findAll(".new")) button.addEventListener("click", startNew);

function toggleMenu(isOpen) {
  if (isOpen) app.dataset.menu = "open";
  else delete app.dataset.menu;
  find(".shade").hidden = !isOpen;
  find(".menu").setAttribute("aria-expanded", String(isOpen));
}
find(".menu").addEventListener("click", () => toggleMenu(app.dataset.menu !== "open"));
find(".shade").addEventListener("click", () => toggleMenu(false));
find(".bar .library").addEventListener("click", (event) => {
  showShelf();
  shown.opener = event.currentTarget;
  app.dataset.sheet = "open";
  holdBehind(true);
  find(".close", pane).focus();
});
find(".welcome").addEventListener("click", (event) => {
  const example = event.target.closest(".example");
  if (example) askQuestion(example.textContent);
});

async function startPage() {
  applyWords();
  showShelf();
  box.value = kept.get("wenzheng.draft");
  fitBox();
  try {
    const reply = await request("start", { conversation });
    find(".welcome").replaceChildren(parse(reply.welcome));
    find(".shelf-list").replaceChildren(parse(reply.library));
    showTranscript(reply);
    showConversations(reply.conversations);
  } catch (error) {
    showTrouble(error);
  }
  app.classList.add("ready");
  if (isWide()) box.focus();
}

window.wenzheng = { receive: receiveReply, fail: () => failAsking(new Trouble(words.failed)) };
startPage();

// The essay pane: opens an essay at a place, walks through the citations of one answer, jumps by the outline.
const pane = find(".pane");
const reader = find(".reader");
const views = new Map();
const VIEWS_KEPT = 16;
const shown = { key: "", trail: [], at: -1, opener: null, ticket: 0 };

const readPlace = (button) => ({
  button,
  n: Number(button.dataset.n || 0),
  essay: button.dataset.essay,
  title: button.dataset.title,
  path: JSON.parse(button.dataset.path || "[]"),
  start: button.dataset.start === undefined ? null : Number(button.dataset.start),
  end: Number(button.dataset.end || 0),
  quote: button.dataset.quote || "",
});

const readTrail = (button) => findAll(".cite", button.closest(".turn")).map(readPlace)
  .filter((place, index, all) => all.findIndex((other) => other.n === place.n) === index);

// All places of the answer in this essay are marked at once: walking among them then needs no request.
function loadView(place, trail) {
  const places = trail.filter((each) => each.essay === place.essay && each.start !== null)
    .map((each) => [each.n, each.start, each.end]);
  const path = place.start === null ? place.path : [];
  const key = JSON.stringify([place.essay, places, path]);
  if (!views.has(key)) {
    const loading = request("open_essay", { essay: place.essay, places, path });
    views.set(key, loading);
    loading.catch(() => views.delete(key));
    if (views.size > VIEWS_KEPT) views.delete(views.keys().next().value);
  }
  return [key, views.get(key)];
}

async function openPlace(place, trail, opener = place.button) {
  const ticket = ++shown.ticket;
  const [key, loading] = loadView(place, trail);
  showPane(opener);
  let view;
  try {
    view = await loading;
  } catch (error) {
    if (ticket === shown.ticket) showGone(place, error);
    return;
  }
  if (ticket !== shown.ticket) return;
  if (shown.key !== key) {
    reader.replaceChildren(parse(view.body));
    find(".outline").replaceChildren(parse(view.outline));
    shown.key = key;
  }
  shown.trail = trail;
  shown.at = trail.findIndex((each) => each.n === place.n && each.start === place.start);
  find(".title", pane).textContent = view.title;
  const path = place.start === null ? place.path : view.paths[place.n] || place.path;
  find(".path", pane).textContent = path.join(" › ") || view.facts;
  find(".contents", pane).hidden = !view.outline;
  toggleContents(false);
  showPosition();
  showMark(place, view.anchor);
}

function showGone(place, error) {
  shown.key = "";
  shown.trail = [];
  find(".title", pane).textContent = place.title;
  find(".path", pane).textContent = place.path.join(" › ");
  find(".contents", pane).hidden = true;
  toggleContents(false);
  showPosition();
  const note = document.createElement("div");
  note.className = "gone";
  const what = document.createElement("p");
  what.textContent = error.message === words.offline ? words.offline : place.quote ? words.gone : words.gone_short;
  const quote = document.createElement("blockquote");
  quote.textContent = place.quote;
  note.append(what, ...(place.quote ? [quote] : []));
  reader.replaceChildren(note);
}

function showPosition() {
  const { trail, at } = shown;
  const isTrail = trail.length > 0 && at >= 0 && trail[at].n > 0;
  find(".trail", pane).hidden = !isTrail;
  for (const mark of findAll(".cite[aria-current]")) mark.removeAttribute("aria-current");
  if (!isTrail) return;
  find(".position", pane).textContent = say("position", { n: trail[at].n, total: trail.length });
  find(".previous", pane).disabled = at === 0;
  find(".next", pane).disabled = at === trail.length - 1;
  for (const mark of findAll(".cite", trail[at].button.closest(".turn") || app)) {
    if (mark.dataset.n === String(trail[at].n)) mark.setAttribute("aria-current", "true");
  }
}

function showMark(place, anchor) {
  for (const mark of findAll("mark.current", reader)) mark.classList.remove("current");
  if (place.start === null) {
    scrollReader(anchor && find(`#${anchor}`, reader), 0.04);
    return;
  }
  const marks = findAll(`mark[data-n~="${place.n}"]`, reader);
  for (const mark of marks) mark.classList.add("current");
  scrollReader(marks.find((mark) => mark.offsetHeight) || marks[0], 0.28);
}

// Only the pane scrolls: scrollIntoView would move the page as well on a phone.
function scrollReader(node, share) {
  if (!node) {
    reader.scrollTop = 0;
    return;
  }
  const offset = node.getBoundingClientRect().top - reader.getBoundingClientRect().top;
  reader.scrollTop += offset - reader.clientHeight * share;
}

function walkTrail(step) {
  const { trail, at } = shown;
  const next = trail[at + step];
  if (!next || find(".trail", pane).hidden) return;
  const wasOnMark = document.activeElement?.classList.contains("cite");
  openPlace(next, trail, shown.opener);
  if (wasOnMark) next.button.focus({ preventScroll: false });
}

function showPane(opener) {
  shown.opener = opener;
  app.dataset.pane = "essay";
  find(".shelf", pane).hidden = !find(".shelf-list").children.length;
  if (!isWide()) {
    app.dataset.sheet = "open";
    holdBehind(true);
    if (!pane.contains(document.activeElement)) find(".close", pane).focus();
  }
}

function showShelf() {
  app.dataset.pane = "shelf";
  find(".title", pane).textContent = words.pane_title;
  find(".path", pane).textContent = "";
  find(".trail", pane).hidden = true;
  find(".contents", pane).hidden = true;
  find(".shelf", pane).hidden = true;
  toggleContents(false);
  shown.key = "";
  shown.trail = [];
  shown.ticket += 1;
  for (const mark of findAll(".cite[aria-current]")) mark.removeAttribute("aria-current");
}

function closePane() {
  if (app.dataset.sheet === "open") {
    delete app.dataset.sheet;
    holdBehind(false);
    if (shown.opener?.isConnected) shown.opener.focus({ preventScroll: true });
  } else {
    showShelf();
  }
}

// While the sheet covers the chat, nothing behind it can be reached.
function holdBehind(isHeld) {
  for (const node of [find(".chat"), find(".side")]) node.inert = isHeld;
  pane.toggleAttribute("aria-modal", isHeld);
  if (isHeld) pane.setAttribute("role", "dialog");
  else pane.removeAttribute("role");
}

function toggleContents(isOpen) {
  find(".outline").hidden = !isOpen;
  find(".contents", pane).setAttribute("aria-expanded", String(isOpen));
}

pane.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".previous")) walkTrail(-1);
  else if (button.matches(".next")) walkTrail(1);
  else if (button.matches(".close")) closePane();
  else if (button.matches(".shelf")) showShelf();
  else if (button.matches(".contents")) toggleContents(find(".outline").hidden);
  else if (button.matches(".place")) openPlace(readPlace(button), []);
  else if (button.matches(".jump")) {
    toggleContents(false);
    scrollReader(find(`#${button.dataset.anchor}`, reader), 0.04);
    reader.focus({ preventScroll: true });
  }
});

matchMedia("(min-width: 1000px)").addEventListener("change", () => {
  delete app.dataset.sheet;
  holdBehind(false);
});

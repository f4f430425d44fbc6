// The pages of an evening: the clock counts, a press reaches the server although the network fails, and a person's own
// page keeps a copy of itself. Without scripts the same pages show times of day, and all buttons work.
const clockLeft = () => find("[data-left]");
const watched = () => find("[data-watch]");
const evening = {
  // Moments of the timer that only counts forward: the device's clock, which may be wrong, is never shown.
  deadline: undefined,
  drawn: 0,
  shown: undefined,
  isLost: false,
  table: find("[data-table]")?.dataset.table,
};
const COPY = `evening:${location.pathname}`;

function speak(words) {
  const says = find("[data-says]");
  if (says && words) says.textContent = words;
}

// How long the phase has to go, as the server said `ago` milliseconds ago.
function setLeft(seconds, ago = 0) {
  evening.deadline = Number.isFinite(seconds) ? performance.now() + seconds * 1000 - ago : undefined;
  evening.shown = undefined;
}

function tick() {
  if (evening.isLost && evening.deadline <= performance.now()) guessPhase();
  const place = clockLeft();
  if (!place || evening.deadline === undefined) return;
  const left = Math.max(0, Math.ceil((evening.deadline - performance.now()) / 1000));
  if (left === evening.shown) return;
  for (const mark of [120, 30, 0]) {
    if (evening.shown > mark && left <= mark) speak(find("[data-says]")?.getAttribute(`data-at-${mark}`));
  }
  if (left === 0 && evening.shown !== 0) setTimeout(look, Math.random() * 500);
  evening.shown = left;
  place.hidden = false;
  place.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

function look() {
  window.htmx?.trigger(document.body, "look");
}

// While the server can't be reached, the timetable that is known says which round it is. Where people sit then may have
// changed since, so the last seat is not shown beside another round.
function guessPhase() {
  const at = (performance.now() - evening.drawn) / 1000;
  const rows = [...document.querySelectorAll("[data-starts]")];
  const running = rows.find((row) => row.dataset.starts <= at && at < row.dataset.ends);
  const next = rows.find((row) => row.dataset.starts > at);
  const [row, words] = running ? [running, "round"] : [next, "change"];
  const phase = find(".live-phase");
  if (!row || !phase) return;
  setLeft(Number(running ? row.dataset.ends : row.dataset.starts) - at);
  phase.textContent = phase.getAttribute(`data-words-${words}`).replace("{n}", row.dataset.round);
  for (const one of rows) one.removeAttribute("aria-current");
  running?.setAttribute("aria-current", "step");
  for (const part of document.querySelectorAll("[data-holds]")) part.hidden = part.dataset.holds !== running?.dataset.round;
}

function setLost(isLost) {
  evening.isLost = isLost;
  for (const note of document.querySelectorAll("[data-lost]")) note.hidden = !isLost;
}

// A page that came now has taken its way here; one out of the copy stood there since it was kept.
function ageOfPage() {
  const kept = Number(root.dataset.keptAt);
  if (kept) return Math.max(0, Date.now() - kept);
  const loaded = performance.getEntriesByType("navigation")[0];
  return loaded ? performance.now() - loaded.responseStart : 0;
}

function readPage(ago) {
  evening.drawn = performance.now() - ago;
  setLeft(Number.parseFloat(clockLeft()?.dataset.left), ago);
  const table = find("[data-table]")?.dataset.table;
  if (table && table !== evening.table) speak(find(".live-seat")?.innerText);
  evening.table = table;
  const line = [...document.querySelectorAll("[data-speaks]")].at(-1);
  if (evening.heard !== undefined && line && line.dataset.speaks !== evening.heard) speak(line.innerText);
  evening.heard = line?.dataset.speaks || "";
  const chat = find(".live-chat");
  if (chat) chat.scrollTop = chat.scrollHeight;
  tick();
}

// The page as it is, with its times as of now, and the files that it needs. Only over an address that browsers trust.
async function keepCopy() {
  if (!window.caches || !watched()?.dataset.worker || root.dataset.keptAt) return;
  const page = root.cloneNode(true);
  const now = performance.now();
  page.dataset.keptAt = Date.now();
  delete page.dataset.hearing;
  const left = find("[data-left]", page);
  if (left) left.dataset.left = ((evening.deadline - now) / 1000).toFixed(1);
  for (const row of page.querySelectorAll("[data-starts]")) {
    for (const name of ["starts", "ends"]) row.dataset[name] -= (now - evening.drawn) / 1000;
  }
  const headers = { "Content-Type": "text/html; charset=utf-8", "Kept-At": page.dataset.keptAt };
  const copies = await caches.open(COPY);
  await copies.put(location.pathname, new Response(`<!doctype html>${page.outerHTML}`, { headers }));
}

async function keepFiles() {
  const worker = watched()?.dataset.worker;
  if (!window.caches || !navigator.serviceWorker || !worker) return;
  await navigator.serviceWorker.register(worker, { scope: location.pathname });
  const files = [...document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=preload]")];
  const copies = await caches.open(COPY);
  await copies.addAll([...new Set(files.map((file) => file.src || file.href))]);
}

// Presses that haven't reached the server: kept by this tab, each with a key, so that one that arrives twice counts once.
const presses = {
  read: () => JSON.parse(sessionStorage.getItem(COPY) || "[]"),
  write: (kept) => sessionStorage.setItem(COPY, JSON.stringify(kept)),
  isSending: false,
};

const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (one) => one.toString(36)).join("-");

function showUnsent() {
  const kept = presses.read();
  const note = find("[data-unsent]");
  if (!note) return;
  note.hidden = kept.length === 0;
  find("[data-unsent-what]", note).textContent = kept.map((one) => one.label).join(", ");
}

// In their order, until one fails. The answer to the last one is the page as it is then.
async function sendPresses() {
  if (presses.isSending || !presses.read().length) return;
  presses.isSending = true;
  let answer;
  try {
    for (let kept = presses.read(); kept.length; kept = presses.read()) {
      const [{ key, body }] = kept;
      const stop = AbortSignal.timeout?.(10_000);
      answer = await fetch(location.pathname, {
        method: "POST", body: new URLSearchParams(body), headers: { "Idempotency-Key": key }, signal: stop,
      });
      // The server is there but not well: it is tried again.
      if (answer.status >= 500) break;
      presses.write(presses.read().slice(1));
    }
    if (answer && answer.status < 500) await showAnswer(answer);
  } catch {
    setLost(true);
    speak(find("[data-unsent]")?.dataset.unsent);
  }
  presses.isSending = false;
  showUnsent();
}

// The page that a press leads to, in place of this one. What is being typed stays.
async function showAnswer(answer) {
  const isPage = answer.ok || [409, 422].includes(answer.status);
  if (!isPage || new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const typed = [...document.querySelectorAll("#main [id][name=words]")].filter((one) => one.value !== one.defaultValue);
  const main = document.adoptNode(find("#main", fresh));
  const focused = document.activeElement?.id;
  find("#main").replaceWith(main);
  for (const old of typed) {
    const field = document.getElementById(old.id);
    if (field) field.value = old.value;
    // The meeting isn't theirs any more; the line about it can still be saved.
    else watched().after(old.form);
  }
  window.htmx?.process(main);
  (document.getElementById(focused) || main).focus({ preventScroll: true });
  start(main);
  hear();
  readPage(0);
}

// The server has answered.
function hear() {
  setLost(false);
  delete root.dataset.keptAt;
}

function pressByScript(event) {
  const form = event.target;
  if (form.method !== "post" || !form.matches("[data-press]")) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  // The same button once; a line can be written again.
  if (!find("[name=words]", form)) form.dataset.sent = "yes";
  const body = [...new FormData(form, event.submitter)];
  // What was typed is being sent, so it isn't kept from the answer.
  for (const field of form.querySelectorAll("[name=words]")) field.defaultValue = field.value;
  presses.write([...presses.read(), { key: newKey(), body, label: event.submitter?.innerText.trim() || "" }]);
  sendPresses();
}

// The bell asks elsewhere.
const asksForThisPage = ({ requestConfig }) => requestConfig.path.split("?")[0] === location.pathname;

function watchEvening() {
  if (!watched()) return;
  let asked = 0;
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (asksForThisPage(detail)) asked = performance.now();
  });
  // Led elsewhere, as to sign in, or because the event is cancelled: that is a page of its own.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!asksForThisPage(detail)) return;
    if (new URL(detail.xhr.responseURL).pathname === location.pathname) return;
    detail.shouldSwap = false;
    location.reload();
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!asksForThisPage(detail)) return;
    const left = detail.xhr?.getResponseHeader("Clock-Left");
    if (left === null || left === undefined) return setLost(true);
    hear();
    setLeft(Number.parseFloat(left), (performance.now() - asked) / 2);
    const read = decodeURIComponent(detail.xhr.getResponseHeader("Clock-Read") || "");
    for (const place of document.querySelectorAll("[data-updated] time")) place.textContent = read;
    tick();
    sendPresses();
    if (detail.xhr.status === 204) keepCopy();
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (!asksForThisPage(detail)) return;
    readPage((performance.now() - asked) / 2);
    showUnsent();
    keepCopy();
  });
  document.addEventListener("submit", pressByScript, true);
  addEventListener("online", look);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  if (root.dataset.keptAt) setLost(true);
  setInterval(tick, 250);
  readPage(ageOfPage());
  showUnsent();
  if (!evening.isLost) sendPresses();
  keepFiles().catch(() => undefined).then(keepCopy);
}

watchEvening();

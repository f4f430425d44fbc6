// Hears at once that a part of the page has something new, and has that part ask for it (decision 42). Parts say in
// `data-hears` what concerns them and ask on the event `look`. While the page hears, they ask by themselves only once a
// minute, or every `data-seldom` seconds if the time alone also changes them; while it doesn't, as often as without this
// script.
const A_MINUTE = 60;
// The server says something every 25 seconds; after so long the line is dead, whatever the browser thinks.
const SILENCE = 40_000;
// A server that is reached says so at once. If nothing comes, something on the way holds it back.
const FIRST_WORD = 10_000;
// What happened while hints were lost may be told nowhere: for so long after, parts ask once more by themselves.
const SETTLING = 5000;
const HIDDEN_FOR = 10_000;
// Asleep, a device counts no time. Its clock is looked at so often, and has jumped if it is so far ahead.
const LOOKS_AT_CLOCK = 4000;
const JUMP = 4000;
const TICKET_LASTS = 2 * 3600 * 1000;

const line = {
  ticket: root.dataset.live,
  since: Number(root.dataset.keptAt) || Date.now(),
  source: undefined,
  heardFrom: undefined,
  wasHeard: false,
  failures: 0,
  timer: undefined,
};
const toldAt = new Map();
const askedAt = new Map();

const hearingParts = (word) => document.querySelectorAll(word ? `[data-hears~="${word}"]` : "[data-hears]");
// What stays of a part when it is replaced.
const nameOf = (part) => part.id || part.getAttribute("hx-get").split("?")[0];
// Not bubbling, so that only this part asks.
const ask = (part) => part.dispatchEvent(new CustomEvent("look"));

function askAll() {
  for (const part of hearingParts()) {
    // Another script may have had it ask just now.
    if (performance.now() - (askedAt.get(nameOf(part)) ?? -Infinity) > 1000) ask(part);
  }
}

function setHearing(isHearing) {
  line.heardFrom = isHearing ? performance.now() : undefined;
  // For other scripts, which may ask less often while this is set.
  root.toggleAttribute("data-hearing", isHearing);
}

// Wait so long for the next word; without one, begin again.
function expectWord(time) {
  clearTimeout(line.timer);
  line.timer = setTimeout(beginAgain, time);
}

function hearWord(word) {
  expectWord(SILENCE);
  if (word === "listening") {
    setHearing(true);
    line.failures = 0;
    // The first time the page has just come.
    if (line.wasHeard) askAll();
    line.wasHeard = true;
  } else if (word === "deaf") {
    setHearing(false);
  } else if (word === "over") {
    renewTicket();
  } else if (word !== "alive") {
    toldAt.set(word, performance.now());
    document.dispatchEvent(new CustomEvent("hint", { detail: { part: word } }));
    hearingParts(word).forEach(ask);
  }
}

function stopListening() {
  clearTimeout(line.timer);
  line.source?.close();
  line.source = undefined;
  setHearing(false);
}

function listen() {
  stopListening();
  if (document.hidden) return;
  if (Date.now() - line.since > TICKET_LASTS) return void renewTicket();
  const source = new EventSource(`${root.dataset.liveUrl}?t=${line.ticket}`);
  line.source = source;
  expectWord(FIRST_WORD);
  source.onmessage = ({ data }) => hearWord(data);
  source.onerror = () => {
    // Until it hears again; unless it was refused, the browser tries by itself.
    setHearing(false);
    if (source.readyState === EventSource.CLOSED) beginAgain();
    else expectWord(FIRST_WORD);
  };
}

function beginAgain() {
  stopListening();
  const longest = Math.min(300, 2 ** line.failures++) * 1000;
  line.timer = setTimeout(listen, longest / 2 + (Math.random() * longest) / 2);
}

// The view decides again what this page may hear. If it says nothing, as once signed out, the page hears no more.
async function renewTicket() {
  stopListening();
  try {
    const answer = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").documentElement.dataset;
    if (answer.ok && !fresh.live) return;
    line.ticket = fresh.live || line.ticket;
    line.since = fresh.live ? Date.now() : line.since;
  } catch {
    // The server is away: it is tried again.
  }
  if (Date.now() - line.since > TICKET_LASTS) beginAgain();
  else listen();
}

// What was on its way when the page was told was read before: the part that came asks again.
document.addEventListener("htmx:afterSettle", () => {
  for (const part of hearingParts()) {
    const told = Math.max(...part.dataset.hears.split(" ").map((word) => toldAt.get(word) ?? -Infinity));
    if (told > (askedAt.get(nameOf(part)) ?? 0)) ask(part);
  }
});

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, triggeringEvent } = event.detail;
  if (!elt.matches("[data-hears]")) return;
  const now = performance.now();
  const asked = askedAt.get(nameOf(elt)) ?? -Infinity;
  const isByClock = !triggeringEvent || triggeringEvent.detail?.isByClock;
  const isHeard = line.heardFrom !== undefined && asked > line.heardFrom + SETTLING;
  const seldom = Number(elt.dataset.seldom || A_MINUTE) * 1000;
  if (isByClock && isHeard && now - asked < seldom) event.preventDefault();
  else askedAt.set(nameOf(elt), now);
});

// A page that nobody sees keeps no line open: browsers have few of them, and it wouldn't look.
let hiding;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) {
    hiding = setTimeout(stopListening, HIDDEN_FOR);
  } else {
    askAll();
    if (!line.source) listen();
  }
});
addEventListener("online", () => root.hasAttribute("data-hearing") || listen());
addEventListener("pagehide", stopListening);
addEventListener("pageshow", (event) => event.persisted && (askAll(), listen()));

// After a sleep the line may be dead without anyone having said so.
let seenAt = Date.now();
setInterval(() => {
  const hasSlept = Date.now() - seenAt > LOOKS_AT_CLOCK + JUMP;
  seenAt = Date.now();
  if (!hasSlept || document.hidden) return;
  askAll();
  listen();
}, LOOKS_AT_CLOCK);

if (window.EventSource && window.htmx) listen();

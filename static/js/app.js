// Small conveniences over pages that work without them. No build step, no inline handlers.
const root = document.documentElement;
const find = (selector, from = document) => from.querySelector(selector);

function focusFirst(from) {
  const target = find(".error-summary[data-focus]", from) || find("[data-focus]", from);
  if (target) target.focus({ preventScroll: target.getBoundingClientRect().top >= 0 });
}

// Browsers say Asia/Calcutta where others say Asia/Kolkata; each calls a zone by one name of its own.
function sameZone(one, other) {
  const nameOf = (zone) => Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  try {
    return nameOf(one) === nameOf(other);
  } catch {
    return false;
  }
}

// Cities as people write them now, where browsers report an old name or plain letters: most people who are told of one
// live in these. The pages know all of them.
const CITIES = {
  Asuncion: "Asunción",
  Bogota: "Bogotá",
  Calcutta: "Kolkata",
  Cancun: "Cancún",
  Chisinau: "Chișinău",
  Faeroe: "Faroe Islands",
  Godthab: "Nuuk",
  Ho_Chi_Minh: "Ho Chi Minh City",
  Katmandu: "Kathmandu",
  Kiev: "Kyiv",
  Rangoon: "Yangon",
  Reunion: "Réunion",
  Saigon: "Ho Chi Minh City",
  Sao_Paulo: "São Paulo",
};

function cityOf(zone) {
  const city = zone.split("/").pop();
  return CITIES[city] || city.replaceAll("_", " ");
}

// The time zone: remembered once for guests, asked about (never switched) for people who have chosen one.
function noticeZone() {
  let seen;
  try {
    seen = Intl.DateTimeFormat().resolvedOptions().timeZone;
  } catch {
    return;
  }
  if (!seen) return;
  const same = sameZone(seen, root.dataset.zone);
  if (root.dataset.zoneKnown === "yes") {
    const notice = find("#zone-notice");
    // Asked once per tab, on the first page with times: a quiet notice that comes back on every page is not quiet.
    if (same || !notice || !find("main time") || sessionStorage.getItem("zone-notice") === seen) return;
    sessionStorage.setItem("zone-notice", seen);
    find("[data-seen]", notice).textContent = cityOf(seen);
    const link = find("[data-zone-link]", notice);
    link.search = new URLSearchParams({ zone: seen, next: location.pathname + plainly(location.search) });
    notice.hidden = false;
  } else if (!/(^|; )tz=/.test(document.cookie)) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `tz=${encodeURIComponent(seen)}; path=/; max-age=31536000; samesite=lax${secure}`;
    if (!document.cookie.includes("tz=")) return;
    if (same) find("[data-asks-zone]")?.remove();
    else if (find("main time")) showAgain();
  }
}

// Letters as they are: escaped once more, a long question is more than a server takes.
function plainly(query) {
  try {
    return query.replace(/(%[89A-F][0-9A-F])+/gi, decodeURIComponent);
  } catch {
    return "";
  }
}

// The same page in the zone just learned, unless its reader has begun to use it. A page without times needs no second
// request: the next one is in the zone of the reader.
async function showAgain() {
  if (find(".error-summary")) return;
  const response = await fetch(location.href);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (document.activeElement !== document.body || scrollY > 0) return;
  for (const part of [".head", "#main", ".foot"]) {
    const [old, next] = [find(part), find(part, fresh)];
    if (old && next) old.replaceWith(document.adoptNode(next));
  }
  window.htmx?.process(document.body);
  start(document);
}

function countCharacters(counter) {
  const field = document.getElementById(counter.dataset.countOf);
  field?.addEventListener("input", () => {
    counter.textContent = counter.dataset.countText.replace("{n}", [...field.value].length); // as the server counts
  });
}

// Browsers let a page write to the clipboard only on https or on the machine itself.
function offerCopying(button) {
  button.hidden = !navigator.clipboard;
}

async function copyField(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).value);
  const said = find("[data-copied]", button.parentElement);
  said.textContent = said.dataset.copied;
}

function start(from) {
  from.querySelectorAll("[data-count-of]").forEach(countCharacters);
  from.querySelectorAll("[data-copies]").forEach(offerCopying);
  focusFirst(from);
}

// A second click on a button must not send twice; the button says what is going on.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  if (form.method !== "post" || event.defaultPrevented || form.matches("[hx-post]")) return;
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (!button?.dataset.busy) return;
  const spinner = Object.assign(document.createElement("span"), { className: "spin", ariaHidden: "true" });
  button.setAttribute("aria-busy", "true");
  button.dataset.label = button.innerHTML;
  button.replaceChildren(spinner, button.dataset.busy);
});

// Back from the next page out of the browser's memory: the form may be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent);
  document.querySelectorAll("[data-label]").forEach((button) => {
    button.removeAttribute("aria-busy");
    button.innerHTML = button.dataset.label;
    delete button.dataset.label;
  });
});

// Colours change at once, and nothing that was typed is lost; without scripts the page comes again.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-choice]")) return;
  event.preventDefault();
  const { form, value } = event.submitter;
  if (value === "system") delete root.dataset.theme;
  else root.dataset.theme = value;
  document.querySelectorAll("[data-theme-choice] button").forEach((button) => {
    button.setAttribute("aria-pressed", button.value === value);
  });
  fetch(form.action, { method: "POST", body: new URLSearchParams({ theme: value }), redirect: "manual" });
}, true);

function closeMenuOutside(event) {
  const menu = find("[data-menu][open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
}
document.addEventListener("focusin", closeMenuOutside);

document.addEventListener("click", (event) => {
  closeMenuOutside(event);
  event.target.closest("[data-dismiss]")?.closest(".toast, .note")?.remove();
  const copying = event.target.closest("[data-copies]");
  if (copying) copyField(copying);
});

document.addEventListener("keydown", (event) => {
  const menu = find("[data-menu][open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  find("summary", menu).focus();
});

// The question is one line or many: Enter asks, as in a field of one line, and Shift with Enter begins a new line.
document.addEventListener("keydown", (event) => {
  const isEnter = event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (!isEnter || !event.target.matches("textarea[name=q]")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// Focus moves after a swap only when the reader asked to go somewhere.
document.addEventListener("htmx:afterSwap", (event) => {
  const { elt, target, requestConfig } = event.detail;
  const trigger = requestConfig?.elt || elt;
  start(target?.isConnected ? target : document);
  const selector = trigger?.closest?.("[data-focus-after]")?.dataset.focusAfter;
  const goal = selector && find(selector);
  goal?.focus();
});

// A thread looks for news while someone looks at it, and says what was read once they do.
function watchThread() {
  const thread = find("[data-look-every]");
  if (!thread || !window.htmx) return;
  const look = () => document.hidden || htmx.trigger(document.body, "look");
  const sayRead = () => document.hasFocus() && find("form[data-read]")?.requestSubmit();
  const settle = () => {
    const log = find("[role=log]");
    if (log) log.scrollTop = log.scrollHeight;
    sayRead();
  };
  // A session's page looks for all that is new, and tells of messages; but a chat can't wait for it.
  const isLookedFor = () => find("#news") && thread.dataset.lookEvery > 5;
  const lookByClock = () => document.hidden || isLookedFor() || htmx.trigger(document.body, "look", { isByClock: true });
  setInterval(lookByClock, thread.dataset.lookEvery * 1000);
  document.addEventListener("visibilitychange", look);
  addEventListener("focus", sayRead);
  document.addEventListener("htmx:afterSettle", ({ target }) => target.closest("[role=log]") && settle());
  document.addEventListener("sent", ({ target, detail }) => {
    target.elements.body.value = "";
    target.elements.key.value = detail.key;
  });
  // Not before htmx has taken the forms over: until then they would lead to another page.
  document.addEventListener("DOMContentLoaded", settle);
}

// Copies of pages that an event keeps for when the network fails (evening.js): gone once nobody is signed in, and after
// a day. One that has its files but not yet its page is being made at this moment, by this page or in another tab.
async function forgetCopies() {
  if (!window.caches) return;
  const visits = Boolean(find(".signin"));
  for (const name of await caches.keys()) {
    const path = name.startsWith("evening:") && name.slice(8);
    const kept = path && (await (await caches.open(name)).match(path))?.headers.get("Kept-At");
    const isOld = kept !== undefined && Date.now() - kept > 24 * 3600 * 1000;
    if (!path || !(visits || isOld)) continue;
    await caches.delete(name);
    await (await navigator.serviceWorker?.getRegistration(path))?.unregister();
  }
}

const networkError = (hidden) => {
  const note = find("#network-error");
  // The pages of an evening say it in their own words.
  if (note && !find("[data-watch]")) note.hidden = hidden;
};
document.addEventListener("htmx:beforeRequest", () => networkError(true));
let goingBack;
// Back is asked of the server: what a page showed minutes ago may be booked by now. htmx says nothing if that fails.
document.addEventListener("htmx:historyCacheMissLoad", ({ detail }) => {
  // Another page than the one that was there, as to sign in: it takes the place of all that is open.
  if (!detail.response.includes("hx-history-elt")) location.replace(location.pathname + location.search);
});
document.addEventListener("htmx:historyCacheMiss", ({ detail }) => {
  networkError(true);
  // Back pressed twice: the first answer may come last.
  goingBack?.abort();
  goingBack = detail.xhr;
  detail.xhr.addEventListener("error", () => networkError(false));
});
document.addEventListener("htmx:historyCacheMissLoadError", () => networkError(false));
document.addEventListener("htmx:historyRestore", () => start(find("[hx-history-elt]") || document));
// That a bell can't be counted anew is no reason to interrupt anyone.
const noteFailure = ({ detail }) => detail.elt.id === "bell" || networkError(false);
document.addEventListener("htmx:sendError", noteFailure);
document.addEventListener("htmx:responseError", noteFailure);

start(document);
watchThread();
noticeZone();
forgetCopies();

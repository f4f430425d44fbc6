// Keeps a person's own page of an event readable while the network is away. The page writes its copy itself
// (evening.js: keepCopy); this answers with it when the server can't be reached. Its scope is that one page.
const PAGE = new URL(registration.scope).pathname;
const COPY = `evening:${PAGE}`;
const A_DAY = 24 * 3600 * 1000;
// Where there is a copy, a server that says nothing for so long counts as away.
const PATIENCE = 5000;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(openPage(request));
  else if (request.destination) event.respondWith(fetch(request).catch(() => findFile(request)));
});

async function openPage(request) {
  const copy = await findCopy();
  try {
    const answer = await Promise.race(copy ? [fetch(request), giveUp()] : [fetch(request)]);
    if (answer.status >= 500 && copy) return copy;
    // Led elsewhere, or refused: signed out, or not theirs any more.
    if (!answer.ok) await caches.delete(COPY);
    return answer;
  } catch {
    return copy || Response.error();
  }
}

const giveUp = () => new Promise((_keep, lose) => setTimeout(lose, PATIENCE));

async function findCopy() {
  if (!(await caches.has(COPY))) return undefined;
  const copy = await (await caches.open(COPY)).match(PAGE);
  if (copy && Date.now() - copy.headers.get("Kept-At") < A_DAY) return copy;
  await caches.delete(COPY);
  return undefined;
}

async function findFile(request) {
  const copies = await caches.open(COPY);
  return (await copies.match(request.url)) || Response.error();
}

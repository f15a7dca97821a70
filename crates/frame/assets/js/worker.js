// The worker of a cell's pages: adds the proof of this browser's key to what its pages ask for.
// A form that leads to a new page goes as the browser sends it, so that the browser says itself which page it comes from; the page adds
// the proof to it as a field.
const cell = new URL(registration.scope).pathname.split("/")[1];
const needsNone = new Set(["fhir", "oauth", "proof", "sign-in", "signed-in", "signed-out", "worker.js"]);

// How often one request is led on, at most.
const MOST = 5;

const answer = async (request, leads) => {
  const key = await salusProof.find(cell).catch(() => undefined);
  let { method, url } = request;
  let body = ["GET", "HEAD"].includes(method) ? undefined : await request.arrayBuffer();
  const ask = async () => {
    const headers = new Headers(request.headers);
    if (!body) headers.delete("Content-Type");
    if (key) headers.set("DPoP", await salusProof.prove(cell, key, method, url));
    // Each address needs a proof of its own: where a part is led on to another one, that is done here.
    if (!leads && request.redirect === "follow") headers.set("Salus-Leads", "1");
    return fetch(url, {
      method,
      headers,
      body,
      mode: "same-origin",
      credentials: "same-origin",
      cache: request.cache,
      redirect: leads ? "manual" : request.redirect,
      referrerPolicy: "no-referrer",
      keepalive: request.keepalive,
      signal: request.signal,
    });
  };
  let given = await ask();
  for (let times = 0; times < MOST; times += 1) {
    if (given.status === 401 && given.headers.has("DPoP-Nonce")) {
      // The server wants a newer word: nothing has been done yet.
      salusProof.heard(given);
    } else if (given.headers.has("Salus-Lead-To")) {
      url = new URL(given.headers.get("Salus-Lead-To"), url).href;
      method = "GET";
      body = undefined;
    } else {
      return given;
    }
    given = await ask();
  }
  return given;
};

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const [, first, second] = pathname.split("/");
  const leads = request.mode === "navigate";
  if (origin !== location.origin || first !== cell || !second || needsNone.has(second)) return;
  if (leads && request.method !== "GET") return;
  event.respondWith(answer(request, leads));
});

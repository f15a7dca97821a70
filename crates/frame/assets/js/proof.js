// Proofs of this browser's key (DPoP, RFC 9449). The key is made here and can't be taken out of the browser; it lies in the browser's
// own store, by cell. Pages and their worker share this file.
const salusProof = (() => {
  // A word of the server is repeated for so long, in milliseconds; the server takes it for a minute at least.
  const WORD_MS = 45000;
  let word = null;
  let heardAt = 0;
  let behind = 0;
  const base64 = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const part = (value) => base64(new TextEncoder().encode(JSON.stringify(value)));

  const keys = (mode, act) => new Promise((resolve, reject) => {
    const opening = indexedDB.open("salus", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const base = opening.result;
      const change = base.transaction("keys", mode);
      const asked = act(change.objectStore("keys"));
      change.oncomplete = () => { base.close(); resolve(asked.result); };
      change.onabort = () => { base.close(); reject(change.error); };
    };
  });
  const find = (cell) => keys("readonly", (all) => all.get(cell));
  const forget = (cell) => keys("readwrite", (all) => all.delete(cell));
  const make = async (cell) => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const key = { secret: pair.privateKey, jwk: { kty, crv, x, y } };
    await keys("readwrite", (all) => all.put(key, cell));
    return key;
  };

  // What the server wants to be repeated, and how far this machine's clock is off.
  const heard = (answer) => {
    const date = Date.parse(answer.headers.get("Date"));
    if (date) behind = date - Date.now();
    if (!answer.headers.has("DPoP-Nonce")) return;
    word = answer.headers.get("DPoP-Nonce");
    heardAt = performance.now();
  };
  const listen = async (cell) => heard(await fetch(`/${cell}/proof`, { cache: "no-store" }));

  const prove = async (cell, key, method, address) => {
    if (!word || performance.now() - heardAt > WORD_MS) await listen(cell);
    const { origin, pathname } = new URL(address, location.href);
    const signed = `${part({ typ: "dpop+jwt", alg: "ES256", jwk: key.jwk })}.${part({
      jti: base64(crypto.getRandomValues(new Uint8Array(16))),
      htm: method,
      htu: origin + pathname,
      iat: Math.floor((Date.now() + behind) / 1000),
      nonce: word,
    })}`;
    const how = { name: "ECDSA", hash: "SHA-256" };
    return `${signed}.${base64(await crypto.subtle.sign(how, key.secret, new TextEncoder().encode(signed)))}`;
  };
  return { find, forget, make, heard, prove };
})();

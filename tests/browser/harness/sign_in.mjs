// Ways into a cell: with an invitation and a passkey as a person comes in, or with a session that is already there.
// State: the browser context's cookies.

import { Passkeys } from './passkey.mjs';

/** The roles of the demo's people. */
export const ROLES = ['physician', 'medical-assistant', 'practice-administrator'];

/** The name of the cookie that holds a session of a cell's pages. */
export const cookieName = (cell) => `__Host-salus.${cell.name}`;

/**
 * Puts a session into the context, so that its pages are signed in without the door: quick, for tests that are about something else. It is
 * the cell's own client's token unless another is given; a person's session, which is bound to a key, is one of `borrowedSession`.
 */
export async function withToken(context, salus, cell, session = cell.token) {
  const { token, key } = typeof session === 'string' ? { token: session } : session;
  await setCookie(context, salus, cell, token);
  if (key) await keepKey(context, salus, cell, key);
}

/**
 * Signs somebody in with a key that can be taken out of the browser, as it never is otherwise. Returns `{ token, key }` for
 * `withToken`.
 */
export async function borrowedSession(desk, salus, cell, person) {
  await desk.context.addInitScript(() => {
    const made = SubtleCrypto.prototype.generateKey;
    SubtleCrypto.prototype.generateKey = function generateKey(how, _, uses) {
      return made.call(this, how, true, uses);
    };
  });
  await redeemInvitation(desk.page, salus, person);
  const key = await desk.page.evaluate(
    // eslint-disable-next-line no-undef
    async (name) => crypto.subtle.exportKey('jwk', (await salusProof.find(name)).secret),
    cell.name,
  );
  const cookies = await desk.context.cookies();
  return { token: cookies.find(({ name }) => name === cookieName(cell)).value, key };
}

/** Puts a session's key where the pages look for it, and their worker before them. */
async function keepKey(context, salus, cell, jwk) {
  const page = await context.newPage();
  await page.goto(`${salus.baseUrl}/${cell.name}/worker.js`);
  await page.evaluate(
    async ([name, { kty, crv, x, y, d }]) => {
      const how = { name: 'ECDSA', namedCurve: 'P-256' };
      const secret = await crypto.subtle.importKey('jwk', { kty, crv, x, y, d }, how, false, ['sign']);
      await new Promise((resolve, reject) => {
        const opening = indexedDB.open('salus', 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('keys');
        opening.onerror = reject;
        opening.onsuccess = () => {
          const change = opening.result.transaction('keys', 'readwrite');
          change.objectStore('keys').put({ secret, jwk: { kty, crv, x, y } }, name);
          change.oncomplete = resolve;
          change.onabort = reject;
        };
      });
      await navigator.serviceWorker.register(`/${name}/worker.js`, { scope: `/${name}/` });
      await navigator.serviceWorker.ready;
    },
    [cell.name, jwk],
  );
  await page.close();
}

async function setCookie(context, salus, cell, token) {
  const page = context.pages()[0] ?? (await context.newPage());
  const session = await context.newCDPSession(page);
  // Not by `addCookies`, which always names a domain, and a name that begins with __Host- allows none.
  const cookie = {
    name: cookieName(cell),
    value: token,
    url: salus.baseUrl,
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'Lax',
  };
  const { success } = await session.send('Network.setCookie', cookie);
  if (!success) throw new Error(`Chromium takes no cookie ${cookie.name} for ${salus.baseUrl}`);
  await session.detach();
}

/** The one-time links of the cell's people: `[{ name, role, link, … }]`, as `demo.json` has them. */
export function people(cell) {
  return (cell.people ?? []).filter((person) => linkOf(person));
}

/** The first person of a role who has a one-time link; throws when there is none. */
export function personOf(cell, role) {
  const found = people(cell).find((person) => person.role === role);
  if (!found) throw new Error(`demo.json has no one-time link of a ${role} in ${cell.name}`);
  return found;
}

/** Where somebody's one-time link leads. */
export const linkOf = (person) => Object.values(person).find((value) => /^https?:\/\//.test(value));

/**
 * Comes in by a one-time link: creates a passkey at the door, and ends on a page of the record server. Returns the passkeys, for
 * signing in again.
 */
export async function redeemInvitation(page, salus, person) {
  const passkeys = await Passkeys.on(page);
  await page.goto(linkOf(person));
  await pressMain(page);
  await arrived(page, salus);
  return passkeys;
}

/** Signs in at the door with a passkey that this page's authenticator has, and ends at `to`. */
export async function signIn(page, salus, cell, to = `/${cell.name}/today`) {
  await page.goto(new URL(to, salus.baseUrl).href);
  if (new URL(page.url()).origin === new URL(salus.baseUrl).origin && !/\/sign-in/.test(page.url())) return;
  await pressMain(page);
  await arrived(page, salus);
}

/** The one button that a page of the door is about. */
async function pressMain(page) {
  await page.locator('main button:not([hidden]):not(.secondary, .quiet)').first().click();
}

/** Waits for a page of the record server that is not the way to the door. */
async function arrived(page, salus) {
  const { origin } = new URL(salus.baseUrl);
  await page.waitForURL((url) => url.origin === origin && !/\/(sign-in|signed-in)/.test(url.pathname));
  await page.waitForLoadState();
}

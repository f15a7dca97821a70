// Ways into a cell: with an invitation and a passkey as a person comes in, or with a session that is already there.
// State: the browser context's cookies.

import { Passkeys } from './passkey.mjs';

/** The roles of the demo's people. */
export const ROLES = ['physician', 'medical-assistant', 'practice-administrator'];

/** The name of the cookie that holds a session of a cell's pages. */
export const cookieName = (cell) => `__Host-salus.${cell.name}`;

/**
 * Puts a session's token into the context, so that its pages are signed in without the door: quick, for tests that are about
 * something else. The token is the cell's own client's unless another is given.
 */
export async function withToken(context, salus, cell, token = cell.token) {
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

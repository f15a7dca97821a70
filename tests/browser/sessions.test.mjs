// A session is good in one browser only: what a thief makes of its cookie, of its cookie and a proof, and of everything but the key; and
// what its owner notices of that, which is nothing.

import assert from 'node:assert/strict';
import http from 'node:http';
import { Fhir, cookieName, each, personOf, redeemInvitation, suite, withToken } from './harness/index.mjs';

const { test } = suite({ patients: 3 });

const WORDS = {
  de: { elsewhere: 'In diesem Browser hat sich niemand angemeldet', none: 'Dieser Browser kann die Anmeldung nicht' },
  fr: { elsewhere: 'Personne ne s’est connecté dans ce navigateur', none: 'Ce navigateur ne peut pas' },
  en: { elsewhere: 'Nobody has signed in with this browser' },
};
const today = (cell) => `/${cell.name}/today`;
const UNAUTHORIZED = /status of 401/;

/** Comes in by the demo's other link, without a passkey. */
async function lookRound(page, salus, cell, role) {
  await page.goto(personOf(cell, role).look_round);
  await page.locator('main button:visible').click();
  await page.waitForURL(new RegExp(`${salus.baseUrl}/${cell.name}/(today|admin)`));
}

/** The session's token, as somebody has it who reads the browser's cookies. */
async function stolenCookie(context, salus, cell) {
  const cookies = await context.cookies(salus.baseUrl);
  return cookies.find(({ name }) => name === cookieName(cell)).value;
}

/** Whether the page is in a context of its own beside the browser's profile, as a private window is. */
async function isPrivate(page, context) {
  const [own, browser] = [await context.newCDPSession(page), await context.browser().newBrowserCDPSession()];
  const { targetInfo } = await own.send('Target.getTargetInfo');
  const { browserContextIds } = await browser.send('Target.getBrowserContexts');
  await Promise.all([own.detach(), browser.detach()]);
  return browserContextIds.includes(targetInfo.browserContextId);
}

/** One request of somebody who is no browser, from another address of this machine where it is wanted. */
function raw(salus, path, headers, localAddress = '127.0.0.1') {
  const { port } = new URL(salus.baseUrl);
  return new Promise((resolve, reject) => {
    const asked = http.get({ host: '127.0.0.1', port, path, headers, localAddress }, (answer) => {
      let body = '';
      answer.on('data', (some) => (body += some));
      answer.on('end', () => resolve({ status: answer.statusCode, to: answer.headers.location, body }));
    });
    asked.on('error', reject);
  });
}

/** A proof of the page's key, as it goes over the wire with a request. */
const recorded = (page, cell, path, method = 'GET') =>
  page.evaluate(
    // eslint-disable-next-line no-undef
    async ([name, to, how]) => salusProof.prove(name, await salusProof.find(name), how, to),
    [cell.name, path, method],
  );

each({ language: ['de', 'fr', 'en'] }, (settings, which) => {
  test(`sessions, ${which}: a copied cookie opens nothing in another browser`, settings, async (desk) => {
    const { page, context, salus, cell, visitor, language } = desk;
    if (language !== 'en') await redeemInvitation(page, salus, personOf(cell, 'physician'));
    else await lookRound(page, salus, cell, 'physician');
    const token = await stolenCookie(context, salus, cell);
    // In a private window, as each of these desks is one: Chromium keeps nothing of it on a disk, and it can sign in all the same.
    assert.ok(await isPrivate(page, context), 'a window of its own, off the record');
    const thief = await visitor();
    await withToken(thief.context, salus, cell, token);
    for (const path of [today(cell), `/${cell.name}/find?q=a`, `/${cell.name}/tasks`]) {
      thief.watch.expect(UNAUTHORIZED);
      const answer = await thief.page.goto(path);
      assert.equal(answer.status(), 401, path);
      await thief.page.getByText(WORDS[language].elsewhere).waitFor();
      assert.equal(answer.headers()['salus-log-entry'], undefined);
    }
    // Its owner goes on, and the log says what was tried.
    await page.reload();
    assert.equal(new URL(page.url()).pathname, today(cell));
    await page.locator('.whose').waitFor();
    const refused = (await salus.logEntries(cell)).filter(({ access }) => access?.refused === 'NoProof');
    assert.ok(refused.length >= 3, JSON.stringify(refused));
  });
});

each({ language: ['de', 'fr'] }, (settings, which) => {
  test(`sessions, ${which}: a browser that can keep no key is told so`, settings, async ({ page, salus, cell, language }) => {
    await page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined });
    });
    await page.goto(personOf(cell, 'practice-administrator').look_round);
    await page.locator('main button:visible').click();
    await page.getByText(WORDS[language].none).waitFor();
    assert.equal(new URL(page.url()).origin, salus.baseUrl);
  });
});

test('sessions: what was recorded is good for its own request only', { language: 'en' }, async (desk) => {
  const { page, context, salus, cell } = desk;
  await lookRound(page, salus, cell, 'medical-assistant');
  const cookie = `${cookieName(cell)}=${await stolenCookie(context, salus, cell)}`;
  const ask = (proof, path, address) => raw(salus, path, { cookie, dpop: proof, accept: 'text/html' }, address);
  const proof = await recorded(page, cell, today(cell));
  assert.equal((await ask(proof, today(cell))).status, 200, 'the very request');
  const refused = async (what, made, path, address) => {
    const { status, to } = await ask(made, path, address);
    assert.equal(status, 303, what);
    assert.match(to, /\/sign-in/, what);
  };
  await refused('from elsewhere', proof, today(cell), '127.0.0.2');
  await refused('for another page', await recorded(page, cell, today(cell)), `/${cell.name}/tasks`);
  await refused('of another method', await recorded(page, cell, today(cell), 'POST'), today(cell));
  await refused('of another cell', await recorded(page, cell, '/praxis-x/today'), today(cell));
  await refused('forged', `${proof.slice(0, -4)}AAAA`, today(cell));
  // Even code within the page can't take the key along: it has no bytes that could be read.
  const taken = await page.evaluate(async (name) => {
    // eslint-disable-next-line no-undef
    const { secret } = await salusProof.find(name);
    return crypto.subtle.exportKey('pkcs8', secret).then(() => 'the key', (error) => error.name);
  }, cell.name);
  assert.equal(taken, 'InvalidAccessError');
});

test('sessions: forms, parts, back, and a hard reload are as ever', { language: 'en', timeoutMs: 120_000 }, async (desk) => {
  const { page, context, salus, watch } = desk;
  await redeemInvitation(page, salus, personOf(salus.cells[1], 'medical-assistant'));
  const own = salus.cells[1];
  // A form that leads to a page: the language; and the way back from it.
  await page.locator('summary[data-key="m"]').click();
  await page.getByRole('button', { name: 'Français' }).click();
  await page.waitForFunction(() => document.documentElement.lang === 'fr');
  assert.equal(new URL(page.url()).pathname, today(own));
  await page.locator('.whose').waitFor();
  // Parts: what is found as one types.
  const [somebody] = await new Fhir(own).search('Patient?_count=1');
  await page.keyboard.press('/');
  await page.keyboard.type(somebody.name[0].family.slice(0, 4), { delay: 20 });
  await page.locator('#found:not([hidden]) [href*="/patient/"]').first().click();
  await page.waitForURL(/\/patient\//);
  await page.locator('[data-patient]').first().waitFor();
  await page.goBack();
  await page.waitForURL((url) => url.pathname === today(own));
  await page.goForward();
  await page.waitForURL(/\/patient\//);
  // With Shift, the worker is passed by: its page fetches it back, and shows nothing before.
  watch.expect(UNAUTHORIZED);
  const session = await context.newCDPSession(page);
  await session.send('Page.reload', { ignoreCache: true });
  await page.waitForFunction(() => document.querySelector('[data-patient]'));
  await session.detach();
  // A second page of the same browser is signed in, too.
  const second = await context.newPage();
  await second.goto(`/${own.name}/tasks`);
  await second.locator('.whose').waitFor();
  await second.close();
  // Out, by the menu: the key is gone, and the cookie that somebody kept is good for nothing.
  const token = await stolenCookie(context, salus, own);
  await page.locator('summary[data-key="m"]').click();
  await page.locator('form[action$="/sign-out"] button').click();
  await page.waitForURL(/\/signed-out/);
  await page.waitForFunction(
    // eslint-disable-next-line no-undef
    (name) => salusProof.find(name).then((key) => key === undefined),
    own.name,
  );
  const answer = await raw(salus, today(own), { cookie: `${cookieName(own)}=${token}`, accept: 'text/html' });
  assert.equal(answer.status, 303);
  assert.match(answer.to, /\/sign-in/);
  await page.goBack();
  await page.waitForLoadState();
  assert.equal(await page.locator('[data-patient]').count(), 0, 'nothing comes back by going back');
});

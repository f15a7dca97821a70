// Alarms as people meet them: somebody opens a patient who does not exist and is told that their session was stopped; whoever administers sees the mark
// on their page, what happened, that the mail server is down, and locks the session out from there. Prints how long the mark took.
// State: the demo's practices, each with one such patient.

import assert from 'node:assert/strict';
import { Fhir, assertAccessible, personOf, redeemInvitation, suite } from './harness/index.mjs';

// Nobody listens on port 9, so each mail waits.
const environment = {
  SALUS_ALARMS__SMTP_HOST: '127.0.0.1',
  SALUS_ALARMS__SMTP_PORT: '9',
  SALUS_ALARMS__SMTP_TLS: 'none',
  SALUS_ALARMS__MAIL_FROM: 'salus@praxis.example',
  SALUS_ALARMS__MAIL_TO: 'it@praxis.example',
};
const { test } = suite({ patients: 3, environment });

const WORDS = {
  de: {
    opened: 'Eine erfundene Akte wurde geöffnet',
    down: 'Die Gegenstelle antwortet nicht',
    stopped: 'Ihre Sitzung wurde angehalten',
    call: 'Rufen Sie die Verwaltung Ihrer Praxis an',
  },
  fr: {
    opened: 'Un dossier inventé a été ouvert',
    down: 'ne répond pas',
    stopped: 'Votre session a été arrêtée',
    call: 'appelez l’administration de votre cabinet',
  },
  en: {
    opened: 'An invented record was opened',
    down: 'does not answer',
    stopped: 'Your session was stopped',
    call: 'call whoever administers your practice',
  },
};
/** The mark is asked for every two seconds; the rest is a machine that does much else. */
const MARK_MS = 5_000;

/** Somebody of this role: without a passkey, by a link that is good once; in English, where that one is used up, with one. */
async function comeIn({ page }, salus, cell, role, language) {
  const person = personOf(cell, role);
  if (language === 'en') {
    await redeemInvitation(page, salus, person);
    // It lies in a menu that is shut.
    await page.locator('button[name=language][value=en]').first().evaluate((button) => button.click());
    await page.locator('html[lang=en]').waitFor({ state: 'attached' });
    return;
  }
  await page.goto(person.look_round);
  await page.locator('main button:visible').click();
  await page.waitForURL(new RegExp(`${salus.baseUrl}/${cell.name}/(today|admin)`));
}

/** The id of the cell's patient who does not exist, who is made where there is none yet. */
async function invented(salus, cell, language) {
  const known = async () => JSON.parse(await salus.command('canary', 'list', '--cell', cell.name, '--json')).canaries;
  if ((await known()).length === 0) {
    const fhir = new Fhir(cell);
    const [practitioner] = await fhir.search('Practitioner?_count=1');
    const [organization] = await fhir.search('Organization?_count=1');
    const practice = ['--practitioner', practitioner.id, '--organization', organization.id];
    const country = language === 'fr' ? 'fr' : 'de';
    await salus.command('canary', 'add', '--cell', cell.name, '--count', '1', '--country', country, ...practice);
  }
  return (await known())[0];
}

for (const [language, words] of Object.entries(WORDS)) {
  test(`alarms: opened, told, seen and contained (${language})`, { language, timeoutMs: 150_000 }, async (desk) => {
    const { page, salus, cell, visitor } = desk;
    const canary = await invented(salus, cell, language);
    const base = `${salus.baseUrl}/${cell.name}`;
    await comeIn(desk, salus, cell, 'practice-administrator', language);
    await page.goto(`${base}/admin`);
    const mark = page.locator('[data-alarms]');
    assert.ok(await mark.isHidden(), 'nothing has happened');

    const other = await visitor();
    await comeIn(other, salus, cell, 'physician', language);
    other.watch.expect(/401/);
    const began = performance.now();
    // The page before may lead on by itself when it learns that its session was stopped: whichever comes, says so.
    const opening = other.page.goto(`${base}/patient/${canary}`).catch(() => {});
    await mark.waitFor({ state: 'visible', timeout: MARK_MS });
    console.log(`from asking for the canary's page to the mark, ${language}: ${Math.round(performance.now() - began)} ms`);
    await opening;
    await other.page.getByText(words.stopped).first().waitFor();
    const said = await other.page.locator('main').innerText();
    assert.ok(said.includes(words.stopped) && said.includes(words.call), said);
    await assertAccessible(other.page);
    await other.page.locator('main .actions a').click();
    await other.page.waitForURL((url) => url.origin !== salus.baseUrl || /sign-in/.test(url.pathname));

    await assertAccessible(page);
    await mark.locator('a').click();
    await page.waitForURL('**/admin/alarms');
    const main = page.locator('main');
    assert.ok((await main.innerText()).includes(words.opened));
    for (let tries = 0; !(await main.innerText()).includes(words.down); tries += 1) {
      assert.ok(tries < 40, await main.innerText());
      await page.waitForTimeout(250);
      await page.reload();
    }
    await assertAccessible(page);

    await page.locator('a[href*="/admin/contain?alarm="]').first().click();
    await page.waitForURL('**/admin/contain?alarm=*');
    await assertAccessible(page);
    await page.locator('#of-alarm button[value^="session "]').click();
    await page.waitForURL('**/admin/contain?done=held*');

    await page.goto(`${base}/admin/alarms`);
    await page.locator('button[name=seen]').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/admin/alarms?done=seen');
    if (await page.locator('button[name=all]').isVisible()) await page.locator('button[name=all]').click();
    else while ((await page.locator('button[name=seen]').count()) > 0) await page.locator('button[name=seen]').first().click();
    await mark.waitFor({ state: 'hidden', timeout: MARK_MS });
  });
}

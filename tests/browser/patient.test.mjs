// Whoever opens a record that nothing binds them to is asked why, and is not stopped; the patient sees it, and asks about it by a code on paper;
// the question is a task of the practice; and whoever administers sees the reason in the log. By keyboard where it says so.
// State: each test's own patient. The demo's clock is set forward by half a day: nobody is asked about records that were just taken in.

import assert from 'node:assert/strict';
import { Fhir, Passkeys, assertAccessible as assertPage, each, keys, personOf, redeemInvitation, suite } from './harness/index.mjs';

const { test, salus } = suite({ patients: 0 });

const WORDS = {
  de: { why: 'Anruf', without: 'ohne Termin: Anruf', log: 'hat ohne Termin eine Akte geöffnet: Anruf', asked: 'Ihre Frage ist in der Praxis angekommen.' },
  en: { why: 'telephone call', without: 'without appointment: telephone call', log: 'opened a record without appointment: telephone call', asked: 'Your question has reached the practice.' },
  fr: { why: 'appel téléphonique', without: 'sans rendez-vous : appel téléphonique', log: 'appel téléphonique', asked: 'Votre question est arrivée au cabinet.' },
};

let isTomorrow;
/** Thirteen hours later, once; and a patient for each language, in the cell where one speaks it. */
async function tomorrow() {
  isTomorrow ??= (async () => {
    const ids = {};
    for (const language of Object.keys(WORDS)) {
      const name = [{ family: 'Unbekannt', given: ['Uta'] }];
      const made = await new Fhir(salus().cell(language)).create({ resourceType: 'Patient', name, birthDate: '1961-05-04' });
      ids[language] = made.id;
    }
    await salus().command('__forward', '--hours', '13');
    return ids;
  })();
  return isTomorrow;
}

/** With a passkey; in English by the demo's other link, since the practice's own language has used the first. */
async function comeIn(page, cell, language, person) {
  if (language !== 'en') return redeemInvitation(page, salus(), person);
  await page.goto(person.look_round);
  await page.locator('main button:visible').click();
  await page.waitForURL(new RegExp(`${salus().baseUrl}/${cell.name}/(today|admin)`));
  await page.keyboard.press('m');
  await page.locator('button[name=language][value=en]').click();
  return page.locator('html[lang=en]').waitFor();
}

each({ language: ['de', 'fr', 'en'] }, (settings, which) => {
  test(`patient, ${which}: a reason opens a record, the patient sees it and asks`, settings, async (desk) => {
    const { page, salus, cell, language, visitor } = desk;
    const words = WORDS[language];
    // English says the same on the same pages.
    const assertAccessible = language === 'en' ? () => undefined : assertPage;
    const ids = await tomorrow();
    const chart = `/${cell.name}/patient/${ids[language]}`;
    const physician = personOf(cell, 'physician');
    await comeIn(page, cell, language, physician);

    // Asked before anything is shown; one key, and on.
    await page.goto(chart);
    assert.ok(!(await page.locator('main').innerText()).includes('Unbekannt'), 'nothing of the patient');
    assert.equal(await page.locator('.patient').count(), 0);
    await assertAccessible(page);
    await page.getByText(words.why, { exact: false }).first().waitFor();
    await page.locator('input[value=telephone]').check();
    await page.locator('main button.primary').click();
    await page.waitForURL(`**${chart}`);
    await page.locator('.patient', { hasText: 'Unbekannt' }).waitFor();
    await keys(page, '8');
    await page.waitForURL(`**${chart}/access`);
    await page.locator('main', { hasText: words.without }).waitFor();
    await assertAccessible(page);

    // A code on paper, typed elsewhere as people type.
    await page.goto(`${chart}/give-access`);
    await assertAccessible(page);
    await page.locator('main button.primary').click();
    const shown = page.locator('main .note .code');
    await shown.first().waitFor();
    const [place, code] = [await shown.first().innerText(), await shown.last().innerText()];
    assert.match(code, /^[0-9A-Z]{5}(-[0-9A-Z]{5}){4}$/);
    await assertAccessible(page);

    const anna = await visitor();
    anna.watch.expect(/400/);
    await anna.page.goto(place);
    await assertAccessible(anna.page);
    await anna.page.locator('#code').fill('00000-00000-00000-00000-00000');
    await anna.page.keyboard.press('Enter');
    await anna.page.getByRole('alert').waitFor();
    await anna.page.locator('#code').fill(code.toLowerCase().replaceAll('-', ' '));
    await anna.page.keyboard.press('Enter');
    await anna.page.waitForURL('**/me');
    const own = await anna.page.locator('main').innerText();
    assert.ok(own.includes(physician.name) && own.includes(words.without), own);
    await assertAccessible(anna.page);
    assert.equal(await anna.page.locator('.rail li').count(), 0, 'nothing of the practice');
    await anna.page.goto(`/${cell.name}/today`);
    await anna.page.waitForURL('**/me');
    await anna.page.locator('#about').selectOption({ index: 1 });
    await anna.page.locator('#text').fill('Ich kenne Sie nicht <b>?</b>');
    await anna.page.locator('form[action$="/question"] button').click();
    await anna.page.getByText(words.asked).waitFor();
    await assertAccessible(anna.page);

    // Next time without paper: a passkey of their own, which opens this page and nothing else.
    await anna.page.locator('form[action$="/me/passkey"] button').click();
    await anna.page.locator('main a[href*="/invitation#"]').waitFor();
    await assertAccessible(anna.page);
    await anna.page.locator('main a[href*="/invitation#"]').click();
    await anna.page.waitForURL((url) => url.href.startsWith(`${salus.demo.door_url}/invitation`));
    await Passkeys.on(anna.page);
    await assertAccessible(anna.page);
    await anna.page.locator('main button:visible').first().click();
    await anna.page.waitForURL('**/me');
    await anna.page.goto(`/${cell.name}/find?q=unbekannt`);
    await anna.page.waitForURL('**/me');
    await anna.page.locator('form[action$="/me/passkey"] button').click();
    await anna.page.waitForURL('**/me?passkey=no');

    // The question is a task of the practice, and whoever administers sees why the record was opened.
    await page.goto(`/${cell.name}/tasks?whose=all`);
    await page.locator('main', { hasText: 'Ich kenne Sie nicht <b>?</b>' }).waitFor();
    const office = await visitor();
    await comeIn(office.page, cell, language, personOf(cell, 'practice-administrator'));
    await office.page.goto(`/${cell.name}/admin/log`);
    const log = office.page.locator('#log');
    // The newest stand first; an hour's work is some pages of them.
    for (let pages = 0; pages < 8 && !(await log.innerText()).includes(words.log); pages += 1) {
      await office.page.locator('a[data-key=o]').click();
      await office.page.waitForLoadState();
    }
    const told = await log.innerText();
    assert.ok(told.includes(words.log) && !told.includes('Unbekannt'), told);
  });
});

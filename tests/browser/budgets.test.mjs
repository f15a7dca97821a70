// Budgets as people meet them, in German and French, and in English where somebody else is at the desk: what is left is said quietly, at four
// fifths a passkey is touched at the door, at the limit more is asked for and given by a second person's passkey, and in an emergency a chart
// opens all the same. State: each test's own person.

import assert from 'node:assert/strict';
import { Fhir, assertAccessible, each, personOf, redeemInvitation, suite } from './harness/index.mjs';

const { test } = suite({ patients: 0 });

const WORDS = {
  de: {
    left: (count) => `heute noch ${count} Akten`,
    touch: 'Bitte bestätigen Sie, dass Sie es sind',
    spent: 'genug verschiedene Akten',
    log: 'aus der Notfallreserve geöffnet',
  },
  fr: {
    left: (count) => `encore ${count} dossier`,
    touch: 'Veuillez confirmer',
    spent: 'dossiers',
    log: 'réserve d’urgence',
  },
  en: { left: (count) => `${count} charts left today`, touch: 'Please confirm that it is you', spent: 'enough different records' },
};

/** Somebody's budget, by name, as it is used. */
async function budgetOf(salus, cell, { name }) {
  const { budgets } = JSON.parse(await salus.command('budget', 'show', '--cell', cell.name, '--json'));
  return budgets.find((one) => one.name === name);
}

/** Gives somebody ten charts, whatever the window. */
async function tenCharts(salus, cell, person) {
  const { principal } = await budgetOf(salus, cell, person);
  const limits = ['--chart-hour', '10', '--chart-day', '10', '--chart-30-days', '10'];
  await salus.command('budget', 'set', '--cell', cell.name, '--principal', principal, ...limits);
}

/** The addresses of so many new patients. */
async function charts(cell, count) {
  const fhir = new Fhir(cell);
  const places = [];
  for (let at = 0; at < count; at += 1) {
    const { id } = await fhir.create({ resourceType: 'Patient', name: [{ family: `Budget${at}`, given: ['Bo'] }] });
    places.push(`/${cell.name}/patient/${id}`);
  }
  return places;
}

async function opened(page, place) {
  const answer = await page.goto(place);
  return answer.status();
}

/** Where a page was refused for want of a touch: to the door with the passkey, and back to that page. */
async function touched({ page, salus }, place, words) {
  assert.equal(await opened(page, place), 403);
  assert.ok((await page.locator('main h1').innerText()).includes(words.touch));
  await assertAccessible(page);
  await page.locator('main a[href*="/touch?"]').click();
  await page.waitForURL((url) => url.href.startsWith(`${salus.demo.door_url}/touch`));
  await assertAccessible(page);
  await page.locator('main button:visible').first().click();
  await page.waitForURL(`**${place}`);
  await page.locator('.patient').waitFor();
}

each({ language: ['de', 'fr'] }, (settings, which) => {
  test(`budgets, ${which}: a passkey goes on, a second person gives more, an emergency opens`, settings, async (desk) => {
    const { page, watch, salus, cell, language, visitor } = desk;
    const words = WORDS[language];
    const physician = personOf(cell, 'physician');
    const places = await charts(cell, 14);
    await redeemInvitation(page, salus, physician);
    await tenCharts(salus, cell, physician);
    watch.expect(/403|429/);
    for (const place of places.slice(0, 8)) assert.equal(await opened(page, place), 200);
    assert.ok((await page.locator('.allowance').innerText()).includes(words.left(2)), await page.locator('.allowance').innerText());
    await assertAccessible(page);
    await touched(desk, places[8], words);
    await touched(desk, places[9], words);

    // The limit itself: what happened, and what to do.
    assert.equal(await opened(page, places[10]), 429);
    assert.ok((await page.locator('main').innerText()).includes(words.spent));
    await assertAccessible(page);
    await page.locator('main a[href$="/budget"]').click();
    await page.waitForURL('**/budget');
    await assertAccessible(page);
    await page.locator('#amount').fill('2');
    await page.locator('#hours').selectOption('4');
    await page.locator('#reason').selectOption('duty');
    await page.locator('form[action$="/budget"] button').click();
    const administrator = personOf(cell, 'practice-administrator');
    await page.locator('main li', { hasText: administrator.name }).waitFor();
    assert.equal(await page.locator('a[href*="/raise?"]').count(), 0, 'nobody gives it to themselves');

    const other = await visitor();
    await redeemInvitation(other.page, salus, administrator);
    assert.equal(await other.page.locator('.allowance').count(), 0, 'who opens no chart is told of none');
    await other.page.goto(`/${cell.name}/admin/budgets`);
    await assertAccessible(other.page);
    await other.page.locator('a[href*="/raise?"]').click();
    await other.page.waitForURL((url) => url.href.startsWith(`${salus.demo.door_url}/raise`));
    const said = await other.page.locator('main').innerText();
    assert.ok(said.includes(physician.name) && said.includes('2'), said);
    await assertAccessible(other.page);
    await other.page.locator('main button:visible').first().click();
    await other.page.waitForURL('**/budget');

    await touched(desk, places[10], words);
    assert.equal(await opened(page, places[11]), 200);
    assert.equal(await opened(page, places[12]), 429, 'exactly what was given');
    await page.locator('main button.danger').click();
    await page.waitForURL(`**${places[12]}`);
    await page.locator('.patient').waitFor();
    assert.equal(await opened(page, places[13]), 429, 'one chart, and no more');
    await other.page.goto(`/${cell.name}/admin/log`);
    assert.ok((await other.page.locator('#log').innerText()).includes(words.log));
  });
});

test('budgets, en: what is left is said, and a link to the door that somebody else sends is of no use', { language: 'en' }, async (desk) => {
  const { page, watch, salus, cell, visitor } = desk;
  const assistant = personOf(cell, 'medical-assistant');
  const places = await charts(cell, 9);
  await redeemInvitation(page, salus, assistant);
  await tenCharts(salus, cell, assistant);
  await page.keyboard.press('m');
  await page.locator('button[name=language][value=en]').click();
  await page.locator('html[lang=en]').waitFor();
  watch.expect(/403|429|400/);
  for (const place of places.slice(0, 8)) assert.equal(await opened(page, place), 200);
  assert.ok((await page.locator('.allowance').innerText()).includes(WORDS.en.left(2)));
  assert.equal(await opened(page, places[8]), 403);
  // The way to the door, opened where nobody is signed in: no passkey, nothing to confirm with; and its way back is this browser's alone.
  await page.locator('main a[href*="/touch?"]').click();
  await page.waitForURL((url) => url.href.startsWith(`${salus.demo.door_url}/touch`));
  const sent = page.url();
  const other = await visitor();
  await other.page.goto(sent);
  assert.ok((await other.page.locator('main').innerText()).includes(cell.name));
  await assertAccessible(other.page);
  const back = `${salus.baseUrl}/${cell.name}/touched?code=x&state=${new URL(sent).searchParams.get('state')}&iss=${salus.demo.door_url}`;
  const answer = await other.page.goto(back);
  assert.ok(answer.url().startsWith(`${salus.demo.door_url}/authorize`), 'without a session: to the sign-in, and nothing is confirmed');
  await page.locator('main button:visible').first().click();
  await page.waitForURL(`**${places[8]}`);
});

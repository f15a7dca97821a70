// A day in a practice, in German and in French, by the keyboard alone once one has come in: today, find, chart, write; two people in one
// chart, a lid that is closed, a network that goes. Afterwards everybody finds in the log what they did.

import assert from 'node:assert/strict';
import { Fhir, assertFocusVisible, each, keys, personOf, pressUntil, redeemInvitation, suite, type, withToken } from './harness/index.mjs';
import { Scenes } from './screenshots/scene.mjs';

const { test, salus } = suite({ patients: 60 });

const PRACTICES = {
  de: {
    born: ([year, month, day]) => `${Number(day)}.${Number(month)}.${year}`,
    number: { system: 'http://fhir.de/sid/gkv/kvid-10', wrong: 'A123456781', right: 'A123456780' },
    patient: { given: 'Zora', family: 'Quellwasser', birth: '3.11.1980' },
  },
  fr: {
    born: ([year, month, day]) => `${day}/${month}/${year}`,
    number: { system: 'urn:oid:1.2.250.1.213.1.4.8', wrong: '280117511600170', right: ins('2801175116001') },
    patient: { given: 'Zoé', family: 'Quellonde', birth: '3/11/1980' },
  },
};

/** A French insurance number: thirteen digits, and 97 less their remainder by 97. */
function ins(number) {
  return number + String(97 - Number(BigInt(number) % 97n)).padStart(2, '0');
}

const pathOf = (page) => new URL(page.url()).pathname;
const at = (page, path) => page.waitForURL((url) => url.pathname === path);
const patientAt = (page) => /\/patient\/([^/]+)/.exec(pathOf(page))?.[1];

/** The patient with the most results among the latest who have a document. */
async function muchKnown(fhir) {
  const counts = new Map();
  for (const { subject } of await fhir.search('Observation?category=laboratory&_count=200'))
    counts.set(subject.reference, (counts.get(subject.reference) ?? 0) + 1);
  for (const [reference] of [...counts].sort(([, one], [, other]) => other - one)) {
    const id = reference.split('/')[1];
    // A short text within the record is a note, and none of the documents.
    const documents = await fhir.search(`DocumentReference?patient=${id}`);
    if (documents.some(({ content }) => content[0].attachment.url)) return id;
  }
  throw new Error('nobody has both results and a document');
}

/** Fills fields in with the keyboard, in the order in which Tab comes to them. */
async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = `[name="${name}"]`;
    await pressUntil(page, 'Tab', `${field}`);
    const kind = await page.evaluate(() => document.activeElement.type);
    if (kind === 'radio') {
      const keyOf = () => page.evaluate(() => document.activeElement.value);
      for (let step = 0; step < 6 && (await keyOf()) !== value; step += 1) await page.keyboard.press('ArrowDown');
      if (!(await page.evaluate(() => document.activeElement.checked))) await page.keyboard.press('Space');
      assert.equal(await keyOf(), value);
    } else {
      await page.keyboard.press('Control+a');
      await type(page, value);
    }
  }
}

const save = (page) => page.keyboard.press('Control+Enter');

/** Saves and waits until the chart says so. */
async function saved(page) {
  await save(page);
  await page.locator('.saved').waitFor();
}

/** Opens the form of a chart by its keys. */
async function openForm(page, strokes, form) {
  await keys(page, strokes);
  await page.waitForURL((url) => url.pathname.endsWith(form));
  await page.locator('form[data-write]').waitFor();
}

/** Types into the search field, chooses this patient with the arrows, and presses Enter. */
async function find(page, cell, what, patient) {
  await page.keyboard.press('/');
  await page.keyboard.press('Control+a');
  await type(page, what);
  const option = page.locator(`#found [role=option][href$="/patient/${patient}"]`);
  await option.waitFor();
  for (let step = 0; step < 30 && (await option.getAttribute('aria-selected')) !== 'true'; step += 1) await page.keyboard.press('ArrowDown');
  await assertFocusVisible(page);
  await page.keyboard.press('Enter');
  await at(page, `/${cell.name}/patient/${patient}`);
}

each({ language: ['de', 'fr'] }, ({ language }) => {
  const { born, number, patient: somebody } = PRACTICES[language];

  test(`journey, ${language}: a physician's day by the keyboard`, { language, timeoutMs: 240_000 }, async (desk) => {
    const { page, context, watch, cell, visitor } = desk;
    const fhir = new Fhir(cell);
    const known = await muchKnown(fhir);
    const person = personOf(cell, 'physician');
    const start = new Date();
    const physician = (await fhir.search('Practitioner?_count=20')).find(({ name }) => person.name.endsWith(name[0].family));
    const actors = [`Patient/${known}`, `Practitioner/${physician.id}`];
    const appointment = await fhir.create({
      resourceType: 'Appointment',
      status: 'booked',
      start: start.toISOString(),
      end: new Date(start.getTime() + 600_000).toISOString(),
      participant: actors.map((reference) => ({ actor: { reference }, status: 'accepted' })),
    });

    await redeemInvitation(page, salus(), person);
    await at(page, `/${cell.name}/today`);
    assert.equal(await page.locator('html').getAttribute('lang'), language);
    await today(page, cell, fhir, known, appointment.id);
    await findInEveryWay(page, cell, fhir, known, born, number.system);
    await readChart(page, cell, known);
    const made = await writeNewPatient(page, cell, fhir, somebody, number);
    await writeIntoChart(page, fhir, made);
    await keepDraft(page, context, watch, fhir, made);

    // Their own accesses: at the chart, and in the log.
    await page.goto(`/${cell.name}/patient/${made}`);
    await page.keyboard.press('8');
    await at(page, `/${cell.name}/patient/${made}/access`);
    assert.match(await page.locator('main table').textContent(), new RegExp(person.name.split(' ').at(-1)));
    const entries = new Map((await salus().logEntries(cell, 1000)).map((entry) => [entry.number, entry]));
    const own = watch.entries.flatMap(({ entry }) => entry.split(',').map(Number));
    assert.ok(own.length > 20, `${own.length} entries`);
    const principals = new Set(own.map((entry) => JSON.stringify(entries.get(entry)?.principal)));
    assert.equal(principals.size, 1, [...principals].join(', '));

    // And whoever runs the practice finds them in the cell's log, without opening a record.
    const office = await visitor();
    const scenes = new Scenes({ full: salus() });
    await withToken(office.context, salus(), cell, await scenes.token(salus(), cell, 'practice-administrator'));
    await office.page.goto(`/${cell.name}/admin/log`);
    assert.match(await office.page.locator('#log').textContent(), new RegExp(person.name.split(' ').at(-1)));
  });

  test(`journey, ${language}: two people in one chart do not overwrite each other`, { language, timeoutMs: 120_000 }, async (desk) => {
    const { page, cell, visitor } = desk;
    const fhir = new Fhir(cell);
    const { id } = await fhir.create({
      resourceType: 'Patient',
      name: [{ use: 'official', family: 'Doppel', given: ['Dora'] }],
      gender: 'female',
      birthDate: '1969-04-12',
      address: [{ use: 'home', line: ['Weg 1'], postalCode: language === 'de' ? '79098' : '67000', city: 'Alt', country: language.toUpperCase() }],
      telecom: [{ system: 'phone', use: 'home', value: '+49 761 555 1' }],
    });
    const address = `/${cell.name}/patient/${id}/address`;
    const other = await visitor();
    const token = await new Scenes({ full: salus() }).token(salus(), cell, 'medical-assistant');
    await withToken(page.context(), salus(), cell, token);
    await withToken(other.context, salus(), cell, token);

    // Each another thing: both stay.
    await page.goto(address);
    await other.page.goto(address);
    await fill(other.page, { email: 'dora@example.org' });
    await saved(other.page);
    await fill(page, { city: 'Neu' });
    await saved(page);
    const both = await fhir.read(`Patient/${id}`);
    assert.equal(both.address.find(({ use }) => use !== 'old').city, 'Neu');
    assert.ok(both.telecom.some(({ value }) => value === 'dora@example.org'));

    // Both the same thing: whoever comes second is shown all three, and chooses.
    await page.goto(address);
    await other.page.goto(address);
    await fill(other.page, { city: 'Theirs' });
    await saved(other.page);
    await fill(page, { city: 'Mine' });
    await save(page);
    const choice = page.locator('fieldset.both');
    await choice.waitFor();
    for (const text of ['Neu', 'Theirs', 'Mine']) assert.match(await choice.textContent(), new RegExp(text));
    const between = await fhir.read(`Patient/${id}`);
    assert.equal(between.address.find(({ use }) => use !== 'old').city, 'Theirs');
    await pressUntil(page, 'Tab', 'fieldset.both input');
    await page.keyboard.press('ArrowDown');
    await saved(page);
    const after = await fhir.read(`Patient/${id}`);
    assert.equal(after.address.find(({ use }) => use !== 'old').city, 'Mine');
  });
});

/** The day: to the line of a patient, who arrives, and did not; then their chart with one key. */
async function today(page, cell, fhir, patient, appointment) {
  const line = `.day-columns a[href$="/patient/${patient}"][id$="-${appointment}"]`;
  await page.locator(line).waitFor();
  await pressUntil(page, 'j', line);
  await assertFocusVisible(page);
  await page.keyboard.press('a');
  await page.locator('.say [data-key=u]').waitFor();
  assert.equal((await fhir.read(`Appointment/${appointment}`)).status, 'arrived');
  await page.keyboard.press('u');
  await page.locator('.say [data-key=u]').waitFor({ state: 'detached' });
  assert.equal((await fhir.read(`Appointment/${appointment}`)).status, 'booked');
  await pressUntil(page, 'j', line);
  await page.keyboard.press('Enter');
  await at(page, `/${cell.name}/patient/${patient}`);
}

/** By parts of the name, by birth date, by insurance number. */
async function findInEveryWay(page, cell, fhir, patient, born, system) {
  const { name, birthDate, identifier } = await fhir.read(`Patient/${patient}`);
  const [{ family, given }] = name;
  const number = identifier.find((one) => one.system === system).value;
  const asked = [`${given[0].slice(0, 2)} ${family.slice(0, 4)}`.toLowerCase(), `${born(birthDate.split('-'))} ${family.slice(0, 2)}`, born(birthDate.split('-')), number];
  for (const what of asked) {
    await page.goto(`/${cell.name}/today`);
    await find(page, cell, what, patient);
  }
}

/** Each part of the chart by its key; whose it is stays in sight. */
async function readChart(page, cell, patient) {
  const base = `/${cell.name}/patient/${patient}`;
  const parts = ['', '/timeline', '/labs', '/medication', '/vaccinations', '/documents', '/insurance', '/access'];
  for (const [index, part] of parts.entries()) {
    await page.keyboard.press(String(index + 1));
    await at(page, base + part);
    await page.locator(`.patient[data-patient="${patient}"]`).waitFor();
    assert.equal(await page.locator('nav.parts [aria-current]').getAttribute('href'), base + part);
  }
  // Laboratory as a table, as curves, and from value to value of one.
  await page.keyboard.press('3');
  await at(page, `${base}/labs`);
  await page.keyboard.press('c');
  await page.waitForURL(/view=curves/);
  await pressUntil(page, 'Tab', 'svg.plot', { most: 120 });
  await page.keyboard.press('ArrowLeft');
  await page.locator('.plot-say', { hasText: '·' }).waitFor();
  await page.keyboard.press('t');
  await page.waitForURL((url) => url.pathname === `${base}/labs` && !/curves/.test(url.search));
  // A document, and back.
  await page.keyboard.press('6');
  await at(page, `${base}/documents`);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/documents\/[^/]+$/);
  await page.locator('.paper').waitFor();
  await page.keyboard.press('l');
  await at(page, `${base}/documents`);
}

/** A new patient: a check digit that is wrong is said and keeps everything; right, it is a chart. */
async function writeNewPatient(page, cell, fhir, { given, family, birth }, number) {
  await keys(page, 'g p');
  await at(page, `/${cell.name}/find`);
  await openForm(page, 'n p', '/patient/new');
  await fill(page, { given, family, birth, sex: 'female', number: number.wrong });
  await save(page);
  await page.locator('[data-summary] a[href="#f-number"]').waitFor();
  assert.equal(await page.locator('#f-family').inputValue(), family);
  assert.equal(await page.locator('#f-number').inputValue(), number.wrong);
  await pressUntil(page, 'Tab', '[data-summary] a');
  await page.keyboard.press('Enter');
  await fill(page, { number: number.right });
  await saved(page);
  const patient = patientAt(page);
  const written = await fhir.read(`Patient/${patient}`);
  assert.equal(written.birthDate, '1980-11-03');
  assert.equal(written.identifier.find(({ system }) => system === number.system).value, number.right);
  return patient;
}

/** Note, vital sign, allergy, address, appointment; and the note undone. */
async function writeIntoChart(page, fhir, patient) {
  const count = async (query) => (await fhir.search(query)).length;
  await openForm(page, 'n n', '/note');
  await fill(page, { text: 'Husten, toux, cough' });
  await saved(page);
  assert.equal(await count(`DocumentReference?patient=${patient}`), 1);
  await page.keyboard.press('u');
  await page.locator('.saved [data-key=u]').waitFor({ state: 'detached' });
  assert.equal(await count(`DocumentReference?patient=${patient}`), 0);

  await openForm(page, 'n v', '/vital');
  await fill(page, { pressure: '128/84', weight: '71,5' });
  await saved(page);
  assert.equal(await count(`Observation?patient=${patient}`), 2);

  await openForm(page, 'n a', '/allergy');
  await fill(page, { substance: 'Penicillin', criticality: 'high' });
  await saved(page);
  assert.equal(await count(`AllergyIntolerance?patient=${patient}`), 1);
  assert.match(await page.locator('.chart-who').textContent(), /Penicillin/);

  await openForm(page, 'n d', '/address');
  await fill(page, { street: 'Weg 7', postal: '67000', city: 'Quellstadt' });
  await saved(page);
  assert.equal((await fhir.read(`Patient/${patient}`)).address[0].city, 'Quellstadt');

  await openForm(page, 'n t', '/appointment');
  // Half a day from the appointment that is now; both practices are in one zone.
  const hour = Number(new Intl.DateTimeFormat('en-GB', { hour: 'numeric', hourCycle: 'h23', timeZone: 'Europe/Berlin' }).format());
  await fill(page, { time: hour < 12 ? '23:15' : '04:15' });
  await saved(page);
  assert.equal(await count(`Appointment?patient=${patient}`), 1);
}

/** What is being typed is there after a reload, and after the network was gone. */
async function keepDraft(page, context, watch, fhir, patient) {
  await openForm(page, 'n n', '/note');
  await fill(page, { text: 'one' });
  await page.locator('#kept:not(:empty)').waitFor();
  await page.reload();
  assert.equal(await page.locator('#f-text').inputValue(), 'one');
  // The second is what the pages' worker makes of it.
  watch.expect(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
  watch.expect(/htmx:(sendError|afterRequest)/);
  await context.setOffline(true);
  await page.locator('#offline:visible').waitFor();
  await pressUntil(page, 'Tab', '#f-text');
  await page.keyboard.press('Control+End');
  await type(page, ' two');
  await save(page);
  await page.waitForTimeout(500);
  assert.equal(await page.locator('#f-text').inputValue(), 'one two');
  await context.setOffline(false);
  await page.locator('#offline').waitFor({ state: 'hidden' });
  await page.locator('#kept:not(:empty)').waitFor();
  await page.reload();
  assert.equal(await page.locator('#f-text').inputValue(), 'one two');
  await pressUntil(page, 'Tab', '#f-text');
  await saved(page);
  assert.equal((await fhir.search(`DocumentReference?patient=${patient}`)).length, 1);
}

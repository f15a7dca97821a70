// Every page that there is, as screenshots.mjs knows them: for eyes, screen readers and keyboards of all kinds, and against other
// people's pages and words.

import assert from 'node:assert/strict';
import http from 'node:http';
import { Fhir, SIZES, assertAccessible, assertInert, createHostileChart, each, suite, withToken } from './harness/index.mjs';
import { PAGES } from './screenshots/pages.mjs';
import { Scenes } from './screenshots/scene.mjs';

const { test, salus } = suite({ patients: 40 });

let known;
/** The scenes of this file's Salus: each person signs in once. */
const scenes = () => (known ??= new Scenes({ full: salus() }));

const sceneOf = (language) => scenes().get(language, 'full', 'full');

/** Whoever looks at a page, at this desk. */
async function comeIn({ context, salus, cell, language }, role) {
  await context.addCookies([{ name: 'salus-language', value: language, url: salus.baseUrl }]);
  if (role) await withToken(context, salus, cell, await scenes().token(salus, cell, role));
}

/** Throws unless the answer keeps scripts, frames and other origins out. */
function assertKept(answer) {
  const policy = answer.headers()['content-security-policy'] ?? '';
  assert.match(policy, /default-src 'none'/, `${answer.url()}: ${policy}`);
  assert.match(policy, /frame-ancestors 'none'/, answer.url());
  assert.doesNotMatch(policy, /unsafe-|\*|https?:/, answer.url());
  assert.match(answer.headers()['x-content-type-options'] ?? '', /nosniff/, answer.url());
}

/** How a page is looked at in each language, so that both languages together see both themes in both sizes. */
const LOOKS = {
  de: [
    ['light', 'narrow'],
    ['dark', 'zoomed'],
  ],
  fr: [
    ['dark', 'narrow'],
    ['light', 'zoomed'],
  ],
};
const KINDS = {
  chart: ({ name }) => name.startsWith('chart'),
  writing: ({ name }) => name.startsWith('write'),
  administration: ({ name }) => name.startsWith('admin'),
  'all others': ({ name }) => !/^(chart|write|admin)/.test(name),
};

each({ language: ['de', 'fr'], kind: Object.keys(KINDS) }, ({ language, kind }, which) => {
  test(`pages, ${which}: no serious fault in either theme, narrow or zoomed`, { language, timeoutMs: 300_000 }, async (desk) => {
    const { page, watch } = desk;
    const scene = await sceneOf(language);
    const faults = [];
    let role;
    for (const what of PAGES.filter((one) => KINDS[kind](one))) {
      if (what.as && what.as !== role) await comeIn(desk, (role = what.as));
      const answer = await page.goto(what.at(scene));
      assert.equal(answer.status(), what.status?.[0] ?? what.status ?? 200, `${what.name}: ${answer.url()}`);
      if (answer.status() >= 400) watch.expect(/Failed to load resource/);
      assertKept(answer);
      await what.act?.(page, scene);
      for (const [colorScheme, size] of LOOKS[language]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(SIZES[size].viewport);
        await assertAccessible(page).catch((error) => faults.push(`${what.name}, ${colorScheme}, ${size}: ${error.message}`));
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 0) faults.push(`${what.name}, ${size}: ${over} px too wide`);
      }
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    }
    assert.equal(faults.join('\n'), '');
  });
});

/** The pages of which a patient's record is the matter. */
const CHART = ['', '/timeline', '/labs', '/labs?kind=vitals', '/labs?view=curves', '/medication', '/vaccinations', '/documents', '/insurance'];
const FORMS = ['address', 'insurance/new', 'note', 'vital', 'allergy', 'appointment'];

each({ language: ['de', 'fr'] }, ({ language }) => {
  test(`pages, ${language}: a record whose every text would be a script is shown and does nothing`, { language, timeoutMs: 180_000 }, async (desk) => {
    const { page, watch, cell } = desk;
    const scene = await sceneOf(language);
    const fhir = new Fhir(cell);
    const { patient, stored } = await createHostileChart(fhir, scene.patient);
    const physician = (await fhir.search('Practitioner?_count=1'))[0];
    const start = new Date();
    await fhir.create({
      resourceType: 'Appointment',
      status: 'booked',
      start: start.toISOString(),
      end: new Date(start.getTime() + 600_000).toISOString(),
      participant: [`Patient/${patient}`, `Practitioner/${physician.id}`].map((reference) => ({ actor: { reference }, status: 'accepted' })),
    });
    await comeIn(desk, 'physician');
    const base = `/${cell.name}`;
    for (const part of CHART) {
      await page.goto(`${base}/patient/${patient}${part}`);
      await assertInert(page, watch);
    }
    for (const form of FORMS) {
      await page.goto(`${base}/patient/${patient}/${form}`);
      await assertInert(page, watch);
    }
    const document = stored.find(({ reference }) => reference.startsWith('DocumentReference/'));
    const others = [
      `${base}/patient/${patient}/access`,
      `${base}/today?by=all`,
      `${base}/find?q=Hostile`,
      `${base}/tasks?whose=all`,
      `${base}/inbox`,
      ...(document ? [`${base}/patient/${patient}/documents/${document.reference.split('/')[1]}`] : []),
    ];
    for (const address of others) {
      await page.goto(address);
      await assertInert(page, watch, { shows: /today|find/.test(address) });
    }
    // A report's own HTML is read in a frame, which has no part in the page.
    const report = await fhir.create({
      resourceType: 'Composition',
      status: 'final',
      title: '"><script>window.__pwned=3</script>',
      date: '2026-01-02',
      type: { text: 'Report' },
      subject: { reference: `Patient/${patient}` },
      author: [{ display: 'A device' }],
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>To be read</p></div>' },
    });
    await page.goto(`${base}/patient/${patient}/documents`);
    await assertInert(page, watch);
    await page.goto(`${base}/patient/${patient}/reports/${report.id}`);
    await page.frameLocator('iframe.paper').getByText('To be read').waitFor();
    await assertInert(page, watch, { shows: false });
    // And what is typed comes back as it was typed.
    await page.goto(`${base}/find?q=${encodeURIComponent('"><img src=x onerror=window.__pwned=1><script>window.__pwned=2</script>')}`);
    await assertInert(page, watch, { shows: false });
  });
});

/** Another's page at `host`, with this as its body; ends with `stop`. */
async function elsewhere(host, body) {
  const server = http.createServer((_, response) => response.setHeader('content-type', 'text/html').end(`<!doctype html><title>x</title>${body}`));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://${host}:${server.address().port}`;
  return { origin, stop: () => server.close() };
}

test("pages: another's page can neither send a form to one nor put one into a frame", { language: 'de' }, async (desk) => {
  const { salus, cell, visitor } = desk;
  const scene = await sceneOf('de');
  const note = `${salus.baseUrl}/${cell.name}/patient/${scene.patient}/note`;
  // Of the same site, so that the cookie comes along; and of a foreign one.
  for (const host of ['localhost', '127.0.0.1']) {
    const form = `<form method="post" action="${note}"><input name="form" value="note"><input name="text" value="x"></form><script>document.forms[0].submit()</script>`;
    const frame = `<iframe src="${salus.baseUrl}/${cell.name}/today"></iframe>`;
    for (const [what, body] of Object.entries({ form, frame })) {
      const other = await elsewhere(host, body);
      try {
        const victim = await visitor({ origins: [...salus.origins(), other.origin] });
        await comeIn({ ...desk, context: victim.context }, 'physician');
        victim.watch.expect(what === 'form' ? /403/ : /frame-ancestors|X-Frame-Options|chrome-error/i);
        const sent = victim.page.waitForResponse((answer) => answer.url().startsWith(`${salus.baseUrl}/`));
        await victim.page.goto(other.origin, { waitUntil: 'commit' }).catch(() => {});
        const answer = await sent;
        if (what === 'form') {
          assert.equal(answer.status(), 403);
        } else {
          await victim.page.waitForLoadState();
          const shown = await victim.page.frames()[1].evaluate(() => document.body?.textContent ?? '').catch(() => '');
          assert.doesNotMatch(shown, /\d\d:\d\d/, 'a page of Salus is in a frame');
        }
      } finally {
        other.stop();
      }
    }
  }
});

test('pages: a request that is not from our own pages changes nothing', { language: 'de' }, async (desk) => {
  const { page, cell } = desk;
  const scene = await sceneOf('de');
  await comeIn(desk, 'physician');
  const patient = `/${cell.name}/patient/${scene.patient}`;
  const addresses = [
    ...FORMS.map((form) => `${patient}/${form}`),
    ...['patient/new', 'write/draft', 'write/discard', 'undo', 'sign-out', 'today/x'].map((path) => `/${cell.name}/${path}`),
  ];
  for (const address of addresses) {
    for (const site of ['cross-site', 'same-site']) {
      const headers = { origin: 'https://evil.example', 'sec-fetch-site': site };
      const answer = await page.request.post(address, { headers, form: { text: 'x' }, maxRedirects: 0 });
      assert.equal(answer.status(), 403, `${address}, ${site}`);
    }
  }
});

test('pages: Enter in the search field goes to nobody who was found for what stood there before', { language: 'de' }, async (desk) => {
  const { page, cell } = desk;
  await sceneOf('de');
  await comeIn(desk, 'physician');
  const [{ name }] = await new Fhir(cell).search('Patient?_count=1');
  const begins = name[0].family.slice(0, 3);
  await page.goto(`/${cell.name}/today`);
  await page.locator('#q').pressSequentially(begins);
  await page.locator('#found [role=option][href*="/patient/"]').first().waitFor();
  // A letter that has not been asked about yet.
  await page.locator('#q').evaluate((field) => (field.value += 'q'));
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === `/${cell.name}/find` && url.searchParams.get('q') === `${begins}q`);
  await page.goto(`/${cell.name}/today`);
  await page.locator('#q').pressSequentially(begins);
  await page.locator('#found [role=option][href*="/patient/"]').first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/patient\/[^/]+$/);
});

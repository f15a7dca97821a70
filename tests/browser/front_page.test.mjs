// The front page: in the reader's language, in both themes, at every size, and with nothing in it that a browser would complain of.

import assert from 'node:assert/strict';
import { SIZES, assertAccessible, each, suite, walkWithTab, weigh } from './harness/index.mjs';

const { test } = suite({ patients: 1 });

const HEADINGS = { de: 'Salus läuft', fr: 'Salus fonctionne', en: 'Salus is running' };

each({ language: Object.keys(HEADINGS) }, (settings, which) => {
  test(`front page, ${which}: speaks the reader's language`, settings, async ({ page, language, salus }) => {
    const answer = await page.goto('/');
    assert.equal(answer.status(), 200);
    assert.equal(await page.title(), 'Salus');
    assert.equal(await page.locator('html').getAttribute('lang'), language);
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), HEADINGS[language]);
    for (const { name } of salus.cells) await page.getByRole('rowheader', { name, exact: true }).waitFor();
  });
});

test('front page: a policy without exceptions, and nothing that tells where one came from', {}, async ({ page }) => {
  const headers = (await page.goto('/')).headers();
  const policy = headers['content-security-policy'];
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /base-uri 'none'/);
  assert.doesNotMatch(policy, /unsafe-|\*|https?:|data:/);
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('front page: the themes differ, and the desk decides', {}, async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  await page.goto('/');
  const light = await ground();
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await ground();
  assert.ok(Math.min(...light) > 200, `light: ${light}`);
  assert.ok(Math.max(...dark) < 60, `dark: ${dark}`);
});

each({ theme: ['light', 'dark'], size: Object.keys(SIZES) }, (settings, which) => {
  test(`front page, ${which}: accessible, and nothing to scroll sideways`, settings, async ({ page }) => {
    await page.goto('/');
    await assertAccessible(page);
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.equal(sideways, 0);
  });
});

test('front page: with the keyboard alone, the focus is always in sight', {}, async ({ page, salus }) => {
  await page.goto('/');
  const stops = await walkWithTab(page);
  assert.ok(stops.length > salus.cells.length, stops.map(({ what }) => what).join('\n'));
});

test('front page: light, and nothing but its style sheet before it shows', {}, async ({ page }) => {
  const { bytes, blocking, firstPaint } = await weigh(page, '/');
  assert.ok(bytes > 500 && bytes < 60_000, `${bytes} bytes`);
  assert.deepEqual(
    blocking.map((url) => new URL(url).pathname.replace(/.*\./, '.')),
    ['.css'],
  );
  assert.ok(firstPaint > 0);
});

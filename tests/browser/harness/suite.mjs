// Tests of pages: one Salus a file, one browser a process, and for every test a fresh person at a desk who must not have
// noticed anything that is wrong. What a test that fails saw is kept in target/test-log/browser.
// State: the file's Salus.

import fs from 'node:fs';
import path from 'node:path';
import { after, before, test as nodeTest } from 'node:test';
import { closeBrowser } from './chromium.mjs';
import { failures, fileName } from './places.mjs';
import { startSalus } from './salus.mjs';
import { openVisitor } from './visitor.mjs';

/** A test that hangs fails after so long, in milliseconds; its settings may say `timeoutMs`. */
const TEST_MS = 90_000;

/**
 * Starts a Salus before the tests of a file, and ends it after them. Returns `{ test, salus }`; `salus()` is the running one.
 *
 *     const { test } = suite({ patients: 3 });
 *     test('says who it is', { language: 'fr', theme: 'dark' }, async ({ page, watch, salus, cell, visitor }) => { … });
 *
 * `cell` is that of the test's language, `visitor(options)` opens another desk. After the body, every desk's watch must be quiet.
 */
export function suite(options = {}) {
  let running;
  before(async () => {
    running = await startSalus(options);
  });
  after(async () => {
    await closeBrowser();
    await running?.stop();
  });
  const test = (name, settings, body) => {
    nodeTest(name, { timeout: settings.timeoutMs ?? TEST_MS }, () => atADesk(running, name, settings, body));
  };
  return { test, salus: () => running };
}

/** A test for each language, or each of whatever else: `each({ language: ['de', 'fr'] }, …)`, with all combinations. */
export function each(axes, run) {
  const combinations = Object.entries(axes).reduce(
    (so_far, [axis, values]) => so_far.flatMap((one) => values.map((value) => ({ ...one, [axis]: value }))),
    [{}],
  );
  combinations.forEach((one) => run(one, Object.values(one).join(', ')));
}

async function atADesk(salus, name, settings, body) {
  const desks = [];
  const visitor = async (more = {}) => {
    const desk = await openVisitor({ baseUrl: salus.baseUrl, origins: salus.origins(), ...settings, ...more });
    desks.push(desk);
    return desk;
  };
  try {
    const desk = await visitor();
    await body({ ...desk, salus, cell: salus.cell(desk.language), visitor });
    for (const { watch } of desks) watch.assertQuiet();
  } catch (error) {
    const kept = await keep(name, desks, salus).catch((fault) => `nothing: ${fault.message}`);
    error.message += `\n  kept: ${kept}`;
    throw error;
  } finally {
    await Promise.all(desks.map((desk) => desk.close()));
  }
}

/** What every desk shows, and what the server said; returns where it lies. */
async function keep(name, desks, salus) {
  const folder = path.join(failures, fileName(name));
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'server.log'), salus.log());
  const pages = desks.flatMap(({ context }) => context.pages());
  for (const [at, page] of pages.entries()) {
    await page.screenshot({ path: path.join(folder, `${at + 1}.png`), fullPage: true, timeout: 5_000 }).catch(() => {});
    fs.writeFileSync(path.join(folder, `${at + 1}.html`), `<!-- ${page.url()} -->\n${await page.content()}`);
  }
  const complaints = desks.flatMap(({ watch }) => watch.take());
  fs.writeFileSync(path.join(folder, 'complaints.txt'), complaints.join('\n'));
  return folder;
}

// Makes screenshots of every page into target/screenshots: index.html to click through, sheets/ to see many at once.
//
//     node tests/browser/screenshots.mjs [--page NAME] [--state NAME] [--language de|fr|en] [--theme light|dark]
//                                        [--size narrow|wide|zoomed] [--no-sheets]
//
// An option may be given several times, and a page's name may end with `*`. With SALUS_BROWSER_DEMO=DIR it looks at the demo
// that runs with the data directory DIR, else at one of its own. Exits with 1 if a page was not there or complained.
// State: the files; what an earlier run left stays where this one makes nothing.

import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { browser, closeBrowser } from './harness/chromium.mjs';
import { screenshots as folder } from './harness/places.mjs';
import { withToken } from './harness/sign_in.mjs';
import { SIZES, openVisitor } from './harness/visitor.mjs';
import { writeIndex, writeSheets } from './screenshots/album.mjs';
import { PAGES, STATES } from './screenshots/pages.mjs';
import { Scenes } from './screenshots/scene.mjs';

/** A4 at 96 dots an inch. */
SIZES.paper = { viewport: { width: 794, height: 1123 }, deviceScaleFactor: 1 };
/** No picture is higher, in CSS pixels. */
const MAX_HEIGHT = 5000;
/** How many desks work at once. */
const DESKS = 2;
/** What appears a moment after the network is gone has appeared by then, in milliseconds. */
const OFFLINE_MS = 1500;

const several = { type: 'string', multiple: true };
const options = {
  page: several,
  state: several,
  language: several,
  theme: several,
  size: several,
  'no-sheets': { type: 'boolean' },
};
const { values } = parseArgs({ options });

const wanted = (option, value) => {
  const given = values[option];
  return !given || given.some((one) => (one.endsWith('*') ? value.startsWith(one.slice(0, -1)) : one === value));
};

/** Every screenshot that is to be made: the usual state in all languages, themes and sizes; the others where one can judge them. */
function plan() {
  const shots = [];
  for (const page of PAGES.filter(({ name }) => wanted('page', name))) {
    for (const language of ['de', 'fr', 'en']) {
      for (const theme of ['light', 'dark']) {
        for (const size of ['narrow', 'zoomed', 'wide']) shots.push({ page, state: 'usual', language, theme, size });
      }
    }
    for (const state of page.states) {
      if (state === 'printed') {
        shots.push({ page, state, language: 'de', theme: 'light', size: 'paper' });
        continue;
      }
      for (const [language, theme, size] of [
        ['de', 'light', 'wide'],
        ['fr', 'dark', 'wide'],
        ['en', 'light', 'narrow'],
      ]) {
        shots.push({ page, state, language, theme, size });
      }
    }
  }
  return shots.filter((shot) => ['state', 'language', 'theme', 'size'].every((axis) => wanted(axis, shot[axis])));
}

async function shoot(scenes, shot) {
  const { page: what, language, theme, size } = shot;
  const state = STATES[shot.state];
  const scene = await scenes.get(language, state.practice, state.patient);
  const address = what.at(scene);
  if (!address) return { ...described(shot), complaints: ['has no address in this demo'], isMissing: true };
  const desk = await openVisitor({
    baseUrl: scene.salus.baseUrl,
    origins: scene.salus.origins(),
    language,
    theme,
    size,
  });
  const made = { ...described(shot), complaints: [] };
  try {
    await comeIn(desk, scenes, scene, shot);
    const status = (await desk.page.goto(address)).status();
    const expected = what.status ? [what.status] : state.status;
    if (status === 404 && !expected.includes(404)) return { ...made, isMissing: true };
    if (status >= 400) desk.watch.expect(/Failed to load resource/);
    if (!expected.includes(status)) made.complaints.push(`answered ${status}`);
    if (state.isPrinted) await desk.page.emulateMedia({ media: 'print' });
    await what.act?.(desk.page, scene);
    made.complaints.push(...desk.watch.take());
    if (state.isOffline) {
      await desk.context.setOffline(true);
      await desk.page.waitForTimeout(OFFLINE_MS);
    }
    await picture(desk.page, path.join(folder, made.file));
  } catch (error) {
    made.complaints.push(error.message.split('\n')[0]);
  } finally {
    await desk.close();
  }
  return made;
}

/** Signs in whoever looks, and speaks the wanted language, whatever the person once chose. */
async function comeIn({ context }, scenes, { salus, cell }, { page, state, language }) {
  await context.addCookies([{ name: 'salus-language', value: language, url: salus.baseUrl }]);
  if (!page.as) return;
  const role = STATES[state].otherRole ? otherThan(page.as) : page.as;
  await withToken(context, salus, cell, await scenes.token(salus, cell, role));
  await context.request.post(`${salus.baseUrl}/${cell.name}/look`, {
    headers: { 'sec-fetch-site': 'same-origin' },
    form: { language, to: `/${cell.name}` },
    maxRedirects: 0,
  });
}

const otherThan = (role) => (role === 'practice-administrator' ? 'physician' : 'practice-administrator');

function described({ page, state, language, theme, size }) {
  return {
    page: page.name,
    state,
    language,
    theme,
    size,
    file: `${page.name}/${state}-${language}-${theme}-${size}.png`,
  };
}

async function picture(page, file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const { width } = page.viewportSize();
  const clip = height > MAX_HEIGHT ? { clip: { x: 0, y: 0, width, height: MAX_HEIGHT } } : {};
  await page.screenshot({ path: file, fullPage: true, ...clip });
}

const begun = Date.now();
const scenes = new Scenes();
const made = [];
try {
  const all = plan();
  const absent = new Set();
  const work = async (left) => {
    for (let shot = left.shift(); shot; shot = left.shift()) {
      if (absent.has(shot.page.name)) continue;
      const one = await shoot(scenes, shot);
      if (one.isMissing) absent.add(shot.page.name);
      else made.push(one);
    }
  };
  // One language after the other: a person has one at a time, at whichever desk.
  for (const language of new Set(all.map((shot) => shot.language))) {
    const left = all.filter((shot) => shot.language === language);
    await Promise.all(Array.from({ length: DESKS }, () => work(left)));
  }
  const order = new Map(PAGES.map(({ name }, at) => [name, at]));
  made.sort((one, other) => order.get(one.page) - order.get(other.page));
  fs.mkdirSync(folder, { recursive: true });
  writeIndex(folder, made);
  const sheets = values['no-sheets'] ? 0 : await writeSheets(folder, made, await browser());
  for (const { file, complaints } of made.filter((shot) => shot.complaints.length > 0)) {
    console.log(`${file}:\n  ${complaints.join('\n  ')}`);
  }
  if (absent.size > 0) console.log(`not there: ${[...absent].join(', ')}`);
  const seconds = Math.round((Date.now() - begun) / 1000);
  console.log(`${made.length} screenshots and ${sheets} sheets in ${seconds} s: ${path.join(folder, 'index.html')}`);
  if (absent.size > 0 || made.some(({ complaints }) => complaints.length > 0)) process.exitCode = 1;
} finally {
  await closeBrowser();
  await scenes.stop();
}

// Lays screenshots out: an index to click through, and sheets that show many at once. State: files below the folder it is given.

import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** How many pages a sheet of all pages shows. */
const PAGES_A_SHEET = 12;

const CSS = `
  body { font: 14px/1.4 system-ui, sans-serif; margin: 16px; background: #9a9a9a; color: #111; }
  h1 { font-size: 18px; margin: 0 0 12px } h2 { font-size: 16px; margin: 24px 0 8px }
  .row { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; margin-bottom: 12px }
  figure { margin: 0 } figcaption { font-size: 12px; color: #111 }
  img { display: block; object-fit: cover; object-position: top left; border: 1px solid #555; background: #fff }
  .wrong { color: #8b0000; font-weight: 600; white-space: pre-wrap }`;

const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const html = (title, body) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title><style>${CSS}</style><h1>${escape(title)}</h1>${body}</html>`;

/** One picture with a caption; sizes in CSS pixels. */
function figure(shot, from, { width, height }) {
  const source = path.posix.join(from, shot.file);
  const caption = [shot.page, shot.state, shot.language, shot.theme, shot.size].join(' · ');
  const wrong = shot.complaints.map((what) => `<div class="wrong">${escape(what)}</div>`).join('');
  const image = `<a href="${source}"><img src="${source}" alt="" loading="eager" style="width:${width}px;height:${height}px"></a>`;
  return `<figure>${image}<figcaption style="width:${width}px">${escape(caption)}${wrong}</figcaption></figure>`;
}

const row = (shots, from, box) =>
  `<div class="row">${shots.map((shot) => figure(shot, from, box(shot))).join('')}</div>`;

/** `[[key, items], …]`, in the order in which the keys first come. */
function groups(items, keyOf) {
  const map = new Map();
  items.forEach((item) => map.set(keyOf(item), [...(map.get(keyOf(item)) ?? []), item]));
  return [...map];
}

/** Writes index.html: every page with all its screenshots, and what was wrong with them. */
export function writeIndex(folder, shots) {
  const body = groups(shots, ({ page }) => page).map(([page, all]) => {
    const rows = groups(all, ({ state, language, theme }) => `${state} ${language} ${theme}`);
    return `<h2 id="${page}">${page}</h2>${rows.map(([, some]) => row(some, '.', boxOf(220))).join('')}`;
  });
  const wrong = shots.filter(({ complaints }) => complaints.length > 0).length;
  const links = groups(shots, ({ page }) => page).map(([page]) => `<a href="#${page}">${page}</a>`);
  const lead = `<p>${shots.length} screenshots, ${wrong} with faults. ${links.join(' · ')}</p>`;
  fs.writeFileSync(path.join(folder, 'index.html'), html('Salus, every page', lead + body.join('')));
}

/** A box as high as all others of its row, and as wide as the size asks for. */
const boxOf = (height) => (shot) => ({
  height,
  width: Math.round(height * { narrow: 0.5, zoomed: 0.8, wide: 1.6, paper: 0.75 }[shot.size]),
});

/** The sheets: name, and rows of screenshots. */
function sheets(shots) {
  const usual = shots.filter(({ state }) => state === 'usual');
  const all = [];
  for (const [page, some] of groups(shots, (shot) => shot.page)) {
    for (const [theme, ofTheme] of groups(
      some.filter(({ state }) => state === 'usual'),
      (shot) => shot.theme,
    )) {
      all.push([
        `page-${page}-${theme}`,
        groups(ofTheme, (shot) => shot.language).map(([, ofLanguage]) => ofLanguage),
        boxOf(460),
      ]);
    }
    const states = some.filter(({ state }) => state !== 'usual');
    if (states.length > 0) all.push([`page-${page}-states`, [states], boxOf(460)]);
  }
  for (const [key, some] of groups(usual, ({ language, theme, size }) => `all-${language}-${theme}-${size}`)) {
    for (let at = 0; at < some.length; at += PAGES_A_SHEET) {
      const name = some.length > PAGES_A_SHEET ? `${key}-${at / PAGES_A_SHEET + 1}` : key;
      all.push([name, [some.slice(at, at + PAGES_A_SHEET)], () => boxOf(some[0].size === 'wide' ? 290 : 440)(some[0])]);
    }
  }
  return all;
}

/** Writes the sheets as PNG files into `folder`/sheets; returns how many. */
export async function writeSheets(folder, shots, browser) {
  const target = path.join(folder, 'sheets');
  fs.mkdirSync(target, { recursive: true });
  const context = await browser.newContext({ viewport: { width: 1560, height: 900 } });
  const page = await context.newPage();
  const all = sheets(shots);
  for (const [name, rows, box] of all) {
    const file = path.join(target, `${name}.html`);
    fs.writeFileSync(file, html(name, rows.map((some) => row(some, '..', box)).join('')));
    await page.goto(pathToFileURL(file).href);
    await page.screenshot({ path: path.join(target, `${name}.png`), fullPage: true });
    fs.rmSync(file);
  }
  await context.close();
  return all.length;
}

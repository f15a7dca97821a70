// How a practice checks what is written, as its administrator sets it, in German and French: brings a package, is told what would change, puts it
// in force by the keyboard, takes it out and undoes that; and what is no package. State: the demo's own practice, which has no packages again at the end.

import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { assertAccessible, each, keys, personOf, redeemInvitation, suite, walkWithTab } from './harness/index.mjs';

const { test } = suite({ patients: 0 });

const WORDS = {
  de: { none: 'kein Paket', looked: 'Was ein Profil dieses Pakets angibt, wird ab dann geprüft', wrong: 'Es ist keine .tgz-Datei', large: 'höchstens 32 MiB', lacks: 'Braucht, und es ist nicht geladen: example.base 1.0.0', until: 'gilt bis 31.12.2020' },
  fr: { none: 'Aucun paquet', looked: 'ce qui déclare un profil de ce paquet est contrôlé dès lors', wrong: 'ce n’est pas un fichier .tgz', large: '32 Mio au plus', lacks: 'A besoin de ce qui n’est pas chargé : example.base 1.0.0', until: 'vaut jusqu’au 31/12/2020' },
};

/** A file of a tar archive (POSIX ustar). */
function entry(path, text) {
  const content = Buffer.from(text);
  const head = Buffer.alloc(512);
  head.write(path, 0);
  head.write(`0000644\u00000000000\u00000000000\u0000${content.length.toString(8).padStart(11, '0')}\u000000000000000\u0000        0`, 100);
  head.write('ustar\u000000', 257);
  head.write(`${head.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\u0000 `, 148);
  return Buffer.concat([head, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** A package with one profile that needs another package. */
function named(name, version) {
  const manifest = { name, version, fhirVersions: ['4.0.1'], dependencies: { 'example.base': '1.0.0' } };
  const profile = {
    resourceType: 'StructureDefinition', url: 'https://example.org/StructureDefinition/named', name: 'Named', status: 'active',
    kind: 'resource', abstract: false, type: 'Patient', baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint', differential: { element: [{ id: 'Patient', path: 'Patient' }, { id: 'Patient.name', path: 'Patient.name', min: 1 }] },
  };
  const files = [entry('package/package.json', JSON.stringify(manifest)), entry('package/named.json', JSON.stringify(profile))];
  const buffer = gzipSync(Buffer.concat([...files, Buffer.alloc(1024)]));
  return { name: `${name}-${version}.tgz`, mimeType: 'application/gzip', buffer };
}

each({ language: ['de', 'fr'] }, (settings, which) => {
  test(`what is checked, ${which}: brought, looked at, put in force and undone`, settings, async (desk) => {
    const { page, salus, cell, watch } = desk;
    const words = WORDS[settings.language];
    const main = () => page.locator('main').innerText();
    await redeemInvitation(page, salus, personOf(cell, 'practice-administrator'));
    await page.waitForURL('**/admin');
    await keys(page, 'p');
    await page.waitForURL('**/admin/checks');
    assert.ok((await main()).includes(words.none));
    if (settings.language === 'de') await walkWithTab(page);

    // What is too large is said before it is sent, and what is no package beside the field.
    const file = page.locator('#file');
    assert.equal(await file.getAttribute('data-most-bytes'), String(32 * 1024 * 1024));
    await file.evaluate((field) => { field.dataset.mostBytes = '1000'; });
    await file.setInputFiles({ name: 'large.tgz', mimeType: 'application/gzip', buffer: Buffer.alloc(1001) });
    await page.locator('[data-too-large]:visible', { hasText: words.large }).waitFor();
    await page.locator('#bring button').press('Enter');
    await page.locator('#file:focus').waitFor();
    watch.expect(/422/);
    await file.setInputFiles({ name: 'brief.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') });
    await page.locator('#bring button').press('Enter');
    await page.locator('#file-error', { hasText: words.wrong }).waitFor();
    await assertAccessible(page);

    await file.setInputFiles(named('example.named', '1.0.0'));
    await page.locator('#bring button').press('Enter');
    await page.locator('#reason').waitFor();
    const said = await main();
    assert.ok(said.includes(words.looked) && said.includes(words.lacks), said);
    await assertAccessible(page);
    await page.locator('main button.primary').press('Enter');
    await page.waitForURL('**/admin/checks?done=*');
    assert.ok((await page.locator('#packages').innerText()).includes('example.named 1.0.0'));

    // Until when it counts, in the table.
    await page.locator('#validity > summary').press('Enter');
    const at = (await page.locator('input[name^=profile-]').count()) - 1;
    const filled = { profile: 'https://example.org/StructureDefinition/letter', dates: 'Composition.date', 'name-0': 'example.named', 'version-0': '1.0.0', 'until-0': '2020-12-31' };
    for (const [field, value] of Object.entries(filled)) {
      const [name, row] = field.split('-');
      await page.locator(`input[name=${name}-${at}${row ? `-${row}` : ''}]`).fill(value);
    }
    await assertAccessible(page);
    await page.setViewportSize({ width: 360, height: 700 });
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(await over(), 0, 'the table fits a telephone');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.locator('#table button').press('Enter');
    await page.locator('#reason').waitFor();
    assert.ok((await main()).includes(words.until));
    await page.locator('main button.primary').press('Enter');
    await page.waitForURL('**/admin/checks?done=*');
    assert.ok((await page.locator('#packages').innerText()).includes(words.until));

    // Taken out, undone by one key, and taken out again.
    const takeOut = async () => {
      await page.locator('#packages button').press('Enter');
      await page.locator('#reason').waitFor();
      await page.locator('main button.primary').press('Enter');
      await page.waitForURL('**/admin/checks?done=*');
      await page.locator('#packages li').waitFor({ state: 'detached' });
    };
    await takeOut();
    await keys(page, 'u');
    await page.waitForURL('**/admin/checks?done=undone');
    assert.equal(await page.locator('#packages li').count(), 1);
    await page.locator('form:has(input[name=version][value=own]) button').press('Enter');
    await page.locator('main button.primary').press('Enter');
    await page.waitForURL((url) => /done=\d/.test(url.href));
    assert.ok((await main()).includes(words.none));
  });
});

// An export of many charts as two people meet it, in German and French: asked for by one, looked at and approved by another at the door, fetched
// once, as a file. State: each test's own people.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Fhir, assertAccessible, each, personOf, redeemInvitation, suite } from './harness/index.mjs';

const { test } = suite({ patients: 0 });

each({ language: ['de', 'fr'] }, (settings, which) => {
  test(`exports, ${which}: asked for, approved by a second person, and fetched once`, settings, async (desk) => {
    const { page, salus, cell, visitor } = desk;
    const fhir = new Fhir(cell);
    await fhir.create({ resourceType: 'Patient', name: [{ family: 'Ausfuhr', given: ['Eva'] }] });
    await redeemInvitation(page, salus, personOf(cell, 'physician'));
    await page.goto(`/${cell.name}/budget`);
    await page.locator('main a[href$="/exports"]').click();
    await page.waitForURL('**/exports');
    await assertAccessible(page);
    await page.locator('main form', { has: page.locator('select[name=of]') }).locator('button').click();
    await page.locator('main li[data-row]').waitFor();
    assert.equal(await page.locator('a[href*="/export?"]').count(), 0, 'nobody approves their own');

    const other = await visitor();
    await redeemInvitation(other.page, salus, personOf(cell, 'practice-administrator'));
    await other.page.goto(`/${cell.name}/admin/exports`);
    await assertAccessible(other.page);
    await other.page.locator('a[href*="/export?"]').click();
    await other.page.waitForURL((url) => url.href.startsWith(`${salus.demo.door_url}/export`));
    const said = await other.page.locator('main').innerText();
    assert.ok(said.includes(personOf(cell, 'physician').name), said);
    await assertAccessible(other.page);
    await other.page.locator('main button:visible').first().click();
    await other.page.waitForURL('**/admin/exports');

    const file = page.locator(`a[href*="/${cell.name}/exports/"]`, { hasText: 'Patient' });
    for (let tries = 0; tries < 40 && (await file.count()) === 0; tries += 1) {
      await page.waitForTimeout(250);
      await page.reload();
    }
    await assertAccessible(page);
    const [download] = await Promise.all([page.waitForEvent('download'), file.first().click()]);
    const text = await readFile(await download.path(), 'utf8');
    assert.ok(text.includes('Ausfuhr') && text.endsWith('\n'), text.slice(0, 200));
    const taken = await file.first().getAttribute('href');
    await page.reload();
    assert.equal(await page.locator(`a[href="${taken}"]`).count(), 0, 'it is there no more');
  });
});

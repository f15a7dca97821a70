// Administration as a practice's administrator does it, in German and in French: invites somebody, who makes a passkey by the link, is
// suspended and restored, and leaves; an application; the log, which has all of it; by keyboard where it says so.
// State: the demo's own practice.

import assert from 'node:assert/strict';
import { assertAccessible, keys, personOf, redeemInvitation, suite, walkWithTab } from './harness/index.mjs';

const { test } = suite({ patients: 3 });

const WORDS = {
  de: { invited: 'Einmal-Link', suspended: 'gesperrt', made: 'hat einen Einmal-Link für', refused: 'Hier kommt nur die Verwaltung', undoes: 'gesperrt, bis', undone: 'Umgekehrt', fewer: 'nicht mehr öffnen: Laborwerte und Messungen' },
  fr: { invited: 'Lien à usage unique', suspended: 'suspendu', made: 'a créé un lien à usage unique', refused: 'Seule l’administration', undoes: 'suspendu, jusqu’à', undone: 'Annulé', fewer: 'ouvrir : analyses et mesures' },
};

for (const [language, words] of Object.entries(WORDS)) {
  test(`an administrator invites, suspends and restores (${language})`, { language }, async ({ page, salus, cell }) => {
    await redeemInvitation(page, salus, personOf(cell, 'practice-administrator'));
    // Who administers begins at the overview.
    await page.waitForURL('**/admin');
    await assertAccessible(page);
    await keys(page, '2');
    await page.waitForURL('**/admin/people');
    await assertAccessible(page);
    await keys(page, 'g v');
    await page.waitForURL('**/admin');
    await keys(page, '2');
    await page.waitForURL('**/admin/people');
    await keys(page, 'n');
    await page.waitForURL('**/people/new');
    await page.locator('input[name=name]:focus').waitFor();
    await page.keyboard.type(`Dr. Neu ${language}`);
    await page.locator('input[name=role][value=physician]').check();
    await page.keyboard.press('Control+Enter');
    const link = page.locator('#link');
    await link.waitFor();
    assert.match(await link.inputValue(), /\/invitation#salus_[\w-]{43}$/);
    assert.ok((await page.locator('main').innerText()).includes(words.invited));
    await assertAccessible(page);
    await page.locator('[data-copy=link]:focus').waitFor();
    await page.locator('main .actions a').first().click();
    await page.locator('button[name=status][value=suspended]').click();
    await page.waitForURL('**?done=suspended');
    assert.ok((await page.locator('main').innerText()).includes(words.suspended));
    await keys(page, 'u');
    await page.waitForURL('**?done=active');
    await keys(page, '5');
    await page.waitForURL('**/admin/log');
    assert.ok((await page.locator('#log').innerText()).includes(words.made));
    await assertAccessible(page);
    await page.locator('input[name=refused]').check();
    await page.locator('#log', { hasNotText: words.made }).waitFor();
    await page.waitForURL('**/admin/log?*refused=1*');
    await page.reload();
    assert.ok(await page.locator('input[name=refused]').isChecked(), 'a reload shows the same');
    assert.ok(!(await page.locator('#log').innerText()).includes(words.made));
    await keys(page, '3');
    await page.waitForURL('**/admin/roles');
    await assertAccessible(page);
    // What a switch would change is said by name before it does, and is undone by one step.
    const role = page.locator('#role-medical-assistant');
    await role.locator('input[name=read-results]').uncheck();
    await role.locator('form button').click();
    await page.locator('#reason').waitFor();
    assert.ok((await page.locator('main').innerText()).includes(words.fewer));
    await assertAccessible(page);
    await page.locator('main button.primary').click();
    await page.waitForURL('**/admin/roles?done=set');
    assert.ok(!(await role.locator('input[name=read-results]').isChecked()));
    await page.locator('form:has(input[name=version][value=own]) button').click();
    await page.locator('main button.primary').click();
    await page.waitForURL('**/admin/roles?done=set');
    assert.ok(await role.locator('input[name=read-results]').isChecked());
    await keys(page, '6');
    await page.waitForURL('**/admin/checkpoints');
    await assertAccessible(page);
    await walkWithTab(page);
    // What was changed: whoever was added is suspended by one button, which says so before.
    await keys(page, '0');
    await page.waitForURL('**/admin/changes');
    await assertAccessible(page);
    const added = page.locator('#changes li', { hasText: `Dr. Neu ${language}` }).filter({ hasText: words.undoes }).first();
    await added.locator('button[name=undo]').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/admin/changes?*done=*');
    await page.locator('.admin-notice', { hasText: words.undone }).waitFor();
    await assertAccessible(page);
    await walkWithTab(page);
  });
}

test('whoever opens records is told who can help', { language: 'de' }, async ({ page, salus, cell, watch }) => {
  await redeemInvitation(page, salus, personOf(cell, 'physician'));
  watch.expect(/403/);
  await page.goto(`${salus.baseUrl}/${cell.name}/admin/people`);
  assert.ok((await page.locator('main').innerText()).includes(WORDS.de.refused));
  assert.equal(await page.locator('.rail a[href$="/admin"]').count(), 0);
  await assertAccessible(page);
});

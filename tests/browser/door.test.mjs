// The door: one-time links, passkeys, signing in and out, one's own passkeys; as a person does it, with Chromium's virtual authenticator.

import assert from 'node:assert/strict';
import { Passkeys, assertAccessible, each, personOf, redeemInvitation, suite } from './harness/index.mjs';

const { test } = suite({ patients: 1 });

const WORDS = {
  de: { invitation: 'Ihr Einmallink', used: /gilt nicht mehr/, signedOut: 'Sie sind abgemeldet', lost: 'Passkey verloren' },
  fr: { invitation: 'Votre lien à usage unique', used: /n’est plus valable/, signedOut: 'Vous êtes déconnecté', lost: 'clé d’accès' },
};

const doorOf = (salus) => salus.demo.door_url;
const signOut = (page, cell) =>
  page.evaluate((to) => fetch(to, { method: 'POST', redirect: 'manual' }).then(() => undefined), `/${cell.name}/sign-out`);

each({ language: ['de', 'fr'] }, (settings, which) => {
  test(`door, ${which}: a link becomes a passkey, a passkey a session, once`, settings, async (desk) => {
    const { page, salus, cell, language } = desk;
    const person = personOf(cell, 'physician');
    await redeemInvitation(page, salus, person);
    assert.equal(new URL(page.url()).pathname, `/${cell.name}/today`);
    assert.equal(await page.locator('html').getAttribute('lang'), language);
    assert.match(await page.locator('.whose').textContent(), new RegExp(person.name.split(' ').at(-1)));

    // Out, and in again with the passkey; the way back is kept.
    await signOut(page, cell);
    await page.goto(`/${cell.name}/signed-out`);
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), WORDS[language].signedOut);
    await page.goto(`/${cell.name}/today?again`);
    assert.equal(new URL(page.url()).origin, doorOf(salus));
    await assertAccessible(page);
    await page.locator('main button').click();
    await page.waitForURL(`${salus.baseUrl}/${cell.name}/today?again`);

    // The link was good once, and its secret stands nowhere any more.
    await page.goto(person.link);
    await page.getByText(WORDS[language].used).waitFor();
    assert.equal(new URL(page.url()).hash, '');
    await assertAccessible(page);
  });

  test(`door, ${which}: looks round without a passkey, in the demo`, settings, async ({ page, salus, cell }) => {
    const person = personOf(cell, 'medical-assistant');
    await page.goto(person.look_round);
    await page.locator('main button:visible').click();
    await page.waitForURL(`${salus.baseUrl}/${cell.name}/today`);
    await page.goto(person.look_round);
    await page.getByText(WORDS[cell === salus.cells[0] ? 'de' : 'fr'].used).waitFor();
  });

  test(`door, ${which}: says who can help`, settings, async ({ page, salus, language }) => {
    await page.goto(`${doorOf(salus)}/lost`);
    assert.match(await page.getByRole('heading', { level: 1 }).textContent(), new RegExp(WORDS[language].lost));
    await assertAccessible(page);
  });
});

test('door: a second passkey, its name, and the first one removed', { language: 'en' }, async (desk) => {
  const { page, salus, cell } = desk;
  const first = await redeemInvitation(page, salus, personOf(cell, 'medical-assistant'));
  await page.goto(`${doorOf(salus)}/passkeys`);
  await page.getByRole('button', { name: 'Show my passkeys' }).click();
  await page.getByText('You have just used this one.').waitFor();
  await assertAccessible(page);
  // The second one is a security key that is plugged in once the first has confirmed it; the first would say that it has one already.
  let second;
  await page.route('**/passkeys/finish', async (route) => {
    const response = await route.fetch();
    await first.remove();
    second = await Passkeys.on(page, { transport: 'usb' });
    await route.fulfill({ response });
  });
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('The passkey was added.').waitFor();
  await page.unroute('**/passkeys/finish');
  assert.equal((await second.credentials()).length, 1);
  await page.reload();
  await page.getByRole('button', { name: 'Show my passkeys' }).click();
  await page.getByRole('button', { name: 'Remove' }).waitFor();
  const own = page.locator('li', { hasText: 'You have just used this one.' });
  await own.getByRole('textbox').fill('<b>key</b> on the ring');
  await own.getByRole('button', { name: 'Save name' }).click();
  await page.getByText('Done.').waitFor();
  assert.equal(await own.getByRole('textbox').inputValue(), '<b>key</b> on the ring');
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('This is your only passkey.').waitFor();
});

test('door: whoever is not verified, or turns back, gets nothing and is told so', { language: 'en' }, async (desk) => {
  const { page, salus } = desk;
  const person = personOf(salus.cells[1], 'medical-assistant');
  const passkeys = await redeemInvitation(page, salus, person);
  await signOut(page, salus.cells[1]);
  await passkeys.setVerified(false);
  await page.goto(`/${salus.cells[1].name}/today`);
  await page.locator('main button').click();
  await page.getByText('Nothing was done.').waitFor();
  await passkeys.setVerified(true);
  await page.locator('main button').click();
  await page.waitForURL(`${salus.baseUrl}/${salus.cells[1].name}/today`);
});

test('door: what was not begun by Salus is not gone on with', { language: 'en' }, async ({ page, salus, cell }) => {
  const request = new URLSearchParams({
    response_type: 'code',
    client_id: 'salus-pages',
    cell: cell.name,
    redirect_uri: `${salus.baseUrl}/${cell.name}/signed-in`,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    state: 's',
  });
  const status = async (change) => {
    const query = new URLSearchParams(request);
    for (const [name, value] of Object.entries(change)) query.set(name, value);
    const answer = await page.request.get(`${doorOf(salus)}/authorize?${query}`);
    return answer.status();
  };
  assert.equal(await status({}), 200);
  const wrong = [
    { redirect_uri: 'https://evil.example/signed-in' },
    { redirect_uri: `${salus.baseUrl}/${cell.name}/signed-in?x` },
    { response_type: 'token' },
    { code_challenge_method: 'plain' },
    { client_id: 'another' },
    { cell: 'nowhere' },
  ];
  for (const change of wrong) assert.equal(await status(change), 400, JSON.stringify(change));
  // A code that this browser did not ask for.
  const answer = await page.request.get(`/${cell.name}/signed-in?code=salus_${'A'.repeat(43)}&state=s&iss=${doorOf(salus)}`);
  assert.equal(answer.status(), 400);
  // A question from another page.
  const foreign = await page.request.post(`${doorOf(salus)}/passkeys/begin`, {
    data: { do: 'list' },
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  });
  assert.equal(foreign.status(), 403);
});

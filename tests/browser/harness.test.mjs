// That the harness finds what it is there to find: each fault is made on purpose, on a page served from here.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import {
  Passkeys,
  assertAccessible,
  assertFocusVisible,
  assertInert,
  closeBrowser,
  hostile,
  hostileText,
  keys,
  openVisitor,
  pressUntil,
  redeemInvitation,
  signIn,
  walkWithTab,
  withToken,
} from './harness/index.mjs';

const STRICT = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'";

let server;
let origin;
/** What is served: a path, and its `[body, type, headers]`. */
const served = new Map();

before(async () => {
  server = http.createServer((request, response) => {
    if (request.url === '/cookie') return response.end(request.headers.cookie ?? '');
    const [body, type = 'text/html; charset=utf-8', headers = {}] = served.get(request.url) ?? ['', 'text/plain'];
    response.writeHead(served.has(request.url) ? 200 : 404, { 'content-type': type, ...headers });
    return response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://localhost:${server.address().port}`;
  served.set('/favicon.ico', ['', 'image/png']);
});

after(async () => {
  await closeBrowser();
  server.closeAllConnections();
  server.close();
});

const page = (body, head = '') =>
  `<!doctype html><html lang="en"><head><title>Page</title><link rel="icon" href="/favicon.ico">${head}</head><body><main><h1>Page</h1>${body}</main></body></html>`;

/** Opens a page with this text and policy, runs `look`, and returns what the watch complains of. */
async function visit(text, { policy = STRICT, look = async () => {} } = {}) {
  served.set('/', [text, undefined, policy ? { 'content-security-policy': policy } : {}]);
  const desk = await openVisitor({ baseUrl: origin });
  try {
    await desk.page.goto('/');
    await desk.page.waitForLoadState('networkidle');
    await look(desk);
    return desk.watch.take();
  } finally {
    await desk.close();
  }
}

const only = (complaints, pattern) => {
  assert.ok(complaints.length > 0, 'nothing was found');
  assert.ok(
    complaints.some((what) => pattern.test(what)),
    complaints.join('\n'),
  );
};

test('a page without fault is quiet, also under axe and the keyboard', async () => {
  const text = page('<p><a href="/a">One</a> <button>Two</button> <label>Three <input></label></p>');
  const look = async (desk) => {
    await assertAccessible(desk.page);
    assert.equal((await walkWithTab(desk.page)).length, 3);
  };
  assert.deepEqual(await visit(text, { look }), []);
});

test('an error on the console and an exception are found', async () => {
  served.set('/a.js', ['console.error("one"); setTimeout(() => { throw new Error("two"); });', 'text/javascript']);
  const complaints = await visit(page('', '<script src="/a.js"></script>'));
  only(complaints, /console: one/);
  only(complaints, /exception: Error: two/);
});

test('a request to another origin is found, and goes nowhere', async () => {
  only(
    await visit(page('<img alt="" src="http://elsewhere.example/a.png">'), { policy: '' }),
    /another origin: GET http:\/\/elsewhere/,
  );
});

test('a violation of the policy is found: inline script, inline style, foreign image', async () => {
  only(await visit(page('<script>1</script>')), /content security policy: script-src/);
  only(await visit(page('<p style="color: red">A</p>')), /content security policy: style-src/);
  only(await visit(page('<img alt="" src="http://elsewhere.example/a.png">')), /content security policy: img-src/);
});

test('a dialog is found', async () => {
  served.set('/b.js', ['alert("three")', 'text/javascript']);
  only(await visit(page('', '<script src="/b.js"></script>')), /dialog: alert three/);
});

test('what is expected is no complaint when it comes, and one when it does not', async () => {
  const missing = '<img alt="" src="/missing.png">';
  assert.equal((await visit(page(missing))).length, 1);
  const look = async ({ watch }) => watch.expect(/404/);
  assert.deepEqual(await visit(page(missing), { look }), []);
  only(await visit(page(''), { look }), /did not come/);
});

test('axe finds a field without a name, and says which', async () => {
  const look = (desk) => assert.rejects(assertAccessible(desk.page), /critical label[^]*<input id="a">/);
  await visit(page('<input id="a">'), { look });
});

test('a focus that does not show, hardly shows, or is out of sight is found', async () => {
  const focused = (css, fault) => {
    served.set('/a.css', [css, 'text/css']);
    const look = async (desk) => {
      await keys(desk.page, 'Tab');
      await (fault ? assert.rejects(assertFocusVisible(desk.page), fault) : assertFocusVisible(desk.page));
      await (fault ? assert.rejects(walkWithTab(desk.page), fault) : walkWithTab(desk.page));
    };
    return visit(page('<a href="/a" id="a">One</a>', '<link rel="stylesheet" href="/a.css">'), { look });
  };
  await focused('a:focus-visible { outline: 2px solid #005 }');
  await focused('a:focus-visible { outline: none; box-shadow: 0 0 0 3px rgb(0 0 80) }');
  await focused('a { outline: none }', /does not show/);
  await focused('a:focus { outline: 2px solid #eee }', /hardly shows/);
  await focused('a { position: fixed; left: -900px }', /out of sight/);
  await focused('h1 { position: fixed; inset: 0; margin: 0; background: #fff }', /out of sight/);
});

test('an order of Tab that is not that of reading is found', async () => {
  const look = (desk) => assert.rejects(walkWithTab(desk.page), /out of order: <button tabindex="1">/);
  await visit(page('<button>A</button><button tabindex="1">B</button>'), { look });
});

test('keys are pressed until the focus is where it should be, or a word says that it never is', async () => {
  const look = async (desk) => {
    await pressUntil(desk.page, 'Tab', '#b');
    await assert.rejects(pressUntil(desk.page, 'Tab', '#c', { most: 5 }), /never came to #c/);
  };
  await visit(page('<button>A</button><button id="b">B</button>'), { look });
});

const PATIENT = {
  resourceType: 'Patient',
  name: [{ use: 'official', family: 'A', given: ['B', 'C'] }],
  gender: 'female',
  birthDate: '1980-01-02',
  identifier: [{ system: 'http://fhir.de/sid/gkv/kvid-10', value: 'A123456780' }],
};

test('a hostile resource keeps its meaning, and gives each text back', () => {
  const { resource, places } = hostile(PATIENT);
  assert.deepEqual(
    places.map(([path]) => path),
    ['Patient.name[0].family', 'Patient.name[0].given[0]', 'Patient.name[0].given[1]', 'Patient.identifier[0].value'],
  );
  assert.equal(resource.name[0].family, hostileText('Patient.name[0].family'));
  assert.equal(resource.birthDate, PATIENT.birthDate);
  places.forEach(([, restore]) => restore());
  assert.deepEqual(resource, PATIENT);
  const all = hostile(PATIENT, { all: true });
  assert.match(all.resource.identifier[0].system, /^javascript:/);
  assert.equal(all.resource.resourceType, 'Patient');
});

test('hostile text that becomes part of the page is found; text that stays text is not', async () => {
  const text = hostileText('Patient.name[0].family');
  const escaped = text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const inert = (desk) => assertInert(desk.page, desk.watch);
  await visit(page(`<p title="${escaped}">${escaped}</p>`), { look: inert });
  const fails = (pattern) => ({
    policy: '',
    look: (desk) => assert.rejects(assertInert(desk.page, desk.watch), pattern),
  });
  await visit(page(`<p>${text}</p>`), fails(/a script ran/));
  await visit(page(`<p title="${text}">a</p>`), fails(/a script ran|a handler/));
  await visit(page('<a href="javascript:window.__pwned=1">a</a>'), fails(/an address that is a script/));
  await visit(page('<p>Nothing</p>'), fails(/nowhere in sight/));
  // A policy that stops the scripts does not make a page right.
  await visit(page(`<p>${text}</p>`), {
    look: (desk) => assert.rejects(assertInert(desk.page, desk.watch), /a handler/),
  });
});

test('a passkey is created, signs, and is refused where it does not belong', async () => {
  const options = {
    challenge: [1, 2, 3],
    rp: { id: 'localhost', name: 'Salus' },
    user: { id: [7], name: 'a', displayName: 'A' },
  };
  const create = (given) => {
    const bytes = (list) => Uint8Array.from(list);
    const user = { ...given.user, id: bytes(given.user.id) };
    const authenticatorSelection = { residentKey: 'required', userVerification: 'required' };
    const pubKeyCredParams = [{ type: 'public-key', alg: -7 }];
    const publicKey = { ...given, challenge: bytes(given.challenge), user, authenticatorSelection, pubKeyCredParams };
    return navigator.credentials.create({ publicKey }).then(
      ({ type }) => type,
      ({ name }) => name,
    );
  };
  const get = () => {
    const publicKey = {
      challenge: Uint8Array.from([4]),
      rpId: 'localhost',
      userVerification: 'required',
      timeout: 2_000,
    };
    return navigator.credentials.get({ publicKey }).then(
      ({ response }) => response.signature.byteLength > 60,
      ({ name }) => name,
    );
  };
  const look = async ({ page: first, context }) => {
    const passkeys = await Passkeys.on(first);
    assert.equal(await first.evaluate(create, options), 'public-key');
    assert.equal(
      await first.evaluate(create, { ...options, rp: { id: 'elsewhere.example', name: 'No' } }),
      'SecurityError',
    );
    const [credential] = await passkeys.credentials();
    assert.equal(credential.rpId, 'localhost');
    await first.reload();
    assert.equal(await first.evaluate(get), true);

    const second = await context.newPage();
    await second.goto('/');
    await passkeys.alsoOn(second);
    assert.equal(await second.evaluate(get), true);

    await passkeys.setVerified(false);
    await first.bringToFront();
    assert.equal(await first.evaluate(get), 'NotAllowedError');
  };
  assert.deepEqual(await visit(page(''), { look }), []);
});

test('a session can be put into a context, under the name that the pages read', async () => {
  const look = async ({ context, page: desk }) => {
    await withToken(context, { baseUrl: origin }, { name: 'praxis', token: 'abc' });
    await desk.goto('/cookie');
    assert.equal(await desk.locator('body').textContent(), '__Host-salus.praxis=abc');
  };
  await visit(page(''), { look });
});

/** A door that creates a passkey or asks for one, and then sends its visitor on. */
const DOOR_SCRIPT = `
  const bytes = Uint8Array.from([1]);
  const user = { id: bytes, name: 'a', displayName: 'A' };
  const rp = { id: 'localhost', name: 'Door' };
  const pubKeyCredParams = [{ type: 'public-key', alg: -7 }];
  const authenticatorSelection = { residentKey: 'required', userVerification: 'required' };
  document.querySelector('main button').addEventListener('click', async ({ target: { dataset } }) => {
    const created = { challenge: bytes, rp, user, pubKeyCredParams, authenticatorSelection };
    const asked = { challenge: bytes, rpId: 'localhost', userVerification: 'required' };
    if (dataset.what === 'create') await navigator.credentials.create({ publicKey: created });
    else await navigator.credentials.get({ publicKey: asked });
    location.href = dataset.to;
  });`;

test('one comes in by an invitation, and signs in again with its passkey, over two origins', async () => {
  const records = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const isIn = request.headers.cookie?.includes('__Host-salus.praxis=in');
    const moves = { '/praxis/signed-in': '/praxis/today', '/praxis/sign-in': `${origin}/authorize` };
    if (pathname === '/praxis/today' && !isIn) moves[pathname] = '/praxis/sign-in?to=/praxis/today';
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    if (searchParams.has('code'))
      headers['set-cookie'] = '__Host-salus.praxis=in; Path=/; Secure; HttpOnly; SameSite=Lax';
    if (moves[pathname]) return response.writeHead(303, { ...headers, location: moves[pathname] }).end();
    return response.writeHead(200, headers).end(page('<p>Today</p>'));
  });
  await new Promise((resolve) => records.listen(0, '127.0.0.1', resolve));
  const salus = { baseUrl: `http://localhost:${records.address().port}` };
  const button = (what) =>
    page(
      `<button data-what="${what}" data-to="${salus.baseUrl}/praxis/signed-in?code=1">Go on</button>`,
      '<script src="/door.js" defer></script>',
    );
  served.set('/door.js', [DOOR_SCRIPT, 'text/javascript']);
  served.set('/invitation', [button('create')]);
  served.set('/authorize', [button('get')]);
  const desk = await openVisitor({ baseUrl: salus.baseUrl, origins: [origin, salus.baseUrl] });
  try {
    const passkeys = await redeemInvitation(desk.page, salus, { name: 'A', link: `${origin}/invitation` });
    assert.equal(new URL(desk.page.url()).pathname, '/praxis/today');
    assert.equal((await passkeys.credentials()).length, 1);
    await desk.context.clearCookies();
    await signIn(desk.page, salus, { name: 'praxis' });
    assert.equal(new URL(desk.page.url()).pathname, '/praxis/today');
    assert.equal((await passkeys.credentials())[0].signCount, 2);
    desk.watch.assertQuiet();
  } finally {
    await desk.close();
    records.closeAllConnections();
    records.close();
  }
});

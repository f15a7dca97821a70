// Text that would like to be a script: from every field of a resource, and from the address.

import assert from 'node:assert/strict';
import {
  Fhir,
  MARKER,
  assertInert,
  createHostile,
  createHostileChart,
  hostileText,
  suite,
  withToken,
} from './harness/index.mjs';

const { test } = suite({ patients: 1 });

const PATIENT = {
  resourceType: 'Patient',
  name: [{ use: 'official', text: 'A B', family: 'A', given: ['B'], prefix: ['Dr.'], suffix: ['MD'] }],
  gender: 'female',
  birthDate: '1980-01-02',
  identifier: [{ system: 'http://fhir.de/sid/gkv/kvid-10', value: 'A123456780', assigner: { display: 'C' } }],
  telecom: [{ system: 'phone', value: '+49 761 555 1' }],
  address: [{ text: 'D', line: ['E 1'], city: 'F', district: 'G', state: 'H', postalCode: '79098', country: 'DE' }],
  maritalStatus: { text: 'I' },
  contact: [{ relationship: [{ text: 'J' }], name: { family: 'K' } }],
};

test('hostile text can be stored wherever a resource has text, and comes back as it is', {}, async ({ cell }) => {
  const fhir = new Fhir(cell);
  const { resource, places } = await createHostile(fhir, PATIENT);
  for (const place of ['Patient.name[0].family', 'Patient.address[0].city', 'Patient.telecom[0].value']) {
    assert.ok(places.includes(place), places.join('\n'));
  }
  const read = await fhir.read(`Patient/${resource.id}`);
  assert.equal(read.name[0].family, hostileText('Patient.name[0].family'));
  const all = await createHostile(fhir, PATIENT, { all: true });
  assert.ok(!all.places.includes('Patient.birthDate'), 'a date cannot be hostile');
  assert.match(all.resource.identifier[0].system, /^javascript:/);
});

test('a whole chart can be made of hostile text', {}, async ({ cell }) => {
  const fhir = new Fhir(cell);
  const [{ subject }] = await fhir.search('Encounter?_count=1');
  const { patient, stored } = await createHostileChart(fhir, subject.reference.split('/')[1]);
  const types = new Set(stored.map(({ reference }) => reference.split('/')[0]));
  for (const type of ['Patient', 'Encounter', 'Condition', 'Observation'])
    assert.ok(types.has(type), [...types].join());
  const [condition] = await fhir.search(`Condition?patient=${patient}`);
  assert.match(condition.code.coding[0].display, new RegExp(MARKER));
});

test(
  'a file of HTML in a record runs nothing when its address is opened',
  {},
  async ({ page, context, watch, salus, cell }) => {
    const html = `<!doctype html><title>a</title><p>${hostileText('Binary.data')}</p><script src="data:text/javascript,window.__pwned=1"></script>`;
    const data = Buffer.from(html).toString('base64');
    const { id } = await new Fhir(cell).create({ resourceType: 'Binary', contentType: 'text/html', data });
    await withToken(context, salus, cell);
    watch.expect(/Failed to load resource.*401/);
    await page.goto(`${cell.fhir_base_url}/Binary/${id}`);
    await assertInert(page, watch, { shows: false });
    // And with the token in a header, as a script of ours might ask.
    const answer = await fetch(`${cell.fhir_base_url}/Binary/${id}`, {
      headers: { authorization: `Bearer ${cell.token}`, accept: 'text/html' },
    });
    const policy = answer.headers.get('content-security-policy') ?? '';
    const type = answer.headers.get('content-type');
    assert.ok(!/html/.test(type) || /sandbox/.test(policy), `${type}, policy: ${policy}`);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  },
);

test('an address with a script in it is answered with none', {}, async ({ page, watch, cell }) => {
  const script = encodeURIComponent('"><script>window.__pwned=1</script><img src=x onerror=window.__pwned=2>');
  const addresses = [
    `/${script}`,
    `/?q=${script}`,
    `/${script}/fhir/Patient`,
    `/${cell.name}/fhir/${script}`,
    `/${cell.name}/fhir/Patient?${script}=${script}`,
  ];
  for (const address of addresses) {
    const { status } = await page.goto(address).then((answer) => ({ status: answer.status() }));
    if (status >= 400) watch.expect(new RegExp(`Failed to load resource.*${status}`));
    await assertInert(page, watch, { shows: false });
  }
});

// What was done at a desk stands in the access log, where the tests find it again.

import assert from 'node:assert/strict';
import { Fhir, suite } from './harness/index.mjs';

const { test } = suite({ patients: 1 });

test(
  "an answer's entry is found in the log, with its one patient",
  {},
  async ({ page, context, watch, salus, cell }) => {
    const [patient] = await new Fhir(cell).search('Patient?_count=1');
    await context.setExtraHTTPHeaders({ authorization: `Bearer ${cell.token}` });
    const answer = await page.goto(`${cell.fhir_base_url}/Patient/${patient.id}`);
    assert.equal(answer.status(), 200);
    const { entry } = watch.entries.find(({ url }) => url === answer.url());
    const found = (await salus.logEntries(cell)).find(({ number }) => number === Number(entry));
    assert.equal(found.access.patients.length, 1, JSON.stringify(found));
    assert.equal(found.access.refused, null);
  },
);

// A whole chart of hostile text: a copy of what one patient has, under a patient of its own. State: none.

import { createHostile } from './hostile.mjs';

/** What a chart consists of, and the parameter that names its patient; what others refer to comes first. */
const TYPES = [
  ['Encounter', 'patient'],
  ['Condition', 'patient'],
  ['Observation', 'patient'],
  ['DiagnosticReport', 'patient'],
  ['MedicationRequest', 'patient'],
  ['MedicationStatement', 'patient'],
  ['AllergyIntolerance', 'patient'],
  ['Immunization', 'patient'],
  ['DocumentReference', 'patient'],
  ['Coverage', 'patient'],
  ['Appointment', 'patient'],
  ['Task', 'patient'],
  ['Flag', 'patient'],
  ['RelatedPerson', 'patient'],
];

/** How many of a type are copied: the longest, which have the most fields. */
const MOST_OF_A_TYPE = 3;

/**
 * Copies the chart of the patient `id` with hostile text in every place that takes one. Returns `{ patient, stored }`: the new
 * patient's id, and for each record `{ reference, places }`. Options are those of `hostile`.
 */
export async function createHostileChart(fhir, id, options = {}) {
  const ids = new Map();
  const stored = [];
  const copy = async (original) => {
    const { id: was, meta, text, ...rest } = original;
    const { resource, places } = await createHostile(fhir, pointed(rest, ids), options);
    const reference = `${resource.resourceType}/${resource.id}`;
    ids.set(`${resource.resourceType}/${was}`, reference);
    stored.push({ reference, places });
    return resource.id;
  };
  const patient = await copy(await fhir.read(`Patient/${id}`));
  for (const [type, parameter] of TYPES) {
    const all = await fhir.search(`${type}?${parameter}=${id}&_count=50`);
    const longest = all.sort((one, other) => JSON.stringify(other).length - JSON.stringify(one).length);
    for (const original of longest.slice(0, MOST_OF_A_TYPE)) await copy(original);
  }
  return { patient, stored };
}

/** References to what was copied lead to the copies; those to what was not are left out; the house's stay. */
function pointed(value, ids) {
  if (Array.isArray(value)) return value.map((item) => pointed(item, ids)).filter((item) => item !== undefined);
  if (!value || typeof value !== 'object') return value;
  if (typeof value.reference === 'string') {
    if (ids.has(value.reference)) return { ...value, reference: ids.get(value.reference) };
    return /^(Practitioner|PractitionerRole|Organization|Location)\//.test(value.reference) ? value : undefined;
  }
  const entries = Object.entries(value).map(([name, item]) => [name, pointed(item, ids)]);
  return Object.fromEntries(
    entries.filter(([, item]) => item !== undefined && !isEmpty(item)),
  );
}

/** What held nothing but references that were left out. */
const isEmpty = (item) => item !== null && typeof item === 'object' && Object.keys(item).length === 0;

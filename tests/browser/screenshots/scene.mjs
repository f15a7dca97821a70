// What the pages in screenshots are about: a full practice, an empty one and one that was cut off, and in the full one patients
// with much, with one of each, and with nothing. State: a Salus for each practice, and the sessions begun in them.

import { Fhir } from '../harness/fhir.mjs';
import { startSalus } from '../harness/salus.mjs';
import { ROLES, borrowedSession, linkOf, people, personOf } from '../harness/sign_in.mjs';
import { openVisitor } from '../harness/visitor.mjs';

const coded = (system, code, display) => ({ coding: [{ system, code, display }], text: display });
const LOINC = 'http://loinc.org';

/** One of each thing that a chart can show, all of one patient. */
function oneOfEach(patient) {
  const subject = { reference: `Patient/${patient}` };
  const category = (code) => [coded('http://terminology.hl7.org/CodeSystem/observation-category', code)];
  const clinical = (kind, code) => coded(`http://terminology.hl7.org/CodeSystem/${kind}`, code);
  const day = new Date().toISOString().slice(0, 10);
  return [
    {
      resourceType: 'Encounter',
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject,
      period: { start: `${day}T08:00:00Z`, end: `${day}T08:15:00Z` },
      reasonCode: [{ text: 'Husten' }],
    },
    {
      resourceType: 'Condition',
      clinicalStatus: clinical('condition-clinical', 'active'),
      code: coded('http://fhir.de/CodeSystem/bfarm/icd-10-gm', 'J20.9', 'Akute Bronchitis'),
      subject,
      recordedDate: day,
    },
    {
      resourceType: 'Observation',
      status: 'final',
      category: category('laboratory'),
      code: coded(LOINC, '4548-4', 'HbA1c'),
      subject,
      effectiveDateTime: day,
      valueQuantity: { value: 6.1, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
      referenceRange: [{ low: { value: 4.5, unit: '%' }, high: { value: 5.9, unit: '%' } }],
    },
    {
      resourceType: 'Observation',
      status: 'final',
      category: category('vital-signs'),
      code: coded(LOINC, '29463-7', 'Körpergewicht'),
      subject,
      effectiveDateTime: day,
      valueQuantity: { value: 71.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    },
    {
      resourceType: 'MedicationStatement',
      status: 'active',
      medicationCodeableConcept: coded('http://www.whocc.no/atc', 'C09AA05', 'Ramipril 5 mg'),
      subject,
      effectivePeriod: { start: day },
      dosage: [{ text: '1-0-0' }],
    },
    {
      resourceType: 'AllergyIntolerance',
      clinicalStatus: clinical('allergyintolerance-clinical', 'active'),
      criticality: 'high',
      code: { text: 'Penicillin' },
      patient: subject,
      reaction: [{ manifestation: [{ text: 'Urtikaria' }] }],
    },
    {
      resourceType: 'Immunization',
      status: 'completed',
      vaccineCode: { text: 'Tetanus' },
      patient: subject,
      occurrenceDateTime: day,
    },
    {
      resourceType: 'Coverage',
      status: 'active',
      beneficiary: subject,
      payor: [{ display: 'Musterkasse' }],
      period: { start: '2020-01-01' },
    },
    {
      resourceType: 'DocumentReference',
      status: 'current',
      type: { text: 'Arztbrief' },
      subject,
      date: `${day}T09:00:00Z`,
      content: [{ attachment: { contentType: 'text/plain', data: 'R3V0ZW4gVGFn', title: 'Arztbrief' } }],
    },
  ];
}

/** How many patients each practice has. */
const PATIENTS = { full: 40, empty: 0, quarantined: 6 };

export class Scenes {
  #salus = {};
  #details = new Map();
  #sessions = new Map();
  #given;

  /** `given` are practices that run already, as `{ full: salus }`; they are not ended here. */
  constructor(given = {}) {
    this.#given = given;
  }

  /** Starts a practice when it is first asked for. */
  async salus(practice) {
    if (this.#given[practice]) return this.#given[practice];
    this.#salus[practice] ??= startSalus({ patients: PATIENTS[practice] });
    return this.#salus[practice];
  }

  /** `{ salus, cell, patient, family, document, invitation }`, for a language, a practice and a kind of patient. */
  async get(language, practice, kind) {
    const salus = await this.salus(practice);
    const cell = salus.cell(language);
    const key = `${practice}/${cell.name}`;
    if (!this.#details.has(key)) this.#details.set(key, this.#detail(salus, cell, practice));
    const detail = await this.#details.get(key);
    const invited = people(cell).at(-1);
    const invitation = invited && linkOf(invited);
    return {
      salus,
      cell,
      patient: detail[kind] ?? detail.bare,
      family: detail.family,
      document: detail.document,
      invitation,
    };
  }

  /** A session of somebody with this role. Before the demo has people, it is that of the demo's own client. */
  async token(salus, cell, role) {
    if (people(cell).length === 0) return cell.token;
    const key = `${salus.baseUrl}/${cell.name}/${role}`;
    if (!this.#sessions.has(key)) this.#sessions.set(key, begin(salus, cell, role));
    return this.#sessions.get(key);
  }

  /** Everybody who will look signs in before, as nobody can afterwards. */
  async #cutOff(salus, cell) {
    for (const role of ROLES) await this.token(salus, cell, role);
    await salus.command('cell', 'quarantine', cell.name);
    // Nothing is given out from here on; that pages say so, the record server learns within seconds.
    for (let tries = 0; tries < 100; tries += 1) {
      const { cells } = await (await fetch(`${salus.baseUrl}/healthz`)).json();
      if (cells.some(({ name, standing }) => name === cell.name && standing === 'quarantined')) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`${cell.name} was cut off, and /healthz does not say so`);
  }

  async stop() {
    for (const salus of Object.values(this.#salus)) await (await salus).stop();
  }

  async #detail(salus, cell, practice) {
    const fhir = new Fhir(cell);
    const bare = await fhir.create({
      resourceType: 'Patient',
      name: [{ family: 'Leer', given: ['Lea'] }],
      birthDate: '1990-05-17',
    });
    if (practice === 'empty') return { bare: bare.id, family: 'Leer' };
    const one = await fhir.create({
      resourceType: 'Patient',
      name: [{ use: 'official', family: 'Einzig', given: ['Ewa'] }],
      gender: 'female',
      birthDate: '1971-03-02',
    });
    for (const resource of oneOfEach(one.id)) await fhir.create(resource);
    const full = await fullest(fhir);
    const documents = await fhir.search(`DocumentReference?subject=Patient/${full}&_count=1`);
    const { name } = await fhir.read(`Patient/${full}`);
    if (practice === 'quarantined') await this.#cutOff(salus, cell);
    return { bare: bare.id, one: one.id, full, family: name[0].family, document: documents[0]?.id ?? 'none' };
  }
}

/** The patient with the most encounters among the latest two hundred. */
async function fullest(fhir) {
  const counts = new Map();
  for (const { subject } of await fhir.search('Encounter?_count=200')) {
    counts.set(subject.reference, (counts.get(subject.reference) ?? 0) + 1);
  }
  const [[reference]] = [...counts].sort(([, one], [, other]) => other - one);
  return reference.split('/').at(-1);
}

/** Signs somebody in at the door once, and returns the session. */
async function begin(salus, cell, role) {
  const desk = await openVisitor({ baseUrl: salus.baseUrl, origins: salus.origins() });
  try {
    return await borrowedSession(desk, salus, cell, personOf(cell, role));
  } finally {
    await desk.close();
  }
}

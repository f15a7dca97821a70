// The pages of which screenshots are made, one line each, and the states in which a page can be. A new page gets its line here.
// State: none.

/**
 * `name`; `at`, its address in a scene; `as`, who looks (nobody: no one is signed in); `states`, those of STATES that it can be in
 * beside its usual one; `act`, what is done there to see what has no address.
 */
const chart = (part, states) => ({
  name: part ? `chart-${part}` : 'chart',
  at: ({ cell, patient }) => `/${cell.name}/patient/${patient}${part ? `/${part}` : ''}`,
  as: 'physician',
  states,
});
const cell = (path, as, states, more = {}) => ({
  name: (more.name ?? path).replaceAll('/', '-'),
  at: (scene) => `/${scene.cell.name}/${typeof more.query === 'function' ? path + more.query(scene) : path}`,
  as,
  states,
  ...more,
});
const form = (path) => ({
  ...chart(path, ['refused', 'quarantined', 'offline']),
  name: `write-${path}`,
});

/** Goes where the first of these links leads. */
async function followed(page, selector) {
  await page.locator(selector).first().click();
  await page.waitForLoadState();
}

/** Goes to where an administrator is asked again: to end the access of the first person of the list who is somebody else. */
async function confirmation(page) {
  const people = await page.locator('main tbody a.name').evaluateAll((links) => links.map(({ href }) => href));
  for (const person of people) {
    await page.goto(person);
    if (await page.locator('main a[href$="/revoke"]').count()) return followed(page, 'main a[href$="/revoke"]');
  }
  throw new Error('nobody whose access could be ended');
}

/** Takes a switch of a role away and looks at what that would change. */
async function compared(page) {
  const role = page.locator('#role-medical-assistant');
  await role.locator('input[name=read-results]').uncheck();
  await role.locator('form button').click();
  await page.locator('#reason').waitFor();
}

/** Types into the search field as one who looks for somebody, and waits a little for what comes. */
async function typeInto(page, { family }) {
  await page.keyboard.press('/');
  await page.keyboard.type(family.slice(0, 3), { delay: 20 });
  await page.waitForTimeout(1200);
}

export const PAGES = [
  { name: 'front', at: () => '/', states: ['quarantined', 'printed'] },
  cell('sign-in', undefined, []),
  { name: 'invitation', at: ({ invitation }) => invitation, states: [] },

  cell('today', 'physician', ['empty', 'refused', 'quarantined', 'offline', 'printed']),
  cell('today', 'physician', [], { name: 'keys', act: (page) => page.keyboard.press('?') }),
  cell('today', 'medical-assistant', [], { name: 'today-assistant' }),
  cell('find', 'physician', ['empty', 'refused', 'offline'], {
    query: ({ family }) => `?q=${encodeURIComponent(family.slice(0, 2))}`,
  }),
  cell('find', 'physician', [], { name: 'find-nobody', query: () => '?q=zzzzzz' }),
  cell('find', 'physician', [], { name: 'find-many', query: () => '?q=a' }),
  cell('today', 'physician', [], { name: 'find-typing', act: typeInto }),
  cell('today', 'physician', [], {
    name: 'find-loading',
    act: async (page, scene) => {
      await page.route('**/find?*', () => {});
      await typeInto(page, scene);
    },
  }),
  cell('budget', 'physician', ['refused', 'offline']),
  cell('paper', undefined, ['offline']),
  cell('inbox', 'physician', ['empty', 'refused', 'offline']),
  cell('tasks', 'physician', ['empty', 'refused', 'offline']),

  chart('', ['empty', 'one', 'refused', 'quarantined', 'offline', 'printed']),
  chart('timeline', ['empty', 'one', 'offline', 'printed']),
  chart('labs', ['empty', 'one', 'offline', 'printed']),
  chart('medication', ['empty', 'one', 'offline', 'printed']),
  chart('vaccinations', ['empty', 'one', 'offline', 'printed']),
  chart('documents', ['empty', 'one', 'offline']),
  {
    ...chart('document', ['printed']),
    at: ({ cell, patient, document }) => `/${cell.name}/patient/${patient}/documents/${document}`,
  },
  chart('insurance', ['empty', 'one', 'offline']),
  chart('access', ['one', 'offline', 'printed']),

  { ...cell('patient/new', 'medical-assistant', ['refused', 'offline']), name: 'write-patient' },
  form('address'),
  {
    ...form('insurance'),
    name: 'write-insurance',
    at: ({ cell, patient }) => `/${cell.name}/patient/${patient}/insurance/new`,
  },
  form('note'),
  form('vital'),
  form('allergy'),
  form('appointment'),

  cell('admin', 'practice-administrator', ['refused', 'offline', 'quarantined']),
  cell('admin/people', 'practice-administrator', ['refused', 'offline']),
  cell('admin/people/new', 'practice-administrator', []),
  cell('admin/people', 'practice-administrator', [], {
    name: 'admin-person',
    act: (page) => followed(page, 'main tbody a.name'),
  }),
  cell('admin/people', 'practice-administrator', [], {
    name: 'admin-confirm',
    act: confirmation,
  }),
  cell('admin/clients/new', 'practice-administrator', []),
  cell('admin/roles', 'practice-administrator', ['refused']),
  {
    ...cell('admin/roles', 'practice-administrator', []),
    name: 'admin-role-version',
    at: ({ cell }) => `/${cell.name}/admin/roles/version?version=own`,
  },
  cell('admin/roles', 'practice-administrator', [], {
    name: 'admin-roles-preview',
    act: compared,
  }),
  cell('admin/checks', 'practice-administrator', ['refused']),
  cell('admin/clients', 'practice-administrator', ['refused']),
  cell('admin/log', 'practice-administrator', ['refused', 'offline', 'printed']),
  cell('admin/checkpoints', 'practice-administrator', ['refused']),
  cell('admin/alarms', 'practice-administrator', ['refused']),
  cell('admin/contain', 'practice-administrator', ['refused', 'quarantined']),
  cell('admin/exports', 'practice-administrator', ['refused']),
  cell('admin/budgets', 'practice-administrator', ['refused', 'quarantined']),
  cell('admin/changes', 'practice-administrator', ['refused']),
  cell('admin/alarms/rules', 'practice-administrator', []),

  cell('no-such-page', 'physician', [], { name: 'unknown', status: 404 }),
];

/**
 * What makes a state: whose chart (`full`, `one`, `bare`), which practice (`full`, `empty`, `quarantined`), who looks instead, what happens once the
 * page is there, and how it is shown. `status` are those that are no fault.
 */
export const STATES = {
  usual: { patient: 'full', practice: 'full', status: [200] },
  one: { patient: 'one', practice: 'full', status: [200] },
  empty: { patient: 'bare', practice: 'empty', status: [200] },
  // Who may run the practice may open no chart, and who may open charts may not run the practice.
  refused: { patient: 'full', practice: 'full', otherRole: true, status: [200, 403, 404, 429] },
  quarantined: { patient: 'full', practice: 'quarantined', status: [200, 403, 404, 503] },
  offline: { patient: 'full', practice: 'full', status: [200], isOffline: true },
  printed: { patient: 'full', practice: 'full', status: [200], isPrinted: true },
};

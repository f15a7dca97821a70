// Text that becomes a script wherever it is pasted into a page unescaped, and a look at whether it did.
// State: none; what a hostile text does shows in the page's `__pwned`, and in requests for `/pwned`.

/** What a page must show as it is. One for each place where text may stand; all in one, as one never knows where it ends up. */
const ATTACKS = [
  '<script>window.__pwned="script"</script>',
  '"\'><img src=x onerror=window.__pwned="img">',
  '</title></textarea></style></script></svg><svg onload=window.__pwned="svg">',
  '" autofocus tabindex=0 onfocus=window.__pwned="focus" x="',
  "' onmouseover=window.__pwned='mouse' x='",
  '<div hx-get=/pwned hx-trigger=load>htmx</div>',
  '<a href=javascript:window.__pwned="href" id=pwned>link</a>',
  '<style>*{background:url(/pwned)}</style>',
  '{{constructor.constructor("window.__pwned=1")()}}${window.__pwned=2}',
  '--><iframe src=/pwned></iframe><base href=//pwned.example/>',
  '\\u003cb id=pwned\\u003e',
];

/** By this one sees that a hostile text is shown, and not left out. */
export const MARKER = 'Hostile';

/** The hostile text for one place, which its name makes findable: a place is a path such as `Patient.name[0].family`. */
export const hostileText = (place) => `${MARKER} ${place} ${ATTACKS.join(' ')}`;

/** In a URI or a code there are no spaces. */
const hostileUri = () => 'javascript:window.__pwned="uri"//"><img/src=x/onerror=window.__pwned="uri">';

/** Elements whose text decides what a resource means: with another, it would be shown nowhere. */
const MEANING = new Set([
  'resourceType',
  'id',
  'reference',
  'system',
  'code',
  'status',
  'use',
  'gender',
  'intent',
  'type',
  'data',
  'unit',
]);
const DATE = /^\d{4}(-\d\d(-\d\d(T.*)?)?)?$|^\d\d:\d\d/;

/**
 * A copy of a resource in which every text is hostile. Without `all`, what decides its meaning stays (codes, references,
 * dates), so that it is shown where such a resource is shown; with it, everything but type and references is replaced.
 * Returns `{ resource, places }`, the places as `[path, setter]`, for `giveIn`.
 */
export function hostile(original, { all = false } = {}) {
  const resource = structuredClone(original);
  const places = [];
  const walk = (value, path, key, put) => {
    if (typeof value === 'string') {
      const keeps = all ? ['resourceType', 'reference', 'id'].includes(key) : MEANING.has(key) || DATE.test(value);
      if (keeps) return;
      places.push([path, () => put(value)]);
      put(/^(https?:|urn:)/.test(value) ? hostileUri() : hostileText(path));
    } else if (Array.isArray(value)) {
      value.forEach((item, at) => walk(item, `${path}[${at}]`, key, (next) => (value[at] = next)));
    } else if (value && typeof value === 'object') {
      for (const [name, item] of Object.entries(value))
        walk(item, `${path}.${name}`, name, (next) => (value[name] = next));
    }
  };
  walk(resource, resource.resourceType, '', () => {});
  return { resource, places };
}

/**
 * Creates a hostile copy of a resource by the FHIR interface. Where the server refuses a text, the original comes back, place by
 * place, so that everything that can be stored hostile is. Returns `{ resource, places }`: what is stored, and where it is hostile.
 */
export async function createHostile(fhir, original, options = {}) {
  const { resource, places } = hostile(original, options);
  let left = places;
  for (let round = 0; round < 20; round += 1) {
    const answer = await fhir.send('POST', resource.resourceType, resource);
    if (answer.status === 201) return { resource: answer.body, places: left.map(([path]) => path) };
    const faults = (answer.body?.issue ?? []).filter(({ severity }) => severity !== 'warning');
    const named = faults.flatMap(({ expression }) => expression ?? []);
    const refused = left.filter(([path]) =>
      named.some((name) => name === path || path.startsWith(`${name}.`) || path.startsWith(`${name}[`)),
    );
    if (refused.length === 0) {
      throw new Error(
        `${resource.resourceType}: ${answer.status}, ${JSON.stringify(answer.body?.issue).slice(0, 600)}`,
      );
    }
    refused.forEach(([, restore]) => restore());
    left = left.filter((place) => !refused.includes(place));
  }
  throw new Error(`${resource.resourceType}: refused again and again`);
}

/**
 * Throws unless the page took nothing of a hostile text for more than text, and shows it: nothing ran, no element came of it,
 * no address of it was asked for. `shows: false` is for pages that need not show one.
 */
export async function assertInert(page, watch, { shows = true } = {}) {
  // What loads late has had its time: an image that fails, a request of htmx.
  await page.waitForLoadState('networkidle');
  const faults = await page.evaluate(inspect, MARKER);
  const { isShown, found } = faults;
  found.push(...watch.requests.filter(({ url }) => /\/pwned/i.test(url)).map(({ url }) => `was asked for: ${url}`));
  if (shows && !isShown) found.push('the hostile text is nowhere in sight, so that this shows nothing');
  if (found.length > 0) throw new Error(`${page.url()} is not inert:\n  ${found.join('\n  ')}`);
}

/** Runs in the page. */
function inspect(marker) {
  const found = [];
  if (globalThis.__pwned !== undefined) found.push(`a script ran: ${globalThis.__pwned}`);
  const addresses = ['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'poster', 'srcdoc'];
  for (const element of document.querySelectorAll('*')) {
    const what = element.outerHTML.slice(0, 160);
    const tag = element.tagName.toLowerCase();
    if (element.id === 'pwned') found.push(`an element came of it: ${what}`);
    if (['iframe', 'object', 'embed', 'base', 'frame'].includes(tag)) {
      // A viewer of documents may be one; then it shows an address of ours.
      const at = element.getAttribute('src') ?? element.getAttribute('data') ?? '';
      if (tag === 'base' || new URL(at, location.href).origin !== location.origin)
        found.push(`an element came of it: ${what}`);
    }
    if (tag === 'script' && !element.src) found.push(`a script in the page: ${what}`);
    if (tag === 'meta' && element.httpEquiv.toLowerCase() === 'refresh') found.push(`a page that moves on: ${what}`);
    for (const { name, value } of element.attributes) {
      if (name.startsWith('on')) found.push(`a handler: ${what}`);
      if (name === 'style' && /url\s*\(/i.test(value)) found.push(`a style that asks for something: ${what}`);
      if (/^(data-)?hx-/.test(name) && /pwned/i.test(value)) found.push(`htmx was told something: ${what}`);
      if (addresses.includes(name) && /^[\s\u0000-\u001f]*(javascript|vbscript|data:text\/html)/i.test(value)) {
        found.push(`an address that is a script: ${what}`);
      }
    }
  }
  const fields = [...document.querySelectorAll('input, textarea')].map((field) => field.value);
  const texts = [document.body.textContent, ...fields];
  return { found, isShown: texts.some((text) => text.includes(marker) && text.includes('<script>')) };
}

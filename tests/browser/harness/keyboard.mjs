// What a person does who has no mouse, and that they always see where they are. State: none.

/** How many stops of the Tab key a page may have before the walk gives up. */
const MAX_STOPS = 400;

/** Presses keys one after the other: `keys(page, 'Tab Tab Enter')`, `keys(page, 'g t')`. */
export async function keys(page, text) {
  for (const key of text.split(/\s+/).filter(Boolean)) await page.keyboard.press(key);
}

/** Types text as a person would, key by key, with so many milliseconds between. */
export async function type(page, text, { delay = 5 } = {}) {
  await page.keyboard.type(text, { delay });
}

/** Presses a key until what has the focus matches a selector. Throws when it never does. */
export async function pressUntil(page, key, selector, { most = 60 } = {}) {
  for (let press = 0; press <= most; press += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press(key);
  }
  throw new Error(
    `${most} times ${key}, and the focus never came to ${selector}: it is on ${(await focus(page)).what}`,
  );
}

/** What has the focus: `{ what, name, isInView, hasRing, ringContrast, styles }`, or null when nothing has. */
export function focus(page) {
  return page.evaluate(look);
}

/** Throws unless something has the focus, lies in view with nothing over it, and its ring stands out by 3 to 1. */
export async function assertFocusVisible(page) {
  const seen = await focus(page);
  if (!seen) throw new Error(`nothing has the focus on ${page.url()}`);
  const fault = faultOf(seen);
  if (fault) throw new Error(`${fault}: ${seen.what} on ${page.url()}`);
  return seen;
}

/** WCAG 2.2, 1.4.11: what shows a state differs by 3 to 1 from what is beside it. */
function faultOf(seen) {
  if (!seen.isInView) return 'the focus is out of sight';
  if (!seen.hasRing) return 'the focus does not show';
  if (seen.ringContrast < 3) return `the ring of the focus hardly shows (${seen.ringContrast.toFixed(2)} to 1)`;
  return undefined;
}

/**
 * Walks through the page with Tab, from its beginning to its end, and returns the stops. Throws with every stop whose focus
 * cannot be seen, and with every element that is out of order.
 */
export async function walkWithTab(page) {
  await page.evaluate(toTheBeginning);
  const stops = [];
  // A number above zero takes an element out of the order in which the page is read.
  const faults = await page
    .locator('[tabindex]')
    .evaluateAll((all) =>
      all.filter((one) => one.tabIndex > 0).map((one) => `out of order: ${one.outerHTML.slice(0, 120)}`),
    );
  await page.keyboard.press('Tab');
  for (let seen = await focus(page); seen && stops.length < MAX_STOPS; seen = await focus(page)) {
    if (stops.some(({ mark }) => mark === seen.mark)) break;
    const fault = faultOf(seen);
    if (fault) faults.push(`${fault}: ${seen.what}`);
    stops.push(seen);
    await page.keyboard.press('Tab');
  }
  if (stops.length === 0) faults.push('it comes to nothing');
  if (stops.length === MAX_STOPS) faults.push(`more than ${MAX_STOPS} stops`);
  if (faults.length > 0) throw new Error(`${page.url()}, with Tab:\n  ${faults.join('\n  ')}`);
  return stops;
}

/** Runs in the page: the next Tab begins at its first stop, wherever the focus was. */
function toTheBeginning() {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
}

/** Runs in the page. */
function look() {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  // A list that keeps the focus in its field says by this which of its lines is meant.
  const active = document.getElementById(element.getAttribute('aria-activedescendant') ?? '');
  const rgb = (text) => {
    const parts = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
    return text.startsWith('color(srgb')
      ? [...parts.slice(0, 3).map((part) => part * 255), parts[3] ?? 1]
      : [...parts.slice(0, 3), parts[3] ?? 1];
  };
  const luminance = (color) => {
    const [red, green, blue] = color.map((part) =>
      part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const ground = (from) => {
    for (let at = from; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor);
      if (color[3] > 0.99) return color;
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
  };
  const ringOf = (of, part) => {
    const style = getComputedStyle(of, part);
    const outline =
      style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1 ? style.outlineColor : undefined;
    const shadow = style.boxShadow.match(/(?:rgba?|color)\([^)]*\)/)?.[0];
    const color = outline ?? shadow;
    if (!color || rgb(color)[3] < 0.2) return 0;
    // Beside the element lies what its parent shows, or the element itself when the ring is drawn inwards.
    const inwards = outline && parseFloat(style.outlineOffset) < 0;
    return contrast(rgb(color), ground(inwards ? of : of.parentElement));
  };
  const inView = (of) => {
    const box = of.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) return false;
    const across = Math.min(Math.max(box.left + Math.min(box.width / 2, 40), 0), innerWidth - 1);
    const down = box.top + Math.min(box.height / 2, 20);
    if (down < 0 || down >= innerHeight || box.right < 0 || box.left > innerWidth) return false;
    const top = document.elementFromPoint(across, down);
    return (
      Boolean(top) &&
      (of.contains(top) ||
        top.contains(of) ||
        Boolean(of.labels && [...of.labels].some((label) => label.contains(top))))
    );
  };
  globalThis.__salusMarks ??= new WeakMap();
  if (!globalThis.__salusMarks.has(element))
    globalThis.__salusMarks.set(element, (globalThis.__salusNext = (globalThis.__salusNext ?? 0) + 1));
  const name = (element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '')
    .trim()
    .replace(/\s+/g, ' ');
  // A link that covers its line has the ring round the line, which its `::after` is.
  const rings = [element, ...(active ? [active] : [])].flatMap((of) => [ringOf(of), ringOf(of, '::after')]);
  const shown =
    active && getComputedStyle(active).visibility === 'visible' && active.getAttribute('aria-selected') === 'true';
  return {
    what: `<${element.tagName.toLowerCase()}${element.id ? ` id=${element.id}` : ''}> ${name.slice(0, 60)}`,
    name,
    mark: globalThis.__salusMarks.get(element),
    isInView: inView(element),
    hasRing: rings.some((ring) => ring > 0) || Boolean(shown),
    ringContrast: shown ? Math.max(3, ...rings) : Math.max(...rings),
  };
}

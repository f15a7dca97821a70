// Looks for faults of accessibility with axe. State: none.

import fs from 'node:fs';
import { createRequire } from 'node:module';

const source = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What fails a test; the rest of what axe says is for the eye. */
const SERIOUS = ['serious', 'critical'];

/** All violations, as axe reports them. `within` is a selector that limits the look. */
export async function violations(page, { within } = {}) {
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(source);
  return page.evaluate(async (selector) => {
    // Style sheets are ours and loaded; fetching them again is what `preload` would do.
    const options = { preload: false, resultTypes: ['violations'] };
    return (await globalThis.axe.run(selector ?? document, options)).violations;
  }, within);
}

/** Throws with every serious fault: the rule, each element, and what would mend it. */
export async function assertAccessible(page, options = {}) {
  const serious = (await violations(page, options)).filter(({ impact }) => SERIOUS.includes(impact));
  if (serious.length > 0) throw new Error(`axe, ${page.url()}:\n${serious.map(describe).join('\n')}`);
}

function describe({ id, impact, help, nodes }) {
  const elements = nodes.slice(0, 8).map((node) => {
    const why = (node.failureSummary ?? '')
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
      .join('; ');
    return `    ${node.target.join(' ')}\n      ${node.html.slice(0, 200)}\n      ${why}`;
  });
  const more = nodes.length > 8 ? [`    and ${nodes.length - 8} more`] : [];
  return [`  ${impact} ${id}: ${help}`, ...elements, ...more].join('\n');
}

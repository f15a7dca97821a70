// A person at a desk: a browser context of its own with a language, a theme, a size, and a watch over all its pages.
// State: the context's.

import { browser } from './chromium.mjs';
import { Watch } from './watch.mjs';

const LOCALES = { de: 'de-DE', fr: 'fr-FR', en: 'en-GB' };

/** In CSS pixels; the third is what 1280 px leave at a zoom of 200 %. */
export const SIZES = {
  narrow: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 1 },
  wide: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 },
  zoomed: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
};

/**
 * Opens a context: `language` de, fr or en; `theme` light or dark; `size` one of SIZES; `origins` those that pages may ask.
 * Returns `{ context, page, watch, language, close }`; `close` ends it and says nothing of what the watch saw.
 */
export async function openVisitor({ origins, baseUrl, language = 'en', theme = 'light', size = 'wide', zone } = {}) {
  const context = await (
    await browser()
  ).newContext({
    baseURL: baseUrl,
    locale: LOCALES[language],
    timezoneId: zone ?? 'Europe/Berlin',
    colorScheme: theme,
    reducedMotion: 'reduce',
    acceptDownloads: true,
    ...SIZES[size],
  });
  context.setDefaultTimeout(15_000);
  const watch = new Watch(origins ?? [baseUrl]);
  await watch.attach(context);
  const page = await context.newPage();
  return { context, page, watch, language, close: () => context.close() };
}

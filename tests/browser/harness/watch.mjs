// Notes everything that a page must never do: an error on the console, an exception, a request to another origin, a
// violation of the content security policy, a dialog, a crash. Never interferes with the page.
// State: the complaints so far, one list a browser context.

const REPORT = '__salusWatchReport';

/** Runs in every document before any of its own scripts. */
function inPage(report) {
  addEventListener('securitypolicyviolation', (event) => {
    const what = `${event.effectiveDirective} blocked ${event.blockedURI || 'inline'}`;
    globalThis[report]?.(`content security policy: ${what} (${event.sourceFile ?? ''}:${event.lineNumber ?? ''})`);
  });
}

export class Watch {
  #origins;
  #complaints = [];
  #expected = [];
  /** Addresses that were asked for, in order: `{method, url, type}`. */
  requests = [];
  /** The answers' entries in the access log, in order: `{ url, type, entry }`. Those of a page are the accesses it may show. */
  entries = [];

  /** `origins` are those a page may ask. */
  constructor(origins) {
    this.#origins = new Set(origins);
  }

  /** Watches every page of a context, also those it opens later. */
  async attach(context) {
    await context.exposeBinding(REPORT, (_source, what) => this.complain(what));
    await context.addInitScript(inPage, REPORT);
    context.on('page', (page) => this.#page(page));
    context.on('request', (request) => this.#request(request));
    context.on('response', (response) => {
      const entry = response.headers()['salus-log-entry'];
      if (entry) this.entries.push({ url: response.url(), type: response.request().resourceType(), entry });
    });
    context.on('console', (message) => {
      // A browser looks for an icon of its own accord where an answer is no page and so names none.
      const isOwnIdea = new URL(message.location().url || 'about:blank').pathname === '/favicon.ico';
      if (message.type() === 'error' && !isOwnIdea)
        this.complain(`console: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.complain(`exception: ${error.error().stack ?? error.error()}`));
  }

  /**
   * Something of this wording may and must come: a page that is refused answers 403, which the console calls an error.
   */
  expect(pattern) {
    this.#expected.push({ pattern, came: false });
  }

  complain(what) {
    this.#complaints.push(what);
  }

  /** Throws with everything that came unexpectedly, and with what was expected and did not come. */
  assertQuiet() {
    const complaints = this.take();
    if (complaints.length > 0) throw new Error(`the page was not quiet:\n  ${complaints.join('\n  ')}`);
  }

  /** The complaints so far, which are then forgotten. */
  take() {
    const unexpected = this.#complaints.filter((what) => {
      const matching = this.#expected.filter(({ pattern }) => pattern.test(what));
      matching.forEach((expected) => (expected.came = true));
      return matching.length === 0;
    });
    const missing = this.#expected
      .filter(({ came }) => !came)
      .map(({ pattern }) => `expected and did not come: ${pattern}`);
    this.#complaints = [];
    this.#expected = [];
    return [...new Set([...unexpected, ...missing])];
  }

  #page(page) {
    page.on('crash', () => this.complain('the page crashed'));
    page.on('dialog', (dialog) => {
      this.complain(`dialog: ${dialog.type()} ${dialog.message()}`);
      // A page that asks whether one wants to leave is answered yes, or nothing would ever end.
      (dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss()).catch(() => {});
    });
  }

  #request(request) {
    const url = new URL(request.url());
    this.requests.push({ method: request.method(), url: request.url(), type: request.resourceType() });
    // The last two are Chromium's own viewer of PDFs, which is made of a page.
    if (['data:', 'blob:', 'about:', 'chrome-extension:', 'chrome:'].includes(url.protocol)) return;
    if (!this.#origins.has(url.origin))
      this.complain(`request to another origin: ${request.method()} ${request.url()}`);
  }
}

// The FHIR interface of one cell, for setting a scene and for looking at what was written. State: none.

export class Fhir {
  #base;
  #token;

  /** `cell` is one of `Salus.cells`, or anything with its `fhir_base_url` and a `token`. */
  constructor(cell) {
    this.#base = cell.fhir_base_url;
    this.#token = cell.token;
  }

  /** `{ status, body, entry }`; `entry` is the number of the access log's entry. */
  async send(method, path, resource) {
    const headers = { authorization: `Bearer ${this.#token}`, accept: 'application/fhir+json' };
    if (resource) headers['content-type'] = 'application/fhir+json';
    const body = resource && JSON.stringify(resource);
    const answer = await fetch(`${this.#base}/${path}`, { method, headers, body });
    const text = await answer.text();
    return {
      status: answer.status,
      body: text ? JSON.parse(text) : undefined,
      entry: answer.headers.get('salus-log-entry'),
    };
  }

  /** Creates a resource and returns it with its id. */
  async create(resource) {
    return this.#expect(201, 'POST', resource.resourceType, resource);
  }

  async read(reference) {
    return this.#expect(200, 'GET', reference);
  }

  async update(resource) {
    return this.#expect(200, 'PUT', `${resource.resourceType}/${resource.id}`, resource);
  }

  /** The resources of a search's first page. */
  async search(query) {
    const bundle = await this.#expect(200, 'GET', query);
    return (bundle.entry ?? []).map(({ resource }) => resource);
  }

  async #expect(status, method, path, resource) {
    const answer = await this.send(method, path, resource);
    if (answer.status !== status) {
      const issues = JSON.stringify(answer.body?.issue ?? answer.body).slice(0, 800);
      throw new Error(`${method} ${path}: ${answer.status}, ${issues}`);
    }
    return answer.body;
  }
}

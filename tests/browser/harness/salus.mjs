// Starts a Salus demo on a free port with a data directory of its own, and ends it with everything it started.
// Never touches a data directory that is not its own, unless SALUS_BROWSER_DEMO names a running demo's.
// State: the processes that were started; none outlives this one.

import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { binary } from './places.mjs';

const START_MS = 120_000;
const END_MS = 10_000;
/** How much of what the server says is kept, in characters. */
const LOG_CHARS = 64 * 1024;

/** What a command of `salus` prints, at most. */
const MAX_PRINTED_BYTES = 64 * 1024 * 1024;

const living = new Set();
process.on('exit', () => living.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/** A running demo, and what its `demo.json` says. */
export class Salus {
  #child;
  #folder;
  #log;

  /** `folder` is what goes with it at its end; without a `child` it is somebody else's, and stays. */
  constructor(data, { child, folder, log } = {}) {
    this.data = data;
    this.#child = child;
    this.#folder = folder;
    this.#log = log;
    this.readDemo();
  }

  /** Reads `demo.json` again, as after a restart or when one-time links were used up. */
  readDemo() {
    this.demo = JSON.parse(fs.readFileSync(path.join(this.data, 'demo.json'), 'utf8'));
    this.baseUrl = this.demo.base_url;
    this.cells = this.demo.cells;
  }

  /** The cell in which one speaks this language: the German one, or the French one. English reads the German one. */
  cell(language) {
    return this.cells[language === 'fr' && this.cells.length > 1 ? 1 : 0];
  }

  /** The origins whose pages belong to Salus: the record server's, and the door's if it has one. */
  origins() {
    return [...new Set(linksIn(this.demo).map((url) => new URL(url).origin))];
  }

  /**
   * The newest entries of a cell's access log, the oldest of them first: `[{ number, event, principal, access, … }]`, as
   * `salus log show --json` has them.
   */
  async logEntries(cell, last = 200) {
    return JSON.parse(await this.command('log', 'show', '--cell', cell.name, '--last', String(last), '--json')).entries;
  }

  /** What `salus WORDS --data DIR` prints, as whoever administers the machine; throws when it fails. */
  async command(...words) {
    const { stdout } = await promisify(execFile)(binary, [...words, '--data', this.data], {
      maxBuffer: MAX_PRINTED_BYTES,
    });
    return stdout;
  }

  /** The last that the server said on stderr. */
  log() {
    return this.#log?.text ?? '';
  }

  /** Ends every process and removes the data. */
  async stop() {
    if (!this.#child) return;
    await end(this.#child);
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Every address of this machine in the demo's file, which covers the door's one-time links wherever they stand. */
function linksIn(value) {
  if (typeof value === 'string') return /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(value) ? [value] : [];
  if (value && typeof value === 'object') return Object.values(value).flatMap(linksIn);
  return [];
}

/** A demo with this many patients in each of its two practices; waits until it is ready. */
export async function startSalus({ patients = 3, extraArguments = [], environment = {} } = {}) {
  if (process.env.SALUS_BROWSER_DEMO) return new Salus(process.env.SALUS_BROWSER_DEMO);
  if (!fs.existsSync(binary)) throw new Error(`${binary} is missing: cargo build -p salus`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'salus-browser-'));
  const data = path.join(folder, 'demo');
  const words = ['demo', '--port', '0', '--data', data, '--patients', String(patients), ...extraArguments];
  const child = spawn(binary, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C.UTF-8', ...environment } });
  living.add(child);
  const log = { text: '' };
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log.text = (log.text + text).slice(-LOG_CHARS);
  });
  try {
    await ready(child, log);
    return new Salus(data, { child, folder, log });
  } catch (error) {
    await end(child);
    fs.rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Resolves at the line `ready URL`. */
function ready(child, log) {
  return new Promise((resolve, reject) => {
    const failed = (why) => reject(new Error(`salus demo ${why}\n${log.text}`));
    const timer = setTimeout(() => failed(`was not ready within ${START_MS} ms`), START_MS);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (/^ready \S+$/m.test(said)) {
        clearTimeout(timer);
        resolve();
      }
    });
    child.once('error', (error) => failed(error.message));
    child.once('exit', (code, signal) => failed(`ended with ${signal ?? code}`));
  });
}

async function end(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
    await ended;
    clearTimeout(timer);
  }
  living.delete(child);
}

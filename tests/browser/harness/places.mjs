// Where things lie: the repository, the build, and what the tests write. State: none.

import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

export const target = path.resolve(repository, process.env.CARGO_TARGET_DIR ?? 'target');

/** The program under test: SALUS_BINARY, or the debug build that `cargo test` leaves behind. */
export const binary = process.env.SALUS_BINARY ?? path.join(target, 'debug', 'salus');

/** Screenshots, texts and logs of what failed. */
export const failures = path.join(target, 'test-log', 'browser');

export const screenshots = path.join(target, 'screenshots');

/** A file name made of a sentence. */
export function fileName(text) {
  const folded = text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
  return folded
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 120);
}

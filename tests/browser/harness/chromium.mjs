// Starts Debian's Chromium. Never fetches one, and never talks to a host that is not this machine.
// State: one browser a process, which ends with it.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const FONTS = path.join(path.dirname(fileURLToPath(import.meta.url)), 'fonts.conf');

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Whatever a page asks for elsewhere is refused here, and not by somebody's name server.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]',
];

/** The program: SALUS_CHROMIUM, or where Debian puts it. Throws when there is none. */
export function program() {
  const file = process.env.SALUS_CHROMIUM ?? '/usr/bin/chromium';
  if (!fs.existsSync(file))
    throw new Error(`no ${file}: apt-get install chromium fonts-open-sans, or set SALUS_CHROMIUM`);
  return file;
}

let running;

/** The browser of this process; starts it when it is first asked for. */
export function browser() {
  running ??= chromium.launch({
    executablePath: program(),
    headless: true,
    // Chromium refuses its own sandbox to root, which containers and test machines are.
    chromiumSandbox: process.getuid?.() !== 0,
    args: FLAGS,
    env: { ...process.env, FONTCONFIG_FILE: FONTS },
  });
  return running;
}

/** Ends the browser, if one was started. */
export async function closeBrowser() {
  const was = running;
  running = undefined;
  await (await was)?.close();
}

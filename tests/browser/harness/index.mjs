// Everything that a test of pages needs. State: none.

export { assertAccessible, violations } from './axe.mjs';
export { browser, closeBrowser } from './chromium.mjs';
export { Fhir } from './fhir.mjs';
export { MARKER, assertInert, createHostile, hostile, hostileText } from './hostile.mjs';
export { createHostileChart } from './hostile_chart.mjs';
export { assertFocusVisible, focus, keys, pressUntil, type, walkWithTab } from './keyboard.mjs';
export { Passkeys } from './passkey.mjs';
export { startSalus } from './salus.mjs';
export { ROLES, borrowedSession, cookieName, people, personOf, redeemInvitation, signIn, withToken } from './sign_in.mjs';
export { each, suite } from './suite.mjs';
export { SIZES, openVisitor } from './visitor.mjs';
export { Watch } from './watch.mjs';
export { weigh } from './weight.mjs';

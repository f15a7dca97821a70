// A passkey in the browser: Chromium's virtual authenticator, as one built into a desk's machine.
// Never leaves the page's own browser context. State: the credentials that pages registered.

/** One that is built in, keeps its credentials, and whose owner is always there and verified. */
const OPTIONS = {
  protocol: 'ctap2',
  ctap2Version: 'ctap2_1',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
};

export class Passkeys {
  #session;
  #id;

  /** Puts an authenticator into a page; it stays when the page moves on, also to another origin. */
  static async on(page, options = {}) {
    const passkeys = new Passkeys();
    passkeys.#session = await page.context().newCDPSession(page);
    await passkeys.#session.send('WebAuthn.enable', { enableUI: false });
    const added = await passkeys.#session.send('WebAuthn.addVirtualAuthenticator', {
      options: { ...OPTIONS, ...options },
    });
    passkeys.#id = added.authenticatorId;
    return passkeys;
  }

  /** `[{credentialId, rpId, signCount, userHandle, privateKey, …}]` */
  async credentials() {
    const { credentials } = await this.#session.send('WebAuthn.getCredentials', { authenticatorId: this.#id });
    return credentials;
  }

  /** Puts a credential in, as a passkey that was carried over from another device, or a stolen and older copy of one. */
  async add(credential) {
    await this.#session.send('WebAuthn.addCredential', { authenticatorId: this.#id, credential });
  }

  /** The same credentials in another page, as a second window of the same machine has them. */
  async alsoOn(page) {
    const other = await Passkeys.on(page);
    for (const credential of await this.credentials()) await other.add(credential);
    return other;
  }

  /** The owner's finger is wet: from here on, nobody is verified; or it is dry again. */
  async setVerified(isUserVerified) {
    await this.#session.send('WebAuthn.setUserVerified', { authenticatorId: this.#id, isUserVerified });
  }

  /** Nobody touches it: a request hangs until it is aborted or times out; or somebody does again. */
  async setPresent(enabled) {
    await this.#session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: this.#id, enabled });
  }

  /** The device is lost. */
  async remove() {
    await this.#session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.#id });
  }
}

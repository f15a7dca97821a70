'use strict';
// The ceremonies with passkeys. The page says by data-door which one it is about.
//
// Never: puts anything of a stranger's into the page as HTML but what the door itself rendered; keeps a one-time link's secret longer
// than this tab needs it. State: what is under way.
(() => {
  const root = document.querySelector('[data-door]');
  if (!root) return;
  const LINK = 'salus-link';
  const FRESH = 'salus-fresh';
  const TIMEOUT_MS = 240000;
  const status = root.querySelector('[data-say]');

  const say = (key) => {
    status.textContent = key ? status.dataset[key] : '';
  };

  /** Something that did not work, by the name of what is said about it. */
  class Trouble extends Error {}

  const bytes = (text) => {
    const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) => {
    const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
    return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  };

  const post = async (path, body) => {
    let response;
    try {
      response = await fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
      });
    } catch {
      throw new Trouble('away');
    }
    if (!response.ok) throw new Trouble(response.status >= 500 ? 'away' : 'refused');
    const answer = await response.json();
    if (answer.error) throw new Trouble(answer.error);
    return answer;
  };

  const ask = async (ceremony) => {
    if (!window.PublicKeyCredential) throw new Trouble('unable');
    try {
      say('waiting');
      return await ceremony();
    } catch (error) {
      if (error.name === 'InvalidStateError') throw new Trouble('already');
      throw new Trouble(error.name === 'NotAllowedError' || error.name === 'AbortError' ? 'cancelled' : 'unable');
    }
  };

  /** Lets the person use a passkey of theirs; the authenticator shows which there are. */
  const use = async ({ challenge, rpId }) => {
    const credential = await ask(() =>
      navigator.credentials.get({
        publicKey: { challenge: bytes(challenge), rpId, userVerification: 'required', timeout: TIMEOUT_MS },
      }),
    );
    const { response } = credential;
    return {
      id: text(credential.rawId),
      clientData: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    };
  };

  /** Lets the person make a passkey. */
  const make = async (wanted, label) => {
    const credential = await ask(() =>
      navigator.credentials.create({
        publicKey: {
          challenge: bytes(wanted.challenge),
          rp: { id: wanted.rpId, name: 'Salus' },
          user: { id: bytes(wanted.user), name: wanted.name, displayName: wanted.displayName },
          pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
          excludeCredentials: wanted.exclude.map((id) => ({ type: 'public-key', id: bytes(id) })),
          authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
          attestation: 'none',
          timeout: TIMEOUT_MS,
        },
      }),
    );
    const { response } = credential;
    return {
      clientData: text(response.clientDataJSON),
      attestation: text(response.attestationObject),
      label: label.trim(),
    };
  };

  /** Does something once, with the button out of reach meanwhile, and says what came of it. */
  const once = async (button, work) => {
    if (root.dataset.busy) return;
    root.dataset.busy = 'yes';
    if (button) button.disabled = true;
    say('');
    try {
      await work();
    } catch (error) {
      say(error instanceof Trouble ? error.message : 'unable');
    } finally {
      delete root.dataset.busy;
      if (button) button.disabled = false;
    }
  };

  const go = (to) => {
    say('waiting');
    location.replace(to);
  };

  const request = () => Object.fromEntries(new URLSearchParams(location.search));

  const authorize = () => {
    const button = root.querySelector('[data-go]');
    const signIn = () =>
      once(button, async () => {
        const asked = request();
        const used = await use(await post('/authorize/begin', asked));
        go((await post('/authorize/finish', { request: asked, used })).to);
      });
    button.addEventListener('click', signIn);
    // Whoever made a passkey a moment ago need not press another button.
    if (sessionStorage.getItem(FRESH)) {
      sessionStorage.removeItem(FRESH);
      signIn();
    } else {
      button.focus();
    }
  };

  /** Confirms exactly what stands in the address. */
  const confirm = (path) => () => {
    const button = root.querySelector('[data-go]');
    button.addEventListener('click', () =>
      once(button, async () => {
        const asked = request();
        const used = await use(await post(`${path}/begin`, asked));
        go((await post(`${path}/finish`, { request: asked, used })).to);
      }),
    );
    button.focus();
  };

  const lookRound = () => {
    const button = root.querySelector('[data-go]');
    const finish = () => once(button, async () => go((await post('/look-round/finish', request())).to));
    button.addEventListener('click', finish);
    finish();
  };

  const invitation = async () => {
    // The secret leaves the address at once, and this tab's memory when it was used.
    if (location.hash.length > 1) {
      sessionStorage.setItem(LINK, location.hash.slice(1));
      history.replaceState(null, '', location.pathname);
    }
    const secret = sessionStorage.getItem(LINK);
    if (!secret) return say('link');
    let opened;
    try {
      opened = await post('/invitation/open', { secret });
    } catch (error) {
      return say(error.message === 'refused' ? 'link' : error.message);
    }
    root.querySelector('[data-name]').textContent = opened.person.name;
    root.querySelector('[data-cell]').textContent = opened.person.cell ? `· ${opened.person.cell}` : '';
    root.querySelector('[data-whose]').hidden = false;
    root.querySelector(opened.make ? '[data-passkey]' : '[data-round]').hidden = false;

    const button = root.querySelector('[data-go]');
    button.addEventListener('click', () =>
      once(button, async () => {
        // A challenge that was drawn when the page came may be too old by now.
        const { make: wanted } = await post('/invitation/open', { secret });
        const made = await make(wanted, root.querySelector('[data-label]').value);
        const language = document.documentElement.lang;
        const { to } = await post('/invitation/finish', { secret, made, language });
        sessionStorage.removeItem(LINK);
        sessionStorage.setItem(FRESH, 'yes');
        go(to);
      }),
    );
    const round = root.querySelector('[data-go-round]');
    round.addEventListener('click', () =>
      once(round, async () => {
        const { to } = await post('/look-round', { secret });
        sessionStorage.removeItem(LINK);
        go(to);
      }),
    );
  };

  const passkeys = () => {
    const list = root.querySelector('[data-list]');
    const show = (html) => {
      // Rendered and escaped by the door, and parsed without running anything.
      const parsed = new DOMParser().parseFromString(html, 'text/html');
      list.replaceChildren(...parsed.body.childNodes);
      const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium' });
      for (const time of list.querySelectorAll('time[data-ms]')) {
        const date = new Date(Number(time.dataset.ms));
        time.dateTime = date.toISOString();
        time.textContent = format.format(date);
      }
    };
    const act = (wish, button) =>
      once(button, async () => {
        const used = await use(await post('/passkeys/begin', wish));
        const done = await post('/passkeys/finish', { wish, used });
        if (done.make) {
          const made = await make(done.make, '');
          const { principal, allowedBy } = done.make;
          await post('/passkeys/add', { principal, allowedBy, made });
          say('added');
        } else {
          show(done.html);
          say(wish.do === 'list' ? '' : 'done');
        }
      });
    root.addEventListener('click', (event) => {
      const button = event.target.closest('button[data-do]');
      if (!button) return;
      const wish = { do: button.dataset.do };
      const passkey = button.closest('[data-passkey]');
      if (passkey) wish.passkey = passkey.dataset.passkey;
      act(wish, button);
    });
    root.addEventListener('submit', (event) => {
      event.preventDefault();
      const form = event.target;
      const { passkey } = form.closest('[data-passkey]').dataset;
      act({ do: 'rename', passkey, label: form.elements.label.value }, form.querySelector('button'));
    });
  };

  const [touch, raise, approve] = ['/touch', '/raise', '/export'].map(confirm);
  ({ authorize, 'look-round': lookRound, invitation, passkeys, touch, raise, export: approve })[root.dataset.door]();
})();

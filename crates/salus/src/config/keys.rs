//! Every key of the configuration, once: from here come the names that are known, the commented file that `salus init`
//! writes, and docs/configuration.md. Reads nothing.

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text in quotes.
    Text,
    /// An IP address and a port, in quotes.
    Address,
    /// One of these words, in quotes.
    Choice(&'static [&'static str]),
    /// A path in quotes, relative to the working directory.
    Path,
    /// A whole number, from the first to the last.
    Number(i64, i64),
    /// `true` or `false`.
    Switch,
    /// A list of texts; in an environment variable, separated by commas.
    List,
}

impl Kind {
    /// In words, for the documentation.
    fn words(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Address => "IP address and port".to_owned(),
            Self::Choice(words) => format!("`{}`", words.join("`, `")),
            Self::Path => "path".to_owned(),
            Self::Number(first, last) => format!("whole number, {first} to {last}"),
            Self::Switch => "true or false".to_owned(),
            Self::List => "list of texts".to_owned(),
        }
    }
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its section.
    pub section: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Its default, as TOML; empty where there is none.
    pub default: &'static str,
    /// What it is for, in one sentence or two.
    pub what: &'static str,
}

const fn key(
    section: &'static str,
    name: &'static str,
    kind: Kind,
    default: &'static str,
    what: &'static str,
) -> Key {
    Key { section, name, kind, default, what }
}

/// All keys, in the order of the file.
pub const KEYS: &[Key] = &[
    key(
        "server",
        "listen",
        Kind::Address,
        "\"127.0.0.1:8642\"",
        "Address and port that the record server listens on.",
    ),
    key(
        "server",
        "public_url",
        Kind::Text,
        "\"\"",
        "The address under which clients reach it, without a slash at its end; it stands in Location headers and links. \
         Empty: `http` or `https` and the address of `listen`.",
    ),
    key(
        "server",
        "behind_proxy",
        Kind::Switch,
        "false",
        "Whether a proxy that ends TLS stands before it, and nobody else reaches it: the last address of X-Forwarded-For is then \
         the client's in the access log. X-Forwarded-Proto and -Host are not read: set `public_url`. Without it and without a certificate, only a loopback address may be listened on.",
    ),
    key(
        "door",
        "listen",
        Kind::Address,
        "\"127.0.0.1:8643\"",
        "Address and port that the door listens on, where people sign in. It shows the certificate of `[tls]`, which must name its host, too.",
    ),
    key(
        "door",
        "public_url",
        Kind::Text,
        "\"\"",
        "The door's origin, as browsers reach it: scheme, host and, where it is not the scheme's own, port; a host of its own, not the \
         record server's. Empty: `http` or `https`, `localhost` or the address of `listen`, and its port.",
    ),
    key(
        "door",
        "rp_id",
        Kind::Text,
        "\"\"",
        "What passkeys are bound to: the door's host, or a domain above it. Whoever changes it ends every passkey. Empty: the host of \
         `public_url`. Leave it so, unless the door is to move between hosts of one domain: every page under that domain could then ask for the passkeys.",
    ),
    key("tls", "certificate_file", Kind::Path, "\"\"", "The certificate and those above it, PEM."),
    key("tls", "key_file", Kind::Path, "\"\"", "The certificate's key, PEM."),
    key(
        "limits",
        "max_body_bytes",
        Kind::Number(1, 1 << 30),
        "67108864",
        "The largest request body, in bytes; of a transaction or batch, all entries together. A single resource may have at most \
         16777216 bytes (16 MiB) as it is stored, whatever stands here: that much is sealed as one. Above either bound, the \
         answer is 413 with the bound that was passed.",
    ),
    key(
        "limits",
        "max_connections",
        Kind::Number(1, 100_000),
        "1024",
        "The most connections at once; further ones wait.",
    ),
    key(
        "limits",
        "request_timeout_s",
        Kind::Number(1, 86_400),
        "60",
        "After how many seconds a request is given up.",
    ),
    key(
        "keyholder",
        "root_key_file",
        Kind::Path,
        "\"\"",
        "The root key's file. Empty: trust/root.key in the data directory; better on a medium of its own.",
    ),
    key(
        "keyholder",
        "witness_dirs",
        Kind::List,
        "[]",
        "Directories that get every checkpoint of the access log; at start the log must contain what they hold. Empty: witness \
         in the data directory; better on another machine.",
    ),
    key(
        "alarms",
        "smtp_host",
        Kind::Text,
        "\"\"",
        "The mail server that takes alarms' mails, by the name in its certificate. Empty: no mails.",
    ),
    key("alarms", "smtp_port", Kind::Number(1, 65_535), "587", "The mail server's port."),
    key(
        "alarms",
        "smtp_tls",
        Kind::Choice(&["starttls", "tls", "none"]),
        "\"starttls\"",
        "How the connection to it is protected: `starttls` must be encrypted before anything is said (port 587, as a rule), `tls` is \
         encrypted from its beginning (port 465, as a rule), `none` is for a mail server on this machine alone.",
    ),
    key("alarms", "smtp_user", Kind::Text, "\"\"", "As whom Salus signs in there. Empty: as nobody."),
    key(
        "alarms",
        "smtp_password_file",
        Kind::Path,
        "\"\"",
        "The file with the password, on one line. It is read at start.",
    ),
    key("alarms", "mail_from", Kind::Text, "\"\"", "The mail address that alarms come from."),
    key(
        "alarms",
        "mail_to",
        Kind::List,
        "[]",
        "The mail addresses that are told of alarms: of every cell; written `cell=address`, of that cell alone. With the webhooks, at most 64.",
    ),
    key(
        "alarms",
        "mail_language",
        Kind::Choice(&["de", "fr", "en"]),
        "\"en\"",
        "In which language the mails are.",
    ),
    key(
        "alarms",
        "webhook_urls",
        Kind::List,
        "[]",
        "The https addresses that get a signed POST for each alarm: of every cell; written `cell=https://...`, of that cell alone. http is for \
         an address on this machine alone. docs/alarms.md says what is sent, and how its signature is checked.",
    ),
    key(
        "alarms",
        "webhook_secret_file",
        Kind::Path,
        "\"\"",
        "The file with the secret that these requests are signed with, on one line, at least 16 characters. It is read at start.",
    ),
    key(
        "alarms",
        "ca_file",
        Kind::Path,
        "\"\"",
        "PEM: the authorities that may sign the certificates of the mail server and the webhooks. Empty: those of the system.",
    ),
    key(
        "log",
        "format",
        Kind::Choice(&["json", "text"]),
        "\"json\"",
        "How the processes log to stderr: JSON, one object a line, or text for people.",
    ),
    key(
        "log",
        "level",
        Kind::Choice(&["error", "warn", "info", "debug"]),
        "\"info\"",
        "From which level on they log.",
    ),
];

/// What each section is about.
pub const SECTIONS: &[(&str, &str)] = &[
    ("server", "Where the record server is reached."),
    ("door", "Where people sign in: an origin of its own."),
    ("tls", "TLS by certificate files; both or neither. They are read at start."),
    ("limits", "Bounds of what one client can take."),
    ("keyholder", "The trusted side."),
    (
        "alarms",
        "Who is told of alarms beyond the page: by mail, and by signed HTTP requests (docs/alarms.md).",
    ),
    ("log", "What the processes say about themselves; never about a patient."),
];

/// The environment variable that overrides a key.
pub fn variable(key: &Key) -> String {
    format!("SALUS_{}__{}", key.section.to_uppercase(), key.name.to_uppercase())
}

/// The file that `salus init` writes: every key with its default, commented out.
pub fn default_file() -> String {
    let mut out = String::from("# Configuration of Salus. What is commented out has the value shown.\n");
    for (section, about) in SECTIONS {
        out.push_str(&format!("\n# {about}\n[{section}]\n"));
        for key in KEYS.iter().filter(|key| key.section == *section) {
            for line in wrap(key.what) {
                out.push_str(&format!("# {line}\n"));
            }
            out.push_str(&format!("# {} = {}\n", key.name, key.default));
        }
    }
    out
}

/// docs/configuration.md.
pub fn documentation() -> String {
    let mut out = String::from(
        "# Configuration\n\n\
         `salus serve` reads one TOML file: `--config FILE`, else `salus.toml` in the data directory; `salus init` writes it \
         with every key\nand its default. An environment variable overrides a key: `SALUS_SECTION__KEY`, such as \
         `SALUS_SERVER__LISTEN=0.0.0.0:8443`.\nAn unknown key is an error that names it, its line and the nearest key there \
         is; a value that\nis not as it must be is an error that names the key, its line or variable, and what it must be. The data directory is\nno key: it is `--data DIR`, else `SALUS_DATA`, else `./salus-data`.\n",
    );
    for (section, about) in SECTIONS {
        out.push_str(&format!("\n## [{section}]\n\n{about}\n\n| key | value | default | what it is for |\n| --- | --- | --- | --- |\n"));
        for key in KEYS.iter().filter(|key| key.section == *section) {
            out.push_str(&format!(
                "| `{}` | {} | `{}` | {} |\n",
                key.name,
                key.kind.words(),
                key.default,
                key.what
            ));
        }
    }
    out
}

/// Lines of at most 100 characters.
fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < 100 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

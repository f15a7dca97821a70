//! One mail to one address, brought to the mail server of this installation.
//!
//! Never: falls back to a connection that is less protected than was asked for; keeps a connection. State: none.

use crate::error::Trouble;
use crate::roots::Roots;
use crate::target::{Letter, News};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use salus_trust_api::wire::alarms::WayTrouble;
use std::error::Error as _;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long the mail server may take for each step.
const STEP_TIMEOUT: Duration = Duration::from_secs(20);

/// Where mails are brought.
#[derive(Clone)]
pub struct MailServer {
    /// Its name, as its certificate says it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// As whom to sign in there; none: as nobody.
    pub login: Option<(String, Zeroizing<String>)>,
    /// Whose mails they are.
    pub from: Address,
}

/// How the connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// It begins in plain text and must be encrypted before anything is said (port 587, as a rule).
    StartTls,
    /// It is encrypted from its beginning (port 465, as a rule).
    Whole,
    /// Not at all: to this machine only.
    None,
}

/// Who brings mails there.
#[derive(Clone)]
pub(crate) struct Mails {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    domain: String,
}

impl Mails {
    pub(crate) fn new(server: &MailServer, roots: &Roots) -> Result<Self, Trouble> {
        let wrong = |why: smtp::Error| Trouble::new(WayTrouble::Encryption, why);
        let parameters = || -> Result<TlsParameters, smtp::Error> {
            let mut builder =
                TlsParameters::builder(server.host.clone()).certificate_store(CertificateStore::None);
            for root in roots.certificates() {
                builder = builder.add_root_certificate(Certificate::from_der(root.to_vec())?);
            }
            builder.build()
        };
        let tls = match server.tls {
            MailTls::StartTls => Tls::Required(parameters().map_err(wrong)?),
            MailTls::Whole => Tls::Wrapper(parameters().map_err(wrong)?),
            MailTls::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(STEP_TIMEOUT))
            .hello_name(own_name());
        if let Some((user, password)) = &server.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.to_string()));
        }
        Ok(Self {
            transport: builder.build(),
            from: server.from.clone(),
            domain: server.from.domain().to_owned(),
        })
    }

    /// Sends it; whoever's server takes it has it.
    pub(crate) async fn send(&self, to: &Address, news: &News, letter: Letter) -> Result<(), Trouble> {
        let Letter { subject, body } = letter;
        let message = Message::builder()
            .from(Mailbox::new(Some("Salus".into()), self.from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(subject)
            .header(ContentType::TEXT_PLAIN);
        // What is sent twice, because nobody could say any more that it was sent, can be told by its name.
        let message = self.named(message, news).body(body);
        let mut message = message.map_err(|why| Trouble::new(WayTrouble::Configuration, why))?;
        // No out-of-office note answers it (RFC 3834).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".into()));
        self.transport.send(message).await.map(drop).map_err(|error| Trouble::new(kind(&error), &error))
    }

    fn named(&self, message: MessageBuilder, news: &News) -> MessageBuilder {
        match news {
            News::Alarms(alarms) => {
                let (first, last) = (alarms.first(), alarms.last());
                let id = first.zip(last).map(|(first, last)| {
                    format!("<{}-{}-{}@{}>", first.cell, first.number, last.number, self.domain)
                });
                message.message_id(id)
            }
            News::Test => message.message_id(None),
        }
    }
}

/// This machine's name, as mail servers want to be greeted.
fn own_name() -> ClientId {
    let name = rustix::system::uname();
    let name = name.nodename().to_str().unwrap_or_default();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    if !name.is_empty() && name.bytes().all(is_name) {
        ClientId::Domain(name.to_owned())
    } else {
        ClientId::default()
    }
}

fn kind(error: &smtp::Error) -> WayTrouble {
    if error.is_permanent() || error.is_transient() || error.is_response() {
        return WayTrouble::Refused;
    }
    if error.is_tls() || is_of_tls(error) {
        return WayTrouble::Encryption;
    }
    if !error.is_client() {
        return WayTrouble::NoAnswer;
    }
    // A server that can't encrypt where it must, or knows no way to sign in.
    if error.to_string().contains("STARTTLS") { WayTrouble::Encryption } else { WayTrouble::Configuration }
}

/// Whether what broke is TLS, which shows as a fault of the connection.
fn is_of_tls(error: &smtp::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return true;
        }
        source = cause.source();
    }
    false
}

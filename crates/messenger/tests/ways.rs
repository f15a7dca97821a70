//! Messages to a real mail server and a real HTTP listener: what arrives, and what is said of each way in which it does not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use salus_messenger::*;
use salus_testkit::mail::{LOGIN, MailServer as RealMailServer};
use salus_trust_api::wire::alarms::WayTrouble;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use zeroize::Zeroizing;

fn options(targets: Vec<Target>, mail: Option<MailServer>, roots: Roots) -> MessengerOptions {
    let letter = |news: &News| {
        assert_eq!(*news, News::Test);
        Letter { subject: "Versuch – mit Ümlaut".into(), body: "Hören Sie?\n".into() }
    };
    MessengerOptions {
        keyholder_socket: "/nowhere".into(),
        key: Zeroizing::new([0; 32]),
        targets,
        mail,
        webhook_secret: Some(Zeroizing::new(b"a secret of some length".to_vec())),
        roots,
        pages_url: "https://salus.example".into(),
        words: Arc::new(letter),
    }
}

fn try_one(options: &MessengerOptions) -> Vec<Result<(), WayTrouble>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let results = runtime.block_on(try_all(options));
    results.into_iter().map(|(_, result)| result.map_err(|trouble| trouble.kind)).collect()
}

fn server(port: u16, password: &str, tls: MailTls) -> MailServer {
    let login = Some((LOGIN.0.to_owned(), Zeroizing::new(password.to_owned())));
    MailServer { host: "localhost".into(), port, tls, login, from: "salus@praxis.example".parse().unwrap() }
}

#[test]
fn a_mail_arrives_encrypted_and_signed_in_or_it_is_said_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let Some(real) = RealMailServer::start("mails", folder.path(), 0) else { return };
    let to = |address: &str| vec![Target::mail(address).unwrap()];
    let own = || Roots::from_file(&folder.path().join("ca.pem")).unwrap();
    let good = server(real.port, LOGIN.1, MailTls::StartTls);
    let both = ["it@praxis.example", "nobody@praxis.example"].map(|address| Target::mail(address).unwrap());
    let results = try_one(&options(both.to_vec(), Some(good.clone()), own()));
    assert_eq!(results, [Ok(()), Err(WayTrouble::Refused)], "one that is refused keeps nobody from it");

    for (trouble, server, roots) in [
        (WayTrouble::Refused, server(real.port, "falsch", MailTls::StartTls), own()),
        (WayTrouble::Encryption, good.clone(), Roots::default()),
        (WayTrouble::NoAnswer, server(1, LOGIN.1, MailTls::StartTls), own()),
    ] {
        let result = try_one(&options(to("it@praxis.example"), Some(server), roots));
        assert_eq!(result, [Err(trouble)]);
    }
    let naked = MailServer { login: None, ..server(real.port, "", MailTls::None) };
    assert_eq!(try_one(&options(to("it@praxis.example"), Some(naked), own())), [Err(WayTrouble::Refused)]);
    assert_eq!(try_one(&options(to("it@praxis.example"), None, own())), [Err(WayTrouble::Configuration)]);

    let mails = real.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    let mail = &mails[0];
    assert_eq!(mail["subject"], "Versuch – mit Ümlaut");
    assert_eq!(mail["text"].as_str().unwrap().trim_end(), "Hören Sie?");
    assert_eq!(mail["to"][0], "it@praxis.example");
    let headers = mail["headers"].to_string();
    assert!(["auto-submitted", "date", "message-id"].iter().all(|name| headers.contains(name)), "{headers}");
}

/// The head and the body of a request.
type Received = (String, Vec<u8>);

/// Answers one request with this status; gives the request back.
fn listener(status: &'static str) -> (u16, JoinHandle<Received>) {
    listen("127.0.0.1", move |stream| answer(stream, status).unwrap())
}

/// Does something with the next connection to some port of an address.
fn listen<T: Send + 'static>(
    address: &str,
    with: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (u16, JoinHandle<T>) {
    let listener = TcpListener::bind((address, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, std::thread::spawn(move || with(listener.accept().unwrap().0)))
}

fn answer(stream: impl Read + Write, status: &str) -> std::io::Result<Received> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body)?;
    write!(stream.get_mut(), "HTTP/1.1 {status}\r\ncontent-length: 0\r\nlocation: /elsewhere\r\n\r\n")?;
    stream.get_mut().flush()?;
    Ok((head, body))
}

/// The same behind TLS, with the certificate that lies in a folder.
fn encrypted(address: &str, folder: &Path) -> (u16, JoinHandle<std::io::Result<Received>>) {
    let chain = folder.join("chain.pem");
    let certificate = CertificateDer::from_pem_file(&chain).unwrap();
    let key = PrivateKeyDer::from_pem_file(&chain).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let connection = ServerConnection::new(Arc::new(config)).unwrap();
    listen(address, move |stream| answer(StreamOwned::new(connection, stream), "204 No Content"))
}

#[test]
fn a_webhook_with_tls_is_told_only_where_its_certificate_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    // It makes the authority and the certificate.
    let Some(_mail) = RealMailServer::start("webhooks with TLS", folder.path(), 0) else { return };
    let own = || Roots::from_file(&folder.path().join("ca.pem")).unwrap();
    for (host, address, roots, expected) in [
        ("localhost", "127.0.0.1", own(), Ok(())),
        ("127.0.0.1", "127.0.0.1", own(), Ok(())),
        ("localhost", "127.0.0.1", Roots::default(), Err(WayTrouble::Encryption)),
        // The certificate does not name it.
        ("127.0.0.2", "127.0.0.2", own(), Err(WayTrouble::Encryption)),
    ] {
        let (port, answered) = encrypted(address, folder.path());
        let target = Target::webhook(&format!("https://{host}:{port}/hook")).unwrap();
        assert_eq!(try_one(&options(vec![target], None, roots)), [expected], "{host}");
        let received = answered.join().unwrap();
        assert_eq!(received.is_ok(), expected.is_ok(), "who is not believed is told nothing: {host}");
        if let Ok((head, body)) = received {
            assert!(head.starts_with("POST /hook HTTP/1.1\r\n") && head.contains("salus-signature: t="));
            assert_eq!(body, b"{\"test\":true}");
        }
    }
    let (port, answered) = listen("127.0.0.1", |mut stream| stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n"));
    let target = Target::webhook(&format!("https://localhost:{port}/")).unwrap();
    assert_eq!(try_one(&options(vec![target], None, own())), [Err(WayTrouble::Encryption)], "no TLS there");
    answered.join().unwrap().unwrap();
}

#[test]
fn a_webhook_gets_what_it_can_check_and_a_redirection_is_a_refusal() {
    for (status, expected) in [
        ("204 No Content", Ok(())),
        ("302 Found", Err(WayTrouble::Refused)),
        ("500 Internal Server Error", Err(WayTrouble::Refused)),
    ] {
        let (port, answered) = listener(status);
        let target = Target::webhook(&format!("http://127.0.0.1:{port}/hook?key=1")).unwrap();
        assert_eq!(try_one(&options(vec![target], None, Roots::default())), [expected], "{status}");
        let (head, body) = answered.join().unwrap();
        assert!(head.starts_with("POST /hook?key=1 HTTP/1.1\r\n"), "{head}");
        let signed = head.split("salus-signature: t=").nth(1).unwrap().split("\r\n").next().unwrap();
        let (time, digits) = signed.split_once(",v1=").unwrap();
        assert_eq!(digits, signature(b"a secret of some length", time.parse().unwrap(), &body));
        assert_eq!(body, b"{\"test\":true}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let target = Target::webhook(&format!("http://127.0.0.1:{closed}/")).unwrap();
    assert_eq!(try_one(&options(vec![target], None, Roots::default())), [Err(WayTrouble::NoAnswer)]);
    assert!(Roots::from_file(Path::new("/nowhere")).is_err());
}

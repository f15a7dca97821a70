//! TLS from certificate files. Those here are for localhost, and of no use elsewhere.

use crate::support::Salus;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use salus_web::{Hooks, KeyholderKey, TlsFiles, WebError, WebLimits, WebOptions};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate/tls").join(name)
}

#[test]
fn a_client_that_trusts_the_certificate_speaks_http_1_1() {
    let mut salus = Salus::start();
    salus.stop_server();
    salus.tls = Some(TlsFiles { certificate: file("localhost.crt"), key: file("localhost.key") });
    salus.start_server();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("localhost.crt")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let client = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(salus.address()).unwrap());
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age="), "{answer}");
    assert_eq!(stream.conn.alpn_protocol(), Some(b"http/1.1".as_slice()));
    // Who speaks no TLS gets nothing.
    let mut plain = TcpStream::connect(salus.address()).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"));
}

#[tokio::test]
async fn a_file_that_is_no_certificate_is_named() {
    let options = WebOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        public_base_url: "https://localhost:0".into(),
        data_dir: PathBuf::from("/nonexistent"),
        keyholder_socket: PathBuf::from("/nonexistent/socket"),
        keyholder_key: KeyholderKey::from_bytes([0; 32]),
        tls: Some(TlsFiles { certificate: file("localhost.crt"), key: file("missing.key") }),
        behind_proxy: false,
        limits: WebLimits::default(),
        door_url: None,
        note: None,
    };
    match salus_web::run(options, Hooks::default(), std::future::ready(())).await {
        Err(WebError::Tls { path, .. }) => assert!(path.ends_with("missing.key")),
        other => panic!("{other:?}"),
    }
}

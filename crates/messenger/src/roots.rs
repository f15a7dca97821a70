//! Whose signatures are believed on the certificates of mail servers and webhooks: a file's authorities. Read once, before the process is confined.
//! State: none.

use crate::error::MessengerError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// Authorities.
#[derive(Debug, Clone, Default)]
pub struct Roots(Arc<Vec<CertificateDer<'static>>>);

impl Roots {
    /// Those of a PEM file.
    ///
    /// # Errors
    /// [`MessengerError::Roots`] where it cannot be read, or has none.
    pub fn from_file(path: &Path) -> Result<Self, MessengerError> {
        let none = || MessengerError::Roots { path: path.display().to_string() };
        let all = CertificateDer::pem_file_iter(path).map_err(|_| none())?;
        let roots = Self::good(all.filter_map(Result::ok));
        if roots.0.is_empty() { Err(none()) } else { Ok(roots) }
    }

    /// Those of the system; none where it has none at the usual places.
    pub fn of_the_system() -> Self {
        Self::good(rustls_native_certs::load_native_certs().certs.into_iter())
    }

    /// One that is not understood signs for nobody, and must not keep the others away.
    fn good(all: impl Iterator<Item = CertificateDer<'static>>) -> Self {
        let is_good =
            |certificate: &CertificateDer<'static>| RootCertStore::empty().add(certificate.clone()).is_ok();
        Self(Arc::new(all.filter(is_good).collect()))
    }

    pub(crate) fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.0
    }

    /// How a client of these speaks TLS.
    pub(crate) fn client(&self) -> Option<Arc<ClientConfig>> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(self.0.iter().cloned());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
        Some(Arc::new(config.with_root_certificates(store).with_no_client_auth()))
    }
}

//! TLS settings that match those of the docker command (Docker documentation, "Protect the Docker daemon
//! socket"). They trust the machine's own certificate authorities and `ca.pem`. The client certificate is
//! `cert.pem` with `key.pem`, if these files exist.

use super::CallError;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{path::Path, sync::Arc};

/// Maximum size of a certificate or key file, in bytes.
const MAX_PEM_BYTES: u64 = 1 << 20;

/// Builds the TLS settings from the files in `folder`. Blocks while it reads them.
pub(super) fn client_config(folder: &Path) -> Result<ClientConfig, CallError> {
    let mut roots = RootCertStore::empty();
    // Unreadable certificate authorities of this machine are left out.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(read_certificates(&folder.join("ca.pem"))?);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| CallError::Transport(Box::new(error)))?
        .with_root_certificates(roots);
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    if !certificate.exists() && !key.exists() {
        return Ok(builder.with_no_client_auth());
    }
    let chain = read_certificates(&certificate)?;
    let unusable = |why: String| CallError::Certificate { path: key.clone(), why };
    let private =
        PrivateKeyDer::from_pem_slice(&read_pem(&key)?).map_err(|error| unusable(error.to_string()))?;
    builder.with_client_auth_cert(chain, private).map_err(|error| unusable(error.to_string()))
}

/// Reads the certificates in a file. Fails if the file has no certificate.
fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, CallError> {
    let unusable = |why: String| CallError::Certificate { path: path.to_owned(), why };
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read_pem(path)?).collect();
    let found = found.map_err(|error| unusable(error.to_string()))?;
    if found.is_empty() { Err(unusable("it contains no certificate".to_owned())) } else { Ok(found) }
}

/// Reads a file with certificates or a key.
fn read_pem(path: &Path) -> Result<Vec<u8>, CallError> {
    let unusable = |why: String| CallError::Certificate { path: path.to_owned(), why };
    let text = crate::source::docker::discovery::settings_file::read_settings(path, MAX_PEM_BYTES);
    text.map_err(|error| unusable(error.to_string()))
}

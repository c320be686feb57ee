//! TLS to an engine as the docker command does it: the machine's own authorities and those of `ca.pem`, with the client
//! certificate that `cert.pem` and `key.pem` make, where they are there (Docker documentation, "Protect the Docker
//! daemon socket").

use super::CallError;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{path::Path, sync::Arc};

/// The most bytes of a file with certificates or a key that are read.
const MAX_PEM_BYTES: u64 = 1 << 20;

/// The settings of TLS with the files in `folder`. Reads files.
pub(super) fn settings(folder: &Path) -> Result<ClientConfig, CallError> {
    let mut roots = RootCertStore::empty();
    // An authority of the machine that can't be read is none of ours.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(certificates(&folder.join("ca.pem"))?);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| CallError::Transport(Box::new(error)))?
        .with_root_certificates(roots);
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    if !certificate.exists() && !key.exists() {
        return Ok(builder.with_no_client_auth());
    }
    let chain = certificates(&certificate)?;
    let unusable = |why: String| CallError::Certificate { path: key.clone(), why };
    let private = PrivateKeyDer::from_pem_slice(&read(&key)?).map_err(|error| unusable(error.to_string()))?;
    builder.with_client_auth_cert(chain, private).map_err(|error| unusable(error.to_string()))
}

/// The certificates in a file: at least one.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, CallError> {
    let unusable = |why: String| CallError::Certificate { path: path.to_owned(), why };
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(path)?).collect();
    let found = found.map_err(|error| unusable(error.to_string()))?;
    if found.is_empty() { Err(unusable("there is no certificate in it".to_owned())) } else { Ok(found) }
}

/// The text of a file that holds certificates or a key.
fn read(path: &Path) -> Result<Vec<u8>, CallError> {
    let unusable = |why: String| CallError::Certificate { path: path.to_owned(), why };
    let text = crate::source::docker::settings::read(path, MAX_PEM_BYTES);
    text.map_err(|error| unusable(error.to_string()))
}

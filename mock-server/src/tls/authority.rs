//! The web's certificate authority, and the certificates for each case. All of them are made when the web starts.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

const DAY: Duration = Duration::from_secs(86_400);
/// Every certificate is for these, unless it's for the wrong host.
const THIS_MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// An authority that signs certificates.
#[derive(Debug)]
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// When a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validity {
    Now,
    Past,
    Future,
}

impl Authority {
    pub fn new(name: &str) -> Result<Authority> {
        let mut params = CertificateParams::default();
        params.distinguished_name = common_name(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        set_validity(&mut params, Validity::Now)?;
        Ok(Authority(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?))
    }

    /// The authority's own certificate, as PEM.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// The authority's own certificate, as DER.
    pub fn der(&self) -> &[u8] {
        self.0.der()
    }

    /// A server with a certificate for this machine and these names.
    pub fn server(&self, names: &[&str], validity: Validity) -> Result<TlsAcceptor> {
        self.server_of(&[&THIS_MACHINE[..], names].concat(), validity)
    }

    /// A server with a certificate for a host that it isn't.
    pub fn server_of_wrong_host(&self) -> Result<TlsAcceptor> {
        self.server_of(&["wrong-host.example"], Validity::Now)
    }

    fn server_of(&self, names: &[&str], validity: Validity) -> Result<TlsAcceptor> {
        let key = KeyPair::generate()?;
        let certificate = params(names, validity)?.signed_by(&key, &self.0)?;
        acceptor(certificate, &key)
    }
}

/// A server with a certificate that's signed with its own key.
pub(crate) fn self_signed_server(names: &[&str]) -> Result<TlsAcceptor> {
    let key = KeyPair::generate()?;
    let certificate = params(&[&THIS_MACHINE[..], names].concat(), Validity::Now)?.self_signed(&key)?;
    acceptor(certificate, &key)
}

fn params(names: &[&str], validity: Validity) -> Result<CertificateParams> {
    // A certificate has names in ASCII only. A name in other letters is never in a URL either.
    let names: Vec<_> = names.iter().filter(|name| name.is_ascii()).map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = common_name("a site of the mock web");
    // Apple's systems refuse a certificate without these.
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, validity)?;
    Ok(params)
}

fn set_validity(params: &mut CertificateParams, validity: Validity) -> Result<()> {
    let today = date_time_ymd(1970, 1, 1) + SystemTime::now().duration_since(UNIX_EPOCH)?;
    (params.not_before, params.not_after) = match validity {
        // The clocks of two machines may differ.
        Validity::Now => (today - DAY, today + 90 * DAY),
        Validity::Past => (today - 60 * DAY, today - 30 * DAY),
        Validity::Future => (today + 30 * DAY, today + 60 * DAY),
    };
    Ok(())
}

fn common_name(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

fn acceptor(certificate: rcgen::Certificate, key: &KeyPair) -> Result<TlsAcceptor> {
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    // Named here, because a process may have several, and then there's no default.
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], key.into())?;
    // A client that also has HTTP/2 learns that it can't have it here.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

//! A TLS proxy for servers without TLS. Its certificates are of a private authority, which a client trusts only if it is configured to.

use super::listener::Listener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, version::TLS13};

/// The configuration of `openssl` for certificates.
const CONFIG: &str = "[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
";

/// A private certificate authority, until it is dropped.
pub struct Authority {
    folder: tempfile::TempDir,
}

/// The certificate of a server, and its key.
pub struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    /// Makes an authority with a new key.
    ///
    /// # Panics
    /// `openssl` cannot be run.
    pub fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::write(authority.path("config"), CONFIG).unwrap();
        // Each authority has its own name: clients would take two with equal names for one authority whose key has changed.
        let name = format!("/CN=authority of {}", authority.folder.path().file_name().unwrap().display());
        authority.openssl("authority", &["-extensions", "authority", "-subj", &name]);
        authority
    }

    /// The file with the authority's own certificate, which clients are configured to trust.
    pub fn file(&self) -> PathBuf {
        self.path("authority.pem")
    }

    /// A certificate for the server of this name.
    pub fn certify(&self, host: &str) -> Certificate {
        let name = format!("subjectAltName = DNS:{host}");
        let (file, key) = (self.path("authority.pem"), self.path("authority.key"));
        let by = ["-CA", file.to_str().unwrap(), "-CAkey", key.to_str().unwrap()];
        self.openssl(
            "server",
            &[&["-extensions", "server", "-addext", &name, "-subj", "/CN=a server"][..], &by].concat(),
        );
        Certificate {
            chain: vec![CertificateDer::from_pem_file(self.path("server.pem")).unwrap()],
            key: PrivateKeyDer::from_pem_file(self.path("server.key")).unwrap(),
        }
    }

    /// Makes a key and a certificate for it.
    fn openssl(&self, name: &str, arguments: &[&str]) {
        let output = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
            .args(["-config", "config", "-keyout", &format!("{name}.key"), "-out", &format!("{name}.pem")])
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

/// A proxy that terminates TLS and forwards the bytes to a server, until it is dropped.
pub struct Front(Listener);

impl Front {
    /// Starts a proxy for the server at `to`, a host and port.
    ///
    /// # Panics
    /// There is no port.
    pub fn start(to: &str, certificate: Certificate) -> Self {
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(certificate.chain, certificate.key)
            .unwrap();
        let (acceptor, to) = (TlsAcceptor::from(Arc::new(config)), to.to_owned());
        Self(Listener::start(move |client| {
            let (acceptor, to) = (acceptor.clone(), to.clone());
            async move {
                let _ = client.set_nodelay(true);
                let mut client = acceptor.accept(client).await?;
                let mut server = TcpStream::connect(&to).await?;
                let _ = server.set_nodelay(true);
                copy_bidirectional(&mut client, &mut server).await
            }
        }))
    }

    /// Where it listens: host and port.
    pub fn address(&self) -> String {
        self.0.address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

    /// The answer of an echo server behind TLS to a client that trusts the authority `trusted` and asks for `localhost`.
    fn hello(trusted: &Authority, certificate: Certificate) -> std::io::Result<String> {
        let echo = TcpListener::bind("127.0.0.1:0").unwrap();
        let front = Front::start(&echo.local_addr().unwrap().to_string(), certificate);
        std::thread::spawn(move || {
            let (mut stream, _) = echo.accept().unwrap();
            let mut copy = stream.try_clone().unwrap();
            std::io::copy(&mut stream, &mut copy)
        });
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(trusted.file()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
        let mut stream = StreamOwned::new(client, std::net::TcpStream::connect(front.address()).unwrap());
        stream.write_all(b"hello")?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    #[test]
    fn a_client_that_trusts_the_authority_is_served() {
        let authority = Authority::new();
        assert_eq!(hello(&authority, authority.certify("localhost")).unwrap(), "hello");
    }

    #[test]
    fn a_client_that_trusts_another_authority_or_asks_for_another_name_is_refused() {
        let (ours, other) = (Authority::new(), Authority::new());
        let unknown = hello(&ours, other.certify("localhost")).unwrap_err();
        assert!(unknown.to_string().contains("UnknownIssuer"), "{unknown}");
        let elsewhere = hello(&ours, ours.certify("elsewhere.example")).unwrap_err();
        assert!(elsewhere.to_string().contains("elsewhere.example"), "{elsewhere}");
    }
}

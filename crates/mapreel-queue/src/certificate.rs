//! Explains why a server's certificate was not accepted, and what the operator can do. The libraries that connect to the broker, the store
//! and the bucket have different error types, but all contain the error text of `rustls`; so this text is parsed.

/// Where an operator names the authorities that may sign the broker's and the bucket's certificates.
pub(crate) const BY_FILE: &str = "in `SSL_CERT_FILE`";
/// Where an operator names the authorities that may sign the store's certificate.
pub(crate) const BY_URL: &str = "as `tlsCAFile` in the store's URL";

/// What is wrong with the certificate of `server`, by the text of an error; `None`: the error has another cause.
pub(crate) fn refused(said: &str, server: &str, authorities_are_named: &str) -> Option<String> {
    let (_, why) = said.split_once("invalid peer certificate: ")?;
    // The MongoDB driver appends its labels.
    let why = why.split(", labels: ").next().unwrap_or(why);
    // `BadSignature`: the authority that signed has the name of a trusted authority, but another key.
    let what = if why.starts_with("UnknownIssuer") || why.starts_with("BadSignature") {
        format!(
            "no authority that is trusted here has signed it; name the file with its authority's certificate {authorities_are_named}"
        )
    } else if why.starts_with("certificate not valid for name") {
        format!("{why}; call the server by a name that its certificate has")
    } else if why.contains("CaUsedAsEndEntity") {
        "it is an authority's own (CA:TRUE), and no server's; let the authority sign one for the server".to_owned()
    } else {
        why.to_owned()
    };
    Some(format!("the certificate of {server} is not accepted: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::CertificateError;
    use rustls::pki_types::ServerName;

    fn explained(error: CertificateError, around: &str) -> String {
        let said = around.replace("{}", &rustls::Error::InvalidCertificate(error).to_string());
        refused(&said, "broker.example:5671", BY_FILE).unwrap()
    }

    #[test]
    fn the_message_says_what_is_wrong_and_what_to_do() {
        assert_eq!(
            explained(CertificateError::UnknownIssuer, "IO error: {}"),
            "the certificate of broker.example:5671 is not accepted: no authority that is trusted here has signed it; name the file \
             with its authority's certificate in `SSL_CERT_FILE`"
        );
        let other = CertificateError::NotValidForNameContext {
            expected: ServerName::try_from("broker.example").unwrap(),
            presented: vec!["DnsName(\"elsewhere.example\")".into()],
        };
        assert_eq!(
            explained(other, "Error: Kind: I/O error: {}, labels: {\"RetryableError\"} }, ] }"),
            "the certificate of broker.example:5671 is not accepted: certificate not valid for name \"broker.example\"; certificate \
             is only valid for DnsName(\"elsewhere.example\"); call the server by a name that its certificate has"
        );
        let own = CertificateError::Other(rustls::OtherError(std::sync::Arc::new(std::io::Error::other(
            "CaUsedAsEndEntity",
        ))));
        assert!(explained(own, "{}").ends_with("let the authority sign one for the server"));
        assert_eq!(refused("connection refused", "broker.example:5671", BY_FILE), None);
    }
}

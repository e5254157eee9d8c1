//! Answers to bytes that are no HTTP. hyper answers them itself, only with a status, and no handler is called. So problem details are
//! added to hyper's answer when it is written.

use super::problem::Problem;
use axum::http::StatusCode;

/// The headers of hyper's own answers, directly after the status; they have no body. Answers of routes begin with the type of their body.
const BARE: &[u8] = b"connection: close\r\ncontent-length: 0\r\n";
const BARE_BYTES_MAX: usize = 256;

/// The answer with problem details; `None`: the bytes are not one of hyper's own answers.
pub(super) fn with_details(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() > BARE_BYTES_MAX || !bytes.starts_with(b"HTTP/1.1 4") || !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let end = bytes.windows(2).position(|window| window == b"\r\n")?;
    let (line, headers) = (&bytes[..end], &bytes[end + 2..]);
    if !headers.starts_with(BARE) {
        return None;
    }
    let status = StatusCode::from_bytes(line.get(9..12)?).ok()?;
    let (code, detail) = match status {
        StatusCode::URI_TOO_LONG => ("too_large", "the URL is too long"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => ("too_large", "the headers are too many or too long"),
        _ => ("invalid_request", "this is not HTTP as RFC 9112 has it"),
    };
    let body = Problem::new(status, code, detail).json();
    let head = format!(
        "{}\r\ncontent-type: application/problem+json\r\nx-content-type-options: nosniff\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        String::from_utf8_lossy(line),
        body.len()
    );
    Some([head.into_bytes(), body].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bare_refusals_are_given_details() {
        let bare = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\ndate: x\r\n\r\n";
        let text = String::from_utf8(with_details(bare.as_bytes()).unwrap()).unwrap();
        assert!(text.starts_with("HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\n"), "{text}");
        assert!(text.ends_with("\"code\":\"invalid_request\"}"), "{text}");
        let other = [
            "",
            "{}",
            "HTTP/1.1 404 Not Found\r\ncontent-type: application/problem+json\r\n\r\n",
            &bare.replace("400", "200"),
        ];
        let behind_another = format!("{bare}{bare}more");
        for text in other.into_iter().chain([&*behind_another]) {
            assert_eq!(with_details(text.as_bytes()), None, "{text}");
        }
    }
}

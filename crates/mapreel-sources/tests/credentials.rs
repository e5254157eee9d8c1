//! Secrets are sent to the hosts for which the operator configured them, and to no others.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use mapreel_sources::{Client, Config, Credential, Credentials, Secret, Wanted};
use mapreel_testkit::pictures::grey;
use mapreel_testkit::upstreams::{Server, send};

const TOKEN: &str = "hush-hush-token";

fn client(name: &str, host: &str, secret: Secret) -> Client {
    let mut credentials = Credentials::default();
    credentials.add(name, Credential::new(&[host.to_owned()], secret).unwrap());
    Client::new(Config { credentials, attempts_max: 1, ..Config::default() }).unwrap()
}

/// The server's URL with a credential's name in it.
fn with(name: &str, url: &str) -> String {
    url.replace("http://", &format!("http://{name}@"))
}

#[tokio::test]
async fn every_kind_of_secret_is_sent_in_its_own_way() {
    for (secret, expected) in [
        (Secret::Bearer(TOKEN.into()), format!("authorization: Bearer {TOKEN}")),
        (Secret::Basic("me".into(), "pass".into()), "authorization: Basic bWU6cGFzcw==".to_owned()),
        (Secret::Header("X-Api-Key".into(), TOKEN.into()), format!("x-api-key: {TOKEN}")),
        (Secret::Query("key".into(), "a b".into()), "GET /map?LAYERS=a&key=a+b HTTP".to_owned()),
    ] {
        let server = Server::start(|_, stream| send(stream, "200 OK", "", &grey(4, 4)));
        let url = with("mine", &format!("{}/map?LAYERS=a", server.url));
        client("mine", &server.url, secret).get(&url, Wanted::Picture).await.unwrap();
        let head = &server.heads()[0];
        assert!(head.contains(&expected) && !head.contains("mine"), "{head}");
    }
}

#[tokio::test]
async fn without_its_name_no_secret_is_sent() {
    let server = Server::start(|_, stream| send(stream, "200 OK", "", &grey(4, 4)));
    client("mine", &server.url, Secret::Bearer(TOKEN.into())).get(&server.url, Wanted::Picture).await.unwrap();
    assert!(!server.heads()[0].contains(TOKEN));
}

#[tokio::test]
async fn a_redirect_takes_no_secret_to_another_host() {
    for secret in [Secret::Bearer(TOKEN.into()), Secret::Query("key".into(), TOKEN.into())] {
        let thief = Server::start(|_, stream| send(stream, "200 OK", "", &grey(4, 4)));
        let target = thief.url.clone();
        let server =
            Server::start(move |_, stream| send(stream, "302 Found", &format!("Location: {target}/x\r\n"), b""));
        client("mine", &server.url, secret).get(&with("mine", &server.url), Wanted::Picture).await.unwrap();
        assert!(server.heads()[0].contains(TOKEN));
        assert!(!thief.heads()[0].contains(TOKEN), "{}", thief.heads()[0]);
    }
}

/// Encodings in which a server may repeat a secret.
fn spellings(secret: &str) -> Vec<String> {
    let hex = |prefix: &str| secret.bytes().map(|byte| format!("{prefix}{byte:02x}")).collect::<String>();
    let base64 = |text: &str| {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let groups = text.as_bytes().chunks(3).map(|group| {
            let bits = group.iter().chain(&[0; 3]).take(3).fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
            let letter = |i: usize| LETTERS[(bits >> (18 - 6 * i) & 63) as usize] as char;
            (0..4).map(|i| if i <= group.len() { letter(i) } else { '=' }).collect::<String>()
        });
        groups.collect::<String>()
    };
    vec![
        secret.to_owned(),
        secret.to_uppercase(),
        hex("%"),
        hex("%25"),
        hex(""),
        hex("\\u00"),
        secret.bytes().map(|byte| format!("&#{byte};")).collect(),
        secret.chars().flat_map(|c| [c, ' ']).collect(),
        secret.chars().rev().collect(),
        base64(secret),
        base64(&format!("me:{secret}")),
        format!("https://elsewhere.example/?next=http%3A%2F%2Fh%2F%3Fkey%3D{secret}"),
    ]
}

/// Status, headers and body of an answer that repeats a word.
type Place = fn(&str) -> (&'static str, String, String);

/// 12 encodings × 5 places in the answer × 4 kinds of secrets, and secrets that the request itself has in its URL.
#[tokio::test]
async fn errors_quote_no_text_of_a_server_that_was_sent_a_secret() {
    let places: [Place; 5] = [
        |word| ("403 Forbidden", String::new(), format!("bad token {word}")),
        |word| ("500 Internal Server Error", String::new(), word.to_owned()),
        |word| {
            (
                "200 OK",
                String::new(),
                format!("<ServiceExceptionReport><ServiceException>{word}</ServiceException></ServiceExceptionReport>"),
            )
        },
        |word| ("200 OK", "Content-Type: text/html\r\n".into(), format!("<html>{word}</html>")),
        |word| ("302 Found", format!("Location: /again?q={}\r\n", word.replace([' ', '\\'], "+")), String::new()),
    ];
    let mut tried = 0;
    for secret in ["k7Q", TOKEN] {
        for place in places {
            for spelling in spellings(secret) {
                let (status, headers, body) = place(&spelling);
                let server = Server::start(move |_, stream| send(stream, status, &headers, body.as_bytes()));
                let own = format!("{}/map?sid={secret}&LAYERS=a", server.url);
                let kinds = [
                    Secret::Bearer(secret.into()),
                    Secret::Basic("me".into(), secret.into()),
                    Secret::Header("X-Key".into(), secret.into()),
                    Secret::Query("key".into(), secret.into()),
                ];
                let named = with("mine", &format!("{}/map?LAYERS=a", server.url));
                let asked = kinds.into_iter().map(|kind| (client("mine", &server.url, kind), &named));
                for (client, url) in
                    asked.chain([(Client::new(Config { attempts_max: 1, ..Config::default() }).unwrap(), &own)])
                {
                    let error = client.get(url, Wanted::Picture).await.unwrap_err().to_string();
                    let told = spellings(secret).into_iter().find(|spelling| error.contains(spelling.as_str()));
                    assert_eq!(told, None, "{error}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried >= 500);
}

#[tokio::test]
async fn a_credential_for_another_host_or_with_an_unknown_name_is_refused() {
    let server = Server::start(|_, stream| send(stream, "200 OK", "", &grey(4, 4)));
    let client = client("mine", "elsewhere.example", Secret::Bearer(TOKEN.into()));
    for (name, expected) in [("mine", "not given for this scheme, host and port"), ("yours", "named none such")] {
        let error = client.get(&with(name, &server.url), Wanted::Picture).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn capabilities_are_asked_for_once_in_their_lifetime() {
    let server = Server::start(|_, stream| send(stream, "200 OK", "", b"<WMS_Capabilities/>"));
    let config = Config { capabilities_lifetime: std::time::Duration::from_millis(300), ..Config::default() };
    let client = Client::new(config).unwrap();
    for _ in 0..2 {
        client.for_run("somebody").get(&server.url, Wanted::Capabilities).await.unwrap();
    }
    assert_eq!(server.hits(), 1);
    tokio::time::sleep(std::time::Duration::from_millis(350)).await;
    client.for_run("somebody").get(&server.url, Wanted::Capabilities).await.unwrap();
    assert_eq!(server.hits(), 2);
}

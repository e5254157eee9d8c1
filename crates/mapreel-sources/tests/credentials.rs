//! Secrets reach the hosts that they are for, and nobody else.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use mapreel_sources::{Client, Config, Credential, Credentials, Secret, Wanted};
use support::{Server, png, send};

const TOKEN: &str = "hush-hush-token";

fn client(name: &str, host: &str, secret: Secret) -> Client {
    let mut credentials = Credentials::default();
    credentials.add(name, Credential::new(vec![host.to_owned()], secret).unwrap());
    Client::new(Config { credentials, attempts_max: 1, ..Config::default() }).unwrap()
}

/// The server's URL with a credential's name in it.
fn with(name: &str, url: &str) -> String {
    url.replace("http://", &format!("http://{name}@"))
}

#[tokio::test]
async fn every_kind_of_secret_is_shown_as_it_should_be() {
    let host = "127.0.0.1";
    for (secret, expected) in [
        (Secret::Bearer(TOKEN.into()), format!("authorization: Bearer {TOKEN}")),
        (Secret::Basic("me".into(), "pass".into()), "authorization: Basic bWU6cGFzcw==".to_owned()),
        (Secret::Header("X-Api-Key".into(), TOKEN.into()), format!("x-api-key: {TOKEN}")),
        (Secret::Query("key".into(), "a b".into()), "GET /map?LAYERS=a&key=a+b HTTP".to_owned()),
    ] {
        let server = Server::start(|_, stream| send(stream, "200 OK", "", &png(4, 4)));
        let url = with("mine", &format!("{}/map?LAYERS=a", server.url));
        client("mine", host, secret).get(&url, Wanted::Picture).await.unwrap();
        let head = &server.heads()[0];
        assert!(head.contains(&expected) && !head.contains("mine"), "{head}");
    }
}

#[tokio::test]
async fn without_its_name_no_secret_is_sent() {
    let server = Server::start(|_, stream| send(stream, "200 OK", "", &png(4, 4)));
    client("mine", "127.0.0.1", Secret::Bearer(TOKEN.into())).get(&server.url, Wanted::Picture).await.unwrap();
    assert!(!server.heads()[0].contains(TOKEN));
}

#[tokio::test]
async fn a_redirect_takes_no_secret_to_another_host() {
    for secret in [Secret::Bearer(TOKEN.into()), Secret::Query("key".into(), TOKEN.into())] {
        let thief = Server::start(|_, stream| send(stream, "200 OK", "", &png(4, 4)));
        let target = thief.url.clone();
        let server =
            Server::start(move |_, stream| send(stream, "302 Found", &format!("Location: {target}/x\r\n"), b""));
        let host = server.url.strip_prefix("http://").unwrap().to_owned();
        client("mine", &host, secret).get(&with("mine", &server.url), Wanted::Picture).await.unwrap();
        assert!(server.heads()[0].contains(TOKEN));
        assert!(!thief.heads()[0].contains(TOKEN), "{}", thief.heads()[0]);
    }
}

#[tokio::test]
async fn a_server_that_repeats_the_secret_is_quoted_without_it() {
    let server = Server::start(|_, stream| send(stream, "403 Forbidden", "", format!("bad token {TOKEN}").as_bytes()));
    let client = client("mine", "127.0.0.1", Secret::Bearer(TOKEN.into()));
    let error = client.get(&with("mine", &server.url), Wanted::Picture).await.unwrap_err().to_string();
    assert!(error.ends_with("answered with status 403: bad token xxx"), "{error}");
}

#[tokio::test]
async fn a_credential_for_another_host_or_of_no_such_name_is_not_asked_with() {
    let server = Server::start(|_, stream| send(stream, "200 OK", "", &png(4, 4)));
    let client = client("mine", "elsewhere.example", Secret::Bearer(TOKEN.into()));
    for (name, expected) in [("mine", "not given for this host"), ("yours", "named none such")] {
        let error = client.get(&with(name, &server.url), Wanted::Picture).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn what_a_server_says_of_itself_is_asked_for_once_in_its_lifetime() {
    let server = Server::start(|_, stream| send(stream, "200 OK", "", b"<WMS_Capabilities/>"));
    let config = Config { capabilities_lifetime: std::time::Duration::from_millis(300), ..Config::default() };
    let client = Client::new(config).unwrap();
    for _ in 0..2 {
        client.fresh().get(&server.url, Wanted::Capabilities).await.unwrap();
    }
    assert_eq!(server.hits(), 1);
    tokio::time::sleep(std::time::Duration::from_millis(350)).await;
    client.fresh().get(&server.url, Wanted::Capabilities).await.unwrap();
    assert_eq!(server.hits(), 2);
}

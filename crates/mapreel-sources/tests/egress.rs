//! A server, which sends requests on behalf of strangers, asks only allowed hosts.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use mapreel_sources::{Client, Config, Egress, Error, Wanted};
use mapreel_testkit::pictures::grey;
use mapreel_testkit::upstreams::{Server, send};
use std::net::TcpListener;
use std::time::{Duration, Instant};

fn client(allowed: &str) -> Client {
    Client::new(Config { egress: Egress::public(allowed).unwrap(), ..Config::default() }).unwrap()
}

/// A port of this machine that the client must not connect to.
struct Canary(TcpListener);

impl Canary {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    fn assert_unseen(&self) {
        assert!(self.0.accept().is_err(), "somebody has connected");
    }
}

/// Asks for a URL, and expects a refusal that names the host of the URL and no address.
async fn assert_refused(client: &Client, url: &str) {
    match client.get(url, Wanted::Picture).await {
        Err(error @ Error::Refused { .. }) => {
            assert!(!error.is_transient(), "{url}");
            let host = url::Url::parse(url).unwrap().host_str().unwrap().to_owned();
            assert!(error.to_string().starts_with(&format!("`{host}")), "{url}: {error}");
        }
        other => panic!("{url}: {other:?}"),
    }
}

/// Hosts that mean this machine, in every notation that a URL allows.
const THIS_MACHINE: &[&str] = &[
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.1.",
    "127.255.255.254",
    "0x7f.1",
    "0X7F.0.0.1",
    "0x7f.0x0.0x0.0x1",
    "0x7f000001",
    "0x7F000001.",
    "0x000000007f000001",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "00000177.1",
    "127.0x0.1",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "１２７.０.０.１",
    "127。0。0。1",
    "127．0．0．1",
    "①②⑦.⓪.⓪.①",
    "𝟙𝟚𝟟.0.0.1",
    "0",
    "0.0.0.0",
    "0x0",
    "00",
    "0.1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7F00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::ffff:0.0.0.0]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::7f00:1]",
    "[2001::80ff:fffe]",
    "[fe80::5efe:127.0.0.1]",
    "[fe80::200:5efe:127.0.0.1]",
    "[2606:4700::5efe:7f00:1]",
    "[2606:4700::200:5efe:7f00:1]",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "LocalHost.",
    "foo.localhost",
    "a.b.localhost.",
    "ｌｏｃａｌｈｏｓｔ",
    "%6cocalhost",
    "local\u{ad}host",
    "localhost。",
    "ⓛocalhost",
];

/// Hosts inside private networks and clouds, and at reserved addresses.
const INSIDE: &[&str] = &[
    "10.0.0.1",
    "10.255.255.255",
    "167772161",
    "0xa.1",
    "012.0.0.1",
    "[::ffff:10.0.0.1]",
    "[::ffff:a00:1]",
    "[::10.0.0.1]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::1]",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "0xc0.0xa8.1",
    "3232235521",
    "100.64.0.1",
    "100.127.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "169.254.170.2",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "[fd00:ec2::254]",
    "[fd20:ce::254]",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.254",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "0xffffffff",
    "[fe80::1]",
    "[febf::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fdff::1]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[2001::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "[3fff::1]",
    "[4000::1]",
    "metadata",
    "metadata.",
    "metadata.google.internal",
    "METADATA.Google.Internal.",
    "metadata.azure.com",
    "metadata.tencentyun.com",
    "wms.internal",
    "ip-10-0-0-1.ec2.internal",
    "host.docker.internal",
    "kubernetes.default.svc.cluster.local",
    "printer.local",
    "printer.LOCAL.",
    "internal",
    "local",
];

#[tokio::test]
async fn hosts_inside_are_not_asked_in_any_notation() {
    let (client, canary) = (client(""), Canary::new());
    let port = canary.port();
    let started = Instant::now();
    let mut urls: Vec<String> = Vec::new();
    for host in THIS_MACHINE.iter().chain(INSIDE) {
        urls.push(format!("http://{host}:{port}/map.png"));
    }
    urls.extend(["http://10.0.0.1/", "https://127.0.0.1/", "http://localhost/", "https://[::1]/"].map(String::from));
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        urls.push(format!("http://example.com@{host}:{port}/"));
        urls.push(format!("http://example.com:80@{host}:{port}/"));
        urls.push(format!("HTTP:\\\\{host}:{port}\\"));
        urls.push(format!("http:{host}:{port}/"));
        urls.push(format!("  http://{host}:{port}/#@example.com"));
        urls.push(format!("ht\ntp://{host}\t:{port}/"));
        urls.push(format!("http:////{host}:{port}/"));
    }
    assert!(urls.len() >= 80);
    for url in &urls {
        assert_refused(&client, url).await;
    }
    assert!(started.elapsed() < Duration::from_secs(3), "it took {:?}", started.elapsed());
    canary.assert_unseen();
}

#[tokio::test]
async fn text_that_is_no_url_is_not_asked() {
    let client = client("");
    for url in [
        "http://[fe80::1%25eth0]/",
        "http://[::1%lo]/",
        "http://127.0.0.1.1/",
        "http://256.256.256.256/",
        "http://0x100000000/",
        "gopher://127.0.0.1/",
        "file:///etc/passwd",
        "http:///",
        "//127.0.0.1/",
    ] {
        let result = client.get(url, Wanted::Picture).await;
        assert!(matches!(result, Err(Error::BadUrl(_))), "{url}: {result:?}");
    }
}

#[tokio::test]
async fn a_user_in_a_url_is_refused_even_where_one_may_ask() {
    let server = Server::start(|_, stream| send(stream, "200 OK", "", &grey(4, 4)));
    let allowed = server.url.strip_prefix("http://").unwrap();
    let client = client(allowed);
    for user in ["u:p", ":p"] {
        assert_refused(&client, &format!("http://{user}@{allowed}/")).await;
    }
    let error = client.get(&format!("http://u@{allowed}/"), Wanted::Picture).await.unwrap_err();
    assert!(matches!(error, Error::NoCredential { .. }), "{error}");
    let error = client.get(&format!("http://u:secret@{allowed}/"), Wanted::Picture).await.unwrap_err().to_string();
    assert!(error.contains("user name") && !error.contains("secret"), "{error}");
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn an_allowed_port_is_asked_and_the_port_beside_it_is_not() {
    let server = Server::start(|_, stream| send(stream, "200 OK", "", &grey(4, 4)));
    let canary = Canary::new();
    let port = server.url.rsplit(':').next().unwrap();
    for (list, host) in [
        (format!("127.0.0.1:{port}"), "127.0.0.1"),
        (format!("10.0.0.0/8, 127.0.0.1:{port}"), "[::ffff:127.0.0.1]"),
        (format!("localhost:{port}"), "localhost"),
        (format!("LOCALHOST.:{port}"), "localhost"),
    ] {
        let client = client(&list);
        let result = client.get(&format!("http://{host}:{port}/"), Wanted::Picture).await;
        assert!(result.is_ok(), "{list}: {result:?}");
        for other in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
            assert_refused(&client, &format!("http://{other}:{}/", canary.port())).await;
        }
    }
    for list in ["127.0.0.0/8", "127.0.0.1"] {
        assert!(client(list).get(&server.url, Wanted::Picture).await.is_ok(), "{list}");
    }
    assert_eq!(server.hits(), 6);
    canary.assert_unseen();
}

#[tokio::test]
async fn a_redirect_leads_nowhere_that_could_not_be_asked_directly() {
    let canary = Canary::new();
    let port = canary.port();
    for location in [
        format!("http://127.0.0.1:{port}/"),
        format!("//127.0.0.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://example.com@127.0.0.1:{port}/"),
        "http://169.254.169.254/latest/meta-data/".into(),
        "https://metadata.google.internal/".into(),
        "http://10.0.0.1/".into(),
    ] {
        let header = format!("Location: {location}\r\n");
        let server = Server::start(move |path, stream| match path {
            "/" => send(stream, "302 Found", "Location: /again\r\n", b""),
            _ => send(stream, "307 Temporary Redirect", &header, b""),
        });
        let allowed = server.url.strip_prefix("http://").unwrap();
        let started = Instant::now();
        let result = client(allowed).get(&server.url, Wanted::Picture).await;
        assert!(matches!(result, Err(Error::Refused { .. })), "{location}: {result:?}");
        assert!(started.elapsed() < Duration::from_secs(1), "{location}: {:?}", started.elapsed());
        assert_eq!(server.hits(), 2, "{location}: not asked again");
    }
    canary.assert_unseen();
}

#[tokio::test]
async fn a_refused_redirect_is_no_failure_of_the_host() {
    let server = Server::start(|path, stream| match path {
        "/good" => send(stream, "200 OK", "", &grey(4, 4)),
        _ => send(stream, "302 Found", "Location: http://10.0.0.1/\r\n", b""),
    });
    let client = client(server.url.strip_prefix("http://").unwrap());
    for i in 0..10 {
        let result = client.get(&format!("{}/{i}", server.url), Wanted::Picture).await;
        assert!(matches!(result, Err(Error::Refused { .. })), "{result:?}");
    }
    assert!(client.get(&format!("{}/good", server.url), Wanted::Picture).await.is_ok());
}

#[tokio::test]
async fn without_egress_rules_the_machine_itself_may_be_asked() {
    let server = Server::start(|_, stream| send(stream, "200 OK", "", &grey(4, 4)));
    assert!(Client::new(Config::default()).unwrap().get(&server.url, Wanted::Picture).await.is_ok());
}

#[tokio::test]
async fn the_message_says_what_the_operator_may_do() {
    let error = client("").get("http://0xa.1/?token=secret", Wanted::Picture).await.unwrap_err();
    let expected = "`10.0.0.1` is not a public address; the operator may allow it with `MAPREEL_PRIVATE_UPSTREAMS`";
    assert_eq!(error.to_string(), expected);
}

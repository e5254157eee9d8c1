//! Upstreams that misbehave: each ends in a clear error within its limit.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use mapreel_sources::decode;
use mapreel_sources::{Client, Config, Error, Wanted};
use mapreel_testkit::pictures::grey;
use mapreel_testkit::upstreams::{Server, send};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Short limits, so that the tests are quick; the code paths are the same.
fn config() -> Config {
    Config {
        connect_timeout: Duration::from_millis(500),
        answer_timeout: Duration::from_millis(1500),
        answer_bytes_max: 1 << 20,
        attempts_max: 2,
        ..Config::default()
    }
}

async fn ask(
    answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static,
) -> (Result<bytes::Bytes, Error>, usize, Duration) {
    let server = Server::start(answer);
    let client = Client::new(config()).unwrap();
    let started = Instant::now();
    let result = client.get(&format!("{}/map?LAYERS=a", server.url), Wanted::Picture).await;
    (result, server.hits(), started.elapsed())
}

/// The error's message without the host.
async fn message(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> String {
    let (result, _, elapsed) = ask(answer).await;
    assert!(elapsed < Duration::from_secs(6), "it took {elapsed:?}");
    let text = result.unwrap_err().to_string();
    assert!(!text.contains("secret"), "{text}");
    let (start, rest) = text.split_once("127.0.0.1").unwrap();
    format!("{start}H{}", rest.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()))
}

fn hang() {
    std::thread::sleep(Duration::from_secs(20));
}

#[tokio::test]
async fn a_good_picture_comes_through() {
    let (result, hits, _) = ask(|_, stream| send(stream, "200 OK", "", &grey(8, 8))).await;
    assert_eq!(decode(&result.unwrap()).unwrap().rgba.len(), 256);
    assert_eq!(hits, 1);
}

/// The server may be slow before the first byte, before the first byte of the body, and before any later byte.
#[tokio::test]
async fn a_slow_server_gets_the_whole_time_for_its_answer() {
    let slow = || std::thread::sleep(Duration::from_millis(1100));
    let (result, hits, _) = ask(move |_, stream| {
        slow();
        send(stream, "200 OK", "", &grey(8, 8));
    })
    .await;
    assert_eq!((result.map(|bytes| bytes.len()), hits), (Ok(grey(8, 8).len()), 1), "slow before its answer");
    for pause_at in [0, 20] {
        let (result, hits, _) = ask(move |_, stream| {
            let picture = grey(8, 8);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", picture.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&picture[..pause_at]));
            slow();
            let _ = stream.write_all(&picture[pause_at..]);
        })
        .await;
        assert_eq!((result.map(|bytes| bytes.len()), hits), (Ok(grey(8, 8).len()), 1), "slow at byte {pause_at}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_and_not_asked_again() {
    assert_eq!(message(|_, _| hang()).await, "`H` did not answer in time: no answer within 1.5 s");
    let (_, hits, _) = ask(|_, _| hang()).await;
    assert_eq!(hits, 1, "it has had its time");
}

#[tokio::test]
async fn a_server_that_hangs_in_the_body_is_given_up() {
    let text = message(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n\x89PNG");
        hang();
    })
    .await;
    assert_eq!(text, "`H` did not answer in time: not the whole answer within 1.5 s, but 4 bytes");
}

#[tokio::test]
async fn a_server_that_drips_is_given_up() {
    let text = message(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while stream.write_all(b".").is_ok() {
            std::thread::sleep(Duration::from_millis(100));
        }
    })
    .await;
    let bytes = text.strip_prefix("`H` did not answer in time: not the whole answer within 1.5 s, but ").unwrap();
    let bytes: u32 = bytes.strip_suffix(" bytes").unwrap().parse().unwrap();
    assert!((5..=16).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn a_cut_body_is_noticed_wherever_it_is_cut() {
    let whole = grey(300, 300);
    for part in 0..20 {
        let body = whole[..whole.len() * part / 20].to_vec();
        let length = whole.len();
        let text = message(move |_, stream| {
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").as_bytes());
            let _ = stream.write_all(&body);
        })
        .await;
        assert_eq!(text, "the answer of `H` was cut off", "cut at {part}/20");
    }
}

#[tokio::test]
async fn a_picture_cut_by_the_server_itself_does_not_decode() {
    let whole = grey(300, 300);
    for part in 1..20 {
        let error = decode(&whole[..whole.len() * part / 20]).unwrap_err().to_string();
        assert!(error.contains("PNG") || error.contains("unknown kind"), "{error}");
    }
}

#[tokio::test]
async fn wrong_kinds_are_named() {
    let check = async |status: &'static str, headers: &'static str, body: &'static str, expected: &str| {
        assert_eq!(message(move |_, stream| send(stream, status, headers, body.as_bytes())).await, expected);
    };
    let xml = "<ServiceExceptionReport><ServiceException code=\"StyleNotDefined\">no style `x`</ServiceException></ServiceExceptionReport>";
    check(
        "200 OK",
        "Content-Type: image/png\r\n",
        xml,
        "`H` answered with an exception: `StyleNotDefined` no style `x`",
    )
    .await;
    check(
        "200 OK",
        "",
        "<html><title>Log in</title></html>",
        "`H` answered with an HTML page instead of a picture: Log in",
    )
    .await;
    check("200 OK", "", "", "`H` answered with nothing instead of a picture").await;
    check("404 Not Found", "", "no such tile", "`H` answered with status 404: no such tile").await;
    check("403 Forbidden", "", "", "`H` answered with status 403").await;
    check(
        "200 OK",
        "Content-Encoding: br\r\n",
        "xx",
        "`H` answered with a content encoding that was not offered instead of gzip or none",
    )
    .await;
}

#[tokio::test]
async fn status_500_is_asked_again_and_404_is_not() {
    let (result, hits, _) = ask(|_, stream| send(stream, "500 Internal Server Error", "", b"oops")).await;
    assert!(result.unwrap_err().to_string().ends_with("answered with status 500: oops"));
    assert_eq!(hits, 2);
    let (_, hits, _) = ask(|_, stream| send(stream, "404 Not Found", "", b"")).await;
    assert_eq!(hits, 1);
    let report =
        b"<ServiceExceptionReport><ServiceException>source is down</ServiceException></ServiceExceptionReport>";
    let (_, hits, _) = ask(move |_, stream| send(stream, "500 Internal Server Error", "", report)).await;
    assert_eq!(hits, 2, "an exception of the server's own making may pass");
    let (_, hits, _) = ask(move |_, stream| send(stream, "200 OK", "", report)).await;
    assert_eq!(hits, 1, "an exception about the request does not");
}

#[tokio::test]
async fn a_server_that_recovers_is_forgiven_and_retry_after_is_obeyed() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let (result, hits, elapsed) = ask(move |_, stream| match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => send(stream, "503 Service Unavailable", "Retry-After: 1\r\n", b""),
        _ => send(stream, "200 OK", "", &grey(4, 4)),
    })
    .await;
    assert!(result.is_ok());
    assert_eq!(hits, 2);
    assert!(elapsed >= Duration::from_secs(1), "{elapsed:?}");
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_no_further() {
    let (result, hits, _) = ask(|path, stream| match path {
        "/c" => send(stream, "200 OK", "", &grey(4, 4)),
        "/b" => send(stream, "302 Found", "Location: c\r\n", b""),
        "/a" => send(stream, "307 Temporary Redirect", "Location: /b\r\n", b""),
        _ => send(stream, "301 Moved Permanently", "Location: /a\r\n", b""),
    })
    .await;
    assert!(result.is_ok());
    assert_eq!(hits, 4);
    assert_eq!(
        message(|_, stream| send(stream, "302 Found", "Location: /loop\r\n", b"")).await,
        "`H` redirects more than 3 times"
    );
    let text = message(|_, stream| send(stream, "302 Found", "Location: file:///etc/passwd\r\n", b"")).await;
    assert_eq!(text, "`H` redirects to something that is neither http nor https");
}

#[tokio::test]
async fn a_too_long_answer_is_refused_before_it_is_read() {
    let text = message(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
        hang();
    })
    .await;
    assert_eq!(text, "the answer of `H` is larger than 1048576 bytes");
    let endless = message(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[0; 4096]).is_ok() {}
    })
    .await;
    assert_eq!(endless, "the answer of `H` is larger than 1048576 bytes");
}

#[tokio::test]
async fn an_unreachable_host_is_reported_as_such() {
    let client = Client::new(config()).unwrap();
    let error = client.get("http://127.0.0.1:9/x", Wanted::Picture).await.unwrap_err().to_string();
    assert!(error.starts_with("`127.0.0.1:9` could not be reached: Connection refused"), "{error}");
    let error = client.get("ftp://h/x", Wanted::Picture).await.unwrap_err().to_string();
    assert_eq!(error, "`ftp://h/x` is not an http or https URL");
}

#[tokio::test]
async fn a_host_gets_at_most_six_requests_at_once() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now2, most2) = (now.clone(), most.clone());
    let server = Server::start(move |_, stream| {
        most2.fetch_max(now2.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(50));
        now2.fetch_sub(1, Ordering::SeqCst);
        send(stream, "200 OK", "", &grey(4, 4));
    });
    let client = Client::new(Config { answer_timeout: Duration::from_secs(10), ..config() }).unwrap();
    let urls: Vec<String> = (0..40).map(|i| format!("{}/{i}", server.url)).collect();
    let answers = futures_util::future::join_all(urls.iter().map(|url| client.get(url, Wanted::Picture))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(most.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn a_dead_host_is_left_alone_after_five_failures() {
    let server = Server::start(|_, _| ());
    let client = Client::new(Config { attempts_max: 1, per_host_max: 1, ..config() }).unwrap();
    for i in 0..5 {
        client.get(&format!("{}/{i}", server.url), Wanted::Picture).await.unwrap_err();
    }
    let urls: Vec<String> = (5..40).map(|i| format!("{}/{i}", server.url)).collect();
    let others = futures_util::future::join_all(urls.iter().map(|url| client.get(url, Wanted::Picture)));
    assert!(tokio::time::timeout(Duration::from_millis(300), others).await.is_err(), "it is waited for");
    assert_eq!(server.hits(), 5);
}

#[tokio::test]
async fn requests_have_a_user_agent_and_accept_gzip() {
    use std::io::Read;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let request = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = vec![0; 4096];
        let length = stream.read(&mut head).unwrap();
        send(&mut stream, "200 OK", "", &grey(4, 4));
        String::from_utf8(head[..length].to_vec()).unwrap().to_lowercase()
    });
    Client::new(config()).unwrap().get(&url, Wanted::Picture).await.unwrap();
    let head = request.join().unwrap();
    assert!(head.contains("user-agent: mapreel/") && head.contains("accept-encoding: gzip"), "{head}");
}

#[tokio::test]
async fn a_fresh_client_forgets_answers_and_remembers_hosts() {
    let server = Server::start(|_, stream| send(stream, "404 Not Found", "", b""));
    let client = Client::new(config()).unwrap();
    for _ in 0..2 {
        client.get(&server.url, Wanted::Picture).await.unwrap_err();
    }
    assert_eq!(server.hits(), 1, "within one run a failure is kept");
    client.for_run("somebody").get(&server.url, Wanted::Picture).await.unwrap_err();
    assert_eq!(server.hits(), 2, "the next run asks again");

    let dead = Server::start(|_, _| ());
    let client = Client::new(Config { attempts_max: 1, ..config() }).unwrap();
    for _ in 0..5 {
        client.for_run("somebody").get(&dead.url, Wanted::Picture).await.unwrap_err();
    }
    assert_eq!(dead.hits(), 5);
    let waits = client.for_run("somebody");
    let rests = tokio::time::timeout(Duration::from_millis(300), waits.get(&dead.url, Wanted::Picture));
    assert!(rests.await.is_err() && dead.hits() == 5, "it rests, and is waited for");
    client.for_run("somebody else").get(&dead.url, Wanted::Picture).await.unwrap_err();
    assert_eq!(dead.hits(), 6, "for nobody else");
}

#[tokio::test]
async fn a_host_whose_paths_fail_does_not_rest() {
    let server = Server::start(|path, stream| match path {
        "/good" => send(stream, "200 OK", "", &grey(4, 4)),
        _ => send(stream, "503 Service Unavailable", "", b""),
    });
    let client = Client::new(Config { attempts_max: 1, ..config() }).unwrap();
    for i in 0..20 {
        client.for_run("somebody").get(&format!("{}/{i}", server.url), Wanted::Picture).await.unwrap_err();
    }
    client.for_run("somebody").get(&format!("{}/good", server.url), Wanted::Picture).await.unwrap();
}

#[tokio::test]
async fn a_redirect_is_asked_by_a_permit_of_its_own_host() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, seen) = (now.clone(), most.clone());
    let target = Server::start(move |_, stream| {
        seen.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(50));
        counted.fetch_sub(1, Ordering::SeqCst);
        send(stream, "200 OK", "", &grey(4, 4));
    });
    let to = target.url.clone();
    let redirecting = move |path: &str, stream: &mut std::net::TcpStream| {
        send(stream, "302 Found", &format!("Location: {to}{path}\r\n"), b"");
    };
    let redirecting = Arc::new(redirecting);
    let fronts: Vec<Server> = (0..4)
        .map(|_| {
            let answer = redirecting.clone();
            Server::start(move |path, stream| answer(path, stream))
        })
        .collect();
    let client = Arc::new(Client::new(Config { per_host_max: 2, ..config() }).unwrap());
    let tasks: Vec<_> = (0..16)
        .map(|i| {
            let (client, url) = (client.clone(), format!("{}/{i}", fronts[i % 4].url));
            tokio::spawn(async move { client.get(&url, Wanted::Picture).await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert!(most.load(Ordering::SeqCst) <= 2, "{} at once", most.load(Ordering::SeqCst));
}

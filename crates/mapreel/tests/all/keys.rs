//! Keys: the rights of each role, the owners of jobs, and keys that are added and revoked while the service runs.

use super::support::service::{Answer, Process, Site, exchange, world};
use super::support::{mapreel, program};
use mapreel_testkit::processes::wait_until;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// A file of keys.
struct File(PathBuf);

impl File {
    fn of(site: &Site) -> Self {
        Self(site.folder.join("keys.toml"))
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = mapreel(&[&["keys"], arguments, &["--file", self.path()]].concat());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    #[track_caller]
    fn add(&self, name: &str, roles: &str) -> String {
        let (code, key, said) = self.run(&["add", name, "--roles", roles]);
        assert_eq!(code, 0, "{said}");
        key.trim().to_owned()
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

fn ask(process: &Process, key: &str, method: &str, path: &str, body: &str) -> Answer {
    let authorization = format!("authorization: Bearer {key}");
    let mut headers = vec!["content-type: application/json"];
    if !key.is_empty() {
        headers.push(&authorization);
    }
    process.request(method, path, &headers, body.as_bytes())
}

#[track_caller]
fn submit(process: &Process, key: &str, title: &str) -> String {
    let answer = ask(process, key, "POST", "/api/service/image", &world(title));
    assert_eq!(answer.status, 202, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn ended(process: &Process, key: &str, id: &str) {
    let status = || ask(process, key, "GET", &format!("/api/job-status/{id}"), "").json()["status"].clone();
    assert!(wait_until(PATIENCE, || status() == "SUCCESS"), "{}", process.log());
}

/// A request, and the statuses for no key and for keys with `submit`, `read`, `submit,read` and `operate`.
struct Question {
    method: &'static str,
    path: String,
    body: String,
    codes: [u16; 5],
}

/// The key is accepted; the status then depends on the rest of the request.
const LET_IN: u16 = 0;
const OF_REQUESTS: [u16; 5] = [401, LET_IN, 403, LET_IN, 403];
/// An id that no job has.
const UNKNOWN: &str = "01a20c0c-c580-7225-9d37-5f2e965dcde0";

impl Question {
    fn of_request(method: &'static str, path: &str, body: String) -> Self {
        Self { method, path: path.to_owned(), body, codes: OF_REQUESTS }
    }

    fn of_job(method: &'static str, path: String, codes: [u16; 5]) -> Self {
        Self { method, path, body: String::new(), codes }
    }

    /// The requests about one job. `seen` is the status for `submit,read`; `by_submitter` is the status for `submit` when
    /// it cancels.
    fn all_of_job(id: &str, seen: u16, by_submitter: u16) -> Vec<Self> {
        let paths = [
            "job-status/ID",
            "job-status/ID/events",
            "job-status/ID/request",
            "job-status/ID/preview",
            "download/ID",
            "download/ID.png",
            "download/ID/manifest",
        ];
        let read = |path: &str| format!("/api/{}", path.replace("ID", id));
        let codes = [401, 403, 404, seen, 200];
        let mut all: Vec<Self> = paths.map(|path| Self::of_job("GET", read(path), codes)).into();
        all.push(Self::of_job("HEAD", read("download/ID"), codes));
        let accepted = |code| if code == 200 { 202 } else { code };
        let again = [401, accepted(by_submitter), 403, accepted(seen), 202];
        all.push(Self::of_job("POST", read("jobs/ID/again"), again));
        all.push(Self::of_job("DELETE", read("job-status/ID"), [401, by_submitter, 403, seen, 200]));
        all
    }

    /// Sends the request with a key and checks the status.
    #[track_caller]
    fn ask(&self, process: &Process, key: &str, code: u16) {
        let answer = ask(process, key, self.method, &self.path, &self.body);
        let what = format!("{} {} by {key}: {}", self.method, self.path, answer.text());
        let is_refused = [401, 403].contains(&answer.status);
        assert!(if code == LET_IN { !is_refused } else { answer.status == code }, "{code}: {what}");
        assert_eq!(is_refused, answer.header("www-authenticate").starts_with("Bearer"), "{what}");
        if is_refused && self.method != "HEAD" {
            assert!(["unauthorized", "forbidden"].contains(&answer.json()["code"].as_str().unwrap()), "{what}");
        }
    }
}

/// Every route, once with a job of the key's owner and once with a job of another owner.
fn every_question(own: &str, foreign: &str, of_submitter: &str) -> Vec<Question> {
    let mut all = vec![
        Question::of_request("POST", "/api/service/image", world("x")),
        Question::of_request("POST", "/api/service/animation", "{}".into()),
        Question::of_request("POST", "/api/check", world("x")),
        Question::of_request("POST", "/api/preview", world("x")),
        Question::of_request("GET", "/api/layers?url=http://127.0.0.1:9/", String::new()),
        Question::of_request("GET", "/api/catalogue", String::new()),
        Question::of_job("GET", "/api/jobs".into(), [401, 403, 200, 200, 200]),
        Question::of_job("GET", "/api/operations".into(), [401, 403, 403, 403, 200]),
        Question::of_job("GET", "/api/key".into(), [401, 200, 200, 200, 200]),
        Question::of_job("PUT", "/api/jobs".into(), [401, 405, 405, 405, 405]),
        Question::of_job("GET", "/api/nowhere".into(), [401, 404, 404, 404, 404]),
    ];
    for (id, seen, by_submitter) in [(own, 200, 404), (foreign, 404, 404), (of_submitter, 404, 200)] {
        all.extend(Question::all_of_job(id, seen, by_submitter));
    }
    all.push(Question::of_job("GET", format!("/api/job-status/{UNKNOWN}"), [401, 403, 404, 404, 404]));
    for path in ["/", "/operations", "/page/page.js", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics"] {
        all.push(Question::of_job("GET", path.into(), [200; 5]));
    }
    all
}

#[test]
fn every_route_asks_for_its_role_and_shows_own_jobs_only() {
    let site = Site::new("keys-matrix");
    let file = File::of(&site);
    let (both, other) = (file.add("both", "submit,read"), file.add("other", "submit,read"));
    let (submitter, reader) = (file.add("submitter", "submit"), file.add("reader", "read"));
    let operator = file.add("operator", "operate");
    let process = site.serve(&["--keys", file.path()], "");
    let (own, foreign) = (submit(&process, &both, "own"), submit(&process, &other, "foreign"));
    let of_submitter = submit(&process, &submitter, "of the submitter");
    [&own, &foreign, &of_submitter].iter().for_each(|id| ended(&process, &operator, id));
    let told = ask(&process, &both, "GET", "/api/key", "").json();
    assert_eq!(told, serde_json::json!({ "name": "both", "roles": ["submit", "read"] }));
    let questions = every_question(&own, &foreign, &of_submitter);
    for question in &questions {
        let keys = ["", &submitter, &reader, &both, &operator];
        keys.iter().zip(question.codes).for_each(|(key, code)| question.ask(&process, key, code));
        for wrong in [&own[..], "mapreel_", &both[..both.len() - 1], &format!("{both}0"), "x y"] {
            let Question { method, path, body, codes } = question;
            assert_eq!(ask(&process, wrong, method, path, body).status, codes[0], "{method} {path} by {wrong}");
        }
    }
    eprintln!("{} questions by 5 keys and 5 that are none", questions.len());
    // A job of another owner gets the same answers as an id that no job has.
    let text = |id: &str| ask(&process, &both, "GET", &format!("/api/job-status/{id}"), "").text();
    assert_eq!(text(&foreign), text(UNKNOWN));
    for key in [&both, &other, &submitter, &reader, &operator] {
        assert!(!process.log().contains(&key["mapreel_".len()..]), "a key stands in the log");
    }
}

#[test]
fn a_list_shows_own_jobs_page_by_page() {
    let site = Site::new("keys-list");
    let file = File::of(&site);
    let (one, two, operator) =
        (file.add("one", "submit,read"), file.add("two", "submit,read"), file.add("boss", "operate"));
    let process = site.serve(&["--workers", "0", "--keys", file.path()], "");
    let mut own = Vec::new();
    for i in 0..30 {
        if i % 3 == 0 {
            own.push(submit(&process, &one, "mine"));
        } else {
            submit(&process, &two, "theirs");
        }
    }
    let list = |key: &str, limit: usize| {
        let (mut listed, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = ask(&process, key, "GET", &format!("/api/jobs?limit={limit}{cursor}"), "").json();
            let jobs = page["jobs"].as_array().unwrap();
            assert!(jobs.len() <= limit);
            listed.extend(jobs.iter().map(|job| job["id"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return listed,
            }
        }
    };
    own.reverse();
    for limit in [1, 3, 9, 10, 11, 200] {
        assert_eq!(list(&one, limit), own, "{limit}");
        assert_eq!((list(&two, limit).len(), list(&operator, limit).len()), (20, 30), "{limit}");
    }
}

#[test]
fn two_owners_may_have_the_same_name_for_their_requests() {
    let site = Site::new("keys-idempotency");
    let file = File::of(&site);
    let (one, two) = (file.add("one", "submit"), file.add("two", "submit"));
    let process = site.serve(&["--workers", "0", "--keys", file.path()], "");
    let send = |key: &str, title: &str| {
        let authorization = format!("authorization: Bearer {key}");
        let headers = ["content-type: application/json", "idempotency-key: daily", &authorization];
        let answer = process.request("POST", "/api/service/image", &headers, world(title).as_bytes());
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()["id"].as_str().unwrap().to_owned()
    };
    let first = send(&one, "a");
    assert_eq!(send(&one, "a"), first);
    let other = send(&two, "b");
    assert!(other != first && send(&two, "b") == other);
}

#[test]
fn keys_come_and_go_while_the_service_runs() {
    let site = Site::new("keys-change");
    let file = File::of(&site);
    let first = file.add("first", "read");
    let process = site.serve(&["--workers", "0", "--keys", file.path()], "");
    let status = |key: &str| ask(&process, key, "GET", "/api/jobs", "").status;
    let until = |key: &str, expected: u16| {
        let began = Instant::now();
        while status(key) != expected {
            assert!(began.elapsed() < Duration::from_secs(5), "not {expected}: {}", process.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        began.elapsed()
    };
    assert_eq!(status(&first), 200);
    let second = file.add("second", "read");
    until(&second, 200);
    assert_eq!(file.run(&["revoke", "second"]).0, 0);
    let took = until(&second, 401);
    assert!(took < Duration::from_secs(2), "{took:?}");
    // A broken or missing file of keys changes no key, and the service names the problem.
    let good = std::fs::read_to_string(&file.0).unwrap();
    std::fs::write(&file.0, format!("{good}[third]\nhash = 'hush'\nroles = ['all']\n")).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    let log = process.log();
    assert!(
        log.contains("ERROR") && log.contains("[third]: `hash` is not") && log.contains("`all` is no role"),
        "{log}"
    );
    assert!(!log.contains("hush"), "{log}");
    assert_eq!((status(&first), status(&second), status("hush")), (200, 401, 401));
    std::fs::remove_file(&file.0).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!((status(&first), status("")), (200, 401));
    // A service with an empty file of keys lets no request in.
    std::fs::write(&file.0, "").unwrap();
    until(&first, 401);
    assert_eq!(status(""), 401);
    std::fs::write(&file.0, good).unwrap();
    until(&first, 200);
}

#[test]
fn a_panic_leaves_the_keys_and_their_file_is_read_on() {
    let site = Site::new("keys-panic");
    let file = File::of(&site);
    let key = file.add("a", "read");
    let process = site.serve(&["--workers", "0", "--keys", file.path()], "keys=panic@2");
    let status = || ask(&process, &key, "GET", "/api/jobs", "").status;
    let began = Instant::now();
    while !process.get("/metrics").text().contains("mapreel_task_restarts_total{task=\"keys\"} 1") {
        assert!(began.elapsed() < PATIENCE && status() == 200, "{}", process.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(file.run(&["revoke", "a"]).0, 0);
    while status() != 401 {
        assert!(began.elapsed() < PATIENCE, "{}", process.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_revoked_key_ends_its_event_streams() {
    let site = Site::new("keys-stream");
    let file = File::of(&site);
    let key = file.add("portal", "submit,read");
    let process = site.serve(&["--workers", "0", "--keys", file.path()], "");
    let path = format!("/api/job-status/{}/events", submit(&process, &key, "x"));
    let began = Instant::now();
    std::thread::scope(|scope| {
        let stream = scope.spawn(|| ask(&process, &key, "GET", &path, ""));
        std::thread::sleep(Duration::from_millis(300));
        assert!(!stream.is_finished());
        assert_eq!(file.run(&["revoke", "portal"]).0, 0);
        assert!(stream.join().unwrap().text().contains("PENDING"));
    });
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn the_command_line_makes_lists_and_revokes_keys() {
    let site = Site::new("keys-command-line");
    let file = File::of(&site);
    let (code, key, said) = file.run(&["add", "portal", "--roles", "submit,read", "--open-jobs-max", "50"]);
    assert!(code == 0 && said.contains("`portal`") && !said.contains(key.trim()), "{said}");
    assert!(key.trim().len() >= 64);
    let text = std::fs::read_to_string(&file.0).unwrap();
    assert!(text.contains("hash = \"sha256:") && !text.contains(key.trim()), "{text}");
    let (code, listed, _) = file.run(&["list"]);
    assert_eq!((code, listed.as_str()), (0, "portal  submit,read  open_jobs_max 50\n"));
    for (arguments, words) in
        [(&["add", "portal", "--roles", "read"][..], "already"), (&["revoke", "nobody"], "no key of the name `nobody`")]
    {
        let (code, _, said) = file.run(arguments);
        assert!(code == 1 && said.contains(words), "{code}: {said}");
    }
    for arguments in [&["add", "x", "--roles", "admin"][..], &["add", "10.0.0.1", "--roles", "read"], &["add", "x"]] {
        assert_eq!(file.run(arguments).0, 2, "{arguments:?}");
    }
    assert_eq!(mapreel(&["keys", "list"]).status.code(), Some(2), "no file is named");
    // A service with an invalid file of keys names the problem and does not start.
    std::fs::write(&file.0, "[a]\nhash = 'x'\n").unwrap();
    let output = mapreel(&["serve", "--keys", file.path()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("2 problems"), "{said}");
    assert_eq!(mapreel(&["serve", "--keys", "/nowhere/keys.toml"]).status.code(), Some(2));
}

#[test]
fn submit_brings_its_key() {
    let site = Site::new("keys-submit");
    let file = File::of(&site);
    let key = file.add("me", "submit,read");
    let process = site.serve(&["--keys", file.path()], "");
    let (request, out) = (site.folder.join("r.json"), site.folder.join("out.png"));
    std::fs::write(&request, world("x")).unwrap();
    let run = |key: &str| {
        let arguments = ["submit", request.to_str().unwrap(), "--server", &process.url, "-o", out.to_str().unwrap()];
        Command::new(program()).args(arguments).env("MAPREEL_KEY", key).output().unwrap()
    };
    let refused = String::from_utf8(run("").stderr).unwrap();
    assert!(refused.contains("401") && refused.contains("Authorization: Bearer KEY"), "{refused}");
    let done = run(&key);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(std::fs::read(out).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn an_open_service_that_others_reach_says_so() {
    let site = Site::new("keys-none");
    let said = |listen: &str, arguments: &[&str]| {
        let process = site.serve_at(listen, arguments, "");
        std::thread::sleep(Duration::from_millis(300));
        process.log().contains("everybody who reaches")
    };
    assert!(said("0.0.0.0:0", &["--workers", "0"]));
    assert!(!said("127.0.0.1:0", &["--workers", "0"]));
    let file = File::of(&site);
    file.add("a", "read");
    assert!(!said("0.0.0.0:0", &["--workers", "0", "--keys", file.path()]));
}

/// Other schemes, several headers, and a key in the URL do not authenticate.
#[test]
fn a_key_stands_in_one_header_only() {
    let site = Site::new("keys-header");
    let file = File::of(&site);
    let key = file.add("a", "read");
    let process = site.serve(&["--workers", "0", "--keys", file.path(), "--log", "trace"], "");
    let status = |path: &str, headers: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
        exchange(&process.url, request.as_bytes()).unwrap().status
    };
    let good = format!("Authorization: Bearer {key}\r\n");
    assert_eq!(status("/api/jobs", &good), 200);
    assert_eq!(status("/api/jobs", &good.replace("Bearer", "bearer")), 200, "RFC 9110, 11.1");
    for headers in [
        format!("{good}{good}"),
        good.replace("Bearer", "Basic"),
        good.replace("Bearer ", ""),
        format!("X-Api-Key: {key}\r\n"),
        format!("Cookie: key={key}\r\n"),
    ] {
        assert_eq!(status("/api/jobs", &headers), 401, "{headers}");
    }
    assert_eq!(status(&format!("/api/jobs?key={key}&access_token={key}"), ""), 401);
    std::thread::sleep(Duration::from_millis(100));
    assert!(!process.log().contains(&key["mapreel_".len()..]), "{}", process.log());
}

//! The configuration of `serve` and `worker`: flags, then environment, then a TOML file, then defaults.
//!
//! Every setting is a row of one table, [`SETTINGS`]: from it come the flags, the environment's names, the keys of the file,
//! the example file and the messages.

mod front_door;

pub(crate) use front_door::FrontDoor;

use crate::budget;
use crate::credentials;
use crate::fonts::FontSource;
use mapreel_queue::Settings as QueueSettings;
use mapreel_sources::{Config as ClientConfig, Credentials, Egress, Ports};
use mapreel_spec::Limits;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// A setting: its key in the file. `--key-name` is its flag and `MAPREEL_KEY_NAME` its variable.
pub(crate) struct Setting {
    pub key: &'static str,
    pub default: &'static str,
    pub expected: &'static str,
    pub help: &'static str,
}

const fn setting(key: &'static str, default: &'static str, expected: &'static str, help: &'static str) -> Setting {
    Setting { key, default, expected, help }
}

const COUNT: &str = "a whole number";
const SECONDS: &str = "seconds";

/// Every setting, in the order of the example file.
#[rustfmt::skip]
pub(crate) const SETTINGS: &[Setting] = &[
    setting("listen", "127.0.0.1:5005", "an address and port", "Where the HTTP API listens."),
    setting("public_url", "", "an `http://` or `https://` URL, or nothing", "Under which URL clients reach the API, where that is another name than an address or `localhost`: requests under other names are refused."),
    setting("cors_origins", "", "origins such as `https://portal.example.org`, separated by commas", "Web pages of other origins that may use the API."),
    setting("trusted_proxies", "", "addresses and networks, separated by commas", "Proxies whose `X-Forwarded-For` says who a client is."),
    setting("operations_listen", "", "an address and port, or nothing", "Where `mapreel serve` answers `/healthz`, `/readyz` and `/metrics` besides."),
    setting("keys", "", "the path of a TOML file, or nothing", "Keys of clients, made by `mapreel keys add`; without it, everybody may do everything."),
    setting("worker_listen", "", "an address and port, or nothing", "Where `mapreel worker` answers `/healthz`, `/readyz` and `/metrics`."),
    setting("store", "sqlite:./mapreel-data/jobs.db", "`sqlite:FILE` or `mongodb://HOST/DATABASE`", "Where jobs are kept; processes that share it share the work."),
    setting("broker", "", "`amqp://USER:PASSWORD@HOST/VHOST`, or nothing", "RabbitMQ, to wake the workers of a cluster; only beside a store in MongoDB."),
    setting("broker_queues", "quorum", "`quorum` or `classic`", "The type of the queues at the broker."),
    setting("artifacts", "file:./mapreel-data/artifacts", "`file:FOLDER` or `s3://BUCKET/PREFIX`", "Where images, animations and their segments are kept."),
    setting("download_redirect", "false", "`false` or `true`", "Answer downloads with a redirect to a URL of the bucket that is signed for a few minutes."),
    setting("workers", "auto", "a whole number, or `auto` for one for each core", "Parts of animations drawn at once by this process; 0: none, the API alone."),
    setting("image_workers", "auto", "a whole number, or `auto` for as many as `workers`", "Images drawn at once beside them, so that no image waits for an animation."),
    setting("memory", "auto", "bytes, or a number with a unit such as `2GiB`, 512MiB or more, or `auto` for three quarters of what the cgroup or the machine has", "What the process may take of memory. A map whose frame does not fit is refused."),
    setting("private_upstreams", "", "addresses, networks or names, separated by commas", "Upstreams that are not public and may still be asked: `10.107.0.0/16,wms.internal:8080`."),
    setting("upstream_ports", "80,443,1024-65535", "ports and ranges, separated by commas", "Where upstreams are asked that no entry of `private_upstreams` names with their port."),
    setting("credentials", "", "the path of a TOML file", "Secrets for upstreams, which requests name and never hold; docs/OPERATIONS.md has its form."),
    setting("fonts", "", "paths of font files and folders, separated by commas", "Fonts for scripts beyond Latin, Greek and Cyrillic; without it, the system's. The same for all workers."),
    setting("body_bytes_max", "1048576", COUNT, "Bytes of a request."),
    setting("depth_max", "32", COUNT, "How deep lists and objects of a request are nested."),
    setting("frames_max", "600", COUNT, "Frames of an animation."),
    setting("layers_max", "16", COUNT, "Layers of a map, the basemap included."),
    setting("side_px_max", "4096", COUNT, "Width or height of a map, in pixels."),
    setting("cost_mpx_max", "8000", COUNT, "Frames × pixels × (layers + 1) of a request, in millions."),
    setting("upstream_requests_max", "4000", COUNT, "Requests to upstreams for one job."),
    setting("positions_max", "1000000", COUNT, "Positions in the GeoJSON of a request."),
    setting("positions_drawn_m_max", "100", COUNT, "Positions × frames of GeoJSON that changes with time, in millions."),
    setting("open_jobs_max", "1000", COUNT, "Jobs pending or running; further ones are answered with 503."),
    setting("previews_max", "2", COUNT, "Previews and online checks at once; further ones are answered with 503."),
    setting("preview_px_max", "1024", COUNT, "Width or height of a preview's map, in pixels."),
    setting("connections_max", "1000", COUNT, "Connections of clients at once; further ones wait for some seconds."),
    setting("connections_per_address_max", "500", COUNT, "Connections from one address at once, of those; trusted proxies have no such limit."),
    setting("streams_max", "500", COUNT, "Event streams at once; further ones are answered with 503."),
    setting("streams_per_client_max", "200", COUNT, "Event streams of one client at once; further ones are answered with 429."),
    setting("stream_s_max", "900", SECONDS, "The longest life of an event stream; its client comes back and goes on where it was."),
    setting("write_timeout_s", "30", SECONDS, "A client that takes nothing of its answer for so long is cut off."),
    setting("requests_per_minute_max", "60000", COUNT, "Requests of one client in a minute; further ones are answered with 429."),
    setting("frames_per_hour_max", "1000000", COUNT, "Frames of the jobs of one client in an hour; further ones are answered with 429. A key may say otherwise."),
    setting("upstream_requests_per_hour_max", "1000000", COUNT, "Requests to upstreams for the jobs, previews and questions of one client in an hour; further ones are answered with 429."),
    setting("open_jobs_per_client_max", "auto", "a whole number, or `auto` for as many as `open_jobs_max`", "Jobs of one client, pending or running; further ones are answered with 429. A key may say otherwise."),
    setting("attempts_max", "3", COUNT, "Attempts at a part of a job."),
    setting("lease_s", "30", SECONDS, "How long a worker that says nothing keeps its part of a job."),
    setting("stall_s", "180", SECONDS, "An attempt that finishes no frame, and hears no upstream, for so long has failed."),
    setting("wait_max_s", "86400", SECONDS, "A job that is not done after so long has failed."),
    setting("artifact_lifetime_s", "86400", SECONDS, "How long a finished image or animation can be downloaded."),
    setting("remember_s", "604800", SECONDS, "How long the record of a job is kept after that."),
    setting("drain_s", "25", SECONDS, "From SIGTERM to the end: work that is not done by then is handed back."),
    setting("upstream_connect_timeout_s", "5", SECONDS, "Until a connection to an upstream stands."),
    setting("upstream_timeout_s", "30", SECONDS, "Until an upstream's whole answer is here, however it comes; one attempt."),
    setting("upstream_bytes_max", "16777216", COUNT, "Bytes of an upstream's answer."),
    setting("upstream_per_host_max", "6", COUNT, "Requests under way at one host for one owner of jobs; for all together four times as many."),
    setting("log", "info", "`error`, `warn`, `info`, `debug` or `trace`, or filters such as `mapreel=debug`", "What is logged, to standard error."),
    setting("log_format", "text", "`text` or `json`", "How it is logged."),
];

/// The configuration, valid.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub listen: SocketAddr,
    pub worker_listen: Option<SocketAddr>,
    pub front_door: FrontDoor,
    pub store: String,
    pub broker: Option<String>,
    #[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "only a cluster has a broker"))]
    pub broker_quorum: bool,
    pub artifacts: String,
    pub download_redirect: bool,
    pub workers: usize,
    pub image_workers: usize,
    pub limits: Limits,
    /// What the process may take of memory, in MiB.
    pub memory_mib: u64,
    pub previews_max: usize,
    pub preview_px_max: u32,
    pub stall: Duration,
    pub drain: Duration,
    pub queue: QueueSettings,
    pub client: ClientConfig,
    pub fonts: FontSource,
    pub log: String,
    pub log_json: bool,
}

/// Settings by key, and where each came from.
pub(crate) struct Values(BTreeMap<&'static str, (String, String)>);

impl Values {
    /// Gathers the settings; `flags` are those given, `environment` looks a variable up, `file` is its path and text.
    ///
    /// # Errors
    /// The file is not TOML, or has keys that are no settings: all of them.
    pub(crate) fn gather(
        flags: &BTreeMap<String, String>,
        environment: impl Fn(&str) -> Option<String>,
        file: Option<(&Path, &str)>,
    ) -> Result<Self, Vec<String>> {
        let (table, mut problems) = read_file(file)?;
        let mut values = BTreeMap::new();
        for Setting { key, default, .. } in SETTINGS {
            let variable = variable(key);
            let from_file = || {
                let (path, _) = file?;
                let text = match table.get(*key)? {
                    toml::Value::String(text) => text.clone(),
                    toml::Value::Array(items) => {
                        let texts = items.iter().map(|item| item.as_str().map_or(item.to_string(), str::to_owned));
                        texts.collect::<Vec<_>>().join(",")
                    }
                    other => other.to_string(),
                };
                Some((text, format!("`{key}` in `{}`", path.display())))
            };
            let value = flags
                .get(*key)
                .map(|text| (text.clone(), format!("`--{}`", key.replace('_', "-"))))
                .or_else(|| Some((environment(&variable)?, format!("`{variable}`"))))
                .or_else(from_file)
                .unwrap_or_else(|| ((*default).to_owned(), "default".to_owned()));
            values.insert(*key, value);
        }
        let known = |key: &String| SETTINGS.iter().any(|setting| setting.key == key);
        problems.extend(table.keys().filter(|key| !known(key)).map(|key| {
            let path = file.map(|(path, _)| path.display().to_string()).unwrap_or_default();
            format!("`{key}` in `{path}`: there is no such setting; `mapreel config --example` prints all")
        }));
        if problems.is_empty() { Ok(Self(values)) } else { Err(problems) }
    }

    /// Every setting: key, value without passwords, where it came from.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>, &str)> {
        SETTINGS.iter().map(|setting| {
            let (text, origin) = &self.0[setting.key];
            (setting.key, redacted(text), origin.as_str())
        })
    }
}

/// A URL without its user and password, for logs and messages; other texts as they are.
pub(crate) fn redacted(text: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = text.split_once("://") else { return Cow::Borrowed(text) };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => Cow::Owned(format!("{scheme}://***{}", &rest[at..])),
        None => Cow::Borrowed(text),
    }
}

type Table = toml::Table;

fn read_file(file: Option<(&Path, &str)>) -> Result<(Table, Vec<String>), Vec<String>> {
    let Some((path, text)) = file else { return Ok((Table::new(), Vec::new())) };
    let table = text.parse::<Table>().map_err(|error| vec![format!("`{}` is not TOML: {error}", path.display())])?;
    Ok((table, Vec::new()))
}

/// The environment's name of a setting.
pub(crate) fn variable(key: &str) -> String {
    format!("MAPREEL_{}", key.to_uppercase())
}

/// What a setting has to be.
fn expected(key: &str) -> &'static str {
    SETTINGS.iter().find(|setting| setting.key == key).map_or("", |setting| setting.expected)
}

/// Reads values and notes what is wrong with them.
struct Reader<'a> {
    values: &'a Values,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn text(&self, key: &'static str) -> String {
        self.values.0[key].0.clone()
    }

    fn refuse(&mut self, key: &'static str, more: &str) {
        let (text, origin) = &self.values.0[key];
        let text = redacted(text);
        let expected = expected(key);
        self.problems.push(format!("{origin}: `{text}` is not {expected}{more}"));
    }

    fn parsed<T: FromStr>(&mut self, key: &'static str) -> Option<T> {
        let value = self.text(key).parse().ok();
        if value.is_none() {
            self.refuse(key, "");
        }
        value
    }

    /// Nothing, or a value.
    fn optional<T: FromStr>(&mut self, key: &'static str) -> Option<Option<T>> {
        if self.text(key).is_empty() { Some(None) } else { self.parsed(key).map(Some) }
    }

    /// Values, separated by commas; each that is wrong is named.
    fn list<T: FromStr>(&mut self, key: &'static str) -> Option<Vec<T>> {
        let text = self.text(key);
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty() || !text.trim().is_empty());
        let read: Vec<(&str, Option<T>)> = items.map(|item| (item, item.parse().ok())).collect();
        let origin = self.values.0[key].1.clone();
        for (item, _) in read.iter().filter(|(_, value)| value.is_none()) {
            let expected = expected(key);
            self.problems.push(format!("{origin}: `{item}` is not among {expected}"));
        }
        read.into_iter().map(|(_, value)| value).collect()
    }

    /// A number of at least 1.
    fn count<T: FromStr + PartialOrd + From<u8>>(&mut self, key: &'static str) -> Option<T> {
        let value = self.text(key).parse().ok().filter(|value| *value >= T::from(1));
        if value.is_none() {
            self.refuse(key, " of 1 or more");
        }
        value
    }

    fn duration(&mut self, key: &'static str) -> Option<Duration> {
        let seconds = self.text(key).parse::<f64>().ok().filter(|s| (0.01..=1e9).contains(s));
        if seconds.is_none() {
            self.refuse(key, " (0.01 or more)");
        }
        seconds.map(Duration::from_secs_f64)
    }

    fn workers(&mut self, key: &'static str, auto: usize) -> Option<usize> {
        match self.text(key).as_str() {
            "auto" => Some(auto),
            _ => {
                let count = self.parsed::<usize>(key)?;
                if count > 1024 {
                    self.refuse(key, " up to 1024");
                    return None;
                }
                Some(count)
            }
        }
    }

    /// A URL of one of these kinds.
    fn place(&mut self, key: &'static str, schemes: &[&str]) -> Option<String> {
        let text = self.text(key);
        let known = text.split_once(':').is_some_and(|(scheme, rest)| schemes.contains(&scheme) && !rest.is_empty());
        if !known {
            self.refuse(key, "");
        }
        known.then_some(text)
    }

    /// Refuses what only a cluster has, where this build has none; `instead` is what it has.
    fn needs_cluster(&mut self, key: &'static str, instead: &str, has_cluster: bool) {
        let (text, origin) = &self.values.0[key];
        if ["mongodb", "amqp", "s3:"].iter().any(|kind| text.starts_with(kind)) && !has_cluster {
            let what = format!("this build has no `cluster`: `{}` cannot be used", redacted(text));
            self.problems.push(format!("{origin}: {what}; build Mapreel with its default features, or {instead}"));
        }
    }

    fn one_of(&mut self, key: &'static str, words: [&str; 2]) -> Option<bool> {
        let text = self.text(key);
        let place = words.iter().position(|word| *word == text);
        if place.is_none() {
            self.refuse(key, "");
        }
        place.map(|place| place == 1)
    }
}

impl Config {
    /// Images drawn at once beside animations; none where nothing is drawn.
    pub(crate) fn image_slots(&self) -> usize {
        if self.workers == 0 { 0 } else { self.image_workers }
    }

    /// Reads the values.
    ///
    /// # Errors
    /// Everything that is wrong with them: where it stands, the value, what was expected.
    pub(crate) fn read(values: &Values) -> Result<Self, Vec<String>> {
        let mut r = Reader { values, problems: Vec::new() };
        let config = Self::read_with(&mut r);
        match config {
            Some(config) if r.problems.is_empty() => Ok(config),
            _ => Err(r.problems),
        }
    }

    fn read_with(r: &mut Reader) -> Option<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = r.workers("workers", cores);
        let image_workers = r.workers("image_workers", workers.unwrap_or(cores));
        let (limits, queue, client) = (limits(r), queue(r), client(r));
        let front_door = front_door::read(r);
        let listen = r.parsed("listen");
        let worker_listen = r.optional("worker_listen");
        let (store, artifacts) =
            (r.place("store", &["sqlite", "mongodb", "mongodb+srv"]), r.place("artifacts", &["file", "s3"]));
        let broker =
            if r.text("broker").is_empty() { Some(None) } else { r.place("broker", &["amqp", "amqps"]).map(Some) };
        if let (Some(store), Some(Some(_))) = (&store, &broker)
            && !store.starts_with("mongodb")
        {
            let origin = &r.values.0["broker"].1;
            r.problems.push(format!("{origin}: a broker needs a store in MongoDB, and `store` is `{store}`"));
        }
        for (key, instead) in
            [("store", "use `sqlite:FILE`"), ("broker", "leave it out"), ("artifacts", "use `file:FOLDER`")]
        {
            r.needs_cluster(key, instead, cfg!(feature = "cluster"));
        }
        let (quorum, redirect) =
            (r.one_of("broker_queues", ["classic", "quorum"]), r.one_of("download_redirect", ["false", "true"]));
        let (stall, drain) = (r.duration("stall_s"), r.duration("drain_s"));
        let (previews_max, preview_px_max) = (r.count::<u32>("previews_max"), r.count("preview_px_max"));
        let memory_mib = budget::parse_mib(&r.text("memory"));
        if memory_mib.is_none() {
            r.refuse("memory", "");
        }
        let fonts = fonts(r);
        let log_json = r.one_of("log_format", ["text", "json"]);
        let log = r.text("log");
        if log.parse::<tracing_subscriber::EnvFilter>().is_err() {
            r.refuse("log", "");
        }
        Some(Self {
            listen: listen?,
            worker_listen: worker_listen?,
            front_door: front_door?,
            store: store?,
            broker: broker?,
            broker_quorum: quorum?,
            artifacts: artifacts?,
            download_redirect: redirect?,
            workers: workers?,
            image_workers: image_workers?,
            limits: limits?,
            memory_mib: memory_mib?,
            previews_max: previews_max? as usize,
            preview_px_max: preview_px_max?,
            stall: stall?,
            drain: drain?,
            queue: queue?,
            client: client?,
            fonts: fonts?,
            log,
            log_json: log_json?,
        })
    }
}

fn limits(r: &mut Reader) -> Option<Limits> {
    let body = r.count::<u64>("body_bytes_max");
    let (depth, frames, layers) =
        (r.count::<u64>("depth_max"), r.count::<u64>("frames_max"), r.count::<u64>("layers_max"));
    let (side, cost) = (r.count::<u32>("side_px_max"), r.count::<u64>("cost_mpx_max"));
    let answer = r.count::<u64>("upstream_bytes_max");
    let (requests, positions) = (r.count::<u64>("upstream_requests_max"), r.count::<u64>("positions_max"));
    let drawn = r.count::<u64>("positions_drawn_m_max");
    Some(Limits {
        document_bytes_max: body? as usize,
        depth_max: depth? as usize,
        frames_max: frames? as usize,
        layers_max: layers? as usize,
        side_px_max: side?,
        cost_mpx_max: cost?,
        upstream_requests_max: requests? as usize,
        positions_max: positions? as usize,
        answer_bytes_max: answer? as usize,
        // The memory budget decides, when the process has shared it out.
        frame_mib_max: u64::MAX,
        positions_drawn_m_max: drawn?,
    })
}

/// A lease must outlast the heartbeats that renew it.
const LEASE_MIN: Duration = Duration::from_secs(2);

fn queue(r: &mut Reader) -> Option<QueueSettings> {
    let (lease, attempts_max, open_jobs_max) =
        (r.duration("lease_s"), r.count("attempts_max"), r.count("open_jobs_max"));
    if lease.is_some_and(|lease| lease < LEASE_MIN) {
        r.refuse("lease_s", " of 2 or more");
    }
    let (wait_max, keep) = (r.duration("wait_max_s"), r.duration("artifact_lifetime_s"));
    let remember = r.duration("remember_s");
    Some(QueueSettings {
        lease: lease?,
        attempts_max: attempts_max?,
        open_jobs_max: open_jobs_max?,
        wait_max: wait_max?,
        keep: keep?,
        remember: remember?,
        plan_version: crate::pipeline::recording::plan_version(),
        clock: mapreel_queue::Clock::System,
    })
}

fn fonts(r: &mut Reader) -> Option<FontSource> {
    let fonts = FontSource::named(&r.text("fonts"));
    if let Err(problem) = &fonts {
        let origin = &r.values.0["fonts"].1;
        r.problems.push(format!("{origin}: {problem}"));
    }
    fonts.ok()
}

fn client(r: &mut Reader) -> Option<ClientConfig> {
    let connect = r.duration("upstream_connect_timeout_s");
    let (answer, bytes) = (r.duration("upstream_timeout_s"), r.count::<u64>("upstream_bytes_max"));
    let per_host = r.count::<u32>("upstream_per_host_max");
    let egress = Egress::public(&r.text("private_upstreams"));
    if let Err(problems) = &egress {
        let origin = &r.values.0["private_upstreams"].1;
        r.problems.extend(problems.0.iter().map(|problem| format!("{origin}: {problem}")));
    }
    let ports = r.text("upstream_ports").parse::<Ports>();
    if let Err(problem) = &ports {
        r.problems.push(format!("{}: {problem}", r.values.0["upstream_ports"].1));
    }
    let credentials = match r.text("credentials").as_str() {
        "" => Ok(Credentials::default()),
        path => credentials::read(Path::new(path)),
    };
    if let Err(problems) = &credentials {
        r.problems.extend(problems.iter().cloned());
    }
    Some(ClientConfig {
        connect_timeout: connect?,
        answer_timeout: answer?,
        answer_bytes_max: bytes? as usize,
        per_host_max: per_host? as usize,
        egress: egress.ok()?.on(ports.ok()?),
        credentials: credentials.ok()?,
        ..ClientConfig::default()
    })
}

/// The example file: every setting with its default.
pub(crate) fn example() -> String {
    let mut text = String::from(
        "# Every setting of `mapreel serve` and `mapreel worker`, with its default.\n\
         #\n\
         # The setting `lease_s` is also the flag `--lease-s` and the variable `MAPREEL_LEASE_S`. A flag wins over the\n\
         # variable, the variable over this file. Name the file with `--config FILE` or `MAPREEL_CONFIG`.\n",
    );
    for Setting { key, default, expected, help } in SETTINGS {
        let quoted = default.parse::<i64>().is_err();
        let value = if quoted { format!("\"{default}\"") } else { (*default).to_owned() };
        let bare = help.trim_end_matches('.');
        text.push_str(&format!("\n# {bare} ({expected}).\n#{key} = {value}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(flags: &[(&str, &str)], environment: &[(&str, &str)], file: &str) -> Result<Values, Vec<String>> {
        let flags = flags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let environment: BTreeMap<_, _> = environment.iter().copied().collect();
        let look = |name: &str| environment.get(name).map(|value| (*value).to_owned());
        Values::gather(&flags, look, Some((Path::new("m.toml"), file)))
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        let file = "frames_max = 3\nlayers_max = 3\nside_px_max = 3";
        let environment = [("MAPREEL_FRAMES_MAX", "2"), ("MAPREEL_LAYERS_MAX", "2")];
        let config = Config::read(&values(&[("frames_max", "1")], &environment, file).unwrap()).unwrap();
        let limits = config.limits;
        assert_eq!((limits.frames_max, limits.layers_max, limits.side_px_max), (1, 2, 3));
        assert_eq!(limits.depth_max, Limits::default().depth_max);
    }

    #[test]
    fn every_problem_says_where_what_and_what_was_expected() {
        let wrong = values(&[("listen", "here")], &[("MAPREEL_LEASE_S", "-1")], "log_format = \"xml\"\nframes_max = 0");
        let problems = Config::read(&wrong.unwrap()).unwrap_err();
        assert_eq!(problems.len(), 4, "{problems:#?}");
        for expected in [
            "`--listen`: `here` is not an address and port",
            "`MAPREEL_LEASE_S`: `-1` is not seconds (0.01 or more)",
            "`log_format` in `m.toml`: `xml` is not `text` or `json`",
            "`frames_max` in `m.toml`: `0` is not a whole number of 1 or more",
        ] {
            assert!(problems.iter().any(|problem| problem == expected), "{expected}: {problems:#?}");
        }
        let problems = values(&[], &[], "frame_max = 3\nx = 1").err().unwrap();
        assert_eq!(problems.len(), 2);
        assert!(problems[0].starts_with("`frame_max` in `m.toml`: there is no such setting"));
    }

    #[test]
    fn places_are_of_known_kinds_and_passwords_are_not_said() {
        let wrong = [("store", "redis://u:secret@h/"), ("broker", "amqp://u:secret@h/"), ("artifacts", "s3:")];
        let problems = Config::read(&values(&wrong, &[], "").unwrap()).unwrap_err();
        assert_eq!(problems.len(), 2, "{problems:#?}");
        assert!(problems[0].starts_with("`--store`: `redis://***@h/` is not `sqlite:FILE` or"), "{problems:#?}");
        let problems = Config::read(&values(&[("broker", "amqp://u:secret@h/")], &[], "").unwrap()).unwrap_err();
        assert!(problems[0].contains("a broker needs a store in MongoDB"), "{problems:#?}");
        let all = values(&[("store", "mongodb://u:secret@h/db")], &[], "").unwrap();
        assert_eq!(all.iter().find(|(key, ..)| *key == "store").unwrap().1, "mongodb://***@h/db");
        assert_eq!(redacted("mongodb://u:p%40@h:1,i/db?x=@"), "mongodb://***@h:1,i/db?x=@");
    }

    #[test]
    fn a_build_without_cluster_refuses_what_only_a_cluster_has() {
        let cluster = [("store", "mongodb://u:secret@h/"), ("broker", "amqp://h/"), ("artifacts", "s3://maps")];
        let refused = |settings: &[(&'static str, &str)], has_cluster| {
            let values = values(settings, &[], "").unwrap();
            let mut reader = Reader { values: &values, problems: Vec::new() };
            ["store", "broker", "artifacts"].into_iter().for_each(|key| reader.needs_cluster(key, "not", has_cluster));
            reader.problems
        };
        let problems = refused(&cluster, false);
        assert_eq!(problems.len(), 3, "{problems:#?}");
        assert!(problems[0].starts_with("`--store`: this build has no `cluster`: `mongodb://***@h/`"), "{problems:#?}");
        assert_eq!(refused(&cluster, true), [""; 0]);
        assert_eq!(refused(&[], false), [""; 0]);
    }

    #[test]
    fn the_example_with_every_line_in_force_is_the_default() {
        let text: String = example()
            .lines()
            .filter(|line| !line.starts_with("# ") && *line != "#")
            .map(|line| format!("{}\n", line.trim_start_matches('#')))
            .collect();
        let from_example = values(&[], &[], &text).unwrap();
        let default = values(&[], &[], "").unwrap();
        assert!(from_example.iter().zip(default.iter()).all(|(a, b)| a.1 == b.1));
        Config::read(&from_example).unwrap();
        let config = Config::read(&default).unwrap();
        // Which plans it can read is no setting.
        let queue = QueueSettings { plan_version: config.queue.plan_version, ..QueueSettings::default() };
        let limits = Limits::default();
        assert_eq!(format!("{:?}", config.queue), format!("{queue:?}"));
        assert_eq!(
            (config.limits.cost_mpx_max, config.limits.positions_max, config.limits.positions_drawn_m_max),
            (limits.cost_mpx_max, limits.positions_max, limits.positions_drawn_m_max)
        );
        let client = ClientConfig::default();
        assert_eq!(
            (config.client.answer_timeout, config.client.connect_timeout, config.client.per_host_max),
            (client.answer_timeout, client.connect_timeout, client.per_host_max)
        );
    }
}

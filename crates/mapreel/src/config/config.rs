//! The configuration of `serve` and `worker`: flags, then environment, then a TOML file, then defaults.
//!
//! Every setting is a row of one table, [`SETTINGS`](super::setting::SETTINGS).

use super::catalogue::Catalogue;
use super::credentials;
use super::fonts::FontSource;
use super::front_door::{self, FrontDoor};
use super::problems::ConfigProblems;
use super::reader::Reader;
use super::values::Values;
use crate::operations::budget;
use mapreel_queue::Settings as QueueSettings;
use mapreel_sources::{Config as ClientConfig, Credentials, Egress, Ports};
use mapreel_spec::Limits;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

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
    /// The memory that the process may use, in MiB.
    pub memory_mib: u64,
    pub previews_max: usize,
    pub preview_px_max: u32,
    pub stall: Duration,
    pub drain: Duration,
    pub queue: QueueSettings,
    pub client: ClientConfig,
    pub fonts: FontSource,
    pub catalogue: Catalogue,
    /// The demonstration, if the command line asks for it.
    pub demo: Option<Demo>,
    pub log: String,
    pub log_json: bool,
}

/// How the demonstration is shown.
#[derive(Debug, Clone)]
pub(crate) struct Demo {
    /// Whether the page is opened in the browser.
    pub opens_browser: bool,
    /// The catalogue of the demonstration; empty until the address of the service is known.
    pub offer: Catalogue,
}

impl Config {
    /// How many images are drawn at once beside animations; 0 in a process that draws nothing.
    pub(crate) fn image_slots(&self) -> usize {
        if self.workers == 0 { 0 } else { self.image_workers }
    }

    /// Reads the values.
    ///
    /// # Errors
    /// Everything that is wrong with the values: for each its place, the value, and what was expected.
    pub(crate) fn read(values: &Values) -> Result<Self, ConfigProblems> {
        let mut r = Reader { values, problems: ConfigProblems::default() };
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
        let (store, artifacts, broker) = places(r);
        let (quorum, redirect) =
            (r.one_of("broker_queues", ["classic", "quorum"]), r.one_of("download_redirect", ["false", "true"]));
        let (stall, drain) = (r.duration("stall_s"), r.duration("drain_s"));
        let (previews_max, preview_px_max) = (r.count::<u32>("previews_max"), r.count("preview_px_max"));
        let memory_mib = budget::parse_mib(&r.text("memory"));
        if memory_mib.is_none() {
            r.refuse("memory", "");
        }
        let fonts = fonts(r);
        let catalogue = catalogue(r, limits.as_ref());
        let log_json = r.one_of("log_format", ["text", "json"]);
        let log = log(r);
        Some(Self {
            listen: listen?,
            worker_listen,
            front_door: front_door?,
            store: store?,
            broker,
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
            catalogue,
            demo: None,
            log,
            log_json: log_json?,
        })
    }
}

/// The URLs of the store, of the artifacts, and of the broker if there is one.
fn places(r: &mut Reader) -> (Option<String>, Option<String>, Option<String>) {
    let (store, artifacts) =
        (r.place("store", &["sqlite", "mongodb", "mongodb+srv"]), r.place("artifacts", &["file", "s3"]));
    let broker = if r.text("broker").is_empty() { None } else { r.place("broker", &["amqp", "amqps"]) };
    if let (Some(store), Some(_)) = (&store, &broker)
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
    (store, artifacts, broker)
}

/// The filter of the log.
fn log(r: &mut Reader) -> String {
    let log = r.text("log");
    if log.parse::<tracing_subscriber::EnvFilter>().is_err() {
        r.refuse("log", "");
    }
    log
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
        // No limit here: the memory budget of the process sets it later.
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

/// The catalogue; empty if no file is named, or if the file is refused.
fn catalogue(r: &mut Reader, limits: Option<&Limits>) -> Catalogue {
    let (path, Some(limits)) = (r.text("catalogue"), limits) else { return Catalogue::default() };
    if path.is_empty() {
        return Catalogue::default();
    }
    let read = Catalogue::read(Path::new(&path), limits);
    read.unwrap_or_else(|problems| {
        r.problems.extend(problems);
        Catalogue::default()
    })
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
        r.problems.extend(problems.clone());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::setting::example;
    use crate::config::values::redacted;
    use std::collections::BTreeMap;

    fn values(flags: &[(&str, &str)], environment: &[(&str, &str)], file: &str) -> Result<Values, ConfigProblems> {
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
    fn every_problem_names_its_place_the_value_and_what_was_expected() {
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
    fn places_have_known_schemes_and_passwords_are_not_printed() {
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
            let mut reader = Reader { values: &values, problems: ConfigProblems::default() };
            ["store", "broker", "artifacts"].into_iter().for_each(|key| reader.needs_cluster(key, "not", has_cluster));
            reader.problems.into_iter().collect::<Vec<_>>()
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
        // The version of plans that the program can read is not a setting.
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

//! The table of all settings. The flags, the names of environment variables, the keys of the file, the example file and the messages are made
//! from it.

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
    setting("public_url", "", "an `http://` or `https://` URL, or nothing", "The URL by which clients reach the API, if its host is a name other than `localhost`; the API refuses requests under any other name."),
    setting("cors_origins", "", "origins such as `https://portal.example.org`, separated by commas", "Web pages of other origins that may use the API."),
    setting("trusted_proxies", "", "addresses and networks, separated by commas", "Proxies whose `X-Forwarded-For` says who a client is."),
    setting("operations_listen", "", "an address and port, or nothing", "A second address where `mapreel serve` answers `/healthz`, `/readyz` and `/metrics`."),
    setting("keys", "", "the path of a TOML file, or nothing", "Keys of clients, made by `mapreel keys add`; without it, every client may do everything."),
    setting("worker_listen", "", "an address and port, or nothing", "Where `mapreel worker` answers `/healthz`, `/readyz` and `/metrics`."),
    setting("store", "sqlite:./mapreel-data/jobs.db", "`sqlite:FILE` or `mongodb://HOST/DATABASE`", "Where jobs are kept; processes that share it share the work."),
    setting("broker", "", "`amqp://USER:PASSWORD@HOST/VHOST`, or nothing", "RabbitMQ, to wake the workers of a cluster; only beside a store in MongoDB."),
    setting("broker_queues", "quorum", "`quorum` or `classic`", "The type of the queues at the broker."),
    setting("artifacts", "file:./mapreel-data/artifacts", "`file:FOLDER` or `s3://BUCKET/PREFIX`", "Where images, animations and their segments are kept."),
    setting("download_redirect", "false", "`false` or `true`", "Answer downloads with a redirect to a URL of the bucket that is signed for a few minutes."),
    setting("workers", "auto", "a whole number, or `auto` for one for each core", "Parts of animations drawn at once by this process; 0: none, the API alone."),
    setting("image_workers", "auto", "a whole number, or `auto` for as many as `workers`", "Images drawn at once beside the parts of animations, so that no image waits for an animation."),
    setting("memory", "auto", "bytes, or a number with a unit such as `2GiB`, 512MiB or more, or `auto` for three quarters of what the cgroup or the machine has", "The memory that the process may take. A map whose frame does not fit is refused."),
    setting("private_upstreams", "", "addresses, networks or names, separated by commas", "Upstreams that are not public and may still be asked: `10.107.0.0/16,wms.internal:8080`."),
    setting("upstream_ports", "80,443,1024-65535", "ports and ranges, separated by commas", "Ports at which upstreams may be asked; an entry of `private_upstreams` with a port allows that port for its upstream, too."),
    setting("credentials", "", "the path of a TOML file", "Secrets for upstreams, which requests name and never hold; docs/OPERATIONS.md has its form."),
    setting("fonts", "", "paths of font files and folders, separated by commas", "Fonts for scripts beyond Latin, Greek and Cyrillic; without it, the system's. The same for all workers."),
    setting("catalogue", "", "the path of a JSON file, or nothing", "Map servers and ready requests that the page offers; docs/OPERATIONS.md has its form."),
    setting("body_bytes_max", "1048576", COUNT, "Bytes of a request."),
    setting("depth_max", "32", COUNT, "How deep lists and objects of a request are nested."),
    setting("frames_max", "600", COUNT, "Frames of an animation."),
    setting("layers_max", "16", COUNT, "Layers of a map, the basemap included."),
    setting("side_px_max", "8192", COUNT, "Width or height of a map, or of a whole picture, in pixels."),
    setting("cost_mpx_max", "8000", COUNT, "Frames × pixels × (layers + 1) of a request, in millions."),
    setting("upstream_requests_max", "4000", COUNT, "Requests to upstreams for one job."),
    setting("positions_max", "1000000", COUNT, "Positions in the GeoJSON of a request."),
    setting("positions_drawn_m_max", "100", COUNT, "Positions × frames of GeoJSON that changes with time, in millions."),
    setting("open_jobs_max", "1000", COUNT, "Jobs pending or running; further ones are answered with 503."),
    setting("previews_max", "2", COUNT, "Previews and online checks at once; further ones are answered with 503."),
    setting("preview_px_max", "1024", COUNT, "Width or height of a preview's map, in pixels."),
    setting("connections_max", "1000", COUNT, "Connections of clients at once; further ones wait for some seconds."),
    setting("connections_per_address_max", "500", COUNT, "Of these connections, those from one address; trusted proxies have no such limit."),
    setting("streams_max", "500", COUNT, "Event streams at once; further ones are answered with 503."),
    setting("streams_per_client_max", "200", COUNT, "Event streams of one client at once; further ones are answered with 429."),
    setting("stream_s_max", "900", SECONDS, "The longest life of an event stream; its client connects again and goes on with `Last-Event-ID`."),
    setting("write_timeout_s", "30", SECONDS, "The service disconnects a client that reads nothing of its answer for so long."),
    setting("requests_per_minute_max", "60000", COUNT, "Requests of one client in a minute; further ones are answered with 429."),
    setting("frames_per_hour_max", "1000000", COUNT, "Frames of the jobs of one client in an hour; further ones are answered with 429. A key may have a limit of its own."),
    setting("upstream_requests_per_hour_max", "1000000", COUNT, "Requests to upstreams for the jobs, previews and questions of one client in an hour; further ones are answered with 429."),
    setting("open_jobs_per_client_max", "auto", "a whole number, or `auto` for as many as `open_jobs_max`", "Jobs of one client, pending or running; further ones are answered with 429. A key may have a limit of its own."),
    setting("attempts_max", "3", COUNT, "Attempts at a part of a job."),
    setting("lease_s", "30", SECONDS, "The length of a lease: how long a worker keeps its part of a job without a heartbeat."),
    setting("stall_s", "180", SECONDS, "An attempt has failed when it finishes no frame, and gets no answer of an upstream, for so long."),
    setting("wait_max_s", "86400", SECONDS, "A job that is not done after so long has failed."),
    setting("artifact_lifetime_s", "86400", SECONDS, "How long a finished image or animation can be downloaded."),
    setting("remember_s", "604800", SECONDS, "How long the record of a job is kept after its file has expired, or after the end of a job without a file."),
    setting("drain_s", "25", SECONDS, "How long a process works on after SIGTERM; it hands back work that is not done by then."),
    setting("upstream_connect_timeout_s", "5", SECONDS, "How long connecting to an upstream may take."),
    setting("upstream_timeout_s", "30", SECONDS, "How long one attempt waits for an upstream's whole answer."),
    setting("upstream_bytes_max", "16777216", COUNT, "Bytes of an upstream's answer."),
    setting("upstream_per_host_max", "6", COUNT, "Requests under way at one host for one owner of jobs; for all owners together four times as many."),
    setting("log", "info", "`error`, `warn`, `info`, `debug` or `trace`, or filters such as `mapreel=debug`", "What is logged, to standard error."),
    setting("log_format", "text", "`text` or `json`", "How it is logged."),
];

/// The environment variable of a setting.
pub(crate) fn variable(key: &str) -> String {
    format!("MAPREEL_{}", key.to_uppercase())
}

/// What a message says that a setting must be.
pub(crate) fn expected(key: &str) -> &'static str {
    SETTINGS.iter().find(|setting| setting.key == key).map_or("", |setting| setting.expected)
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

//! A RabbitMQ node with its own ports, folders and Erlang name server, so that any number of nodes run side by side.

use crate::processes::{Companion, free_port, skip, wait_until};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";
const PATIENCE: Duration = Duration::from_secs(90);

/// A node.
pub struct RabbitMq {
    process: Option<Companion>,
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
    port: u16,
}

/// The node that the tests of this process share.
pub fn shared() -> Option<&'static RabbitMq> {
    static SHARED: OnceLock<Option<RabbitMq>> = OnceLock::new();
    SHARED.get_or_init(RabbitMq::start).as_ref()
}

impl RabbitMq {
    /// Starts an empty node; `None`: it cannot be started, and the reason was printed.
    pub fn start() -> Option<Self> {
        if !Path::new(SERVER).exists() {
            skip("RabbitMQ", "it is not installed; ./test installs it");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(at("plugins"), "[].").unwrap();
        std::fs::write(at("rabbitmq.conf"), "log.file.level = info\ndisk_free_limit.absolute = 50MB\n").unwrap();
        let port = free_port();
        let set = |name: &str, value: String| (name.to_owned(), value);
        let environment = vec![
            set("HOME", folder.path().display().to_string()),
            set("RABBITMQ_NODENAME", format!("mapreel{port}@localhost")),
            set("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1".into()),
            set("RABBITMQ_NODE_PORT", port.to_string()),
            set("RABBITMQ_DIST_PORT", free_port().to_string()),
            set("ERL_CRASH_DUMP", "/dev/null".into()),
            set("ERL_EPMD_PORT", free_port().to_string()),
            set("ERL_EPMD_ADDRESS", "127.0.0.1".into()),
            set("RABBITMQ_MNESIA_BASE", at("mnesia")),
            set("RABBITMQ_LOG_BASE", at("log")),
            set("RABBITMQ_PID_FILE", at("pid")),
            set("RABBITMQ_ENABLED_PLUGINS_FILE", at("plugins")),
            set("RABBITMQ_CONFIG_FILE", at("rabbitmq")),
            set("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+sbwt none +sbwtdcpu none +sbwtdio none".into()),
        ];
        let mut node = Self { process: None, folder, environment, port };
        if node.run() {
            return Some(node);
        }
        skip("RabbitMQ", &std::fs::read_to_string(node.path("output")).unwrap_or_default());
        None
    }

    /// The URL of the node: `amqp://…`.
    pub fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.port)
    }

    /// Kills the node as `kill -9` does.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Deletes all data of a killed node from its disk.
    pub fn wipe(&self) {
        let _ = std::fs::remove_dir_all(self.path("mnesia"));
    }

    /// Starts the node again after [`RabbitMq::kill`], with the data on its disk; false: it does not start.
    pub fn run(&mut self) -> bool {
        let pid = self.path("pid").display().to_string();
        let script = format!(
            "rm -f {pid}; epmd & epmd=$!; {SERVER} & server=$!
             while [ ! -s {pid} ] && kill -0 $server; do sleep 0.05; done; wait_for_end $(cat {pid}) $server $epmd"
        );
        self.process = Some(Companion::start(&script, &self.environment, &self.path("output")));
        wait_until(PATIENCE, || self.accepts())
    }

    /// Runs `rabbitmqctl`.
    pub fn ctl(&self, arguments: &[&str]) -> Output {
        self.ctl_command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
    }

    /// A command for `rabbitmqctl`, not run yet; its output is captured.
    pub fn ctl_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("/usr/lib/rabbitmq/bin/rabbitmqctl");
        command.args(arguments).envs(self.environment.iter().cloned()).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::null());
        command
    }

    /// The log of the node.
    pub fn log(&self) -> String {
        let files = std::fs::read_dir(self.path("log")).into_iter().flatten().flatten();
        files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Whether a client can connect: an open port alone does not show that.
    fn accepts(&self) -> bool {
        let url = self.url();
        // A thread of its own, since the caller may already be in a runtime.
        let asking = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            let connected = runtime.block_on(async {
                let connecting = lapin::Connection::connect(&url, lapin::ConnectionProperties::default());
                match tokio::time::timeout(Duration::from_secs(2), connecting).await {
                    Ok(Ok(connection)) => connection.close(200, "ready".into()).await.is_ok(),
                    _ => false,
                }
            });
            runtime.shutdown_background();
            connected
        });
        asking.join().unwrap()
    }
}

//! The two kinds of store, the two programs, and the servers that trials use one after another.

use crate::support::cluster::Servers;
use crate::support::service::Site;
use mapreel_testkit::servers::s3::Mood;
use std::path::PathBuf;

/// The kind of store of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// SQLite and a folder: the processes of one machine.
    Sqlite,
    /// A MongoDB-protocol server, RabbitMQ and S3.
    Cluster,
}

/// Which program is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// The one that is released.
    Sound,
    /// The control, without its guarantees.
    Naive,
}

impl Store {
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Cluster];

    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Cluster => "cluster",
        }
    }
}

/// The servers for the trials on one store, which run one after another.
pub struct Lane {
    pub store: Store,
    naive: PathBuf,
    /// A `mapreel` of an earlier version.
    pub old: Option<PathBuf>,
    pub servers: Option<Servers>,
}

impl Lane {
    /// Starts the servers that a store needs; `None`: they cannot be started, and the reason was printed.
    pub fn start(store: Store, naive: PathBuf) -> Option<Self> {
        let servers = match store {
            Store::Sqlite => None,
            Store::Cluster => Some(Servers::start()?),
        };
        Some(Self { store, naive, old: None, servers })
    }

    /// The servers of a cluster.
    pub fn servers(&mut self) -> &mut Servers {
        self.servers.as_mut().expect("only faults of a cluster ask for them")
    }

    /// Repairs what a fault has broken, if its trial ended before it could repair it.
    pub fn heal(&mut self) {
        if let Some(servers) = &mut self.servers {
            servers.s3.set_mood(Mood::Well);
            servers.mongodb.signal(libc::SIGCONT);
        }
    }

    /// An empty site for a trial.
    pub fn site(&mut self, name: &str, program: Program) -> Site {
        let name = format!("{}-{}-{}", name.to_lowercase(), self.store.name(), format!("{program:?}").to_lowercase());
        let mut site = match &mut self.servers {
            Some(servers) => servers.site(&name),
            None => Site::new(&format!("scorecard-{name}")),
        };
        if program == Program::Naive {
            site.program = vec![self.naive.clone().into()];
        }
        site
    }
}

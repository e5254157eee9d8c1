//! The memory budget: how much memory the process may use, and how it is divided.
//!
//! Code that reads a stranger's documents or draws a stranger's map first takes a permit for the most memory that this may need. One
//! share of the budget is reserved for the program itself, and one for the cache of prepared jobs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The least that the program works with, in MiB.
pub(crate) const MEMORY_MIB_MIN: u64 = 512;
/// The memory that the program needs without drawing, in MiB: for its store, connections, and cached answers of servers.
const PROGRAM_MIB: u64 = 128;
/// The reciprocal of the share of the rest that is for the cache of prepared jobs.
const KEPT_PART: u64 = 8;
/// The percentage of the memory of the machine or cgroup that the process uses if no setting says otherwise.
const AUTO_PERCENT: u64 = 75;
/// The memory for documents that are read at once and for the results of reading, in MiB.
pub(crate) const DOCUMENTS_MIB: u64 = 320;

/// The memory of a process: a semaphore of MiB.
#[derive(Debug, Clone)]
pub(crate) struct MemoryBudget {
    free: Arc<Semaphore>,
    work_mib: u64,
    kept_mib: u64,
    patience: Duration,
}

/// Memory that was taken from the budget; it is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct MemoryPermit(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

impl MemoryBudget {
    /// The budget of a process that may use `process_mib` MiB. A caller that asks for memory that is not free waits at most for `patience`.
    pub(crate) fn new(process_mib: u64, patience: Duration) -> Self {
        let shared = process_mib.max(MEMORY_MIB_MIN) - PROGRAM_MIB;
        let kept_mib = shared / KEPT_PART;
        let work_mib = (shared - kept_mib).min(Semaphore::MAX_PERMITS.min(u32::MAX as usize) as u64);
        Self { free: Arc::new(Semaphore::new(work_mib as usize)), work_mib, kept_mib, patience }
    }

    /// The same budget, with another time that callers wait.
    pub(crate) fn with_patience(&self, patience: Duration) -> Self {
        Self { patience, ..self.clone() }
    }

    /// The memory that one drawing may take, in MiB.
    pub(crate) fn work_mib(&self) -> u64 {
        self.work_mib
    }

    /// The memory for the cache of prepared jobs, in MiB.
    pub(crate) fn kept_mib(&self) -> u64 {
        self.kept_mib
    }

    /// The free memory, in MiB.
    pub(crate) fn free_mib(&self) -> u64 {
        self.free.available_permits() as u64
    }

    /// Takes `mib` MiB, at most the whole budget; callers are served in order. `None`: the memory did not become free in time.
    pub(crate) async fn take(&self, mib: u64) -> Option<MemoryPermit> {
        let permits = mib.min(self.work_mib) as u32;
        let permit = tokio::time::timeout(self.patience, self.free.clone().acquire_many_owned(permits)).await;
        permit.ok()?.ok().map(MemoryPermit)
    }
}

/// The budget if no setting says otherwise, in MiB: three quarters of the memory of the machine, or of its cgroups if that is less.
pub(crate) fn auto_mib() -> u64 {
    auto_mib_of(Path::new("/"))
}

fn auto_mib_of(root: &Path) -> u64 {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
    let machine = read("proc/meminfo").lines().find_map(|line| {
        let kib = line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim();
        kib.parse::<u64>().ok().map(|kib| kib << 10)
    });
    // The limits of all parent groups hold, too (cgroups(7); version 2, then version 1).
    let groups = read("proc/self/cgroup");
    let places = groups.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?.trim_start_matches('/'));
        match controllers {
            "" => Some(("sys/fs/cgroup", "memory.max", path)),
            _ if controllers.split(',').any(|name| name == "memory") => {
                Some(("sys/fs/cgroup/memory", "memory.limit_in_bytes", path))
            }
            _ => None,
        }
    });
    let limits = places.flat_map(|(hierarchy, file, path)| {
        let groups = Path::new(path).ancestors().map(|group| format!("{hierarchy}/{}/{file}", group.display()));
        groups.filter_map(|path| read(&path).trim().parse::<u64>().ok()).collect::<Vec<_>>()
    });
    let bytes = limits.chain(machine).min().unwrap_or(4 << 30);
    ((bytes >> 20) * AUTO_PERCENT / 100).max(MEMORY_MIB_MIN)
}

/// The format of `MAPREEL_MEMORY` and of the setting `memory`, for messages.
pub(crate) const EXPECTED: &str = "bytes, or a number with a unit such as `2GiB`, 512MiB or more, or `auto`";

/// Parses the value of `MAPREEL_MEMORY` or of the setting `memory` (a number of bytes, a number with a unit, or `auto`), to MiB.
pub(crate) fn parse_mib(text: &str) -> Option<u64> {
    let text = text.trim();
    if text == "auto" {
        return Some(auto_mib());
    }
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let unit = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1u64 << 40,
        _ => return None,
    };
    let bytes = number.trim().parse::<u64>().ok()?.checked_mul(unit)?;
    Some(bytes >> 20).filter(|mib| *mib >= MEMORY_MIB_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn taken_memory_is_free_only_after_it_is_given_back() {
        let budget = MemoryBudget::new(1024, Duration::from_millis(20));
        assert_eq!((budget.work_mib(), budget.kept_mib()), (784, 112));
        let most = budget.take(700).await.unwrap();
        assert!(budget.take(100).await.is_none(), "others have it");
        assert!(budget.take(84).await.is_some());
        drop(most);
        assert!(budget.take(5000).await.is_some(), "who needs more than there is works alone");
        assert_eq!(budget.free_mib(), 784);
    }

    #[test]
    fn memory_is_written_in_bytes_or_with_a_unit() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(parse_mib(text), expected, "{text}");
        check("2GiB", Some(2048));
        check(" 768 MiB ", Some(768));
        check("1073741824", Some(1024));
        check("1g", Some(1024));
        check("524288kib", Some(512));
        check("512", None);
        check("511MiB", None);
        check("2 gallons", None);
        check("-2GiB", None);
        check("99999999999TiB", None);
        check("", None);
    }

    #[test]
    fn the_tightest_group_counts() {
        let check = |files: &[(&str, &str)], expected: u64| {
            let root = tempfile::tempdir().unwrap();
            for (path, text) in files {
                let path = root.path().join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            assert_eq!(auto_mib_of(root.path()), expected, "{files:?}");
        };
        let machine = ("proc/meminfo", "MemTotal:        8388608 kB\nMemFree: 1 kB\n");
        check(&[machine], 6144);
        check(&[machine, ("proc/self/cgroup", "0::/a/b\n"), ("sys/fs/cgroup/a/b/memory.max", "max\n")], 6144);
        check(&[machine, ("proc/self/cgroup", "0::/a/b\n"), ("sys/fs/cgroup/a/memory.max", "2147483648\n")], 1536);
        check(&[machine, ("proc/self/cgroup", "0::/\n"), ("sys/fs/cgroup/memory.max", "1073741824\n")], 768);
        let first = ("proc/self/cgroup", "12:cpu:/x\n4:memory,hugetlb:/x\n");
        check(&[machine, first, ("sys/fs/cgroup/memory/x/memory.limit_in_bytes", "1073741824\n")], 768);
        check(&[machine, first, ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")], 6144);
    }
}

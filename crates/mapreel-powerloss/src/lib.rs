//! Simulates a loss of power for a folder: it removes everything that no process has synced to the disk.
//!
//! `kill -9` leaves the page cache as it is, so it does not show that a program forgot a sync. This library is preloaded
//! (`LD_PRELOAD`). At each `fsync` and `fdatasync` of a process it notes which contents are on the disk from then on. When all processes
//! have been killed, it restores the folder as it would be after a loss of power.
//!
//! It assumes only what POSIX promises, and no file system promises less: the contents of a file are on the disk once the file was
//! synced, and a name once its folder was synced. Everything else may be on the disk or not.

mod calls;
mod disk;

pub use disk::Disk;

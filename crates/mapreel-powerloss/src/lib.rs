//! Takes from a folder what a loss of power takes: everything that no process has made durable.
//!
//! `kill -9` leaves the page cache as it is, so it does not show which program forgot to wait for the disk. This library, named in
//! `LD_PRELOAD`, notes at each `fsync` and `fdatasync` of a process what is on the disk from then on. When all processes have been
//! killed, the folder is given back as the disk would give it back.
//!
//! It holds a program to what POSIX promises, and no file system promises less: the contents of a file are on the disk when the
//! file was synced, a name when its folder was, and nothing else is; but anything else may be.

mod calls;
mod disk;

pub use disk::Disk;

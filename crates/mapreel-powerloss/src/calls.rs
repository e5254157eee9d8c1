//! The system calls that make something durable, in the place of those of the C library. Where no environment names a disk, they
//! do what they always do.

use crate::Disk;
use std::ffi::{c_int, c_long};
use std::sync::OnceLock;

/// `fsync` of the C library.
///
/// # Safety
/// As that one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(descriptor: c_int) -> c_int {
    call(libc::SYS_fsync, descriptor)
}

/// `fdatasync` of the C library.
///
/// # Safety
/// As that one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdatasync(descriptor: c_int) -> c_int {
    call(libc::SYS_fdatasync, descriptor)
}

fn call(number: c_long, descriptor: c_int) -> c_int {
    static DISK: OnceLock<Option<Disk>> = OnceLock::new();
    // SAFETY: both calls take a descriptor, and refuse one that is not open.
    let result = unsafe { libc::syscall(number, descriptor) } as c_int;
    if result == 0
        && let Some(disk) = DISK.get_or_init(Disk::from_environment)
        && let Err(error) = disk.note(descriptor)
    {
        // A process that went on would be said later to have lost what it had made durable.
        eprintln!("cannot note what is on the disk: {error}");
        std::process::abort();
    }
    result
}

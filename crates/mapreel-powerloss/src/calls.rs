//! `fsync` and `fdatasync`, which replace those of the C library. If the environment names no disk, they only make the system call.

use crate::Disk;
use std::ffi::{c_int, c_long};
use std::sync::OnceLock;

/// `fsync` of the C library.
///
/// # Safety
/// That of the C library's function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(descriptor: c_int) -> c_int {
    call(libc::SYS_fsync, descriptor)
}

/// `fdatasync` of the C library.
///
/// # Safety
/// That of the C library's function.
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
        // The process ends here: otherwise the test would later blame it for losing data that it had synced.
        eprintln!("cannot note what is on the disk: {error}");
        std::process::abort();
    }
    result
}

//! Where large blocks of memory come from.

/// Keeps the memory of long films as small as that of short ones.
///
/// glibc raises, with every large block that is freed, the size from which blocks are returned to the system; soon it keeps
/// them all, and encoders of successive segments leave holes among pictures (70 MB at 240 frames where 24 need 55).
/// Held at a megabyte, pictures and encoders are whole mappings that come and go. It costs nothing, since the threads
/// use the buffers of their pictures again.
pub fn return_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt only sets a parameter of the allocator; it may be called at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 20);
    }
}

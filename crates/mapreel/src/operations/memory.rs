//! Settings of the memory allocator for large blocks.

/// Makes long films need no more memory than short ones.
///
/// With every large block that is freed, glibc raises its mmap threshold, the size from which blocks are returned to the system. Soon it
/// keeps all blocks, and the encoders of successive segments fragment the memory (70 MB at 240 frames, where 24 frames need 55).
/// With the threshold fixed at a megabyte, each picture or encoder is a mapping of its own, which is returned when it is freed. This
/// costs no time, since the threads reuse the buffers of their pictures.
pub fn return_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt only sets a parameter of the allocator; it may be called at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 20);
    }
}

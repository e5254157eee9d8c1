//! The present and the peak memory of each thread, by an allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[global_allocator]
static COUNTING: Counting = Counting;

/// The system's allocator, with two counters for each thread.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    /// An allocation beyond this is refused; 0: there is no ceiling.
    static CEILING: Cell<isize> = const { Cell::new(0) };
}

/// Notes a change of the held memory; returns whether the ceiling allows it.
fn change(bytes: isize) -> bool {
    let held = HELD.get() + bytes;
    let ceiling = CEILING.get();
    if bytes > 0 && ceiling > 0 && held > ceiling {
        return false;
    }
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
    true
}

fn size(layout: Layout) -> isize {
    layout.size() as isize
}

// SAFETY: every call is passed on to the system's allocator, or returns null, which means that the memory is exhausted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !change(size(layout)) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promises are those of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !change(size(layout)) {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        change(-size(layout));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if !change(new_size as isize - size(layout)) {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

/// Does some work and returns the peak memory of this thread during it, in bytes beyond the memory that it held before. Allocations beyond
/// `ceiling` fail: then Rust prints an error and ends the process.
pub(crate) fn peak<T>(ceiling: usize, work: impl FnOnce() -> T) -> (T, usize) {
    let _lifted = Lifted;
    let before = HELD.get();
    PEAK.set(before);
    CEILING.set(before + ceiling as isize);
    let done = work();
    (done, (PEAK.get() - before).max(0) as usize)
}

/// Removes the ceiling when dropped, also if the work has panicked.
struct Lifted;

impl Drop for Lifted {
    fn drop(&mut self) {
        CEILING.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_measured_and_not_the_memory_at_the_end() {
        let ((), bytes) = peak(1 << 30, || {
            let block = vec![1u8; 5_000_000];
            drop(std::hint::black_box(block));
            drop(std::hint::black_box(vec![1u8; 1_000_000]));
        });
        assert!((5_000_000..5_100_000).contains(&bytes), "{bytes}");
        let (_kept, bytes) = peak(1 << 30, || vec![0u8; 3_000_000]);
        assert!((3_000_000..3_100_000).contains(&bytes), "{bytes}");
    }
}

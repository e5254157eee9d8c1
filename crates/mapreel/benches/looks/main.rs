//! `cargo bench --bench looks`: the longest processor time between two checks of the stop token, in the largest work that the
//! limits allow. Drawing should check every 50 ms; ARCHITECTURE.md lists the library calls that take longer.
//! `tests/all/benchmarks.rs` does the same work at a small size.

#[allow(dead_code, reason = "shared with the tests")]
#[path = "../../tests/support/looks.rs"]
mod looks;
mod work;

fn main() {
    work::looks(work::Work::WHOLE);
}

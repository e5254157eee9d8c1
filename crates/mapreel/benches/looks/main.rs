//! `cargo bench --bench looks`: the longest processor time between two looks at the stop token, of the largest work that there
//! is. Drawing means 50 ms; the calls of libraries that take longer stand in ARCHITECTURE.md. `tests/all/benchmarks.rs` does the
//! same work in the small.

#[allow(dead_code, reason = "shared with the tests")]
#[path = "../../tests/support/looks.rs"]
mod looks;
mod work;

fn main() {
    work::looks(work::Work::WHOLE);
}

//! The collection for clients passes.

use super::support::postman::assert_passes;
use super::support::service::Site;

#[test]
fn the_postman_collection_passes_from_end_to_end() {
    assert_passes(&Site::new("postman").serve(&[], ""));
}

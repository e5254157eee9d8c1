//! Two versions of the program on one machine; `tests/cluster/versions.rs` tests the same in a cluster.

use super::support::service::Site;
use super::support::versions;

#[test]
fn a_plan_goes_to_who_can_read_it() {
    versions::a_plan_goes_to_who_can_read_it(&Site::new("versions-both"));
}

#[test]
fn an_upgrade_is_taken_back() {
    versions::an_upgrade_is_taken_back(&Site::new("versions-back"));
}

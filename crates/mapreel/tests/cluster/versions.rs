//! Two versions of the program in a cluster. `tests/all/versions.rs` has the same tests on one machine.

use crate::support::cluster::servers;
use crate::support::versions;

#[test]
fn a_plan_goes_to_who_can_read_it() {
    let Some(mut servers) = servers() else { return };
    versions::a_plan_goes_to_who_can_read_it(&servers.as_mut().unwrap().site("versions-both"));
}

#[test]
fn an_upgrade_is_taken_back() {
    let Some(mut servers) = servers() else { return };
    versions::an_upgrade_is_taken_back(&servers.as_mut().unwrap().site("versions-back"));
}

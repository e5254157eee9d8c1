//! `/api/key`: what a client may do here.

use super::access::Caller;
use crate::keys::key::Role;
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// What a client may do.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnKey {
    /// The name of its key; `null` where the service has no keys.
    name: Option<String>,
    /// Its roles: some of `submit`, `read` and `operate`; all of them where the service has no keys.
    roles: Vec<&'static str>,
}

/// What the key of this client may do.
///
/// Without keys, everybody may do everything.
#[utoipa::path(get, path = "/api/key", tag = "operations",
    responses((status = 200, description = "The name of the key, and its roles.", body = OwnKey)))]
pub(super) async fn own_key(caller: Caller) -> Json<OwnKey> {
    let has = |role: &Role| caller.key.as_ref().is_none_or(|key| key.has_any(&[*role]));
    let roles = Role::ALL.iter().filter(|role| has(role)).map(|role| role.name()).collect();
    Json(OwnKey { name: caller.key.as_ref().map(|key| key.name.clone()), roles })
}

//! `/openapi.json`, made from the types. `/docs` shows it.

use super::app::{App, Documents};
use super::{catalogue, check, download, events, layers, operations, overview, own_key, preview, status, submit};
use crate::config::catalogue::{Catalogue, Preset};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mapreel_queue::Service;
use mapreel_spec::{Limits, parse_request_for, request_schema, request_schemas};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mapreel",
        contact(name = "Mapreel", url = "https://github.com/mapreel/mapreel"),
        description = "Maps that move: a description of a map in, an image or an animation out.\n\nErrors are problem details \
                       (RFC 9457), with every problem of a request at once."
    ),
    paths(
        submit::image, submit::animation, status::status, events::events, status::cancel, status::list,
        status::request, download::newest_frame, submit::again, download::download, download::manifest, check::check, preview::preview, layers::layers, catalogue::catalogue,
        schema, overview::overview, own_key::own_key, operations::health, operations::ready, operations::metrics
    ),
    tags(
        (name = "jobs", description = "Submit, follow, cancel, list"),
        (name = "artifacts", description = "What came out"),
        (name = "requests", description = "Try a request without a job"),
        (name = "operations", description = "For those who run it")
    )
)]
struct Api;

/// Requests that need no map server.
const EXAMPLES: [(&str, &str); 2] = [
    ("The world, drawn without a network", include_str!("../../../../examples/world.json")),
    ("A hurricane's track, drawn without a network", include_str!("../../../../examples/katrina-2005.json")),
];

/// The documents of the API: its OpenAPI description and the JSON Schema of a request, with the limits of this service and examples of its
/// demonstration. They need no key, so they have nothing of the operator's catalogue.
pub(crate) fn documents(limits: &Limits, catalogue: &Catalogue, demonstration: Option<&Catalogue>) -> Documents {
    let mut openapi = serde_json::to_value(Api::openapi()).expect("strings, lists and objects");
    // The server is the one from which the document was loaded.
    openapi["servers"] = json!([{ "url": "/" }]);
    let schemas = openapi["components"]["schemas"].as_object_mut().expect("there are schemas");
    let mut of_requests = request_schemas(limits, "#/components/schemas/");
    schemas.extend(of_requests.remove("request").map(|request| ("Request".to_owned(), request)));
    schemas.extend(of_requests);
    add_answers_of_middleware(&mut openapi);
    show_examples(&mut openapi, limits, demonstration);
    let mut request_schema = request_schema(limits);
    request_schema["$id"] = "/schema/request.json".into();
    let catalogue = serde_json::to_vec(catalogue).expect("texts and requests that were read");
    Documents {
        openapi: openapi.to_string().into(),
        request_schema: request_schema.to_string().into(),
        catalogue: catalogue.into(),
    }
}

/// The answers of the middleware in front of every route of the API: status, name, and condition.
const OF_MIDDLEWARE: [(&str, &str, &str); 4] = [
    ("401", "Unauthorized", "The service asks for a key, and this is none that counts."),
    ("403", "Forbidden", "The key has not the role for this, or a page of another origin asks."),
    ("421", "Misdirected", "The header `Host` names another server."),
    ("429", "TooManyRequests", "The client has had what it may have; `Retry-After` and `RateLimit` say until when."),
];

fn add_answers_of_middleware(document: &mut Value) {
    let scheme = json!({ "type": "http", "scheme": "bearer", "description": "A key of `mapreel keys add`, where the service asks for one." });
    document["components"]["securitySchemes"]["key"] = scheme;
    for (_, name, description) in OF_MIDDLEWARE {
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        let content = json!({ "application/problem+json": { "schema": schema } });
        document["components"]["responses"][name] = json!({ "description": description, "content": content });
    }
    document["components"]["responses"]["Refused"] = json!({
        "description": "The request is none that is answered here.",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, item) in paths {
        for operation in item.as_object_mut().into_iter().flat_map(|item| item.values_mut()) {
            if let Some(body) = operation.get_mut("requestBody") {
                body["required"] = true.into();
            }
            if !path.starts_with("/api/") {
                // The route needs no key.
                operation["security"] = json!([]);
                operation["responses"]["4XX"] = json!({ "$ref": "#/components/responses/Refused" });
                continue;
            }
            // With a key, or without one if the service has no keys.
            operation["security"] = json!([{ "key": [] }, {}]);
            for (status, name, _) in OF_MIDDLEWARE {
                operation["responses"][status] = json!({ "$ref": format!("#/components/responses/{name}") });
            }
        }
    }
}

/// Adds examples: valid requests to every route that takes a request, and the URL of the demonstration's map server to the route that asks
/// a server.
fn show_examples(document: &mut Value, limits: &Limits, demonstration: Option<&Catalogue>) {
    let presets = demonstration.iter().flat_map(|catalogue| &catalogue.presets);
    let presets = presets.map(|Preset { title, request, .. }| (title.as_str(), request.get()));
    let examples: Vec<(&str, &str)> = EXAMPLES.into_iter().chain(presets).collect();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        if let Some(body) = item.pointer_mut("/post/requestBody/content/application~1json") {
            let purpose = Service::ALL.into_iter().find(|service| path.ends_with(service.name())).map(Service::purpose);
            let is_accepted = |request: &str| {
                purpose.is_none_or(|purpose| parse_request_for(purpose, request.as_bytes(), limits).is_ok())
            };
            let accepted = examples.iter().filter(|(_, request)| is_accepted(request));
            let example = |(number, (title, request)): (usize, &(&str, &str))| {
                let value: Value = serde_json::from_str(request).expect("what was read before can be read again");
                (format!("example-{number}"), json!({ "summary": title, "value": value }))
            };
            body["examples"] = (1..).zip(accepted).map(example).collect::<serde_json::Map<_, _>>().into();
        }
    }
    let asked = document.pointer_mut("/paths/~1api~1layers/get/parameters/0");
    if let Some((asked, server)) = asked.zip(demonstration.and_then(|catalogue| catalogue.servers.first())) {
        asked["example"] = server.url.as_str().into();
    }
}

pub(super) async fn document(State(app): State<Arc<App>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], app.documents.openapi.clone()).into_response()
}

/// JSON Schema of a request.
///
/// Of both dialects, within the limits of this service.
#[utoipa::path(get, path = "/schema/request.json", tag = "requests",
    responses((status = 200, description = "JSON Schema 2020-12 of both dialects.", body = Object, content_type = "application/schema+json")))]
pub(super) async fn schema(State(app): State<Arc<App>>) -> Response {
    ([(header::CONTENT_TYPE, "application/schema+json")], app.documents.request_schema.clone()).into_response()
}

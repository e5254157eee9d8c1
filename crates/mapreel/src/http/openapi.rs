//! `/openapi.json`, made from the types. `/docs` shows it.

use super::app::{App, Documents};
use super::{catalogue, check, download, events, layers, operations, overview, preview, status, submit};
use crate::config::catalogue::{Catalogue, Preset};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mapreel_spec::{Limits, request_schema, request_schemas};
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
        schema, overview::overview, operations::health, operations::ready, operations::metrics
    ),
    tags(
        (name = "jobs", description = "Submit, follow, cancel, list"),
        (name = "artifacts", description = "What came out"),
        (name = "requests", description = "Try a request without a job"),
        (name = "operations", description = "For those who run it")
    )
)]
struct Api;

/// Requests that need no map server, with which every route can be tried: an image and an animation.
const EXAMPLES: [(&str, &str, &str); 2] = [
    ("image", "The world, drawn without a network", include_str!("../../../../examples/world.json")),
    (
        "animation",
        "A hurricane's track, drawn without a network",
        include_str!("../../../../examples/katrina-2005.json"),
    ),
];

/// What the API says of itself and of a request, within the limits of a service, with examples of its catalogue.
pub(crate) fn documents(limits: &Limits, catalogue: &Catalogue) -> Documents {
    let mut openapi = serde_json::to_value(Api::openapi()).expect("strings, lists and objects");
    // Where it is asked, it is.
    openapi["servers"] = json!([{ "url": "/" }]);
    let schemas = openapi["components"]["schemas"].as_object_mut().expect("there are schemas");
    let mut of_requests = request_schemas(limits, "#/components/schemas/");
    schemas.extend(of_requests.remove("request").map(|request| ("Request".to_owned(), request)));
    schemas.extend(of_requests);
    refuse_at_the_door(&mut openapi);
    show_examples(&mut openapi, catalogue);
    let mut request_schema = request_schema(limits);
    request_schema["$id"] = "/schema/request.json".into();
    Documents { openapi: openapi.to_string().into(), request_schema: request_schema.to_string().into() }
}

/// What every route of the API may answer before it looks at the request: status, the name of the answer, when.
const AT_THE_DOOR: [(&str, &str, &str); 4] = [
    ("401", "Unauthorized", "The service asks for a key, and this is none that counts."),
    ("403", "Forbidden", "The key has not the role for this, or a page of another origin asks."),
    ("421", "Misdirected", "The header `Host` names another server."),
    ("429", "TooManyRequests", "The client has had what it may have; `Retry-After` and `RateLimit` say until when."),
];

fn refuse_at_the_door(document: &mut Value) {
    let scheme = json!({ "type": "http", "scheme": "bearer", "description": "A key of `mapreel keys add`, where the service asks for one." });
    document["components"]["securitySchemes"]["key"] = scheme;
    for (_, name, description) in AT_THE_DOOR {
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
                // Everybody may ask.
                operation["security"] = json!([]);
                operation["responses"]["4XX"] = json!({ "$ref": "#/components/responses/Refused" });
                continue;
            }
            // Either will do: without keys, everybody is let in.
            operation["security"] = json!([{ "key": [] }, {}]);
            for (status, name, _) in AT_THE_DOOR {
                operation["responses"][status] = json!({ "$ref": format!("#/components/responses/{name}") });
            }
        }
    }
}

/// Gives every route that takes a request some that can be sent as they stand, and a map server to the route that asks one.
fn show_examples(document: &mut Value, catalogue: &Catalogue) {
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("what was read before can be read again");
    let built_in = EXAMPLES.map(|(kind, summary, text)| (kind, json!({ "summary": summary, "value": read(text) })));
    let presets = catalogue.presets.iter().map(|Preset { title, description, request }| {
        let (description, request) = (description.as_deref().unwrap_or(title), read(request.get()));
        let kind = if request["times"].is_null() { "image" } else { "animation" };
        (kind, json!({ "summary": title, "description": description, "value": request }))
    });
    let examples: Vec<(&str, Value)> = built_in.into_iter().chain(presets).collect();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        if let Some(body) = item.pointer_mut("/post/requestBody/content/application~1json") {
            let fitting =
                examples.iter().filter(|(kind, _)| !path.starts_with("/api/service/") || path.ends_with(kind));
            let named =
                (1..).zip(fitting).map(|(number, (kind, example))| (format!("{kind}-{number}"), example.clone()));
            body["examples"] = named.collect::<serde_json::Map<_, _>>().into();
        }
    }
    let asked = document.pointer_mut("/paths/~1api~1layers/get/parameters/0");
    if let Some((asked, server)) = asked.zip(catalogue.servers.first()) {
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

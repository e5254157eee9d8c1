//! URLs of upstreams, and which upstreams may be asked.

use super::text;
use mapreel_ogc::{ServiceUrl, TileTemplate, without_secrets};
use mapreel_sources::{Allowed, Egress, fuzzing};
use mapreel_spec::{Limits, Plan, Resolved, View, parse_request};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

pub(super) const WORDS: &[&str] = &[
    "127.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
    "[::1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "169.254.169.254",
    "localhost",
    "metadata.google.internal",
    "LOCALHOST.",
    "%31%32%37.0.0.1",
    "１２７.0.0.1",
    "①②⑦.1",
    "127。0。0。1",
    "user:pass@",
    "@",
    "#",
    "?",
    "//",
    "\\\\",
    "http://",
    "https://",
    "file:///",
    "gopher://",
    ":80",
    ":0",
    "*.",
    "10.0.0.0/8",
    "fd00::/8",
    "{z}",
    "{x}",
    "{y}",
    "{-y}",
    "{q}",
    "{s}",
    "{r}",
    "{TileMatrix}",
    "service=WMS",
    "&TIME=",
    "%00",
    "%2F",
    "+",
    "../",
];

pub(super) mod seeds {
    use crate::seeds::texts;

    pub fn request_url() -> Vec<Vec<u8>> {
        texts(&[
            "https://h/cgi-bin/wms?service=WMS&request=GetMap&version=1.1.1&layers=a,b&styles=&format=image/png&transparent=true&time=2005-08-29T11:10:00Z&width=644&height=523&srs=EPSG:3857&bbox=-10464032.13,3123471.75,-9350837.23,4028802.03",
            "http://user:password@h:8080/wms?token=secret&LAYERS=%C3%A9#fragment",
            "http://h/?a&b=&=c&&a=2",
        ])
    }

    pub fn tile_url() -> Vec<Vec<u8>> {
        texts(&[
            "https://{s}.h/{z}/{x}/{y}{r}.png?key=1",
            "http://h/tms/{z}/{x}/{-y}.png",
            "http://h/{q}",
            "http://h/{tileMatrix}/{tileRow}/{tileCol}",
            "http://h/6/15/26.png",
            "http://h/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
        ])
    }

    pub fn egress_url() -> Vec<Vec<u8>> {
        texts(&[
            "http://example.org/wms",
            "http://127.0.0.1/",
            "http://0x7f.1:8080/",
            "http://[::ffff:169.254.169.254]/",
            "http://localhost./",
            "https://metadata.google.internal/computeMetadata/v1/",
            "http://user:pw@8.8.8.8/",
            "http://2130706433/",
            "http://[64:ff9b::a00:1]/",
            "http://①②⑦。0.0.1/",
            "http://8.8.8.8/",
        ])
    }

    pub fn egress_address() -> Vec<Vec<u8>> {
        let v4 = [[127, 0, 0, 1], [10, 0, 0, 1], [169, 254, 169, 254], [100, 64, 0, 1], [8, 8, 8, 8], [0, 0, 0, 0]];
        v4.into_iter().flat_map(|bytes| (0..8).map(move |form| [&[form][..], &bytes].concat())).collect()
    }

    pub fn allowed_upstreams() -> Vec<Vec<u8>> {
        texts(&[
            "10.107.0.0/16, fd00::/8,127.0.0.1,[::1]:8090",
            "wms.internal:8080,*.example.org",
            "::ffff:10.0.0.1, [fd00::1]",
            "É.example.",
        ])
    }

    pub fn redirect() -> Vec<Vec<u8>> {
        texts(&[
            "/there",
            "http://other/",
            "//127.0.0.1/",
            "https://h/a?b",
            "file:///etc/passwd",
            "\\\\h\\x",
            "?q",
            "javascript:1",
        ])
    }
}

/// A URL is written as it was read, and without its secrets where it is quoted.
pub(super) fn request_url(input: &[u8]) {
    let text = text(input);
    let quoted = without_secrets(&text);
    let Ok(request) = ServiceUrl::parse(&text) else { return };
    let written = request.url();
    let again = ServiceUrl::parse(&written).unwrap_or_else(|error| panic!("{written}: {error}"));
    assert_eq!(again.url(), written);
    let mut request = request;
    for name in ["TIME", "token", "a&b=c#", ""] {
        request.set(name, "é &=#+%");
        assert_eq!(request.get(name), Some("é &=#+%"));
    }
    Url::parse(&request.url()).unwrap_or_else(|error| panic!("{}: {error}", request.url()));
    if let Some(password) =
        Url::parse(&text).ok().as_ref().and_then(Url::password).filter(|password| password.len() > 3)
        && text.matches(password).count() == 1
    {
        assert!(!quoted.contains(password), "{quoted}");
    }
}

/// A template becomes URLs of tiles, or is refused with a reason.
pub(super) fn tile_url(input: &[u8]) {
    let text = text(input);
    if let Err(error) = TileTemplate::parse(&text) {
        return assert!(!error.to_string().is_empty());
    }
    let url = serde_json::Value::from(&*text);
    let request = format!(
        r#"{{ "map": {{ "bbox": [-20, 30, 20, 60], "width": 512, "height": 512 }}, "layers": [{{ "type": "xyz", "url": {url} }}] }}"#
    );
    // A template that is no http or https URL is refused.
    let Ok(request) = parse_request(request.as_bytes(), &Limits::default()) else { return };
    let Ok(plan) = Plan::of_map_alone(&Resolved::unasked(&request), View::of(&request), &Limits::default()) else {
        return;
    };
    for url in plan.upstream_urls() {
        // A placeholder in the host may make an invalid URL of a template. The client refuses such a URL.
        if let Ok(parsed) = Url::parse(url) {
            assert!(matches!(parsed.scheme(), "http" | "https"), "{url}");
        }
    }
}

/// Whether an address is not public, by the categories of the standard library.
fn is_inside(address: IpAddr) -> bool {
    let v4 = |ip: Ipv4Addr| {
        let [a, b, ..] = ip.octets();
        let shared = a == 100 && b & 0xC0 == 64;
        let odd = a == 0 || a >= 224 || shared || ip.is_documentation();
        odd || ip.is_private() || ip.is_loopback() || ip.is_link_local()
    };
    match address {
        IpAddr::V4(ip) => v4(ip),
        IpAddr::V6(ip) => {
            let [a, b, c, d, e, f, g, h] = ip.segments();
            let inner = |high: u16, low: u16| v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
            let mapped = [a, b, c, d, e] == [0; 5] && matches!(f, 0 | 0xFFFF) && inner(g, h);
            let translated = a == 0x64 && b == 0xFF9B && inner(g, h);
            let relayed = a == 0x2002 && inner(b, c);
            let teredo = a == 0x2001 && b == 0 && inner(!g, !h);
            let own = ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local();
            own || ip.is_multicast() || mapped || translated || relayed || teredo
        }
    }
}

/// A URL whose host is an inner address or name is not admitted, in any notation.
fn assert_not_admitted_if_inner(url: &Url) {
    let public = Egress::public("").expect("nothing is allowed");
    if !fuzzing::admits(&public, url) {
        return;
    }
    match url.host() {
        Some(Host::Ipv4(ip)) => assert!(!is_inside(ip.into()), "{url}"),
        Some(Host::Ipv6(ip)) => assert!(!is_inside(ip.into()), "{url}"),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            assert!(name.parse::<IpAddr>().is_err(), "{url}");
            assert!(!name.is_empty() && name != "localhost" && !name.ends_with(".localhost"), "{url}");
            assert!(!name.ends_with(".internal") && !name.starts_with("metadata."), "{url}");
        }
        None => panic!("no host, and admitted: {url}"),
    }
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
}

pub(super) fn egress_url(input: &[u8]) {
    let text = text(input);
    for text in [text.to_string(), format!("http://{text}/")] {
        // The client refuses URLs with other schemes earlier.
        if let Some(url) = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https")) {
            assert_not_admitted_if_inner(&url);
        }
    }
}

/// The first byte of the input chooses a notation, the next four bytes are an IPv4 address.
pub(super) fn egress_address(input: &[u8]) {
    let &[form, a, b, c, d, ..] = input else { return };
    let v4 = Ipv4Addr::new(a, b, c, d);
    let number = u32::from(v4);
    let host = match form % 12 {
        0 => v4.to_string(),
        1 => number.to_string(),
        2 => format!("{number:#x}"),
        3 => format!("{a:#x}.{b:#o}.{c}.{d}").replace("0o", "0"),
        4 => format!("{a}.{}", number & 0xFF_FFFF),
        5 => format!("{a}.{b}.{}", number & 0xFFFF),
        6 => format!("[::ffff:{v4}]"),
        7 => format!("[64:ff9b::{v4}]"),
        8 => format!("[2002:{:x}:{:x}::1]", number >> 16, number & 0xFFFF),
        9 => v4.to_string().bytes().map(|byte| format!("%{byte:02x}")).collect(),
        10 => v4
            .to_string()
            .chars()
            .map(|c| c.to_digit(10).map_or('。', |n| char::from_u32(0xFF10 + n).expect("a digit")))
            .collect(),
        _ => format!("[::{v4}]"),
    };
    let url = Url::parse(&format!("http://{host}/")).unwrap_or_else(|error| panic!("{host}: {error}"));
    assert_not_admitted_if_inner(&url);
    // An answer from an inner address is refused, even if the host of the URL is a public name.
    let public = Egress::public("").expect("nothing is allowed");
    let name = Url::parse("http://example.org/").expect("it is one");
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(input).for_each(|(to, from)| *to = *from);
    for address in [IpAddr::V4(v4), v4.to_ipv6_mapped().into(), Ipv6Addr::from(bytes).into()] {
        let admitted = fuzzing::admits_peer(&public, &name, SocketAddr::new(address, 80));
        assert!(!admitted || !is_inside(address), "{address}");
    }
}

/// An entry of the list is written as it was read, and an empty list allows no inner address.
pub(super) fn allowed_upstreams(input: &[u8]) {
    let text = text(input);
    let Ok(Egress::Public { allowed: list, ports, own }) = Egress::public(&text) else { return };
    for allowed in &list {
        let written = allowed.to_string();
        assert_eq!(written.parse::<Allowed>().as_ref(), Ok(allowed), "{written}");
    }
    if list.is_empty() {
        let none = Egress::Public { allowed: list, ports, own };
        for host in ["127.0.0.1", "[::1]", "localhost", "10.0.0.1"] {
            assert!(!fuzzing::admits(&none, &Url::parse(&format!("http://{host}/")).expect("it is one")));
        }
    }
}

/// A redirect leads to http or https, and never from https to http.
pub(super) fn redirect(input: &[u8]) {
    for from in ["https://example.org/a/b?c", "http://example.org"] {
        let from = Url::parse(from).expect("it is one");
        let Ok(to) = fuzzing::redirected(&from, input) else { continue };
        assert!(matches!(to.scheme(), "http" | "https") && to.has_host(), "{to}");
        assert!(from.scheme() == "http" || to.scheme() == "https", "{from} to {to}");
        assert_not_admitted_if_inner(&to);
    }
}

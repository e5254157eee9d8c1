//! The time to draw vectors, and the time until drawing ends after its stop token is set.

use super::support::looks::{Looks, cpu_ms, first_frame, geojson, line, plan, points, ring, scene};
use mapreel_render::{Stop, Stopped};

/// A map of 20 by 20 degrees.
const SMALL: &str = r#""bbox": [0, 0, 20, 20], "crs": "EPSG:4326", "width": 512, "height": 512"#;
const POLAR: &str = r#""bbox": [-4e6, -4e6, 4e6, 4e6], "bbox_crs": "EPSG:3413", "crs": "EPSG:3413", "width": 512"#;
const ON_SMALL: [f64; 4] = [0.0, 0.0, 20.0, 20.0];
const STYLE: &str = r#""stroke-width": 2, "fill-opacity": 0.5"#;
/// The largest time between two checks of the stop token. The aim is 50 ms; this allows for slow machines and
/// unoptimised builds.
const LOOK_MS_MAX: f64 = 500.0;

fn cost_ms(request: &str) -> f64 {
    let plan = plan(request);
    let before = cpu_ms();
    first_frame(&plan, &Stop::never()).unwrap();
    cpu_ms() - before
}

#[test]
fn four_times_the_vectors_cost_four_times_as_much() {
    type Request = fn(usize) -> String;
    let wide: Request = |n| geojson(SMALL, r#""stroke-width": 60"#, &line(n, ON_SMALL));
    let cases: [(&str, usize, Request); 6] = [
        ("a line", 20_000, |n| geojson(SMALL, STYLE, &line(n, ON_SMALL))),
        ("a wide line", 5_000, wide),
        ("a dense line", 40_000, |n| geojson(SMALL, STYLE, &line(n, [9.0, 9.0, 9.5, 9.5]))),
        ("a ring", 20_000, |n| geojson(SMALL, r#""stroke-width": 0, "fill-opacity": 0.5"#, &ring(n, ON_SMALL))),
        ("a line round the pole", 500, |n| geojson(POLAR, STYLE, &line(n, [-180.0, 30.0, 180.0, 90.0]))),
        ("points", 4_000, |n| geojson(SMALL, STYLE, &points(n, ON_SMALL))),
    ];
    for (what, count, request) in cases {
        let empty = cost_ms(&request(4));
        let (once, four_times) = (cost_ms(&request(count)) - empty, cost_ms(&request(4 * count)) - empty);
        println!("{what}: {count} cost {once:.0} ms, {} cost {four_times:.0} ms", 4 * count);
        assert!(four_times < 6.0 * once.max(20.0), "{what}: {once:.0} ms, then {four_times:.0} ms");
    }
}

#[test]
fn drawing_checks_its_stop_token_often_and_then_ends() {
    let fill = r#""stroke-width": 0, "fill-opacity": 0.5"#;
    let large = r#""bbox": [0, 0, 20, 20], "crs": "EPSG:4326", "width": 1024, "height": 1024"#;
    for (what, request) in [
        ("a line of 40 000 places", geojson(SMALL, STYLE, &line(40_000, ON_SMALL))),
        ("a ring of 20 000 places", geojson(large, fill, &ring(20_000, ON_SMALL))),
        ("2 000 lines round the pole", geojson(POLAR, STYLE, &line(2_000, [-180.0, 30.0, 180.0, 90.0]))),
        ("10 000 points", geojson(SMALL, STYLE, &points(10_000, ON_SMALL))),
        (
            "a globe with its graticule",
            r#"{ "map": { "bbox": [-18e6, -9e6, 18e6, 9e6], "bbox_crs": "EPSG:8857", "crs": "EPSG:8857", "width": 600 },
                 "layers": [{ "type": "natural-earth" }, { "type": "graticule", "step": 2 }] }"#
                .to_owned(),
        ),
    ] {
        let plan = plan(&request);
        let looks = Looks::watching();
        first_frame(&plan, &looks.stop()).unwrap();
        looks.pause();
        let (count, longest_ms) = (looks.count(), looks.longest_ms());
        println!("{what}: {count} looks, at most {longest_ms:.0} ms apart");
        assert!(longest_ms < LOOK_MS_MAX, "{what}: {longest_ms:.0} ms");
        for last in [1, count / 3, count - 1] {
            let looks = Looks::stopping_at(last.max(1));
            assert_eq!(first_frame(&plan, &looks.stop()).err(), Some(Stopped), "{what}");
            assert_eq!(looks.count(), last.max(1), "{what}");
        }
    }
}

#[test]
fn features_that_take_too_long_are_a_gap_with_the_figure() {
    let times = vec!["\"2020-01-01\""; 10_000].join(",");
    let zigzag: Vec<String> = (0..10_000).map(|i| format!("[{}, {}]", i % 2 * 20, f64::from(i) / 500.0)).collect();
    let request = |last: &str, side: u32| {
        format!(
            r#"{{ "map": {{ "bbox": [0, 0, 20, 20], "crs": "EPSG:4326", "width": {side}, "height": {side} }},
                 "times": "2020-01-01/{last}/PT1H",
                 "layers": [{{ "type": "geojson", "time_property": "time", "data": {{ "type": "Feature",
                   "properties": {{ "time": [{times}] }},
                   "geometry": {{ "type": "LineString", "coordinates": [{}] }} }} }}],
                 "output": {{ "format": "gif" }} }}"#,
            zigzag.join(",")
        )
    };
    let gap = |last: &str, side: u32| scene(plan(&request(last, side)), &Stop::never()).unwrap().gaps()[0].clone();
    assert_eq!(gap("2020-01-01T23:00Z", 256), None);
    let why = gap("2020-01-25", 2900).unwrap().why;
    assert!(why.contains("20000 million"), "{why}");
}

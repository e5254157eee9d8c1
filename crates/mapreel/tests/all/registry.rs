//! The EPSG registry, as PROJ contains it, is the witness for every CRS that Mapreel knows: its axis order, and its
//! positions on WGS 84.

use super::support::service::repository;
use super::support::{folder, mapreel, render};
use mapreel_geo::place::axes::of as axis_order;
use mapreel_geo::{AxisOrder, Crs};
use mapreel_testkit::upstreams::{capabilities_of, parameter, serve_all};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The largest datum shift without a warning, in metres.
const UNNOTED_SHIFT_M_MAX: f64 = 5.0;

/// Polar CRSs that the registry writes northing first. Servers differ: MapServer answers 1.3.0 like 1.1.1 (see `q1` of
/// `quirks`), and publishers of sea-ice charts write boxes with x first.
const POLAR_X_FIRST: [u16; 3] = [5482, 32661, 32761];

/// The output of a script of `tools/second_opinion` for these codes.
fn second_opinion(script: &str, codes: &[u16]) -> String {
    let python = repository("tools/venv/bin/python");
    assert!(python.exists(), "./test installs tools/venv");
    let mut process = Command::new(python)
        .arg(repository(&format!("tools/second_opinion/{script}")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let lines: String = codes.iter().map(|code| format!("{code}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{script} fails; ./test installs pyproj");
    String::from_utf8(output.stdout).unwrap()
}

fn known(code: u16) -> Option<Crs> {
    Crs::parse(&format!("EPSG:{code}"))
}

#[test]
fn the_order_of_axes_is_the_registrys_for_every_crs() {
    let (mut compared, mut refused, mut polar) = (0, Vec::new(), Vec::new());
    for line in second_opinion("axes_order.py", &[]).lines() {
        let [code, first, second, names] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let (name, number) = (format!("EPSG:{code}"), code.parse().unwrap());
        let ours = axis_order("1.3.0", &name);
        let expected = match (first, second) {
            ("north", "east") => AxisOrder::YThenX,
            ("east", "north") => AxisOrder::XThenY,
            // At a pole both axes point the same way; their names tell which is which.
            ("north", "north") | ("south", "south") => {
                let northing = names.starts_with('N');
                if known(number).is_some() && northing {
                    polar.push(number);
                }
                AxisOrder::XThenY
            }
            _ => {
                assert_eq!(known(number), None, "{line}: nobody can say how a server reads its boxes");
                refused.push(number);
                continue;
            }
        };
        if known(number).is_some() {
            assert_eq!(ours, expected, "{line}");
            compared += 1;
        }
    }
    assert_eq!(polar, POLAR_X_FIRST);
    println!(
        "the order of axes is the registry's in {compared} CRSs; x, y on purpose: {polar:?}; refused: {refused:?}"
    );
    assert!(compared > 4500, "{compared}");
}

#[test]
fn a_crs_whose_axes_point_west_or_south_is_refused_by_name() {
    let file = folder("south-west").join("request.json");
    for code in ["EPSG:2065", "EPSG:2048", "EPSG:22275"] {
        std::fs::write(
            &file,
            format!(r#"{{ "map": {{ "bbox": [14, 48, 18, 51], "crs": "{code}", "width": 300 }}, "layers": [] }}"#),
        )
        .unwrap();
        let output = mapreel(&["check", file.to_str().unwrap()]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("the axes of `{code}` point to the west and the south")), "{said}");
    }
}

#[test]
fn a_datum_whose_shift_is_not_made_is_said_beforehand_with_its_metres() {
    let file = folder("datum").join("request.json");
    let map = r#""bbox": [98, 12, 101, 15], "crs": "EPSG:24047", "width": 300"#;
    std::fs::write(&file, format!(r#"{{ "map": {{ {map} }}, "layers": [{{ "type": "natural-earth" }}] }}"#)).unwrap();
    let output = mapreel(&["check", file.to_str().unwrap()]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("its places may lie up to 190 m off"), "{said}");
}

#[test]
fn a_crs_with_heights_is_asked_for_in_the_order_of_the_one_without() {
    let (sender, asked) = std::sync::mpsc::channel();
    let known = capabilities_of("a", "<CRS>EPSG:5950</CRS>");
    let url = serve_all(move |path| {
        if path.contains("GetCapabilities") {
            return ("200 OK", "", known.clone().into_bytes());
        }
        let _ = sender.send(parameter(path, "BBOX").unwrap().to_owned());
        ("200 OK", "", Vec::new())
    });
    let layer = format!(r#"{{ "type": "wms", "url": "{url}", "layers": "a", "version": "1.3.0" }}"#);
    let map =
        r#""bbox": [100000, 1000000, 110000, 1020000], "crs": "EPSG:5950", "bbox_crs": "EPSG:5950", "width": 100"#;
    render("heights.png", &format!(r#"{{ "map": {{ {map} }}, "layers": [{layer}] }}"#));
    assert_eq!(asked.try_recv().as_deref(), Ok("1000000,100000,1020000,110000"));
}

/// The distance of two positions in metres.
fn apart_m([lon, lat]: [f64; 2], [other_lon, other_lat]: [f64; 2]) -> f64 {
    const DEGREE_M: f64 = 111_319.5;
    let east = ((other_lon - lon + 180.0).rem_euclid(360.0) - 180.0) * lat.to_radians().cos();
    east.hypot(other_lat - lat) * DEGREE_M
}

/// For each CRS, the largest distance between PROJ's positions on WGS 84 and Mapreel's.
fn farthest(codes: &[u16]) -> BTreeMap<u16, f64> {
    let mut farthest = BTreeMap::new();
    for line in second_opinion("datum_shifts.py", codes).lines() {
        let numbers: Vec<f64> = line.split(' ').map(|number| number.parse().unwrap()).collect();
        let [code, lon, lat, x, y, ballpark] = numbers[..] else { panic!("{line}") };
        // PROJ knows no datum shift for this CRS, so there is nothing to compare with.
        if ballpark == 1.0 {
            continue;
        }
        let Some(place) = known(code as u16).and_then(|crs| crs.inverse([x, y])) else { continue };
        let apart = apart_m([lon, lat], place);
        farthest.entry(code as u16).and_modify(|most: &mut f64| *most = most.max(apart)).or_insert(apart);
    }
    farthest
}

/// `MAPREEL_ALL_CRSS=1` checks every CRS, which takes some minutes; `MAPREEL_BLESS=1` then also writes the table.
#[test]
fn places_lie_no_farther_from_projs_than_the_table_of_datums_says() {
    let all = std::env::var_os("MAPREEL_ALL_CRSS").is_some();
    let planes = (1024..=u16::MAX).filter(|code| matches!(known(*code), Some(Crs::Projected(_))));
    let codes: Vec<u16> = planes.step_by(if all { 1 } else { 61 }).chain([24047]).collect();
    let farthest = farthest(&codes);
    if all && std::env::var_os("MAPREEL_BLESS").is_some() {
        std::fs::write(repository("crates/mapreel-geo/src/place/datum_table.rs"), table(&farthest)).unwrap();
        return;
    }
    let mut said = 0;
    for (code, metres) in &farthest {
        let bound = known(*code).unwrap().datum_shift_m();
        assert!(*metres <= bound.map_or(UNNOTED_SHIFT_M_MAX, f64::from), "EPSG:{code}: {metres:.1} m, not {bound:?}");
        said += usize::from(bound.is_some());
    }
    println!(
        "{} CRSs: {said} lie more than {UNNOTED_SHIFT_M_MAX} m off, and none farther than is said",
        farthest.len()
    );
    assert!(farthest.len() >= codes.len() / 2 && said > 0, "{} of {}", farthest.len(), codes.len());
}

/// Runs of CRSs with equal shifts, to two digits. The CRSs between two runs have smaller shifts, or unknown ones.
fn table(farthest: &BTreeMap<u16, f64>) -> String {
    let mut runs: Vec<[u16; 3]> = Vec::new();
    let mut open = false;
    for (code, metres) in farthest {
        if *metres <= UNNOTED_SHIFT_M_MAX {
            open = false;
            continue;
        }
        let step = if *metres < 100.0 { 1.0 } else { 10.0 };
        let metres = ((metres / step).ceil() * step).min(65_535.0) as u16;
        match runs.last_mut() {
            Some([_, last, same]) if open && *same == metres => *last = *code,
            _ => runs.push([*code, *code, metres]),
        }
        open = true;
    }
    let mut text = String::from(
        "//! How far positions in a CRS may lie from the same positions on WGS 84, in metres: runs of EPSG codes, first and last,\n\
         //! and the metres.\n//!\n\
         //! From 25 positions in each area of use, by PROJ 9.5.1 with the EPSG registry v11.022 and without grids.\n\
         //! `tests/all/registry.rs` writes this table.\n\n\
         /// Projected CRSs that differ by more than five metres.\n",
    );
    let _ = writeln!(text, "pub(crate) const SHIFTS_M: [[u16; 3]; {}] = [", runs.len());
    for [first, last, metres] in runs {
        let _ = writeln!(text, "    [{first}, {last}, {metres}],");
    }
    text + "];\n"
}

//! Text in every script: in the title, a layer's line, a legend, a label and the credits.

use super::support::{Run, folder, render, render_with_fonts};
use serde_json::{Value, json};
use std::path::Path;

pub(super) const SCRIPTS: [(&str, &str); 12] = [
    ("latin", "Température moyenne"),
    ("greek", "Θερμοκρασία"),
    ("cyrillic", "Температура воды"),
    ("arabic", "درجة حرارة البحر"),
    ("hebrew", "טמפרטורת הים"),
    ("devanagari", "समुद्र का तापमान"),
    ("bengali", "সমুদ্রের তাপমাত্রা"),
    ("thai", "อุณหภูมิของน้ำ"),
    ("han", "海面溫度"),
    ("kana", "うみのおんど カタカナ"),
    ("hangul", "해수면 온도"),
    ("emoji", "🌊 SST 🌡"),
];
/// The scripts whose fonts are in the program.
const BUNDLED: usize = 3;
/// The folders of Debian's packages fonts-noto-core, fonts-noto-cjk and fonts-noto-color-emoji.
pub(super) const NOTO: &str = "/usr/share/fonts/truetype/noto,/usr/share/fonts/opentype/noto";

/// Whether the Noto fonts are installed; `./test` installs them.
pub(super) fn has_noto() -> bool {
    let is_there = Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists();
    if !is_there {
        assert!(std::env::var_os("MAPREEL_TEST_SERVERS").is_none(), "Noto's fonts are not installed");
        eprintln!("SKIPPED: Noto's fonts are not installed");
    }
    is_there
}

/// A request with a text in these five places.
fn request(text: &str) -> String {
    json!({
        "map": { "bbox": [0, 40, 20, 52] }, "times": "2019-12-01T06:00Z",
        "layers": [{
            "type": "geojson", "title": text, "attribution": text, "labels": [{ "key": "", "value": text }],
            "data": { "type": "Point", "coordinates": [10, 46] },
            "legend": { "title": text, "classes": [{ "colour": "#2266aa", "label": text }] },
        }],
        "header": { "title": text }, "output": { "preset": "hd" },
    })
    .to_string()
}

/// The boxes of the texts, with the least ink that each must have.
fn places(run: &Run) -> Vec<[u32; 4]> {
    let layout = &run.manifest["layout"];
    let legend = &layout["legends"][0];
    let boxes = [&layout["header"], &legend["title_box"], &legend["box"], &layout["attribution"]];
    boxes.map(|value| serde_json::from_value(value.clone()).unwrap()).to_vec()
}

fn warnings(run: &Run) -> Vec<&Value> {
    run.manifest["warnings"].as_array().unwrap().iter().collect()
}

#[test]
fn twelve_scripts_are_drawn_in_every_place() {
    if !has_noto() {
        return;
    }
    let mut drawn = Vec::new();
    for (script, text) in SCRIPTS {
        let run = render_with_fonts(&format!("script-{script}.png"), &request(text), Path::new(NOTO)).ended(0);
        assert_eq!(warnings(&run), [&Value::Null; 0], "{script}");
        let page = run.picture();
        for place in places(&run) {
            let ink = page.crop(place).count(|pixel| pixel != [255; 3]);
            assert!(ink > 60, "{script}: {ink} pixels of ink in {place:?}");
        }
        drawn.push(page);
    }
    assert!(drawn.iter().skip(1).all(|page| page.rgb != drawn[0].rgb), "scripts look alike");
}

#[test]
fn a_script_in_the_program_looks_the_same_whatever_fonts_there_are() {
    let none = folder("no-fonts-at-all");
    for (script, text) in &SCRIPTS[..BUNDLED] {
        let with = |fonts: &Path, name: &str| {
            let run = render_with_fonts(&format!("{script}-{name}.png"), &request(text), fonts).ended(0);
            std::fs::read(&run.file).unwrap()
        };
        let usual = std::fs::read(render(&format!("{script}-usual.png"), &request(text)).ended(0).file).unwrap();
        assert!(with(&none, "none") == usual, "{script} depends on the machine's fonts");
    }
    for (script, text) in &SCRIPTS[BUNDLED..] {
        let run = render_with_fonts(&format!("{script}-none.png"), &request(text), &none).ended(3);
        let all = warnings(&run);
        assert!(!all.is_empty() && all.iter().all(|w| w["code"] == "text_missing_glyphs"), "{script}: {all:?}");
    }
}

#[test]
fn a_time_is_written_in_the_language_of_the_header() {
    let page = |language: &str| {
        let mut request: Value = serde_json::from_str(&request("Sea")).unwrap();
        request["header"]["language"] = language.into();
        request["header"]["time_format"] = "%B %Y".into();
        render(&format!("language-{language}.png"), &request.to_string()).ended(0).picture()
    };
    let (english, german, french) = (page("en"), page("de"), page("fr"));
    assert!(english.rgb != german.rgb && german.rgb != french.rgb, "December, Dezember, décembre");
}

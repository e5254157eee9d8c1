//! Code that the tests share.

pub mod arcgis;
pub mod boxes;
pub mod cluster;
pub mod faketime;
pub mod listening;
pub mod looks;
pub mod picture;
pub mod postman;
pub mod pygeoapi;
pub mod service;
pub mod versions;
pub mod wms;
pub mod world;

use mapreel_testkit::pictures::{Film, Picture};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The tested program: the one that cargo has built for the tests, or the one at `MAPREEL_PROGRAM`, such as a release build that is to be
/// measured.
pub fn program() -> PathBuf {
    std::env::var_os("MAPREEL_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_mapreel").into(), PathBuf::from)
}

/// Runs the program.
pub fn mapreel(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().expect("the program starts")
}

/// A folder for the files of one test, in the build's own temporary folder.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The result of a run of `mapreel render`.
pub struct Run {
    pub code: i32,
    pub said: String,
    pub file: PathBuf,
    pub manifest: serde_json::Value,
}

/// Renders a request to `name`, whose extension chooses the format.
pub fn render(name: &str, request: &str) -> Run {
    render_with(name, request, &[])
}

/// Renders a request with the fallback fonts of only this file or folder.
pub fn render_with_fonts(name: &str, request: &str, place: &Path) -> Run {
    render_with(name, request, &["--fonts", place.to_str().unwrap()])
}

fn render_with(name: &str, request: &str, arguments: &[&str]) -> Run {
    let folder = folder(name);
    let (request_file, manifest_file, file) =
        (folder.join("request.json"), folder.join("manifest.json"), folder.join(name));
    let _ = (std::fs::remove_file(&file), std::fs::remove_file(&manifest_file));
    std::fs::write(&request_file, request).unwrap();
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (request_file, file, manifest) = (path(&request_file), path(&file), path(&manifest_file));
    let output = mapreel(&[&["render", &request_file, "-o", &file, "--manifest", &manifest][..], arguments].concat());
    let manifest =
        std::fs::read(&manifest_file).map(|bytes| serde_json::from_slice(&bytes).unwrap()).unwrap_or_default();
    let said = String::from_utf8(output.stderr).unwrap();
    Run { code: output.status.code().unwrap_or(-1), said, file: file.into(), manifest }
}

impl Run {
    /// Asserts that the run ended with this exit code; if not, its output is shown.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.said);
        self
    }

    /// The still that was drawn.
    pub fn picture(&self) -> Picture {
        picture::read(&self.file)
    }

    /// The map on the still that was drawn, without the rest of the page.
    pub fn map(&self) -> Picture {
        self.picture().crop(self.map_box())
    }

    /// The film that was drawn, as ffmpeg reads it.
    pub fn film(&self) -> Film {
        Film::decode(&self.file)
    }

    /// Left, top, width and height of the map on the picture.
    pub fn map_box(&self) -> [u32; 4] {
        serde_json::from_value(self.manifest["layout"]["map"].clone()).unwrap()
    }
}

/// Fetches a URL without Mapreel's client.
pub fn fetch(url: &str) -> Vec<u8> {
    use std::io::{Read, Write};
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let body = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    answer.split_off(body)
}

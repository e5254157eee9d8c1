//! Mapreel as its users meet it: the program, real servers, real files.
//!
//! - [`architecture`]: the crates' edges are those of the drawing
//! - [`mapserver`]: a real WMS, installed and started by the suite
//! - [`golden`]: accepted pictures
//! - [`films`]: animations, decoded again by another program
//! - [`command_line`]: exit codes and what is said
//! - [`misbehaviour`]: upstreams that fail, seen from outside

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod architecture;
mod command_line;
mod films;
mod golden;
mod mapserver;
mod misbehaviour;
mod support;

//! The command line: one file for each command.

pub(crate) mod check;
mod command;
pub(crate) mod demo;
pub(crate) mod ending;
pub(crate) mod environment;
pub(crate) mod health;
pub(crate) mod keys;
pub(crate) mod layers;
pub(crate) mod output;
pub(crate) mod render;
pub(crate) mod serve;
pub(crate) mod settings;
pub(crate) mod submit;
pub(crate) mod terminal;

pub use command::run;

//! A WMS and a WMTS of real data inside the program, so that the page, the README and the tutorials work on a machine without network.
//!
//! They serve the monthly sea surface temperature of 2018 and 2019 (NOAA ERSSTv5, public domain), as WMS 1.1.1 (OGC 01-068r3), WMS
//! 1.3.0 (OGC 06-042) and WMTS 1.0.0 (OGC 07-057r7). [`Demo`] answers a request as a pure function; [`router`] serves it by axum.
//!
//! A request is bounded before anything is drawn: its length, the number of its parameters, the sides of its picture. A picture is
//! drawn row by row into its PNG, so that drawing takes no more memory than its rows and its own bytes, at most some 2 MB.

mod answer;
mod data;
mod demo;
mod offer;
mod parameters;
mod picture;
mod router;
mod wms;
mod wmts;
mod xml;

pub use answer::Answer;
pub use data::broken_data::BrokenData;
pub use demo::Demo;
pub use router::router;

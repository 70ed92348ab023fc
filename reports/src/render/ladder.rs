//! Renderings of a ladder: text of 80 columns, SVG, and a capture that SIP tools read. The page is among the pages.

mod pcap;
mod svg;
mod text;

pub use pcap::capture;
pub(in crate::render) use svg::drawing;
pub use svg::picture;
pub use text::render;

#[cfg(test)]
mod tests;

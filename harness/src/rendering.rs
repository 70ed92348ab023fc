//! From what `--as` says to the rendering of that name.

use reports::render::page::Sheet;
use reports::render::{json, page, text};
use reports::run_file::RunFile;

use crate::args::Format;

/// A run in this format, as a machine or a browser reads it.
pub(crate) fn rendered(format: Format, run: &RunFile) -> String {
    match format {
        Format::Json => json::render(run),
        Format::Html => page::render(run, Sheet::Inside),
        _ => text::render(run, &text::Options::default()),
    }
}

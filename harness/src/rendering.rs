//! From what `--as` says to the rendering of that name.

use reports::render::page::Sheet;
use reports::render::{csv, hlog, json, junit, markdown, openmetrics, page, summary, text};
use reports::run_file::RunFile;

use crate::args::Format;

/// A run in this format, as a machine or a browser reads it.
pub(crate) fn rendered(format: Format, run: &RunFile) -> String {
    match format {
        Format::Json => json::render(run),
        Format::Html => page::render(run, Sheet::Inside),
        Format::Md => markdown::render(run),
        Format::Csv => csv::render(run),
        Format::Junit => junit::render(run),
        Format::Openmetrics => openmetrics::render(run),
        Format::Hlog => hlog::render(run),
        Format::Summary => summary::render(run),
        Format::Text => text::render(run, &text::Options::default()),
        Format::Pcap | Format::SippStat | Format::SippRtt => {
            unreachable!("these are made by running a seed again, not from the run file alone")
        }
    }
}

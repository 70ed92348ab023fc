//! `pbxsim show`: any rendering, later, from run files.

use std::path::Path;

use reports::atomic_file;
use reports::render::page::{self, Sheet};
use reports::render::text::{self, Options, Style};
use reports::run_file::RunFile;

use crate::args::{Format, Show};
use crate::commands::{sipp, trace};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::rendering::rendered;
use crate::{run_files, screen};

/// Renders run files. What they show may have failed: showing it has not, so the exit code is 0.
pub(super) fn show(args: &Show) -> Result<Exit, Complaint> {
    if args.ladders && args.format != Format::Html {
        let hint = "it needs --as html; alone: pbxsim trace RUN worst";
        return Err(Complaint::wrong("--ladders puts ladders on a page").hint(hint));
    }
    if args.split {
        return split(args);
    }
    let shown = match (args.format, args.runs.as_slice()) {
        (Format::Html, _) => whole_page(args, Sheet::Inside)?,
        (Format::Text, runs) => texts(runs, args.out.is_none() && screen::has_colour())?,
        (Format::Pcap, runs) => return deliver(&trace::capture(&together(runs)?)?, args.out.as_deref()),
        (Format::SippStat, runs) => sipp::stat(&together(runs)?)?,
        (Format::SippRtt, runs) => return sipp::rtt(&together(runs)?, args.out.as_deref()),
        (format, runs) => rendered(format, &together(runs)?),
    };
    deliver(shown.as_bytes(), args.out.as_deref())
}

/// To a file, whole or not at all, or to standard output.
pub(super) fn deliver(shown: &[u8], out: Option<&Path>) -> Result<Exit, Complaint> {
    match out {
        Some(path) => write(path, shown)?,
        None => screen::print_bytes(shown)?,
    }
    Ok(Exit::Held)
}

/// A summary for each run file.
fn texts(runs: &[impl AsRef<Path>], colour: bool) -> Result<String, Complaint> {
    let mut shown = Vec::new();
    for word in runs {
        let path = run_files::find(word.as_ref())?;
        let run = run_files::read(&path)?;
        let path = Some(path.to_string_lossy().into_owned());
        shown.push(text::render(&run, &Options { style: Style { colour }, path, next: Vec::new() }));
    }
    Ok(shown.join("\n"))
}

/// All results of several run files as one, in their order.
fn together(runs: &[impl AsRef<Path>]) -> Result<RunFile, Complaint> {
    let mut together = RunFile::default();
    for word in runs {
        together.results.extend(run_files::read(&run_files::find(word.as_ref())?)?.results);
    }
    Ok(together)
}

/// The page, with ladders if they are wanted.
fn whole_page(args: &Show, sheet: Sheet<'_>) -> Result<String, Complaint> {
    let run = together(&args.runs)?;
    let ladders = match args.ladders {
        true => run.results.iter().map(trace::sample).collect::<Result<Vec<_>, _>>()?,
        false => Vec::new(),
    };
    Ok(page::with_ladders(&run, &ladders, sheet))
}

/// The page and its style sheet beside it.
fn split(args: &Show) -> Result<Exit, Complaint> {
    if args.format != Format::Html {
        return Err(Complaint::wrong("--split parts a page from its style sheet").hint("it needs --as html"));
    }
    let path = args.out.clone().unwrap_or_else(|| "report.html".into());
    let sheet = path.with_extension("css");
    if sheet == path {
        return Err(
            Complaint::wrong("the page and its style sheet would be the same file").hint("try --out report.html")
        );
    }
    let name = sheet.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let shown = whole_page(args, Sheet::Beside(&name))?;
    write(&sheet, page::STYLE.as_bytes())?;
    write(&path, shown.as_bytes())?;
    screen::print(&format!("{}\n{}\n", path.display(), sheet.display()))?;
    Ok(Exit::Held)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Complaint> {
    if path.is_dir() {
        return Err(Complaint::wrong(format!("--out {}: that is a folder; name a file in it", path.display())));
    }
    atomic_file::write(path, bytes).map_err(|error| Complaint::invalid(error.to_string()))
}
